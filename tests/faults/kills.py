"""A campaign of kills: chains of short lives on one folder, each forked from what is imported."""

import json
import os
import random
import shutil
import signal
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any, NoReturn

from shared.runtime.failpoints import POINTS
from shared.runtime.service import Service
from tests.faults.checker import Anomaly
from tests.faults.ends import anomalies_of
from tests.faults.history import Answer, Operation, Poll
from tests.faults.lives import Ask, Plan, live
from tests.faults.planted import Bug
from tests.runtime.running import NeverCame

LIFE_SECONDS_MAX = 40
"""A life that lasts longer hangs, which is an anomaly."""
LIVES = 10
"""Lives of one chain that are to be killed; one more recovers, and is looked at."""
TILLS = "abc"


@dataclass
class Figures:
    """What a campaign came to."""

    kills: int = 0
    chains: int = 0
    lives: int = 0
    acknowledged: int = 0
    refused: int = 0
    retried: int = 0
    events: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    killed_at: Counter[str] = field(default_factory=Counter)
    anomalies: list[tuple[int, str, str]] = field(default_factory=list)
    """Seed of the chain, kind, what."""

    def add(self, more: "Figures") -> None:
        """Count these too."""
        for name, value in vars(more).items():
            mine = getattr(self, name)
            if isinstance(value, Counter):
                mine.update(value)
            else:
                setattr(self, name, mine + value)


class Chain:
    """Several lives on one folder, made from a seed alone."""

    def __init__(self, seed: int, lives: int = LIVES) -> None:
        self.seed = seed
        self.lives = lives
        self.chance = random.Random(seed)
        self.carrying = self.chance.random() < 0.5
        self.folder = Path(tempfile.mkdtemp(prefix="grantline-kills-"))
        self.operations: list[Operation] = []
        self.asks: list[Ask] = []
        self.polls: list[Poll] = []
        self.versions: dict[str, int] = {}
        self.figures = Figures(chains=1)

    def run(self) -> Figures:
        """Live, be killed, recover, again and again; then look at what is there."""
        try:
            for _ in range(self.lives):
                self._life(self.plan(killed=True), lambda services: None)
                if self.figures.anomalies:
                    break
            else:
                self._life(self.plan(killed=False), self._look)
        finally:
            shutil.rmtree(self.folder)
        outcomes = Counter(each.outcome for each in self.operations)
        self.figures.acknowledged, self.figures.refused = outcomes["ok"], outcomes["fail"]
        return self.figures

    def plan(self, *, killed: bool) -> Plan:
        """What is to happen in the next life."""
        unknown = [ask for ask in self.asks if self.operations[ask.number].outcome == "info"]
        self.figures.retried += len(unknown)
        first = unknown if self.asks else [self._new("open", till) for till in TILLS]
        point = self.chance.choice(POINTS)
        times = 3 if point.startswith("service") else 1 if point.startswith("rebuild") else 5
        return Plan(
            carrying=self.carrying,
            first=first,
            clients=[[self._any() for _ in range(self.chance.randint(1, 3))] for _ in range(3)],
            rebuild=point.startswith("rebuild") or "task" in point or self.chance.random() < 0.1,
            polled=self.polls[-1].saw[-1][0] if self.polls and self.polls[-1].saw else 0,
            kill=(point, self.chance.randint(1, times)) if killed else None,
        )

    def _any(self) -> Ask:
        """A deposit mostly; some retried, refused, stale, or under a key that is taken."""
        chance, dice = self.chance, self.chance.random()
        till = chance.choice(TILLS)
        done = [ask for ask in self.asks if self.operations[ask.number].outcome == "ok"]
        if dice < 0.1 and done:
            return chance.choice(done)
        if dice < 0.2 and (deposits := [ask for ask in done if ask.kind == "put"]):
            taken = chance.choice(deposits)
            return self._new("put", taken.till, key=taken.key, if_match=taken.if_match)
        if dice < 0.4:
            return self._new("reserve", till, chance.choice([100, 700, 2_000_000]))
        if dice < 0.5:
            return self._new("put", "nowhere", 5)
        if dice < 0.7 and till in self.versions:
            return self._new("put", till, if_match=self.versions[till])
        return self._new("put", till, chance.choice([1, 25, 999, 600_000]))

    def _new(
        self, kind: str, till: str, cents: int = 7, key: str = "", if_match: int | None = None
    ) -> Ask:
        number = len(self.operations)
        ask = Ask(number, kind, till, cents, key or f"key-{number}", f"mark-{number}", if_match)
        operation = Operation(
            process="client",
            service="ledger",
            key=ask.key,
            mark=ask.mark,
            stream="purse-main" if kind == "reserve" else f"till-{till}",
            expected=if_match,
            events=2 if kind == "reserve" else 1,
            invoked=monotonic_ns(),
        )
        self.operations.append(operation)
        self.asks.append(ask)
        return ask

    def _life(self, plan: Plan, last: Callable[[list[Service]], None]) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            self._child(plan, last, writing)
        os.close(writing)
        with os.fdopen(reading, "r", encoding="utf-8") as told:
            for line in told:
                self.hear(json.loads(line))
        _, status = os.waitpid(child, 0)
        self.figures.lives += 1
        if plan.kill and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            self.figures.kills += 1
            self.figures.killed_at[plan.kill[0]] += 1
        elif status and not self.figures.anomalies:
            self.figures.anomalies.append((self.seed, "hangs", f"status {status}"))

    def _child(self, plan: Plan, last: Callable[[list[Service]], None], writing: int) -> None:
        signal.alarm(LIFE_SECONDS_MAX)
        self._writing = writing
        code = 1
        try:
            live(self.folder, plan, self._say, last)
            code = 0
        except NeverCame:
            self._tell({"anomalies": [["never quiet", f"after {plan.kill}"]]})
        except BaseException:
            self._tell({"anomalies": [["fails", traceback.format_exc()]]})
        finally:
            os._exit(code)

    def _tell(self, what: dict[str, Any]) -> None:
        os.write(self._writing, (json.dumps(what) + "\n").encode())

    def _say(self, what: dict[str, Any]) -> None:
        self._tell(what)
        self.hear(what)

    def hear(self, told: dict[str, Any]) -> None:
        """Note what a life said before it ended."""
        match told:
            case {"op": number, "outcome": outcome}:
                self._note(self.operations[number], outcome, told)
            case {"poll": [after, saw]}:
                self.polls.append(Poll("reader", "witness", after, tuple(map(tuple, saw))))
            case {"reached": counts}:
                self.figures.reached.update(counts)
            case {"events": number}:
                self.figures.events += number
            case {"anomalies": found}:
                self.figures.anomalies += [(self.seed, kind, what) for kind, what in found]
            case _:
                raise AssertionError(told)

    def _note(self, done: Operation, outcome: Any, told: dict[str, Any]) -> None:
        if done.outcome == "info":
            done.outcome, done.completed = outcome, told["completed"]
        if outcome == "ok":
            answer = Answer(*told["answer"])
            done.answers.add(answer)
            if done.stream and done.stream.startswith("till-"):
                self.versions[done.stream[5:]] = answer.version

    def _look(self, services: list[Service]) -> None:
        found, events = anomalies_of(services, self.operations, self.polls)
        self._tell({"events": events})
        self._tell({"anomalies": [list(each) for each in found[:20]]})


