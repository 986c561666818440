"""Files for the bank and what it reports: once, with totals, nothing undone (C-019, C-025)."""

import re
from datetime import date
from typing import Any

import pytest

from services.reimbursement.api.bank_reading import BankReportUnreadable, read_report
from services.reimbursement.commands.aftermath import HoldPayment
from services.reimbursement.commands.bank import (
    ApplyRowToAccount,
    ApplyRowToClaim,
    EraseBankAccount,
    MakePaymentFile,
    PaymentNamed,
    ReceiveBankReport,
    RefuseRow,
    StateBankAccount,
)
from services.reimbursement.commands.payment import AuthoriseAccountPayment
from services.reimbursement.domain.bank_file import (
    NoBankAccount,
    PaymentFile,
    PaymentsNotReady,
    end_to_end_id,
    file_id_of,
)
from services.reimbursement.domain.bank_report import (
    AmountDiffers,
    PaymentNotLatest,
    PaymentNotOurs,
)
from services.reimbursement.domain.pain import BankNumbers, credit_transfer
from services.reimbursement.domain.payee import PayeeNotFound
from services.reimbursement.events.bank import BankRowApplied, BankRowRefused, ReportRow
from shared.kernel.refusals import NotOnBehalf
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.spec import Given

DAY = date(2026, 1, 21)
REPORT = "5a" * 32
E2E = end_to_end_id(ce.payment_id(1))


def account_of(payee: str, number: int = 1) -> StateBankAccount:
    who = ce.by(eg.terminal_lead if payee == eg.terminal else eg.finance)
    return StateBankAccount(
        organisation_id=payee, reference=f"vault_{number:032x}", keyed_hash="ab" * 32, **who
    )


known_accounts = ce.in_force().after(account_of("funder"), account_of(eg.terminal, 2))
ready = ce.approved(known_accounts, Q1, [10_000]).after(ce.authorise())


def file_of(*payments: PaymentNamed) -> MakePaymentFile:
    named = payments or (PaymentNamed(payment_id=ce.payment_id(1), claim_id=ce.claim_id(Q1)),)
    return MakePaymentFile(
        file_id=file_id_of(DAY, [one.payment_id for one in named]),
        execute_on=DAY,
        payments=named,
        **ce.by(ce.payer),
    )


made = ready.after(file_of())


def row(kind: Any, **changes: Any) -> ReportRow:
    fields: dict[str, Any] = {"row": 1, "kind": kind, "end_to_end_id": E2E}
    return ReportRow(**{**fields, **changes})


def apply(kind: Any, **changes: Any) -> ApplyRowToClaim:
    return ApplyRowToClaim(
        claim_id=ce.claim_id(Q1),
        report_id=REPORT,
        row=row(kind, **changes),
        **ce.by(eg.this_service),
    )


def effect(known: Given, ask: ApplyRowToClaim | ApplyRowToAccount) -> str:
    said = known.when(ask).decision().says
    (outcome,) = [event for to, event in said if to.startswith("bankreport-")]
    assert isinstance(outcome, BankRowApplied | BankRowRefused)
    return outcome.effect if isinstance(outcome, BankRowApplied) else outcome.reason


def document(known: Given, ask: MakePaymentFile) -> bytes:
    file: PaymentFile = known.state(f"bankfile-{ask.file_id}")
    funder = BankNumbers(institution="001", transit="00011", account="1000001", holder="Funder")
    payee = BankNumbers(institution="815", transit="30000", account="7654321", holder="B & <C>")
    return credit_transfer(file, funder, {f"vault_{2:032x}": payee})


