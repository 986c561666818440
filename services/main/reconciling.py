"""Whether receivers hold what owners said: stream by stream, and what to do where they do not."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from services.main.asking import found
from services.main.checkup import SERVICES

PAGE = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """One owner's streams as one receiver holds them."""

    owner: str
    receiver: str
    streams: int
    missing: int
    """Streams of which the receiver lacks the end, or all."""
    ahead: int
    """Streams of which the receiver has more than their owner: it was restored from a backup."""
    diverged: int
    """Streams whose heads differ at one version: one side was tampered with, or restored."""
    republished_after: int | None
    """The sequence after which the owner was told to publish again; nothing if it need not."""

    @property
    def sound(self) -> bool:
        """Whether nothing contradicts; what is missing is on its way."""
        return not self.ahead and not self.diverged


async def reconciled(
    client: httpx.AsyncClient, reason: str, new_key: Callable[[], str]
) -> Sequence[Compared]:
    """Compare each owner with each of its receivers, and have published again what is missing."""
    reached: dict[tuple[str, str], int] = {}
    for receiver in SERVICES:
        for consumer in found(await client.get(f"/{receiver}/v1/consumers"))["items"]:
            for origin in consumer["origins"]:
                reached[origin["origin"], receiver] = origin["reached"]
    compared: list[Compared] = []
    for owner in SERVICES:
        receivers = sorted(receiver for origin, receiver in reached if origin == owner)
        own = await _heads(client, owner, owner) if receivers else {}
        results = [
            _compare(owner, receiver, own, await _heads(client, receiver, owner))
            for receiver in receivers
        ]
        behind = [reached[owner, each.receiver] for each in results if each.missing]
        if behind:
            body = {"after": min(behind), "reason": reason}
            headers = {"Idempotency-Key": new_key()}
            found(await client.post(f"/{owner}/v1/republications", json=body, headers=headers))
        compared += [
            replace(each, republished_after=min(behind)) if each.missing else each
            for each in results
        ]
    return compared


def _compare(
    owner: str, receiver: str, own: Mapping[str, Any], held: Mapping[str, Any]
) -> Compared:
    missing = sum(stream not in held or held[stream][0] < own[stream][0] for stream in own)
    ahead = sum(stream not in own or held[stream][0] > own[stream][0] for stream in held)
    same = [stream for stream in own if stream in held and held[stream][0] == own[stream][0]]
    diverged = sum(held[stream][1] != own[stream][1] for stream in same)
    return Compared(owner, receiver, len(own), missing, ahead, diverged, None)


async def _heads(client: httpx.AsyncClient, service: str, origin: str) -> dict[str, Any]:
    """By stream of one owner, version and hash of its head as this service holds it."""
    return {
        head["stream"]: (head["version"], head["hash"])
        async for head in _pages(client, f"/{service}/v1/heads?origin={origin}&limit={PAGE}")
    }


async def _pages(client: httpx.AsyncClient, path: str | None) -> AsyncIterator[Any]:
    while path:
        page = found(await client.get(path))
        for head in page["items"]:
            yield head
        path = page["next"]
