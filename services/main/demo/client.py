"""One external system's side of the interface: tokens, keys, positions, and no other knowledge."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

_POSITION = re.compile(r"([a-z]+)=([0-9]+)")
WAITS_MAX = 12
"""Rounds of waiting, five seconds each, for one service to hear what others said."""


class Refused(Exception):
    """The system said no where the story expects yes."""

    def __init__(self, method: str, path: str, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.problem: Mapping[str, Any] = answer.json() if answer.content else {}
        super().__init__(f"{method} {path}: {self.status} {self.problem}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role; applicants belong to an organisation."""

    name: str
    role: str
    organisation_id: str | None = None


@dataclass(slots=True)
class Client:
    """Sends commands with keys of its own and reads after what it has written."""

    http: httpx.AsyncClient
    token_of: Callable[[Person], str]
    run: str
    """A name for this run: the same run sends the same keys."""
    positions: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    _tokens: dict[Person, str] = field(default_factory=dict)

    async def command(
        self,
        person: Person,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        on: date | None = None,
        method: str = "POST",
    ) -> Mapping[str, Any]:
        """Ask for something as of a civil day. Raises Refused."""
        self.requests += 1
        headers = {
            **self._authorised(person),
            "Idempotency-Key": str(uuid5(NAMESPACE_URL, f"{self.run}/{self.requests}")),
        }
        if on is not None:
            headers["Effective-At"] = datetime.combine(on, time(17), UTC).isoformat()
        answer = await self.http.request(method, path, json=body or {}, headers=headers)
        if answer.is_error:
            raise Refused(method, path, answer)
        self._note(answer)
        found: Mapping[str, Any] = answer.json()
        return found

    async def read(self, person: Person, path: str, *, after: str = "") -> Mapping[str, Any]:
        """Read a view that has folded everything written so far by the services named in `after`.

        Raises Refused.
        """
        wanted = [
            f"{name}={self.positions[name]}" for name in after.split() if name in self.positions
        ]
        headers = self._authorised(person)
        if wanted:
            headers |= {"Min-Event-Position": ", ".join(wanted), "Prefer": "wait=5"}
        for _ in range(WAITS_MAX):
            self.requests += 1
            answer = await self.http.get(path, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        if answer.is_error:
            raise Refused("GET", path, answer)
        found: Mapping[str, Any] = answer.json()
        return found

    def _authorised(self, person: Person) -> dict[str, str]:
        if person not in self._tokens:
            self._tokens[person] = self.token_of(person)
        return {"Authorization": f"Bearer {self._tokens[person]}"}

    def _note(self, answer: httpx.Response) -> None:
        for service, sequence in _POSITION.findall(answer.headers.get("Event-Position", "")):
            self.positions[service] = max(self.positions.get(service, 0), int(sequence))
