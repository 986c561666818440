"""Audit over HTTP: lists, histories, states at any point in time, and who is let in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread

from services.audit.api import ACCESS, AUDITORS, OFFICERS
from shared.kernel.envelope import Sealed, open_sealed
from shared.kernel.periods import rfc3339
from tests.audit.owners import LEAD, OTHER_PROJECT, PARTNER, PROJECT, SECOND, START, TODAY
from tests.audit.story import CLAIM, CONDITIONS, TITLE, Story
from tests.support.running import Running, running

NOBODY = "prj_" + "0" * 32
HISTORY = f"/v1/projects/{PROJECT}/history"
STATE = f"/v1/projects/{PROJECT}/state"
SAID = Story().whole().said
ROUTES = {
    "/v1/projects": OFFICERS,
    f"/v1/projects/{PROJECT}": OFFICERS,
    STATE: OFFICERS,
    HISTORY: AUDITORS,
    "/v1/organisations": AUDITORS,
    f"/v1/organisations/{LEAD}": AUDITORS,
    f"/v1/organisations/{LEAD}/history": AUDITORS,
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The event loop of production."""
    return "asyncio"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Audit with one project's whole story, for tests that only read."""
    with running(tmp_path_factory.mktemp("api"), "audit", SAID, now=TODAY) as found:
        yield found


def read(here: Running, path: str, role: str = "auditor") -> Any:
    """What is answered, which must be 200."""
    answer = here.by(role).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(here: Running, path: str) -> tuple[int, str]:
    """Status and code of a refusal."""
    answer = here.by("auditor").get(path)
    return answer.status_code, answer.json()["code"]


def cad(amount: str) -> dict[str, str]:
    """Money in an answer."""
    return {"amount": amount, "currency": "CAD"}


@pytest.mark.parametrize("path", ROUTES)
def test_nobody_reads_without_a_token_or_with_another_role(here: Running, path: str) -> None:
    assert here.nobody.get(path).status_code == 401
    roles = ("applicant", "reviewer", "operator", "payer", "committee", *OFFICERS)
    for role in roles:
        expected = 200 if role in ROUTES[path] else 403
        assert here.by(role).get(path).status_code == expected, role


def test_every_action_has_its_roles() -> None:
    assert set(ACCESS) == {"read_projects", "read_state", "read_organisations", "read_history"}


def test_projects_are_listed_and_filtered(here: Running) -> None:
    page = read(here, "/v1/projects?programme=scale-ai&stage=active")
    (item,) = page["items"]
    assert (page["total"], page["next"]) == (1, None)
    assert (item["project_id"], item["title"], item["stage"]) == (PROJECT, TITLE, "active")
    assert (item["paid"], item["ceiling"]) == (cad("2700.00"), cad("27000.00"))
    assert "position" not in item
    assert item["last_event_at"].endswith("Z")
    assert read(here, "/v1/projects?stage=closed")["items"] == []


def test_one_project_is_shown_with_its_parties(here: Running) -> None:
    found = read(here, f"/v1/projects/{PROJECT}")
    assert [party["organisation_id"] for party in found["parties"]] == [LEAD, PARTNER]


def test_organisations_are_listed_and_shown(here: Running) -> None:
    page = read(here, "/v1/organisations?status=active")
    assert [item["organisation_id"] for item in page["items"]] == [LEAD]
    found = read(here, f"/v1/organisations/{LEAD}")
    assert (found["status"], found["member_since"]) == ("active", "2020-06-05")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/projects/{NOBODY}",
        f"/v1/projects/{NOBODY}/history",
        f"/v1/projects/{NOBODY}/state",
        "/v1/projects/prj_1/state",
        "/v1/organisations/org_" + "0" * 32,
        "/v1/organisations/org_" + "0" * 32 + "/history",
    ],
)
def test_what_nobody_ever_named_is_not_found(here: Running, path: str) -> None:
    assert code_of(here, path) == (404, "not-found")


