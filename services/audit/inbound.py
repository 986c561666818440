"""What audit reads of the other services' events: names and fields, and nothing that it must know.

Every event is kept sealed, whatever its type. A type that is not listed here, a field that is
missing and a body that cannot be read are no faults: they are left out, and said to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from shared.kernel.canonical import read_json
from shared.kernel.money import CENTS_MAX, to_ratio
from shared.kernel.refusals import Malformed

_PARTICIPANTS = ("participants/organisation_id", "participants/name")
_SUBMITTED = ("title", "version", "content_hash", "submitted_on", *_PARTICIPANTS)
_CLAIM = ("claim_id", "organisation_id")
_PAYMENT = ("payment_id", "claim_id", "organisation_id", "amount_cents")
_COMMITMENT = ("envelope_id", "amount_cents")
_PROFILE = ("organisation_id", "name", "kind", "country", "province")
_STANDING = ("organisation_id", "effective_on")

READS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "intake": {
        "ProposalDrafted": ("programme", "title", "lead_organisation_id", "lead_name"),
        "ParticipantInvited": ("organisation_id", "name"),
        "ParticipantConfirmed": ("organisation_id", "content_hash"),
        "ParticipantDeclined": ("organisation_id",),
        "ParticipantRemoved": ("organisation_id",),
        "BudgetProposed": ("lines/amount_cents",),
        "ProposalSubmitted": _SUBMITTED,
        "DetailedProposalOpened": (),
        "DetailedProposalSubmitted": _SUBMITTED,
        "ProposalWithdrawn": (),
    },
    "evaluation": {
        "EligibilityReviewOpened": ("proposal_version", "policy_version"),
        "EligibilityConditionAssessed": ("condition", "verdict", "reason", "policy_version"),
        "EligibilityAssessed": (
            "eligible", "policy_version", "verdicts/condition", "verdicts/verdict",
            "verdicts/reason",
        ),
        "DetailedProposalReturned": ("proposal_version",),
        "DetailedProposalAccepted": ("proposal_version",),
        "CriterionScored": (),
        "ScoresLocked": (),
        "WeightedScoreComputed": (
            "result", "policy_version", "criteria/criterion", "criteria/weight", "criteria/mean",
        ),
        "RecommendationMade": (),
        "CommitteeConvened": (),
        "ProjectApproved": (
            "rate", "ceiling_cents", "envelope_id", "conditions", "reasons", "policy_version",
            "weighted_score", "decided_on", "proposed_by", "confirmed_by", *_PARTICIPANTS,
        ),
        "ProjectDeclined": (
            "reasons", "policy_version", "weighted_score", "decided_on", "proposed_by",
            "confirmed_by",
        ),
    },
    "membership": {
        "OrganisationRegistered": _PROFILE,
        "OrganisationProfileAmended": _PROFILE,
        "AssociateAdmitted": ("organisation_id", "admitted_on"),
        "CandidacyOpened": ("organisation_id", "opened_on"),
        "AssociateResigned": ("organisation_id", "resigned_on", "falls_back_to"),
        "CandidacyClosed": ("organisation_id", "closed_on", "falls_back_to"),
        "MembershipApplicationSubmitted": ("organisation_id", "submitted_on"),
        "FeeAssessed": ("organisation_id", "assessed_on"),
        "FeePaymentReversed": ("organisation_id", "fee_year"),
        "MemberAdmitted": ("organisation_id", "admitted_on", "covered_until"),
        "MembershipRenewed": (*_STANDING, "fee_year", "covered_until"),
        "GracePeriodStarted": _STANDING,
        "MembershipLapsed": _STANDING,
        "MembershipReinstated": (*_STANDING, "fee_year", "covered_until"),
        "MembershipSuspended": _STANDING,
        "MembershipTerminated": _STANDING,
        "OrganisationDissolved": _STANDING,
    },
    "reimbursement": {
        "CommitmentReserved": _COMMITMENT,
        "CommitmentRefused": (*_COMMITMENT, "reason"),
        "CommitmentReleased": (*_COMMITMENT, "reason"),
        "AgreementDrafted": (
            "rate", "ceiling_cents", "envelope_id", "conditions", "policy_version",
            "participants/funded", *_PARTICIPANTS,
        ),
        "AgreementTermsStated": ("eligible_from", "end_date"),
        "AgreementSigned": ("party", "organisation_id", "signed_on"),
        "AgreementExecuted": (
            "ceiling_cents", "envelope_id", "eligible_from", "end_date", "holdback_pct",
            "policy_version", "executed_on", "rates/organisation_id", "rates/kind", "rates/rate",
            "rates/applies_from", "rates/applies_to", "participants/funded", *_PARTICIPANTS,
        ),
        "CommitmentDrawnDown": (*_COMMITMENT, "undrawn_cents"),
        "CommitmentMoved": (*_COMMITMENT, "to_envelope_id"),
        "AgreementConditionSatisfied": ("number", "left"),
        "AmendmentTookEffect": (
            "ceiling_cents", "end_date", "version", "rates/organisation_id", "rates/kind",
            "rates/rate", "rates/applies_from", "rates/applies_to",
        ),
        "ParticipantJoined": ("organisation_id", "name", "funded"),
        "ParticipantWithdrew": ("organisation_id", "last_eligible_date"),
        "ProjectSuspended": ("suspended_on",),
        "ProjectResumed": ("resumed_on",),
        "AgreementTerminated": ("terminated_on",),
        "FinalReportAccepted": ("accepted_on",),
        "ProjectCompleted": ("completed_on",),
        "AgreementClosed": ("closed_on",),
        "ClaimPeriodOpened": (*_CLAIM, "quarter", "due_on"),
        "CostLineRecorded": (*_CLAIM, "line_id", "amount_cents"),
        "CostLineWithdrawn": (*_CLAIM, "line_id"),
        "CostLineCorrected": (*_CLAIM, "line_id", "amount_cents"),
        "CostLineReclaimed": (*_CLAIM, "line_id", "amount_cents"),
        "ExchangeRateFixed": (*_CLAIM, "line_id", "amount_cents"),
        "CostLineDeducted": (*_CLAIM, "line_id", "kept"),
        "CostLineAssessed": (*_CLAIM, "line_id", "eligible_cents"),
        "ClaimQueried": _CLAIM,
        "QueryAnswered": _CLAIM,
        "ClaimFiled": (
            *_CLAIM, "quarter", "claimed_cents", "certifier", "content_hash", "filed_on", "late",
        ),
        "ClaimAssessed": (
            *_CLAIM, "gross_cents", "entitled_cents", "holdback_cents", "payable_cents",
            "policy_version", "assessed_by",
        ),
        "ClaimApproved": (
            *_CLAIM, "entitled_cents", "holdback_cents", "payable_cents", "policy_version",
            "approved_by",
        ),
        "ClaimSettled": _CLAIM,
        "ClaimRejected": (*_CLAIM, "reason"),
        "HoldbackReleased": ("organisation_id", "amount_cents"),
        "PaymentAuthorised": (*_PAYMENT, "authorised_by"),
        "PaymentIssued": (*_PAYMENT, "reference"),
        "PaymentConfirmed": (*_PAYMENT, "reference"),
        "PaymentFailed": (*_PAYMENT, "reason"),
        "PaymentReturned": (*_PAYMENT, "reference", "reason"),
        "LateConfirmationNoted": (*_PAYMENT, "reference"),
        "CostLineAdjusted": (*_CLAIM, "correction_id", "line_id", "delta_cents"),
        "CorrectionApproved": (*_CLAIM, "correction_id", "net_cents", "entitled_cents"),
        "OverpaymentEstablished": ("organisation_id", "cause", "amount_cents", "excess_cents"),
        "OffsetApplied": ("organisation_id", "amount_cents", "moved_cents"),
        "RecoveryReceived": ("organisation_id", "amount_cents"),
        "RecoveryWaived": ("organisation_id", "amount_cents"),
    },
}  # fmt: skip
"""By origin and event name, the fields that are read; `a/b` is the field `b` of each item of `a`.

