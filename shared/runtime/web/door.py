"""How a service in a process of its own learns that it is asked through a front door."""

from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX_HEADER = b"x-forwarded-prefix"


class BehindDoor:
    """Gives addresses as the front door's caller sees them, below the service's name.

    Only a service's own name is taken: nobody can write another address into an answer.
    """

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._prefix = f"/{name}"
        self._header = PREFIX_HEADER, self._prefix.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as if the application were mounted where the door says it is."""
        if scope["type"] == "http" and self._header in scope["headers"]:
            scope = {**scope, "root_path": self._prefix, "path": self._prefix + scope["path"]}
        await self._app(scope, receive, send)
