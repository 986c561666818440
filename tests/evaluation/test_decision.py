"""The decision: a committee with a quorum, six conditions met, and two persons (E-8, E-9)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.evaluation.commands import RecordFinding, RecordVote
from services.evaluation.domain.decision.committee import AlreadyVoted, NoQuorum, NotAtCommittee
from services.evaluation.domain.decision.deciding import (
    ConditionsNotMet,
    DecisionIncomplete,
    NoDecisionProposed,
    RateOutOfRange,
    RecusedFromDecision,
    SizesChanged,
    StartsTooLate,
)
from services.evaluation.domain.decision.diligence import DueDiligenceOpen
from services.evaluation.domain.stages import (
    AlreadyDecided,
    EvaluationNotFound,
    NotAtThisStage,
    ProposalIsWithdrawn,
)
from services.evaluation.events.decision import (
    CommitteeConvened,
    DueDiligenceCleared,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
    VoteRecorded,
)
from services.evaluation.events.eligibility import EligibilityConditionAssessed
from services.evaluation.events.vocabulary import Participant
from services.evaluation.inbound import ProposalWithdrawn
from shared.kernel.commands import Actor, Command
from shared.kernel.events import Event, body_of
from shared.kernel.refusals import Refusal, SamePerson
from shared.kernel.streams import named_in
from tests.evaluation.examples import (
    DECIDED_ON,
    DETAILED,
    EVALUATION,
    LEAD,
    MEMBERS,
    OF_STARTUP,
    OFFICER,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    Told,
    actor,
    assess,
    assign,
    at_committee,
    at_selection,
    attested,
    clear,
    confirm,
    convene,
    decided,
    declare,
    heard,
    lock,
    propose,
    propose_decline,
    recommend,
    reviewed,
    who,
    world,
)
from tests.support.spec import Given

CHAIR, SECOND, THIRD = MEMBERS
grown = attested(STARTUP, "640", as_of=date(2020, 9, 1))


found = RecordFinding(
    project_id=PROJECT,
    finding="Two of three founders left",
    source="Register of companies",
    organisation_id=STARTUP,
    **who(),
)


def vote(by: Actor, ballot: str = "for") -> RecordVote:
    """A member's vote."""
    return RecordVote(project_id=PROJECT, vote=ballot, **who(by))  # type: ignore[arg-type]


def by(person: Actor, command: Command) -> Command:
    """The same, asked by another person."""
    return replace(command, by=person)


def test_due_diligence_is_cleared_once_with_a_reason() -> None:
    reviewed().after(lock).when(clear).then(
        DueDiligenceCleared(project_id=PROJECT, reason="Registers searched", cleared_by="officer-1")
    )
    at_committee().when(clear).then_nothing()


def test_a_recommendation_has_reasons_and_may_be_made_anew() -> None:
    recommended = reviewed().after(lock, clear, recommend)
    recommended.when(recommend).then(
        RecommendationMade(
            project_id=PROJECT,
            outcome="approved",
            reasons=("Strong team",),
            recommended_by="officer-1",
        )
    )


def test_the_meeting_is_recorded_with_the_quorum_it_needs() -> None:
    reviewed().after(lock, clear, recommend).when(convene).then(
        CommitteeConvened(
            project_id=PROJECT,
            attendees=("member-1", "member-2", "member-3"),
            recusals=(),
            quorum=3,
            convened_on=DECIDED_ON,
            convened_by="officer-1",
        )
    )


def test_a_reviewer_recused_earlier_stands_back_on_the_committee_too() -> None:
    recused = actor("member-3", "reviewer", "committee")
    here = at_selection().after(assign(recused), declare(recused, "actual"))
    here = replace(reviewed(), history={**reviewed().history, **_and_reviews(here)})
    here = here.after(lock, clear, recommend, convene)
    committee = here.state(EVALUATION).committee
    assert committee.recusals == ("member-3",)
    here.when(propose).then_refused(NoQuorum)


def _and_reviews(here: Given) -> dict[str, list[Told]]:
    selected = len(at_selection().history[EVALUATION])
    own = list(here.history[EVALUATION])[selected:]
    return {EVALUATION: [*reviewed().history[EVALUATION], *own]}


def test_votes_are_recorded_and_decide_nothing() -> None:
    at_committee().when(vote(CHAIR)).then(
        VoteRecorded(project_id=PROJECT, person="member-1", vote="for")
    )
    at_committee().after(vote(CHAIR)).when(vote(CHAIR)).then_nothing()
    against = at_committee().after(*[vote(member, "against") for member in MEMBERS])
    against.when(propose).then_names("DecisionProposed")