def warm_up() -> None:
    """Live once in this process: what it imports and makes ready, no fork has to do again."""
    chain = Chain(0)
    try:
        live(chain.folder, chain.plan(killed=False), chain.hear, lambda services: None)
    finally:
        shutil.rmtree(chain.folder)
    assert threading.active_count() == 1, "a process that forks has no threads"


def campaign(kills: int, seed: int, signs: frozenset[str] = frozenset()) -> Figures:
    """Chain after chain, until there were so many kills or something was found: one of `signs`,
    where some are looked for, else anything.
    """
    figures, number = Figures(), 0
    while figures.kills < kills and not _found(figures, signs):
        figures.add(Chain(seed * 1_000_003 + number).run())
        number += 1
    return figures


def _found(figures: Figures, signs: frozenset[str]) -> bool:
    return bool(kinds(figures.anomalies) & signs if signs else figures.anomalies)


def hunted(bug: Bug, kills: int, seed: int) -> int | None:
    """How many kills it took until the bug showed, in a process that ends with it; or none did."""
    reading, writing = os.pipe()
    if not os.fork():
        bug.put_in()
        _work(writing, kills, seed, bug.signs)
    os.close(writing)
    found = _told(reading)
    return found.kills if kinds(found.anomalies) & bug.signs else None


def in_parallel(kills: int, seed: int, processes: int = 2) -> Figures:
    """The same in several processes, each with its own seeds."""
    pipes = []
    for number in range(processes):
        reading, writing = os.pipe()
        if not os.fork():
            _work(writing, -(-kills // processes), seed * processes + number)
        os.close(writing)
        pipes.append(reading)
    total = Figures()
    for reading in pipes:
        total.add(_told(reading))
    return total


def _told(reading: int) -> Figures:
    """What one of the processes came to, once it has ended."""
    with os.fdopen(reading, encoding="utf-8") as told:
        part = json.load(told)
    counted: dict[str, Any] = {name: Counter(part.pop(name)) for name in ("reached", "killed_at")}
    part["anomalies"] = [tuple(each) for each in part["anomalies"]]
    os.wait()
    return Figures(**counted, **part)


def _work(writing: int, kills: int, seed: int, signs: frozenset[str] = frozenset()) -> NoReturn:
    """The whole life of one of the processes: whatever happens, it does not go on as its parent."""
    code = 1
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as told:
            json.dump(vars(campaign(kills, seed, signs)), told)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def report(figures: Figures, began: float, seed: int) -> dict[str, Any]:
    """Figures as JSON; a zero among n is stated as what it bounds (the rule of three)."""
    seconds = monotonic() - began
    return {
        "seed": seed,
        "seconds": round(seconds, 1),
        "kills_per_second": round(figures.kills / seconds, 1),
        **vars(figures),
        "not_reached": missing(figures.reached),
        "anomaly_per_kill_below": None if figures.anomalies else 3 / max(figures.kills, 1),
    }


def missing(reached: Counter[str]) -> list[str]:
    """Fail points that nothing came to."""
    return [point for point in POINTS if not reached[point]]


def kinds(found: Sequence[tuple[int, str, str]] | Sequence[Anomaly]) -> set[str]:
    """What kinds of anomalies these are."""
    return {each[-2] for each in found}
