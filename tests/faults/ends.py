"""Looks at three journals when all is quiet: everything that the checker needs, and its verdict."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from shared.kernel.envelope import BrokenEvent, Sealed, open_sealed
from shared.runtime.journal import JOURNAL
from shared.runtime.service import Service
from tests.faults.checker import Anomaly, check
from tests.faults.history import Account, History, Operation, Poll, Reader, seen
from tests.faults.lives import quiet
from tests.runtime.running import until
from tests.support.ledger import CLERK, PURSE_CENTS

PUT_IN = "grantline.ledger.MoneyPutIn.v1"
NO_LIMIT = 10**15


def anomalies_of(
    services: Sequence[Service], operations: Sequence[Operation], polls: Sequence[Poll]
) -> tuple[list[Anomaly], int]:
    """Everything that must not be, and how many events stand in all journals."""
    ledger, mirror, witness = services
    rebuilt = asyncio.run(ledger.rebuild(CLERK, "the end of a campaign"))
    until(lambda: quiet(services))
    if broken := [each for service in services for each in _broken(service)]:
        return broken, 0
    bodies = {service.name: _bodies(service) for service in services}
    put_in = _sum(bodies["ledger"], "MoneyPutIn")
    mirrored = _sum(bodies["mirror"], "DepositMirrored")
    rows = dict(_sql(ledger, "SELECT till, held_cents FROM till_list"))
    readers = [
        Reader(
            name="ledger",
            events=_events(ledger),
            shows={"tills": rows, "digest": rebuilt.digest_before},
            folds={"tills": _tills(bodies["ledger"]), "digest": rebuilt.digest_after},
        ),
        Reader(
            name="mirror",
            events=_events(mirror),
            hears=frozenset({"ledger"}),
            reacts=frozenset({PUT_IN}),
        ),
        Reader(
            name="witness",
            events=_events(witness),
            hears=frozenset({"ledger", "mirror"}),
            causal=True,
        ),
    ]
    accounts = [
        Account("tills", sum(rows.values()), put_in, NO_LIMIT),
        Account("mirror", mirrored + _refused(bodies), put_in, NO_LIMIT),
        Account(
            "purse",
            ledger_state(ledger),
            _sum(bodies["ledger"], "MoneyReserved"),
            PURSE_CENTS,
        ),
    ]
    history = History(operations=operations, readers=readers, polls=polls, accounts=accounts)
    found = [*check(history), *map(_parked, services)]
    return [each for each in found if each], sum(len(each.events) for each in readers)


def _broken(service: Service) -> Iterator[Anomaly]:
    """An event in a journal that cannot be opened."""
    for position, sealed in _sealed(service):
        try:
            open_sealed(sealed)
        except BrokenEvent:
            yield Anomaly("broken event", f"{position} of {service.name}")


def _parked(service: Service) -> Anomaly | None:
    """Nobody sent anything broken: whatever is parked is a fault of ours."""
    rows = _sql(service, "SELECT place, reason FROM parked")
    return Anomaly("parked", f"{rows} at {service.name}") if rows else None


def ledger_state(ledger: Service) -> int:
    """What the purse says is set aside, in cents."""
    with ledger.snapshot() as state:
        reserved: int = state.state("purse-main")[0].reserved_cents
    return reserved


def _events(service: Service) -> list[Any]:
    return [seen(*each) for each in _sealed(service)]


def _sealed(service: Service) -> list[tuple[int, Sealed]]:
    with service.snapshot() as state:
        query = select(JOURNAL.c.position, JOURNAL.c.envelope, JOURNAL.c.body, JOURNAL.c.hash)
        rows = state.connection.execute(query.order_by(JOURNAL.c.position)).all()
    return [(row.position, Sealed(row.envelope, row.body, row.hash)) for row in rows]


def _bodies(service: Service) -> list[tuple[str, Any]]:
    rows = _sql(service, "SELECT type, body, envelope FROM journal ORDER BY position")
    return [
        (type_.split(".")[2], {**json.loads(body), "cause": json.loads(envelope).get("causationid"),
                               "id": json.loads(envelope)["id"]})
        for type_, body, envelope in rows
    ]  # fmt: skip


def _sum(bodies: Sequence[tuple[str, Any]], name: str) -> int:
    return sum(body["cents"] for found, body in bodies if found == name)


def _refused(bodies: dict[str, list[tuple[str, Any]]]) -> int:
    """What the mirror said is too big for it."""
    cents = {body["id"]: body["cents"] for name, body in bodies["ledger"] if name == "MoneyPutIn"}
    return sum(
        cents.get(body["cause"], 0) for name, body in bodies["mirror"] if name == "PolicyRefused"
    )


def _tills(bodies: Sequence[tuple[str, Any]]) -> dict[str, int]:
    held: dict[str, int] = {}
    for name, body in bodies:
        if name == "TillOpened":
            held[body["till"]] = 0
        elif name == "MoneyPutIn":
            held[body["till"]] += body["cents"]
    return held


def _sql(service: Service, statement: str) -> list[tuple[Any, ...]]:
    with service.snapshot() as state:
        return [tuple(row) for row in state.connection.exec_driver_sql(statement)]
