"""Points in time: `as_of`, what was true by a day, `known_at`, what was known then; who sees it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from shared.kernel.commands import READERS, Actor
from shared.kernel.periods import parse_instant
from shared.kernel.refusals import Fault, NotFound, Refusal
from shared.runtime.reading import Point, ToldInPart
from shared.runtime.web.answers import BadQuery

POINT = ("as_of", "known_at")
"""The parameters of a query that name a point in time."""
EVERYTHING = Actor(person="nobody", roles=READERS)
"""Whoever would see all of it: what is hidden from others shows by the difference."""
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


class NothingKnownYet(NotFound):
    """Nothing was known of this by then, or true by that day; ask for a later point in time."""

    french = "Rien n'en était connu ou en vigueur à ce moment; demandez un moment ultérieur."


def point_of(query: Mapping[str, str]) -> Point:
    """The point in time asked for. Raises BadQuery."""
    return Point(known_at=_known_at(query), as_of=day_of(query, "as_of"))


def _known_at(query: Mapping[str, str]) -> datetime | None:
    """An instant: RFC 3339 with an offset."""
    if "known_at" not in query:
        return None
    try:
        return parse_instant(query["known_at"])
    except (ValueError, OverflowError):
        raise BadQuery(Fault("query: known_at", "instant-with-offset")) from None


def day_of(query: Mapping[str, str], name: str) -> date | None:
    """A civil day such as 2020-07-20, of this century; absent if not asked. Raises BadQuery."""
    if name not in query:
        return None
    try:
        if not _DAY.fullmatch(query[name]):
            raise ValueError("a civil day of this century")
        return date.fromisoformat(query[name])
    except ValueError:
        raise BadQuery(Fault(f"query: {name}", "civil-date")) from None


def past(
    show: Callable[[Any, Actor], Mapping[str, Any]],
    then: Any | None,
    seen: Mapping[str, Any],
    whole: Mapping[str, Any],
) -> Mapping[str, Any]:
    """A state of the past, as far as who asks sees the present (`seen` of the `whole`).

    Who may see it is decided today: who has left sees nothing any more, who came since sees what
    was before. Raises NothingKnownYet, or ToldInPart where a state with holes cannot be shown.
    """
    if then is None:
        raise NothingKnownYet
    try:
        shown_then = show(then, EVERYTHING)
    except NotFound:
        raise NothingKnownYet from None
    except Refusal:
        raise
    except Exception as fault:
        raise ToldInPart from fault
    return _as_far(shown_then, seen, whole)


def _as_far(then: Mapping[str, Any], seen: Any, whole: Any) -> Mapping[str, Any]:
    if seen == whole:
        return then
    allowed: dict[str, Any] = {}
    for name, value in then.items():
        if name not in seen:
            continue
        if seen[name] == whole[name]:
            allowed[name] = value
        elif all(isinstance(each, Mapping) for each in (value, seen[name], whole[name])):
            allowed[name] = _as_far(value, seen[name], whole[name])
    return allowed
