"""Why a claim is worth what it is: from every cent back to its line, proof, reason and rate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.domain.days import counted_parts
from shared.kernel.money import money
from shared.kernel.shown import shown


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """Days of a line under one rate: what counts, in cents, and what it earns, exactly."""

    first: date
    last: date
    agreement_version: int
    """The version in force on these days: 1 as executed, one more with each amendment."""
    rate: Fraction
    counted_cents: int
    earns: Fraction
    """In cents; rounded only once, on the participant's cumulative total (R-2)."""


def explain(claim: Claim, agreement: Agreement) -> Mapping[str, Any]:
    """The chain of a whole claim, as JSON values (X7).

    Sum of all parts = what counts; what they earn plus what earlier claims earned, rounded once,
    is the participant's entitlement.
    """
    parts = {line_id: list(_parts(claim, line, agreement)) for line_id, line in claim.lines.items()}
    found = [part for own in parts.values() for part in own]
    return {
        "claim_id": claim.claim_id,
        "status": claim.status,
        "agreement": {
            "project_id": agreement.project_id,
            "policy_version": agreement.policy_version,
            "executed_on": shown(agreement.executed_on),
            "holdback_pct": shown(agreement.holdback_pct),
        },
        "lines": [_line(line, parts[line_id]) for line_id, line in sorted(claim.lines.items())],
        "totals": shown(
            {
                "claimed_cents": claim.claimed_cents,
                "counted_cents": sum(part.counted_cents for part in found),
                "earns": sum((part.earns for part in found), Fraction(0)),
            }
        ),
        "assessment": shown(claim.assessment),
        "decision": {
            "content_hash": claim.content_hash,
            "certifier": claim.certifier,
            "assessors": sorted(claim.assessors),
            "approvers": list(claim.approvers),
            "payable": money(claim.payable_cents),
        },
        "queries": shown(claim.queries),
        "payment": shown(claim.payment),
    }


def _parts(claim: Claim, line: CostLine, agreement: Agreement) -> Iterator[ExplainedPart]:
    """What counts of a line by days and rate; nothing where it is not assessed yet."""
    if line.eligible_cents is None:
        return
    cents = line.counted_cents
    for span, rate, part in counted_parts(line, cents, agreement, claim.organisation_id):
        version = _version_on(agreement, span.first)
        yield ExplainedPart(span.first, span.last, version, rate, part, rate * part)


def _version_on(agreement: Agreement, day: date) -> int:
    in_effect = [
        amendment.version
        for amendment in agreement.amendments.values()
        if amendment.status == "in_effect" and amendment.effective_from <= day
    ]
    return max(in_effect, default=1)


def _line(line: CostLine, parts: list[ExplainedPart]) -> Mapping[str, Any]:
    whole = shown(line)
    names = (
        "line_id", "kind", "supplier", "invoice_number", "invoiced_on", "document", "evidence",
        "stated", "rate", "duplicate", "payments", "amount", "eligible", "reason_code", "reason",
        "proposed", "reclaims", "adjusted",
    )  # fmt: skip
    return {
        **{name: whole[name] for name in names},
        "deducted": money(line.deducted_cents),
        "counted": money(line.counted_cents),
        "parts": shown(parts),
    }
