"""What the membership service can be asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.membership.events.policy import FeeSchedule
from services.membership.events.vocabulary import Mistake, WhyClosed
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
class DeclareControlChange(Command):
    """Declare who controls a body from the effective day on: an id, a name, or nobody."""

    organisation_id: str
    controller_id: str | None
    controller_name: str | None
    evidence_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DissolveOrganisation(Command):
    """Record that a body exists no more from the effective day on."""

    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyAsAssociate(Command):
    """Ask to be an associate."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitAssociate(Command):
    """Admit an applicant as an associate."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResignAsAssociate(Command):
    """Be an associate no more."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCandidacy(Command):
    """Let a party of an approved project apply for membership; issued by a policy."""

    organisation_id: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCandidacy(Command):
    """Close a candidacy whose award is gone; issued by a policy."""

    organisation_id: str
    project_id: str
    because: WhyClosed


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
class AdoptFeeSchedule(Command):
    """Adopt new fees of a programme for what is assessed from a day on."""

    programme: str
    version: str
    fee_schedule: FeeSchedule
    effective_from: date
    effective_to: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessFee(Command):
    """Assess the fee of a fee year by the schedule in force; 1 is the first one."""

    organisation_id: str
    fee_year: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFeePayment(Command):
    """Money for the fee of a year arrived at the bank."""

    organisation_id: str
    fee_year: int = 1
    amount_cents: int
    paid_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveFee(Command):
    """Ask no more for what is still owed of a year's fee, with a reason."""

    organisation_id: str
    fee_year: int = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseFeePayment(Command):
    """Take back a payment by its reference, or a whole assessment that was a mistake."""

    organisation_id: str
    fee_year: int = 1
    mistake: Mistake
    reference: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendMembership(Command):
    """Take a member's benefits and payments away from the effective day on."""

    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateMembership(Command):
    """Lift a suspension from the effective day on."""

    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateMembership(Command):
    """End a membership for good from the effective day on."""

    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowMembership(Command):
    """Say what has fallen due by the effective day; issued by timers."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallVotingRoll(Command):
    """Freeze the roll of who may vote, as it was on the record date."""

    record_date: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeVotingRoll(Command):
    """Freeze a roll that was called, among these organisations; issued by a policy."""

    record_date: date
    organisation_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPartnerProfile(Command):
    """Show in the directory what the organisation offers and seeks, and in which sectors."""

    organisation_id: str
    offers: tuple[str, ...]
    seeks: tuple[str, ...]
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPartnerProfile(Command):
    """Be in the directory no more."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePartnerContact(Command):
    """Say whom introduced partners may turn to: by its place in the vault, and a keyed hash."""

    organisation_id: str
    contact_reference: str
    contact_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePartnerContact(Command):
    """Destroy the key of an organisation's contacts, with a reason."""

    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIntroduction(Command):
    """Ask to be introduced to an organisation of the directory."""

    introduction_id: str
    organisation_id: str
    partner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptIntroduction(Command):
    """Accept an introduction, as the organisation that was asked."""

    introduction_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineIntroduction(Command):
    """Decline an introduction, as the organisation that was asked."""

    introduction_id: str
    organisation_id: str
