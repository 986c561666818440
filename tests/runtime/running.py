"""Services of the toy ledger, running on real files; what is asked of them and read from them."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, event, select

from shared.kernel.commands import Command
from shared.kernel.decider import Domain
from shared.kernel.envelope import Sealed
from shared.kernel.money import portion
from shared.kernel.shown import shown
from shared.runtime.clock import SetClock
from shared.runtime.items import Answer, Asked
from shared.runtime.journal import JOURNAL, Head, Line
from shared.runtime.new_ids import Ids
from shared.runtime.projections import Projection
from shared.runtime.rebuild import Rebuilt
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport, Transport
from shared.runtime.web.routes import Api
from tests.support import databases
from tests.support.ledger import CLERK, LEDGER, TILL_LIST, OpenTill, PutIn, Reserve
from tests.support.neighbours import message_of

NOW = datetime(2021, 6, 30, 16, tzinfo=UTC)
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must come; nothing ever takes that long."""
_KEYS = count(1)


def who(at: datetime = NOW) -> dict[str, Any]:
    """The clerk, asking at this instant for this instant."""
    return {"by": CLERK, "now": at, "effective_at": at}


def open_till(till: str = "a", at: datetime = NOW) -> OpenTill:
    return OpenTill(till=till, **who(at))


def put_in(cents: int, till: str = "a", note: str = "", at: datetime = NOW) -> PutIn:
    return PutIn(till=till, cents=cents, note=note, **who(at))


def reserve(cents: int, till: str = "a") -> Reserve:
    return Reserve(till=till, cents=cents, **who())


def asked(command: Command, key: str = "", mark: str = "", if_match: int | None = None) -> Asked:
    """A command under its own new key, unless one is given."""
    key = key or f"key-{next(_KEYS)}"
    return Asked(
        command=command,
        key=key,
        fingerprint=mark or key,
        status=200,
        show=shown,
        if_match=if_match,
        correlation_id=f"of-{key}",
    )


@dataclass(frozen=True)
class Running:
    """One open service with its writer at work."""

    service: Service
    commits: list[int] = field(default_factory=list)
    """The head's position at each commit that changed something."""

    def ask(self, command: Command, key: str = "", if_match: int | None = None) -> Answer:
        """Ask and wait for the answer. Raises its refusal."""
        item = asked(command, key, if_match=if_match)
        return asyncio.run(asyncio.wait_for(self.service.writer.submit(item), PATIENCE_SECONDS))

    def together(self, *asks: Command | Asked) -> list[Any]:
        """Ask all of these so that the writer finds them in one group; outcomes in that order."""
        items = [ask if isinstance(ask, Asked) else asked(ask) for ask in asks]
        with self.held() as release:
            return asyncio.run(self._gathered(items, release))

    async def _gathered(self, items: Sequence[Asked], release: Callable[[], None]) -> list[Any]:
        writer = self.service.writer
        tasks = [asyncio.ensure_future(writer.submit(item)) for item in items]
        while writer.queued < len(items):
            await asyncio.sleep(0)
        release()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.gather(*tasks, return_exceptions=True)

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """The writer is busy until released (at the end at the latest)."""
        busy, go = threading.Event(), threading.Event()

        def hold(_: Any) -> None:
            busy.set()
            assert go.wait(PATIENCE_SECONDS)

        holding = threading.Thread(target=self.service.writer.run, args=(hold,))
        holding.start()
        assert busy.wait(PATIENCE_SECONDS)
        try:
            yield go.set
        finally:
            go.set()
            holding.join(PATIENCE_SECONDS)

    def receive(self, events: Sequence[Sealed]) -> None:
        """Hand over foreign events, each as a message of its own place."""
        self.service.writer.receive([message_of(sealed) for sealed in events])

    def parked(self) -> list[tuple[str, str]]:
        """State and reason of what could not be taken in, in the order in which it came."""
        return [
            (row[0], row[1])
            for row in self.sql("SELECT state, reason FROM parked ORDER BY parked_id")
        ]

    def lines(self) -> list[Line]:
        """The whole journal, as it is on disk."""
        with self.service.snapshot() as state:
            query = select(*JOURNAL.c).order_by(JOURNAL.c.position)
            return [Line(*row) for row in state.connection.execute(query)]

    def names(self) -> list[str]:
        """The events of the journal, by name."""
        return [line.type.split(".")[2] for line in self.lines()]

    def sealed(self) -> list[Sealed]:
        """The own events of this service, as they travel."""
        with self.service.snapshot() as state:
            return [sealed for _, sealed in state.own_after(0, 1_000_000)]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """What a reader sees."""
        with self.service.snapshot() as state:
            asking = state.connection.execution_options(no_parameters=True)
            return [tuple(row) for row in asking.exec_driver_sql(statement)]

    def read_model_tables(self) -> set[str]:
        """The tables of read models, each with the number of its generation."""
        if self.service.settings.postgres is None:
            found = self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            found = self.sql(
                "SELECT table_name || '__' || table_schema FROM information_schema.tables "
                "WHERE table_schema LIKE 'g%'"
            )
        return {name for (name,) in found if "__g" in name}

    def state(self, stream: str) -> Any:
        """A stream folded from its rows."""
        with self.service.snapshot() as state:
            return state.state(stream)[0]

    def rebuild(self, reason: str = "a test") -> Rebuilt:
        """Rebuild all projections."""
        return asyncio.run(self.service.rebuild(CLERK, reason))

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait, commit by commit, until this holds."""
        end = monotonic() + PATIENCE_SECONDS
        while True:
            seen = self.service.arrivals.position
            if condition():
                return
            assert monotonic() < end, "it never came"
            asyncio.run(self.service.committed(seen, end - monotonic()))


def entitled(total_cents: int) -> tuple[int, int]:
    """What two fifths of a total come to, and the tenth of it that is held back, in cents."""
    due = portion(Fraction(2, 5), total_cents)
    return due, portion(Fraction(1, 10), due)


class NeverCame(AssertionError):
    """What a test waited for did not happen while it had patience."""


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that no commit announces. Raises NeverCame."""
    end = monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not condition():
        if monotonic() > end:
            raise NeverCame
        pause.wait(0.002)


