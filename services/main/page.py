"""The page at `/`: where the services are."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse


def front_page(names: Sequence[str], kind: str) -> Callable[[Request], Awaitable[HTMLResponse]]:
    """The route that shows the page; `kind` says in one sentence how the services run."""
    rows = "".join(
        f"<li>{escape(name)}: <a href='/{name}/docs'>interface</a>, "
        f"<a href='/{name}/asyncapi.json'>events</a>, <a href='/{name}/readyz'>health</a></li>"
        for name in names
    )
    page = (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Grantline</title>"
        f"<h1>Grantline</h1><p>{escape(kind)}</p><ul>{rows}</ul></html>"
    )

    async def show_page(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'self'"})

    return show_page
