"""`python -m tests.faults.mixed --seconds 60 --seed 1`: everything fails at once, and heals.

Clients ask while services, broker and database are killed, stopped and cut off; then the faults
end, and within half a minute nothing may be unknown, unseen or on its way any more. The figures
are printed as JSON. With `--planted BUG,…` these bugs must be found: 0 if each shows a sign.
"""

import argparse
import asyncio
import json
import logging
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from shared.runtime.service import Service
from shared.runtime.transport import LocalTransport
from tests.faults.asking import Asking
from tests.faults.checker import Anomaly
from tests.faults.ends import anomalies_of
from tests.faults.haunting import Habit, Haunting, Mortal
from tests.faults.history import Poll
from tests.faults.lives import TOYS, Ask, at_work
from tests.faults.planted_mixed import PLANTED
from tests.faults.proxy import plan
from tests.faults.stage import PROCESSES, Stage
from tests.faults.toys import Line

CLIENTS = 96
"""So many that a slow machine commits large groups, and a fast one is not overrun."""
TRIES = 12
"""After which a client goes on, and the operation stays unknown until all has healed."""
ANSWER_SECONDS = 4.0
PACE_SECONDS = 0.3
HEAL_SECONDS = 30.0
"""I10: when the faults are over, all is quiet within this."""
SERVICE = Habit(alive=(1.5, 6), work=30, dead=(0, 0.5), paused=(2.5, 5), pauses=0.3)
POSTGRES = Habit(alive=(2, 6), work=60, dead=(0, 1), paused=(0.5, 3), pauses=0.1)
BROKER = Habit(alive=(1, 5), work=30, dead=(0, 1), paused=(0.5, 3), pauses=0.1)


