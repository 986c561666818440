"""The only reader of chance: identifiers that are ordered in time (UUIDv7, RFC 9562)."""

import random
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from shared.kernel.periods import to_micros

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


class Ids:
    """Makes identifiers from a clock and a source of random bits, both given."""

    def __init__(self, now: Callable[[], datetime], bits: Callable[[int], int]) -> None:
        self._now = now
        self._bits = bits
        self._last = 0

    @classmethod
    def system(cls, now: Callable[[], datetime]) -> "Ids":
        """Identifiers for production: unpredictable seed, then a fast generator (no secrets)."""
        return cls(now, random.Random(secrets.randbits(256)).getrandbits)

    @classmethod
    def seeded(cls, now: Callable[[], datetime], seed: int) -> "Ids":
        """Identifiers that are the same in every run with this seed."""
        return cls(now, random.Random(seed).getrandbits)

    def uuid7(self) -> str:
        """A new UUIDv7 for now; later ones of one process sort after earlier ones."""
        self._last = max(self._last + 1, to_micros(self._now()))
        return self.uuid7_at(self._last)

    def uuid7_at(self, micros: int) -> str:
        """The UUIDv7 of an instant; the sub-millisecond part keeps the order of microseconds."""
        millis, rest = divmod(micros, 1000)
        number = millis << 80 | _VERSION_7 | (rest * 4096 // 1000) << 64 | _VARIANT | self._bits(62)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def new(self, prefix: str) -> str:
        """An identifier of the interface: `prj_` or `org_` and the 32 hex digits of a UUIDv7."""
        return f"{prefix}_{self.uuid7().replace('-', '')}"


def derived(event_id: str, policy: str, number: int) -> str:
    """The id of a policy's command: uuid5(event id, policy, n), the same at every delivery."""
    return str(uuid.uuid5(uuid.UUID(event_id), f"{policy}/{number}"))
