"""Everything that the membership service has ever said, and what each of it means."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, OrganisationId, PersonId, ProjectId, Sha256, Slug
from shared.kernel.money import Cents, PositiveCents

Country: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["CA", "NO"])]
"""An ISO 3166-1 code; every country is welcome (M-7)."""
Province: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$", examples=["QC"])]
"""The subdivision part of an ISO 3166-2 code."""
Kind: TypeAlias = Annotated[Line, Field(max_length=60, examples=["SME", "research centre"])]
"""What a party is, in the words of its register: an open list, it never gates (M-6)."""
BusinessNumber: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]{1,39}$", examples=["123456789RC0001"])
]
"""A registry's number of a body, spelled as given."""


def _plain(number: Decimal) -> Decimal:
    return Decimal(f"{number:f}")


Fte: TypeAlias = Annotated[
    Decimal, Field(ge=0, max_digits=9, decimal_places=2), AfterValidator(_plain)
]
"""Full-time equivalents, to the hundredth, written without an exponent."""
FteLimit: TypeAlias = Annotated[int, Field(gt=0, le=1_000_000)]
Days: TypeAlias = Annotated[int, Field(ge=0, le=3650)]
"""A number of calendar days."""
FeeCents: TypeAlias = Annotated[Cents, Field(ge=0)]
"""A yearly fee; zero where a class owes none."""
FeeClass: TypeAlias = Literal["individual", "sme", "large", "academic", "nonprofit", "government"]


class FeeSchedule(Fact):
    """What each class of member pays for one fee year, in cents (M-5)."""

    individual_cents: FeeCents
    sme_cents: FeeCents
    large_cents: FeeCents
    academic_cents: FeeCents
    nonprofit_cents: FeeCents
    government_cents: FeeCents

    def of(self, fee_class: FeeClass) -> int:
        """The yearly fee of a class, in cents."""
        amount: int = getattr(self, f"{fee_class}_cents")
        return amount


class Parameters(Fact):
    """The parameters that membership owns; other services keep their own."""

    fee_schedule: FeeSchedule
    sme_fte_lt: FteLimit = 500
    """Fewer full-time equivalents than this, affiliates' included, is an SME (fee class only)."""
    candidacy_days: Days = 90
    membership_grace_days: Days = 60


class PolicyPublished(Event, name="PolicyPublished", schema=1):
    """A programme's membership parameters apply from a date, until a date (exclusive)."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None
    reason: Line
    published_by: PersonId


class OrganisationRegistered(Event, name="OrganisationRegistered", schema=1):
    """A body is known under this name, spelled as it was given."""

    organisation_id: OrganisationId
    name: Line
    kind: Kind | None
    country: Country | None
    """Absent where the register does not publish it."""
    province: Province | None
    business_number: BusinessNumber | None
    distinct_reason: Line | None
    """Why it is another body than one of the same name or number (I-11)."""
    registered_by: PersonId


class OrganisationNameTaken(Event, name="OrganisationNameTaken", schema=1):
    """A name, in all its spellings, now stands for this body (I-11)."""

    organisation_id: OrganisationId
    name: Line


class OrganisationNumberTaken(Event, name="OrganisationNumberTaken", schema=1):
    """A business number now stands for this body (I-11)."""

    organisation_id: OrganisationId
    business_number: BusinessNumber


class OrganisationProfileAmended(Event, name="OrganisationProfileAmended", schema=1):
    """The whole profile as it stands from now on, and why it changed."""

    organisation_id: OrganisationId
    name: Line
    kind: Kind | None
    country: Country | None
    province: Province | None
    business_number: BusinessNumber | None
    reason: Line
    distinct_reason: Line | None
    amended_by: PersonId


class OrganisationAliasRecorded(Event, name="OrganisationAliasRecorded", schema=1):
    """A register spells this body's name differently; both names mean it."""

    organisation_id: OrganisationId
    name: Line
    reason: Line
    recorded_by: PersonId


