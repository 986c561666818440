"""What the membership service can be asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOrganisation(Command):
    """Make a body known. A name or number in use needs the reason why it is another body."""

    organisation_id: str
    name: str
    kind: str | None
    country: str | None
    province: str | None
    business_number: str | None
    distinct_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrganisationProfile(Command):
    """Replace the whole profile of a body, with a reason."""

    organisation_id: str
    name: str
    kind: str | None
    country: str | None
    province: str | None
    business_number: str | None
    reason: str
    distinct_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrganisationAlias(Command):
    """Another spelling in a register means this body."""

    organisation_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestSize(Command):
    """Attest the full-time equivalents of a body and of its affiliates on a day."""

    organisation_id: str
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date
    evidence_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareAffiliation(Command):
    """Declare that two bodies are under common control since a day."""

    organisation_id: str
    affiliate_id: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyAsAssociate(Command):
    """Ask to be an associate."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitAssociate(Command):
    """Admit an applicant as an associate."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCandidacy(Command):
    """Let a party of an approved project apply for membership; issued by a policy."""

    organisation_id: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitMembershipApplication(Command):
    """Apply for membership, as a candidate by this project."""

    organisation_id: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignMembershipAgreement(Command):
    """Sign the membership agreement."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessFee(Command):
    """Assess the fee of the first fee year by the schedule in force."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFeePayment(Command):
    """Money for the fee arrived at the bank."""

    organisation_id: str
    amount_cents: int
    paid_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveFee(Command):
    """Ask no more for what is still owed of the fee, with a reason."""

    organisation_id: str
    reason: str
