"""Lists about money: payments, what counts as paid day by day, holds, corrections, findings."""

from datetime import date
from typing import TypeAlias

from services.reimbursement.events.bank import PaymentFileMade
from services.reimbursement.events.correction import (
    CorrectionApproved,
    CorrectionOpened,
    CorrectionWithdrawn,
    CostLineAdjusted,
)
from services.reimbursement.events.debt import (
    OffsetApplied,
    OverpaymentEstablished,
    RecoveryReceived,
    RecoveryWaived,
    TopUpAuthorised,
)
from services.reimbursement.events.holding import (
    ComplianceFindingRaised,
    ComplianceFindingResolved,
    PaymentHeld,
    PaymentHoldReleased,
)
from services.reimbursement.events.payment import (
    CostsAccepted,
    EntitlementRestated,
    LateConfirmationNoted,
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
    PaymentUnbooked,
)
from shared.kernel.periods import civil_date, to_micros
from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
    json_text,
    key,
    table,
    text,
)

PAYMENTS = table(
    "payment_list",
    key("payment_id"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("claim_id", index=True),
    integer("amount_cents"),
    text("status", index=True),
    text("reference"),
    text("authorised_on"),
    text("issued_on"),
    text("confirmed_on"),
    text("failed_on"),
    text("returned_on"),
    text("late_confirmation_on"),
    integer("position", index=True),
)
LEDGER = table(
    "paid_ledger",
    key("entry"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("claim_id"),
    text("because"),
    text("on_day", index=True),
    integer("change_cents"),
    integer("position", index=True),
)
"""Every change of what counts as paid (R-2), on its business day."""
ACCOUNTS_OF = table("accounts_of", key("about"), json_text("begun"))
"""The accounts of an organisation, and of a project, as `{project_id}.{organisation_id}`.

Since when each has a history, in microseconds; nothing of it is dated earlier (X5).
"""
HOLDS = table(
    "payment_hold_list",
    key("claim_id"),
    key("reason"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("detail"),
    text("held_on"),
    integer("position", index=True),
)
CORRECTIONS = table(
    "correction_list",
    key("correction_id"),
    text("claim_id", index=True),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("quarter"),
    text("origin"),
    text("finding_id"),
    text("status", index=True),
    text("settled_as"),
    integer("net_cents"),
    text("opened_on"),
    text("approved_on"),
    integer("position", index=True),
)
FINDINGS = table(
    "compliance_finding_list",
    key("finding_id"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("claim_id"),
    text("rule"),
    text("about"),
    text("raised_on"),
    text("outcome"),
    text("resolved_on"),
    integer("position", index=True),
)
FILES = table(
    "payment_file_list",
    key("file_id"),
    text("execute_on"),
    integer("number"),
    integer("control_sum_cents"),
    text("made_by"),
    integer("position", index=True),
)


def show_payments(rows: Rows, recorded: Recorded) -> None:
    """Each payment and how far it is."""
    match recorded.event:
        case PaymentAuthorised() as event:
            rows.put(
                "payment_list",
                payment_id=event.payment_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                claim_id=event.claim_id,
                amount_cents=event.amount_cents,
                status="authorised",
                authorised_on=event.authorised_on.isoformat(),
                position=recorded.position,
            )
        case PaymentIssued() as event:
            _step(rows, event.payment_id, "issued", event.issued_on)
            rows.change("payment_list", event.payment_id, reference=event.reference)
        case PaymentConfirmed() as event:
            _step(rows, event.payment_id, "confirmed", event.confirmed_on)
        case PaymentFailed() as event:
            _step(rows, event.payment_id, "failed", event.failed_on)
        case PaymentReturned() as event:
            _step(rows, event.payment_id, "returned", event.returned_on)
        case LateConfirmationNoted() as event:
            on = event.noted_on.isoformat()
            rows.change("payment_list", event.payment_id, late_confirmation_on=on)
        case _:
            pass  # Only payments are shown here.


def _step(rows: Rows, payment_id: str, status: str, on: date) -> None:
    rows.change("payment_list", payment_id, status=status, **{f"{status}_on": on.isoformat()})


def show_accounts(rows: Rows, recorded: Recorded) -> None:
    """Where to look for the accounts of an organisation or a project, for policies."""
    match recorded.event:
        case CostsAccepted() | EntitlementRestated() as event:
            account = f"{event.project_id}.{event.organisation_id}"
            for about in (event.project_id, event.organisation_id):
                row = rows.get("accounts_of", about)
                begun: dict[str, int] = row["begun"] if row else {}
                if account not in begun:
                    begun = {**begun, account: to_micros(recorded.effective_at)}
                    rows.put("accounts_of", about=about, begun=begun)
        case _:
            pass  # An account begins with the first costs that count.


def show_ledger(rows: Rows, recorded: Recorded) -> None:
    """Each change of what counts as paid, dated by its business day."""
    match recorded.event:
        case PaymentBooked() as event:
            _enter(rows, recorded, event, event.amount_cents)
        case PaymentUnbooked() as event:
            _enter(rows, recorded, event, -event.amount_cents)
        case PaymentAuthorised(claim_id=None) as event:
            _enter(rows, recorded, event, event.amount_cents)
        case PaymentFailed(claim_id=None) | PaymentReturned(claim_id=None) as event:
            _enter(rows, recorded, event, -event.amount_cents)
        case OverpaymentEstablished() as event:
            _enter(rows, recorded, event, event.excess_cents)
        case OffsetApplied() as event:
            _enter(rows, recorded, event, event.moved_cents)
        case RecoveryReceived() as event:
            _enter(rows, recorded, event, -event.amount_cents)
        case _:
            pass  # Everything else leaves what counts as paid as it is.


Moving: TypeAlias = (
    PaymentBooked
    | PaymentUnbooked
    | PaymentAuthorised
    | PaymentFailed
    | PaymentReturned
    | OverpaymentEstablished
    | OffsetApplied
    | RecoveryReceived
)


def _enter(rows: Rows, recorded: Recorded, event: Moving, change_cents: int) -> None:
    if not change_cents:
        return
    rows.put(
        "paid_ledger",
        entry=recorded.event_id,
        project_id=event.project_id,
        organisation_id=event.organisation_id,
        claim_id=getattr(event, "claim_id", None),
        because=type(event).__name__,
        on_day=civil_date(recorded.effective_at).isoformat(),
        change_cents=change_cents,
        position=recorded.position,
    )


def show_holds(rows: Rows, recorded: Recorded) -> None:
    """What is held now, and why."""
    match recorded.event:
        case PaymentHeld() as event:
            rows.put(
                "payment_hold_list",
                claim_id=event.claim_id,
                reason=event.reason,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                detail=event.detail,
                held_on=event.held_on.isoformat(),
                position=recorded.position,
            )
        case PaymentHoldReleased() as event:
            rows.remove("payment_hold_list", event.claim_id, event.reason)
        case _:
            pass  # Only holds are shown here.


def show_corrections(rows: Rows, recorded: Recorded) -> None:
    """Each correction, how far it is, and as what it was settled."""
    match recorded.event:
        case CorrectionOpened() as event:
            rows.put(
                "correction_list",
                correction_id=event.correction_id,
                claim_id=event.claim_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                quarter=event.claim_id.rpartition(".")[2],
                origin=event.origin,
                finding_id=event.finding_id,
                status="opened",
                opened_on=event.opened_on.isoformat(),
                position=recorded.position,
            )
        case CostLineAdjusted() as event:
            rows.change("correction_list", event.correction_id, status="assessed")
        case CorrectionApproved() as event:
            rows.change(
                "correction_list",
                event.correction_id,
                status="approved" if event.net_cents else "settled",
                net_cents=event.net_cents,
                approved_on=event.approved_on.isoformat(),
            )
        case CorrectionWithdrawn() as event:
            rows.change("correction_list", event.correction_id, status="withdrawn")
        case TopUpAuthorised() as event:
            _settle(rows, event.settles, "top-up")
        case OffsetApplied() as event:
            _settle(rows, event.settles, "offset")
        case RecoveryReceived() as event:
            _settle(rows, event.settles, "recovered")
        case RecoveryWaived() as event:
            _settle(rows, event.settles, "waived")
        case _:
            pass  # Only corrections are shown here.


def _settle(rows: Rows, corrections: tuple[str, ...], settled_as: str) -> None:
    for correction_id in corrections:
        rows.change("correction_list", correction_id, status="settled", settled_as=settled_as)


def show_findings(rows: Rows, recorded: Recorded) -> None:
    """Each compliance finding, and what followed from it."""
    match recorded.event:
        case ComplianceFindingRaised() as event:
            rows.put(
                "compliance_finding_list",
                finding_id=event.finding_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                claim_id=event.claim_id,
                rule=event.rule,
                about=event.about,
                raised_on=event.raised_on.isoformat(),
                position=recorded.position,
            )
        case ComplianceFindingResolved() as event:
            rows.change(
                "compliance_finding_list",
                event.finding_id,
                outcome=event.outcome,
                resolved_on=event.resolved_on.isoformat(),
            )
        case _:
            pass  # Only findings are shown here.


def show_files(rows: Rows, recorded: Recorded) -> None:
    """Each file for the bank, with its control totals."""
    match recorded.event:
        case PaymentFileMade() as event:
            rows.put(
                "payment_file_list",
                file_id=event.file_id,
                execute_on=event.execute_on.isoformat(),
                number=event.number,
                control_sum_cents=event.control_sum_cents,
                made_by=event.made_by,
                position=recorded.position,
            )
        case _:
            pass  # Only files are shown here.


PROJECTIONS: tuple[Projection, ...] = (
    Projection("payment_list", revision=2, tables=(PAYMENTS,), apply=show_payments),
    Projection("accounts_of", revision=2, tables=(ACCOUNTS_OF,), apply=show_accounts),
    Projection("paid_ledger", revision=1, tables=(LEDGER,), apply=show_ledger),
    Projection("payment_hold_list", revision=1, tables=(HOLDS,), apply=show_holds),
    Projection("correction_list", revision=1, tables=(CORRECTIONS,), apply=show_corrections),
    Projection("compliance_finding_list", revision=1, tables=(FINDINGS,), apply=show_findings),
    Projection("payment_file_list", revision=1, tables=(FILES,), apply=show_files),
)
