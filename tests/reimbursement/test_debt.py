"""Overpayments and their settlement order; debts elsewhere, taken once (R-2, R-12, C-018)."""

from fractions import Fraction

import pytest

from services.reimbursement.domain.account import Account, AccountNotFound
from services.reimbursement.domain.recovering import (
    HoldbackComesFirst,
    MoreThanOwed,
    NothingOwed,
    RecoveryIsContested,
    RecoveryNotContested,
    RecoveryNotRequested,
)
from services.reimbursement.events.debt import OffsetApplied
from services.reimbursement.events.payment import PaymentAuthorised
from shared.kernel.commands import Command
from shared.kernel.refusals import NotOnBehalf, Refusal, SamePerson
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3
from tests.support.spec import Given

here = ce.in_force(holdback_pct=Fraction(0))
paid = ce.paid(here, Q1, [250_000])
overpaid = paid.after(ae.excess(123_456))
released = ae.released(overpaid)
requested = released.after(ae.request())
contested = requested.after(ae.contest())


def test_c018_a_bank_duplicate_is_recovered_from_the_next_claims_exactly_once() -> None:
    """Nets 1,000.00 and 5,000.00 after 1,234.56 too much: 0 is paid, then 4,765.44."""
    known = ce.approved(overpaid, Q2, [250_000])
    assert ce.claim_of(known, Q2).status == "settled"
    assert ce.account_of(known).owed_cents == 23_456
    known = ce.approved(known, Q3, [1_250_000])
    assert ce.claim_of(known, Q3).payable_cents == 476_544
    assert ce.account_of(known.after(ce.authorise(Q3, 3))).owed_cents == 0


def test_c018_what_was_offset_is_reported_with_each_claim() -> None:
    known = ce.assessed(overpaid, Q2, [250_000])
    events = [event for _, event in known.when(ce.approve(known, Q2)).decision().says]
    (offset,) = [event for event in events if isinstance(event, OffsetApplied)]
    assert (offset.amount_cents, offset.balance_cents, offset.moved_cents) == (100_000, -23_456, 0)


def test_c018_the_same_reference_is_one_excess() -> None:
    overpaid.when(ae.excess(123_456)).then_nothing()
    assert ce.account_of(overpaid.after(ae.excess(1, "DUP-2"))).owed_cents == 123_457


# Debts of the same participant in another agreement.

OTHER = f"account-{eg.other_project}.{eg.terminal}"


def with_debt_elsewhere(known: Given, cents: int) -> Given:
    """The terminal owes this in another project, and is listed there."""
    moved = {
        OTHER: [
            event.model_copy(update={"project_id": eg.other_project})
            for event in overpaid.history[ce.account_stream]
            if event.event_name in ("CostsAccepted", "PaymentBooked", "OverpaymentEstablished")
        ],
        f"payee-{eg.terminal}": [
            event.model_copy(update={"project_id": eg.other_project})
            for event in overpaid.history[f"payee-{eg.terminal}"]
        ],
    }
    assert cents == 123_456
    return Given(known.domain, {**known.history, **moved})


def test_c018_a_debt_in_another_agreement_is_subtracted_once() -> None:
    known = ce.approved(with_debt_elsewhere(here, 123_456), Q1, [250_000])
    known = ce.approved(known, Q2, [1_250_000])
    names = [event.event_name for _, event in known.when(ce.authorise(Q1)).decision().says]
    assert names == ["ClaimSettled", "PromiseEnded", "OffsetApplied", "OffsetApplied"]
    known = known.after(ce.authorise(Q1))
    elsewhere: Account = known.state(OTHER)
    assert (elsewhere.owed_cents, ce.account_of(known).paid_cents) == (23_456, 100_000)
    event = known.when(ce.authorise(Q2, 2)).decision().says[0][1]
    assert isinstance(event, PaymentAuthorised)
    assert event.amount_cents == 476_544
    known = known.after(ce.authorise(Q2, 2))
    assert known.state(OTHER).owed_cents == 0
    assert ce.account_of(known).payable_cents == 0


