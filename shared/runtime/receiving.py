"""Foreign messages come in: known already, journaled, waiting for what is missing, or parked.

A message that cannot be taken in is parked with the reason, and later ones of its subject wait
behind it, in their order; all others go on. When the fault is mended (a good copy arrives, the
message is tried again after a repair, or two persons give it up), those behind follow.
"""

import re
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.envelope import BrokenEvent, Envelope, Sealed, open_sealed
from shared.kernel.refusals import Refusal
from shared.runtime.deciding import Deciding, Diverged
from shared.runtime.delivery import Delivery
from shared.runtime.drafts import Draft
from shared.runtime.journal import Waiting
from shared.runtime.new_ids import Ids
from shared.runtime.parked import MessageNotKept, Parked, State

log = structlog.get_logger()

TOO_LARGE = "too-large"
_LOOKED_UP = re.compile(r'"(stream|causationid)":"([^"\\]*)"')
NOT_STORABLE = "not-storable"


class _Todo(NamedTuple):
    delivery: Delivery
    earlier: Parked | None = None
    """Where it was parked before."""
    counted: bool = False
    """Whether its sequence has been counted as arrived before, and rightly so."""


class Receiving:
    """Turns deliveries into drafts, for one service."""

    def __init__(self, deciding: Deciding, ids: Ids) -> None:
        self.deciding = deciding
        self._ids = ids

    def take(self, group: Draft, delivery: Delivery, received_at: int) -> None:
        """Take one message in, and whatever it sets free; what cannot be taken in is parked.

        Raises SQLAlchemyError, when it is the store that fails and not the message.
        """
        self._take_all(group, [_Todo(delivery)], received_at)

    def _take_all(self, group: Draft, todo: list[_Todo], received_at: int) -> None:
        left = deque(todo)
        while left:
            each = left.popleft()
            above = group.above()
            try:
                free = self._take(above, each, received_at)
            except SQLAlchemyError:
                raise
            except Exception as fault:
                above, free = group.above(), []
                self._park(above, each, ("parked", reason_of(fault)), received_at)
            group.keep(above)
            left.extend(free)

    def _take(self, draft: Draft, todo: _Todo, received_at: int) -> list[_Todo]:
        sealed = todo.delivery.sealed
        if sealed is None:
            raise NoEvent(todo.delivery.reason)
        envelope = open_sealed(sealed)
        if aside := draft.parked(envelope.subject):
            if any(row.delivery.sealed == sealed for row in aside):
                return []
            if self._stands_behind(draft, envelope, aside):
                if not self._is_journaled(draft, envelope, sealed):
                    self._park(draft, todo, ("behind", ""), received_at)
                return []
        seen = not todo.counted and draft.below.has_arrived(envelope.origin, envelope.sequence)
        free = self.deciding.received(draft, envelope, sealed, received_at)
        if seen:
            self._check_same(draft)
        released = [_Todo(_delivery_of(held), counted=True) for held in free]
        return [*released, *self._behind(draft, envelope.subject)]

    def _stands_behind(self, draft: Draft, envelope: Envelope, aside: list[Parked]) -> bool:
        """Whether something of its subject stands before it, once it has taken its own place.

        A good copy takes the place of a broken one that claims to be the same event.
        """
        for row in aside:
            broken = row.sequence is None and row.state != "skipped"
            if broken and row.event_id == envelope.event_id:
                draft.batch.parks[row.parked_id] = None
        return any(row.state == "parked" for row in draft.parked(envelope.subject))

    def _is_journaled(self, draft: Draft, envelope: Envelope, sealed: Sealed) -> bool:
        found = draft.hash_at(envelope.stream, envelope.version)
        if found is not None and found != sealed.hash:
            raise Diverged
        return found is not None

    def _check_same(self, draft: Draft) -> None:
        """One sequence of an origin is one event: seen before, it can only be the same again."""
        waits = {held.hash: held.waits_for for held in draft.batch.waits.values() if held}
        known = {held.hash for held in draft.below.waiting_for([*waits.values()])}
        if draft.batch.lines or not waits.keys() <= known:
            raise Diverged

    def _behind(self, draft: Draft, subject: str) -> list[_Todo]:
        """Those that waited behind what is no longer at fault, taken from the shelf."""
        rows = draft.parked(subject)
        if any(row.state == "parked" for row in rows):
            return []
        free = [row for row in rows if row.state == "behind"]
        draft.batch.parks.update((row.parked_id, None) for row in free)
        return [_Todo(row.delivery, row, counted=True) for row in free]

    def _park(self, draft: Draft, todo: _Todo, why: tuple[State, str], received_at: int) -> None:
        state, reason = why
        delivery, earlier = todo.delivery, todo.earlier
        sealed, sequence = delivery.sealed, None
        origin, event_id, subject = delivery.origin, delivery.event_id, delivery.subject
        if opened := _opened(sealed):
            origin, event_id, subject = opened.origin, opened.event_id, opened.subject
            if origin in self.deciding.domain.hears:
                sequence = opened.sequence
                draft.arrived[origin, sequence] = None
        if earlier is None and any(row.place == delivery.place for row in draft.parked(subject)):
            return
        row = Parked(
            parked_id=earlier.parked_id if earlier else self._ids.uuid7(),
            place=delivery.place,
            origin=origin,
            subject=subject,
            event_id=event_id,
            sequence=sequence,
            state=state,
            reason=reason,
            attempts=earlier.attempts + 1 if earlier else 0,
            parked_at=earlier.parked_at if earlier else received_at,
            envelope=sealed.envelope if sealed else None,
            body=sealed.body if sealed else None,
            hash=sealed.hash if sealed else None,
            raw=delivery.raw,
        )
        draft.batch.parks[row.parked_id] = row
        if state == "parked":
            service = self.deciding.domain.service
            log.error("message-parked", service=service, error=reason)

    def retry(self, draft: Draft, row: Parked, *, whole: bool, received_at: int) -> None:
        """Try a parked message again, or all of its subject in their order.

        Raises MessageNotKept where there is nothing left to try.
        """
        rows = draft.parked(row.subject)
        again = [each for each in rows if each.state != "skipped"] if whole else [row]
        if any(each.envelope is None and each.reason == TOO_LARGE for each in again):
            raise MessageNotKept
        for each in again:
            draft.batch.parks[each.parked_id] = None
        todo = [_Todo(each.delivery, each, counted=True) for each in again]
        self._take_all(draft, todo, received_at)

    def skip(self, draft: Draft, row: Parked, received_at: int) -> None:
        """Give a message up, keep it for the record, and let those behind it go on."""
        draft.batch.parks[row.parked_id] = row._replace(state="skipped")
        above = draft.above()
        self._take_all(above, self._behind(above, row.subject), received_at)
        draft.keep(above)


