"""The interface of membership: forms in, commands out, and what may be read."""

from datetime import date
from typing import Any

from services.membership.commands import (
    AdmitAssociate,
    AmendOrganisationProfile,
    ApplyAsAssociate,
    AssessFee,
    AttestSize,
    DeclareAffiliation,
    OpenCandidacy,
    RecordFeePayment,
    RecordOrganisationAlias,
    RegisterOrganisation,
    SignMembershipAgreement,
    SubmitMembershipApplication,
    WaiveFee,
)
from services.membership.domain import policy
from services.membership.domain.acting import OrganisationNotFound
from services.membership.domain.organisation import Organisation
from services.membership.domain.standing import benefits_of, latest, tier_of
from services.membership.events import (
    BusinessNumber,
    Country,
    Days,
    FeeSchedule,
    Fte,
    FteLimit,
    Kind,
    Parameters,
    Province,
)
from services.membership.projections import CANDIDACIES, FEES, ORGANISATIONS
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Line, OrganisationId, ProjectId, Sha256
from shared.kernel.money import NonNegativeMoneyIn, PositiveMoneyIn
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.shown import shown
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

OFFICER = frozenset({"programme_officer"})
CASHIER = OFFICER | {"finance", "payer"}

ACCESS = {
    "publish_policy": OFFICER,
    "register_organisation": OFFICER | {"operator", "service"},
    "amend_organisation": OFFICER,
    "attest_size": OFFICER | PARTIES,
    "declare_affiliation": OFFICER | PARTIES,
    "apply_as_associate": OFFICER | PARTIES,
    "admit_associate": OFFICER,
    "open_candidacy": OFFICER,
    "apply_for_membership": OFFICER | PARTIES,
    "sign_agreement": OFFICER | PARTIES,
    "assess_fee": OFFICER | {"finance"},
    "record_fee_payment": CASHIER,
    "waive_fee": OFFICER | {"finance"},
    "read_organisation": READERS | PARTIES,
    "read_lists": READERS,
    "read_policies": READERS | PARTIES,
}


def show_organisation(organisation: Organisation, actor: Actor) -> dict[str, Any]:
    """An organisation with its latest status, tier and benefits, for staff and for itself.

    Raises OrganisationNotFound for everybody else.
    """
    organisation_id = organisation.organisation_id
    if not organisation_id or not actor.may_read({organisation_id}):
        raise OrganisationNotFound
    status = latest(organisation.timeline)
    tier = tier_of(status)
    associate = organisation.associate is not None and organisation.associate.admitted_on
    benefits = sorted(benefits_of(tier, associate=bool(associate)))
    return {**shown(organisation), "status": status, "tier": tier, "benefits": benefits}


api = Api("membership", access=ACCESS, show={"organisation": show_organisation})


class FeeScheduleForm(Form):
    """What each class of member pays a year."""

    individual: NonNegativeMoneyIn
    sme: NonNegativeMoneyIn
    large: NonNegativeMoneyIn
    academic: NonNegativeMoneyIn
    nonprofit: NonNegativeMoneyIn
    government: NonNegativeMoneyIn


class ParametersForm(Form):
    """Membership's parameters of one programme."""

    fee_schedule: FeeScheduleForm
    sme_fte_lt: FteLimit = 500
    candidacy_days: Days = 90
    membership_grace_days: Days = 60


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: ParametersForm


class OrganisationForm(Form):
    """A body as a register has it; what the register leaves empty is absent."""

    name: Line
    kind: Kind | None = None
    country: Country | None = None
    province: Province | None = None
    business_number: BusinessNumber | None = None
    distinct_reason: Line | None = None


class ProfileForm(OrganisationForm):
    """The whole profile, and why it is amended."""

    reason: Line


class AliasForm(Form):
    """Another spelling of the same body, and where it comes from."""

    name: Line
    reason: Line


class SizeForm(Form):
    """Full-time equivalents on a day, with the hash of the evidence."""

    fte: Fte
    affiliates_fte: Fte
    as_of: date
    evidence_sha256: Sha256


class AffiliationForm(Form):
    """The other body under common control, and since when."""

    affiliate_id: OrganisationId
    since: date


class ProjectForm(Form):
    """An approved project that names the organisation."""

    project_id: ProjectId


class PaymentForm(Form):
    """A payment as the bank reports it."""

    amount: PositiveMoneyIn
    paid_on: date
    reference: Line


