"""W-4: late facts open a check again, never the history; reviews stop with the proposal."""

from typing import Any

import pytest

from services.evaluation.commands import (
    AssessCondition,
    ReopenCheck,
    StopEvaluation,
)
from services.evaluation.domain.decision.deciding import ConditionsNotMet
from services.evaluation.domain.proposals import ProposalIsExpired
from services.evaluation.domain.stages import (
    ProposalIsWithdrawn,
)
from services.evaluation.events.eligibility import (
    EligibilityCheckReopened,
    EligibilityConditionAssessed,
    EvaluationStopped,
)
from services.evaluation.inbound import (
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    OtherFundingDeclared,
    ParticipantsHeldDistinct,
    ProposalExpired,
    ProposalReinstated,
    ProposalWithdrawn,
)
from shared.kernel.events import Heard
from tests.evaluation.examples import (
    DECIDED_ON,
    EVALUATION,
    INITIAL,
    LEAD,
    PROJECT,
    PROPOSAL,
    STARTUP,
    accept,
    assess,
    at_committee,
    at_eligibility,
    attested,
    confirmed,
    decided,
    detailed,
    eligible,
    heard,
    open_review,
    propose,
    registered,
    who,
    world,
)
from tests.evaluation.stages import EACH, at, at_stage, correct, reactions
from tests.support.spec import Given

endorsement_gone = ExecutiveEndorsementWithdrawn(project_id=PROJECT, reason="A new management")
endorsed_again = ExecutiveEndorsementRecorded(project_id=PROJECT)
funded = OtherFundingDeclared(
    project_id=PROJECT, source="A province", kind="government", amount_cents=25_000_000
)


def test_case_19_an_endorsement_withdrawn_opens_the_check_and_never_the_history() -> None:
    here = heard(eligible(), PROPOSAL, endorsement_gone)
    here.when(reopen("readiness")).then(
        EligibilityCheckReopened(
            project_id=PROJECT,
            condition="readiness",
            because="The executive withdrew its endorsement.",
            proposal_hash=INITIAL,
        )
    )
    after = here.after(reopen("readiness"))
    state = after.state(EVALUATION)
    assert (state.stage, state.eligible) == ("awaiting_detail", True)
    assert state.verdicts["readiness"].verdict == "unknown"
    settled = after.when(correct("readiness", "not_met")).recorded().state(EVALUATION)
    assert (settled.stage, settled.eligible) == ("ineligible", False)


def test_case_19_a_withdrawn_endorsement_is_not_carried_to_the_detailed_version() -> None:
    here = heard(eligible(), PROPOSAL, endorsement_gone).after(reopen("readiness"))
    accepted = heard(here, PROPOSAL, detailed, confirmed(STARTUP, "2" * 64)).after(accept)
    assert "readiness" not in accepted.state(EVALUATION).verdicts
    carried = set(accepted.state(EVALUATION).verdicts)
    assert carried == {"scope", "incremental", "participants", "sme", "canada"}


def test_case_19_in_selection_nothing_is_approved_until_it_is_settled() -> None:
    here = heard(at_committee(), PROPOSAL, endorsement_gone).after(reopen("readiness"))
    refusal = here.when(propose).then_refused(ConditionsNotMet)
    assert refusal.facts == {"conditions": ["readiness"]}
    computed = verdict_of(here, assess("readiness", on=DECIDED_ON))
    assert (computed.computed_verdict, computed.overridden) == ("not_met", True)
    again = heard(here, PROPOSAL, endorsed_again)
    assert verdict_of(again, assess("readiness", on=DECIDED_ON)).overridden is False


def verdict_of(here: Given, ask: AssessCondition) -> EligibilityConditionAssessed:
    """The verdict that is recorded."""
    (given,) = here.when(ask).then_names("EligibilityConditionAssessed")
    assert isinstance(given, EligibilityConditionAssessed)
    return given


def test_case_11_other_funding_found_after_the_award_puts_it_before_people() -> None:
    here = heard(decided(), PROPOSAL, funded)
    here.when(reopen("incremental")).then_names(
        "EligibilityCheckReopened", "DecisionIntegrityReviewOpened"
    )
    after = here.after(reopen("incremental"))
    assert after.state(EVALUATION).stage == "approved"
    after.when(reopen("scope")).then_names("EligibilityCheckReopened")


def test_case_11_declared_funding_is_an_input_of_the_incremental_verdict() -> None:
    before, later = at_eligibility(), heard(at_eligibility(), PROPOSAL, funded)
    hashes = {verdict_of(here, assess("incremental")).inputs_hash for here in (before, later)}
    assert len(hashes) == 2
    assert len({verdict_of(here, assess("scope")).inputs_hash for here in (before, later)}) == 1


def reopen(condition: Any) -> ReopenCheck:
    """What the service asks of itself when a late fact is heard."""
    because = {
        "readiness": "The executive withdrew its endorsement.",
        "incremental": "Other funding of the project was declared.",
    }
    return ReopenCheck(
        project_id=PROJECT, condition=condition, because=because.get(condition, "Late"), **who()
    )


@pytest.mark.parametrize(
    ("fact", "condition"), [(endorsement_gone, "readiness"), (funded, "incremental")]
)
def test_a_late_fact_opens_its_check_wherever_there_is_one(fact: Heard, condition: str) -> None:
    for stage in ("awaiting_detail", "scoring", "committee", "approved"):
        assert reactions(fact, at_stage(stage)) == [reopen(condition)]
    for stage in ("ineligible", "declined", "stopped"):
        assert reactions(fact, at_stage(stage)) == []
    assert reactions(fact, {}) == []


def test_a_check_that_is_open_is_not_opened_twice() -> None:
    here = eligible().after(reopen("readiness"))
    here.when(reopen("readiness")).then_nothing()
    world().after(open_review).when(reopen("readiness")).then_nothing()


def test_reviews_stop_with_the_proposal() -> None:
    withdrawn = ProposalWithdrawn(project_id=PROJECT, reason="Funded elsewhere")
    stop = StopEvaluation(project_id=PROJECT, because="Funded elsewhere", **who())
    assert reactions(withdrawn, at_stage("scoring")) == [stop]
    for stage in ("approved", "declined", "stopped"):
        assert reactions(withdrawn, at_stage(stage)) == []
    assert reactions(withdrawn, {}) == []
    at("scoring").when(stop).then(EvaluationStopped(project_id=PROJECT, because="Funded elsewhere"))
    for command in EACH.values():
        at("stopped").when(command).then_refused(ProposalIsWithdrawn)


def test_an_expired_proposal_rests_until_it_is_reinstated() -> None:
    here = heard(at_eligibility(), PROPOSAL, ProposalExpired(project_id=PROJECT))
    here.when(assess("scope")).then_refused(ProposalIsExpired)
    again = heard(here, PROPOSAL, ProposalReinstated(project_id=PROJECT))
    again.when(assess("scope")).then_names("EligibilityConditionAssessed")


def test_i11_two_parties_that_a_person_holds_distinct_count_as_two() -> None:
    one_name = registered(STARTUP, "Port du Fleuve")
    here = world(startup=[one_name, attested(STARTUP, "85")]).after(open_review)
    assert verdict_of(here, assess("participants")).computed_verdict == "not_met"
    held = ParticipantsHeldDistinct(project_id=PROJECT, organisation_ids=(STARTUP, LEAD))
    distinct = heard(here, PROPOSAL, held)
    assert verdict_of(distinct, assess("participants")).computed_verdict == "met"
