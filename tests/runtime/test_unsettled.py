"""What a broker delivered and no journal took in is delivered again, before what follows it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.runtime.database import DatabaseAway
from shared.runtime.delivery import Delivery
from shared.runtime.writer import Writer
from tests.runtime.running import open_till, put_in, until
from tests.runtime.test_kafka import alone, committed, toy_topics
from tests.support.ledger import LEDGER, MIRROR
from tests.support.servers import Kafka
from tests.support.topics import empty


def test_i1_a_batch_that_the_database_did_not_take_comes_again(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(kafka.bootstrap, toy_topics())
    receive = Writer.receive
    refused: list[Sequence[Delivery]] = []

    def away_at_first(writer: Writer, messages: Sequence[Delivery]) -> None:
        if not refused:
            refused.append(messages)
            raise DatabaseAway
        receive(writer, messages)

    with (
        alone(tmp_path / "l", LEDGER, kafka.bootstrap) as ledger,
        alone(tmp_path / "m", MIRROR, kafka.bootstrap, receive_batch_max=2) as mirror,
    ):
        monkeypatch.setattr(Writer, "receive", away_at_first)
        ledger.together(*map(open_till, "abc"), *(put_in(5, till) for till in "abcabc"))
        until(lambda: len(refused) == 1)
        mirror.until(lambda: mirror.service.writer.marks.reached.get("ledger", 0) == 9)
        assert [mirror.state(f"mirror-{till}").cents for till in "abc"] == [10, 10, 10]
        until(lambda: committed(kafka.bootstrap, "mirror") == 9)