class WaiverForm(Form):
    """Why the fee is waived."""

    reason: Line


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's membership parameters."""
    asked = form.parameters
    schedule = FeeSchedule(
        individual_cents=asked.fee_schedule.individual,
        sme_cents=asked.fee_schedule.sme,
        large_cents=asked.fee_schedule.large,
        academic_cents=asked.fee_schedule.academic,
        nonprofit_cents=asked.fee_schedule.nonprofit,
        government_cents=asked.fee_schedule.government,
    )
    parameters = Parameters(
        fee_schedule=schedule,
        sme_fte_lt=asked.sme_fte_lt,
        candidacy_days=asked.candidacy_days,
        membership_grace_days=asked.membership_grace_days,
    )
    return form.publish(parameters, ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.command("POST", "/organisations", action="register_organisation", status=201)
def register_organisation(form: OrganisationForm, ask: Ask) -> RegisterOrganisation:
    """Register a body of any kind and country; a known name or number needs a reason."""
    return RegisterOrganisation(
        organisation_id=ask.new_id("org"),
        name=form.name,
        kind=form.kind,
        country=form.country,
        province=form.province,
        business_number=form.business_number,
        distinct_reason=form.distinct_reason,
        **ask.who,
    )


@api.command("PUT", "/organisations/{organisation_id}/profile", action="amend_organisation")
def amend_profile(form: ProfileForm, ask: Ask) -> AmendOrganisationProfile:
    """Replace the whole profile of a body, with a reason."""
    return AmendOrganisationProfile(
        organisation_id=ask.path["organisation_id"],
        name=form.name,
        kind=form.kind,
        country=form.country,
        province=form.province,
        business_number=form.business_number,
        reason=form.reason,
        distinct_reason=form.distinct_reason,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/aliases", action="amend_organisation")
def record_alias(form: AliasForm, ask: Ask) -> RecordOrganisationAlias:
    """Record another spelling of the same body."""
    return RecordOrganisationAlias(
        organisation_id=ask.path["organisation_id"],
        name=form.name,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/size", action="attest_size")
def attest_size(form: SizeForm, ask: Ask) -> AttestSize:
    """Attest the size of a body and of its affiliates on a day."""
    return AttestSize(
        organisation_id=ask.path["organisation_id"],
        fte=form.fte,
        affiliates_fte=form.affiliates_fte,
        as_of=form.as_of,
        evidence_sha256=form.evidence_sha256,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/affiliations", action="declare_affiliation")
def declare_affiliation(form: AffiliationForm, ask: Ask) -> DeclareAffiliation:
    """Declare that two bodies are under common control."""
    return DeclareAffiliation(
        organisation_id=ask.path["organisation_id"],
        affiliate_id=form.affiliate_id,
        since=form.since,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/associate", action="apply_as_associate")
def apply_as_associate(ask: Ask) -> ApplyAsAssociate:
    """Ask to be an associate."""
    return ApplyAsAssociate(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/associate/admit", action="admit_associate")
def admit_associate(ask: Ask) -> AdmitAssociate:
    """Admit an applicant as an associate."""
    return AdmitAssociate(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/candidacies", action="open_candidacy")
def open_candidacy(form: ProjectForm, ask: Ask) -> OpenCandidacy:
    """Open a candidacy that could not be opened when the approval was heard."""
    return OpenCandidacy(
        organisation_id=ask.path["organisation_id"], project_id=form.project_id, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/application", action="apply_for_membership")
def submit_application(form: ProjectForm, ask: Ask) -> SubmitMembershipApplication:
    """Apply for membership, as a candidate by this project."""
    return SubmitMembershipApplication(
        organisation_id=ask.path["organisation_id"], project_id=form.project_id, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/agreement", action="sign_agreement")
def sign_agreement(ask: Ask) -> SignMembershipAgreement:
    """Sign the membership agreement."""
    return SignMembershipAgreement(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/fee/assess", action="assess_fee")
def assess_fee(ask: Ask) -> AssessFee:
    """Assess the fee of the first fee year by the schedule in force."""
    return AssessFee(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/fee/pay", action="record_fee_payment")
def record_payment(form: PaymentForm, ask: Ask) -> RecordFeePayment:
    """Record a payment of the fee; the last one admits the member if nothing else is missing."""
    return RecordFeePayment(
        organisation_id=ask.path["organisation_id"],
        amount_cents=form.amount,
        paid_on=form.paid_on,
        reference=form.reference,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/fee/waive", action="waive_fee")
def waive_fee(form: WaiverForm, ask: Ask) -> WaiveFee:
    """Waive what is still owed of the fee."""
    return WaiveFee(organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who)


@api.resource(
    "/organisations/{organisation_id}",
    stream="organisation-{organisation_id}",
    action="read_organisation",
)
def read_organisation() -> None:
    """One organisation as it stands."""


@api.read("/organisations", action="read_lists", query=("kind", "country", "province", "status"))
def list_organisations(read: Read) -> Page:
    """Organisations, the first registered first."""
    asked = read.query.get
    return read.page(
        ORGANISATIONS,
        order="position",
        kind=asked("kind"),
        country=asked("country"),
        province=asked("province"),
        status=asked("status"),
    )


@api.read("/candidacies", action="read_lists", query=("programme", "project_id", "status"))
def list_candidacies(read: Read) -> Page:
    """Candidacies, oldest first."""
    asked = read.query.get
    return read.page(
        CANDIDACIES,
        order="position",
        programme=asked("programme"),
        project_id=asked("project_id"),
        status=asked("status"),
    )


@api.read("/fees", action="read_lists", query=("programme", "fee_class"))
def list_fees(read: Read) -> Page:
    """Fees, the first assessed first."""
    asked = read.query.get
    return read.page(
        FEES,
        order="position",
        programme=asked("programme"),
        fee_class=asked("fee_class"),
    )