def service_of(
    folder: Path,
    domain: Domain = LEDGER,
    projections: Sequence[Projection] | None = None,
    transport: Transport | None = None,
    clock: SetClock | None = None,
    **limits: Any,
) -> Service:
    """A service that is not open yet; its clock stands unless moved, its ids are seeded."""
    clock = clock or SetClock(NOW)
    return Service(
        Settings(data=folder, postgres=databases.url_of(folder, domain.service), **limits),
        domain,
        ((TILL_LIST,) if domain is LEDGER else ()) if projections is None else projections,
        Api(domain.service, access={}),
        transport or LocalTransport(),
        Outside(clock=clock, ids=Ids.seeded(clock.now, sum(domain.service.encode()))),
    )


@contextmanager
def running(folder: Path, domain: Domain = LEDGER, **how: Any) -> Iterator[Running]:
    """A service whose writer runs; nothing is relayed and nothing comes in by itself."""
    service = service_of(folder, domain, **how)
    service.open()
    service.writer.start()
    here = Running(service)
    tell = service.writer.on_commit

    def note(head: Head) -> None:
        here.commits.append(head.position)
        tell(head)

    service.writer.on_commit = note
    try:
        yield here
    finally:
        service.close()


@contextmanager
def at_work(folder: Path, domain: Domain = LEDGER, **how: Any) -> Iterator[Running]:
    """A service with all its threads at work, as in a process of its own."""
    service = service_of(folder, domain, **how)
    service.open()
    service.start()
    try:
        yield Running(service)
    finally:
        service.stop_listening()
        service.close()


@contextmanager
def fail_once_at_commit(here: Running, failure: Exception, after: int = 0) -> Iterator[None]:
    """A commit of the writer fails, the next one or some commits later, when all is written."""
    engine = here.service.writer.run(lambda connection: connection.engine)
    left: list[Exception | None] = [failure, *[None] * after]

    def fail(_: Connection) -> None:
        if left and (now := left.pop()):
            raise now

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


def later(seconds: int, start: datetime = NOW) -> datetime:
    """So many seconds after the start."""
    return start + timedelta(seconds=seconds)
