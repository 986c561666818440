"""What applies on a day: versions, suspensions, withdrawals (R-8, R-10, hard case 1)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.reimbursement.app import DOMAIN
from services.reimbursement.domain.agreement import (
    Agreement,
    ProjectIsSuspended,
    claim_ids,
    require_in_force,
)
from services.reimbursement.domain.terms import Agreed, Amended, difference, with_amendments
from services.reimbursement.events.amendment import (
    AmendmentProposed,
    AmendmentSigned,
    AmendmentTookEffect,
    Changes,
    RateChange,
)
from services.reimbursement.events.consortium import ParticipantJoined, ParticipantWithdrew
from services.reimbursement.events.course import (
    AgreementTerminated,
    ProjectResumed,
    ProjectSuspended,
)
from tests.reimbursement import examples as eg
from tests.support.spec import given

FIRST = "amd_" + "01" * 16
half = Changes(rates=(RateChange(organisation_id=eg.terminal, kind="labour", rate=Fraction(1, 2)),))
quarter_rate = RateChange(organisation_id=eg.terminal, kind="labour", rate=Fraction(1, 4))


def agreement_after(*events: Any) -> Agreement:
    history = eg.in_force()
    history[eg.agreement_stream] = [*history[eg.agreement_stream], *events]
    found: Agreement = given(DOMAIN, history).state(eg.agreement_stream)
    return found


def amended(
    changes: Changes, since: date, amendment_id: str = FIRST, version: int = 2
) -> list[Any]:
    """An amendment that all signed and that took effect."""
    about: dict[str, Any] = {"project_id": eg.project, "amendment_id": amendment_id}
    return [
        AmendmentProposed(
            **about,
            base_version=version - 1,
            changes=changes,
            effective_from=since,
            reason="Wages rose.",
            proposed_by="officer-1",
        ),
        AmendmentSigned(
            **about,
            party="funder",
            makes_version=version,
            signed_on=since,
            signed_by="finance-1",
        ),
        AmendmentTookEffect(
            **about, version=version, changes=changes, effective_from=since, took_effect_on=since
        ),
    ]


def test_r8_a_rate_and_a_budget_are_those_of_the_version_in_force_on_the_day() -> None:
    more = eg.budget[0].model_copy(update={"amount_cents": 60_000_000})
    since = date(2020, 10, 1)
    agreement = agreement_after(*amended(half.model_copy(update={"budget": (more,)}), since))
    before = date(2020, 9, 30)
    assert agreement.version == 2
    assert agreement.rate_on(eg.terminal, "labour", before) == Fraction(1, 3)
    assert agreement.rate_on(eg.terminal, "labour", since) == Fraction(1, 2)
    assert agreement.rate_on(eg.terminal, "capital", since) == Fraction(1, 3)
    assert agreement.rate_changes(eg.terminal, "labour") == {eg.executed.eligible_from, since}
    assert agreement.budget_on("labour", before) == 50_000_000
    assert agreement.budget_on("labour", since) == 60_000_000
    assert agreement.budget_on("dissemination", since) == 0


def test_r8_without_any_budget_nothing_limits_a_kind() -> None:
    history = eg.in_force()
    bare = eg.executed.model_copy(update={"budget": ()})
    history[eg.agreement_stream] = [*history[eg.agreement_stream][:-1], bare]
    assert given(DOMAIN, history).state(eg.agreement_stream).budget_on("labour", date.max) is None


def test_an_extension_opens_more_quarters_and_a_shorter_end_keeps_those_that_were_opened() -> None:
    longer = amended(Changes(end_date=date(2021, 3, 31)), date(2020, 10, 1))
    assert len(claim_ids(agreement_after())) == 4
    assert len(claim_ids(agreement_after(*longer))) == 6
    shorter = amended(Changes(end_date=date(2020, 9, 30)), date(2020, 10, 1), "amd_" + "02" * 16, 3)
    agreement = agreement_after(*longer, *shorter)
    assert (agreement.end_date, len(claim_ids(agreement))) == (date(2020, 9, 30), 6)


suspended = ProjectSuspended(
    project_id=eg.project,
    reason="The terminal burnt.",
    suspended_on=date(2020, 9, 1),
    suspended_by="officer-1",
)
resumed = ProjectResumed(
    project_id=eg.project, resumed_on=date(2020, 10, 1), resumed_by="officer-1"
)


def test_r10_nothing_is_claimed_or_paid_while_suspended() -> None:
    agreement = agreement_after(suspended)
    assert agreement.suspended
    with pytest.raises(ProjectIsSuspended):
        require_in_force(agreement)
    days = [date(2020, 8, 31), date(2020, 9, 1), date(2020, 12, 31)]
    assert [agreement.suspended_on(day) for day in days] == [False, True, True]


def test_r10_costs_from_before_the_suspension_are_payable_when_it_ends() -> None:
    agreement = agreement_after(suspended, resumed)
    require_in_force(agreement)
    days = [date(2020, 8, 31), date(2020, 9, 30), date(2020, 10, 1)]
    assert [agreement.suspended_on(day) for day in days] == [False, True, False]


def test_a_termination_ends_a_suspension_and_the_eligible_days() -> None:
    ended = AgreementTerminated(
        project_id=eg.project,
        reason="The lead is bankrupt.",
        last_eligible_date=date(2020, 8, 20),
        terminated_on=date(2020, 9, 10),
        terminated_by="officer-1",
    )
    agreement = agreement_after(suspended, ended)
    assert (agreement.status, agreement.in_force) == ("terminated", True)
    assert not agreement.suspended_on(date(2020, 9, 10))
    assert agreement.last_eligible_day(eg.robots) == date(2020, 8, 20)


def test_who_joins_and_who_leaves_has_its_own_eligible_days() -> None:
    joins = ParticipantJoined(
        project_id=eg.project,
        organisation_id=eg.stranger,
        name="Atelier du froid",
        funded=True,
        sme=True,
        rate=Fraction(2, 5),
        joined_on=date(2020, 10, 15),
        recorded_by="officer-1",
    )
    leaves = ParticipantWithdrew(
        project_id=eg.project,
        organisation_id=eg.robots,
        reason="It has no more engineers.",
        last_eligible_date=date(2020, 9, 30),
        recorded_by="officer-1",
    )
    agreement = agreement_after(joins, leaves)
    assert agreement.first_eligible_day(eg.stranger) == date(2020, 10, 15)
    assert agreement.first_eligible_day(eg.terminal) == date(2020, 7, 20)
    assert agreement.last_eligible_day(eg.robots) == date(2020, 9, 30)
    assert agreement.last_eligible_day(eg.terminal) == date(2020, 12, 31)
    assert agreement.rate_on(eg.stranger, "capital", date(2020, 10, 15)) == Fraction(2, 5)
    assert f"{eg.project}.{eg.stranger}.2020-21Q3" in claim_ids(agreement)
    assert f"{eg.project}.{eg.stranger}.2020-21Q2" not in claim_ids(agreement)
    assert [party.organisation_id for party in agreement.present] == [
        eg.terminal,
        eg.institute,
        eg.stranger,
    ]


def test_the_difference_of_two_versions_names_each_term_that_changed() -> None:
    agreement = agreement_after(*amended(half, date(2020, 10, 1)))
    assert list(difference(agreement.agreed_by(1), agreement.agreed_by(2))) == [
        {
            "topic": "rates",
            "about": f"{eg.terminal} labour 2020-07-20",
            "was": "1/3 until changed",
            "is": "1/3 until 2020-10-01",
        },
        {
            "topic": "rates",
            "about": f"{eg.terminal} labour 2020-10-01",
            "was": "",
            "is": "1/2 until changed",
        },
    ]
    assert not difference(agreement.agreed_by(2), agreement.agreed)


base = Agreed(
    budget=eg.budget,
    rates=eg.executed.rates,
    ceiling_cents=30_000_000,
    end_date=date(2020, 12, 31),
)
days = st.dates(date(2020, 7, 20), date(2021, 6, 30))
rates = st.builds(
    RateChange,
    organisation_id=st.sampled_from([eg.terminal, eg.robots]),
    kind=st.sampled_from(["labour", "capital"]),
    rate=st.fractions(0, 1, max_denominator=7),
    applies_to=st.none() | days.map(lambda day: date(day.year + 1, day.month, 1)),
)
changes = st.builds(
    Changes,
    rates=st.lists(rates, max_size=2).map(tuple),
    ceiling_cents=st.none() | st.integers(1, 30_000_000),
    end_date=st.none() | days,
)


@for_all(st.lists(st.tuples(days, changes), max_size=5, unique_by=lambda each: each[0]), st.data())
def test_amendments_in_any_order_give_the_same_terms_on_each_day(
    made: list[tuple[date, Changes]], data: Any
) -> None:
    """Whoever signs first: with the first days the same, what applies on a day is the same."""
    signed_first = data.draw(st.permutations(made))
    for day in (date(2020, 7, 20), date(2020, 10, 1), date(2021, 1, 1), date(2022, 1, 1)):
        one, other = (
            with_amendments(
                base,
                [
                    Amended(number, since, change)
                    for number, (since, change) in enumerate(order, start=2)
                    if since <= day
                ],
            )
            for order in (made, signed_first)
        )
        assert one == other


@for_all(st.lists(st.tuples(days, rates), max_size=6))
def test_every_day_has_exactly_one_rate(made: list[tuple[date, RateChange]]) -> None:
    agreed = with_amendments(
        base,
        [
            Amended(number, since, Changes(rates=(change,)))
            for number, (since, change) in enumerate(made, start=2)
        ],
    )
    for day in (date(2020, 7, 20), date(2020, 12, 31), date(2021, 3, 31), date(2023, 1, 1)):
        for organisation_id in (eg.terminal, eg.robots):
            applying = [
                rate
                for rate in agreed.rates
                if (rate.organisation_id, rate.kind) == (organisation_id, "labour")
                and rate.applies_from <= day
                and (rate.applies_to is None or day < rate.applies_to)
            ]
            assert len(applying) == 1
