"""What a topic must be, as whoever makes or checks topics is told."""

from collections.abc import Mapping
from dataclasses import dataclass


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
