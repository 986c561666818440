"""Finds what must not be in a history: each class of anomaly is one small function.

The classes are those of Jepsen's queue checker, for a journal: a value is an event, a key is a
stream, and every journal, feed and projection is a reader.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from tests.faults.history import History, Operation, Reader, Seen


class Anomaly(NamedTuple):
    """One thing that must not be."""

    kind: str
    what: str


def lost(history: History) -> Iterator[str]:
    """Acknowledged, and not in its owner's journal."""
    made = events_by_key(history)
    for done in acknowledged(history):
        if done.events != 0 and not made.get((done.service, done.key)):
            yield done.key


def torn(history: History) -> Iterator[str]:
    """A command of which only a part was recorded, or whose events do not stand together."""
    known = {(each.service, each.key): each.events for each in history.operations}
    for (service, key), found in events_by_key(history).items():
        wanted = known.get((service, key))
        if wanted is not None and len(found) < wanted:
            yield f"{key}: {len(found)} of {wanted}"
        if found[-1].sequence - found[0].sequence != len(found) - 1:
            yield f"{key}: apart"


def unseen(history: History) -> Iterator[str]:
    """In its owner's journal, and not with a subscriber when all is quiet."""
    for reader in history.readers:
        here = {event.event_id for event in reader.events}
        for origin in sorted(reader.hears):
            for event in history.owner(origin):
                if event.event_id not in here:
                    yield f"{event.event_id} at {reader.name}"


def duplicate(history: History) -> Iterator[str]:
    """One event at two places, or one command or cause with more effects than it has."""
    for reader in history.readers:
        yield from (
            f"{event_id} at {reader.name}"
            for event_id, times in Counter(event.event_id for event in reader.events).items()
            if times > 1
        )
    known = {(each.service, each.key): each.events for each in history.operations}
    for place, found in events_by_key(history).items():
        wanted = known.get(place)
        if wanted is not None and len(found) > wanted:
            yield f"{place[1]}: {len(found)} for {wanted}"


def effects(history: History) -> Iterator[str]:
    """A received event that a policy answers, with no effect or with two."""
    for reader in history.readers:
        caused = Counter(event.cause for event in reader.events if event.origin == reader.name)
        for event in reader.events:
            if event.type in reader.reacts and caused[event.event_id] != 1:
                yield f"{event.event_id} at {reader.name}: {caused[event.event_id]}"


def inconsistent(history: History) -> Iterator[str]:
    """One place, two events: in two journals, in a journal and a feed, or in an answer."""
    places: dict[tuple[object, ...], str] = {}
    for name, event in history.everything:
        for place in (
            ("stream", event.stream, event.version),
            ("origin", event.origin, event.sequence),
            ("id", event.event_id),
            ("position", name, event.position),
        ):
            if places.setdefault(place, event.hash) != event.hash:
                yield " ".join(map(str, place))
    yield from answered_elsewhere(history)


def answered_elsewhere(history: History) -> Iterator[str]:
    """An answer that names a version or a sequence at which something else stands."""
    made = events_by_key(history)
    for done in acknowledged(history):
        if len(done.answers) > 1:
            yield f"{done.key}: {len(done.answers)} answers"
        found = made.get((done.service, done.key))
        for answer in done.answers:
            if found and answer.sequence not in {event.sequence for event in found}:
                yield f"{done.key}: not at sequence {answer.sequence}"
            versions = {event.version for event in found or () if event.stream == done.stream}
            if versions and answer.version not in versions:
                yield f"{done.key}: not at version {answer.version}"
            if done.expected is not None and versions and min(versions) != done.expected + 1:
                yield f"{done.key}: written over version {done.expected}"


def aborted(history: History) -> Iterator[str]:
    """Refused, or never asked, and yet there."""
    refused = {(each.service, each.key) for each in history.operations if each.outcome == "fail"}
    done = {(each.service, each.key) for each in history.operations if each.outcome != "fail"}
    for place, found in events_by_key(history).items():
        if place in refused - done:
            yield f"{place[1]}: {found[0].event_id}"
    there = {event.event_id for _, event in history.everything}
    for poll in history.polls:
        yield from (f"{event_id} in a feed" for _, event_id in poll.saw if event_id not in there)


def one_key(history: History) -> Iterator[str]:
    """Two different requests acknowledged under one key."""
    marks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for done in acknowledged(history):
        marks[done.service, done.key].add(done.mark)
    yield from (key for (_, key), found in marks.items() if len(found) > 1)


def skipped(history: History) -> Iterator[str]:
    """A feed that jumped over an event which stands in the journal."""
    for poll in history.polls:
        if not poll.saw:
            continue
        positions = {position for position, _ in poll.saw}
        for event in feed(history, poll.service):
            if poll.after < event.position <= max(positions) and event.position not in positions:
                yield f"{event.position} of {poll.service} by {poll.process}"


