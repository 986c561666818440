"""A command over REST: what it answers, in which order it is refused, and what its key means."""

import hashlib

import pytest

from shared.runtime.web.commanding import fingerprint
from tests.web.boxes import BOX, ORGANISATION, OTHER_BOX
from tests.web.world import World, later

pytestmark = pytest.mark.anyio


async def opened(world: World) -> str:
    answer = await world.officer.post("/v1/boxes", {"label": "Résolu"})
    project_id: str = answer.json()["project_id"]
    return project_id


def amount(dollars: str) -> dict[str, object]:
    return {"amount": {"amount": dollars, "currency": "CAD"}}


async def test_a_command_answers_the_new_state_its_version_and_position(world: World) -> None:
    answer = await world.officer.post("/v1/boxes", {"label": "Résolu"})
    assert answer.status_code == 201
    assert answer.json()["label"] == "Résolu"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["event-position"] == "intake=1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/json"
    assert "idempotency-hit" not in answer.headers


async def test_the_bytes_of_the_answer_are_the_writers(world: World) -> None:
    answer = await world.officer.post("/v1/boxes", {"label": "A"}, idempotency_key="k")
    assert answer.content == world.writer.answers["officer-1", "k"][1].body


async def test_what_the_writer_is_asked(world: World) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    project = await opened(world)
    await world.officer.post(
        f"/v1/boxes/{project}/fill",
        amount("10000.50"),
        idempotency_key="k-1",
        if_match='"1"',
        effective_at="2020-07-01T09:00:00-04:00",
        on_behalf_of=ORGANISATION,
        traceparent=f"00-{trace}-b7ad6b7169203331-01",
    )
    asked = world.writer.asked[-1]
    command = asked.command
    assert command.amount_cents == 1_000_050  # type: ignore[attr-defined]
    assert command.effective_at.isoformat() == "2020-07-01T13:00:00+00:00"
    assert command.now == world.clock.now()
    assert command.by.person == "officer-1"
    assert command.by.on_behalf_of == ORGANISATION
    assert (asked.key, asked.if_match, asked.status) == ("k-1", 1, 200)
    assert asked.correlation_id == trace


async def test_effective_is_now_unless_said(world: World) -> None:
    await opened(world)
    assert world.writer.asked[-1].command.effective_at == world.clock.now()
    assert world.writer.asked[-1].command.by.on_behalf_of is None


async def test_a_refusal_names_its_rule(world: World) -> None:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/close")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/box-empty"
    assert problem["code"] == "box-empty"
    assert problem["rule"] == "R-7"
    assert problem["missing"] == ["amount"]
    assert problem["title"] == "Nothing was put in yet"
    assert problem["title_fr"] == "Rien n'y a été mis"
    assert not problem["retryable"]


async def test_a_stale_version_is_412_with_the_current_one(world: World) -> None:
    project = await opened(world)
    path = f"/v1/boxes/{project}/fill"
    assert (await world.officer.post(path, amount("1.00"), if_match='"1"')).status_code == 200
    answer = await world.officer.post(path, amount("1.00"), if_match='"1"')
    assert answer.status_code == 412
    assert answer.json()["current_version"] == 2


# The order of refusals: who, role, path, headers, body.


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/boxes"),
        ("POST", "/v1/boxes/not-an-id/fill"),
        ("DELETE", "/v1/boxes"),
        ("GET", "/v1/boxes?cursor=broken"),
        ("GET", "/v1/nothing/here"),
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("GET", "/v1/events"),
        ("GET", "/v1/events/stream"),
    ],
)
async def test_nobody_learns_anything_below_the_prefix(
    world: World, method: str, path: str
) -> None:
    answer = await world.nobody.send(method, path, b"{broken")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_role_comes_before_path_headers_and_body(world: World) -> None:
    auditor = world.auditor
    answer = await auditor.send("POST", "/v1/boxes/not-an-id/fill", b"{broken")
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")


async def test_the_path_comes_before_headers_and_body(world: World) -> None:
    answer = await world.officer.send("POST", "/v1/boxes/not-an-id/fill", b"{broken")
    assert answer.status_code == 404


async def test_headers_come_before_the_body(world: World) -> None:
    answer = await world.officer.send("POST", f"/v1/boxes/{BOX}/fill", b"{broken")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Idempotency-Key"


@pytest.mark.parametrize(
    "name",
    ["prj_", "prj_" + "0" * 31, "prj_" + "A" * 32, "org_" + "0" * 32, "..", "%00", "prj_%0a"],
)
async def test_an_identifier_that_cannot_be_one_is_not_found(world: World, name: str) -> None:
    answer = await world.officer.get(f"/v1/boxes/{name}")
    assert answer.status_code == 404


async def test_a_name_of_another_kind_is_printable_and_short(world: World) -> None:
    world.add_row(1)
    good = await world.officer.get(f"/v1/boxes/{BOX}/row/R%C3%A9solu")
    assert good.json()["name"] == "Résolu"
    assert (await world.officer.get(f"/v1/boxes/{BOX}/row/a%0Ab")).status_code == 404
    assert (await world.officer.get(f"/v1/boxes/{BOX}/row/{'x' * 201}")).status_code == 404


# Idempotency (X4, C-034).


