"""One story, all fictitious: a river firm and its partner go from a register to membership."""

from datetime import UTC, date, datetime
from decimal import Decimal

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
from services.membership.events.policy import FeeSchedule, Parameters
from services.membership.inbound import ApprovedParticipant, ProjectApproved
from shared.kernel.commands import Actor
from shared.kernel.policy_book import PublishPolicy

FLEUVE = "org_" + "f" * 32
PORT = "org_" + "a" * 32
STRANGER = "org_" + "e" * 32
PROJECT = "prj_" + "1" * 32
OTHER_PROJECT = "prj_" + "2" * 32

FLEUVE_STREAM = f"organisation-{FLEUVE}"
PORT_STREAM = f"organisation-{PORT}"
AWARD_STREAM = f"evaluation-{PROJECT}"
OTHER_AWARD_STREAM = f"evaluation-{OTHER_PROJECT}"

officer = Actor(person="officer-1", roles=frozenset({"programme_officer"}))
second_officer = Actor(person="officer-2", roles=frozenset({"programme_officer"}))
for_fleuve = Actor(person="officer-1", roles=frozenset({"programme_officer"}), on_behalf_of=FLEUVE)
cashier = Actor(person="finance-1", roles=frozenset({"finance"}))
reactor = Actor(person="membership", roles=frozenset({"service"}))
fleuve = Actor(person="applicant-1", roles=frozenset({"applicant"}), organisation_id=FLEUVE)
stranger = Actor(person="applicant-9", roles=frozenset({"applicant"}), organisation_id=STRANGER)

TODAY = datetime(2026, 5, 4, 14, tzinfo=UTC)


def noon(day: date) -> datetime:
    """Noon in Greenwich: the same civil day in Toronto."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


MAY_02, MAY_05, MAY_06 = date(2020, 5, 2), date(2020, 5, 5), date(2020, 5, 6)
MAY_07, MAY_08, MAY_09 = date(2020, 5, 7), date(2020, 5, 8), date(2020, 5, 9)
JANUARY_01 = date(2020, 1, 1)

schedule = FeeSchedule(
    individual_cents=10_000,
    sme_cents=50_000,
    large_cents=500_000,
    academic_cents=25_000,
    nonprofit_cents=20_000,
    government_cents=0,
)
publish = PublishPolicy(
    programme="scale-ai",
    version="2020.1",
    parameters=Parameters(fee_schedule=schedule),
    effective_from=JANUARY_01,
    effective_to=None,
    reason="fictitious amounts",
    by=officer,
    now=TODAY,
    effective_at=noon(JANUARY_01),
)
register = RegisterOrganisation(
    organisation_id=FLEUVE,
    name="Société Énergétique du Fleuve inc.",
    kind="SME",
    country="CA",
    province="QC",
    business_number="123456789RC0001",
    distinct_reason=None,
    by=officer,
    now=TODAY,
    effective_at=noon(JANUARY_01),
)
register_port = RegisterOrganisation(
    organisation_id=PORT,
    name="AI Port",
    kind=None,
    country="NO",
    province=None,
    business_number=None,
    distinct_reason=None,
    by=officer,
    now=TODAY,
    effective_at=noon(JANUARY_01),
)
amend = AmendOrganisationProfile(
    organisation_id=FLEUVE,
    name="Énergie du Fleuve",
    kind="SME",
    country="CA",
    province="QC",
    business_number="123456789RC0001",
    reason="new name in the register",
    distinct_reason=None,
    by=officer,
    now=TODAY,
    effective_at=noon(MAY_02),
)
record_alias = RecordOrganisationAlias(
    organisation_id=FLEUVE,
    name="Fleuve (SEF)",
    reason="spelled so in the federal register",
    by=officer,
    now=TODAY,
    effective_at=noon(MAY_02),
)
attest = AttestSize(
    organisation_id=FLEUVE,
    fte=Decimal("85"),
    affiliates_fte=Decimal("0"),
    as_of=JANUARY_01,
    evidence_sha256="e" * 64,
    by=fleuve,
    now=TODAY,
    effective_at=noon(JANUARY_01),
)
affiliate = DeclareAffiliation(
    organisation_id=FLEUVE,
    affiliate_id=PORT,
    since=JANUARY_01,
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_02),
)
ask_associate = ApplyAsAssociate(
    organisation_id=FLEUVE, by=fleuve, now=TODAY, effective_at=noon(JANUARY_01)
)
admit_associate = AdmitAssociate(
    organisation_id=FLEUVE, by=officer, now=TODAY, effective_at=noon(MAY_02)
)
approved = ProjectApproved(
    project_id=PROJECT,
    programme="scale-ai",
    participants=(
        ApprovedParticipant(organisation_id=FLEUVE),
        ApprovedParticipant(organisation_id=PORT),
    ),
    decided_on=MAY_05,
)
also_approved = approved.model_copy(update={"project_id": OTHER_PROJECT})
open_candidacy = OpenCandidacy(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    by=reactor,
    now=TODAY,
    effective_at=noon(MAY_05),
)
apply = SubmitMembershipApplication(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_06),
)
sign = SignMembershipAgreement(
    organisation_id=FLEUVE, by=fleuve, now=TODAY, effective_at=noon(MAY_07)
)
assess = AssessFee(organisation_id=FLEUVE, by=officer, now=TODAY, effective_at=noon(MAY_07))
pay = RecordFeePayment(
    organisation_id=FLEUVE,
    amount_cents=50_000,
    paid_on=MAY_08,
    reference="bank-1",
    by=cashier,
    now=TODAY,
    effective_at=noon(MAY_08),
)
waive = WaiveFee(
    organisation_id=FLEUVE,
    reason="founding member, fictitious",
    by=second_officer,
    now=TODAY,
    effective_at=noon(MAY_09),
)
