"""Valid histories made up from a seed, and single corruptions of them, to try the checker on."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.faults.history import Account, Answer, History, Operation, Poll, Reader, Seen

NO_HASH = "0" * 64
PUT_IN = "grantline.ledger.MoneyPutIn.v1"


class Journal:
    """One journal that grows event by event."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.events: list[Seen] = []
        self.heads: dict[str, tuple[int, str]] = {}
        self.sequence = 0

    def say(self, stream: str, key: str, cause: str | None = None, type_: str = PUT_IN) -> Seen:
        """Record an own event."""
        version, prevhash = self.heads.get(stream, (0, NO_HASH))
        self.sequence += 1
        event_id = f"{self.name}-{self.sequence}"
        return self.take(
            Seen(
                0, event_id, self.name, self.sequence, stream, version + 1, type_, key,
                cause, prevhash, f"hash of {event_id}",
            )
        )  # fmt: skip

    def take(self, event: Seen) -> Seen:
        """Record any event at the end."""
        placed = event._replace(position=len(self.events) + 1)
        self.events.append(placed)
        self.heads[event.stream] = event.version, event.hash
        return placed


def valid(chance: random.Random) -> History:
    """Clients at a ledger, a mirror that answers each deposit, and a witness of both."""
    ledger, mirror, witness = Journal("ledger"), Journal("mirror"), Journal("witness")
    operations = [_operation(chance, ledger, number) for number in range(chance.randint(6, 14))]
    for event in ledger.events:
        received = mirror.take(event)
        mirror.say("mirror-a", f"of-{event.event_id}", received.event_id, "DepositMirrored")
    queues = [list(ledger.events), [event for event in mirror.events if event.origin == "mirror"]]
    while any(queues):
        there = {event.event_id for event in witness.events}
        ready = [queue for queue in queues if queue and queue[0].cause in {None, *there}]
        witness.take(chance.choice(ready).pop(0))
    total = len(ledger.events) * 5
    readers = [
        Reader(name="ledger", events=ledger.events, shows={"a": total}, folds={"a": total}),
        Reader(
            name="mirror",
            events=mirror.events,
            hears=frozenset({"ledger"}),
            reacts=frozenset({PUT_IN}),
        ),
        Reader(
            name="witness",
            events=witness.events,
            hears=frozenset({"ledger", "mirror"}),
            causal=True,
        ),
    ]
    return History(
        operations=operations,
        readers=readers,
        polls=_polls(chance, witness.events),
        accounts=[Account("purse", total, total, 1_000)],
    )


def _operation(chance: random.Random, ledger: Journal, number: int) -> Operation:
    stream = f"till-{chance.choice('ab')}"
    operation = Operation(
        process=f"client-{number % 3}",
        service="ledger",
        key=f"key-{number}",
        mark=f"mark-{number}",
        stream=stream,
        expected=ledger.heads.get(stream, (0, ""))[0],
        events=chance.choice([1, 2]),
        invoked=10 * number,
        completed=10 * number + chance.choice([5, 25]),
        outcome="ok" if number < 4 else chance.choice(["ok", "ok", "ok", "fail", "info"]),
    )
    if operation.outcome == "fail" or (operation.outcome == "info" and chance.random() < 0.5):
        return operation
    first = ledger.say(stream, operation.key)
    if operation.events == 2:
        ledger.say(f"purse-{chance.choice('cd')}", operation.key)
    if operation.outcome == "ok":
        operation.answers.add(Answer(first.version, ledger.sequence))
    return operation


def _polls(chance: random.Random, events: list[Seen]) -> list[Poll]:
    polls, after = [], 0
    while after < len(events):
        read = events[after : after + chance.randint(2, 4)]
        saw = tuple((event.position, event.event_id) for event in read)
        polls.append(Poll("reader-1", "witness", after, saw))
        after = read[-1].position
    return polls


Corruption = Callable[[History, random.Random], History]


def _reader(history: History, name: str, **changes: Any) -> History:
    readers = [
        replace(reader, **changes) if reader.name == name else reader for reader in history.readers
    ]
    return replace(history, readers=readers)


def _events(history: History, name: str, change: Callable[[list[Seen]], None]) -> History:
    [reader] = [reader for reader in history.readers if reader.name == name]
    events = list(reader.events)
    change(events)
    return _reader(history, name, events=events)


def _forget_a_command(history: History, chance: random.Random) -> History:
    key = chance.choice([done.key for done in history.operations if done.outcome == "ok"])
    return _events(history, "ledger", lambda events: _keep(events, lambda event: event.key != key))


def _keep(events: list[Seen], wanted: Callable[[Seen], bool]) -> None:
    events[:] = [event for event in events if wanted(event)]


def _forget_half_of_a_command(history: History, chance: random.Random) -> History:
    done = history.operations[0]
    more = [*history.operations]
    more[0] = replace(done, events=(done.events or 0) + 1)
    return replace(history, operations=more)


def _drop_one(name: str, origin: str) -> Corruption:
    def corrupt(history: History, chance: random.Random) -> History:
        [reader] = [reader for reader in history.readers if reader.name == name]
        gone = chance.choice([event for event in reader.events if event.origin == origin])
        return _events(history, name, lambda events: events.remove(gone))

    return corrupt


def _twice(history: History, chance: random.Random) -> History:
    def again(events: list[Seen]) -> None:
        events.append(chance.choice(events)._replace(position=len(events) + 1))

    return _events(history, "witness", again)


