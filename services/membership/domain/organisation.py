"""One organisation as its rules need it, and how each of its events changes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from services.membership.domain.standing import Timeline, entered
from services.membership.events import (
    AffiliationDeclared,
    AssociateAdmitted,
    AssociateApplicationSubmitted,
    CandidacyOpened,
    FeeAssessed,
    FeeClass,
    FeePaid,
    FeeWaived,
    MemberAdmitted,
    MembershipAgreementSigned,
    MembershipApplicationSubmitted,
    OrganisationAliasRecorded,
    OrganisationEvent,
    OrganisationProfileAmended,
    OrganisationRegistered,
    SizeAttested,
)


@dataclass(frozen=True, slots=True)
class Size:
    """Full-time equivalents on a day, as attested with evidence (M-13)."""

    as_of: date
    fte: Decimal
    affiliates_fte: Decimal
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class Associate:
    """An application to be an associate, and since when it was granted."""

    applied_on: date
    applied_by: str
    admitted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Candidacy:
    """The right to apply that an approved project gives, its last day inclusive."""

    project_id: str
    programme: str
    opened_on: date
    open_until: date


@dataclass(frozen=True, slots=True)
class Application:
    """A candidate's application, by one of its candidacies."""

    project_id: str
    programme: str
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of a fee that arrived; the reference is the bank's."""

    reference: str
    paid_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of one fee year: frozen when assessed, and what came in for it."""

    fee_year: int
    fee_class: FeeClass
    amount_cents: int
    outstanding_cents: int
    programme: str
    policy_version: str
    assessed_on: date
    assessed_by: str
    payments: tuple[Payment, ...] = ()
    waived_on: date | None = None

    @property
    def settled_on(self) -> date:
        """The day on which the last of what is known to be paid or waived was so."""
        days = [self.assessed_on, *(payment.paid_on for payment in self.payments)]
        return max([*days, self.waived_on] if self.waived_on else days)


@dataclass(frozen=True, slots=True)
class Membership:
    """A member since a day, by one approved project, covered until a day (exclusive)."""

    project_id: str
    admitted_on: date
    covered_until: date


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body and everything that membership decides by; absent while it has no id."""

    organisation_id: str = ""
    name: str = ""
    kind: str | None = None
    country: str | None = None
    province: str | None = None
    business_number: str | None = None
    aliases: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    """By the day they are true of, equal ones by version."""
    affiliates: Mapping[str, date] = field(default_factory=dict)
    associate: Associate | None = None
    candidacies: Mapping[str, Candidacy] = field(default_factory=dict)
    application: Application | None = None
    agreement_signed_on: date | None = None
    fee: Fee | None = None
    membership: Membership | None = None
    timeline: Timeline = ()

    def size_on(self, day: date) -> Size | None:
        """The attestation in force on a day: the latest one true of that day or before."""
        attested = [size for size in self.sizes if size.as_of <= day]
        return attested[-1] if attested else None


def evolve(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    """The organisation after one event."""
    match event:
        case (
            OrganisationRegistered()
            | OrganisationProfileAmended()
            | OrganisationAliasRecorded()
            | SizeAttested()
            | AffiliationDeclared()
        ):
            return _known(organisation, event)
        case AssociateApplicationSubmitted() | AssociateAdmitted():
            return _associated(organisation, event)
        case CandidacyOpened() | MembershipApplicationSubmitted() | MembershipAgreementSigned():
            return _applied(organisation, event)
        case FeeAssessed() | FeePaid() | FeeWaived():
            return _charged(organisation, event)
        case MemberAdmitted():
            membership = Membership(event.project_id, event.admitted_on, event.covered_until)
            timeline = entered(organisation.timeline, event.admitted_on, "active")
            return replace(organisation, membership=membership, timeline=timeline)
        case _:
            assert_never(event)


def _known(
    organisation: Organisation,
    event: OrganisationRegistered
    | OrganisationProfileAmended
    | OrganisationAliasRecorded
    | SizeAttested
    | AffiliationDeclared,
) -> Organisation:
    match event:
        case OrganisationRegistered() | OrganisationProfileAmended():
            return replace(
                organisation,
                organisation_id=event.organisation_id,
                name=event.name,
                kind=event.kind,
                country=event.country,
                province=event.province,
                business_number=event.business_number,
            )
        case OrganisationAliasRecorded():
            return replace(organisation, aliases=(*organisation.aliases, event.name))
        case SizeAttested():
            size = Size(event.as_of, event.fte, event.affiliates_fte, event.evidence_sha256)
            sizes = sorted((*organisation.sizes, size), key=lambda attested: attested.as_of)
            return replace(organisation, sizes=tuple(sizes))
        case AffiliationDeclared():
            affiliates = {**organisation.affiliates, event.affiliate_id: event.since}
            return replace(organisation, affiliates=affiliates)
        case _:
            assert_never(event)


def _associated(
    organisation: Organisation, event: AssociateApplicationSubmitted | AssociateAdmitted
) -> Organisation:
    match event:
        case AssociateApplicationSubmitted():
            associate = Associate(event.submitted_on, event.submitted_by)
            return replace(organisation, associate=associate)
        case AssociateAdmitted():
            assert organisation.associate is not None, "who is admitted has applied"
            associate = replace(organisation.associate, admitted_on=event.admitted_on)
            timeline = entered(organisation.timeline, event.admitted_on, "associate")
            return replace(organisation, associate=associate, timeline=timeline)
        case _:
            assert_never(event)


def _applied(
    organisation: Organisation,
    event: CandidacyOpened | MembershipApplicationSubmitted | MembershipAgreementSigned,
) -> Organisation:
    match event:
        case CandidacyOpened():
            candidacy = Candidacy(
                event.project_id, event.programme, event.opened_on, event.open_until
            )
            return replace(
                organisation,
                candidacies={**organisation.candidacies, event.project_id: candidacy},
                timeline=entered(organisation.timeline, event.opened_on, "candidate"),
            )
        case MembershipApplicationSubmitted():
            submitted_on = event.submitted_on
            return replace(
                organisation,
                application=Application(event.project_id, event.programme, submitted_on),
                timeline=entered(organisation.timeline, submitted_on, "application_submitted"),
            )
        case MembershipAgreementSigned():
            return replace(organisation, agreement_signed_on=event.signed_on)
        case _:
            assert_never(event)


def _charged(organisation: Organisation, event: FeeAssessed | FeePaid | FeeWaived) -> Organisation:
    if isinstance(event, FeeAssessed):
        timeline = entered(organisation.timeline, event.assessed_on, "fee_due")
        return replace(organisation, fee=_assessed(event), timeline=timeline)
    fee = organisation.fee
    assert fee is not None, "what is paid or waived was assessed"
    outstanding_cents = fee.outstanding_cents - event.amount_cents
    match event:
        case FeePaid():
            payment = Payment(event.reference, event.paid_on, event.amount_cents)
            fee = replace(
                fee, outstanding_cents=outstanding_cents, payments=(*fee.payments, payment)
            )
        case FeeWaived():
            fee = replace(fee, outstanding_cents=outstanding_cents, waived_on=event.waived_on)
        case _:
            assert_never(event)
    return replace(organisation, fee=fee)


def _assessed(event: FeeAssessed) -> Fee:
    return Fee(
        fee_year=event.fee_year,
        fee_class=event.fee_class,
        amount_cents=event.amount_cents,
        outstanding_cents=event.amount_cents,
        programme=event.programme,
        policy_version=event.policy_version,
        assessed_on=event.assessed_on,
        assessed_by=event.assessed_by,
    )
