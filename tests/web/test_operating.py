"""Operators at work: what is parked and paused, tried again, given up by two, published again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from shared.kernel.envelope import Sealed
from shared.runtime.delivery import Delivery
from shared.runtime.receiving import TOO_LARGE
from tests.support.neighbours import message_of
from tests.support.running import NOW, Running, running

ORGANISATION = "org_" + "0" * 31 + "1"
STREAM = "proposal-prj_" + "0" * 31 + "1"
SUBJECT = STREAM.removeprefix("proposal-")
WHY = {"reason": "the disk was changed"}
CONSUMER = "grantline.audit"


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "audit") as here:
        yield here


@pytest.fixture
def said(audit: Running) -> Sequence[Sealed]:
    """Three events of one proposal."""
    ids = [audit.service.ids.uuid7() for _ in range(3)]
    return [
        audit.neighbours.say("intake", "Noted", STREAM, {"n": n}, recorded_at=NOW, id=event_id)
        for n, event_id in enumerate(ids)
    ]


def deliver(audit: Running, *events: Sealed) -> None:
    audit.service.writer.receive([message_of(event) for event in events])


def broken(event: Sealed) -> Sealed:
    return replace(event, body='{"n":1,"supplier":"Secret & Sons"')


def parked(audit: Running, **query: str) -> list[dict[str, object]]:
    path = "/v1/parked?" + "&".join(f"{name}={value}" for name, value in query.items())
    answer = audit.by("operator").get(path)
    assert answer.status_code == 200, answer.text
    assert "Secret" not in answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


def names(audit: Running) -> list[str]:
    """What the operations stream of audit says, by name."""
    envelopes = [json.loads(stored.sealed.envelope) for stored in audit.stored()]
    return [
        told["type"].split(".")[2] for told in envelopes if told["stream"] == "operations-audit"
    ]


def test_what_is_parked_is_listed_with_its_reason_and_never_its_content(
    audit: Running, said: Sequence[Sealed]
) -> None:
    deliver(audit, said[0], broken(said[1]), said[2])
    first, second = parked(audit)
    assert (first["state"], first["reason"], first["subject"]) == (
        "parked", "broken-event", SUBJECT,
    )  # fmt: skip
    assert (second["state"], second["sequence"]) == ("behind", 3)
    assert parked(audit, state="behind") == [second]
    assert parked(audit, subject="prj_" + "9" * 32) == []


def test_a_message_that_was_mended_in_the_meantime_is_taken_when_tried_again(
    audit: Running, said: Sequence[Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(type(audit.service.writer._deciding), "_take", fail)
        deliver(audit, *said)
    [first, *behind] = parked(audit)
    assert first["reason"] == "handler-failed-RuntimeError"
    assert [row["state"] for row in behind] == ["behind", "behind"]
    answer = audit.by("operator").post(f"/v1/parked/{first['id']}/retry", WHY)
    assert answer.json() == {
        "id": first["id"], "state": "taken", "reason": None, "left_of_subject": 0,
    }  # fmt: skip
    assert parked(audit) == []
    assert names(audit) == ["ParkedRetried"]
    assert audit.service.writer.marks.reached == {"intake": 3}


@pytest.mark.parametrize("scope", ["one", "subject"])
def test_what_is_still_at_fault_stays_parked_and_keeps_its_place(
    audit: Running, said: Sequence[Sealed], scope: str
) -> None:
    deliver(audit, broken(said[0]), *said[1:])
    before = parked(audit)
    answer = audit.by("operator").post(
        f"/v1/parked/{before[0]['id']}/retry", {**WHY, "scope": scope}
    )
    assert answer.json()["left_of_subject"] == 3
    after = parked(audit)
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert after[0]["attempts"] == 1


def test_x6_a_message_is_given_up_by_two_persons_and_those_behind_it_go_on(
    audit: Running, said: Sequence[Sealed]
) -> None:
    deliver(audit, said[0], broken(said[1]))
    deliver(audit, said[2])
    path = f"/v1/parked/{parked(audit)[0]['id']}/skip"
    first = audit.by("operator", "operator-1").post(path, WHY)
    assert first.json()["proposed"] is True
    again = audit.by("operator", "operator-1").post(path, WHY)
    assert (again.status_code, again.json()["code"]) == (409, "same-person")
    assert len(parked(audit, state="parked")) == 1
    second = audit.by("operator", "operator-2").post(path, WHY)
    assert second.json()["state"] == "skipped"
    assert names(audit) == ["SkipProposed", "ParkedSkipped"]
    assert [row["state"] for row in parked(audit)] == ["skipped"]
    # The third event needs its predecessor: it waits for it, and follows when it comes.
    assert audit.service.writer.waiting == 1
    deliver(audit, said[1])
    assert audit.service.writer.waiting == 0
    assert audit.service.writer.marks.reached == {"intake": 3}
    assert [row["state"] for row in parked(audit)] == ["skipped"]
    assert audit.by("operator", "operator-3").post(path, WHY).status_code == 404


def test_what_was_given_up_is_not_tried_again_with_its_subject(
    audit: Running, said: Sequence[Sealed]
) -> None:
    deliver(audit, broken(said[0]))
    path = f"/v1/parked/{parked(audit)[0]['id']}"
    for person in ("operator-1", "operator-2"):
        audit.by("operator", person).post(f"{path}/skip", WHY)
    deliver(audit, broken(said[1]))
    [other] = parked(audit, state="parked")
    again = audit.by("operator").post(
        f"/v1/parked/{other['id']}/retry", {**WHY, "scope": "subject"}
    )
    assert again.json()["left_of_subject"] == 1
    assert [row["state"] for row in parked(audit)] == ["skipped", "parked"]


def test_a_message_too_large_to_keep_is_not_tried_again(audit: Running) -> None:
    huge = Delivery("intake", SUBJECT, "grantline.intake.events.v1/0@7", None, "", TOO_LARGE, "{}")
    audit.service.writer.receive([huge, huge])
    [row] = parked(audit)
    answer = audit.by("operator").post(f"/v1/parked/{row['id']}/retry", WHY)
    assert (answer.status_code, answer.json()["code"]) == (409, "message-not-kept")
    assert parked(audit) == [row]
    assert names(audit) == []


def test_a_consumer_is_paused_and_resumed_once_each_and_stays_so_over_a_restart(
    audit: Running, tmp_path: Path
) -> None:
    operator = audit.by("operator")
    for _ in range(2):
        answer = operator.post(f"/v1/consumers/{CONSUMER}/pause", WHY)
        assert answer.json() == {"consumer": CONSUMER, "state": "paused"}
    assert names(audit) == ["ConsumerPaused"]
    [consumer] = operator.get("/v1/consumers").json()["items"]
    assert (consumer["name"], consumer["state"]) == (CONSUMER, "paused")
    audit.service.writer.run(lambda connection: None)
    with audit.service.snapshot() as state:
        assert state.connection.exec_driver_sql("SELECT * FROM paused").all() == [(CONSUMER,)]
    operator.post(f"/v1/consumers/{CONSUMER}/resume", WHY)
    assert names(audit) == ["ConsumerPaused", "ConsumerResumed"]
    [consumer] = operator.get("/v1/consumers").json()["items"]
    assert consumer["state"] == "running"


def test_there_is_nothing_to_do_to_what_is_not_there(audit: Running) -> None:
    operator = audit.by("operator")
    for path, code in (
        ("/v1/consumers/grantline.nobody/pause", "consumer-missing"),
        ("/v1/consumers/grantline.nobody/resume", "consumer-missing"),
        ("/v1/parked/no-such/retry", "parked-missing"),
        ("/v1/parked/no-such/skip", "parked-missing"),
    ):
        answer = operator.post(path, WHY)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert names(audit) == []


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/consumers/{CONSUMER}/pause",
        f"/v1/consumers/{CONSUMER}/resume",
        "/v1/parked/some/retry",
        "/v1/parked/some/skip",
        "/v1/republications",
    ],
)
def test_only_operators_may_operate(audit: Running, path: str) -> None:
    body = {"after": 0, **WHY} if path.endswith("republications") else WHY
    assert audit.nobody.post(path, body).status_code == 401
    assert audit.by("auditor").post(path, body).status_code == 403
    assert audit.by("auditor").get("/v1/parked").status_code == 200
    assert audit.by("applicant", organisation_id=ORGANISATION).get("/v1/parked").status_code == 403


def test_one_key_operates_once(audit: Running, said: Sequence[Sealed]) -> None:
    deliver(audit, broken(said[0]))
    [row] = parked(audit)
    path, operator = f"/v1/parked/{row['id']}/retry", audit.by("operator")
    answers = [operator.post(path, WHY, idempotency_key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert parked(audit)[0]["attempts"] == 1
    assert names(audit) == ["ParkedRetried"]


def test_publishing_again_is_recorded_with_how_far(audit: Running) -> None:
    operator = audit.by("operator")
    operator.post(f"/v1/consumers/{CONSUMER}/pause", WHY)
    asked: list[tuple[int, int]] = []
    audit.service.writer.on_again = lambda after, through: asked.append((after, through))
    answer = operator.post("/v1/republications", {"after": 0, **WHY})
    assert answer.json() == {"after": 0, "through": 1}
    assert asked == [(0, 1)]
    assert names(audit)[-1] == "EventsRepublished"


def test_heads_are_told_page_by_page(audit: Running, said: Sequence[Sealed]) -> None:
    deliver(audit, *said)
    other = audit.neighbours.say("intake", "Noted", "proposal-x", {}, recorded_at=NOW)
    deliver(audit, other)
    operator, found, path = audit.by("operator"), [], "/v1/heads?origin=intake&limit=1"
    while path:
        page = operator.get(path).json()
        found += page["items"]
        path = page["next"]
    assert [(head["stream"], head["version"], head["hash"]) for head in found] == [
        (STREAM, 3, said[2].hash),
        ("proposal-x", 1, other.hash),
    ]
