"""Money of an envelope on its way: drawn down, moved, closed, decided again (R-15, case 22)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.envelope import (
    CloseEnvelope,
    DrawDown,
    MoveCommitment,
    OpenEnvelope,
    ReleaseCommitment,
    ReleaseRemainder,
    ReserveCommitment,
)
from services.reimbursement.domain.agreement import AgreementNotActive
from services.reimbursement.domain.drawing import EnvelopeExhausted, EnvelopeOfOtherProgramme
from services.reimbursement.domain.envelope import (
    CommitmentsOutstanding,
    Envelope,
    EnvelopeIsClosed,
    EnvelopeNotFound,
    PaymentOutsideEnvelope,
    require_in_window,
)
from services.reimbursement.domain.forecast import Year, expected_by_year, forecast
from services.reimbursement.domain.reserving import CommitmentNotFound
from services.reimbursement.events.agreement import AgreementClosed, AgreementDrafted
from services.reimbursement.events.envelope import CommitmentReleased, CommitmentReserved
from services.reimbursement.inbound import DecisionRescinded
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.reimbursement import examples as eg
from tests.support.spec import given

later_stream = "envelope-federal-2023"
later = eg.envelope.model_copy(
    update={
        "envelope_id": "federal-2023",
        "valid_from": date(2023, 4, 1),
        "valid_to": date(2028, 3, 31),
        "amount_cents": 25_000_000,
    }
)
closed = AgreementClosed(
    project_id=eg.project,
    entitled_cents=10_000_000,
    paid_cents=10_000_000,
    closed_on=date(2021, 6, 1),
    closed_by="officer-1",
)


def draw(cents: int, on: date = date(2020, 12, 1)) -> DrawDown:
    return DrawDown(
        project_id=eg.project,
        organisation_id=eg.terminal,
        claim_id=None,
        amount_cents=cents,
        drawn_on=on,
        **eg.asked(eg.this_service),
    )


def move(to: str = "federal-2023") -> MoveCommitment:
    return MoveCommitment(
        project_id=eg.project,
        to_envelope_id=to,
        reason="The window ends before the last claim is paid.",
        **eg.asked(eg.finance),
    )


def close(envelope_id: str = "federal-2018") -> CloseEnvelope:
    return CloseEnvelope(
        envelope_id=envelope_id, reason="The programme's first phase is over.", **eg.asked()
    )


def two_envelopes() -> eg.History:
    return {**eg.in_force(), later_stream: [later]}


reserve = ReserveCommitment(project_id=eg.project, **eg.asked())


def test_r15_a_payment_is_consumed_in_its_fiscal_year_and_a_failed_one_comes_back() -> None:
    here = given(DOMAIN, eg.in_force()).after(
        draw(8_000_000, date(2020, 12, 1)), draw(2_000_000, date(2021, 4, 1)), draw(-8_000_000)
    )
    envelope: Envelope = here.state(eg.envelope_stream)
    assert (envelope.committed_cents, envelope.consumed_cents) == (30_000_000, 2_000_000)
    assert envelope.consumed_by_year_cents == {"2020-21": 0, "2021-22": 2_000_000}
    assert envelope.commitments[eg.project].undrawn_cents == 28_000_000
    assert envelope.left_cents == 5_310_000_000


def test_r15_what_no_envelope_of_ours_pays_is_not_noted() -> None:
    history: eg.History = {**eg.in_force(), eg.envelope_stream: [eg.envelope]}
    given(DOMAIN, history).when(draw(1)).then_nothing()


def test_r15_what_is_left_of_a_commitment_moves_by_an_event_on_all_three_streams() -> None:
    here = given(DOMAIN, two_envelopes()).after(draw(8_000_000)).when(move())
    here.then_names("CommitmentMoved", "CommitmentMoved", "CommitmentMoved")
    moved = here.recorded().after(draw(1_000_000, date(2023, 5, 1)))
    former, present = moved.state(eg.envelope_stream), moved.state(later_stream)
    assert (former.committed_cents, former.consumed_cents) == (8_000_000, 8_000_000)
    assert (present.committed_cents, present.consumed_cents) == (22_000_000, 1_000_000)
    agreement = moved.state(eg.agreement_stream)
    assert agreement.envelope_id == "federal-2023"
    assert agreement.drawn_elsewhere_cents == 8_000_000


@pytest.mark.parametrize("day", [date(2018, 3, 31), date(2023, 4, 1)])
def test_r15_a_payment_falls_in_the_window_of_its_envelope(day: date) -> None:
    envelope: Envelope = given(DOMAIN, eg.in_force()).state(eg.envelope_stream)
    for inside in (envelope.valid_from, envelope.valid_to):
        require_in_window(envelope, inside)
    with pytest.raises(PaymentOutsideEnvelope) as refused:
        require_in_window(envelope, day)
    assert refused.value.facts["valid_to"] == "2023-03-31"


small = later.model_copy(update={"amount_cents": 29_999_999})
other = later.model_copy(update={"programme": "digital"})
opened = OpenEnvelope(
    envelope_id="federal-2023",
    source="ISI",
    programme="scale-ai",
    amount_cents=25_000_000,
    valid_from=date(2023, 4, 1),
    valid_to=date(2028, 3, 31),
    **eg.asked(),
)


@pytest.mark.parametrize(
    ("streams", "ask", "refusal"),
    [
        ({eg.agreement_stream: [eg.drafted]}, move(), AgreementNotActive),
        ({}, move("federal-2018"), EnvelopeOfOtherProgramme),
        ({later_stream: [other]}, move(), EnvelopeOfOtherProgramme),
        ({later_stream: [small]}, move(), EnvelopeExhausted),
        ({later_stream: []}, move(), EnvelopeNotFound),
        ({eg.envelope_stream: [eg.envelope]}, move(), CommitmentNotFound),
        ({}, close(), CommitmentsOutstanding),
        ({}, close("federal-2050"), EnvelopeNotFound),
    ],
)
def test_r15_what_cannot_be_moved_or_closed(
    streams: dict[str, list[Any]], ask: Command, refusal: type[Refusal]
) -> None:
    given(DOMAIN, {**two_envelopes(), **streams}).when(ask).then_refused(refusal)


def test_r15_a_closed_agreement_gives_back_what_it_did_not_need_and_the_envelope_closes() -> None:
    here = given(DOMAIN, eg.in_force()).after(draw(10_000_000))
    give_back = ReleaseRemainder(project_id=eg.project, **eg.asked(eg.this_service))
    here.when(give_back).then_nothing()
    here.history[eg.agreement_stream].append(closed)  # type: ignore[attr-defined]
    asked = here.when(give_back)
    [released] = asked.then_names("CommitmentReleased")
    assert isinstance(released, CommitmentReleased)
    assert released.amount_cents == 20_000_000
    done = asked.recorded()
    done.when(give_back).then_nothing()
    done.when(
        ReleaseCommitment(
            envelope_id="federal-2018", project_id=eg.project, reason="Again.", **eg.asked()
        )
    ).then_refused(CommitmentNotFound)
    [ended] = done.when(close()).then_names("EnvelopeClosed")
    assert ended.model_dump()["consumed_cents"] == 10_000_000
    done.after(close()).when(close()).then_refused(EnvelopeIsClosed)
    assert done.after(close()).state(eg.envelope_stream).left_cents == 5_330_000_000


def test_r15_a_closed_envelope_commits_nothing_more() -> None:
    here = given(DOMAIN, eg.award_heard()).after(close())
    [refused] = here.when(reserve).then_names("CommitmentRefused")
    assert refused.model_dump()["reason"] == "envelope_closed"


def test_case_22_the_envelope_runs_out_between_decision_and_signature() -> None:
    """Another award took the room; nobody can sign before a person has found it again."""
    history = eg.award_heard()
    taken = eg.reserved.model_copy(
        update={"project_id": eg.other_project, "amount_cents": 5_320_000_000}
    )
    history[eg.envelope_stream].append(taken)
    here = given(DOMAIN, history)
    [refused] = here.when(reserve).then_names("CommitmentRefused")
    assert refused.model_dump()["left_cents"] == 20_000_000
    waiting = here.after(reserve)
    assert waiting.state(eg.agreement_stream).status == "absent"
    freed = waiting.after(
        ReleaseCommitment(
            envelope_id="federal-2018",
            project_id=eg.other_project,
            reason="The other award lapsed.",
            **eg.asked(),
        )
    )
    freed.when(reserve).then_names("CommitmentReserved", "AgreementDrafted")


def test_r15_an_approval_after_a_rescission_is_drafted_anew_with_its_own_terms() -> None:
    """The former draft's rate, ceiling and signatures are not those of the new decision."""
    anew = eg.approved.model_copy(
        update={
            "rate": Fraction(1, 4),
            "ceiling_cents": 20_000_000,
            "decided_on": date(2020, 9, 1),
        }
    )
    here = given(DOMAIN, eg.award_heard()).after(reserve)
    here.history[eg.agreement_stream].append(eg.terminal_signed)  # type: ignore[attr-defined]
    gone = here.after(
        ReleaseCommitment(
            envelope_id="federal-2018", project_id=eg.project, reason="Gone.", **eg.asked()
        )
    )
    rescinded = DecisionRescinded(project_id=eg.project)
    gone.history[eg.award_stream].extend([rescinded, anew])  # type: ignore[attr-defined]
    asked = gone.when(reserve)
    reserved, drafted = asked.then_names("CommitmentReserved", "AgreementDrafted")
    assert isinstance(reserved, CommitmentReserved)
    assert isinstance(drafted, AgreementDrafted)
    assert (reserved.amount_cents, drafted.ceiling_cents) == (20_000_000, 20_000_000)
    agreement = asked.recorded().state(eg.agreement_stream)
    assert (agreement.rate, agreement.signatures) == (Fraction(1, 4), {})
    asked.recorded().when(reserve).then_nothing()


