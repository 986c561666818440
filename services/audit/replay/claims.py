"""The claims of a project: what was claimed, accepted, and worth how much, claim by claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from services.audit.inbound import Fields, Source, Told
from shared.kernel.money import portion

_STATUS = {
    "ClaimPeriodOpened": "open",
    "CostLineRecorded": "draft",
    "CostLineReclaimed": "draft",
    "ClaimFiled": "filed",
    "CostLineAssessed": "under_review",
    "ClaimQueried": "queried",
    "QueryAnswered": "under_review",
    "ClaimAssessed": "assessed",
    "ClaimApproved": "approved",
    "ClaimSettled": "settled",
    "ClaimRejected": "rejected",
    "PaymentAuthorised": "payment_authorised",
    "PaymentIssued": "issued",
    "PaymentConfirmed": "paid",
    "PaymentFailed": "failed",
    "PaymentReturned": "returned",
}
_STATES_A_LINE = frozenset(
    {"CostLineRecorded", "CostLineCorrected", "CostLineReclaimed", "ExchangeRateFixed"}
)
_OF_LINES = _STATES_A_LINE | {
    "CostLineWithdrawn",
    "CostLineAssessed",
    "CostLineDeducted",
    "CostLineAdjusted",
    "CorrectionApproved",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One participant's costs of one quarter; all amounts in cents."""

    claim_id: str
    organisation_id: str | None = None
    quarter: str | None = None
    status: str | None = None
    due_on: str | None = None
    filed_on: str | None = None
    late: bool | None = None
    lines: int = 0
    """Cost lines that were not withdrawn."""
    claimed_cents: int = 0
    """Added up from the lines; `filed_cents` is what the claimant certified."""
    filed_cents: int | None = None
    accepted_cents: int = 0
    """Added up from the assessed lines, less what was deducted (R-13), and as corrected."""
    entitled_cents: int | None = None
    """Cumulative, of the participant, this claim included (R-2)."""
    holdback_cents: int | None = None
    """Cumulative, as the entitlement."""
    payable_cents: int | None = None
    paid_cents: int = 0
    """Confirmed by the bank."""
    content_hash: str | None = None
    certifier: str | None = None
    assessed_by: str | None = None
    approved_by: str | None = None
    policy_version: str | None = None
    timeline: tuple[Source, ...] = ()
    """The events that moved the claim as a whole, oldest first."""
    _confirmed: frozenset[str] = frozenset()
    _claimed: Mapping[str, int] = field(default_factory=dict)
    _eligible: Mapping[str, int] = field(default_factory=dict)
    _kept: Mapping[str, Fraction] = field(default_factory=dict)
    _proposed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By correction, what it would change of each line."""
    _corrected: Mapping[str, int] = field(default_factory=dict)
    """By line, what approved corrections changed."""


Claims = Mapping[str, Claim]


def evolve_claims(claims: Claims, told: Told, fields: Fields) -> Claims:
    """The claims after one event of reimbursement; what names no claim changes nothing."""
    claim_id = fields.text("claim_id")
    if claim_id is None or (told.name not in _STATUS and told.name not in _OF_LINES):
        return claims
    claim = claims.get(claim_id) or Claim(claim_id)
    if told.name in _OF_LINES:
        claim = _counted(_with_line(claim, told.name, fields))
    else:
        claim = _evolved(claim, told.name, fields)
        claim = replace(claim, timeline=(*claim.timeline, told.source))
    status = _STATUS.get(told.name, claim.status)
    organisation_id = fields.text("organisation_id") or claim.organisation_id
    return {**claims, claim_id: replace(claim, status=status, organisation_id=organisation_id)}


def _with_line(claim: Claim, name: str, fields: Fields) -> Claim:
    line_id = fields.text("line_id") or ""
    match name:
        case _ if name in _STATES_A_LINE:
            amount = fields.whole("amount_cents") or 0
            return replace(claim, _claimed={**claim._claimed, line_id: amount})
        case "CostLineDeducted":
            kept = fields.ratio("kept")
            return claim if kept is None else replace(claim, _kept={**claim._kept, line_id: kept})
        case "CostLineAdjusted" | "CorrectionApproved":
            return _with_correction(claim, line_id, fields)
        case "CostLineWithdrawn":
            return replace(
                claim,
                _claimed={line: cents for line, cents in claim._claimed.items() if line != line_id},
            )
        case _:
            eligible = fields.whole("eligible_cents") or 0
            return replace(claim, _eligible={**claim._eligible, line_id: eligible})


def _with_correction(claim: Claim, line_id: str, fields: Fields) -> Claim:
    """What a correction says of a line waits until the correction is approved."""
    name = fields.text("correction_id") or ""
    said = claim._proposed.get(name, {})
    if line_id:
        said = {**said, line_id: fields.whole("delta_cents") or 0}
        return replace(claim, _proposed={**claim._proposed, name: said})
    corrected = {
        line: claim._corrected.get(line, 0) + said.get(line, 0)
        for line in {**claim._corrected, **said}
    }
    return replace(claim, _corrected=corrected)


def _counted(claim: Claim) -> Claim:
    return replace(
        claim,
        lines=len(claim._claimed),
        claimed_cents=sum(claim._claimed.values()),
        accepted_cents=sum(
            portion(claim._kept.get(line, Fraction(1)), cents)
            for line, cents in claim._eligible.items()
        )
        + sum(claim._corrected.values()),
    )


def _evolved(claim: Claim, name: str, fields: Fields) -> Claim:
    match name:
        case "ClaimPeriodOpened":
            return replace(claim, quarter=fields.text("quarter"), due_on=fields.text("due_on"))
        case "ClaimFiled":
            return replace(
                claim,
                quarter=fields.text("quarter"),
                filed_cents=fields.whole("claimed_cents"),
                filed_on=fields.text("filed_on"),
                late=fields.flag("late"),
                content_hash=fields.text("content_hash"),
                certifier=fields.text("certifier"),
            )
        case "ClaimAssessed":
            return replace(_valued(claim, fields), assessed_by=fields.text("assessed_by"))
        case "ClaimApproved":
            return replace(_valued(claim, fields), approved_by=fields.text("approved_by"))
        case "ClaimRejected":
            # None of its costs count.
            return replace(claim, payable_cents=0, accepted_cents=0, _eligible={})
        case "PaymentConfirmed":
            return replace(
                claim,
                paid_cents=claim.paid_cents + (fields.whole("amount_cents") or 0),
                _confirmed=claim._confirmed | {fields.text("payment_id") or ""},
            )
        case "PaymentReturned" if fields.text("payment_id") in claim._confirmed:
            return replace(claim, paid_cents=claim.paid_cents - (fields.whole("amount_cents") or 0))
        case _:
            return claim


def _valued(claim: Claim, fields: Fields) -> Claim:
    return replace(
        claim,
        entitled_cents=fields.whole("entitled_cents"),
        holdback_cents=fields.whole("holdback_cents"),
        payable_cents=fields.whole("payable_cents"),
        policy_version=fields.text("policy_version"),
    )
