"""Bytes of a body: counted as they arrive, and only JSON is asked for."""

import re
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from shared.runtime.web.answers import NotJsonType, TooLarge

_JSON = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)


async def read_body(receive: Receive, headers: Mapping[bytes, str], bytes_max: int) -> bytes:
    """The whole body. Raises TooLarge as soon as more is announced or received."""
    announced = headers.get(b"content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > bytes_max):
        raise TooLarge(bytes_max=bytes_max)
    parts: list[bytes] = []
    received = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        part = message.get("body", b"")
        received += len(part)
        if received > bytes_max:
            raise TooLarge(bytes_max=bytes_max)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def require_json(headers: Mapping[bytes, str]) -> None:
    """Refuse a body that says it is something else. Raises NotJsonType."""
    sent_as = headers.get(b"content-type", "")
    if not _JSON.fullmatch(sent_as) or headers.get(b"content-encoding", "identity") != "identity":
        raise NotJsonType
