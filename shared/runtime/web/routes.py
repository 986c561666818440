"""How a service declares its interface: who may do what, under which path, with which body."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar, get_type_hints

from shared.kernel.commands import Actor
from shared.runtime.vault import Kept
from shared.runtime.web.forms import Form
from shared.runtime.web.pages import Page, Read, Written

__all__ = ["Api", "Ask", "Form", "Page", "Read", "Written"]

PREFIX = "/v1"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")

Show: TypeAlias = Callable[[Any, Actor], Mapping[str, Any]]
"""How a state looks to a person; raises NotFound when this person may not know of it."""
Access: TypeAlias = Mapping[str, Collection[str]]
"""By action, the roles that may take it; whoever is not named may not."""

H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Keeping:
    """What of a body is confidential: of which subject, by the path, and which text."""

    subject: Callable[[Mapping[str, str]], str]
    content: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Whose key is destroyed once the command is recorded, by the path.

    Only while the stream's state says so: a request that is repeated long after must not destroy
    the key of what was stated since.
    """

    subject: Callable[[Mapping[str, str]], str]
    erased: Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a request says besides its body."""

    by: Actor
    now: datetime
    """When it was asked, UTC."""
    effective_at: datetime
    """When it is true in business, UTC: the header `Effective-At`, else now (X5)."""
    path: Mapping[str, str]
    new_id: Callable[[str], str]
    """`new_id("prj")` makes the identifier of something new."""
    kept: Kept | None = None
    """What the vault kept of the body, where the route says so."""

    @property
    def who(self) -> dict[str, Any]:
        """The fields that every command has."""
        return {"by": self.by, "now": self.now, "effective_at": self.effective_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What all routes have."""

    path: str
    """With the prefix, as a template."""
    action: str
    handler: Callable[..., Any]

    @property
    def name(self) -> str:
        """The operation's id: the function's name."""
        return self.handler.__name__

    @property
    def parameters(self) -> Sequence[str]:
        """The names in the path."""
        return _PARAMETER.findall(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRoute(Route):
    """A form in, a command out; answered with the new state of the command's first stream."""

    method: str
    status: int
    form: type[Form] | None
    vault: "Keeping | Forgetting | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRoute(Route):
    """One stream's folded state."""

    stream: str
    """A template over the path's parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoute(Route):
    """A function over one snapshot: a GET, or a POST that asks with a body and records nothing."""

    query: Sequence[str] = ()
    method: str = "GET"
    form: type[Form] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The declarations of one service; `app.mount` makes the application of them."""

    service: str
    access: Access
    show: Mapping[str, Show]
    routes: list[Route] = field(default_factory=list)

    def __init__(
        self, service: str, *, access: Access, show: Mapping[str, Show] | None = None
    ) -> None:
        object.__setattr__(self, "service", service)
        object.__setattr__(self, "access", access)
        object.__setattr__(self, "show", show or {})
        object.__setattr__(self, "routes", [])

    def command(
        self,
        method: str,
        path: str,
        *,
        action: str,
        status: int = 200,
        vault: Keeping | Forgetting | None = None,
    ) -> Callable[[H], H]:
        """Declare `def f(form: SomeForm, ask: Ask) -> SomeCommand`, or `def f(ask: Ask)`.

        With `vault`, confidential content of the body is kept there first (`ask.kept`), or a
        subject's key is destroyed afterwards (X8).
        """
        if method not in ("POST", "PUT"):
            raise ValueError(f"{method} {path}: a command is a POST or a PUT")

        def declare(handler: H) -> H:
            self.routes.append(
                CommandRoute(
                    path=PREFIX + path,
                    action=action,
                    handler=handler,
                    method=method,
                    status=status,
                    form=_form_of(handler),
                    vault=vault,
                )
            )
            return handler

        return declare

    def resource(self, path: str, *, stream: str, action: str) -> Callable[[H], H]:
        """Declare the GET of one stream's state; the function has a docstring and no body."""

        def declare(handler: H) -> H:
            self.routes.append(
                ResourceRoute(path=PREFIX + path, action=action, handler=handler, stream=stream)
            )
            return handler

        return declare

    def read(self, path: str, *, action: str, query: Sequence[str] = ()) -> Callable[[H], H]:
        """Declare `def f(read: Read) -> Page`, or one that returns a mapping, or `Written`.

        `limit` and `cursor` are understood by every read.
        """

        def declare(handler: H) -> H:
            self.routes.append(
                ReadRoute(path=PREFIX + path, action=action, handler=handler, query=tuple(query))
            )
            return handler

        return declare

    def question(self, path: str, *, action: str) -> Callable[[H], H]:
        """Declare `def f(form: SomeForm, read: Read)`, or `def f(read: Read)`, for a POST.

        It is a read: it takes no idempotency key, and nothing is recorded.
        """

        def declare(handler: H) -> H:
            self.routes.append(
                ReadRoute(
                    path=PREFIX + path,
                    action=action,
                    handler=handler,
                    method="POST",
                    form=_form_of(handler, "read"),
                )
            )
            return handler

        return declare


def _form_of(handler: Callable[..., Any], last: str = "ask") -> type[Form] | None:
    names = list(inspect.signature(handler).parameters)
    if names == [last]:
        return None
    if names != ["form", last]:
        raise TypeError(f"{handler.__name__} takes (form, {last}) or ({last})")
    form = get_type_hints(handler)["form"]
    if not (isinstance(form, type) and issubclass(form, Form)):
        raise TypeError(f"{handler.__name__}: form is no Form")
    return form
