"""A history for every status of a claim, and for every command a question legal somewhere."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from services.reimbursement.commands import claim as asked
from services.reimbursement.commands.exchange import PublishExchangeRates
from services.reimbursement.domain.claim import Claim, Status
from services.reimbursement.events.claim import ClaimRejected
from services.reimbursement.events.payment import PaymentFailed, PaymentReturned
from shared.kernel.commands import Command
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.spec import Given

SPRING = date(2026, 5, 20)
LINE = ce.line_id(1)
QUERY = "query_" + "1" * 32
own: dict[str, Any] = {"claim_id": ce.claim_id(Q2), **ce.by(eg.terminal_lead, SPRING)}
staff: dict[str, Any] = {"claim_id": ce.claim_id(Q2), **ce.by(ce.assessor, SPRING)}
other_line = ce.cost(Q2, 8, invoice_number="INV-8")

query = asked.QueryClaim(query_id=QUERY, question="Which truck is it for?", lines=(), **staff)
answer = asked.AnswerQuery(query_id=QUERY, answer="The first one.", evidence=None, **own)


def _base() -> Given:
    """Of the quarter before, a line was deducted, and is paid since; a partner has INV-1."""
    unpaid = ce.approved(ce.in_force(), Q1, [10_000])
    q1: dict[str, Any] = {"claim_id": ce.claim_id(Q1)}
    deducted = asked.DeductUnpaidLines(**q1, **eg.asked(eg.this_service, eg.at(2026, 5, 1)))
    paid_late = asked.RecordSupplierPayment(
        line_id=LINE,
        currency="CAD",
        amount_hundredths=10_000,
        paid_on=date(2026, 5, 2),
        proof="0a" * 32,
        **q1,
        **ce.by(eg.terminal_lead, SPRING),
    )
    partner = ce.cost(Q2, 7, eg.robots, invoice_number="INV-1", amount_cents=100_000)
    return unpaid.after(deducted, paid_late, partner)


def _draft() -> Given:
    line = ce.cost(Q2, 1, invoice_number="INV-1", amount_cents=100_000)
    foreign = ce.cost(Q2, 2, invoice_number="INV-2", currency="USD")
    return open_.after(line, ce.proof(line), foreign, publish)


def complete(known: Given) -> Given:
    """Without the line that has neither rate nor evidence."""
    return known.after(asked.WithdrawCostLine(line_id=ce.line_id(2), **own))


def decided(known: Given) -> Given:
    """The suspicion is cleared, and the line assessed in full."""
    return known.after(clear, ce.assess_line(LINE, 100_000, Q2))


publish = PublishExchangeRates(
    currency="USD",
    source="a-table",
    rates={date(2025, 6, 30): Fraction("1.3712")},
    **ce.by(eg.finance, SPRING),
)
clear = asked.ClearDuplicate(line_id=LINE, reason="Another truck, same price.", **staff)
open_ = _base()
draft = _draft()
filed = complete(draft).after(ce.file(Q2))
under_review = filed.after(query, answer)
queried = filed.after(query)
assessed = decided(filed).after(ce.assess(Q2))
approved = assessed.after(ce.approve(assessed, Q2))
authorised = approved.after(ce.authorise(Q2, 2))
issued = authorised.after(ce.issue(Q2))
paid = issued.after(ce.confirm(Q2))


def _and(known: Given, event: PaymentFailed | PaymentReturned | ClaimRejected) -> Given:
    stream = ce.claim_stream(Q2)
    return Given(known.domain, {**known.history, stream: [*known.history[stream], event]})


_payment = {
    "project_id": eg.project,
    "organisation_id": eg.terminal,
    "claim_id": ce.claim_id(Q2),
    "payment_id": ce.payment_id(2),
    "amount_cents": 3_600,
    "reason": "The account is closed.",
}
failed = _and(
    issued,
    PaymentFailed.model_validate(
        {**_payment, "failed_on": SPRING, "recorded_by": "finance-1"}, strict=False
    ),
)
returned = _and(
    paid,
    PaymentReturned.model_validate(
        {
            **_payment,
            "reference": "EFT-1",
            "returned_on": SPRING,
            "recorded_by": "finance-1",
        },
        strict=False,
    ),
)
rejected = _and(
    assessed,
    ClaimRejected(
        claim_id=ce.claim_id(Q2),
        project_id=eg.project,
        organisation_id=eg.terminal,
        content_hash=ce.claim_of(assessed, Q2).content_hash,
        reason="Not for this project.",
        rejected_by="approver-1",
    ),
)


def _settled() -> Given:
    """A claim of a credit note alone: nothing is payable."""
    return ce.approved(ce.in_force(), Q2, [-10_000])


HISTORIES: Mapping[Status, Given] = {
    "absent": Given(
        open_.domain,
        {name: said for name, said in open_.history.items() if name != ce.claim_stream(Q2)},
    ),
    "open": open_,
    "draft": draft,
    "filed": filed,
    "under_review": under_review,
    "queried": queried,
    "assessed": assessed,
    "approved": approved,
    "rejected": rejected,
    "settled": _settled(),
    "payment_authorised": authorised,
    "issued": issued,
    "paid": paid,
    "failed": failed,
    "returned": returned,
}


def _correct(_: Given) -> Command:
    facts = {
        name: getattr(ce.cost(Q2, 1, invoice_number="INV-1b"), name)
        for name in asked.CostFacts.__dataclass_fields__
    }
    return asked.CorrectCostLine(**facts)


def _rate(here: Given) -> Command:
    return asked.FixExchangeRate(line_id=ce.line_id(2), debit_cents=None, **own)


def _reject(here: Given) -> Command:
    claim = ce.claim_of(here, Q2)
    return asked.RejectClaim(
        claim_id=ce.claim_id(Q2),
        content_hash=claim.content_hash,
        reason="Not for this project.",
        **ce.by(ce.approver),
    )


def _approve(here: Given) -> Command:
    claim: Claim = ce.claim_of(here, Q2)
    return asked.ApproveClaim(
        claim_id=ce.claim_id(Q2), content_hash=claim.content_hash, **ce.by(ce.approver)
    )


QUESTIONS: Mapping[type[Command], Callable[[Given], Command]] = {
    asked.RecordCostLine: lambda _: other_line,
    asked.ImportCostLines: lambda _: asked.ImportCostLines(
        file_sha256="ab" * 32,
        format="csv",
        rows={2: other_line},
        unreadable=(),
        all_or_nothing=False,
        **own,
    ),
    asked.ReclaimCostLine: lambda _: asked.ReclaimCostLine(
        line_id=ce.line_id(9),
        deducted_claim_id=ce.claim_id(Q1),
        deducted_line_id=LINE,
        **own,
    ),
    asked.CorrectCostLine: _correct,
    asked.WithdrawCostLine: lambda _: asked.WithdrawCostLine(line_id=LINE, **own),
    asked.AttachEvidence: lambda _: asked.AttachEvidence(
        line_id=LINE, sha256="cd" * 32, kind="contract", **own
    ),
    asked.FixExchangeRate: _rate,
    asked.RecordSupplierPayment: lambda _: asked.RecordSupplierPayment(
        line_id=LINE,
        currency="CAD",
        amount_hundredths=1,
        paid_on=date(2025, 6, 1),
        proof="ef" * 32,
        **own,
    ),
    asked.ClearDuplicate: lambda _: clear,
    asked.ConfirmDuplicate: lambda _: asked.ConfirmDuplicate(
        line_id=LINE, reason="The same invoice.", **staff
    ),
    asked.FileClaim: lambda _: ce.file(Q2),
    asked.QueryClaim: lambda _: query,
    asked.AnswerQuery: lambda _: answer,
    asked.AssessCostLine: lambda _: ce.assess_line(LINE, 0, Q2),
    asked.ConfirmProposals: lambda _: asked.ConfirmProposals(**staff),
    asked.AssessClaim: lambda _: ce.assess(Q2),
    asked.ApproveClaim: _approve,
    asked.RejectClaim: _reject,
    asked.DeductUnpaidLines: lambda _: asked.DeductUnpaidLines(
        claim_id=ce.claim_id(Q2), **eg.asked(eg.this_service, eg.at(2026, 5, 20))
    ),
}
PREPARED: Mapping[type[Command], Callable[[Given], Given]] = {
    asked.FileClaim: complete,
    asked.AssessClaim: decided,
}
"""What else has to be there, in the same status, for a legal command to be recorded."""