def test_a_file_has_control_totals_and_ids_that_derive_from_the_payments() -> None:
    xml = document(made, file_of()).decode()
    assert re.findall(r"<(?:NbOfTxs)>(.*?)<", xml) == ["1", "1"]
    assert re.findall(r"<(?:CtrlSum)>(.*?)<", xml) == ["36.00", "36.00"]
    assert re.findall(r"<(?:InstrId|EndToEndId)>(.*?)<", xml) == [E2E, E2E]
    assert '<InstdAmt Ccy="CAD">36.00</InstdAmt>' in xml
    assert "<MmbId>081530000</MmbId>" in xml
    assert "B &amp; &lt;C&gt;" in xml
    assert all(len(found) <= 35 for found in re.findall(r"<(?:MsgId|PmtInfId)>(.*?)<", xml))


def test_a_batch_made_twice_is_the_same_batch_byte_for_byte() -> None:
    made.when(file_of()).then_nothing()
    again = ready.after(file_of())
    assert document(made, file_of()) == document(again, file_of())


def test_the_order_in_which_payments_are_named_is_irrelevant() -> None:
    known = ce.approved(ready, Q2, [20_000]).after(ce.authorise(Q2, 2))
    named = [
        PaymentNamed(payment_id=ce.payment_id(1), claim_id=ce.claim_id(Q1)),
        PaymentNamed(payment_id=ce.payment_id(2), claim_id=ce.claim_id(Q2)),
    ]
    one, other = file_of(*named), file_of(*reversed(named))
    assert one.file_id == other.file_id
    assert document(known.after(one), one) == document(known.after(other), other)
    assert known.after(one).state(f"bankfile-{one.file_id}").control_sum_cents == 10_800


def test_what_is_in_a_file_counts_as_issued_and_is_in_no_other() -> None:
    claim = ce.claim_of(made)
    assert claim.payment is not None
    assert (claim.status, claim.payment.reference) == ("issued", E2E)
    later = file_of().__class__(
        file_id=file_id_of(date(2026, 1, 22), [ce.payment_id(1)]),
        execute_on=date(2026, 1, 22),
        payments=file_of().payments,
        **ce.by(ce.payer),
    )
    refused = made.when(later).then_refused(PaymentsNotReady)
    assert refused.facts == {"payments": [ce.payment_id(1)]}


def test_what_is_not_authorised_or_is_held_goes_in_no_file() -> None:
    approved = ce.approved(known_accounts, Q1, [10_000])
    approved.when(file_of()).then_refused(PaymentsNotReady)
    hold = HoldPayment(claim_id=ce.claim_id(Q1), reason="A question.", **ce.by(eg.finance))
    ready.after(hold).when(file_of()).then_refused(PaymentsNotReady)
    missing = Given(ready.domain, {**ready.history, "payee-funder": []})
    refused = missing.when(file_of()).then_refused(NoBankAccount)
    assert refused.facts == {"payees": ["funder"]}


def test_an_account_payment_goes_in_a_file_too() -> None:
    paid = ce.paid(known_accounts, Q1, [10_000])
    pay = AuthoriseAccountPayment(payment_id=ce.payment_id(7), **ae.ACCOUNT, **ce.by(ce.payer))
    known = ae.released(paid).after(pay)
    named = PaymentNamed(payment_id=ce.payment_id(7), account_id=f"{eg.project}.{eg.terminal}")
    known.when(file_of(named)).then_names("PaymentFileMade", "PaymentIssued")
    settled = ApplyRowToAccount(
        report_id=REPORT,
        row=row("settled", end_to_end_id=end_to_end_id(ce.payment_id(7))),
        **ae.ACCOUNT,
        **ce.by(eg.this_service),
    )
    assert effect(known.after(file_of(named)), settled) == "confirmed"
    for kind, said in (("rejected", "failed"), ("returned", "returned")):
        other = ApplyRowToAccount(
            report_id=REPORT,
            row=row(kind, end_to_end_id=end_to_end_id(ce.payment_id(7))),
            **ae.ACCOUNT,
            **ce.by(eg.this_service),
        )
        assert effect(known.after(file_of(named)), other) == said


# What the bank reports.

