"""Case C-040, with its figures, and the same for any sequence of decisions and releases."""

from itertools import pairwise

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.envelope import (
    DrawDown,
    MoveCommitment,
    ReleaseCommitment,
    ReserveCommitment,
)
from services.reimbursement.domain.reserving import CommitmentNotFound
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

BEFORE = "prj_" + "00" * 16
FIRST = "prj_" + "01" * 16
SECOND = "prj_" + "02" * 16
THIRD = "prj_" + "03" * 16
LAST = "prj_" + "04" * 16
ENVELOPE_CENTS = 5_340_000_000
AMOUNTS = {
    BEFORE: 5_290_000_000,
    FIRST: 30_000_000,
    SECOND: 25_000_000,
    THIRD: 20_000_000,
    LAST: 1,
}


def decisions(amounts: dict[str, int]) -> eg.History:
    """Approvals of these ceilings, none of them reserved yet."""
    history: eg.History = {eg.policy_stream: [eg.policy], eg.envelope_stream: [eg.envelope]}
    for project_id, cents in amounts.items():
        award = eg.approved.model_copy(update={"project_id": project_id, "ceiling_cents": cents})
        history[f"evaluation-{project_id}"] = [award]
    return history


def reserve(project_id: str) -> Command:
    return ReserveCommitment(project_id=project_id, **eg.asked())


def release(project_id: str) -> Command:
    return ReleaseCommitment(
        envelope_id="federal-2018", project_id=project_id, reason="Lapsed.", **eg.asked()
    )


def left(here: Given) -> int:
    found: int = here.state(eg.envelope_stream).left_cents
    return found


def test_the_first_of_two_decisions_wins_and_the_rest_fits_exactly() -> None:
    here = given(DOMAIN, decisions(AMOUNTS)).after(reserve(BEFORE), reserve(FIRST))
    assert left(here) == 20_000_000
    here.when(reserve(SECOND)).then_names("CommitmentRefused")
    full = here.after(reserve(SECOND), reserve(THIRD))
    assert left(full) == 0
    full.when(reserve(LAST)).then_names("CommitmentRefused")


def test_the_second_of_two_decisions_wins_and_a_cent_fits() -> None:
    here = given(DOMAIN, decisions(AMOUNTS)).after(reserve(BEFORE), reserve(SECOND))
    assert left(here) == 25_000_000
    here.when(reserve(FIRST)).then_names("CommitmentRefused")
    nearly = here.after(reserve(FIRST), reserve(THIRD))
    assert left(nearly) == 5_000_000
    nearly.when(reserve(LAST)).then_names("CommitmentReserved", "AgreementDrafted")


def test_a_lapsed_decision_gives_its_amount_back_once_only() -> None:
    here = given(DOMAIN, decisions(AMOUNTS)).after(reserve(BEFORE), reserve(FIRST))
    freed = here.after(release(FIRST))
    assert left(freed) == 50_000_000
    freed.when(release(FIRST)).then_refused(CommitmentNotFound)


steps = st.lists(st.tuples(st.sampled_from(["reserve", "release"]), st.integers(0, 5)), max_size=30)


@settings(max_examples=60)
@for_all(steps, st.lists(st.integers(1, ENVELOPE_CENTS), min_size=6, max_size=6))
def test_commitments_never_exceed_the_envelope(
    asked: list[tuple[str, int]], amounts: list[int]
) -> None:
    projects = [f"prj_{number:032x}" for number in range(6)]
    here = given(DOMAIN, decisions(dict(zip(projects, amounts, strict=True))))
    held: dict[str, int] = {}
    for step, number in asked:
        project_id, cents = projects[number], amounts[number]
        if step == "reserve":
            here = here.after(reserve(project_id))
            if cents <= ENVELOPE_CENTS - sum(held.values()):
                held[project_id] = cents
        elif held.pop(project_id, None) is None:
            here.when(release(project_id)).then_refused(CommitmentNotFound)
        else:
            here = here.after(release(project_id))
        assert left(here) == ENVELOPE_CENTS - sum(held.values()) >= 0