def _two_effects(history: History, chance: random.Random) -> History:
    def again(events: list[Seen]) -> None:
        effect = chance.choice([event for event in events if event.cause is not None])
        events.append(effect._replace(event_id="again", position=len(events) + 1))

    return _events(history, "mirror", again)


def _another_hash(history: History, chance: random.Random) -> History:
    def forge(events: list[Seen]) -> None:
        place = chance.randrange(len(events))
        events[place] = events[place]._replace(hash="forged")

    return _events(history, "witness", forge)


def _operation_changed(
    wanted: Callable[[Operation], bool], change: Callable[[Operation], Operation]
) -> Corruption:
    def corrupt(history: History, chance: random.Random) -> History:
        chosen = chance.choice([done for done in history.operations if wanted(done)])
        operations = [change(done) if done is chosen else done for done in history.operations]
        return replace(history, operations=operations)

    return corrupt


def _ok(done: Operation) -> bool:
    return done.outcome == "ok"


def _reuse_a_key(history: History, chance: random.Random) -> History:
    done = chance.choice([done for done in history.operations if _ok(done)])
    return replace(history, operations=[*history.operations, replace(done, mark="another")])


def _poll_changed(change: Callable[[Poll], Poll]) -> Corruption:
    def corrupt(history: History, chance: random.Random) -> History:
        polls = list(history.polls)
        place = chance.choice([number for number, poll in enumerate(polls) if len(poll.saw) > 1])
        polls[place] = change(polls[place])
        return replace(history, polls=polls)

    return corrupt


def _effect_first(history: History, chance: random.Random) -> History:
    def turn(events: list[Seen]) -> None:
        effect = next(event for event in events if event.cause is not None)
        events.remove(effect)
        events.insert(0, effect)
        events[:] = [event._replace(position=n) for n, event in enumerate(events, start=1)]

    return _events(history, "witness", turn)


def _renumber(history: History, chance: random.Random) -> History:
    def renumber(events: list[Seen]) -> None:
        events[-1] = events[-1]._replace(position=events[-1].position + 1)

    return _events(history, "witness", renumber)


def _invoked_late(done: Operation) -> Operation:
    return replace(done, invoked=1_000, completed=1_001)


def _lose_a_cent(history: History, chance: random.Random) -> History:
    [purse] = history.accounts
    return replace(history, accounts=[purse._replace(recounted=purse.recounted - 1)])


def _overdraw(history: History, chance: random.Random) -> History:
    [purse] = history.accounts
    return replace(history, accounts=[purse._replace(maximum=purse.counted - 1)])


CORRUPTIONS: Mapping[str, tuple[str, Corruption]] = {
    "an acknowledged command is gone": ("lost", _forget_a_command),
    "half of a command is gone": ("torn", _forget_half_of_a_command),
    "a subscriber misses one": ("unseen", _drop_one("mirror", "ledger")),
    "the witness misses one": ("unseen", _drop_one("witness", "mirror")),
    "an event stands twice": ("duplicate", _twice),
    "a command was done twice": (
        "duplicate",
        _operation_changed(_ok, lambda done: replace(done, events=(done.events or 0) - 1)),
    ),
    "a cause has two effects": ("effects", _two_effects),
    "a cause has no effect": ("effects", _drop_one("mirror", "mirror")),
    "one place has two events": ("inconsistent", _another_hash),
    "an answer names another place": (
        "inconsistent",
        _operation_changed(_ok, lambda done: replace(done, answers={Answer(1, 999)})),
    ),
    "a retry was answered otherwise": (
        "inconsistent",
        _operation_changed(_ok, lambda d: replace(d, answers={*d.answers, Answer(1, 999)})),
    ),
    "a stale version was written over": (
        "inconsistent",
        _operation_changed(_ok, lambda done: replace(done, expected=(done.expected or 0) - 1)),
    ),
    "what was refused is there": (
        "aborted read",
        _operation_changed(_ok, lambda done: replace(done, outcome="fail", answers=set())),
    ),
    "a feed showed what is not there": (
        "aborted read",
        _poll_changed(lambda poll: poll._replace(saw=((*poll.saw[:-1], (99, "ghost"))))),
    ),
    "one key stands for two requests": ("one key", _reuse_a_key),
    "a feed skipped one": (
        "skipped poll", _poll_changed(lambda poll: poll._replace(saw=poll.saw[1:]))
    ),
    "a feed went back": (
        "poll backwards", _poll_changed(lambda poll: poll._replace(saw=poll.saw[::-1]))
    ),
    "a feed showed another event": (
        "poll backwards",
        _poll_changed(
            lambda poll: poll._replace(
                saw=((poll.saw[0][0], poll.saw[1][1]), (poll.saw[1][0], poll.saw[0][1]))
            )
        ),
    ),
    "a later command came first": (
        "out of order", lambda history, chance: replace(
            history,
            operations=[_invoked_late(history.operations[0]), *history.operations[1:]],
        ),
    ),
    "an effect stands before its cause": ("cycle", _effect_first),
    "a position is missing": ("gap", _renumber),
    "an origin has a hole": ("gap", _drop_one("witness", "ledger")),
    "a projection shows something else": (
        "projection", lambda history, _: _reader(history, "ledger", shows={"a": 1})
    ),
    "a cent is gone": ("money", _lose_a_cent),
    "too much was spent": ("money", _overdraw),
}  # fmt: skip
"""What was done, the class that it must be found as, and how it is done."""