async def test_a_repeated_command_has_the_first_answer_and_one_effect(world: World) -> None:
    project = await opened(world)
    path = f"/v1/boxes/{project}/fill"
    first = await world.officer.post(path, amount("9360.00"), idempotency_key="k-77")
    again = await world.officer.post(path, amount("9360.00"), idempotency_key="k-77")
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-hit"] == "true"
    assert world.writer.state(f"box-{project}")[0].amount_cents == 936_000


async def test_a_key_answers_for_no_other_resource_nor_other_body(world: World) -> None:
    first, second = await opened(world), await opened(world)
    done = await world.officer.post(
        f"/v1/boxes/{first}/fill", amount("9360.00"), idempotency_key="k-77"
    )
    other = await world.officer.post(
        f"/v1/boxes/{second}/fill", amount("9360.00"), idempotency_key="k-77"
    )
    changed = await world.officer.post(
        f"/v1/boxes/{first}/fill", amount("9361.00"), idempotency_key="k-77"
    )
    assert done.status_code == 200
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert (changed.status_code, changed.json()["code"]) == (422, "key-reused")
    assert world.writer.state(f"box-{second}")[0].amount_cents == 0
    assert world.writer.state(f"box-{first}")[0].amount_cents == 936_000


async def test_an_empty_body_is_told_apart_by_its_path_alone(world: World) -> None:
    assert fingerprint("POST", f"/v1/boxes/{BOX}/close", b"") != fingerprint(
        "POST", f"/v1/boxes/{OTHER_BOX}/close", b""
    )
    assert fingerprint("POST", "/a", b"b") != fingerprint("POST", "/a b", b"")
    assert fingerprint("POST", "/a", b"") != fingerprint("PUT", "/a", b"")


async def test_a_refusal_is_decided_again(world: World) -> None:
    path = f"/v1/boxes/{BOX}/fill"
    assert (await world.officer.post(path, amount("1.00"), idempotency_key="k")).status_code == 404
    world.writer.states[f"box-{BOX}"] = world.writer.state("x")[0].__class__(BOX, "A"), 1
    assert (await world.officer.post(path, amount("1.00"), idempotency_key="k")).status_code == 200


async def test_keys_of_two_people_do_not_meet(world: World) -> None:
    one = await world.officer.post("/v1/boxes", {"label": "A"}, idempotency_key="k")
    other = world.as_("programme_officer", person="officer-2")
    two = await other.post("/v1/boxes", {"label": "B"}, idempotency_key="k")
    assert (one.status_code, two.status_code) == (201, 201)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "\u00e9", " a"])
async def test_a_key_is_printable_and_short(world: World, key: str) -> None:
    headers = [("idempotency-key", key.encode()), ("content-type", b"application/json")]
    answer = await world.officer.send("POST", "/v1/boxes", b'{"label":"A"}', headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Idempotency-Key"


async def test_two_keys_are_no_key(world: World) -> None:
    headers = [
        ("idempotency-key", "a"),
        ("idempotency-key", "a"),
        ("content-type", "application/json"),
    ]
    answer = await world.officer.send("POST", "/v1/boxes", b'{"label":"A"}', headers)
    assert answer.status_code == 400


# Headers.


@pytest.mark.parametrize("tag", ["*", 'W/"7"', "7", '"07"', '"x"', '"1", "2"', '"-1"', ""])
async def test_only_one_strong_version_may_be_matched(world: World, tag: str) -> None:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/fill", amount("1.00"), if_match=tag)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: If-Match"


@pytest.mark.parametrize(
    "instant",
    [
        "2020-07-20",
        "2020-07-20T13:00:00",
        "20200720T130000Z",
        "2020-07-20 13:00:00Z",
        "2020-07-20T13:00:00+2460",
        "2020-07-20T13:00:00+99:00",
        "2020-02-30T13:00:00Z",
        "1970-01-01T00:00:00Z",
        "1595250000",
        "",
    ],
)
async def test_an_effective_instant_has_an_offset(world: World, instant: str) -> None:
    answer = await world.officer.post("/v1/boxes", {"label": "A"}, effective_at=instant)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Effective-At"
    assert answer.json()["errors"][0]["code"] == "instant"


async def test_only_staff_acts_on_behalf_of_others(world: World) -> None:
    applicant = world.as_("applicant", organisation=ORGANISATION)
    refused = await applicant.post("/v1/boxes", {"label": "A"}, on_behalf_of=ORGANISATION)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-staff")
    assert refused.json()["rule"] == "I-13"
    broken = await world.officer.post("/v1/boxes", {"label": "A"}, on_behalf_of="org_x")
    assert broken.status_code == 400


async def test_a_command_takes_no_query(world: World) -> None:
    answer = await world.officer.post("/v1/boxes?label=A", {"label": "A"})
    assert answer.status_code == 400


async def test_time_comes_from_the_clock(world: World) -> None:
    await opened(world)
    later(world, hours=1)
    await opened(world)
    first, second = (asked.command.now for asked in world.writer.asked)
    assert (second - first).total_seconds() == 3600


async def test_the_fingerprint_is_over_the_bytes_as_sent(world: World) -> None:
    raw = b'{ "label" : "A" }'
    await world.officer.post("/v1/boxes", raw)
    expected = hashlib.sha256(b"POST 9 /v1/boxes\n" + raw).hexdigest()
    assert world.writer.asked[-1].fingerprint == expected