A contract test holds each against its owner's golden sample."""

TEXT_MAX = 10_000
"""Characters of a text that is read; longer ones are no text of ours."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Data of another service, of which nothing is certain: what does not fit is not there."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A text."""
        value = self.values.get(name)
        fits = isinstance(value, str) and len(value) <= TEXT_MAX and "\0" not in value
        return value if fits else None

    def whole(self, name: str) -> int | None:
        """A whole number, such as cents."""
        value = self.values.get(name)
        fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= CENTS_MAX
        return value if fits else None

    def ratio(self, name: str) -> Fraction | None:
        """An exact rate or share, not below zero."""
        try:
            return to_ratio(self.text(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool | None:
        """Yes or no."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """All texts of a list."""
        value = self.values.get(name)
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))

    def items(self, name: str) -> "tuple[Fields, ...]":
        """All records of a list."""
        value = self.values.get(name)
        items = value if isinstance(value, list) else []
        return tuple(Fields(item) for item in items if isinstance(item, dict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The event that something is known by: what it was, who said it, and when on both axes."""

    event: str
    event_id: str
    actor: str
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as audit reads it: where it stands, and only those fields that it knows."""

    type: str
    origin: str
    stream: str
    event_id: str
    actor: str
    effective_at: datetime
    recorded_at: datetime
    body: str

    @property
    def name(self) -> str:
        """The event's name: `ClaimFiled` of `grantline.reimbursement.ClaimFiled.v1`."""
        return self.type.split(".")[2]

    @property
    def known(self) -> bool:
        """Whether audit reads events of this name by this owner."""
        return self.name in READS.get(self.origin, {})

    @property
    def fields(self) -> Fields:
        """The fields that are read of it; none where the body cannot be read at all."""
        try:
            body = read_json(self.body.encode())
        except (Malformed, UnicodeEncodeError):
            return Fields({})
        read = {path.partition("/")[0] for path in READS.get(self.origin, {}).get(self.name, ())}
        found = body if isinstance(body, dict) else {}
        return Fields({name: found[name] for name in read if name in found})

    @property
    def source(self) -> Source:
        """What is known by this event names it."""
        return Source(
            event=self.name,
            event_id=self.event_id,
            actor=self.actor,
            effective_at=self.effective_at,
            recorded_at=self.recorded_at,
        )
