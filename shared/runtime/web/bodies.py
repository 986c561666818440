"""Bytes of a body: counted as they arrive, and only JSON is asked for."""

import re
from collections.abc import Awaitable, Callable, Mapping

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from shared.runtime.web.answers import NotJsonType, TooLarge
from shared.runtime.web.forms import Form, reader_of
from shared.runtime.web.incoming import Incoming
from shared.runtime.web.problems import form_refusal

_JSON = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)


class _Empty(Form):
    """Where no form is declared, no body is taken, or an empty object."""


def body_reader(
    form: type[Form] | None, bytes_max: int
) -> Callable[[Request, Incoming], Awaitable[tuple[bytes, Form | None]]]:
    """A function that reads a request's body, and the form in it if one is declared."""
    read = reader_of(form or _Empty)
    empty_allowed = form is None

    async def body_of(request: Request, incoming: Incoming) -> tuple[bytes, Form | None]:
        body = await read_body(request.receive, incoming.headers, bytes_max)
        if empty_allowed and not body:
            return body, None
        require_json(incoming.headers)
        try:
            return body, read(body)
        except ValidationError as faults:
            raise form_refusal(faults, body) from None

    return body_of


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
