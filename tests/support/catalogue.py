"""What the services consist of right now, found by looking and not by a list somebody keeps."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from types import ModuleType
from typing import Any

import services
import shared
from shared.kernel.events import Event, Heard
from shared.kernel.operations import OPERATIONS
from shared.kernel.refusals import Refusal

ROOT = Path(__file__).parents[2]
OPERATIONS_OWNER = "operations"
"""The events that every service records about itself have one home in the kernel."""


def service_names() -> list[str]:
    """Every package under `services/` that has a domain of its own; `main` composes them."""
    return [found.name for found in iter_modules(services.__path__) if found.name != "main"]


def module(service: str, name: str) -> ModuleType | None:
    """One of the modules that every service has, absent where this one needs none."""
    path = ROOT / "services" / service / name
    if not path.with_suffix(".py").exists() and not (path / "__init__.py").exists():
        return None
    return import_module(f"services.{service}.{name}")


@cache
def events() -> Mapping[str, tuple[type[Event], ...]]:
    """Every event by owner, as each owner lists them; audit says nothing of its own."""
    found = {
        service: tuple(getattr(listed, "EVENTS", ()))
        for service in service_names()
        if (listed := module(service, "events")) is not None
    }
    return {**found, OPERATIONS_OWNER: OPERATIONS}


def every_event() -> list[tuple[str, type[Event]]]:
    """Every event with its owner."""
    return [(owner, event) for owner, owned in events().items() for event in owned]


def every_heard() -> list[tuple[str, type[Heard]]]:
    """Every foreign event that a service reads, with the service that reads it."""
    return [
        (service, heard)
        for service in service_names()
        if (inbound := module(service, "inbound")) is not None
        for heard in getattr(inbound, "HEARD", ())
    ]


@cache
def import_everything() -> None:
    """Import every module of ours, so that all subclasses are known."""
    for package in (shared, services):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)


def subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    """All classes of ours below this one."""
    import_everything()
    for child in parent.__subclasses__():
        if child.__module__.startswith(("services.", "shared.")):
            yield child
        yield from subclasses(child)


def refusals() -> list[type[Refusal]]:
    """Every refusal, once."""
    return sorted(set(subclasses(Refusal)), key=lambda refusal: refusal.__qualname__)
