"""The fee of the class at assessment (M-5), once a year (M-11), and admission (M-10)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.membership.domain.fees import fee_class
from services.membership.domain.organisation import Size
from services.membership.domain.refusals import (
    DayStillToCome,
    FeeNotAssessed,
    FeeOverpaid,
    FeeYearAlreadyAssessed,
    NothingToWaive,
    OrganisationNotFound,
    PaymentReferenceUsed,
    SizeNotAttested,
    WaiverByAssessor,
)
from services.membership.domain.standing import status_at
from services.membership.events.candidacy import CandidacyClosed
from services.membership.events.course import MemberAdmitted
from services.membership.events.fees import FeeAssessed, FeePaid, FeeWaived, SizeUsed
from shared.kernel.commands import Command
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    JANUARY_01,
    MAY_05,
    MAY_06,
    MAY_07,
    MAY_08,
    MAY_09,
    PROJECT,
    apply,
    assess,
    attest,
    noon,
    officer,
    open_candidacy,
    pay,
    publish,
    register,
    sign,
    stranger,
    waive,
)
from tests.membership.history import applicant, fee_due, heard, member, registered, signed
from tests.support.spec import Given

assessed = FeeAssessed(
    organisation_id=FLEUVE,
    fee_year=1,
    fee_class="sme",
    amount_cents=50_000,
    programme="scale-ai",
    policy_version="2020.1",
    size_as_of=JANUARY_01,
    assessed_on=MAY_07,
    assessed_by="officer-1",
    schedule_version="2020.1",
    size=SizeUsed(
        fte=Decimal(85),
        affiliates_fte=Decimal(0),
        as_of=JANUARY_01,
        evidence_sha256="e" * 64,
    ),
    grace_days=60,
    renewal_notice_days=60,
)
paid = FeePaid(
    organisation_id=FLEUVE,
    fee_year=1,
    amount_cents=50_000,
    paid_on=MAY_08,
    reference="bank-1",
    recorded_by="finance-1",
)
waived = FeeWaived(
    organisation_id=FLEUVE,
    fee_year=1,
    amount_cents=50_000,
    waived_on=MAY_09,
    reason="founding member, fictitious",
    approved_by="officer-2",
)
admitted = MemberAdmitted(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    programme="scale-ai",
    admitted_on=MAY_08,
    covered_until=date(2021, 5, 8),
)
closed = CandidacyClosed(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    programme="scale-ai",
    closed_on=MAY_08,
    because="admitted",
)


def sized(fte: str, affiliates: str = "0") -> Size:
    """An attested size."""
    return Size(JANUARY_01, Decimal(fte), Decimal(affiliates), "e" * 64)


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        ("individual", None, "individual"),
        ("academic", None, "academic"),
        ("research centre", None, "academic"),
        ("Research-Centre", None, "academic"),
        ("hospital", None, "nonprofit"),
        ("association", None, "nonprofit"),
        ("non-profit", None, "nonprofit"),
        ("government", None, "government"),
        ("hospital", sized("4000"), "nonprofit"),
        ("SME", sized("85"), "sme"),
        (None, sized("499.99"), "sme"),
        (None, sized("499", "1"), "large"),
        ("choir", sized("500"), "large"),
        ("large", None, "large"),
        ("large", sized("85"), "sme"),
    ],
)
def test_m5_the_class_follows_kind_and_attested_size(
    kind: str | None, size: Size | None, expected: str
) -> None:
    assert fee_class(kind, size, 500) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (sized("499"), "sme"),
        (sized("500"), "large"),
        (sized("499.99"), "sme"),  # 612 heads: the count is of full-time equivalents.
        (sized("499", "12"), "large"),
    ],
)
def test_c039_499_500_and_a_cousin(size: Size, expected: str) -> None:
    assert fee_class("SME", size, 500) == expected


def test_m5_the_fee_is_the_schedules_for_the_class_at_assessment() -> None:
    applicant.when(assess).then(assessed)


def test_m11_the_class_stays_frozen_when_the_size_changes_later() -> None:
    grown = replace(attest, fte=Decimal(5000), as_of=MAY_08)
    here = fee_due.after(grown)
    here.when(assess).then_refused(FeeYearAlreadyAssessed)
    assert here.state(FLEUVE_STREAM).fees[1].fee_class == "sme"
    here.after(sign).when(pay).then(paid, admitted, closed)


def test_m10_the_full_fee_admits_and_parts_add_up() -> None:
    here = signed.after(assess)
    part = replace(pay, amount_cents=20_000)
    here.when(part).then_names("FeePaid")
    rest = replace(pay, amount_cents=30_000, reference="bank-2", paid_on=MAY_09)
    _, event, _ = (
        here.after(part).when(rest).then_names("FeePaid", "MemberAdmitted", "CandidacyClosed")
    )
    assert event == admitted.model_copy(
        update={"admitted_on": MAY_09, "covered_until": date(2021, 5, 9)}
    )


def test_the_same_payment_reported_twice_is_quiet() -> None:
    member.when(pay).then_nothing()


def test_m10_a_waiver_admits_like_a_payment() -> None:
    signed.after(assess).when(waive).then(
        waived,
        admitted.model_copy(update={"admitted_on": MAY_09, "covered_until": date(2021, 5, 9)}),
        closed.model_copy(update={"closed_on": MAY_09}),
    )


def test_a_waiver_covers_only_what_is_still_owed() -> None:
    here = fee_due.after(replace(pay, amount_cents=20_000))
    here.when(waive).then(waived.model_copy(update={"amount_cents": 30_000}))


@pytest.mark.parametrize(
    ("order", "last", "name"),
    [
        ([sign, assess], pay, "FeePaid"),
        ([assess, sign], pay, "FeePaid"),
        ([assess, pay], sign, "MembershipAgreementSigned"),
    ],
)
def test_m10_whatever_comes_last_admits_from_the_day_when_all_held(
    order: list[Command], last: Command, name: str
) -> None:
    _, event, _ = (
        applicant.after(*order).when(last).then_names(name, "MemberAdmitted", "CandidacyClosed")
    )
    assert event == admitted


def test_a_class_that_owes_nothing_is_admitted_by_the_assessment() -> None:
    public = replace(register, kind="government")
    here = heard.after(publish, public, open_candidacy, apply, sign)
    fee, event, _ = here.when(assess).then_names("FeeAssessed", "MemberAdmitted", "CandidacyClosed")
    assert isinstance(fee, FeeAssessed)
    assert (fee.fee_class, fee.amount_cents, fee.size_as_of) == ("government", 0, None)
    assert isinstance(event, MemberAdmitted)
    assert event.admitted_on == MAY_07


def test_m10_nothing_is_admitted_while_one_thing_is_missing() -> None:
    fee_due.when(pay).then(paid)
    applicant.when(sign).then_names("MembershipAgreementSigned")


def test_a_payment_dated_before_the_agreement_waits_for_it() -> None:
    late = replace(sign, effective_at=noon(MAY_09))
    [_, event, _] = (
        fee_due.after(pay)
        .when(late)
        .then_names("MembershipAgreementSigned", "MemberAdmitted", "CandidacyClosed")
    )
    assert isinstance(event, MemberAdmitted)
    assert event.admitted_on == MAY_09


def test_m12_the_timeline_answers_for_any_day() -> None:
    timeline = member.state(FLEUVE_STREAM).timeline
    days = [JANUARY_01, MAY_05, MAY_06, MAY_07, MAY_08, MAY_09]
    assert [status_at(timeline, day) for day in days] == [
        "registered",
        "candidate",
        "application_submitted",
        "fee_due",
        "active",
        "active",
    ]


unsized = heard.after(publish, register, open_candidacy, apply)


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (applicant, replace(assess, by=stranger), OrganisationNotFound),
        (fee_due, assess, FeeYearAlreadyAssessed),
        (member, assess, FeeYearAlreadyAssessed),
        (unsized, assess, SizeNotAttested),
        (unsized.after(replace(attest, as_of=MAY_08)), assess, SizeNotAttested),
        (
            heard.after(
                replace(publish, effective_to=MAY_07), register, attest, open_candidacy, apply
            ),
            assess,
            NoPolicyInForce,
        ),
        (fee_due, replace(pay, by=stranger), OrganisationNotFound),
        (registered, pay, FeeNotAssessed),
        (applicant, pay, FeeNotAssessed),
        (fee_due, replace(pay, paid_on=date(2026, 5, 5)), DayStillToCome),
        (fee_due, replace(pay, amount_cents=50_001), FeeOverpaid),
        (member, replace(pay, amount_cents=1, reference="bank-2"), FeeOverpaid),
        (
            fee_due.after(replace(pay, amount_cents=1)),
            replace(pay, amount_cents=2),
            PaymentReferenceUsed,
        ),
        (fee_due, replace(waive, by=stranger), OrganisationNotFound),
        (applicant, waive, FeeNotAssessed),
        (member, waive, NothingToWaive),
        (fee_due, replace(waive, by=officer), WaiverByAssessor),
    ],
)
def test_fees_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


def test_an_overpayment_is_told_what_is_owed() -> None:
    refused = fee_due.when(replace(pay, amount_cents=50_001)).then_refused(FeeOverpaid)
    assert refused.facts == {"outstanding": {"amount": "500.00", "currency": "CAD"}}
