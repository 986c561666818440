"""Values that are none are refused as such, told by place and code, never echoed (C-031)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.membership.rest import FEES, cad
from tests.support.running import Running, running

HERE = "/v1/organisations/org_" + "0" * 32
CONTACT = {"person": "the desk", "email": "desk@river.example"}
ROLL = {"record_date": "2020-05-04", "reason": "annual meeting"}
SCHEDULE = {
    "programme": "scale-ai",
    "version": "fees-2",
    "effective_from": "2020-01-01",
    "reason": "dearer",
    "fee_schedule": FEES,
}
REVERSAL = {"mistake": "payment", "reference": "bank-1", "reason": "bounced"}
CONTROL = {"evidence_sha256": "c" * 64}
PROFILE = {"offers": ["turbines"]}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all requests that record nothing."""
    folder: Path = tmp_path_factory.mktemp("untouched")
    with running(folder, "membership", now=datetime(2020, 5, 4, 14, tzinfo=UTC)) as here:
        yield here


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{HERE}/partner-contact", {**CONTACT, "email": "nowhere"}),
        ("PUT", f"{HERE}/partner-contact", {**CONTACT, "email": "a b@c"}),
        ("PUT", f"{HERE}/partner-contact", {**CONTACT, "person": ""}),
        ("PUT", f"{HERE}/partner-contact", {**CONTACT, "telephone": "call me"}),
        ("PUT", f"{HERE}/partner-contact", {**CONTACT, "insurance": "046 454 286"}),
        ("PUT", f"{HERE}/partner-profile", {"offers": ["x"] * 21}),
        ("PUT", f"{HERE}/partner-profile", {"offers": "turbines"}),
        ("PUT", f"{HERE}/partner-profile", {**PROFILE, "seeks": ["\u202e"]}),
        ("POST", "/v1/voting-rolls", {**ROLL, "record_date": "1999-12-31"}),
        ("POST", "/v1/voting-rolls", {**ROLL, "record_date": "2020-02-30"}),
        ("POST", "/v1/voting-rolls", {**ROLL, "record_date": 20200504}),
        ("POST", "/v1/fee-schedules", {**SCHEDULE, "fee_schedule": {**FEES, "sme": cad("-1.00")}}),
        ("POST", "/v1/fee-schedules", {**SCHEDULE, "fee_schedule": {**FEES, "sme": cad("1.005")}}),
        ("POST", "/v1/fee-schedules", {**SCHEDULE, "fee_schedule": {**FEES, "sme": cad("NaN")}}),
        ("POST", "/v1/fee-schedules", {**SCHEDULE, "version": "Two Words"}),
        ("POST", f"{HERE}/fees/1/reverse", {**REVERSAL, "mistake": "typo"}),
        ("POST", f"{HERE}/fees/1/reverse", {**REVERSAL, "reason": "\u0000"}),
        ("POST", f"{HERE}/control", {**CONTROL, "controller_id": "the port"}),
        ("POST", f"{HERE}/control", {**CONTROL, "evidence_sha256": "c"}),
        ("POST", f"{HERE}/introductions", {"partner_id": "org_1"}),
        ("POST", f"{HERE}/suspend", {}),
    ],
)
def test_c031_what_is_no_such_value_is_unprocessable_and_not_echoed(
    untouched: Running, method: str, path: str, body: dict[str, Any]
) -> None:
    role = "applicant" if "partner" in path or "introductions" in path else "programme_officer"
    refused = untouched.by(role).ask(method, path, body)
    assert refused.status_code == 422, refused.text
    for value in ("nowhere", "046 454 286", "call me", "typo", "the port", "Two Words"):
        assert value not in refused.text
    assert untouched.stored() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("as_of=yesterday", 400),
        ("as_of=2020-02-30", 400),
        ("as_of=1900-01-01", 400),
        ("known_at=2020-05-04", 400),
        ("known_at=2020-05-04T12:00:00", 400),
        ("colour=red", 400),
        ("as_of=2020-05-04", 404),
    ],
)
def test_c031_a_point_in_time_that_is_none_is_malformed(
    untouched: Running, query: str, status: int
) -> None:
    assert untouched.by("auditor").get(f"{HERE}/status?{query}").status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/v1/introductions/int_1",
        "/v1/introductions/..%2forganisations",
        "/v1/voting-rolls/yesterday",
        "/v1/organisations/org_1/status",
    ],
)
def test_c031_an_address_of_nothing_is_not_found(untouched: Running, path: str) -> None:
    assert untouched.by("auditor").get(path).status_code == 404
