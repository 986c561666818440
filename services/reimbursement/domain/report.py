"""A quarter's report: as it was filed and approved, for ever, and as later facts restate it.

The fields are listed one by one, so that a later release writes the same bytes (R-11, C-017).
"""

from collections.abc import Mapping
from typing import Any

from services.reimbursement.domain.claim import COUNTED, Claim
from services.reimbursement.domain.cost_line import CostLine
from shared.kernel.money import money
from shared.kernel.refusals import Refusal
from shared.kernel.shown import shown

FORM = 1
"""Of the report: another list of fields is another form, beside this one."""


class NoReportYet(Refusal):
    """A quarter's report exists from the approval of its claim on."""

    rule = "R-11"
    french = "Le rapport d'un trimestre existe dès que sa réclamation est approuvée."


def as_filed(claim: Claim) -> Mapping[str, Any]:
    """What was certified and what was accepted of it; nothing later moves it. NoReportYet."""
    lines = _reported(claim)
    return {
        **_head(claim),
        "view": "filed",
        "claimed": money(claim.claimed_cents),
        "eligible": money(sum(line.eligible_cents or 0 for line in lines)),
        "lines": [_line(line) for line in lines],
        "necessity": [
            {"kind": necessity.kind, "statement": necessity.statement}
            for necessity in claim.necessity
        ],
    }


def as_restated(claim: Claim) -> Mapping[str, Any]:
    """What counts of each line by now: less deductions, and as corrected. NoReportYet."""
    lines = _reported(claim)
    return {
        **_head(claim),
        "view": "restated",
        "eligible": money(sum(line.counted_cents for line in lines)),
        "lines": [
            {
                **_line(line),
                "deducted": money(line.deducted_cents),
                "adjusted": money(line.adjusted_cents),
                "counted": money(line.counted_cents),
            }
            for line in lines
        ],
    }


def _reported(claim: Claim) -> list[CostLine]:
    if claim.status not in COUNTED:
        raise NoReportYet
    return [claim.lines[line_id] for line_id in sorted(claim.lines)]


def _head(claim: Claim) -> dict[str, Any]:
    return {
        "form": FORM,
        "claim_id": claim.claim_id,
        "project_id": claim.project_id,
        "organisation_id": claim.organisation_id,
        "quarter": claim.quarter,
        "filed_on": shown(claim.filed_on),
        "due_on": shown(claim.due_on),
        "late": claim.late,
        "certifier": claim.certifier,
        "content_hash": claim.content_hash,
    }


def _line(line: CostLine) -> Mapping[str, Any]:
    return {
        "line_id": line.line_id,
        "kind": line.kind,
        "supplier": line.supplier,
        "invoice_number": line.invoice_number,
        "invoiced_on": shown(line.invoiced_on),
        "incurred_from": shown(line.incurred_from),
        "incurred_to": shown(line.incurred_to),
        "currency": line.stated.invoice.currency,
        "claimed": money(line.amount_cents),
        "eligible": money(line.eligible_cents or 0),
        "reason_code": line.reason_code,
        "evidence": sorted(proof.sha256 for proof in line.evidence),
    }
