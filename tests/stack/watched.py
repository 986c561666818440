"""All five services, scraped before and after something happened in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi.routing import APIRoute
from starlette.routing import Mount

from services.main.demo.proposing import propose
from shared.kernel.events import wire_type
from shared.runtime.projections import Projection
from shared.runtime.serving import Fleet
from shared.runtime.tally import HANDLER_FAILED, OUTCOMES, Rebuilds
from shared.runtime.topics import group_of
from shared.runtime.web.gate import METHODS
from tests.stack.promql import Labels
from tests.stories.plans import LEAD, USUAL, playing
from tests.stories.telling import set_up
from tests.stories.world import World, whole_system
from tests.support.catalogue import module, refusals
from tests.support.figures import Shown

PORTS = {"intake": 8001, "evaluation": 8002, "membership": 8003, "reimbursement": 8004,
         "audit": 8005}  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """What all five services showed before something happened, and after it."""

    before: Mapping[str, Shown]
    after: Mapping[str, Shown]
    allowed: Mapping[str, frozenset[str]]
    """By label, every value that it may ever have."""
    now: float

    @property
    def scrapes(self) -> dict[str, dict[Labels, tuple[float, float]]]:
        """Both, as Prometheus keeps them."""
        found: dict[str, dict[Labels, tuple[float, float]]] = {"up": {}}
        for service in PORTS:
            target = {"service": service, "instance": service, "job": "grantline"}
            found["up"][frozenset(target.items())] = (1, 1)
            for name, labels, value in samples(self.after[service]):
                place = frozenset({**target, **labels}.items())
                found.setdefault(name, {})[place] = (value, value)
            for name, labels, value in samples(self.before[service]):
                place = frozenset({**target, **labels}.items())
                found[name][place] = (value, found[name][place][1])
        return found


def samples(shown: Shown) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for family in shown.families.values():
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


async def watch(folder: Path) -> Watched:
    async with whole_system(folder, playing(USUAL)) as world:
        await set_up(world.stage)
        await world.quiet()
        before = await scraped(world)
        await propose(world.stage, USUAL)
        again = f"/intake/v1/proposals/{world.stage.projects[1]}/submit"
        refused = await world.ask(world.stage.person_of(LEAD), again)
        assert refused.status_code == 409, refused.text
        await world.quiet()
        after = await scraped(world)
        [audit] = [service for service in world.fleet.services if service.name == "audit"]
        return Watched(before, after, allowed(world), audit.clock.now().timestamp())


async def scraped(world: World) -> Mapping[str, Shown]:
    return {name: Shown((await world.http.get(f"/{name}/metrics")).text) for name in PORTS}


def allowed(world: World) -> Mapping[str, frozenset[str]]:
    """Closed sets, from the code and never from what was shown."""
    codes = frozenset(refusal.code() for refusal in refusals())
    return {
        **of_domains(world.fleet),
        "code": codes,
        "class": codes | {"behind", HANDLER_FAILED, "unreadable-body", "unknown-schema"},
        "outcome": frozenset(OUTCOMES) | frozenset(Rebuilds.OUTCOMES),
        "check": frozenset(world.fleet.services[0].health()),
        "method": METHODS | {"other"},
        "route": frozenset(
            route.path
            for mounted in world.root.routes
            if isinstance(mounted, Mount)
            for route in mounted.routes
            if isinstance(route, APIRoute)
        )
        | {"none", "/openapi.json"},
        "status": frozenset(map(str, (0, *range(100, 600)))),
        "generation": frozenset("012"),
    }


def of_domains(fleet: Fleet) -> Mapping[str, frozenset[str]]:
    domains = [service.domain for service in fleet.services]
    names = frozenset(domain.service for domain in domains)
    return {
        "service": names,
        "origin": names,
        "consumer": frozenset(map(group_of, names)),
        "type": frozenset(
            wire_type(domain.service, event.event_name, event.schema_version)
            for domain in domains
            for event in domain.events
        ),
        "command": frozenset(command.__name__ for domain in domains for command in domain.deciders),
        "projection": frozenset(projection.name for projection in projections()),
    }


def projections() -> Iterator[Projection]:
    for name in PORTS:
        app = module(name, "app")
        assert app is not None, name
        yield from app.PROJECTIONS
