"""What suppliers are paid, what is deducted on day 91, and how it comes back (R-13, R-19)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from services.reimbursement.commands.claim import (
    DeductUnpaidLines,
    ReclaimCostLine,
    RecordSupplierPayment,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.budget import STREAM as BUDGET
from services.reimbursement.domain.budget import BudgetUse, accepted_now
from services.reimbursement.domain.claim import (
    COUNTED,
    Claim,
    evolve,
    require_claimant,
    require_known,
)
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.domain.entitlement import accepted_by_rate, difference_by_rate
from services.reimbursement.domain.entry import LINES_MAX, PaidInFuture, TooManyLines
from services.reimbursement.domain.restating import Why, restate, shared_after
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.line_course import (
    CostLineDeducted,
    CostLineReclaimed,
    DeductionReturnTaken,
    SupplierPaymentRecorded,
    SupplierPaymentsReviewed,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.money import portion
from shared.kernel.periods import Quarter
from shared.kernel.refusals import Invalid, Refusal


class PaidBeyondOwed(Refusal):
    """The supplier would have got more than the line owes; state what was paid for this line."""

    rule = "R-19"
    french = "Le fournisseur aurait reçu plus que la ligne ne doit; dites ce qui la concerne."


class OtherCurrency(Invalid):
    """A supplier is paid in the currency of its invoice; state what was paid in that one."""

    rule = "R-19"
    french = "Un fournisseur est payé dans la devise de sa facture; indiquez-y le montant."


class NotDueYet(Refusal):
    """What suppliers are not paid is deducted at the start of day 91 after filing, not before."""

    rule = "R-13"
    french = "Ce qui n'est pas payé se déduit au début du 91e jour après le dépôt, pas avant."


class NothingToReclaim(Refusal):
    """Nothing of this line was deducted, is paid to its supplier by now and still to be claimed."""

    rule = "R-13"
    french = "Rien de cette ligne n'a été déduit, payé depuis et reste à réclamer."


class ReclaimedTooEarly(Refusal):
    """A deducted cost comes back in a later quarter's claim of the same participant."""

    rule = "R-13"
    french = "Un coût déduit revient dans la réclamation d'un trimestre ultérieur du participant."


def record_supplier_payment(
    ask: RecordSupplierPayment, claim: Claim
) -> Sequence[SupplierPaymentRecorded]:
    """Record what a supplier got on a day; several payments add up to what is owed (R-19)."""
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    line = claim.line(ask.line_id)
    if ask.paid_on > ask.effective_on:
        raise PaidInFuture
    if ask.currency != line.stated.invoice.currency:
        raise OtherCurrency
    paid = sum(payment.amount_hundredths for payment in line.payments)
    owed = abs(line.stated.owed_hundredths)
    if line.paid_on is not None or paid + ask.amount_hundredths > owed:
        raise PaidBeyondOwed
    recorded = SupplierPaymentRecorded(
        amount_hundredths=ask.amount_hundredths,
        paid_on=ask.paid_on,
        proof=ask.proof,
        recorded_by=ask.by.person,
        line_id=line.line_id,
        **claim.identity,
    )
    return [recorded]


def deduct_unpaid_lines(
    ask: DeductUnpaidLines, claim: Claim, account: Account, agreement: Agreement, budget: BudgetUse
) -> Said:
    """At the start of day 91 only what suppliers were paid goes on counting, once (R-13, R-19).

    Where the claim counts already, its account is computed anew and the next payable bears it.
    """
    require_known(claim, ask.by)
    must_be_legal(ask, claim)
    assert claim.deducted_on is not None, "a filed claim has a day of deduction"
    if ask.effective_on < claim.deducted_on:
        raise NotDueYet(deducted_on=claim.deducted_on)
    if claim.suppliers_reviewed_on is not None:
        return []
    deducted = _deducted(claim, claim.deducted_on)
    reviewed = SupplierPaymentsReviewed(
        **claim.identity,
        deducted=tuple(event.line_id for event in deducted),
        reviewed_on=claim.deducted_on,
    )
    if not deducted or claim.status not in COUNTED:
        return [*deducted, reviewed]
    after = claim
    for event in deducted:
        after = evolve(after, event)
    changes = difference_by_rate(
        accepted_by_rate(claim, agreement), accepted_by_rate(after, agreement)
    )
    why = Why(
        because="deduction", quarter=claim.quarter, on=ask.effective_on, claim_id=claim.claim_id
    )
    restated = restate(account, agreement, claim.organisation_id, changes, why)
    return {
        "claim": [*deducted, reviewed],
        "account": [restated],
        "agreement": shared_after(agreement, restated),
        "budget": [accepted_now(after)],
    }