class Mixed:
    """One campaign."""

    def __init__(self, stage: Stage, seed: int, spared: frozenset[str]) -> None:
        self.stage = stage
        self.seed = seed
        self.spared = spared
        self.asking = Asking(seed)
        self.polls: list[Poll] = []
        self.anomalies: list[Anomaly] = []
        self.figures: dict[str, Any] = {}
        self.errors: Counter[str] = Counter()
        self._haunting = Haunting(seed, lambda: self.asking.acknowledged)
        self._over = asyncio.Event()

    async def run(self, seconds: float, kills: int) -> None:
        """Work under faults, heal, be quiet, and be looked at."""
        await self.stage.start()
        await self._resolve(self.asking.first(), monotonic() + HEAL_SECONDS)
        work = [asyncio.create_task(self._client()) for _ in range(CLIENTS)]
        work += [asyncio.create_task(self._reader(name)) for name in ("ledger", "witness")]
        work.append(asyncio.create_task(self._rebuilder()))
        await self._faults(seconds, kills)
        self._over.set()
        await asyncio.gather(*work)
        await self._heal()
        self.stage.leave()
        await asyncio.to_thread(self._look)

    async def _faults(self, seconds: float, kills: int) -> None:
        """So long, and until both servers were killed so often."""
        habits = {**dict.fromkeys(PROCESSES, SERVICE), "postgres": POSTGRES, "kafka": BROKER}
        mortals: dict[str, Mortal] = {
            **self.stage.toys, "postgres": self.stage.postgres, "kafka": self.stage.kafka,
        }  # fmt: skip
        haunts = [
            asyncio.create_task(self._haunting.haunt(name, mortals[name], habit))
            for name, habit in habits.items()
            if name not in self.spared
        ]
        cuts = [
            asyncio.create_task(proxy.misbehave(plan(self.seed + number)))
            for number, (name, proxy) in enumerate(self.stage.proxies.items())
            if name not in self.spared
        ]
        end = monotonic() + seconds
        while monotonic() < end or self._fewest_kills() < kills:
            for haunt in haunts:
                if haunt.done():
                    haunt.result()
            await asyncio.sleep(0.1)
        for cut in cuts:
            cut.cancel()
        self._haunting.end()
        await asyncio.gather(*haunts)

    def _fewest_kills(self) -> int:
        happened = self._haunting.happened
        return min(happened["killed kafka"], happened["killed postgres"])

    async def _heal(self) -> None:
        began, seconds = monotonic(), HEAL_SECONDS
        unknown = self.asking.unknown()
        left = await self._resolve(unknown, began + seconds)
        while (moving := await asyncio.to_thread(self.stage.moving)) and (
            monotonic() < began + seconds
        ):
            await asyncio.sleep(0.1)
        self.figures |= {"unknown_at_the_end": len(unknown), "quiet_after": monotonic() - began}
        self.anomalies += [Anomaly("never known", ask.key) for ask in left]
        self.anomalies += moving

    async def _resolve(self, asks: Sequence[Ask], deadline: float) -> Sequence[Ask]:
        """Ask again until nothing is unknown; what stays unknown at the deadline."""
        left = list(asks)

        async def work() -> None:
            with self._lines("ledger") as lines:
                while left and monotonic() < deadline:
                    ask = left.pop()
                    if not await self._attempt(ask, lines):
                        left.append(ask)
                        await asyncio.sleep(0.05)

        await asyncio.gather(*(work() for _ in range(CLIENTS)))
        return left

    async def _client(self) -> None:
        """One operation after the other."""
        chance = self.asking.chance
        with self._lines("ledger") as lines:
            while not self._over.is_set():
                ask = self.asking.any()
                for _ in range(TRIES):
                    if await self._attempt(ask, lines) or self._over.is_set():
                        break
                    await asyncio.sleep(chance.uniform(0.05, 0.4))
                await asyncio.sleep(chance.uniform(0, 2 * PACE_SECONDS))

    async def _attempt(self, ask: Ask, lines: Sequence[Line]) -> bool:
        told = await self._told(self.asking.chance.choice(lines), {"ask": ask}, ANSWER_SECONDS)
        return self.asking.note(ask, told)

    async def _told(self, line: Line, question: dict[str, Any], seconds: float) -> Any:
        try:
            told = await line.ask(question, seconds)
        except (OSError, EOFError) as fault:
            self.errors[type(fault).__name__] += 1
            return {"outcome": "info"}
        if "error" in told:
            self.errors[told["error"]] += 1
        return told

    async def _reader(self, service: str) -> None:
        """Follow a feed, at any process of the service."""
        after = 0
        with self._lines(service) as lines:
            while not self._over.is_set():
                line = self.asking.chance.choice(lines)
                told = await self._told(line, {"feed": after}, ANSWER_SECONDS)
                if saw := tuple((position, event) for position, event in told.get("saw", ())):
                    self.polls.append(Poll("reader", service, after, saw))
                    after = saw[-1][0]
                await asyncio.sleep(1)

    async def _rebuilder(self) -> None:
        """Have read models built anew, now and then."""
        done = 0
        with self._lines("ledger") as lines:
            while not self._over.is_set():
                line = self.asking.chance.choice(lines)
                told = await self._told(line, {"rebuild": True}, 3 * ANSWER_SECONDS)
                if digests := told.get("digests"):
                    done += 1
                    if digests[0] != digests[1]:
                        self.anomalies.append(Anomaly("projection", "a rebuild under faults"))
                await asyncio.sleep(self.asking.chance.uniform(2, 5))
        self.figures["rebuilds"] = done

    @contextmanager
    def _lines(self, service: str) -> Iterator[list[Line]]:
        """A connection to each process of a service."""
        place = self.stage.place
        lines = [Line(place.socket(name)) for name in PROCESSES if name.startswith(service)]
        try:
            yield lines
        finally:
            for line in lines:
                line.close()

    def _look(self) -> None:
        """Open what is there, and compare it with what clients were told."""
        settings = self.stage.place.settings().model_copy(
            update={"postgres": self.stage.postgres.url("toy_{service}")}
        )
        with at_work(settings, LocalTransport(), list(TOYS)) as services:
            self._check(services)

    def _check(self, services: Sequence[Service]) -> None:
        found, events = anomalies_of(services, self.asking.operations, self.polls)
        self.anomalies += found
        self.figures["events"] = events

    def report(self, began: float) -> dict[str, Any]:
        """What it came to."""
        outcomes = Counter(each.outcome for each in self.asking.operations)
        proxies = {name: dict(proxy.happened) for name, proxy in self.stage.proxies.items()}
        return {
            "seed": self.seed,
            "seconds": round(monotonic() - began, 1),
            "acknowledged": outcomes["ok"],
            "refused": outcomes["fail"],
            **self.figures,
            "happened": dict(sorted(self._haunting.happened.items())),
            "proxies": proxies,
            "not_answered": dict(self.errors),
            "anomaly_kinds": dict(Counter(each.kind for each in self.anomalies)),
            "anomalies": [list(each) for each in self.anomalies[:20]],
        }


@contextmanager
def temporary(*, keep: bool) -> Iterator[Path]:
    """A folder for what the servers keep and the services log."""
    folder = Path(tempfile.mkdtemp(prefix="grantline-mixed-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


async def campaign(wants: argparse.Namespace, planted: tuple[str, ...]) -> dict[str, Any]:
    """One run on servers of its own."""
    began = monotonic()
    with temporary(keep=wants.keep) as folder:
        stage = Stage(folder, wants.seed, planted)
        mixed = Mixed(stage, wants.seed, frozenset(wants.spare.split(",")))
        try:
            await mixed.run(wants.seconds, wants.kills)
        finally:
            await stage.close()
        kept = {"folder": str(folder)} if wants.keep else {}
        return kept | mixed.report(began)


def main() -> int:
    """Run what was asked; 1 if something is there that must not be, or a bug was not found."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults.mixed")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--kills", type=int, default=0, help="at least so many of each server")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--spare", default="", help="what lives on: kafka, postgres, mirror-1…")
    asked.add_argument("--keep", action="store_true", help="the folder with data and logs")
    asked.add_argument("--planted", default="", help=f"of {', '.join(PLANTED)}")
    wants = asked.parse_args()
    planted = tuple(filter(None, wants.planted.split(",")))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found = asyncio.run(campaign(wants, planted))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    if not planted:
        return int(bool(found["anomalies"]))
    return int(not all(PLANTED[bug].signs & found["anomaly_kinds"].keys() for bug in planted))


if __name__ == "__main__":
    sys.exit(main())
