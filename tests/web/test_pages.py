"""Cursor pages: stable while rows come and go, sealed, and a total that belongs to its rows."""

from typing import Any

import pytest

from tests.web.world import World

pytestmark = pytest.mark.anyio


async def walk(world: World, path: str) -> list[int]:
    """The positions of all rows, page after page."""
    found: list[int] = []
    address: str | None = path
    while address is not None:
        page = (await world.auditor.get(address)).json()
        found += [row["position"] for row in page["items"]]
        address = page["next"]
    return found


async def page(world: World, path: str) -> dict[str, Any]:
    answer = await world.auditor.get(path)
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


async def test_pages_hold_every_row_once_in_order(world: World) -> None:
    for number in range(1, 8):
        world.add_row(number)
    assert await walk(world, "/v1/boxes?limit=3") == [1, 2, 3, 4, 5, 6, 7]
    assert await walk(world, "/v1/boxes?limit=7") == [1, 2, 3, 4, 5, 6, 7]


async def test_an_empty_list_is_an_empty_page(world: World) -> None:
    assert await page(world, "/v1/boxes") == {"items": [], "next": None}


async def test_a_row_shows_its_amount_as_money(world: World) -> None:
    world.add_row(1)
    (row,) = (await page(world, "/v1/boxes"))["items"]
    assert row["amount"] == {"amount": "1.00", "currency": "CAD"}
    assert "amount_cents" not in row


async def test_rows_that_come_and_go_disturb_no_page(world: World) -> None:
    for number in (1, 2, 3, 4, 5, 6):
        world.add_row(number)
    first = await page(world, "/v1/boxes?limit=3")
    world.remove_row(2)
    world.remove_row(3)
    world.remove_row(5)
    world.add_row(7)
    rest = await walk(world, first["next"])
    assert rest == [4, 6, 7]


async def test_filters_hold_on_every_page(world: World) -> None:
    for number in range(1, 7):
        world.add_row(number, "red" if number % 2 else "blue")
    assert await walk(world, "/v1/boxes?colour=blue&limit=2") == [2, 4, 6]


async def test_a_total_counts_what_the_filter_finds(world: World) -> None:
    for number in range(1, 6):
        world.add_row(number, "red" if number % 2 else "blue")
    first = await page(world, "/v1/boxes?colour=red&limit=2&total=yes")
    assert first["total"] == 3
    assert "total" not in await page(world, "/v1/boxes")


async def test_the_link_header_says_the_same_as_next(world: World) -> None:
    for number in range(1, 4):
        world.add_row(number)
    answer = await world.auditor.get("/v1/boxes?limit=2")
    assert answer.headers["link"] == f'<{answer.json()["next"]}>; rel="next"'
    last = await world.auditor.get(answer.json()["next"])
    assert "link" not in last.headers


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "x", "", "²", "9" * 30])
async def test_a_limit_is_a_number_up_to_the_largest_page(world: World, limit: str) -> None:
    answer = await world.auditor.get(f"/v1/boxes?limit={limit}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-limit")
    assert (await world.auditor.get("/v1/boxes?limit=200")).status_code == 200


async def test_a_cursor_serves_its_own_list_and_filters_only(world: World) -> None:
    for number in range(1, 5):
        world.add_row(number)
    following = (await page(world, "/v1/boxes?colour=red&limit=1"))["next"]
    cursor = following.rpartition("cursor=")[2]
    for query in (
        f"cursor={cursor}",
        f"colour=blue&cursor={cursor}",
        f"colour=red&total=yes&cursor={cursor}",
        f"colour=red&cursor={cursor[:-2]}AA",
        f"colour=red&cursor={cursor}A",
        "colour=red&cursor=",
        "colour=red&cursor=%2B%2F",
        "colour=red&cursor=AAAA",
    ):
        answer = await world.auditor.get(f"/v1/boxes?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor"), query
    good = await world.auditor.get(f"/v1/boxes?colour=red&limit=2&cursor={cursor}")
    assert [row["position"] for row in good.json()["items"]] == [2, 3]


@pytest.mark.parametrize(
    "query",
    ["color=red", "colour=red&colour=blue", "colour=%00", "colour=" + "x" * 201, "colour=%ff",
     "&".join(f"a{n}=1" for n in range(60))],
)  # fmt: skip
async def test_a_query_is_known_given_once_and_printable(world: World, query: str) -> None:
    answer = await world.auditor.get(f"/v1/boxes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")
    assert "color=" not in answer.text


async def test_a_page_below_a_mount_point_leads_on_below_it(world: World) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from tests.support.client import Client

    for number in range(1, 4):
        world.add_row(number)
    front = Client(Starlette(routes=[Mount("/intake", world.app)]), world.auditor.token)
    first = (await front.get("/intake/v1/boxes?limit=2")).json()
    assert first["next"].startswith("/intake/v1/boxes?")
    rest = (await front.get(first["next"])).json()
    assert [row["position"] for row in rest["items"]] == [3]
    assert (await Client(front.app).get("/intake/v1/boxes")).status_code == 401
