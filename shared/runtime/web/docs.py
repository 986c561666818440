"""The page that shows the interface, from files of ours alone: no other host is asked."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from shared.runtime.web.answers import NoRoute

FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}
_SHOWN = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "init.js"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No inline script, no foreign source, no frame."""
_HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "max-age=3600",
}


async def show_docs(_: Request) -> Response:
    """The page itself."""
    return _file("docs.html")


async def show_asset(request: Request) -> Response:
    """A file of the page."""
    name = request.path_params["name"]
    if name not in _SHOWN:
        raise NoRoute
    return _file(name)


def _file(name: str) -> Response:
    return Response(_read(name), headers=_HEADERS, media_type=_TYPES[Path(name).suffix])


@cache
def _read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
