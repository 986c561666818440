"""How each event of an organisation's history changes what is known of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypeAlias, assert_never

from services.membership.domain.organisation import (
    Application,
    Associate,
    Candidacy,
    Contact,
    Control,
    Decision,
    Fee,
    Membership,
    Organisation,
    Outcome,
    Payment,
    Profile,
    Size,
)
from services.membership.domain.standing import Standing, Status, entered
from services.membership.events.candidacy import (
    AssociateAdmitted,
    AssociateApplicationSubmitted,
    AssociateEvent,
    AssociateResigned,
    CandidacyClosed,
    CandidacyEvent,
    CandidacyOpened,
    MembershipAgreementSigned,
    MembershipApplicationSubmitted,
)
from services.membership.events.course import (
    CourseEvent,
    GracePeriodStarted,
    MemberAdmitted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewalDue,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
)
from services.membership.events.fees import (
    FeeAssessed,
    FeeEvent,
    FeePaid,
    FeePaymentReversed,
    FeeWaived,
)
from services.membership.events.partners import (
    PartnerContactErased,
    PartnerContactStated,
    PartnerProfilePublished,
    PartnerProfileWithdrawn,
    ProfileEvent,
)
from services.membership.events.policy import Parameters
from services.membership.events.register import (
    AffiliationDeclared,
    ControlChanged,
    OrganisationAliasRecorded,
    OrganisationDissolved,
    OrganisationProfileAmended,
    OrganisationRegistered,
    RegisterEvent,
    SizeAttested,
)
from services.membership.events.vocabulary import BeforeMembership

OrganisationEvent: TypeAlias = (
    RegisterEvent | AssociateEvent | CandidacyEvent | FeeEvent | CourseEvent | ProfileEvent
)

_GRACE_DAYS: int = Parameters.model_fields["membership_grace_days"].default


def evolve(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    """The organisation after one event."""
    if isinstance(event, RegisterEvent):
        return _known(organisation, event)
    if isinstance(event, AssociateEvent):
        return _associated(organisation, event)
    if isinstance(event, CandidacyEvent):
        return _applied(organisation, event)
    if isinstance(event, FeeEvent):
        return _charged(organisation, event)
    if isinstance(event, ProfileEvent):
        return _presented(organisation, event)
    return _followed(organisation, event)


def _known(organisation: Organisation, event: RegisterEvent) -> Organisation:
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
        case ControlChanged():
            control = Control(event.effective_on, event.controller_id, event.controller_name)
            controls = sorted((*organisation.controls, control), key=lambda one: one.since)
            return replace(organisation, controls=tuple(controls))
        case OrganisationDissolved():
            ended = _entered(organisation, Standing(event.effective_on, "terminated"))
            return replace(ended, dissolved_on=event.effective_on, candidacies={}, application=None)
        case _:
            assert_never(event)


def _associated(organisation: Organisation, event: AssociateEvent) -> Organisation:
    match event:
        case AssociateApplicationSubmitted():
            associate = Associate(event.submitted_on, event.submitted_by)
            return replace(organisation, associate=associate)
        case AssociateAdmitted():
            assert organisation.associate is not None, "who is admitted has applied"
            associate = replace(organisation.associate, admitted_on=event.admitted_on)
            standing = Standing(event.admitted_on, "associate")
            return replace(_entered(organisation, standing), associate=associate)
        case AssociateResigned():
            assert organisation.associate is not None, "who resigns was admitted"
            associate = replace(organisation.associate, resigned_on=event.resigned_on)
            resigned = replace(organisation, associate=associate)
            return _fallen_back(resigned, event.resigned_on, event.falls_back_to)
        case _:
            assert_never(event)


def _applied(organisation: Organisation, event: CandidacyEvent) -> Organisation:
    match event:
        case CandidacyOpened():
            candidacy = Candidacy(
                event.project_id, event.programme, event.opened_on, event.open_until
            )
            return replace(
                _entered(organisation, Standing(event.opened_on, "candidate")),
                candidacies={**organisation.candidacies, event.project_id: candidacy},
            )
        case CandidacyClosed():
            return _closed(organisation, event)
        case MembershipApplicationSubmitted():
            application = Application(event.project_id, event.programme, event.submitted_on)
            # A fee that an earlier candidacy was assessed stays assessed: once a year (M-11).
            status: Status = "fee_due" if 1 in organisation.fees else "application_submitted"
            standing = Standing(event.submitted_on, status)
            return replace(_entered(organisation, standing), application=application)
        case MembershipAgreementSigned():
            return replace(organisation, agreement_signed_on=event.signed_on)
        case _:
            assert_never(event)


def _closed(organisation: Organisation, event: CandidacyClosed) -> Organisation:
    left = {
        project_id: candidacy
        for project_id, candidacy in organisation.candidacies.items()
        if project_id != event.project_id
    }
    application = organisation.application
    if application and application.project_id == event.project_id and event.because != "admitted":
        application = None
    closed = replace(organisation, candidacies=left, application=application)
    return _fallen_back(closed, event.closed_on, event.falls_back_to)


def _fallen_back(
    organisation: Organisation, since: date, status: BeforeMembership | None
) -> Organisation:
    if status is None:
        return organisation
    return _entered(organisation, Standing(since, status, falls_back=True))


def _charged(organisation: Organisation, event: FeeEvent) -> Organisation:
    if isinstance(event, FeeAssessed):
        charged = _with_fee(organisation, _assessed(event))
        if organisation.membership:
            return charged  # The fee of a later year: it moves the status only once it is settled.
        return _entered(charged, Standing(event.assessed_on, "fee_due"))
    fee = organisation.fees[event.fee_year]
    match event:
        case FeePaid():
            payment = Payment(event.reference, event.paid_on, event.amount_cents)
            owed_cents = fee.outstanding_cents - event.amount_cents
            paid = replace(fee, outstanding_cents=owed_cents, payments=(*fee.payments, payment))
            return _with_fee(organisation, paid)
        case FeeWaived():
            waived = replace(
                fee,
                outstanding_cents=fee.outstanding_cents - event.amount_cents,
                waived_cents=event.amount_cents,
                waived_on=event.waived_on,
            )
            return _with_fee(organisation, waived)
        case FeePaymentReversed():
            return _taken_back(organisation, fee, event)
        case _:
            assert_never(event)


def _taken_back(organisation: Organisation, fee: Fee, event: FeePaymentReversed) -> Organisation:
    if event.mistake == "assessment":
        kept = {year: one for year, one in organisation.fees.items() if year != event.fee_year}
        return replace(organisation, fees=kept, taken_back=(*organisation.taken_back, fee))
    left = tuple(paid for paid in fee.payments if paid.reference != event.reference)
    gone = tuple(paid for paid in fee.payments if paid.reference == event.reference)
    owed = replace(
        fee,
        outstanding_cents=fee.outstanding_cents + event.amount_cents,
        payments=left,
        returned=(*fee.returned, *gone),
    )
    return _with_fee(organisation, owed)


def _followed(organisation: Organisation, event: CourseEvent) -> Organisation:
    match event:
        case MemberAdmitted():
            membership = Membership(event.project_id, event.programme, event.admitted_on)
            admitted = replace(organisation, membership=membership, candidacies={})
            return _entered(admitted, Standing(event.admitted_on, "active"))
        case MembershipRenewalDue():
            return replace(organisation, noticed=organisation.noticed | {event.fee_year})
        case MembershipRenewed():
            return _entered(organisation, Standing(event.effective_on, "active"))
        case GracePeriodStarted():
            return _entered(organisation, Standing(event.effective_on, "grace"))
        case MembershipLapsed():
            return _entered(organisation, Standing(event.effective_on, "lapsed"))
        case MembershipReinstated() | MembershipSuspended() | MembershipTerminated():
            return _decided(organisation, event)
        case _:
            assert_never(event)


def _decided(
    organisation: Organisation,
    event: MembershipReinstated | MembershipSuspended | MembershipTerminated,
) -> Organisation:
    """Only what a person decided is a decision; the rest says its consequences anew."""
    outcome, status = _OUTCOMES[type(event)]
    stood = _entered(organisation, Standing(event.effective_on, status))
    membership = organisation.membership
    if event.decided_by is None or membership is None:
        return stood
    decision = Decision(event.effective_on, outcome, event.reason or "")
    decisions = sorted((*membership.decisions, decision), key=lambda one: one.since)
    return replace(stood, membership=replace(membership, decisions=tuple(decisions)))


_OUTCOMES: Mapping[type, tuple[Outcome, Status]] = {
    MembershipReinstated: ("reinstated", "active"),
    MembershipSuspended: ("suspended", "suspended"),
    MembershipTerminated: ("terminated", "terminated"),
}


def _presented(organisation: Organisation, event: ProfileEvent) -> Organisation:
    match event:
        case PartnerProfilePublished():
            profile = Profile(event.offers, event.seeks, event.sectors)
            return replace(organisation, profile=profile)
        case PartnerProfileWithdrawn():
            return replace(organisation, profile=None)
        case PartnerContactStated():
            contact = Contact(event.contact_reference, event.contact_hash)
            return replace(organisation, contact=contact, contact_erased=False)
        case PartnerContactErased():
            return replace(organisation, contact=None, contact_erased=True)
        case _:
            assert_never(event)


def _entered(organisation: Organisation, standing: Standing) -> Organisation:
    return replace(organisation, timeline=entered(organisation.timeline, standing))


def _with_fee(organisation: Organisation, fee: Fee) -> Organisation:
    return replace(organisation, fees={**organisation.fees, fee.fee_year: fee})


def _assessed(event: FeeAssessed) -> Fee:
    # An older release pinned the policy, and not its days: they were the defaults.
    grace_days = _GRACE_DAYS if event.grace_days is None else event.grace_days
    notice_days = event.renewal_notice_days
    return Fee(
        fee_year=event.fee_year,
        fee_class=event.fee_class,
        amount_cents=event.amount_cents,
        outstanding_cents=event.amount_cents,
        programme=event.programme,
        policy_version=event.policy_version,
        schedule_version=event.schedule_version or event.policy_version,
        assessed_on=event.assessed_on,
        assessed_by=event.assessed_by,
        grace_days=grace_days,
        renewal_notice_days=grace_days if notice_days is None else notice_days,
    )