def test_a_history_is_made_of_the_stored_texts(here: Running) -> None:
    answer = here.by("auditor").get(f"{HISTORY}?limit=200")
    texts = [
        stored.sealed.cloud_event()
        for stored in here.stored()
        if PROJECT in stored.sealed.envelope + stored.sealed.body
    ]
    assert answer.text == f'{{"subject":"{PROJECT}","events":[{",".join(texts)}],"next":null}}'
    assert answer.headers["event-position"].count("=") == 5


def test_an_event_of_a_history_can_be_checked_against_its_hash(here: Running) -> None:
    for event in read(here, HISTORY)["events"]:
        data, hash_ = event.pop("data"), event.pop("hash")
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        body = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert open_sealed(Sealed(text, body, hash_)).event_id == event["id"]


def test_a_history_is_read_page_by_page_to_its_end(here: Running) -> None:
    whole = read(here, f"{HISTORY}?limit=200")["events"]
    path, found, pages = f"{HISTORY}?limit=7&origin=reimbursement", [], 0
    while path is not None:
        answer = here.by("auditor").get(path)
        page = answer.json()
        assert (answer.links.get("next", {}).get("url")) == page["next"]
        found += page["events"]
        path, pages = page["next"], pages + 1
    assert found == [event for event in whole if event["source"] == "/grantline/reimbursement"]
    assert pages == -(-len(found) // 7)


def test_a_history_is_filtered(here: Running) -> None:
    found = read(here, f"{HISTORY}?type=ClaimFiled,ProjectApproved")
    names = [event["type"] for event in found["events"]]
    assert names == [
        "grantline.evaluation.ProjectApproved.v1",
        "grantline.reimbursement.ClaimFiled.v1",
    ]
    known = rfc3339(START + 3 * SECOND)
    assert len(read(here, f"{HISTORY}?known_at={known}")["events"]) == 2
    assert read(here, f"{HISTORY}?as_of=2020-05-03")["events"] == []


def test_an_organisations_history_is_read_the_same_way(here: Running) -> None:
    found = read(here, f"/v1/organisations/{LEAD}/history?origin=membership")
    assert found["subject"] == LEAD
    assert [event["type"].split(".")[2] for event in found["events"]] == [
        "OrganisationRegistered",
        "CandidacyOpened",
        "MemberAdmitted",
    ]


def test_a_state_shows_every_area_and_the_point_it_stands_for(here: Running) -> None:
    state = read(here, STATE)
    assert (state["project_id"], state["stage"]) == (PROJECT, "active")
    assert (state["position"], state["as_of"]) == (len(SAID), "2020-12-04")
    assert state["known_at"] == rfc3339(here.clock.now())
    assert state["events"] == len(here.history(PROJECT))
    assert state["proposal"]["participants"][PARTNER]["status"] == "confirmed"
    assert set(state["evaluation"]["verdicts"]) == set(CONDITIONS)
    assert state["evaluation"]["decision"]["ceiling"] == cad("27000.00")
    assert [rate["rate"] for rate in state["agreement"]["rates"]] == ["27/83"]
    assert state["agreement"]["commitment"]["amount"] == cad("27000.00")
    claim = state["claims"][CLAIM]
    assert (claim["claimed"], claim["accepted"]) == (cad("8310.00"), cad("8300.00"))
    assert (claim["entitled"], claim["holdback"]) == (cad("2700.00"), cad("270.00"))
    assert claim["paid"] == cad("2430.00")
    assert state["money"]["paid"] == cad("2700.00")
    assert state["money"]["payments"]["pay_2"]["claim_id"] is None
    assert state["members"][LEAD]["status"] == "active"
    assert state["members"][LEAD]["timeline"][1]["source"]["event"] == "CandidacyOpened"


def test_each_step_says_by_which_event_and_when_on_both_axes(here: Running) -> None:
    steps = read(here, STATE)["proposal"]["timeline"]
    assert steps[0] == {
        "event": "ProposalDrafted",
        "event_id": "intake-1",
        "actor": "officer-1",
        "effective_at": rfc3339(START + 2 * SECOND),
        "recorded_at": rfc3339(START + 2 * SECOND),
    }


def test_a_state_as_known_then_knows_nothing_later(here: Running) -> None:
    approved = next(sealed for sealed in SAID if "ProjectApproved" in sealed.envelope)
    instant = open_sealed(approved).recorded_at
    then = read(here, f"{STATE}?known_at={rfc3339(instant)}")
    assert (then["stage"], then["agreement"]["executed"]) == ("approved", False)
    assert then["known_at"] == rfc3339(instant)
    assert then["members"][LEAD]["status"] == "registered"
    before = read(here, f"{STATE}?known_at={rfc3339(instant - SECOND / 10**6)}")
    assert (before["stage"], before["evaluation"]["decision"]) == ("assigning", None)


def test_a_state_at_a_stated_point_is_the_same_when_asked_again(here: Running) -> None:
    state = read(here, STATE)
    again = read(here, f"{STATE}?known_at={state['known_at']}&as_of={state['as_of']}")
    assert again == state


def test_before_anything_was_known_there_is_no_state(here: Running) -> None:
    for query in (f"known_at={rfc3339(START)}", "as_of=2020-05-03"):
        assert code_of(here, f"{STATE}?{query}") == (404, "nothing-known-yet")


@pytest.mark.parametrize(
    "query",
    [
        "known_at=2020-07-20",
        "known_at=2020-07-20T13:00:00",
        "known_at=2020-13-20T13:00:00Z",
        "known_at=yesterday",
        "known_at=",
        "as_of=20200720",
        "as_of=2020-02-30",
        "as_of=1999-01-01",
        "as_of=2020-W30-1",
        "as_of=2020-07-20T13:00:00Z",
        "since=2020-07-20",
        "as_of=2020-07-20&as_of=2020-07-21",
    ],
)
def test_a_point_in_time_that_is_none_is_refused(here: Running, query: str) -> None:
    for path in (STATE, HISTORY):
        assert code_of(here, f"{path}?{query}") == (400, "bad-query")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "type=%25", "origin=A", "origin=%25"])
