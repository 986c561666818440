"""What a transport hands over: one message, be it an event or not."""

from typing import NamedTuple

from shared.kernel.envelope import Sealed


class Delivery(NamedTuple):
    """One message as it was handed over; nothing in it is checked yet."""

    origin: str
    subject: str
    """Of the message: its key, which puts it behind others of the same subject."""
    place: str
    """Where it was found: topic/partition@offset, or origin@sequence."""
    sealed: Sealed | None
    event_id: str = ""
    """The id that it claims."""
    reason: str = ""
    """Where there is no event: why not."""
    raw: str | None = None
    """Where there is no event: what came instead, to be looked at by a person."""
