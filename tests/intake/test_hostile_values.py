"""Raw strings of real registers: stored and read back exactly, or refused with a clear reason.

Source and licence of the strings: `tests/data/README.md`.
"""

import csv
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.intake.examples import FIRM, officer
from tests.intake.rest import DRAFT, POLICY, WORK_PLAN, by_the_port, drafted
from tests.support.catalogue import ROOT
from tests.support.running import Running, running

with (ROOT / "tests" / "data" / "hostile_real_values.csv").open(encoding="utf-8", newline="") as f:
    ROWS = list(csv.DictReader(f))
VALUES = sorted({row["raw_value"] for row in ROWS})
AMOUNTS = sorted({row["raw_value"] for row in ROWS if row["field"] == "agreement_value"})
UNREADABLE = {" "}
"""What is no text at all: nothing in it can be seen."""
PLACES = {"ZZ", "NO"}
"""What has the form of a place; whether it is in Canada is judged later."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all strings."""
    with running(tmp_path_factory.mktemp("intake"), "intake") as here:
        assert here.as_(officer).post("/v1/policies", POLICY).status_code == 201
        yield here


@pytest.fixture(scope="module")
def draft(hostile: Running) -> str:
    """The address of a draft that takes one string after the other."""
    return drafted(hostile)


def refused(answer: httpx.Response, *pointers: str) -> None:
    """A clear refusal: the places that are wrong, and never the value itself."""
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert set(pointers) <= {fault["pointer"] for fault in problem["errors"]}
    assert all(fault["detail"] for fault in problem["errors"])


def test_the_strings_are_all_there() -> None:
    assert len(ROWS) == 68
    assert set(VALUES) >= UNREADABLE | PLACES


@pytest.mark.parametrize("value", VALUES)
def test_names_and_words_of_a_draft_are_kept_exactly(hostile: Running, value: str) -> None:
    words = ("title", "lead_name", "sector", "objective", "role")
    answer = by_the_port(hostile, "POST", "/v1/proposals", {**DRAFT, **dict.fromkeys(words, value)})
    if value in UNREADABLE:
        refused(answer, *(f"/{word}" for word in words))
        return
    assert answer.status_code == 201, answer.text
    address = f"/v1/proposals/{answer.json()['project_id']}"
    seen = by_the_port(hostile, "GET", address).json()
    assert [seen[word] for word in ("title", "sector", "objective", "role")] == [value] * 4
    assert seen["participants"][0]["name"] == value
    listed = hostile.as_(officer).get("/v1/proposals?limit=200").json()["items"]
    (row,) = (row for row in listed if row["project_id"] == seen["project_id"])
    assert [row[word] for word in words] == [value] * 5


@pytest.mark.parametrize("value", VALUES)
def test_names_in_plans_are_kept_exactly(hostile: Running, draft: str, value: str) -> None:
    package = {**WORK_PLAN["packages"][0], "name": value}
    plan = by_the_port(hostile, "PUT", f"{draft}/work-plan", {"packages": [package]})
    body = {"source": value, "kind": "other", "declared_on": "2020-07-20"}
    money = {"amount": {"amount": "1.00", "currency": "CAD"}}
    funding = by_the_port(hostile, "POST", f"{draft}/other-funding", {**body, **money})
    if value in UNREADABLE:
        refused(plan, "/packages/0/name")
        refused(funding, "/source")
        return
    assert plan.json()["work_plan"][0]["name"] == value
    assert value in [other["source"] for other in funding.json()["other_funding"]]


@pytest.mark.parametrize("value", VALUES)
def test_an_owner_is_kept_exactly_or_barred(hostile: Running, draft: str, value: str) -> None:
    """I-7: a government in any spelling owns nothing."""
    owners = [{"owner": value, "share": "1"}]
    body = {"owners": owners, "protection": "patent", "benefit_to_others": value}
    answer = by_the_port(hostile, "PUT", f"{draft}/ip-plan", body)
    if value in UNREADABLE:
        refused(answer, "/owners/0/owner", "/benefit_to_others")
    elif value.casefold().startswith(("government of", "province of")):
        assert (answer.status_code, answer.json()["rule"]) == (409, "I-7")
    else:
        assert answer.json()["ip_plan"]["owners"] == [{"owner": value, "share": "1"}]


@pytest.mark.parametrize("value", VALUES)
def test_a_place_a_section_and_a_programme_have_forms(
    hostile: Running, draft: str, value: str
) -> None:
    package = {**WORK_PLAN["packages"][0], "place": value}
    plan = by_the_port(hostile, "PUT", f"{draft}/work-plan", {"packages": [package]})
    if value in PLACES:
        assert plan.json()["work_plan"][0]["place"] == value
    else:
        refused(plan, "/packages/0/place")
    answer = by_the_port(hostile, "POST", "/v1/proposals", {**DRAFT, "programme": value})
    if answer.status_code == 409:
        assert answer.json()["code"] == "no-policy-in-force"
    else:
        refused(answer, "/programme")


@pytest.mark.parametrize("value", VALUES)
def test_a_reason_and_an_invited_name_are_kept_exactly(
    hostile: Running, draft: str, value: str
) -> None:
    address = by_the_port(hostile, "POST", "/v1/proposals", DRAFT).json()["project_id"]
    path = f"/v1/proposals/{address}"
    party = {"organisation_id": FIRM, "name": value}
    invited = by_the_port(hostile, "POST", f"{path}/participants", party)
    withdrawn = by_the_port(hostile, "POST", f"{path}/withdraw", {"reason": value})
    if value in UNREADABLE:
        refused(invited, "/name")
        refused(withdrawn, "/reason")
        return
    assert invited.json()["participants"][1]["name"] == value
    told: Any = by_the_port(hostile, "GET", f"{path}/status").json()["happened"][-1]
    assert told["reason"] == value


@pytest.mark.parametrize("value", VALUES)
def test_an_amount_is_exact_to_the_cent_or_refused(
    hostile: Running, draft: str, value: str
) -> None:
    body = {
        "source": f"amount {value!r}",
        "kind": "other",
        "amount": {"amount": value, "currency": "CAD"},
        "declared_on": "2020-07-20",
    }
    answer = by_the_port(hostile, "POST", f"{draft}/other-funding", body)
    if answer.status_code == 422:
        refused(answer, "/amount")
        assert value not in AMOUNTS
        return
    assert answer.status_code == 200, answer.text
    shown = answer.json()["other_funding"][-1]["amount"]["amount"]
    assert shown == (value if "." in value else f"{value}.00")
