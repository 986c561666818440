"""Eligibility: six verdicts, their conclusion, and what the detailed version does to them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.evaluation.app import DOMAIN
from services.evaluation.commands import OpenEligibilityReview
from services.evaluation.domain.conditions import ConditionUnknown
from services.evaluation.domain.eligibility.case import (
    NoSuchDay,
    case_of,
    computed_conditions,
    day_of,
)
from services.evaluation.domain.eligibility.detailed import (
    DetailedProposalIncomplete,
    DetailedProposalWasReturned,
)
from services.evaluation.domain.eligibility.verdicts import EligibilityUnsettled
from services.evaluation.domain.proposals import VersionNotSubmitted
from services.evaluation.domain.stages import (
    AlreadyDecided,
    EligibilityConcluded,
    EvaluationNotFound,
    NotAtThisStage,
    ProposalIsWithdrawn,
)
from services.evaluation.events.eligibility import (
    EligibilityAssessed,
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
    VerdictGiven,
)
from services.evaluation.inbound import NamedParty, ProposalWithdrawn
from services.evaluation.policies import POLICIES as REACTIONS
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.eligibility import CONDITIONS
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    EVALUATION,
    HISTORY,
    INITIAL,
    LEAD,
    OF_STARTUP,
    PROJECT,
    PROPOSAL,
    REVISED,
    STARTUP,
    SUBMITTED_ON,
    accept,
    assess,
    assess_all,
    assessed,
    at_committee,
    at_eligibility,
    attested,
    conclude,
    confirmed,
    decided,
    detailed,
    eligible,
    heard,
    open_review,
    policy,
    send_back,
    submitted,
    who,
    world,
)
from tests.support.spec import Given, given

withdrawn = ProposalWithdrawn(project_id=PROJECT, reason="Funded elsewhere")


def test_a_submitted_proposal_is_reviewed_by_the_policy_of_its_day() -> None:
    newer = policy("2020-2").model_copy(update={"effective_from": date(2020, 6, 16)})
    event = world(policies=[policy(), newer]).when(open_review).decision().says[0][1]
    assert event == EligibilityReviewOpened(
        project_id=PROJECT,
        programme="scale-ai",
        title=submitted.title,
        lead_organisation_id=LEAD,
        participants=event.participants,  # type: ignore[attr-defined]
        proposal_version=1,
        proposal_hash=INITIAL,
        submitted_on=SUBMITTED_ON,
        policy_version="2020-1",
    )
    assert [p.organisation_id for p in event.participants] == [LEAD, STARTUP]


def test_the_civil_day_decides_which_policy_is_pinned() -> None:
    newer = policy("2020-2").model_copy(update={"effective_from": SUBMITTED_ON})
    here = world(policies=[policy(), newer]).after(open_review)
    assert here.state(EVALUATION).policy_version == "2020-2"


def test_hearing_a_submission_opens_its_review() -> None:
    (react,) = REACTIONS[type(submitted)]
    reaction = Reaction(command=who(), find=lambda *_: None)
    assert react(submitted, reaction) == [
        OpenEligibilityReview(project_id=PROJECT, content_hash=INITIAL, **who())
    ]


def test_opening_twice_changes_nothing() -> None:
    at_eligibility().when(open_review).then_nothing()


def test_a_newer_version_replaces_the_one_under_review_and_keeps_the_policy() -> None:
    second = submitted.model_copy(update={"version": 2, "content_hash": REVISED})
    here = heard(at_eligibility().after(assess("scope")), PROPOSAL, second)
    here = heard(here, "policy-evaluation", policy("2020-2"))
    state = here.after(OpenEligibilityReview(project_id=PROJECT, **who())).state(EVALUATION)
    assert (state.proposal_hash, state.policy_version) == (REVISED, "2020-1")
    assert state.verdicts == {}


def test_confirming_the_computed_verdict_records_both() -> None:
    event = assessed(at_eligibility(), assess("participants"))
    assert (event.verdict, event.computed_verdict, event.overridden) == ("met", "met", False)
    assert (event.policy_version, event.proposal_hash) == ("2020-1", INITIAL)
    assert event.attestations == ()


def test_an_override_is_recorded_beside_the_computed_verdict() -> None:
    event = assessed(
        at_eligibility(), assess("participants", "not_met", reason="One owner behind both")
    )
    assert (event.verdict, event.computed_verdict, event.overridden) == ("not_met", "met", True)
    assert event.computed_because == "2 distinct of 2 confirmed parties; 2 needed."
    assert event.reason == "One owner behind both"


def test_a_human_verdict_has_nothing_computed_beside_it() -> None:
    event = assessed(at_eligibility(), assess("scope"))
    assert (event.computed_verdict, event.computed_because, event.overridden) == (None, None, False)


def test_the_sme_verdict_stores_the_attestations_that_it_rests_on() -> None:
    event = assessed(at_eligibility(), assess("sme"))
    assert [(a.organisation_id, str(a.fte)) for a in event.attestations] == [
        (LEAD, "812.5"),
        (STARTUP, "85"),
    ]


def test_the_same_verdict_again_changes_nothing() -> None:
    at_eligibility().after(assess("canada")).when(assess("canada")).then_nothing()


def test_six_conditions_met_make_a_proposal_eligible() -> None:
    at_eligibility().after(*assess_all).when(conclude).then(
        EligibilityAssessed(
            project_id=PROJECT,
            eligible=True,
            verdicts=tuple(
                VerdictGiven(condition=name, verdict="met", reason="Seen and agreed")
                for name in CONDITIONS
            ),
            policy_version="2020-1",
            proposal_hash=INITIAL,
            assessed_by="officer-1",
        )
    )


@pytest.mark.parametrize("unmet", CONDITIONS)
def test_any_condition_not_met_makes_it_ineligible(unmet: Any) -> None:
    here = at_eligibility().after(*assess_all, assess(unmet, "not_met"))
    (event,) = here.when(conclude).then_names("EligibilityAssessed")
    assert isinstance(event, EligibilityAssessed)
    assert not event.eligible


def test_a_condition_not_met_decides_whatever_is_unknown() -> None:
    here = at_eligibility().after(*assess_all, assess("scope", "unknown"))
    here.after(assess("incremental", "not_met")).when(conclude).then_names("EligibilityAssessed")


def test_what_is_not_assessed_or_unknown_is_listed() -> None:
    two_open = at_eligibility().after(*assess_all[2:])
    refusal = two_open.when(conclude).then_refused(EligibilityUnsettled)
    assert refusal.facts == {"conditions": ["scope", "incremental"]}
    unknown = at_eligibility().after(*assess_all, assess("scope", "unknown"))
    refusal = unknown.when(conclude).then_refused(EligibilityUnsettled)
    assert refusal.facts == {"conditions": ["scope"]}


def test_an_unknown_size_is_computed_again_when_the_attestation_arrives() -> None:
    here = world(startup=[]).after(open_review, *assess_all, assess("sme", "unknown"))
    here.when(conclude).then_refused(EligibilityUnsettled)
    arrived = heard(here, OF_STARTUP, attested(STARTUP, "85"))
    refusal = arrived.when(conclude).then_refused(EligibilityUnsettled)
    assert refusal.facts == {"conditions": ["sme"]}
    arrived.after(assess("sme")).when(conclude).then_names("EligibilityAssessed")


def test_an_attestation_as_of_a_later_day_does_not_help() -> None:
    late = attested(STARTUP, "85", as_of=date(2020, 6, 16))
    here = world(startup=[late]).after(open_review)
    given, _ = here.when(assess("sme", "unknown")).then_names(
        "EligibilityConditionAssessed", "InformationRequested"
    )
    assert isinstance(given, EligibilityConditionAssessed)
    assert given.computed_verdict == "unknown"


def test_a_verdict_whose_computation_changed_must_be_given_again() -> None:
    here = world(proposal=[submitted]).after(open_review, *assess_all)
    overridden = here.state(EVALUATION).verdicts["participants"]
    assert overridden.overridden
    unconfirmed = at_eligibility().after(*assess_all[:2], assess("participants", "not_met"))
    unconfirmed.after(*assess_all[3:]).when(conclude).then_names("EligibilityAssessed")
    computed_no = world(proposal=[submitted]).after(
        open_review, *assess_all, assess("participants", "not_met")
    )
    refusal = (
        heard(computed_no, PROPOSAL, confirmed()).when(conclude).then_refused(EligibilityUnsettled)
    )
    assert refusal.facts == {"conditions": ["participants"]}


def test_a_confirmation_after_the_submission_counts() -> None:
    here = world(proposal=[submitted]).after(open_review)
    assert assessed(here, assess("participants")).computed_verdict == "not_met"
    late = heard(here, PROPOSAL, confirmed())
    assert assessed(late, assess("participants")).computed_verdict == "met"


def test_a_single_firm_is_eligible_under_a_policy_that_says_so() -> None:
    alone = submitted.model_copy(
        update={"participants": (NamedParty(organisation_id=LEAD, name="Port"),)}
    )
    covid = policy(min_participants=1, min_smes=0)
    here = given(DOMAIN, {"policy-evaluation": [covid], PROPOSAL: [alone]})
    here.after(open_review, *assess_all).when(conclude).then_names("EligibilityAssessed")


def test_the_officer_sees_what_is_computed_beside_what_was_given() -> None:
    here = at_eligibility().after(assess("sme"))
    case = case_of(
        here.state(EVALUATION),
        here.state(PROPOSAL),
        {OF_STARTUP: here.state(OF_STARTUP)},
        here.state("policy-evaluation"),
        SUBMITTED_ON,
    )
    shown = {row["condition"]: row for row in computed_conditions(here.state(EVALUATION), case)}
    assert list(shown) == list(CONDITIONS)
    assert shown["sme"]["computed"]["verdict"] == "met"
    assert shown["sme"]["given"]["verdict"] == "met"
    assert (shown["scope"]["computed"], shown["scope"]["given"]) == (None, None)


def test_a_day_is_read_strictly() -> None:
    assert day_of(None, SUBMITTED_ON) == SUBMITTED_ON
    assert day_of("2020-07-20", SUBMITTED_ON) == date(2020, 7, 20)
    with pytest.raises(NoSuchDay):
        day_of("20.7.2020", SUBMITTED_ON)


nothing_heard = given(DOMAIN, {"policy-evaluation": HISTORY["policy-evaluation"]})
incomplete = detailed.model_copy(
    update={"budget_lines": (), "work_plan": (), "ip_plan_declared": False}
)


def ineligible() -> Given:
    """Concluded, and not eligible."""
    return at_eligibility().after(*assess_all, assess("scope", "not_met"), conclude)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # history                                  asked         why not
        (lambda: nothing_heard, open_review, VersionNotSubmitted),
        (lambda: world(policies=[]), open_review, NoPolicyInForce),
        (lambda: heard(world(), PROPOSAL, withdrawn), open_review, ProposalIsWithdrawn),
        (eligible, open_review, EligibilityConcluded),
        (ineligible, open_review, EligibilityConcluded),
        (lambda: world(), assess("scope"), EvaluationNotFound),
        (at_eligibility, assess("beauty"), ConditionUnknown),  # type: ignore[arg-type]
        (eligible, assess("scope"), EligibilityConcluded),
        (ineligible, assess("scope"), EligibilityConcluded),
        (decided, assess("scope"), AlreadyDecided),
        (lambda: heard(at_eligibility(), PROPOSAL, withdrawn), conclude, ProposalIsWithdrawn),
        (lambda: world(), conclude, EvaluationNotFound),
        (at_eligibility, conclude, EligibilityUnsettled),
        (eligible, conclude, EligibilityConcluded),
        (lambda: world(), accept, EvaluationNotFound),
        (at_eligibility, accept, NotAtThisStage),
        (eligible, accept, VersionNotSubmitted),
        (lambda: heard(eligible(), PROPOSAL, incomplete), accept, DetailedProposalIncomplete),
        (
            lambda: heard(eligible(), PROPOSAL, detailed).after(send_back),
            accept,
            DetailedProposalWasReturned,
        ),
        (
            lambda: heard(eligible(), PROPOSAL, detailed).after(send_back),
            send_back,
            DetailedProposalWasReturned,
        ),
        (at_committee, send_back, NotAtThisStage),
        (decided, accept, AlreadyDecided),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)
