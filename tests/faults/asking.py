"""What the clients of a mixed campaign ask, from a seed, and what became of it."""

import random
from collections.abc import Mapping
from time import monotonic_ns
from typing import Any

from tests.faults.history import Answer, Operation
from tests.faults.lives import Ask

TILLS = "abcdefghijkl"
TOO_MUCH = 2_000_000
"""More than the purse holds."""
TOO_BIG = 600_000
"""More than the mirror mirrors."""


class Asking:
    """Operations in the order in which they were first asked, each under its key."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.operations: list[Operation] = []
        self._asks: list[Ask] = []
        self._done: list[Ask] = []
        self._versions: dict[str, int] = {}

    @property
    def acknowledged(self) -> int:
        """How many operations are known to be done."""
        return len(self._done)

    def first(self) -> list[Ask]:
        """Every till is opened."""
        return [self._new("open", till) for till in TILLS]

    def any(self) -> Ask:
        """A deposit mostly; some repeated, refused, stale, or under a key that is taken."""
        chance, dice = self.chance, self.chance.random()
        till = chance.choice(TILLS)
        if dice < 0.05 and self._done:
            return chance.choice(self._done)
        if dice < 0.08 and self._done and (taken := chance.choice(self._done)).kind == "put":
            return self._new("put", taken.till, key=taken.key, if_match=taken.if_match)
        if dice < 0.2:
            return self._new("reserve", till, chance.choice([100, 700, TOO_MUCH]))
        if dice < 0.23:
            return self._new("put", "nowhere", 5)
        if dice < 0.35 and till in self._versions:
            return self._new("put", till, if_match=self._versions[till])
        return self._new("put", till, TOO_BIG if dice > 0.98 else chance.choice([1, 25, 999]))

    def unknown(self) -> list[Ask]:
        """Those of which nobody knows yet whether they are done."""
        return [ask for ask in self._asks if self.operations[ask.number].outcome == "info"]

    def note(self, ask: Ask, told: Mapping[str, Any]) -> bool:
        """Note an answer; whether it says what became of the operation."""
        done = self.operations[ask.number]
        if told["outcome"] == "info":
            return False
        if done.outcome == "info":
            done.outcome, done.completed = told["outcome"], monotonic_ns()
        if told["outcome"] == "ok":
            self._note_answer(ask, Answer(*told["answer"]))
        return True

    def _note_answer(self, ask: Ask, answer: Answer) -> None:
        done = self.operations[ask.number]
        if not done.answers:
            self._done.append(ask)
        done.answers.add(answer)
        if ask.kind != "reserve":
            self._versions[ask.till] = max(self._versions.get(ask.till, 0), answer.version)

    def _new(
        self, kind: str, till: str, cents: int = 7, key: str = "", if_match: int | None = None
    ) -> Ask:
        number = len(self.operations)
        ask = Ask(number, kind, till, cents, key or f"key-{number}", f"mark-{number}", if_match)
        self._asks.append(ask)
        self.operations.append(
            Operation(
                process="client",
                service="ledger",
                key=ask.key,
                mark=ask.mark,
                stream="purse-main" if kind == "reserve" else f"till-{till}",
                expected=if_match,
                events=2 if kind == "reserve" else 1,
                invoked=monotonic_ns(),
            )
        )
        return ask
