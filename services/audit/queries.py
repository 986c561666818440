"""What may be asked of audit: points in time, filters, and the answers made of them."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from services.audit.history import Wanted, history, is_known, told_of, told_on
from services.audit.replay.project import members_on, replayed
from shared.kernel.canonical import canonical
from shared.kernel.periods import civil_date, from_micros, rfc3339
from shared.kernel.refusals import Fault, NotFound
from shared.runtime.reading import Point
from shared.runtime.web.answers import BadQuery
from shared.runtime.web.pages import BadCursor
from shared.runtime.web.points import NothingKnownYet, point_of
from shared.runtime.web.reading import types_of
from shared.runtime.web.routes import Read, Written

_ORIGIN = re.compile(r"[a-z]{1,30}")
_PLACE = re.compile(r"[0-9]{1,18}")
_HIDDEN = (
    "proposal_stage",
    "proposal_version",
    "evaluation_stage",
    "evaluation_version",
    "agreement_stage",
    "report_accepted",
    "timeline",
    "last_recorded_at",
    "last_position",
    "position",
)
"""Columns that the projection works with and nobody asks for."""


def history_of(read: Read, subject: str) -> Written:
    """One page of a history, made of the stored texts. Raises NotFound, BadQuery, BadCursor."""
    if read.paging.cursor is not None:
        raise BadCursor(Fault("query: cursor", "cursor"))
    after, limit = _after(read.query), read.paging.limit
    wanted = Wanted(
        point=point_of(read.query), types=types_of(read.query), origin=_origin(read.query)
    )
    connection = read.snapshot.connection
    found = history(connection, subject, wanted, after=after, limit=limit + 1)
    if not found and not is_known(connection, subject):
        raise NotFound
    shown_here = found[:limit]
    following = None
    if len(found) > limit:
        asked = {**read.query, "limit": limit, "after": shown_here[-1].position}
        following = f"{read.paging.address}?{urlencode(asked)}"
    events = ",".join(stored.sealed.cloud_event() for stored in shown_here)
    text = f'{{"subject":{canonical(subject)},"events":[{events}],"next":{canonical(following)}}}'
    return Written(text, following)


def _after(query: Mapping[str, str]) -> int:
    place = query.get("after", "0")
    if not _PLACE.fullmatch(place):
        raise BadQuery(Fault("query: after", "whole-number"))
    return int(place)


def _origin(query: Mapping[str, str]) -> str | None:
    origin = query.get("origin")
    if origin is not None and not _ORIGIN.fullmatch(origin):
        raise BadQuery(Fault("query: origin", "invalid"))
    return origin


def state_of(read: Read, project_id: str) -> dict[str, Any]:
    """A project replayed at a point in time. Raises NotFound, NothingKnownYet, BadQuery."""
    point = point_of(read.query)
    known_at, day = point.known_at, point.as_of or civil_date(read.now)
    connection = read.snapshot.connection
    events = list(told_of(connection, project_id, Point(known_at=known_at, as_of=day)))
    if not events:
        raise NothingKnownYet if is_known(connection, project_id) else NotFound
    project = replayed(events)
    streams = [f"organisation-{party}" for party in project.parties]
    # A party's status has civil days of its own inside the events: they are what counts there.
    members = members_on(told_on(connection, streams, Point(known_at=known_at)), day)
    latest = max(told.recorded_at for told in events)
    return {
        "project_id": project_id,
        "position": read.snapshot.position,
        # An owner's clock may be ahead of ours: asked again for this instant, nothing is missing.
        "known_at": rfc3339(known_at or max(read.now, latest)),
        "as_of": day.isoformat(),
        "stage": project.standing.stage,
        "events": project.events,
        "proposal": project.proposal,
        "evaluation": project.evaluation,
        "agreement": project.agreement.on(day),
        "claims": project.claims,
        "money": project.money,
        "members": members,
        "not_read": project.not_read,
    }


def listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a list as it is shown: its working columns left out, its instant readable."""
    kept = {name: value for name, value in row.items() if name not in _HIDDEN}
    return {**kept, "last_event_at": rfc3339(from_micros(row["last_recorded_at"]))}
