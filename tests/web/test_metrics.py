"""What `/metrics` tells of a running service: exactly what happened, and nothing about anybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from sqlalchemy.exc import OperationalError

from shared.runtime.clock import SetClock
from shared.runtime.new_ids import Ids
from shared.runtime.projections import Projection
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.health import registry_of
from shared.runtime.web.tokens import LocalIssuer
from tests.support.client import Client
from tests.support.figures import Shown
from tests.web.boxes import API, BOXES, DOMAIN
from tests.web.test_running_service import show_boxes
from tests.web.world import START

pytestmark = pytest.mark.anyio

SECRET = "Zanzibar-one"
UNITS = ("_seconds", "_bytes", "_ratio", "_total")
COUNTED = (
    "_events", "_items", "_max", "_position", "_sequence", "_unpublished", "_ok", "_answering",
    "_running", "_paused", "_in_use", "_fds", "_collected", "_collections", "_uncollectable",
)  # fmt: skip
"""Endings of what has no unit: numbers of things, places in an order, yes or no."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    clock = SetClock(START)
    running = Service(
        Settings(data=tmp_path, readers_max=2),
        DOMAIN,
        (Projection("boxes", revision=1, tables=(BOXES,), apply=show_boxes),),
        API,
        LocalTransport(),
        Outside(clock=clock, ids=Ids.seeded(clock.now, 7)),
    )
    running.open()
    running.start()
    yield running
    running.stop_listening()
    running.close()


@pytest.fixture
def officer(service: Service, tmp_path: Path) -> Client:
    issuer = LocalIssuer.open(tmp_path, service.clock.now, service.ids.uuid7)
    app = mount(API, service, verifier=issuer.verifier(), cursor_secret=b"s" * 32)
    return Client(app, issuer.issue(("programme_officer", "operator"), "officer-1"))


async def figures(client: Client) -> Shown:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    return Shown(answer.text)


async def play(officer: Client) -> None:
    """Three boxes, one of them asked for twice; one filled; one refusal and one fault."""
    made = await officer.post("/v1/boxes", {"label": SECRET}, idempotency_key=SECRET)
    await officer.post("/v1/boxes", {"label": SECRET}, idempotency_key=SECRET)
    await officer.post("/v1/boxes", {"label": "B"})
    await officer.post("/v1/boxes", {"label": "C"})
    box = f"/v1/boxes/{made.json()['project_id']}"
    await officer.post(f"{box}/fill", {"amount": {"amount": "12.50", "currency": "CAD"}})
    assert (await officer.post(f"{box}/close")).status_code == 409
    assert (await officer.post(f"{box}/break")).status_code == 500
    assert (await officer.post("/v1/rebuilds", {"reason": "to see"})).status_code == 200


async def test_the_figures_are_what_happened(officer: Client) -> None:
    await play(officer)
    seen = await figures(officer)
    assert seen.nonzero("grantline_events_appended_total") == {
        ("grantline.intake.BoxOpened.v1",): 3,
        ("grantline.intake.BoxFilled.v1",): 1,
        ("grantline.intake.ProjectionsRebuilt.v1",): 1,
    }
    assert seen.nonzero("grantline_commands_total") == {
        ("OpenBox", "accepted"): 3,
        ("OpenBox", "repeated"): 1,
        ("FillBox", "accepted"): 1,
        ("CloseBox", "refused"): 1,
        ("BreakBox", "failed"): 1,
        ("RecordOperation", "accepted"): 1,
    }
    assert seen.samples["grantline_command_rejected_total"] == {("box-empty",): 1}
    assert seen.value("grantline_dedup_hits_total") == 1
    assert seen.value("grantline_journal_position") == 5
    assert seen.value("grantline_journal_sequence") == 5
    assert seen.value("grantline_projection_position", "boxes") == 5
    assert seen.nonzero("grantline_rebuilds_total") == {("equal",): 1}
    assert set(seen.samples["grantline_check_ok"].values()) == {1}
    assert seen.value("grantline_database_answering") == 1
    for still in (
        "chain_mismatch_total", "commits_failed_total", "writer_queue_items", "waiting_events",
        "outbox_oldest_seconds", "waiting_oldest_seconds", "rebuild_running",
        "rebuild_progress_ratio", "rebuild_last_duration_seconds", "database_connections_in_use",
        "timers_last_date_timestamp_seconds",
    ):  # fmt: skip
        assert seen.value(f"grantline_{still}") == 0, still


