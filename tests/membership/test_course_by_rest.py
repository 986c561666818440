"""A membership over the years as callers see it: fee years, grace, lapse, points in time (M-12)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.membership.rest import (
    PROJECT,
    approve,
    ask,
    cad,
    code_of,
    member,
    officer_of,
    party_of,
    pay,
    registered,
    renew,
    run_timers,
    said,
    status,
)
from tests.support.running import Running, running

LEAP_DAY = date(2024, 2, 29)
SPRING_2025 = date(2025, 2, 28)
LAPSE = date(2025, 4, 29)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    """The service with an empty journal, long after all days of these stories."""
    with running(tmp_path, "membership", now=datetime(2029, 1, 2, 17, tzinfo=UTC)) as here:
        yield here


@pytest.mark.usefixtures("database")
def test_c037_who_joined_on_29_february_keeps_that_day(served: Running) -> None:
    path = member(served, LEAP_DAY)
    for year, on in enumerate(("2025-01-10", "2026-01-10", "2027-01-10", "2028-01-10"), 2):
        renew(served, path, year, date.fromisoformat(on))
    renewals = said(served, "MembershipRenewed")
    assert [event["covered_from"] for event in renewals] == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]
    starts = [LEAP_DAY, *(date.fromisoformat(event["covered_from"]) for event in renewals)]
    ends = [date.fromisoformat(event["covered_until"]) for event in renewals]
    assert starts[1:] == [date(2025, 2, 28), *ends[:-1]]
    assert [(end - start).days for start, end in pairwise(starts)] == [
        365,
        365,
        365,
        366,
    ]
    again = officer_of(served).post(f"{path}/fees/3/assess")
    assert code_of(again) == (409, "fee-year-already-assessed")


@pytest.mark.usefixtures("database")
def test_c037_grace_and_lapse_are_dated_at_midnight_in_toronto(served: Running) -> None:
    path = member(served, LEAP_DAY)
    run_timers(served, SPRING_2025)
    assert served.by("auditor").get(path).json()["status"] == "grace"
    run_timers(served, date(2025, 4, 28))
    assert said(served, "MembershipLapsed") == []
    run_timers(served, LAPSE)
    [due] = said(served, "MembershipRenewalDue")
    assert (due["effective_on"], due["covered_until"]) == ("2024-12-30", "2025-02-28")
    [grace] = said(served, "GracePeriodStarted")
    assert (grace["effective_on"], grace["last_day"]) == ("2025-02-28", "2025-04-28")
    assert grace["time"] == "2025-02-28T05:00:00.000000Z"
    [lapsed] = said(served, "MembershipLapsed")
    assert (lapsed["effective_on"], lapsed["time"]) == (
        "2025-04-29",
        "2025-04-29T04:00:00.000000Z",
    )
    told = {day: status(served, path, day) for day in (SPRING_2025, date(2025, 4, 28), LAPSE)}
    assert [one["status"] for one in told.values()] == ["grace", "grace", "lapsed"]
    assert [one["votes"] for one in told.values()] == [True, True, False]
    assert told[SPRING_2025]["benefits"] == ["events", "guidance", "network", "news", "resources"]
    assert (told[LAPSE]["tier"], told[LAPSE]["benefits"]) == (None, [])


def test_x11_timers_that_run_late_or_twice_say_everything_once_at_its_own_day(
    served: Running,
) -> None:
    member(served, LEAP_DAY)
    run_timers(served, date(2025, 6, 1), date(2025, 6, 1))
    [grace], [lapsed] = said(served, "GracePeriodStarted"), said(served, "MembershipLapsed")
    assert (grace["time"][:10], lapsed["time"][:10]) == ("2025-02-28", "2025-04-29")
    run_timers(served, date(2025, 6, 3))
    assert len(said(served, "MembershipLapsed")) == 1


def test_m11_a_reversal_is_seen_on_both_axes_of_time(served: Running) -> None:
    path = member(served, LEAP_DAY)
    renew(served, path, 2, date(2025, 2, 1))
    run_timers(served, date(2025, 8, 9))
    before = served.clock.now() + timedelta(hours=1)
    served.clock.instant = before + timedelta(hours=1)
    body = {"mistake": "payment", "reference": "bank-2-2025-02-01", "reason": "bounced"}
    ask(served.by("finance", "finance-1"), f"{path}/fees/2/reverse", body, on=date(2025, 8, 9))
    day = date(2025, 6, 1)
    assert status(served, path, day, known_at=before)["status"] == "active"
    now_known = status(served, path, day)
    assert (now_known["status"], now_known["since"]) == ("lapsed", "2025-04-29")
    assert status(served, path, date(2025, 2, 27))["status"] == "active"
    [row] = officer_of(served).get("/v1/fees?status=owed").json()["items"]
    assert (row["fee_year"], row["outstanding"], row["paid"]) == ("2", cad("1250.00"), cad("0.00"))
    back = pay(served, path, 2, date(2025, 8, 20))
    assert back["status"] == "active"
    assert status(served, path, date(2025, 8, 19))["status"] == "lapsed"
    assert status(served, path, date(2025, 8, 20))["fee_year"]["number"] == 2


def test_c029_the_same_fee_45_days_later_changes_nothing(served: Running) -> None:
    first, later = date(2025, 9, 1), date(2025, 10, 16)
    path = member(served, first)
    finance = served.by("finance", "finance-2")
    fee = {"amount": cad("1250.00"), "paid_on": "2025-09-01", "reference": f"bank-1-{first}"}
    again = ask(finance, f"{path}/fee/pay", fee, on=later)
    assert (again["fee"]["outstanding"], again["status"]) == (cad("0.00"), "active")
    assert [event["amount_cents"] for event in said(served, "FeePaid")] == [125_000]
    assert len(said(served, "MemberAdmitted")) == 1
    other = finance.post(f"{path}/fee/pay", {**fee, "reference": "bank-9"})
    assert code_of(other) == (409, "fee-overpaid")


def test_case_10_a_lapse_and_a_late_payment_are_said_in_the_order_that_money_needs(
    served: Running,
) -> None:
    """Membership's side of case 10: held from the first uncovered day, free from the payment on."""
    path = member(served, LEAP_DAY)
    run_timers(served, date(2025, 5, 10))
    ask(officer_of(served), f"{path}/fees/2/assess", on=date(2025, 5, 10))
    pay(served, path, 2, date(2025, 5, 12))
    names = ("GracePeriodStarted", "MembershipLapsed", "MembershipReinstated")
    days = [[event["effective_on"] for event in said(served, name)] for name in names]
    assert days == [["2025-02-28"], ["2025-04-29"], ["2025-05-12"]]
    free = [date(2025, 2, 27), date(2025, 5, 12)]
    held = [SPRING_2025, date(2025, 4, 28), LAPSE, date(2025, 5, 11)]
    assert {status(served, path, day)["status"] for day in free} == {"active"}
    assert {status(served, path, day)["status"] for day in held} == {"grace", "lapsed"}