def test_r15_a_revised_decision_replaces_the_commitment_in_one_decision() -> None:
    more = eg.approved.model_copy(
        update={"ceiling_cents": 40_000_000, "envelope_id": "federal-2018"}
    )
    here = given(DOMAIN, eg.award_heard()).after(reserve)
    here.history[eg.award_stream].append(more)  # type: ignore[attr-defined]
    asked = here.when(reserve)
    asked.then_names("CommitmentReleased", "CommitmentReserved", "AgreementDrafted")
    assert asked.recorded().state(eg.envelope_stream).committed_cents == 40_000_000


def test_r15_a_revised_decision_on_another_envelope_frees_the_former_one() -> None:
    elsewhere = eg.approved.model_copy(update={"envelope_id": "federal-2023"})
    early = later.model_copy(update={"valid_from": date(2018, 4, 1), "amount_cents": 30_000_000})
    here = given(DOMAIN, {**eg.award_heard(), later_stream: [early]}).after(reserve)
    here.history[eg.award_stream].append(elsewhere)  # type: ignore[attr-defined]
    asked = here.when(reserve)
    asked.then_names("CommitmentReleased", "CommitmentReserved", "AgreementDrafted")
    done = asked.recorded()
    assert done.state(eg.envelope_stream).committed_cents == 0
    assert done.state(later_stream).committed_cents == 30_000_000


