"""The topics: one for each service, for ever, and stated in one file."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from shared.runtime.topics import TOPICS_FILE, topic_of, wanted_topics
from tests.support.catalogue import service_names
from tests.support.sources import sources


def test_every_service_has_one_topic() -> None:
    assert sorted(topic.name for topic in wanted_topics()) == sorted(map(topic_of, service_names()))


def test_facts_are_kept_for_ever_and_never_compacted() -> None:
    for topic in wanted_topics():
        assert topic.partitions == 6
        assert topic.settings["cleanup.policy"] == "delete"
        assert topic.settings["retention.ms"] == topic.settings["retention.bytes"] == "-1"
        assert topic.settings["unclean.leader.election.enable"] == "false"
        assert int(topic.settings["min.insync.replicas"]) <= topic.replication


@pytest.mark.parametrize(
    ("name", "value"),
    [("partitions", 0), ("replication", "none"), ("topics", []), ("settings", None), ("more", 1)],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, name: str, value: object) -> None:
    stated = yaml.safe_load(TOPICS_FILE.read_text("utf-8"))
    wrong = tmp_path / "topics.yaml"
    wrong.write_text(yaml.safe_dump({**stated, name: value}))
    with pytest.raises(ValidationError):
        wanted_topics(wrong)


def test_no_code_repeats_what_the_file_states() -> None:
    stating = [
        file.name
        for file in sources("services", "shared")
        if "retention.ms" in file.text or "max.message.bytes" in file.text
    ]
    assert not stating