class NoEvent(Exception):
    """What arrived is no event; its argument is the reason's code."""


def reason_of(fault: Exception) -> str:
    """The code under which a fault is shown; nothing of its text, which may hold content."""
    match fault:
        case NoEvent():
            return str(fault)
        case Refusal():
            return fault.code()
        case ValidationError():
            return "unreadable-body"
        case LookupError():
            return "unknown-schema"
        case _:
            return f"handler-failed-{type(fault).__name__}"


def _delivery_of(held: Waiting) -> Delivery:
    return Delivery(held.origin, "", f"{held.origin}@{held.sequence}", held.sealed)


def _opened(sealed: Sealed | None) -> Envelope | None:
    """The envelope, if there is one and its seal is whole."""
    try:
        return open_sealed(sealed) if sealed else None
    except BrokenEvent:
        return None


def not_storable(message: Delivery) -> Delivery:
    """A message that the store does not take, such as one whose id another event has."""
    assert message.sealed is not None, "what is no event is parked as it is"
    opened = open_sealed(message.sealed)
    return Delivery(
        opened.origin,
        opened.subject,
        message.place,
        None,
        event_id=opened.event_id,
        reason=NOT_STORABLE,
        raw=message.sealed.cloud_event(),
    )


def foreseen(messages: Sequence[Delivery]) -> tuple[list[str], list[str]]:
    """The streams and the causes that these will be looked up by, without opening any."""
    found: dict[str, list[str]] = {"stream": [], "causationid": []}
    for message in messages:
        if message.sealed is not None:
            for name, value in _LOOKED_UP.findall(message.sealed.envelope):
                found[name].append(value)
    return found["stream"], found["causationid"]