def test_c018_both_payments_at_once_read_the_stream_of_the_debt() -> None:
    """The account that owes is read, so its version is checked: one of two decides again."""
    known = ce.approved(with_debt_elsewhere(here, 123_456), Q1, [250_000])
    assert OTHER in known.when(ce.authorise(Q1)).decision().read


def test_r2_the_order_of_payments_moves_no_cent_of_a_debt() -> None:
    known = ce.approved(with_debt_elsewhere(here, 123_456), Q1, [250_000])
    known = ce.approved(known, Q2, [1_250_000])
    one = known.after(ce.authorise(Q1)).after(ce.authorise(Q2, 2))
    other = known.after(ce.authorise(Q2, 2)).after(ce.authorise(Q1))
    for done in (one, other):
        assert (done.state(OTHER).owed_cents, ce.account_of(done).paid_cents) == (0, 600_000)


# The order of settlement.


def test_r12_the_request_comes_after_next_payables_and_the_holdback() -> None:
    overpaid.when(ae.request()).then_refused(HoldbackComesFirst)
    (event,) = released.when(ae.request()).then_names("RecoveryRequested")
    assert ce.account_of(requested).debt.requested_cents == 123_456
    requested.when(ae.request()).then_nothing()
    assert event.event_name == "RecoveryRequested"


def test_r12_money_that_comes_back_counts_as_not_paid() -> None:
    known = requested.after(ae.receive(100_000))
    account = ce.account_of(known)
    assert (account.owed_cents, account.debt.requested_cents) == (23_456, 23_456)
    assert ce.account_of(known.after(ae.receive(23_456, "IN-2"))).finished


def test_r12_a_waiver_is_a_figure_of_its_own_and_the_balance_stays_visible() -> None:
    known = requested.after(ae.waive(123_456))
    account = ce.account_of(known)
    assert (account.payable_cents, account.overpaid_cents) == (-123_456, 123_456)
    assert (account.balance_cents, account.owed_cents, account.finished) == (0, 0, True)
    later = ce.approved(known, Q2, [250_000])
    assert ce.claim_of(later, Q2).payable_cents == 100_000


def test_r12_a_waiver_is_never_paid_out_when_the_debt_goes_away_by_itself() -> None:
    known = ae.corrected(paid, -100_000)
    known = ae.released(known)
    known = known.after(ae.request(), ae.waive(40_000))
    assert ce.account_of(known).balance_cents == 0
    back = ae.corrected(known, 100_000, number=2)
    assert ce.account_of(back).balance_cents == 0
    assert ce.account_of(back).free_cents == 0


def test_r12_a_contest_suspends_the_request_until_a_third_person_resolves_it() -> None:
    contested.when(ae.contest()).then_nothing()
    contested.when(ae.waive(1)).then_refused(RecoveryIsContested)
    for person in (eg.finance, eg.terminal_lead):
        contested.when(ae.resolve(**ce.by(person))).then_refused(SamePerson)
    upheld = contested.after(ae.resolve())
    assert ce.account_of(upheld).debt.requested_cents == 123_456
    withdrawn = contested.after(ae.resolve("withdrawn"))
    assert ce.account_of(withdrawn).debt.requested_cents == 0
    withdrawn.when(ae.waive(1)).then_refused(RecoveryNotRequested)


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, ae.excess(1), AccountNotFound),
        (here, ae.request(), AccountNotFound),
        (ae.released(paid), ae.request(), NothingOwed),
        (contested, ae.request(), RecoveryIsContested),
        (released, ae.contest(), RecoveryNotRequested),
        (requested, ae.contest(**ce.by(eg.finance)), NotOnBehalf),
        (requested, ae.resolve(), RecoveryNotContested),
        (paid, ae.receive(1), NothingOwed),
        (overpaid, ae.receive(123_457), MoreThanOwed),
        (released, ae.waive(1), RecoveryNotRequested),
        (requested, ae.waive(123_457), MoreThanOwed),
        (requested, ae.waive(1, **ce.by(eg.finance)), SamePerson),
    ],
)
def test_what_a_debt_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)
