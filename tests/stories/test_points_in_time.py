"""What an owner answers for a point in time is what audit replays for the same point."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.stage import OFFICER
from shared.kernel.periods import rfc3339
from tests.stories.plans import LEAD, PARTNER, USUAL, playing
from tests.stories.telling import set_up, until_in_force
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

State = Mapping[str, Any]
Reading = Callable[[State], Mapping[str, Any]]


def proposal_by_intake(owner: State) -> Mapping[str, Any]:
    return {
        "title": owner["title"],
        "requested": owner["requested"],
        "hash": owner["submitted_hash"] or None,
        "parties": {one["organisation_id"] for one in owner["participants"]},
    }


def proposal_by_audit(state: State) -> Mapping[str, Any]:
    found = state["proposal"]
    return {
        "title": found["title"],
        "requested": found["requested"],
        "hash": found["content_hash"],
        "parties": set(found["participants"]),
    }


def evaluation_by_evaluation(owner: State) -> Mapping[str, Any]:
    decision = owner["decision"]
    return {
        "eligible": owner["eligible"],
        "verdicts": {name: each["verdict"] for name, each in owner["verdicts"].items()},
        "score": owner["weighted_score_exact"],
        "rate": decision["rate"] if decision and decision["confirmed_by"] else None,
    }


def evaluation_by_audit(state: State) -> Mapping[str, Any]:
    found = state["evaluation"]
    return {
        "eligible": found["eligible"],
        "verdicts": {name: each["verdict"] for name, each in found["verdicts"].items()},
        "score": found["weighted_score"],
        "rate": found["decision"]["rate"] if found["decision"] else None,
    }


def agreement_by_reimbursement(owner: State) -> Mapping[str, Any]:
    signed = owner["signatures"]
    return {
        "ceiling": owner["ceiling"],
        "executed_on": owner["executed_on"],
        "parties": {
            one["organisation_id"]: signed.get(one["organisation_id"], {}).get("signed_on")
            for one in owner["participants"]
        },
    }


def agreement_by_audit(state: State) -> Mapping[str, Any]:
    found = state["agreement"]
    return {
        "ceiling": found["ceiling"],
        "executed_on": found["executed_on"],
        "parties": {name: one["signed_on"] for name, one in found["participants"].items()},
    }


def compared(project: str) -> Iterator[tuple[str, Reading, Reading]]:
    """By owner's address, how it and audit tell the same."""
    yield f"/intake/v1/proposals/{project}", proposal_by_intake, proposal_by_audit
    yield (
        f"/evaluation/v1/evaluations/{project}",
        evaluation_by_evaluation,
        evaluation_by_audit,
    )
    yield (
        f"/reimbursement/v1/agreements/{project}",
        agreement_by_reimbursement,
        agreement_by_audit,
    )


def points(history: Sequence[State]) -> list[str]:
    """Instants at which something was learned, the ends of days, and both together."""
    learned = sorted({event["recordedtime"] for event in history})
    days = sorted({event["time"][:10] for event in history})
    before = rfc3339(datetime.fromisoformat(learned[-1]) - timedelta(microseconds=1))
    return [
        *(f"known_at={instant}" for instant in learned[::6]),
        f"known_at={before}",
        f"known_at={learned[-1]}",
        *(f"as_of={day}" for day in days),
        "as_of=2020-12-31",
        *(f"as_of={day}&known_at={learned[len(learned) // 2]}" for day in days),
    ]


async def test_owners_and_audit_tell_the_same_of_every_point_in_time(tmp_path: Path) -> None:
    async with whole_system(tmp_path, playing(USUAL)) as world:
        await set_up(world.stage)
        await until_in_force(world.stage, USUAL)
        await world.quiet()
        project = world.stage.projects[1]
        seen = 0
        for point in points(await world.history(project)):
            replayed = await answer(world, f"/audit/v1/projects/{project}/state?{point}")
            for path, by_owner, by_audit in compared(project):
                told = await answer(world, f"{path}?{point}")
                if told is None:
                    assert replayed is None or not any(nothing_of(replayed, path)), (path, point)
                    continue
                assert replayed is not None, (path, point)
                assert by_owner(told) == by_audit(replayed), (path, point)
                seen += 1
        assert seen > 30
        await a_late_size_is_told_by_its_day(world)


def nothing_of(replayed: State, path: str) -> Iterator[Any]:
    """What audit knows of a part that its owner does not know yet."""
    match path.split("/")[1]:
        case "intake":
            yield replayed["proposal"]["title"]
        case "evaluation":
            yield replayed["evaluation"]["timeline"]
        case _:
            yield replayed["agreement"]["timeline"]


async def answer(world: World, path: str) -> State | None:
    """What is answered, nothing where nothing was known yet."""
    found = await world.ask(OFFICER, path, method="GET")
    if found.status_code == 404:
        assert refusal(found)[1] == "nothing-known-yet", found.text
        return None
    assert found.status_code == 200, found.text
    state: State = found.json()
    return state


async def a_late_size_is_told_by_its_day(world: World) -> None:
    """A fact learned late: true from its day, known from its record, and the past stays as told."""
    path = f"/membership/v1/organisations/{world.stage.ids[PARTNER]}"
    before = await world.see(f"{path}?as_of=2021-06-30", OFFICER)
    size = {"fte": "2100", "affiliates_fte": "0", "as_of": "2021-05-01",
            "evidence_sha256": "a" * 64}  # fmt: skip
    made = await world.ask(OFFICER, f"{path}/size", size, effective_at="2021-05-01T12:00:00-04:00")
    assert made.status_code == 200, made.text
    [*_, told] = await world.see("/membership/v1/events?type=SizeAttested&limit=200")
    learned = datetime.fromisoformat(told["recordedtime"])

    async def sizes(query: str) -> list[str]:
        found = await world.see(f"{path}?{query}", OFFICER)
        return [each["fte"] for each in found["sizes"]]

    earlier = [each["fte"] for each in before["sizes"]]
    assert await sizes("as_of=2021-04-30") == earlier
    assert await sizes("as_of=2021-05-01") == [*earlier, "2100"]
    yet = rfc3339(learned - timedelta(microseconds=1))
    assert await sizes(f"as_of=2021-06-30&known_at={yet}") == earlier
    lead = await world.ask(world.stage.person_of(LEAD), f"{path}?as_of=2021-05-01", method="GET")
    assert lead.status_code == 404, "what is another's today was another's then"
