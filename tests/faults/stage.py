"""What a mixed campaign happens on: two real servers, a proxy before each, five processes."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from services.main.stacks.servers import KAFKA_SETTINGS, KafkaServer, PostgresServer
from shared.kernel.decider import Domain
from shared.runtime.kafka import make_topics
from shared.runtime.postgres import prepare_database
from tests.faults.checker import Anomaly
from tests.faults.lives import TOYS
from tests.faults.proxy import Proxy
from tests.faults.toys import Place, Toy, toy_topics
from tests.support.databases import GRANTS, ROLE

PROCESSES = ("ledger-1", "ledger-2", "mirror-1", "mirror-2", "witness-1")
HELD = """
SELECT origin, count(*) FROM journal GROUP BY origin
UNION ALL SELECT 'waiting', count(*) FROM waiting
UNION ALL SELECT 'not relayed', sequence - relayed FROM journal_head
"""


class Stage:
    """The servers, on the loopback; services reach them through proxies alone."""

    def __init__(self, folder: Path, seed: int, planted: tuple[str, ...]) -> None:
        self.proxies = {"postgres": Proxy(seed), "kafka": Proxy(seed + 1)}
        ports = {name: proxy.port for name, proxy in self.proxies.items()}
        advertised = f"PLAINTEXT://127.0.0.1:{ports['kafka']}"
        settings = {**KAFKA_SETTINGS, "advertised.listeners": advertised}
        self.kafka = KafkaServer(folder / "kafka", settings)
        self.postgres = PostgresServer(folder / "postgres")
        self.place = Place(
            folder,
            postgres=f"postgresql://{ROLE}@127.0.0.1:{ports['postgres']}/toy_{{service}}",
            kafka=f"127.0.0.1:{ports['kafka']}",
            planted=planted,
        )
        self.toys = {name: Toy(name, self.place) for name in PROCESSES}

    async def start(self) -> None:
        """Start the servers, make what the services need, and start these."""
        for proxy, behind in zip(
            self.proxies.values(), (self.postgres.port, self.kafka.port), strict=True
        ):
            await proxy.start(behind)
        await asyncio.gather(*map(asyncio.to_thread, (self.postgres.start, self.kafka.start)))
        await asyncio.to_thread(self._prepare)
        toys = self.toys.values()
        await asyncio.gather(*(asyncio.to_thread(toy.start) for toy in toys))

    def _prepare(self) -> None:
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
            connection.execute("ALTER SYSTEM SET fsync = off")  # The machine is not killed.
            connection.execute("SELECT pg_reload_conf()")
        for name in TOYS:
            self.postgres.create_database(f"toy_{name}")
            prepare_database(self.postgres.url(f"toy_{name}"), ROLE, GRANTS)
        make_topics(self.kafka.bootstrap, toy_topics())

    def leave(self) -> None:
        """Kill the services."""
        for toy in self.toys.values():
            toy.kill()

    async def close(self) -> None:
        """End everything, whatever state it is in."""
        self.leave()
        await asyncio.to_thread(self.kafka.stop)
        await asyncio.to_thread(self.postgres.stop)
        for proxy in self.proxies.values():
            await proxy.close()

    def moving(self) -> Sequence[Anomaly]:
        """What is not where it must be in the end, as the databases themselves say."""
        held = {name: self._held(name) for name in TOYS}
        return list(_moving(held, [domain for domain, _ in TOYS.values()]))

    def _held(self, name: str) -> dict[str, int]:
        with psycopg.connect(self.postgres.url(f"toy_{name}")) as connection:
            return dict(connection.execute(HELD).fetchall())


def _moving(held: dict[str, dict[str, int]], domains: Sequence[Domain]) -> Iterator[Anomaly]:
    for domain in domains:
        mine = held[domain.service]
        for what in ("waiting", "not relayed"):
            if mine[what]:
                yield Anomaly("never quiet", f"{mine[what]} {what} at {domain.service}")
        for origin in sorted(domain.hears):
            said, came = held[origin].get(origin, 0), mine.get(origin, 0)
            if said != came:
                yield Anomaly("unseen", f"{came} of {said} of {origin} at {domain.service}")
