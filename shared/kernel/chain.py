"""The hash of an event and its link to the one before it in the same stream (`design.md` 3)."""

from hashlib import sha256

NO_HASH = "0" * 64
"""What the first event of a stream names as its predecessor."""


def event_hash(envelope: bytes, body: bytes) -> str:
    """SHA-256 of the envelope's length (8 bytes, big-endian), the envelope, and the body."""
    return sha256(len(envelope).to_bytes(8, "big") + envelope + body).hexdigest()