def test_m12_suspension_reinstatement_and_termination(served: Running) -> None:
    path = member(served, LEAP_DAY)
    officer, reason = officer_of(served), {"reason": "no annual report"}
    assert ask(officer, f"{path}/suspend", reason, on=date(2024, 6, 1))["status"] == "suspended"
    assert code_of(officer.post(f"{path}/suspend", reason)) == (409, "already-suspended")
    assert ask(officer, f"{path}/reinstate", reason, on=date(2024, 7, 1))["status"] == "active"
    ended = ask(officer, f"{path}/terminate", reason, on=date(2024, 8, 1))
    assert (ended["status"], ended["tier"], ended["benefits"]) == ("terminated", None, [])
    days = [date(2024, 6, 1), date(2024, 7, 1), date(2024, 8, 1)]
    assert [status(served, path, day)["status"] for day in days] == [
        "suspended",
        "active",
        "terminated",
    ]
    assert code_of(officer.post(f"{path}/fees/2/assess")) == (409, "membership-ended")
    run_timers(served, date(2026, 1, 1))
    assert said(served, "GracePeriodStarted") == []


def test_m4_a_candidacy_that_ran_out_is_closed_by_timers_and_opened_by_a_person(
    served: Running,
) -> None:
    organisation_id = registered(served)
    approve(served, organisation_id, on=date(2024, 3, 1))
    run_timers(served, date(2024, 5, 30))
    path, officer = f"/v1/organisations/{organisation_id}", officer_of(served)
    assert officer.get(path).json()["status"] == "candidate"
    run_timers(served, date(2024, 5, 31))
    shown = officer.get(path).json()
    assert (shown["status"], shown["candidacies"]) == ("registered", {})
    [closed] = said(served, "CandidacyClosed")
    assert (closed["because"], closed["closed_on"]) == ("expired", "2024-05-31")
    assert closed["time"] == "2024-05-31T04:00:00.000000Z"
    [row] = officer.get("/v1/candidacies?status=expired").json()["items"]
    assert (row["open_until"], row["closed_on"]) == ("2024-05-30", "2024-05-31")
    again = ask(officer, f"{path}/candidacies", {"project_id": PROJECT}, on=date(2024, 6, 3))
    assert (again["status"], list(again["candidacies"])) == ("candidate", [PROJECT])