class SizeAttested(Event, name="SizeAttested", schema=1):
    """Somebody attests how many people a body had on a day, with evidence (M-13)."""

    organisation_id: OrganisationId
    fte: Fte
    affiliates_fte: Fte
    as_of: date
    evidence_sha256: Sha256
    attested_by: PersonId


class AffiliationDeclared(Event, name="AffiliationDeclared", schema=1):
    """Two bodies are under common control; recorded in the history of each."""

    organisation_id: OrganisationId
    affiliate_id: OrganisationId
    since: date
    declared_by: PersonId


class AssociateApplicationSubmitted(Event, name="AssociateApplicationSubmitted", schema=1):
    """A body asks to be an associate."""

    organisation_id: OrganisationId
    submitted_on: date
    submitted_by: PersonId


class AssociateAdmitted(Event, name="AssociateAdmitted", schema=1):
    """A body is an associate: it owes no fee and has network, news and events (M-1, M-3)."""

    organisation_id: OrganisationId
    admitted_on: date
    admitted_by: PersonId


class CandidacyOpened(Event, name="CandidacyOpened", schema=1):
    """An approved project names this body, which may now apply for membership (M-4)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    opened_on: date
    open_until: date
    """The last day of the candidacy (inclusive)."""
    policy_version: Slug


class MembershipApplicationSubmitted(Event, name="MembershipApplicationSubmitted", schema=1):
    """A candidate applies for membership, explicitly (M-8)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    submitted_on: date
    submitted_by: PersonId


class MembershipAgreementSigned(Event, name="MembershipAgreementSigned", schema=1):
    """The body has signed the membership agreement."""

    organisation_id: OrganisationId
    signed_on: date
    signed_by: PersonId


class FeeAssessed(Event, name="FeeAssessed", schema=1):
    """The fee of one fee year, its class frozen and its inputs named (M-5, M-11, X7)."""

    organisation_id: OrganisationId
    fee_year: Annotated[int, Field(ge=1)]
    """1 is the year that begins with the admission."""
    fee_class: FeeClass
    amount_cents: FeeCents
    programme: Slug
    policy_version: Slug
    size_as_of: date | None
    """The day of the attestation that decided between SME and large, where one did."""
    assessed_on: date
    assessed_by: PersonId


class FeePaid(Event, name="FeePaid", schema=1):
    """Money for a fee arrived; several parts add up."""

    organisation_id: OrganisationId
    fee_year: Annotated[int, Field(ge=1)]
    amount_cents: PositiveCents
    paid_on: date
    reference: Line
    recorded_by: PersonId


class FeeWaived(Event, name="FeeWaived", schema=1):
    """What was still owed of a fee is not asked for, by a second person and with a reason."""

    organisation_id: OrganisationId
    fee_year: Annotated[int, Field(ge=1)]
    amount_cents: PositiveCents
    waived_on: date
    reason: Line
    approved_by: PersonId


class MemberAdmitted(Event, name="MemberAdmitted", schema=1):
    """A member: approved project, signed agreement, fee paid or waived, all hold (M-10)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    admitted_on: date
    covered_until: date
    """The end of the first fee year (exclusive)."""


OrganisationEvent: TypeAlias = (
    OrganisationRegistered
    | OrganisationProfileAmended
    | OrganisationAliasRecorded
    | SizeAttested
    | AffiliationDeclared
    | AssociateApplicationSubmitted
    | AssociateAdmitted
    | CandidacyOpened
    | MembershipApplicationSubmitted
    | MembershipAgreementSigned
    | FeeAssessed
    | FeePaid
    | FeeWaived
    | MemberAdmitted
)

EVENTS: tuple[type[Event], ...] = (
    PolicyPublished,
    OrganisationRegistered,
    OrganisationNameTaken,
    OrganisationNumberTaken,
    OrganisationProfileAmended,
    OrganisationAliasRecorded,
    SizeAttested,
    AffiliationDeclared,
    AssociateApplicationSubmitted,
    AssociateAdmitted,
    CandidacyOpened,
    MembershipApplicationSubmitted,
    MembershipAgreementSigned,
    FeeAssessed,
    FeePaid,
    FeeWaived,
    MemberAdmitted,
)