def backwards(history: History) -> Iterator[str]:
    """A feed that went back, or showed another event at a place."""
    for poll in history.polls:
        positions = [poll.after, *(position for position, _ in poll.saw)]
        if any(later <= earlier for earlier, later in itertools.pairwise(positions)):
            yield f"{poll.process} at {poll.service} after {poll.after}"
        at = {event.position: event.event_id for event in feed(history, poll.service)}
        for position, event_id in poll.saw:
            if at.get(position, event_id) != event_id:
                yield f"{poll.process} at {poll.service}: {position}"


def out_of_order(history: History) -> Iterator[str]:
    """Asked after another was acknowledged, and recorded before it."""
    by_service: dict[str, list[Operation]] = defaultdict(list)
    for done in acknowledged(history):
        if done.answers:
            by_service[done.service].append(done)
    for service, operations in by_service.items():
        ends = sorted(operations, key=lambda done: done.completed or 0)
        highest, ended = 0, 0
        for done in sorted(operations, key=lambda done: done.invoked):
            while ended < len(ends) and (ends[ended].completed or 0) < done.invoked:
                highest = max(highest, min(ends[ended].answers).sequence)
                ended += 1
            if done.events != 0 and max(done.answers).sequence <= highest:
                yield f"{done.key} at {service}"


def cycle(history: History) -> Iterator[str]:
    """An effect before its cause, or events each of which comes before the others."""
    before: dict[str, set[str]] = defaultdict(set)
    last: dict[tuple[str, str], str] = {}
    for reader in history.readers:
        there: set[str] = set()
        for event in reader.events:
            if reader.causal and event.cause is not None and event.cause not in there:
                yield f"{event.event_id} before its cause at {reader.name}"
            there.add(event.event_id)
            if event.cause is not None:
                before[event.event_id].add(event.cause)
            if (earlier := last.get((reader.name, event.stream))) is not None:
                before[event.event_id].add(earlier)
            last[reader.name, event.stream] = event.event_id
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        yield " → ".join(error.args[1])


def gaps(history: History) -> Iterator[str]:
    """A stream, an origin or a journal whose numbers do not go one by one."""
    for reader in history.readers:
        yield from (
            f"position {event.position} of {reader.name}"
            for number, event in enumerate(reader.events, start=1)
            if event.position != number
        )
        yield from not_one_by_one(reader)
        by_origin: dict[str, list[int]] = defaultdict(list)
        for event in reader.events:
            by_origin[event.origin].append(event.sequence)
        for origin, sequences in by_origin.items():
            ordered = sequences if origin == reader.name else sorted(sequences)
            if ordered != [*range(1, len(ordered) + 1)]:
                yield f"sequences of {origin} at {reader.name}"


def not_one_by_one(reader: Reader) -> Iterator[str]:
    """A stream whose versions or hashes do not follow each other."""
    heads: dict[str, tuple[int, str]] = {}
    for event in reader.events:
        version, head = heads.get(event.stream, (0, "0" * 64))
        if (event.version, event.prevhash) != (version + 1, head):
            yield f"{event.stream}@{event.version} at {reader.name}"
        heads[event.stream] = event.version, event.hash


def not_the_fold(history: History) -> Iterator[str]:
    """A projection that shows something else than follows from the journal."""
    for reader in history.readers:
        for name in sorted({*reader.shows} | {*reader.folds}):
            if reader.shows.get(name) != reader.folds.get(name):
                yield f"{name} at {reader.name}"


def money(history: History) -> Iterator[str]:
    """Cents that appeared or vanished, or more than there may be."""
    for account in history.accounts:
        if account.counted != account.recounted or not 0 <= account.counted <= account.maximum:
            yield f"{account.name}: {account.counted}, {account.recounted}"


CLASSES: Mapping[str, Callable[[History], Iterator[str]]] = {
    "lost": lost,
    "torn": torn,
    "unseen": unseen,
    "duplicate": duplicate,
    "effects": effects,
    "inconsistent": inconsistent,
    "aborted read": aborted,
    "one key": one_key,
    "skipped poll": skipped,
    "poll backwards": backwards,
    "out of order": out_of_order,
    "cycle": cycle,
    "gap": gaps,
    "projection": not_the_fold,
    "money": money,
}


def check(history: History) -> list[Anomaly]:
    """Everything that must not be."""
    return [Anomaly(kind, what) for kind, find in CLASSES.items() for what in find(history)]


def acknowledged(history: History) -> Iterator[Operation]:
    """The operations that somebody was told are done."""
    return (each for each in history.operations if each.outcome == "ok")


def events_by_key(history: History) -> dict[tuple[str, str], list[Seen]]:
    """The own events of each service by the command that made them, in order of sequence."""
    found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for reader in history.readers:
        for event in reader.events:
            if event.origin == reader.name:
                found[reader.name, event.key].append(event)
    for events in found.values():
        events.sort(key=lambda event: event.sequence)
    return found


def feed(history: History, service: str) -> Sequence[Seen]:
    """What a service's feed shows: its own events, or all where it hears to witness."""
    [reader] = [reader for reader in history.readers if reader.name == service]
    return reader.events if reader.causal else history.owner(service)