confirmed = made.after(apply("settled"))
returned = confirmed.after(apply("returned"))
rejected = made.after(apply("rejected", reason="AC04"))


@pytest.mark.parametrize(
    ("known", "kind", "changes", "said"),
    [
        (made, "accepted", {}, "unchanged"),
        (made, "settled", {}, "confirmed"),
        (made, "settled", {"amount_cents": 3_600}, "confirmed"),
        (made, "debited", {"bank_reference": "B-1"}, "confirmed"),
        (made, "rejected", {"reason": "AC04"}, "failed"),
        (made, "returned", {"reason": "AC04"}, "returned"),
        (confirmed, "settled", {}, "unchanged"),
        (confirmed, "debited", {"bank_reference": "B-1"}, "unchanged"),
        (confirmed, "returned", {}, "returned"),
        (returned, "returned", {}, "unchanged"),
        (rejected, "rejected", {}, "unchanged"),
        (returned, "settled", {}, "alert"),
        (rejected, "settled", {}, "alert"),
        (made, "settled", {"amount_cents": 3_601}, AmountDiffers.code()),
        (made, "settled", {"end_to_end_id": "f" * 32}, PaymentNotOurs.code()),
        (confirmed, "rejected", {}, "no-payment-on-its-way"),
        (
            returned.after(ce.authorise(number=2), ce.issue()),
            "rejected",
            {},
            PaymentNotLatest.code(),
        ),
    ],
)
def test_each_row_is_applied_or_refused_with_its_reason(
    known: Given, kind: str, changes: dict[str, Any], said: str
) -> None:
    assert effect(known, apply(kind, **changes)) == said


def test_c018_what_the_bank_took_twice_is_owed() -> None:
    once = made.after(apply("debited", bank_reference="B-1"))
    assert effect(once, apply("debited", bank_reference="B-1")) == "unchanged"
    assert effect(once, apply("debited", bank_reference="B-2")) == "excess"
    twice = once.after(apply("debited", bank_reference="B-2"))
    assert ce.account_of(twice).owed_cents == 3_600
    assert effect(twice, apply("debited", bank_reference="B-2")) == "unchanged"


def test_c018_the_confirmation_and_the_debit_of_one_transfer_are_no_excess() -> None:
    known = confirmed.after(apply("debited", bank_reference="B-1"))
    assert ce.account_of(known).owed_cents == 0


def test_c019_a_late_confirmation_of_the_first_transfer_moves_no_balance() -> None:
    known = returned.after(ce.authorise(number=2), ce.issue(reference="EFT-2"))
    known = known.after(ce.confirm(reference="EFT-2"))
    before = ce.account_of(known)
    late = known.when(ce.confirm(reference=E2E)).then_names("LateConfirmationNoted")
    assert late[0].event_name == "LateConfirmationNoted"
    noted = known.after(ce.confirm(reference=E2E))
    assert ce.account_of(noted) == before
    noted.when(ce.confirm(reference=E2E)).then_nothing()
    claim = ce.claim_of(noted)
    assert claim.status == "paid"
    assert claim.after.past_payments[0].late_confirmation_on == date(2026, 1, 20)


def test_a_second_import_of_a_report_changes_nothing() -> None:
    ask = ReceiveBankReport(
        report_id=REPORT, format="pain.002", rows=[row("settled")], **ce.by(ce.payer)
    )
    made.when(ask).then_names("BankReportReceived")
    made.after(ask).when(ask).then_nothing()
    refuse = RefuseRow(report_id=REPORT, row=1, **ce.by(eg.this_service))
    known = made.after(ask, refuse)
    outcome = known.state(f"bankreport-{REPORT}").outcomes["1"]
    assert outcome.refused == PaymentNotOurs.code()


# Payees.


def test_x8_who_is_paid_says_where_and_staff_only_in_its_name() -> None:
    known = ce.in_force()
    known.when(account_of(eg.robots)).then_refused(NotOnBehalf)
    known.when(account_of(eg.terminal)).then_names("BankAccountStated")


