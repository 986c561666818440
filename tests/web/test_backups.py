"""The route of a backup: who may ask for it, under which key, and what is answered and noted."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.backups import digest_of
from tests.support.catalogue import service_names
from tests.support.running import Running, running
from tests.web.world import World

PATH = "/v1/backups"
BECAUSE = {"reason": "The monthly backup."}


@pytest.fixture(params=service_names())
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Each of the five services."""
    with running(tmp_path, request.param) as here:
        yield here


def test_every_service_makes_backups_of_its_own(served: Running, tmp_path: Path) -> None:
    name, operator = served.service.name, served.by("operator")
    answer = operator.post(PATH, BECAUSE, idempotency_key="k")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["service"], made["position"]) == (name, 1)
    assert answer.headers["event-position"] == f"{name}=1"
    assert digest_of(tmp_path / "backups" / made["backup"] / f"{name}.db") == made["sha256"]
    again = operator.post(PATH, BECAUSE, idempotency_key="k")
    assert (again.json(), again.headers["idempotency-hit"]) == (made, "true")
    [noted] = served.by("auditor").get("/v1/events?type=BackupMade").json()
    assert noted["data"] == {
        "backup": made["backup"], "position": 0, "digest": sha256(b"").hexdigest(),
        "made_by": "operator-1", "reason": BECAUSE["reason"],
    }  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("role", ["programme_officer", "auditor", "service", "applicant"])
async def test_only_operators_have_a_backup_made(world: World, role: str) -> None:
    answer = await world.as_(role).post(PATH, BECAUSE)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    assert (await world.nobody.send("POST", PATH, b"{")).status_code == 401
    assert world.backups == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "pointer"), [({}, "/reason"), ({**BECAUSE, "folder": "/tmp/x"}, "/folder")]
)
async def test_a_backup_takes_a_reason_and_nothing_else(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    """Least of all a place to write to."""
    answer = await world.as_("operator").post(PATH, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert world.backups == []


@pytest.mark.anyio
async def test_who_has_a_backup_made_and_why_is_passed_on(world: World) -> None:
    asking = world.as_("operator", person="operator-1")
    assert (await asking.post(PATH, BECAUSE, idempotency_key="k-1")).status_code == 200
    assert world.backups == [("operator-1", BECAUSE["reason"], "k-1")]
