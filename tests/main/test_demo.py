"""The demo, played once: what it says, what it left behind, and every way of looking at it."""

import faulthandler
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.register import canonical_name, organisations, projects
from services.main.staging import DemoFailed, DemoNeedsEmptyFolder
from shared.kernel.money import half_up
from shared.kernel.periods import parse_instant
from tests.main.system import NOBODY, Said, System, grantline, in_a_process, up

SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")
SHAPE = {"type", "source", "id", "time", "recordedtime", "streamversion", "data"}
DEMO_SECONDS_MAX = 900.0


@dataclass(frozen=True)
class Played:
    """The folder that the demo left, what it printed, and the system running on it again."""

    said: Said
    system: System

    @property
    def summary(self) -> dict[str, Any]:
        """The one object that was printed."""
        summary: dict[str, Any] = self.said.document
        return summary

    def events(self, service: str, event: str) -> list[dict[str, Any]]:
        """The bodies of all events of one type, in the order of their service."""
        found: list[dict[str, Any]] = []
        path = f"/{service}/v1/events?limit=200&type={event}"
        with self.system.client("auditor") as http:
            while batch := (page := http.get(path)).json():
                found += [one["data"] for one in batch]
                path = page.links["next"]["url"]
        return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    faulthandler.cancel_dump_traceback_later()  # The one thing here that may take minutes.
    folder = tmp_path_factory.mktemp("demo") / "data"
    words = ["demo", "--exit", "--json", "--port", "0", "--data", str(folder)]
    said = in_a_process(*words, seconds=DEMO_SECONDS_MAX)
    assert said.code == 0, said.err
    with up(folder) as system:
        yield Played(said, system)


@pytest.fixture(scope="module")
def history(played: Played) -> list[dict[str, Any]]:
    """The history of the demo's example."""
    said = played.system.ask("history", played.summary["example"], "--json")
    assert said.code == 0
    assert set(said.document) == {"subject", "events"}
    assert said.document["subject"] == played.summary["example"]
    events: list[dict[str, Any]] = said.document["events"]
    return events


def name_of(event: dict[str, Any]) -> str:
    name: str = event["type"].split(".")[2]
    return name


# What it prints.


def test_all_61_projects_are_played_and_16_are_paid_to_the_cent(played: Played) -> None:
    expected = {
        "projects": 61,
        "submitted": 61,
        "eligible": 33,
        "ineligible": 28,
        "approved": 16,
        "paid_cents": 7_605_150_000,
        "published_cents": 7_605_150_000,
        "mismatches": [],
    }
    assert {name: played.summary[name] for name in expected} == expected
    assert played.summary["events"] > 8_000
    assert 0 < played.summary["seconds"] < DEMO_SECONDS_MAX


def test_one_json_document_is_all_that_goes_to_standard_output(played: Played) -> None:
    assert played.said.out.count("\n") == 1
    assert json.loads(played.said.out) == played.summary


def test_no_name_and_no_amount_is_in_the_log(played: Played) -> None:
    for line in played.said.err.splitlines():
        assert set(json.loads(line)) <= {
            "event", "level", "timestamp", "service", "events", "url",
        }  # fmt: skip


def test_a_folder_is_played_in_once(played: Played) -> None:
    again = grantline("demo", "--exit", "--port", "0", "--data", str(played.system.data))
    assert (again.code, again.out) == (4, "")
    assert again.err == f"grantline: {DemoNeedsEmptyFolder().english()}\n"


def test_a_story_that_cannot_be_played_to_its_end_is_said(tmp_path: Path) -> None:
    """A work plan of many parties is longer than this system takes."""
    words = ["demo", "--exit", "--json", "--port", "0", "--data", str(tmp_path)]
    said = in_a_process(*words, GRANTLINE_BODY_BYTES_MAX="1024")
    assert (said.code, said.out) == (4, "")
    assert said.err.splitlines()[-1] == f"grantline: {DemoFailed().english()}"
    assert "413" in said.err


# What is in the system now.