@settings(max_examples=30)
@for_all(st.permutations([FIRST, SECOND, THIRD, LAST]))
def test_every_prefix_of_the_history_keeps_within_the_envelope(order: list[str]) -> None:
    here = given(DOMAIN, decisions(AMOUNTS)).after(reserve(BEFORE))
    here = here.after(*(reserve(project_id) for project_id in order))
    events = here.history[eg.envelope_stream]
    fold = DOMAIN.folds["envelope"]
    states = [fold.of(events[:count]) for count in range(1, len(events) + 1)]
    assert all(state.committed_cents <= state.amount_cents for state in states)
    assert all(
        before.committed_cents <= after.committed_cents for before, after in pairwise(states)
    )


LATER = "federal-2023"
later = eg.envelope.model_copy(update={"envelope_id": LATER, "amount_cents": 60_000_000})
moves = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "revise", "release", "draw", "put back", "move"]),
        st.integers(0, 3),
        st.integers(1, 30_000_000),
    ),
    max_size=25,
)


@settings(max_examples=60)
@for_all(moves)
def test_r15_no_interleaving_ever_promises_or_pays_what_is_not_there(
    asked: list[tuple[str, int, int]],
) -> None:
    """Whatever is decided, revised, paid, returned and moved: both pots add up to the cent.

    The first two agreements are in force, and are paid; the others are awards.
    """
    projects = [f"prj_{number:032x}" for number in range(4)]
    small = eg.envelope.model_copy(update={"amount_cents": 50_000_000})
    history = decisions(dict.fromkeys(projects, 10_000_000))
    reserved = [
        eg.reserved.model_copy(update={"project_id": project_id, "amount_cents": 10_000_000})
        for project_id in projects[:2]
    ]
    history = {**history, eg.envelope_stream: [small, *reserved], f"envelope-{LATER}": [later]}
    for project_id in projects[:2]:
        about = {"project_id": project_id, "ceiling_cents": 10_000_000}
        history[f"agreement-{project_id}"] = [
            eg.drafted.model_copy(update=about),
            eg.executed.model_copy(update=about),
        ]
    here = given(DOMAIN, history)
    for step, number, cents in asked:
        here = _stepped(here, step, projects[number], cents)
        for stream in (eg.envelope_stream, f"envelope-{LATER}"):
            envelope = here.state(stream)
            kept = envelope.commitments.values()
            assert envelope.committed_cents == sum(one.amount_cents for one in kept)
            assert envelope.consumed_cents == sum(one.drawn_cents for one in kept)
            assert 0 <= envelope.consumed_cents <= envelope.committed_cents
            assert envelope.committed_cents <= envelope.amount_cents


def _stepped(here: Given, step: str, project_id: str, cents: int) -> Given:
    """The history after one step, or the same where a rule refuses it."""
    agreement = here.state(f"agreement-{project_id}")
    who = eg.asked(eg.finance)
    if step == "revise":
        award = eg.approved.model_copy(update={"project_id": project_id, "ceiling_cents": cents})
        stream = f"evaluation-{project_id}"
        revised = [*here.history[stream], award]
        return Given(here.domain, {**here.history, stream: revised}).after(reserve(project_id))
    if step == "reserve":
        return here.after(reserve(project_id))
    if step in ("draw", "put back"):
        envelope = here.state(f"envelope-{agreement.envelope_id or 'none'}")
        kept = envelope.commitments.get(project_id)
        if kept is None or agreement.executed_on is None:
            return here
        most = kept.undrawn_cents if step == "draw" else kept.drawn_cents
        amount = min(cents, most) * (1 if step == "draw" else -1)
        return here.after(
            DrawDown(
                project_id=project_id,
                organisation_id=eg.terminal,
                claim_id=None,
                amount_cents=amount,
                drawn_on=who["now"].date(),
                **who,
            )
        )
    ask: Command = release(project_id)
    if step == "move":
        ask = MoveCommitment(
            project_id=project_id, to_envelope_id=LATER, reason="The window ends.", **who
        )
    try:
        return here.after(ask)
    except Refusal:
        return here