def test_a_filter_that_is_none_is_refused(here: Running, query: str) -> None:
    assert code_of(here, f"{HISTORY}?{query}") == (400, "bad-query")


def test_a_history_has_no_cursor_and_a_bounded_limit(here: Running) -> None:
    assert code_of(here, f"{HISTORY}?cursor=abc") == (400, "bad-cursor")
    assert code_of(here, f"{HISTORY}?limit=0") == (400, "bad-limit")


def test_audit_takes_no_command(here: Running) -> None:
    for path in ("/v1/projects", HISTORY, STATE):
        assert here.by("auditor").post(path, {}).status_code == 405


@pytest.mark.anyio
async def test_the_feed_and_the_stream_carry_all_services(tmp_path: Path) -> None:
    later = Story()
    later.drafted()
    later.eligible()
    with running(tmp_path, "audit", later.said[:1], now=TODAY) as here:
        async with here.by("operator").client.live("/v1/events/stream?after=0") as live:
            assert json.loads((await live.event())["data"])["id"] == "intake-1"
            await to_thread.run_sync(here.receive, *later.said[1:])
            following = [json.loads(event["data"]) for event in await live.events(2)]
            assert [event["id"] for event in following] == ["intake-2", "evaluation-1"]
        feed = await here.by("auditor").client.get("/v1/events?limit=200")
        assert {event["source"] for event in feed.json()} == {
            "/grantline/intake",
            "/grantline/evaluation",
        }
        about = await here.by("auditor").client.get(f"/v1/events?subject={OTHER_PROJECT}")
        assert about.json() == []


def test_the_lists_rebuilt_are_the_lists_as_they_grew(tmp_path: Path) -> None:
    with running(tmp_path, "audit", SAID, now=TODAY) as here:
        answer = here.by("operator").post("/v1/rebuilds", {"reason": "a drill"})
        assert (answer.status_code, answer.json()["equal"]) == (200, True)