def test_every_title_comes_back_as_it_is_in_the_register(played: Played) -> None:
    with played.system.client("auditor") as http:
        items = http.get("/intake/v1/proposals?limit=200").json()["items"]
    expected = [row.title for row in projects()]
    assert sorted(item["title"] for item in items) == sorted(expected)
    assert 'Automated public chatbot "Chloé"' in {item["title"] for item in items}
    assert {item["status"] for item in items}.isdisjoint({"draft", "withdrawn"})


def test_every_body_is_registered_once_with_what_is_known_of_it(played: Played) -> None:
    found: list[dict[str, Any]] = []
    path: str | None = "/membership/v1/organisations?limit=200"
    with played.system.client("auditor") as http:
        while path:
            page = http.get(path).json()
            found += page["items"]
            path = page["next"] and f"/membership{page['next'].removeprefix('/membership')}"
    by_name = {item["name"]: item for item in found}
    assert len(by_name) == len(found)
    register = {row.name: row for row in organisations() if canonical_name(row.name) == row.name}
    for name, row in register.items():
        shown = by_name[name]
        assert (shown["kind"], shown["country"], shown["province"]) == (
            row.kind,
            row.country,
            row.province,
        )
    assert all(name.endswith("(fictitious)") for name in set(by_name) - set(register))


def test_each_funded_project_was_paid_its_published_contribution(played: Played) -> None:
    paid: dict[str, int] = defaultdict(int)
    for payment in played.events("reimbursement", "PaymentConfirmed"):
        paid[payment["project_id"]] += payment["amount_cents"]
    approved = played.events("evaluation", "ProjectApproved")
    titles = {event["project_id"]: event["title"] for event in approved}
    contributions = {row.title: (row.contribution or 0) * 100 for row in projects() if row.funded}
    assert {titles[project]: cents for project, cents in paid.items()} == contributions


def test_every_claim_keeps_a_tenth_of_the_entitlement_back(played: Played) -> None:
    """R-2: E is rate × everything accepted so far, H a tenth of E, and the rest is payable."""
    accepted: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for claim in played.events("reimbursement", "ClaimAssessed"):
        account = claim["project_id"], claim["organisation_id"]
        for part in claim["accepted"]:
            accepted[account] += Fraction(part["rate"]) * part["accepted_cents"]
        entitled, holdback = claim["entitled_cents"], claim["holdback_cents"]
        assert entitled == half_up(accepted[account])
        assert holdback == half_up(Fraction(entitled, 10))
        assert claim["paid_before_cents"] == paid[account]
        assert claim["payable_cents"] == entitled - holdback - paid[account]
        paid[account] += claim["payable_cents"]
    assert len(accepted) > 16
    assert sum(accepted.values()) == 7_605_150_000


def test_every_funded_agreement_is_closed_with_nothing_kept_back(played: Played) -> None:
    closed = played.events("reimbursement", "AgreementClosed")
    assert len(closed) == 16
    assert all(event["paid_cents"] == event["entitled_cents"] for event in closed)


def test_no_policy_was_refused_and_nothing_waits(played: Played) -> None:
    for service in SERVICES:
        assert played.events(service, "PolicyRefused") == []
    with played.system.client("operator") as http:
        figures = http.get("/audit/metrics").text
    assert 'grantline_waiting_events{service="audit"} 0' in figures


# One project's life.


def test_a_history_has_the_shape_that_others_read(history: list[dict[str, Any]]) -> None:
    assert all(set(event) >= SHAPE for event in history)
    assert all(parse_instant(event["recordedtime"]) for event in history)
    assert len({event["id"] for event in history}) == len(history)
    assert any("causationid" in event for event in history)
    assert any("causationid" not in event for event in history)


def test_a_history_goes_from_the_draft_to_the_closing_across_four_services(
    history: list[dict[str, Any]],
) -> None:
    assert name_of(history[0]) == "ProposalDrafted"
    names = [name_of(event) for event in history]
    known_by = ["ProposalSubmitted", "EligibilityAssessed", "ProjectApproved", "ClaimFiled"]
    places = [names.index(name) for name in [*known_by, "PaymentConfirmed", "AgreementClosed"]]
    assert places == sorted(places)
    assert {event["source"] for event in history} == {
        f"/grantline/{name}" for name in SERVICES if name != "audit"
    }


