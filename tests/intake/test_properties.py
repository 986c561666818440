"""What holds for any sequence of commands, and for any shares of ownership."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import given as for_all
from hypothesis import strategies as some

from services.intake import inbound
from services.intake.domain import refusals
from services.intake.domain.refusals import ProposalNotFound
from services.intake.domain.status import STATES
from services.intake.domain.transitions import TABLE
from services.intake.events.vocabulary import IpOwner
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.intake import examples
from tests.intake.examples import (
    EVALUATION,
    PROJECT,
    declare_ip_plan,
    drafted,
    proposal_of,
    status,
    story,
    with_evaluation,
)
from tests.intake.states import QUESTIONS, asked, complete
from tests.support.spec import Asked, Given

Saying = Callable[[Given], inbound.EvaluationHeard]


def _version(here: Given) -> int:
    return proposal_of(here).course.version


def _corrected(here: Given) -> inbound.EligibilityVerdictCorrected:
    return inbound.EligibilityVerdictCorrected(
        project_id=PROJECT,
        condition="sme",
        verdict="met",
        reason="looked at again",
        eligible=status(here) == "ineligible",
    )


def _rescinded(here: Given) -> inbound.DecisionRescinded:
    outcome = "approved" if status(here) == "selected" else "declined"
    return inbound.DecisionRescinded(
        project_id=PROJECT, earlier_outcome=outcome, reasons=("a conflict",)
    )


SAYINGS: Mapping[str, Saying] = {
    "InformationRequested": lambda here: asked.model_copy(
        update={"request_id": f"request-{len(here.history[EVALUATION])}"}
    ),
    "InformationRequestClosed": lambda here: inbound.InformationRequestClosed(
        project_id=PROJECT, request_id=here.state(EVALUATION).requests[-1].request_id
    ),
    "found eligible": lambda _: examples.eligible,
    "found ineligible": lambda _: examples.ineligible,
    "EligibilityVerdictCorrected": _corrected,
    "DetailedProposalReturned": lambda here: inbound.DetailedProposalReturned(
        project_id=PROJECT, proposal_version=_version(here)
    ),
    "DetailedProposalAccepted": lambda _: examples.accepted,
    "ProjectApproved": lambda _: examples.approved,
    "ProjectDeclined": lambda _: examples.declined_by_committee,
    "AwardConditionExpired": lambda _: inbound.AwardConditionExpired(
        project_id=PROJECT, condition="a permit"
    ),
    "DecisionRescinded": _rescinded,
}
"""What evaluation may say, from where the proposal stands."""

steps = some.lists(some.sampled_from([*TABLE.rows, *SAYINGS]), max_size=40)


def asking(here: Given, command: type[Command]) -> Given:
    """The history after a command: legal where the table says so, refused as it says elsewhere.

    What it allows may still be refused for another reason; and who asks is looked at before.
    """
    outcome = TABLE.outcome(command, status(here))
    asked = here.when(QUESTIONS[command](here))
    refusal = refusal_of(asked)
    if refusal is not None:
        about_the_person = refusals.NotTheLead, refusals.ParticipantNotFound, ProposalNotFound
        assert isinstance(outcome, tuple) or isinstance(refusal, (outcome, *about_the_person))
        return here
    after = asked.recorded()
    assert status(after) in outcome  # type: ignore[operator]
    return after


def refusal_of(asked: Asked) -> Refusal | None:
    """Why it is refused, if it is."""
    try:
        asked.decision()
    except Refusal as refusal:
        return refusal
    return None


def hearing(here: Given, name: str) -> Given:
    """The history after something that evaluation may say where the proposal stands."""
    known = "EligibilityAssessed" if name.startswith("found") else name
    before = status(here)
    follows = TABLE.heard[known].get(before)
    if follows is None:
        return here
    said = [*here.history[EVALUATION], SAYINGS[name](here)]
    after = with_evaluation(here, *said)  # type: ignore[arg-type]
    expected = follows if isinstance(follows, tuple) else (follows,)
    assert status(after) in (*expected, before)
    return after


@for_all(some.sampled_from([story(drafted), complete]), steps)
def test_any_sequence_folds_to_a_legal_state(here: Given, taken: list[type[Command] | str]) -> None:
    for step in taken:
        here = hearing(here, step) if isinstance(step, str) else asking(here, step)
        assert status(here) in STATES
        proposal = proposal_of(here)
        assert proposal.lead_organisation_id in proposal.party_ids
        assert proposal.course.version == sum(
            event.event_name in ("ProposalSubmitted", "DetailedProposalSubmitted")
            for event in here.history[examples.PROPOSAL]
        )


parts = some.lists(some.integers(0, 10**6), min_size=1, max_size=12).filter(any)


def owners(shares: list[Fraction]) -> tuple[IpOwner, ...]:
    return tuple(
        IpOwner(owner=f"third party {number}", share=share) for number, share in enumerate(shares)
    )


@for_all(parts, some.sampled_from([1, 100]), some.integers(1, 10**9))
def test_i7_shares_add_up_exactly_or_are_refused(whole: list[int], of: int, too_much: int) -> None:
    shares = [Fraction(part * of, sum(whole)) for part in whole]
    exact = replace(declare_ip_plan, owners=owners(shares))
    (event,) = story(drafted).when(exact).then_names("IpPlanDeclared")
    assert sum(owner.share for owner in event.owners) == 1  # type: ignore[attr-defined]
    off = replace(
        declare_ip_plan, owners=owners([*shares[:-1], shares[-1] + Fraction(1, too_much)])
    )
    if sum(owner.share for owner in off.owners) not in (1, 100):
        story(drafted).when(off).then_refused(refusals.IpSharesDoNotAddUp)