async def test_each_group_is_observed_once_and_the_set_clock_says_it_took_no_time(
    officer: Client,
) -> None:
    await play(officer)
    seen = await figures(officer)
    for name in ("commit_duration_seconds", "decide_duration_seconds", "group_items"):
        buckets = seen.samples[f"grantline_{name}_bucket"]
        assert buckets["+Inf",] == seen.value(f"grantline_{name}_count") == 8
        assert [*buckets.values()] == sorted(buckets.values())
    assert seen.value("grantline_commit_duration_seconds_sum") == 0
    assert seen.value("grantline_group_items_sum") == 8


async def test_requests_are_counted_by_template_method_and_status(officer: Client) -> None:
    await play(officer)
    seen = await figures(officer)
    assert seen.nonzero("http_server_request_duration_seconds_count") == {
        ("POST", "/v1/boxes", "201"): 4,
        ("POST", "/v1/boxes/{project_id}/fill", "200"): 1,
        ("POST", "/v1/boxes/{project_id}/close", "409"): 1,
        ("POST", "/v1/boxes/{project_id}/break", "500"): 1,
        ("POST", "/v1/rebuilds", "200"): 1,
    }


async def test_nothing_that_somebody_sent_or_is_called_gets_into_a_figure(
    officer: Client,
) -> None:
    await play(officer)
    await officer.get(f"/v1/{SECRET}")
    await officer.send(SECRET.upper(), "/v1/boxes")
    text = (await officer.get("/metrics")).text
    assert not re.search(r"prj_|org_|officer|046 454|zanzibar|[0-9a-f]{32}", text, re.IGNORECASE)


async def test_names_and_meanings_are_as_watchers_expect(officer: Client) -> None:
    seen = await figures(officer)
    for name, family in seen.families.items():
        assert family.documentation.strip(), name
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        full = f"{name}_total" if family.type == "counter" else name
        assert full.endswith((*UNITS, *COUNTED)), f"{full} has no unit"
        assert ("_total" in full) == (family.type == "counter"), full
        assert not full.endswith(("_count", "_sum", "_bucket", "_info", "_ms")), full
        if name.startswith("grantline_"):
            assert family.documentation.endswith("."), name
            assert {sample.labels["service"] for sample in family.samples} <= {"intake"}


async def test_the_stricter_format_reads_them_too(service: Service, officer: Client) -> None:
    await play(officer)
    strict = openmetrics(registry_of(service)).decode()  # type: ignore[no-untyped-call]
    families = read_openmetrics(strict)  # type: ignore[no-untyped-call]
    assert {family.name for family in families} >= {
        "grantline_events_appended", "process_resident_memory_bytes", "process_open_fds",
    }  # fmt: skip


async def test_a_question_of_every_reader_does_not_make_the_figures_wait(
    service: Service, officer: Client
) -> None:
    with service.snapshot(), service.snapshot():
        seen = await figures(officer)
    assert seen.value("grantline_database_connections_in_use") == 2
    assert seen.value("grantline_database_answering") == 0
    assert seen.value("grantline_writer_queue_items") == 0
    assert "grantline_journal_position" not in seen.samples


async def test_a_database_that_fails_leaves_the_other_figures(
    service: Service, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("SELECT", None, Exception("no route to the server"))

    monkeypatch.setattr("sqlalchemy.engine.Connection.execute", fail)
    seen = await figures(officer)
    assert seen.value("grantline_database_answering") == 0
    assert seen.value("grantline_check_ok", "writer") == 1