def test_x8_an_erasure_is_recorded_once() -> None:
    erase = EraseBankAccount(organisation_id=eg.terminal, reason="Asked for.", **ce.by(eg.officer))
    ce.in_force().when(erase).then_refused(PayeeNotFound)
    known = known_accounts.after(erase)
    known.when(erase).then_nothing()
    assert known.state(f"payee-{eg.terminal}").is_erased
    again = known.after(account_of(eg.terminal, 3)).state(f"payee-{eg.terminal}")
    assert (again.is_erased, again.account.reference) == (False, f"vault_{3:032x}")
    assert again.erased == {f"vault_{2:032x}"}


# Reading XML that nobody trusts.

PAIN_002 = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
    "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{e2e}</OrgnlEndToEndId>"
    "<TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
    "<OrgnlTxRef><Amt><InstdAmt Ccy='CAD'>36.00</InstdAmt></Amt></OrgnlTxRef>"
    "</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
)
CAMT_054 = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
    "<Ntfctn><Ntry><Amt Ccy='CAD'>36.00</Amt><CdtDbtInd>{side}</CdtDbtInd>"
    "<BookgDt><Dt>2026-01-22</Dt></BookgDt><NtryDtls><TxDtls><Refs>"
    "<AcctSvcrRef>B-1</AcctSvcrRef><EndToEndId>{e2e}</EndToEndId></Refs></TxDtls></NtryDtls>"
    "</Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("ACSC", "settled"), ("ACCP", "accepted"), ("PDNG", "accepted"), ("RJCT", "rejected")],
)
def test_a_payment_status_report_is_read(status: str, kind: str) -> None:
    name, rows = read_report(PAIN_002.format(e2e=E2E, status=status))
    assert (name, len(rows)) == ("pain.002", 1)
    assert (rows[0].kind, rows[0].end_to_end_id, rows[0].amount_cents) == (kind, E2E, 3_600)
    assert rows[0].reason == "AC04"


@pytest.mark.parametrize(("side", "kind"), [("DBIT", "debited"), ("CRDT", "returned")])
def test_a_debit_or_credit_notification_is_read(side: str, kind: str) -> None:
    name, rows = read_report(CAMT_054.format(e2e=E2E, side=side))
    assert (name, rows[0].kind, rows[0].bank_reference) == ("camt.054", kind, "B-1")
    assert (rows[0].amount_cents, rows[0].booked_on) == (3_600, date(2026, 1, 22))


BOMB = '<!DOCTYPE d [<!ENTITY a "0123"><!ENTITY b "&a;&a;&a;&a;">]>' + PAIN_002.format(
    e2e="&b;", status="ACSC"
)
"""A report like any other, but for entities that could as well have grown without end."""
OUTSIDE = '<!DOCTYPE d SYSTEM "http://outside.example/d.dtd">' + PAIN_002.format(
    e2e=E2E, status="ACSC"
)
TYPED = "<!DOCTYPE Document>" + PAIN_002.format(e2e=E2E, status="ACSC")


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        OUTSIDE,
        TYPED,
        "<Document/>",
        "<Document",
        "nothing at all",
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>',
        PAIN_002.format(e2e="x" * 500, status="ACSC"),
        PAIN_002.format(e2e=E2E, status="ACSC").replace("36.00", "36.001"),
        PAIN_002.format(e2e=E2E, status="ACSC").replace("CAD", "USD"),
        CAMT_054.format(e2e=E2E, side="DBIT").replace("2026-01-22", "22 January"),
    ],
)
def test_what_is_no_report_is_refused_and_never_repeated(document: str) -> None:
    with pytest.raises(BankReportUnreadable) as caught:
        read_report(document)
    assert caught.value.facts == {}
    assert caught.value.__cause__ is None
