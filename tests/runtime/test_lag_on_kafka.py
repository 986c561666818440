"""Lag and backlog of toy services on a real broker, in events, seconds and partitions."""

from pathlib import Path
from typing import Any

from shared.kernel.operations import PauseConsumer, ResumeConsumer
from shared.runtime.topics import group_of, topic_of
from tests.runtime.running import Running, open_till, put_in, until, who
from tests.runtime.test_kafka import alone, bootstrap, reached  # noqa: F401
from tests.support.figures import Shown, shown
from tests.support.ledger import LEDGER, MIRROR


def told() -> dict[str, Any]:
    """Who tells which consumer, and why."""
    return {
        "service": "mirror", "consumer": group_of("mirror"), "reason": "a test", **who(),
    }  # fmt: skip


def figures(here: Running) -> Shown:
    return shown(here.service.figures())


def behind(here: Running) -> float:
    return figures(here).samples["grantline_projection_lag_events"].get(("ledger",), -1)


def test_what_waits_at_the_broker_is_lag_until_it_is_taken_in(
    tmp_path: Path,
    bootstrap: str,  # noqa: F811
) -> None:
    with (
        alone(tmp_path / "l", LEDGER, bootstrap) as ledger,
        alone(tmp_path / "m", MIRROR, bootstrap) as mirror,
    ):
        ledger.ask(open_till())
        until(lambda: reached(mirror, "ledger") == 1)
        mirror.ask(PauseConsumer(**told()))
        ledger.ask(put_in(1))  # The poll that was under way may still take it.
        until(lambda: reached(mirror, "ledger") + behind(mirror) == 2)
        taken = reached(mirror, "ledger")
        ledger.ask(put_in(2))
        until(lambda: behind(mirror) == 3 - taken)
        partitions = figures(mirror).samples["kafka_consumergroup_lag"]
        assert {labels[2] for labels in partitions} == {topic_of("ledger")}
        assert sum(partitions.values()) == 3 - taken
        until(lambda: figures(ledger).value("grantline_outbox_unpublished") == 0)
        assert figures(ledger).value("grantline_events_relayed_total") == 3
        mirror.ask(ResumeConsumer(**told()))
        until(lambda: reached(mirror, "ledger") == 3)
        until(lambda: behind(mirror) == 0)
        assert figures(mirror).value("grantline_projection_lag_seconds", "ledger") == 0
