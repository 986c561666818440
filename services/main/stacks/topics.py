"""The topics that every stack makes, read from the one file that states them."""

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shared.runtime.topics import Topic

TOPICS_FILE = Path(__file__).parents[3] / "deploy" / "topics.yaml"


class _Stated(BaseModel):
    """The file's shape; a name that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partitions: int = Field(ge=1)
    replication: int = Field(ge=1)
    settings: dict[str, str | int | bool]
    topics: tuple[str, ...] = Field(min_length=1)


def wanted_topics(file: Path = TOPICS_FILE) -> Sequence[Topic]:
    """What the broker must have. Raises ValidationError or YAMLError for a file that is wrong."""
    stated = _Stated.model_validate(yaml.safe_load(file.read_text("utf-8")))
    settings = {name: _text(value) for name, value in stated.settings.items()}
    return [Topic(name, stated.partitions, stated.replication, settings) for name in stated.topics]


def _text(value: str | int | bool) -> str:
    """As the broker writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
