"""Old shapes of events, brought to the newest one when read; stored bytes never change."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]
Upcasters: TypeAlias = Mapping[tuple[str, int], Callable[[Body], Body]]
"""By event name and old schema version: the step to the next version."""


def upcast(body: Body, name: str, schema: int, newest: int, steps: Upcasters) -> Body:
    """Bring a body from its schema version to the newest, one pure step at a time.

    Raises LookupError when a step is missing or the body comes from a future version.
    """
    if schema > newest:
        raise LookupError(f"{name} v{schema} is newer than this release reads (v{newest})")
    while schema < newest:
        body = steps[name, schema](body)
        schema += 1
    return body
