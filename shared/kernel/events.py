"""What was recorded and what is heard: immutable facts, each known by one name for ever."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.kernel.canonical import canonical


class Fact(BaseModel):
    """A frozen, strict piece of data: no unknown fields, no guessing of types, no echo of input."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class Event(Fact):
    """One thing that happened, as its owner records it.

    The name is chosen once and never follows a renamed class; `schema_version` grows only with a
    replaced shape, for which the owner keeps an upcaster. A fold reads these fields and nothing
    else, so whatever a rule needs later (a person, a civil date) is a field of the event.
    """

    event_name: ClassVar[str]
    schema_version: ClassVar[int]

    def __init_subclass__(cls, *, name: str = "", schema: int = 1, **options: Any) -> None:
        super().__init_subclass__(**options)
        if name:
            cls.event_name, cls.schema_version = name, schema


class Heard(BaseModel):
    """Another service's event, with only the fields that this service reads."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    origin: ClassVar[str]
    event_name: ClassVar[str]
    schema_version: ClassVar[int]

    def __init_subclass__(
        cls, *, origin: str = "", name: str = "", schema: int = 1, **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        if name:
            cls.origin, cls.event_name, cls.schema_version = origin, name, schema


def body_of(event: Event) -> str:
    """The event's data as canonical JSON: every field of it, what is absent as null.

    Left out, an absent field could not be told from one that an older release did not have.
    """
    return canonical(event.model_dump(mode="json"))


def wire_type(service: str, name: str, schema: int) -> str:
    """The CloudEvents type: `grantline.<service>.<EventName>.v<schema>`."""
    return f"grantline.{service}.{name}.v{schema}"


def by_wire_type(
    service: str, own: Iterable[type[Event]], heard: Iterable[type[Heard]] = ()
) -> Mapping[str, type[Event] | type[Heard]]:
    """Every type that a service can read, old schema versions too, by its name on the wire.

    Raises ValueError when two classes have one name.
    """
    owned: list[tuple[str, type[Event] | type[Heard]]] = [(service, event) for event in own]
    foreign: list[tuple[str, type[Event] | type[Heard]]] = [
        (event.origin, event) for event in heard
    ]
    known: dict[str, type[Event] | type[Heard]] = {}
    for owner, event in [*owned, *foreign]:
        for schema in range(1, event.schema_version + 1):
            if known.setdefault(wire_type(owner, event.event_name, schema), event) is not event:
                raise ValueError(f"two classes are named {event.event_name}")
    return known