def test_x6_a_mistaken_fee_is_taken_back_by_another_person_and_assessed_anew(
    served: Running,
) -> None:
    path = member(served, LEAP_DAY)
    officer, finance = officer_of(served), served.by("finance", "finance-1")
    mistake = {"mistake": "assessment", "reason": "it was a large firm then"}
    assert code_of(officer.post(f"{path}/fees/1/reverse", mistake)) == (409, "reversal-by-assessor")
    ask(finance, f"{path}/fees/1/reverse", mistake, on=date(2024, 3, 10))
    grown = {"fte": "700", "affiliates_fte": "0", "as_of": "2024-01-01",
             "evidence_sha256": "d" * 64}  # fmt: skip
    ask(party_of(served, path.rpartition("/")[2]), f"{path}/size", grown, on=date(2024, 3, 10))
    anew = ask(officer, f"{path}/fees/1/assess", on=date(2024, 3, 11))
    assert (anew["fee"]["fee_class"], anew["fee"]["outstanding"]) == ("large", cad("5000.00"))
    assert anew["status"] == "grace"
    [*_, assessed] = said(served, "FeeAssessed")
    assert assessed["size"]["fte"] == "700"
    done = pay(served, path, 1, date(2024, 3, 12), "5000.00")
    assert done["status"] == "active"
    assert status(served, path, date(2024, 3, 11))["status"] == "grace"


def test_m11_there_is_no_fee_year_of_a_number_that_is_none(served: Running) -> None:
    officer = officer_of(served)
    path = "/v1/organisations/org_" + "0" * 32
    for number in ("0", "-1", "first", "201", "99999", "1.5"):
        assert code_of(officer.post(f"{path}/fees/{number}/assess")) == (404, "no-such-fee-year")


def test_m12_a_point_before_anything_was_known_is_told_as_such(served: Running) -> None:
    organisation_id = registered(served)
    auditor = served.by("auditor", "auditor-1")
    path = f"/v1/organisations/{organisation_id}/status"
    early = auditor.get(f"{path}?known_at=2020-01-01T00:00:00Z")
    assert code_of(early) == (404, "nothing-known-yet")
    another = served.by("applicant", "applicant-9", "org_" + "9" * 32)
    assert code_of(another.get(path)) == (404, "organisation-not-found")
    itself = party_of(served, organisation_id).get(path).json()
    assert (itself["as_of"], itself["status"], itself["size"]["fte"]) == (
        "2029-01-02",
        "registered",
        "85.5",
    )


def test_rebuilt_lists_and_deadlines_are_the_live_ones(served: Running) -> None:
    path = member(served, LEAP_DAY)
    renew(served, path, 2, date(2025, 2, 1))
    run_timers(served, date(2025, 8, 9))
    rebuilt = served.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
