"""The detailed version: comprehensive or returned, and what is carried over to it (E-3, E-8)."""

from datetime import date
from typing import Any

import pytest

from services.evaluation.domain.eligibility.detailed import (
    DetailedProposalIncomplete,
)
from services.evaluation.events.eligibility import (
    DetailedProposalReturned,
)
from services.evaluation.inbound import BudgetLine, NamedParty
from shared.kernel.eligibility import CONDITIONS
from tests.evaluation.examples import (
    DETAILED,
    EVALUATION,
    INITIAL,
    LEAD,
    OF_STARTUP,
    OUTSIDER,
    PROJECT,
    PROPOSAL,
    REVISED,
    STARTUP,
    accept,
    assess,
    assessed,
    at_selection,
    attested,
    confirmed,
    detailed,
    eligible,
    heard,
    send_back,
    submitted,
)


def test_a_returned_version_names_its_gaps() -> None:
    heard(eligible(), PROPOSAL, detailed).when(send_back).then(
        DetailedProposalReturned(
            project_id=PROJECT,
            proposal_version=2,
            content_hash=DETAILED,
            gaps=("The budget has no dissemination",),
            returned_by="officer-1",
        )
    )


def test_after_a_return_the_next_version_can_be_accepted() -> None:
    returned = heard(eligible(), PROPOSAL, detailed).after(send_back)
    again = detailed.model_copy(update={"version": 3, "content_hash": REVISED})
    state = heard(returned, PROPOSAL, again).after(accept).state(EVALUATION)
    assert (state.stage, state.proposal_hash, state.gaps) == ("assigning", REVISED, ())


def test_verdicts_with_unchanged_inputs_are_carried_to_the_accepted_version() -> None:
    state = at_selection().state(EVALUATION)
    assert set(state.verdicts) == set(CONDITIONS)
    assert {verdict.carried_from for verdict in state.verdicts.values()} == {INITIAL}
    assert state.proposal_hash == DETAILED


@pytest.mark.parametrize(
    ("change", "open_again"),
    [
        ({"section_hashes": {"summary": "6" * 64}}, {"scope", "incremental"}),
        ({"title": "Another one"}, {"scope", "incremental"}),
        ({"planned_start": date(2020, 12, 1)}, {"readiness"}),
        ({"work_places": ("QC", "NO")}, {"canada"}),
        (
            {
                "participants": (
                    *submitted.participants,
                    NamedParty(organisation_id=OUTSIDER, name="Third"),
                )
            },
            {"participants", "sme"},
        ),
    ],
    ids=["sections", "title", "start", "places", "parties"],
)
def test_verdicts_with_changed_inputs_are_assessed_again(
    change: dict[str, Any], open_again: set[str]
) -> None:
    changed = detailed.model_copy(update=change)
    told = [changed, confirmed(STARTUP, DETAILED), confirmed(OUTSIDER, DETAILED)]
    here = heard(eligible(), PROPOSAL, *told).after(accept)
    assert set(CONDITIONS) - set(here.state(EVALUATION).verdicts) == open_again


def test_who_has_not_confirmed_the_detailed_version_opens_the_condition_again() -> None:
    here = heard(eligible(), PROPOSAL, detailed).after(accept)
    assert "participants" not in here.state(EVALUATION).verdicts
    again = heard(here, PROPOSAL, confirmed(STARTUP, DETAILED))
    event = assessed(again, assess("participants"))
    assert (event.verdict, event.overridden, event.proposal_hash) == ("met", False, DETAILED)


def test_a_size_attested_since_opens_the_sme_condition_again() -> None:
    grown = heard(eligible(), OF_STARTUP, attested(STARTUP, "640", as_of=date(2020, 7, 1)))
    here = heard(grown, PROPOSAL, detailed, confirmed(STARTUP, DETAILED)).after(accept)
    assert "sme" not in here.state(EVALUATION).verdicts
    event = assessed(here, assess("sme", "not_met", on=date(2020, 8, 4)))
    assert (event.computed_verdict, event.overridden) == ("not_met", False)


def test_an_incomplete_version_says_what_is_missing() -> None:
    no_plan = detailed.model_copy(
        update={"work_plan": (), "budget_lines": (BudgetLine(organisation_id=LEAD),)}
    )
    refusal = (
        heard(eligible(), PROPOSAL, no_plan).when(accept).then_refused(DetailedProposalIncomplete)
    )
    assert refusal.facts == {"missing": ["work_plan"]}