def test_r15_an_agreement_in_force_only_ever_gets_more() -> None:
    less = eg.approved.model_copy(update={"ceiling_cents": 20_000_000})
    more = eg.approved.model_copy(update={"ceiling_cents": 40_000_000})
    history: eg.History = {**eg.in_force(), eg.proposal_stream: [eg.detailed]}
    given(DOMAIN, {**history, eg.award_stream: [less]}).when(reserve).then_nothing()
    asked = given(DOMAIN, {**history, eg.award_stream: [more]}).when(reserve)
    asked.then_names("CommitmentReleased", "CommitmentReserved")


def test_the_years_of_a_forecast_add_up_to_the_ceiling() -> None:
    """Budget 500,000.00 and 400,000.00 at 1/3 are 300,000.00: exactly the ceiling."""
    here = given(DOMAIN, eg.in_force())
    agreement = here.state(eg.agreement_stream)
    assert expected_by_year(agreement) == {"2020-21": 30_000_000}
    spread = tuple(
        line.model_copy(update={"quarter": quarter})
        for line, quarter in zip(agreement.budget, ("2020-21Q2", "2021-22Q1"), strict=True)
    )
    over_two = replace(agreement, budget=spread)
    assert expected_by_year(over_two) == {"2020-21": 16_666_667, "2021-22": 13_333_333}
    cut = replace(over_two, ceiling_cents=20_000_000)
    assert expected_by_year(cut) == {"2020-21": 16_666_667, "2021-22": 3_333_333}
    envelope = here.after(draw(5_000_000, date(2022, 4, 1))).state(eg.envelope_stream)
    assert forecast(envelope, [over_two]) == [
        Year("2020-21", 16_666_667, 0),
        Year("2021-22", 13_333_333, 0),
        Year("2022-23", 0, 5_000_000),
    ]