def test_two_persons_approve_a_project_at_an_exact_rate() -> None:
    at_committee().after(propose).when(confirm).then(
        ProjectApproved(
            project_id=PROJECT,
            programme="scale-ai",
            title="Prévisions d’arrivée au port",
            lead_organisation_id=LEAD,
            participants=(
                Participant(organisation_id=LEAD, name="Port du Fleuve"),
                Participant(organisation_id=STARTUP, name="Marée IA inc."),
            ),
            rate=Fraction(27, 83),
            ceiling_cents=270_000_000,
            envelope_id="isi-2018",
            conditions=(),
            reasons=(),
            policy_version="2020-1",
            proposal_hash=DETAILED,
            weighted_score=Fraction(905, 12),
            decided_on=DECIDED_ON,
            proposed_by="member-1",
            confirmed_by="member-2",
        )
    )


def test_an_approval_is_part_of_every_participants_history() -> None:
    (approved,) = at_committee().after(propose).when(confirm).then_names("ProjectApproved")
    assert isinstance(approved, Event)
    assert named_in(body_of(approved), PROJECT) == [LEAD, STARTUP]


def test_an_approval_with_conditions_says_so() -> None:
    conditional = replace(propose, conditions=("Signed data agreement",))
    here = at_committee().after(conditional, confirm)
    assert here.state(EVALUATION).stage == "approved_with_conditions"


def test_two_persons_decline_a_project_with_reasons() -> None:
    (declined,) = at_committee().after(propose_decline).when(confirm).then_names("ProjectDeclined")
    assert isinstance(declined, ProjectDeclined)
    assert declined.reasons == ("Little for others in it",)


def test_a_decline_needs_neither_cleared_due_diligence_nor_met_conditions() -> None:
    against = replace(recommend, outcome="declined", reasons=("The founders left",))
    here = reviewed().after(lock, found, against, convene, assess("canada", "not_met"))
    here.after(propose_decline).when(confirm).then_names("ProjectDeclined")


def test_a_later_proposal_replaces_the_first_and_still_needs_two_persons() -> None:
    here = at_committee().after(propose, by(SECOND, propose_decline))
    here.when(confirm).then_refused(SamePerson)
    here.when(by(CHAIR, confirm)).then_names("ProjectDeclined")


def test_a_new_meeting_needs_a_new_proposal() -> None:
    at_committee().after(propose, convene).when(confirm).then_refused(NoDecisionProposed)


def test_a_firm_that_outgrew_sme_before_the_decision_is_assessed_again() -> None:
    here = heard(at_committee(), OF_STARTUP, grown)
    here.when(propose).then_refused(SizesChanged)
    anew = here.after(assess("sme", "not_met", on=DECIDED_ON))
    refusal = anew.when(propose).then_refused(ConditionsNotMet)
    assert refusal.facts == {"conditions": ["sme"]}
    overridden = here.after(assess("sme", on=DECIDED_ON, reason="Seasonal staff counted twice"))
    overridden.after(propose).when(confirm).then_names("ProjectApproved")


def test_an_override_holds_for_the_attestations_that_it_was_given_on() -> None:
    overridden = heard(at_committee(), OF_STARTUP, grown).after(assess("sme", on=DECIDED_ON))
    newer = attested(STARTUP, "700", as_of=date(2020, 9, 10))
    heard(overridden, OF_STARTUP, newer).when(propose).then_refused(SizesChanged)


def test_growth_after_the_proposal_is_seen_at_the_confirmation() -> None:
    proposed = at_committee().after(propose)
    heard(proposed, OF_STARTUP, grown).when(confirm).then_refused(SizesChanged)


def test_an_attestation_as_of_a_day_after_the_decision_changes_nothing() -> None:
    later = attested(STARTUP, "640", as_of=date(2020, 9, 15))
    heard(at_committee(), OF_STARTUP, later).when(propose).then_names("DecisionProposed")


@pytest.mark.parametrize(
    ("decided_on", "refused"),
    [(date(2020, 8, 4), False), (date(2020, 8, 3), True)],
    ids=["90 days", "91 days"],
)
def test_the_start_is_at_most_90_days_after_the_decision(decided_on: date, refused: bool) -> None:
    early = replace(propose, **who(CHAIR, decided_on))
    asked = at_committee().when(early)
    if refused:
        asked.then_refused(StartsTooLate)
    else:
        asked.then_names("DecisionProposed")


