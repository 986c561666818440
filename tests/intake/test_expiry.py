"""Proposals that nobody moves on rest, once, from the day on which they fell due (X11)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake import inbound
from tests.intake.examples import PORT, officer
from tests.intake.rest import (
    POLICY,
    by_the_port,
    code_of,
    drafted,
    hear,
    ready,
    status_page,
)
from tests.support.running import Running, running

JANUARY_31 = datetime(2020, 1, 31, 17, tzinfo=UTC)
LATER = datetime(2021, 6, 30, 16, tzinfo=UTC)


@pytest.fixture
def january(tmp_path: Path) -> Iterator[Running]:
    """Intake on the last day of January, under a policy of 180 idle days."""
    with running(tmp_path, "intake", now=JANUARY_31) as here:
        assert here.as_(officer).post("/v1/policies", POLICY).status_code == 201
        yield here


def run_timers(intake: Running, *days: str) -> None:
    intake.clock.instant = LATER
    for day in days:
        answer = intake.by("operator").post("/v1/timers/run", {"business_date": day})
        assert answer.status_code == 200, answer.text


def expiries(intake: Running) -> list[dict[str, Any]]:
    found = intake.by("auditor").get("/v1/events?type=ProposalExpired").json()
    return [{**event["data"], "time": event["time"]} for event in found]


def test_x11_a_draft_expires_at_the_start_of_the_day_after_its_idle_days(january: Running) -> None:
    address = drafted(january)
    assert status_page(january, address)["expires_on"] == "2020-07-30"
    run_timers(january, "2020-07-29")
    assert expiries(january) == []
    run_timers(january, "2020-07-30")
    (expired,) = expiries(january)
    assert expired["idle_since"] == "2020-01-31"
    assert (expired["idle_days"], expired["expired_on"]) == (180, "2020-07-30")
    assert expired["time"] == "2020-07-30T04:00:00.000000Z"
    page = status_page(january, address)
    assert (page["status"], page["since"]) == ("expired", "2020-07-30T04:00:00.000000Z")
    assert (page["turn"], page["expires_on"]) == ("applicant", None)


def test_x11_it_expires_once_however_often_and_late_the_timer_fires(january: Running) -> None:
    drafted(january)
    run_timers(january, "2020-08-15", "2020-08-15", "2020-08-16")
    (expired,) = expiries(january)
    assert expired["expired_on"] == "2020-07-30"
    assert expired["time"] == "2020-07-30T04:00:00.000000Z"


@pytest.mark.parametrize(
    ("instant", "expires"),
    [
        (datetime(2020, 2, 1, 4, 59, 59, tzinfo=UTC), "2020-07-30"),
        (datetime(2020, 2, 1, 5, 0, 0, tzinfo=UTC), "2020-07-31"),
        (datetime(2020, 6, 2, 3, 59, 59, tzinfo=UTC), "2020-11-29"),
        (datetime(2020, 6, 2, 4, 0, 0, tzinfo=UTC), "2020-11-30"),
    ],
)
def test_c014_idle_days_are_those_of_toronto_in_winter_and_in_summer(
    january: Running, instant: datetime, expires: str
) -> None:
    january.clock.instant = instant
    assert status_page(january, drafted(january))["expires_on"] == expires
    day_before = (date.fromisoformat(expires) - timedelta(days=1)).isoformat()
    run_timers(january, day_before)
    assert expiries(january) == []
    run_timers(january, expires)
    (expired,) = expiries(january)
    assert expired["time"] in (f"{expires}T04:00:00.000000Z", f"{expires}T05:00:00.000000Z")


def test_x11_whatever_happens_begins_the_count_anew(january: Running) -> None:
    address = drafted(january)
    by_the_port(january, "PUT", f"{address}/sections/summary", {"sha256": "5" * 64})
    january.clock.instant = datetime(2020, 3, 1, 17, tzinfo=UTC)
    by_the_port(january, "PUT", f"{address}/sections/plan", {"sha256": "5" * 64})
    assert status_page(january, address)["expires_on"] == "2020-08-29"
    run_timers(january, "2020-08-28")
    assert expiries(january) == []


def test_x11_a_late_fact_makes_nothing_idle_for_longer(january: Running) -> None:
    address = drafted(january)
    january.clock.instant = LATER
    lead = january.by("applicant", organisation_id=PORT)
    body = {"reason": "a new executive", "withdrawn_on": "2020-02-01"}
    assert code_of(lead.post(f"{address}/endorsement/withdraw", body)) == (
        409,
        "no-endorsement-to-withdraw",
    )
    section = f"{address}/sections/plan"
    lead.put(section, {"sha256": "6" * 64}, effective_at="2020-01-31T18:00:00Z")
    assert status_page(january, address)["expires_on"] == "2020-07-30"


def test_x11_a_fact_told_late_does_not_take_the_count_back(january: Running) -> None:
    address = drafted(january)
    january.clock.instant = datetime(2020, 3, 1, 17, tzinfo=UTC)
    by_the_port(january, "PUT", f"{address}/sections/summary", {"sha256": "5" * 64})
    lead = january.by("applicant", organisation_id=PORT)
    section = f"{address}/sections/plan"
    told = lead.put(section, {"sha256": "6" * 64}, effective_at="2020-02-10T18:00:00Z")
    assert told.status_code == 200
    assert status_page(january, address)["expires_on"] == "2020-08-29"


@pytest.mark.parametrize("state", ["submitted", "detailed_submitted", "in_selection", "selected"])
def test_x11_nothing_expires_while_the_programme_has_its_turn(january: Running, state: str) -> None:
    address = ready(january)
    by_the_port(january, "POST", f"{address}/submit")
    if state != "submitted":
        hear(january, address, inbound.EligibilityAssessed, eligible=True)
        assert status_page(january, address)["expires_on"] == "2020-07-30"
        by_the_port(january, "POST", f"{address}/detailed")
        by_the_port(january, "POST", f"{address}/detailed/submit")
    if state in ("in_selection", "selected"):
        hear(january, address, inbound.DetailedProposalAccepted)
    if state == "selected":
        hear(january, address, inbound.ProjectApproved)
    page = status_page(january, address)
    assert (page["status"], page["expires_on"]) == (state, None)
    run_timers(january, "2021-06-30")
    assert expiries(january) == []


def test_an_expired_proposal_takes_nothing_until_it_is_reinstated(january: Running) -> None:
    address = drafted(january)
    run_timers(january, "2020-07-30")
    section = {"sha256": "7" * 64}
    refused = by_the_port(january, "PUT", f"{address}/sections/plan", section)
    assert code_of(refused) == (409, "proposal-is-expired")
    again = by_the_port(january, "POST", f"{address}/reinstate", {"reason": "the quay is free"})
    assert (again.status_code, again.json()["expired"]) == (200, False)
    page = status_page(january, address)
    assert (page["status"], page["expires_on"]) == ("draft", "2021-12-28")
    assert by_the_port(january, "PUT", f"{address}/sections/plan", section).status_code == 200


def test_x7_a_policy_published_later_changes_nothing_that_was_pinned(january: Running) -> None:
    address = drafted(january)
    shorter = {**POLICY, "version": "2020", "parameters": {"proposal_inactive_days": 1}}
    assert january.as_(officer).post("/v1/policies", shorter).status_code == 201
    assert status_page(january, address)["expires_on"] == "2020-07-30"
    run_timers(january, "2020-03-01")
    assert expiries(january) == []
    january.clock.instant = JANUARY_31
    assert status_page(january, drafted(january))["expires_on"] == "2020-02-02"


def test_x7_a_proposal_expires_by_what_it_pinned_under_a_more_patient_policy(
    january: Running,
) -> None:
    drafted(january)
    longer = {**POLICY, "version": "2020", "parameters": {"proposal_inactive_days": 400}}
    assert january.as_(officer).post("/v1/policies", longer).status_code == 201
    run_timers(january, "2020-07-30")
    (expired,) = expiries(january)
    assert (expired["policy_version"], expired["idle_days"]) == ("2019", 180)


def test_x11_a_rebuild_expires_nothing_and_shows_the_same(january: Running) -> None:
    drafted(january)
    run_timers(january, "2020-07-30")
    before = january.journal()
    rebuilt = january.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
    assert [event for event in january.journal() if event in before] == before
    assert len(expiries(january)) == 1