def test_a_cause_stands_before_its_effect(history: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for event in history:
        assert event.get("causationid") is None or event["causationid"] in seen
        seen.add(event["id"])


def test_every_stream_of_a_history_is_without_gaps(
    played: Played, history: list[dict[str, Any]]
) -> None:
    """All of the project's own streams; of others, the events that name it, in order."""
    versions: dict[str, list[int]] = defaultdict(list)
    for event in history:
        versions[event["stream"]].append(event["streamversion"])
    for stream, found in versions.items():
        assert found == sorted(set(found))
        if played.summary["example"] in stream:
            assert found == list(range(1, len(found) + 1)), stream


def test_what_was_known_at_an_instant_is_what_was_recorded_by_then(
    played: Played, history: list[dict[str, Any]]
) -> None:
    instant = history[len(history) // 2]["recordedtime"]
    said = played.system.ask("history", played.summary["example"], "--known-at", instant, "--json")
    expected = [
        event for event in history if parse_instant(event["recordedtime"]) <= parse_instant(instant)
    ]
    assert said.document["events"] == expected
    assert 0 < len(expected) < len(history)


def test_a_history_as_text_is_a_line_an_event_even_where_lines_are_short(
    played: Played, history: list[dict[str, Any]]
) -> None:
    words = ["history", played.summary["example"], "--url", played.system.url]
    said = in_a_process(*words, "--data", str(played.system.data), COLUMNS="40")
    assert said.code == 0
    rows = said.out.splitlines()
    assert len(rows) == len(history) + 2
    assert rows[0].strip() == played.summary["example"]
    columns = rows[2].split()
    assert columns[2:5] == ["intake", "ProposalDrafted", "1"]


def test_an_organisation_has_a_history_of_its_own(
    played: Played, history: list[dict[str, Any]]
) -> None:
    approved = next(event for event in history if name_of(event) == "ProjectApproved")
    organisation = approved["data"]["lead_organisation_id"]
    said = played.system.ask("history", organisation, "--json")
    names = [name_of(event) for event in said.document["events"]]
    assert names[0] == "OrganisationRegistered"
    assert {"SizeAttested", "CandidacyOpened", "FeePaid", "MemberAdmitted"} <= set(names)
    assert said.document["subject"] == organisation


# Looking after it.


@pytest.mark.parametrize("service", SERVICES)
def test_read_models_built_again_are_the_same(played: Played, service: str) -> None:
    said = played.system.ask("rebuild", service, "--json")
    assert said.code == 0, said.err
    rebuilt = said.document
    assert (rebuilt["service"], rebuilt["equal"]) == (service, True)
    assert rebuilt["digest_before"] == rebuilt["digest_after"]
    assert rebuilt["events"] > 0


def test_the_doctor_finds_everything_in_order(played: Played) -> None:
    said = played.system.ask("doctor", "--json")
    assert said.code == 0, said.out
    found = {one["check"]: one for one in said.document["findings"]}
    assert all(one["ok"] for one in found.values())
    assert {f"service {name}" for name in SERVICES} <= set(found)


def test_a_token_of_the_folder_opens_the_system(played: Played) -> None:
    said = grantline("token", "--role", "auditor", "--json", "--data", str(played.system.data))
    assert set(said.document) == {"token"}
    with played.system.client("auditor") as http:
        headers = {"authorization": f"Bearer {said.document['token']}"}
        answer = http.get("/audit/v1/projects?limit=1", headers=headers)
    assert (answer.status_code, answer.json()["total"]) == (200, 61)


def test_a_folder_that_nobody_runs_can_still_be_asked(
    played: Played, history: list[dict[str, Any]]
) -> None:
    """The last test of this module: it stops the system."""
    played.system.process.terminate()
    assert played.system.process.wait(30) in (0, -15)
    folder = str(played.system.data)
    words = ["history", played.summary["example"], "--json", "--url", NOBODY, "--data", folder]
    assert grantline(*words).document["events"] == history
    healthy = grantline("doctor", "--json", "--url", NOBODY, "--data", folder)
    assert healthy.code == 0
    details = [one["detail"] for one in healthy.document["findings"]]
    assert sum("events to position" in detail for detail in details) == 5