def test_a_late_start_needs_an_override_of_readiness_with_a_reason() -> None:
    too_early = date(2020, 8, 3)
    override = assess("readiness", reason="The vessel is chartered", on=too_early)
    (given,) = at_committee().when(override).then_names("EligibilityConditionAssessed")
    assert isinstance(given, EligibilityConditionAssessed)
    assert (given.computed_verdict, given.overridden) == ("not_met", True)
    here = at_committee().after(override)
    here.when(replace(propose, **who(CHAIR, too_early))).then_names("DecisionProposed")


def recused_chair() -> Given:
    """The chair stands back; three others are there."""
    extra = replace(
        convene,
        attendees=("member-1", "member-2", "member-3", "member-4"),
        recusals=("member-1",),
    )
    return reviewed().after(lock, clear, recommend, extra)


def two_present() -> Given:
    """No quorum."""
    few = replace(convene, attendees=("member-1", "member-2"))
    return reviewed().after(lock, clear, recommend, few)


def one_recused() -> Given:
    """Three are there, but one stands back."""
    stood_back = replace(convene, recusals=("member-3",))
    return reviewed().after(lock, clear, recommend, stood_back)


def without_diligence() -> Given:
    """Something was found after due diligence had been cleared."""
    return at_committee().after(found)


def not_in_canada() -> Given:
    """One condition isn't met for the accepted version."""
    return at_committee().after(assess("canada", "not_met"))


def proposed() -> Given:
    """A decision waits for its second person."""
    return at_committee().after(propose)


def withdrawn() -> Given:
    """The lead took its proposal back while a decision was waiting."""
    return heard(
        proposed(), PROPOSAL, ProposalWithdrawn(project_id=PROJECT, reason="Funded elsewhere")
    )


def locked() -> Given:
    """The scores are final, nothing else."""
    return reviewed().after(lock)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # history           asked                                          why not
        (reviewed, clear, NotAtThisStage),
        (decided, clear, AlreadyDecided),
        (world, clear, EvaluationNotFound),
        (reviewed, recommend, NotAtThisStage),
        (at_committee, recommend, NotAtThisStage),
        (locked, convene, NotAtThisStage),
        (decided, convene, AlreadyDecided),
        (at_committee, vote(actor("member-9", "committee")), NotAtCommittee),
        (recused_chair, vote(CHAIR), NotAtCommittee),
        (lambda: at_committee().after(vote(CHAIR)), vote(CHAIR, "against"), AlreadyVoted),
        (locked, vote(CHAIR), NotAtThisStage),
        (locked, propose, NotAtThisStage),
        (at_committee, replace(propose, rate=None), DecisionIncomplete),
        (at_committee, replace(propose, ceiling_cents=None), DecisionIncomplete),
        (at_committee, replace(propose, envelope_id=None), DecisionIncomplete),
        (at_committee, replace(propose_decline, reasons=()), DecisionIncomplete),
        (at_committee, replace(propose, rate=Fraction(0)), RateOutOfRange),
        (at_committee, replace(propose, rate=Fraction(101, 100)), RateOutOfRange),
        (two_present, propose, NoQuorum),
        (one_recused, propose, NoQuorum),
        (one_recused, propose_decline, NoQuorum),
        (recused_chair, propose, RecusedFromDecision),
        (lambda: recused_chair().after(by(OFFICER, propose)), by(CHAIR, confirm),
         RecusedFromDecision),
        (without_diligence, propose, DueDiligenceOpen),
        (not_in_canada, propose, ConditionsNotMet),
        (at_committee, confirm, NoDecisionProposed),
        (proposed, by(CHAIR, confirm), SamePerson),
        (withdrawn, confirm, ProposalIsWithdrawn),
        (lambda: proposed().after(assess("canada", "not_met")), confirm, ConditionsNotMet),
        (decided, propose, AlreadyDecided),
        (decided, by(THIRD, confirm), AlreadyDecided),
        (world, confirm, EvaluationNotFound),
    ],
)  # fmt: skip
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)


def test_a_decision_that_lacks_something_says_where() -> None:
    empty = replace(propose, rate=None, ceiling_cents=None, envelope_id=None)
    refusal = at_committee().when(empty).then_refused(DecisionIncomplete)
    assert [fault.pointer for fault in refusal.faults] == ["/rate", "/ceiling", "/envelope_id"]


def test_two_persons_means_two_persons_whatever_their_roles() -> None:
    again = actor("member-1", "programme_officer")
    proposed().when(by(again, confirm)).then_refused(SamePerson)
    proposed().when(by(REVIEWERS[0], confirm)).then_names("ProjectApproved")
