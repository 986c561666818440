"""Any resource as of a day and as known at an instant, for whoever may see it today."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Actor
from shared.kernel.decider import Fold
from shared.kernel.periods import rfc3339
from shared.kernel.shown import shown
from shared.runtime.clock import SetClock
from shared.runtime.reading import ToldInPart
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.points import NothingKnownYet
from shared.runtime.web.routes import Api
from shared.runtime.web.tokens import LocalIssuer
from tests.support.client import Client
from tests.web.boxes import ACCESS, API, BOX, DOMAIN, Box, BoxFilled, BoxOpened, NoBox, evolve

pytestmark = pytest.mark.anyio

MONDAY = datetime(2020, 7, 20, 13, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Shop:
    """A service of boxes whose clock is set, and its callers."""

    service: Service
    clock: SetClock
    issuer: LocalIssuer
    api: Api

    def as_(self, *roles: str) -> Client:
        app = mount(
            self.api, self.service, verifier=self.issuer.verifier(), cursor_secret=b"s" * 32
        )
        return Client(app, self.issuer.issue(roles, f"{roles[0]}-1"))

    async def opened(self, label: str, **headers: str) -> str:
        made = await self.as_("programme_officer").post("/v1/boxes", {"label": label}, **headers)
        assert made.status_code == 201, made.text
        return f"/v1/boxes/{made.json()['project_id']}"

    async def filled(self, path: str, amount: str, **headers: str) -> None:
        body = {"amount": {"amount": amount, "currency": "CAD"}}
        answer = await self.as_("programme_officer").post(f"{path}/fill", body, **headers)
        assert answer.status_code == 200, answer.text


@contextmanager
def shop_of(folder: Path, api: Api = API, domain: Any = DOMAIN) -> Iterator[Shop]:
    clock = SetClock(MONDAY)
    service = Service(
        Settings(data=folder), domain, (), api, LocalTransport(), Outside(clock=clock)
    )
    service.open()
    service.writer.start()
    try:
        yield Shop(service, clock, LocalIssuer.open(folder, clock.now, service.ids.uuid7), api)
    finally:
        service.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_of(tmp_path) as here:
        yield here


async def filled_twice(shop: Shop) -> str:
    """Opened on Monday; 5.00 on Wednesday; on Friday it is learned that 2.00 came on Tuesday."""
    path = await shop.opened("A")
    shop.clock.advance(2 * DAY)
    await shop.filled(path, "5.00")
    shop.clock.advance(2 * DAY)
    await shop.filled(path, "2.00", effective_at=rfc3339(MONDAY + DAY))
    return path


async def amount(shop: Shop, path: str, query: str) -> str:
    answer = await shop.as_("auditor").get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["amount"]["amount"]
    return found


async def test_a_state_as_of_a_day_has_what_was_true_by_its_end(shop: Shop) -> None:
    path = await filled_twice(shop)
    seen = [await amount(shop, path, f"as_of=2020-07-{day}") for day in (20, 21, 22, 23, 24)]
    assert seen == ["0.00", "2.00", "7.00", "7.00", "7.00"]


async def test_a_state_as_known_at_an_instant_knows_nothing_recorded_later(shop: Shop) -> None:
    path = await filled_twice(shop)
    seen = [
        await amount(shop, path, f"known_at={rfc3339(MONDAY + days * DAY)}") for days in range(5)
    ]
    assert seen == ["0.00", "0.00", "5.00", "5.00", "7.00"]


async def test_both_axes_together(shop: Shop) -> None:
    path = await filled_twice(shop)
    thursday = f"known_at={rfc3339(MONDAY + 3 * DAY)}"
    assert await amount(shop, path, f"as_of=2020-07-21&{thursday}") == "0.00"
    assert await amount(shop, path, f"as_of=2020-07-22&{thursday}") == "5.00"


async def test_a_day_ends_in_toronto_and_an_instant_is_included_to_the_microsecond(
    shop: Shop,
) -> None:
    path = await shop.opened("A", effective_at="2020-07-20T00:00:00-04:00")
    await shop.filled(path, "1.00", effective_at="2020-07-20T23:59:59.999999-04:00")
    await shop.filled(path, "2.00", effective_at="2020-07-21T00:00:00-04:00")
    assert await amount(shop, path, "as_of=2020-07-20") == "1.00"
    assert await amount(shop, path, "as_of=2020-07-21") == "3.00"
    with shop.service.snapshot() as state:
        found = state.connection.exec_driver_sql("SELECT envelope FROM journal ORDER BY position")
        recorded = [row[0].partition('"recordedtime":"')[2][:27] for row in found]
    before = datetime.fromisoformat(recorded[2]) - timedelta(microseconds=1)
    assert await amount(shop, path, f"known_at={recorded[2]}") == "3.00"
    assert await amount(shop, path, f"known_at={rfc3339(before)}") == "1.00"


async def test_the_past_has_no_entity_tag_and_says_how_far_this_view_has_seen(shop: Shop) -> None:
    path = await filled_twice(shop)
    now = await shop.as_("auditor").get(path)
    then = await shop.as_("auditor").get(f"{path}?as_of=2020-07-22")
    assert (now.headers["etag"], "etag" in then.headers) == ('"3"', False)
    assert now.headers["event-position"] == then.headers["event-position"] == "intake=3"
    behind = await shop.as_("auditor").get(
        f"{path}?as_of=2020-07-22", min_event_position="intake=4"
    )
    assert (behind.status_code, behind.json()["code"]) == (503, "projection-behind")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("as_of=2020-13-01", "query: as_of"),
        ("as_of=2020-7-1", "query: as_of"),
        ("as_of=1999-07-20", "query: as_of"),
        ("as_of=", "query: as_of"),
        ("as_of=2020-07-20T00:00:00Z", "query: as_of"),
        ("known_at=2020-07-20T13:00:00", "query: known_at"),
        ("known_at=2020-07-20", "query: known_at"),
        ("known_at=2020-02-30T13:00:00Z", "query: known_at"),
        ("as_of=2020-07-20&as_of=2020-07-21", "query: as_of"),
        ("at=2020-07-20", "query"),
    ],
)
async def test_a_point_that_cannot_be_read_is_refused(shop: Shop, query: str, pointer: str) -> None:
    path = await shop.opened("A")
    answer = await shop.as_("auditor").get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("query", ["as_of=2020-07-19", "known_at=2020-07-20T12:59:59Z"])
async def test_before_its_beginning_nothing_was_known(shop: Shop, query: str) -> None:
    path = await shop.opened("A")
    answer = await shop.as_("auditor").get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (404, NothingKnownYet.code())
    nobody = await shop.as_("auditor").get(f"/v1/boxes/{BOX}?{query}")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not-found")


def declared(show: Any) -> Api:
    """The interface of boxes with another way of showing them."""
    api = Api("intake", access=ACCESS, show={"box": show})
    api.routes.extend(API.routes)
    return api


def by_role(box: Box, actor: Actor) -> Mapping[str, Any]:
    """Auditors see all; applicants not the notes of others, nor the label of what is not empty."""
    whole = {
        "project_id": box.project_id,
        "label": box.label,
        "amount": box.amount_cents,
        "notes": {"applicant": "mine", "officer": f"on {box.amount_cents}"},
        "marks": [box.amount_cents, 1],
    }
    if "applicant" not in actor.roles:
        return whole
    if box.amount_cents == 999:
        raise NoBox
    seen = {name: whole[name] for name in ("project_id", "amount")}
    return {**seen, "notes": {"applicant": "mine"}, "marks": [1], **(
        {"label": box.label} if not box.amount_cents else {}
    )}  # fmt: skip


async def test_the_past_hides_what_the_present_hides(tmp_path: Path) -> None:
    """The label was for everybody while the box was empty; today it is not, and so it never was."""
    with shop_of(tmp_path, declared(by_role)) as shop:
        path = await shop.opened("A")
        shop.clock.advance(DAY)
        await shop.filled(path, "5.00")
        then = f"{path}?as_of=2020-07-20"
        box = path.rpartition("/")[2]
        assert (await shop.as_("auditor").get(then)).json() == {
            "project_id": box, "label": "A", "amount": 0,
            "notes": {"applicant": "mine", "officer": "on 0"}, "marks": [0, 1],
        }  # fmt: skip
        assert (await shop.as_("applicant").get(then)).json() == {
            "project_id": box, "amount": 0, "notes": {"applicant": "mine"},
        }  # fmt: skip
        await shop.filled(path, "4.99")
        assert (await shop.as_("applicant").get(path)).status_code == 404
        gone = await shop.as_("applicant").get(then)
        assert (gone.status_code, gone.json()["code"]) == (404, "no-box")


async def test_who_came_late_sees_what_was_before(tmp_path: Path) -> None:
    """Who may see it is decided by the present state, for the whole of the past."""

    def once_filled(box: Box, actor: Actor) -> Mapping[str, Any]:
        if "applicant" in actor.roles and not box.amount_cents:
            raise NoBox
        found: Mapping[str, Any] = shown(box)
        return found

    with shop_of(tmp_path, declared(once_filled)) as shop:
        path = await shop.opened("A")
        then = f"{path}?as_of=2020-07-20"
        assert (await shop.as_("applicant").get(then)).status_code == 404
        shop.clock.advance(DAY)
        await shop.filled(path, "5.00")
        seen = await shop.as_("applicant").get(then)
        assert (seen.status_code, seen.json()["amount"]["amount"]) == (200, "0.00")


def one_after_the_other(box: Box, event: BoxOpened | BoxFilled) -> Box:
    """A small amount is never the first one."""
    assert not isinstance(event, BoxFilled) or event.amount_cents > 200 or box.amount_cents
    return evolve(box, event)


async def test_a_state_with_a_hole_that_cannot_be_folded_says_so(tmp_path: Path) -> None:
    domain = replace(
        DOMAIN, events=DOMAIN.events[:2], folds={"box": Fold(Box(), one_after_the_other)}
    )
    with shop_of(tmp_path, domain=domain) as shop:
        path = await filled_twice(shop)
        assert await amount(shop, path, "as_of=2020-07-22") == "7.00"
        answer = await shop.as_("auditor").get(f"{path}?as_of=2020-07-21")
        assert (answer.status_code, answer.json()["code"]) == (409, ToldInPart.code())


async def test_a_state_with_a_hole_that_cannot_be_shown_says_so(tmp_path: Path) -> None:
    def show_odd(box: Box, actor: Actor) -> Mapping[str, Any]:
        assert box.amount_cents != 200
        return {"project_id": box.project_id, "amount": box.amount_cents}

    with shop_of(tmp_path, declared(show_odd)) as shop:
        path = await filled_twice(shop)
        answer = await shop.as_("auditor").get(f"{path}?as_of=2020-07-21")
        assert (answer.status_code, answer.json()["code"]) == (409, ToldInPart.code())
