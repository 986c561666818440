"""What watches the system fits it: figures, alerts, their pages, and the dashboard."""

import asyncio
import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.main.cli import app as command_line
from tests.stack.promql import Query, Scrapes
from tests.stack.watched import PORTS, Watched, samples, watch
from tests.support.catalogue import ROOT

PROMETHEUS = ROOT / "deploy/prometheus"
GRAFANA = ROOT / "deploy/grafana"
RUNBOOK = ROOT / "docs/runbook"
SECTIONS = ["First look", "Likely causes", "What to do", "When to escalate"]
ROWS = ["Health", "Streams and lag", "Writer", "HTTP", "Projections and rebuilds", "Parked"]
ABOUT_A_CONTAINER = r"docker compose (?:logs|restart|up)(?: --?[a-z]+(?: \d+)?)* (?!-)([a-zA-Z$]+)"
UNITS = {"none", "short", "s", "bytes", "percentunit", "cps", "reqps"}


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


ALERTS: Mapping[str, Mapping[str, Any]] = {
    rule["alert"]: rule
    for group in document(PROMETHEUS / "alerts.yml")["groups"]
    for rule in group["rules"]
}
DASHBOARD: Mapping[str, Any] = json.loads(
    (GRAFANA / "dashboards/grantline.json").read_text("utf-8")
)
PANELS: list[Mapping[str, Any]] = [p for p in DASHBOARD["panels"] if p["type"] != "row"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return asyncio.run(watch(tmp_path_factory.mktemp("watched")))


def test_every_label_of_every_service_is_of_a_closed_set(watched: Watched) -> None:
    for shown in watched.after.values():
        for name, labels, _ in samples(shown):
            for label, value in labels.items():
                if label == "le":
                    assert float(value) > 0
                else:
                    assert value in watched.allowed[label], f"{name}: {label}={value}"


def test_no_service_shows_more_than_can_be_kept(watched: Watched) -> None:
    for shown in watched.after.values():
        assert sum(1 for _ in samples(shown)) < 2_000


def test_what_was_played_is_what_is_counted(watched: Watched) -> None:
    intake = watched.after["intake"]
    submitted = "grantline.intake.ProposalSubmitted.v1"
    assert intake.value("grantline_events_appended_total", submitted) == 1
    assert watched.before["intake"].value("grantline_events_appended_total", submitted) == 0
    audit = watched.after["audit"]
    for origin in set(PORTS) - {"audit"}:
        said = watched.after[origin].value("grantline_journal_sequence")
        assert audit.value("grantline_events_received_total", origin) == said


# Alerts.


def names_of(expression: str) -> set[str]:
    return Query(expression).names


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_asks_for_what_services_show(watched: Watched, alert: str) -> None:
    assert names_of(ALERTS[alert]["expr"]) - watched.scrapes.keys() == set()


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["labels"] in ({"severity": "critical"}, {"severity": "warning"})
    told = rule["annotations"]
    assert told.keys() == {"summary", "description", "runbook"}
    assert told["description"].endswith(".")
    assert "{{ $labels.service }}" in told["summary"]
    assert not told["summary"].endswith(".")
    assert not re.search(r"grantline_|\btotal\b|_seconds", told["summary"] + told["description"])
    assert told["runbook"] == f"docs/runbook/{slug(alert)}.md"


def slug(alert: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", alert).lower()


@pytest.mark.parametrize("alert", ALERTS)
def test_a_threshold_fits_the_unit_of_what_it_bounds(alert: str) -> None:
    bounds = re.findall(r"([<>]|==) (\d+(?:\.\d+)?)", ALERTS[alert]["expr"])
    assert bounds
    for _, bound in bounds:
        if float(bound) > 1:
            assert any(name.endswith("_seconds") for name in names_of(ALERTS[alert]["expr"]))
        elif not float(bound).is_integer():
            assert re.search(r" / |_duration_seconds_bucket", ALERTS[alert]["expr"])


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_is_silent_while_all_is_well(watched: Watched, alert: str) -> None:
    assert Query(ALERTS[alert]["expr"], watched.scrapes, watched.now).fires == {}


AGO = 10_000
"""More seconds than any alert waits."""
BAD: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "ServiceDown": {"up": (1, 0)},
    "WriterFailed": {'grantline_check_ok{check="writer"}': (1, 0)},
    "CheckFailing": {'grantline_check_ok{check="relay"}': (1, 0)},
    "DatabaseNotAnswering": {"grantline_database_answering": (1, 0)},
    "ConnectionsExhausted": {"grantline_database_connections_in_use": (8, 8)},
    "DescriptorsExhausted": {"process_open_fds": (1e9, 1e9)},
    "DiskNearlyFull": {"grantline_disk_free_bytes": (1, 1)},
    "CommitsFailing": {"grantline_commits_failed_total": (0, 1)},
    "CommitSlow": {
        'grantline_commit_duration_seconds_bucket{le="1.0"}': (0, 90),
        'grantline_commit_duration_seconds_bucket{le="2.0"}': (0, 100),
        'grantline_commit_duration_seconds_bucket{le="5.0"}': (0, 100),
        'grantline_commit_duration_seconds_bucket{le="+Inf"}': (0, 100),
    },
    "QueueNearBound": {"grantline_writer_queue_items": (0, 4_000)},
    "ErrorRatio": {
        'http_server_request_duration_seconds_count{method="GET",route="/readyz",status="503"}':
            (0, 1_000)
    },
    "WaitingEventsGrowing": {"grantline_waiting_events": (1, 3)},
    "WaitingTooLong": {"grantline_waiting_oldest_seconds": (0, AGO)},
    "ChainMismatch": {"grantline_chain_mismatch_total": (0, 1)},
    "RelayStuck": {
        "grantline_outbox_unpublished": (1, 1),
        "grantline_relay_progress_timestamp_seconds": (1, 1),
    },
    "OutboxOld": {"grantline_outbox_oldest_seconds": (0, 61)},
    "LagSeconds": {'grantline_projection_lag_seconds{origin="membership"}': (0, 61)},
    "ConsumerStuck": {
        'grantline_projection_lag_events{origin="membership"}': (5, 5),
        "grantline_subscriber_progress_timestamp_seconds": (1, 1),
    },
    "ConsumerPaused": {'grantline_consumer_paused{consumer="grantline.evaluation"}': (1, 1)},
    "MessagesParked": {
        'grantline_parked_items{consumer="grantline.evaluation",class="tombstone"}': (0, 1)
    },
    "ParkedTooLong": {"grantline_parked_oldest_seconds": (0, 100_000)},
    "RebuildDiffers": {'grantline_rebuilds_total{outcome="different"}': (0, 1)},
    "RebuildFailed": {'grantline_rebuilds_total{outcome="failed"}': (0, 1)},
}  # fmt: skip
"""By alert, what evaluation shows when it should fire."""


def with_bad(scrapes: Scrapes, bad: Mapping[str, tuple[float, float]]) -> Scrapes:
    """The same scrapes, except that evaluation shows these."""
    changed = {name: dict(values) for name, values in scrapes.items()}
    for sample, values in bad.items():
        name, _, labels = sample.partition("{")
        target = {"service": "evaluation", "instance": "evaluation", "job": "grantline"}
        place = frozenset({**target, **dict(re.findall(r'(\w+)="([^"]*)"', labels))}.items())
        changed.setdefault(name, {})[place] = values
    return changed


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_fires_for_the_service_that_it_is_about(watched: Watched, alert: str) -> None:
    found = Query(ALERTS[alert]["expr"], with_bad(watched.scrapes, BAD[alert]), watched.now).fires
    assert [dict(labels)["service"] for labels in found] == ["evaluation"]


@pytest.mark.parametrize("alert", ALERTS)
def test_the_words_of_an_alert_use_labels_that_it_has(watched: Watched, alert: str) -> None:
    told = " ".join(ALERTS[alert]["annotations"].values())
    wanted = set(re.findall(r"\$labels\.(\w+)", told))
    found = Query(ALERTS[alert]["expr"], with_bad(watched.scrapes, BAD[alert]), watched.now).fires
    for labels in found:
        assert wanted <= dict(labels).keys()


# Pages.


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    pages = {path.stem for path in RUNBOOK.glob("*.md")} - {"README"}
    assert pages == {slug(alert) for alert in ALERTS}
    index = (RUNBOOK / "README.md").read_text("utf-8")
    assert set(re.findall(r"\]\(([a-z-]+)\.md\)", index)) == pages


@pytest.mark.parametrize("page", sorted(RUNBOOK.glob("*.md")), ids=lambda path: path.stem)
def test_a_page_names_only_what_exists(watched: Watched, page: Path) -> None:
    text = page.read_text("utf-8")
    if page.stem != "README":
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
        assert "**Impact.**" in text
        assert len(text.splitlines()) < 50
    for linked in re.findall(r"\]\(([^)]+)\)", text):
        assert (RUNBOOK / linked).exists(), linked
    shown = {name for shown in watched.after.values() for name in shown.samples}
    for named in re.findall(r"\b(?:grantline|process)_[a-z_]+[a-z]", text):
        assert any(name.startswith(named) for name in shown), named
    for command in re.findall(r"(?:^|`)grantline ([a-z]+)", text, re.MULTILINE):
        assert command in commands(), command
    for route in re.findall(r"\$URL(/[a-z0-9/]+)", text):
        assert route in watched.allowed["route"], route
    containers = document(ROOT / "docker-compose.yml")["services"]
    for container in re.findall(ABOUT_A_CONTAINER, text):
        assert container == "$SERVICE" or container in containers, container


@cache
def commands() -> frozenset[str]:
    """Every word that may follow `grantline`."""
    single = (command.callback for command in command_line.registered_commands)
    groups = (group.name for group in command_line.registered_groups)
    found = {callback.__name__ for callback in single if callback}
    return frozenset({*found, *filter(None, groups)})


# Prometheus and Grafana.


def test_prometheus_asks_the_five_services_at_their_own_ports() -> None:
    settings = document(PROMETHEUS / "prometheus.yml")
    assert settings["rule_files"] == ["alerts.yml"]
    [job] = settings["scrape_configs"]
    assert (job["job_name"], job["honor_labels"]) == ("grantline", True)
    asked = {one["labels"]["service"]: one["targets"] for one in job["static_configs"]}
    assert asked == {service: [f"{service}:{port}"] for service, port in PORTS.items()}
    for service, port in PORTS.items():
        assert str(port) in (ROOT / f"services/{service}/workers.py").read_text("utf-8")


def test_the_dashboard_is_provisioned_with_the_source_that_it_names() -> None:
    [source] = document(GRAFANA / "provisioning/datasources/prometheus.yml")["datasources"]
    assert source["type"] == "prometheus"
    [provider] = document(GRAFANA / "provisioning/dashboards/grantline.yml")["providers"]
    assert provider["options"]["path"].endswith("/dashboards")
    named = {"type": "prometheus", "uid": source["uid"]}
    assert DASHBOARD["templating"]["list"][0]["datasource"] == named
    for panel in PANELS:
        assert panel["datasource"] == named
        assert all(target["datasource"] == named for target in panel["targets"])


def test_the_containers_find_these_files_where_they_look() -> None:
    containers = document(ROOT / "docker-compose.yml")["services"]
    mounted = {
        place: source
        for name in ("prometheus", "grafana")
        for source, place, _ in (one.split(":") for one in containers[name]["volumes"][:2])
    }
    [provider] = document(GRAFANA / "provisioning/dashboards/grantline.yml")["providers"]
    assert mounted["/etc/prometheus"] == "./deploy/prometheus"
    assert mounted["/etc/grafana/provisioning"] == "./deploy/grafana/provisioning"
    assert mounted[provider["options"]["path"]] == "./deploy/grafana/dashboards"


def test_the_dashboard_is_laid_out_without_gaps_or_overlaps() -> None:
    panels = DASHBOARD["panels"]
    assert DASHBOARD["schemaVersion"] >= 41
    assert [panel["title"] for panel in panels if panel["type"] == "row"] == ROWS
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart or above


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_asks_for_what_services_show(watched: Watched, panel: Mapping[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    for target in panel["targets"]:
        asked = target["expr"].replace("$service", ".*")
        query = Query(asked, watched.scrapes, watched.now)
        assert query.names - watched.scrapes.keys() == set()
        labels = {label for found in query.fires for label, _ in found}
        wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        assert not labels or wanted <= labels