def _deducted(claim: Claim, on: date) -> Sequence[CostLineDeducted]:
    """The lines that were not paid in full by the day before; what came back is paid already."""
    last = on - timedelta(days=1)
    found = []
    for line in claim.lines.values():
        kept = line.paid_share(last)
        if kept < 1 and line.reclaims is None:
            worth = line.amount_cents if line.eligible_cents is None else line.eligible_cents
            event = CostLineDeducted(
                owed_hundredths=abs(line.stated.owed_hundredths),
                paid_hundredths=line.paid_by(last),
                kept=kept,
                deducted_cents=worth - portion(kept, worth),
                deducted_on=on,
                line_id=line.line_id,
                **claim.identity,
            )
            found.append(event)
    return found


def reclaim_cost_line(
    ask: ReclaimCostLine, claim: Claim, deducted: Claim, agreement: Agreement
) -> Said:
    """Bring back what was deducted and is paid by now, in its true period (R-13).

    It refers to the deducted line and takes no share of the invoice: it never repeats itself.
    """
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    require_in_force(agreement)
    if deducted.organisation_id != claim.organisation_id or deducted.project_id != claim.project_id:
        raise NothingToReclaim
    if Quarter.parse(deducted.quarter) >= Quarter.parse(claim.quarter):
        raise ReclaimedTooEarly
    if len(claim.lines) >= LINES_MAX:
        raise TooManyLines(lines_max=LINES_MAX)
    line = deducted.line(ask.deducted_line_id)
    cents = line.returnable_cents(ask.effective_on)
    if not cents or deducted.status not in COUNTED:
        raise NothingToReclaim
    taken = DeductionReturnTaken(
        by_claim_id=claim.claim_id,
        by_line_id=ask.line_id,
        amount_cents=cents,
        line_id=line.line_id,
        **deducted.identity,
    )
    return {"claim": [_reclaimed(ask, claim, deducted, line, cents)], "deducted": [taken]}


def _reclaimed(
    ask: ReclaimCostLine, claim: Claim, deducted: Claim, line: CostLine, cents: int
) -> CostLineReclaimed:
    whole = line.stated.model_copy(
        update={"true_quarter": line.stated.true_quarter or deducted.quarter}
    )
    return CostLineReclaimed(
        kind=line.kind,
        description=line.description,
        supplier=line.supplier,
        invoice_number=line.invoice_number,
        invoiced_on=line.invoiced_on,
        incurred_from=line.incurred_from,
        incurred_to=line.incurred_to,
        paid_on=max(paid.paid_on for paid in line.payments),
        amount_cents=cents,
        tax_cents=0,
        place=line.place,
        related_party=line.related_party,
        document=line.document,
        recorded_by=ask.by.person,
        stated=whole,
        deducted_claim_id=deducted.claim_id,
        deducted_line_id=line.line_id,
        line_id=ask.line_id,
        **claim.identity,
    )


DECIDERS: Mapping[type[Command], Decider] = {
    RecordSupplierPayment: Decider(record_supplier_payment, claim="claim-{claim_id}"),
    DeductUnpaidLines: Decider(
        deduct_unpaid_lines,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
        budget=BUDGET,
    ),
    ReclaimCostLine: Decider(
        reclaim_cost_line,
        claim="claim-{claim_id}",
        deducted="claim-{deducted_claim_id}",
        agreement="agreement-{project_id}",
    ),
}
