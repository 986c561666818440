"""The topics that Grantline needs, read from the one file that states them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

TOPICS_FILE = Path(__file__).parents[2] / "deploy" / "topics.yaml"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that is wanted; `settings` are the broker's own names and texts."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


def topic_of(service: str) -> str:
    """The topic that a service says its events in."""
    return f"grantline.{service}.events.v1"


def service_of(topic: str) -> str:
    """The service that says its events in this topic."""
    return topic.split(".")[1]


class _Stated(BaseModel):
    """The file's shape; a name that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partitions: int = Field(ge=1)
    replication: int = Field(ge=1)
    settings: dict[str, str | int | bool]
    topics: tuple[str, ...] = Field(min_length=1)


def group_of(service: str) -> str:
    """The consumer group of a service, by which operators know its consumer."""
    return f"grantline.{service}"


def wanted_topics(file: Path = TOPICS_FILE) -> Sequence[Topic]:
    """What the broker must have. Raises ValidationError or YAMLError for a file that is wrong."""
    stated = _Stated.model_validate(yaml.safe_load(file.read_text("utf-8")))
    settings = {name: _text(value) for name, value in stated.settings.items()}
    return [Topic(name, stated.partitions, stated.replication, settings) for name in stated.topics]


def _text(value: str | int | bool) -> str:
    """As the broker writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
