"""Fees: the schedule's for the class at assessment, assessed once a year (M-5, M-11)."""

from collections.abc import Mapping

from services.membership.commands import AssessFee
from services.membership.domain.acting import require_known, spoken_until
from services.membership.domain.admission import FIRST_YEAR
from services.membership.domain.candidacy import require_application
from services.membership.domain.fee_years import fee_year, number_on
from services.membership.domain.organisation import Organisation, Size
from services.membership.domain.policy import Policies
from services.membership.domain.refusals import (
    FeeYearAlreadyAssessed,
    FeeYearOutOfOrder,
    FeeYearOver,
    NoSuchFeeYear,
    SizeNotAttested,
)
from services.membership.domain.settling import settled
from services.membership.domain.transitions import must_be_legal
from services.membership.events.fees import FeeAssessed, SizeUsed
from services.membership.events.vocabulary import FeeClass
from shared.kernel.decider import Said
from shared.kernel.identifiers import same_name
from shared.kernel.operations import Operations

YEARS_MAX = 200
"""No body is a member for longer; a number beyond it is a slip of the pen."""

CLASS_OF_KIND: Mapping[str, FeeClass] = {
    "individual": "individual",
    "academic": "academic",
    "university": "academic",
    "college": "academic",
    "researchcentre": "academic",
    "hospital": "nonprofit",
    "association": "nonprofit",
    "nonprofit": "nonprofit",
    "government": "government",
}
"""By kind, in the form that ignores case and signs; every other kind is a firm, by its size."""


def fee_class(kind: str | None, size: Size | None, sme_fte_lt: int) -> FeeClass:
    """The class of a party: by its kind, and for firms by the attested size in force (M-5, M-13).

    A firm known to be large needs no attestation to pay as one. Raises SizeNotAttested.
    """
    known = same_name(kind or "")
    if known in CLASS_OF_KIND:
        return CLASS_OF_KIND[known]
    if size is not None:
        return "sme" if size.fte + size.affiliates_fte < sme_fte_lt else "large"
    if known == "large":
        return "large"
    raise SizeNotAttested


def year_number(text: str) -> int:
    """The number of a fee year as an address has it. Raises NoSuchFeeYear."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= YEARS_MAX:
        raise NoSuchFeeYear
    return int(text[:4])


def assess_fee(
    ask: AssessFee, organisation: Organisation, policies: Policies, timers: Operations
) -> Said:
    """Assess a fee year, once and for good (M-11), by the schedule in force (M-5).

    An associate owes none (M-1); where nothing is owed at all, the year is settled by this (M-10).

    Refused: OrganisationNotFound, AssociateOwesNoFee, NoApplication, FeeYearAlreadyAssessed,
    FeeYearOutOfOrder, FeeYearOver, NoPolicyInForce, SizeNotAttested, MembershipEnded.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    programme = _programme(ask, organisation)
    policy = policies.in_force(programme, ask.effective_on)
    schedule = policies.schedules.in_force(programme, ask.effective_on)
    size = organisation.size_on(ask.effective_on)
    found = fee_class(organisation.kind, size, policy.parameters.sme_fte_lt)
    used = _used(size) if found in ("sme", "large") else None
    assessed = FeeAssessed(
        organisation_id=ask.organisation_id,
        fee_year=ask.fee_year,
        fee_class=found,
        amount_cents=schedule.parameters.of(found),
        programme=programme,
        policy_version=policy.version,
        size_as_of=used.as_of if used else None,
        assessed_on=ask.effective_on,
        assessed_by=ask.by.person,
        schedule_version=schedule.version,
        size=used,
        grace_days=policy.parameters.membership_grace_days,
        renewal_notice_days=policy.parameters.notice_days,
    )
    return settled(organisation, assessed, spoken_until(ask, timers))


def _programme(ask: AssessFee, organisation: Organisation) -> str:
    """The programme of this year's fee, where this year may be assessed now (M-11)."""
    membership = organisation.membership
    if membership is None:
        application = require_application(ask, organisation)
        if ask.fee_year in organisation.fees:
            raise FeeYearAlreadyAssessed(fee_year=ask.fee_year)
        if ask.fee_year != FIRST_YEAR:
            raise FeeYearOutOfOrder(next=FIRST_YEAR)
        return application.programme
    if ask.fee_year in organisation.fees:
        raise FeeYearAlreadyAssessed(fee_year=ask.fee_year)
    if any(fee.fee_year == ask.fee_year for fee in organisation.taken_back):
        return membership.programme  # A mistake is put right however late.
    current = number_on(membership.admitted_on, ask.effective_on)
    following = max([current, *organisation.fees]) + 1
    if ask.fee_year > following:
        raise FeeYearOutOfOrder(next=following)
    if fee_year(membership.admitted_on, ask.fee_year).end <= ask.effective_on:
        raise FeeYearOver
    return membership.programme


def _used(size: Size | None) -> SizeUsed | None:
    if size is None:
        return None
    return SizeUsed(
        fte=size.fte,
        affiliates_fte=size.affiliates_fte,
        as_of=size.as_of,
        evidence_sha256=size.evidence_sha256,
    )
