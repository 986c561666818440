"""Days are Toronto's wherever the server stands, and an instant keeps its offset's meaning."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.main.demo.stage import OFFICER
from shared.runtime.clock import SetClock, SystemClock
from tests.stories.plans import LEAD, PARTNER, cost, plan, playing
from tests.stories.telling import approved, claim_of, file, line, set_up, until_in_force
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

YEAR = plan(
    200_000,
    80_000,
    [
        cost(LEAD, "2025-26Q1", "labour", 100_000_00),
        cost(PARTNER, "2025-26Q2", "labour", 100_000_00),
    ],
    starts_on=date(2025, 4, 1),
    ends_on=date(2026, 3, 31),
)
EVENING = "2025-06-30T23:30:00-04:00"
LAST_IN_TIME = datetime(2026, 2, 15, 4, 59, 59, tzinfo=UTC)
ORGANISATIONS = "/membership/v1/organisations"


ZONES = ("UTC", "America/Toronto", "America/Vancouver", "Asia/Tokyo")


@pytest.fixture(params=ZONES)
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize(
    ("wiring", "server_zone"),
    [*(("embedded", zone) for zone in ZONES), ("on real servers", "Asia/Tokyo")],
    indirect=True,
)
@pytest.mark.usefixtures("server_zone")
async def test_c_013_a_cost_is_of_the_quarter_of_its_civil_day(tmp_path: Path) -> None:
    async with whole_system(tmp_path, playing(YEAR)) as world:
        await set_up(world.stage)
        await until_in_force(world.stage, YEAR)
        await world.quiet()
        q1, q2, q4 = (claim_of(world, f"2025-26Q{number}") for number in (1, 2, 4))
        invoice = line("1111.11", "2025-06-30", "A")
        salary = line("2222.22", "2025-07-01", "B")
        timesheet = line("3333.33", "2025-06-30", "C", place="BC")
        last_day = line("4444.44", "2026-03-31", "D")

        await enters_only(world, q1, q2, invoice, "2025-07-01T01:30:00Z")
        await enters_only(world, q1, q2, timesheet, "2025-07-01T06:30:00Z")
        await enters_only(world, q2, q1, salary, "2025-07-01T13:00:00Z")
        await enters_only(world, q4, q1, last_day, "2026-04-01T03:59:59Z")

        paid = []
        for path, day in ((q1, "2025-07-20"), (q2, "2025-10-20"), (q4, "2026-04-20")):
            at = f"{day}T13:00:00Z"
            claim = await file(world, path, world.stage.person_of(LEAD), at)
            paid.append((await approved(world, path, claim, at))["payable"]["amount"])
        assert paid == ["1600.00", "799.99", "1600.01"]
        entitled = [
            event["entitled_cents"]
            for event in await world.events("reimbursement", "CostsAccepted")
        ]
        assert entitled == [177_778, 266_666, 444_444]


async def enters_only(
    world: World, here: str, not_here: str, body: dict[str, object], at: str
) -> None:
    """The line is refused in one quarter's claim and taken in the other's."""
    lead = world.stage.person_of(LEAD)
    wrong = await world.ask(lead, f"{not_here}/lines", body, effective_at=at)
    assert refusal(wrong) == (409, "other-quarter", "R-21")
    right = await world.ask(lead, f"{here}/lines", body, effective_at=at)
    assert right.status_code == 200, right.text


async def test_c_014_a_claim_is_due_at_the_end_of_the_day_in_toronto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-3, X11: late is decided once, from the recorded instant; both are accepted."""
    clock = SetClock(datetime(2026, 2, 14, 17, tzinfo=UTC))
    monkeypatch.setattr(SystemClock, "now", lambda _: clock.now())
    async with whole_system(tmp_path, playing(YEAR)) as world:
        await set_up(world.stage)
        await until_in_force(world.stage, YEAR)
        await world.quiet()
        periods = await world.events("reimbursement", "ClaimPeriodOpened")
        assert {event["quarter"]: event["due_on"] for event in periods} == {
            "2025-26Q1": "2025-08-14",
            "2025-26Q2": "2025-11-14",
            "2025-26Q3": "2026-02-14",
            "2025-26Q4": "2026-05-15",
        }
        day = "2026-02-14T17:00:00Z"
        late = {}
        for second, party in enumerate((LEAD, PARTNER)):
            path = claim_of(world, "2025-26Q3", party)
            person = world.stage.person_of(party)
            cost_line = line("100.00", "2025-12-31", party[:5])
            entered = await world.ask(person, f"{path}/lines", cost_line, effective_at=day)
            assert entered.status_code == 200, entered.text
            clock.instant = LAST_IN_TIME + timedelta(seconds=second)
            late[party] = (await file(world, path, person, day))["late"]
        assert late == {LEAD: False, PARTNER: True}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with whole_system(tmp_path, playing()) as here:
        yield here


@pytest.mark.usefixtures("server_zone")
async def test_c_032_an_instant_is_read_back_as_the_same_instant(world: World) -> None:
    made = await world.ask(OFFICER, ORGANISATIONS, {"name": "Boréal"}, effective_at=EVENING)
    organisation = made.json()["organisation_id"]
    for service in ("membership", "audit"):
        said = await world.see(f"/{service}/v1/events?subject={organisation}")
        assert {event["time"] for event in said} == {"2025-07-01T03:30:00.000000Z"}
    history = f"/audit/v1/organisations/{organisation}/history"
    assert (await world.see(f"{history}?as_of=2025-06-30"))["events"] == said
    assert (await world.see(f"{history}?as_of=2025-06-29"))["events"] == []


async def test_c_032_two_spellings_of_one_instant_are_one(world: World) -> None:
    spellings = (EVENING, "2025-07-01T03:30:00Z", "2025-07-01T12:30:00+09:00")
    for number, spelling in enumerate(spellings):
        body = {"name": f"Boréal {number}"}
        assert (
            await world.ask(OFFICER, ORGANISATIONS, body, effective_at=spelling)
        ).status_code == 201
    found = await world.see("/membership/v1/events?type=OrganisationRegistered")
    assert {event["time"] for event in found} == {"2025-07-01T03:30:00.000000Z"}


@pytest.mark.parametrize("naive", ["2025-06-30T23:30:00", "2025-06-30", "23:30", "yesterday"])
async def test_c_032_a_time_without_offset_is_refused(world: World, naive: str) -> None:
    answer = await world.ask(OFFICER, ORGANISATIONS, {"name": "Boréal"}, effective_at=naive)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Effective-At"
    assert await world.events("membership", "OrganisationRegistered") == []
