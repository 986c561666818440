"""Why a payment is what it is: from its cents to lines, proofs, rates, agreement and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import COUNTED, Claim
from services.reimbursement.domain.explain import explain
from shared.kernel.money import half_up, money
from shared.kernel.shown import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Everything as it was just before the payment was authorised."""

    account: Account
    agreement: Agreement
    claims: Sequence[Claim]


def explain_payment(claim_id: str | None, amount_cents: int, before: Before) -> Mapping[str, Any]:
    """The chain of one payment, as JSON values (X7).

    Accepted costs at their exact rates, rounded once; the cap and the ceiling; the holdback; what
    was paid before: what is left is this payment, but for what was offset (R-2).
    """
    account, agreement = before.account, before.agreement
    exact = sum((rate * cents for rate, cents in account.accepted_cents.items()), Fraction(0))
    others = {name: cents for name, cents in account.promised_cents.items() if name != claim_id}
    figures = {
        "accepted_cents": {str(rate): cents for rate, cents in account.accepted_cents.items()},
        "earned_cents": half_up(exact),
        "cap_cents": agreement.cap_of(account.organisation_id),
        "unfunded_cents": half_up(exact) - account.entitled_cents,
        "entitled_cents": account.entitled_cents,
        "holdback_cents": account.holdback_cents,
        "paid_before_cents": account.paid_cents,
        "waived_cents": account.balance_cents - account.payable_cents,
        "promised_to_others_cents": sum(others.values()),
    }
    left = account.balance_cents - sum(others.values())
    return {
        "amount": money(amount_cents),
        "earned_exactly": str(exact),
        "computation": shown(figures),
        "left": money(left),
        "offset_here_or_elsewhere": money(left - amount_cents),
        "agreement": {
            "project_id": agreement.project_id,
            "policy_version": agreement.policy_version,
            "executed_on": shown(agreement.executed_on),
            "holdback_pct": shown(agreement.holdback_pct),
            "ceiling": money(agreement.ceiling_cents),
        },
        "claims": [explain(claim, agreement) for claim in before.claims if claim.status in COUNTED],
    }
