"""Who may use a route and what its path may say: decided from tables made before the start."""

import re
from collections.abc import Mapping

from starlette.requests import Request

from shared.kernel.commands import Actor
from shared.kernel.refusals import NotFound
from shared.runtime.web.answers import RoleMissing
from shared.runtime.web.routes import Access
from shared.runtime.web.tokens import ROLES

_ORGANISATION = r"org_[0-9a-f]{32}"
_PROJECT = r"prj_[0-9a-f]{32}"
_PATTERNS = {
    "project_id": re.compile(_PROJECT),
    "organisation_id": re.compile(_ORGANISATION),
    "affiliate_id": re.compile(_ORGANISATION),
    "claim_id": re.compile(rf"{_PROJECT}\.{_ORGANISATION}\.20[0-9]{{2}}-[0-9]{{2}}Q[1-4]"),
    "envelope_id": re.compile(r"[a-z0-9][a-z0-9._-]{0,63}"),
}
"""What an identifier of this name must look like; others are printable texts."""
TEXT_MAX = 200


class NoPolicy(ValueError):
    """A route names an action for which nobody says who may take it."""


def roles_for(access: Access, action: str) -> frozenset[str]:
    """The roles that may take an action. Raises NoPolicy if none is named or one is unknown."""
    roles = frozenset(access.get(action, ()))
    if not roles:
        raise NoPolicy(f"{action}: nobody may do this; name its roles")
    if not roles <= ROLES:
        raise NoPolicy(f"{action}: unknown roles {sorted(roles - ROLES)}")
    return roles


def permit(actor: Actor, roles: frozenset[str]) -> None:
    """Let pass who has one of the roles. Raises RoleMissing."""
    if actor.roles.isdisjoint(roles):
        raise RoleMissing


def path_of(request: Request) -> Mapping[str, str]:
    """The parameters in the path. Raises NotFound for what cannot be the name of anything."""
    path: dict[str, str] = request.scope["path_params"]
    for name, value in path.items():
        pattern = _PATTERNS.get(name)
        fits = pattern.fullmatch(value) if pattern else _printable(value)
        if not fits:
            raise NotFound
    return path


def _printable(value: str) -> bool:
    return len(value) <= TEXT_MAX and value.isprintable()
