"""What the demo plays: real where it is published, the same in every run where it is not."""

import re
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256

import pytest

from services.main.demo.portfolio import (
    COVID_ROUND,
    FICTITIOUS,
    KINDS,
    SME_FTE_LT,
    Plan,
    drawn,
    portfolio,
)
from services.main.demo.register import canonical_name, organisations, projects
from services.main.demo.stage import COVID_CALL, funded_in_order

PLAY = portfolio()
FUNDED = [plan for plan in PLAY.plans if plan.row.funded]


def title(plan: Plan) -> str:
    return plan.row.title


funded = pytest.mark.parametrize("plan", FUNDED, ids=title)


def test_every_row_is_played_once() -> None:
    assert [plan.row for plan in PLAY.plans] == projects()


def test_33_rows_are_eligible_by_the_policy_of_their_time() -> None:
    """Two parties are needed; the call of May 2020 took single firms."""
    eligible = [
        plan
        for plan in PLAY.plans
        if len(set(plan.parties)) >= 2 or plan.row.round_id == COVID_ROUND
    ]
    assert len(eligible) == 33
    assert len(PLAY.plans) - len(eligible) == 28
    assert set(FUNDED) <= set(eligible)


def test_the_special_call_covers_its_rows_and_no_other() -> None:
    first, after = COVID_CALL
    cluster = [plan for plan in PLAY.plans if plan.programme == "scale-ai"]
    inside = [plan for plan in cluster if first <= plan.submitted_on < after]
    assert inside == [plan for plan in cluster if plan.row.round_id == COVID_ROUND]
    assert len(inside) == 6


def test_16_rows_go_on_to_the_last_payment() -> None:
    assert len(FUNDED) == len(funded_in_order(PLAY.plans)) == 16
    assert sum(plan.ceiling_cents for plan in FUNDED) == 7_605_150_000
    assert [plan.row.number for plan in PLAY.plans if plan.costs and not plan.row.funded] == []


@funded
def test_the_costs_add_up_to_the_published_total(plan: Plan) -> None:
    assert sum(cost.cents for cost in plan.costs) == (plan.row.total or 0) * 100


@funded
def test_the_rate_is_contribution_over_total_exactly(plan: Plan) -> None:
    assert plan.rate == Fraction(plan.row.contribution or 0, plan.row.total or 1)
    assert plan.rate * (plan.row.total or 0) * 100 == plan.ceiling_cents


@funded
def test_every_cost_is_reimbursed_in_whole_cents(plan: Plan) -> None:
    assert all((cost.cents * plan.rate).denominator == 1 for cost in plan.costs)
    assert sum(cost.cents * plan.rate for cost in plan.costs) == plan.ceiling_cents


@funded
def test_costs_lie_inside_the_project_and_belong_to_its_parties(plan: Plan) -> None:
    assert {cost.party for cost in plan.costs} == set(plan.parties)
    assert {cost.kind for cost in plan.costs} <= set(KINDS)
    assert all(cost.cents > 0 for cost in plan.costs)
    assert all(cost.quarter.end > plan.starts_on for cost in plan.costs)
    assert all(cost.quarter.start <= plan.ends_on for cost in plan.costs)
    assert all(plan.quarters_of(party) for party in plan.parties)


def test_in_every_row_of_two_or_more_somebody_is_an_sme() -> None:
    for plan in PLAY.plans:
        sizes = [PLAY.parties[name].fte for name in plan.parties]
        assert len(sizes) < 2 or min(sizes) < SME_FTE_LT, plan.row.title


def test_who_the_register_calls_large_is_no_sme_and_an_sme_is_one() -> None:
    for party in PLAY.parties.values():
        if party.kind in ("SME", "large"):
            assert (party.fte < SME_FTE_LT) == (party.kind == "SME"), party.name


def test_what_was_made_up_says_so_and_what_is_real_does_not() -> None:
    register = {row.name for row in organisations()}
    for name, party in PLAY.parties.items():
        assert name == party.name
        assert party.fictitious == name.endswith(FICTITIOUS) == (name not in register)
    assert sum(party.fictitious for party in PLAY.parties.values()) == 12


def test_every_real_party_is_registered_once_under_one_spelling() -> None:
    real = {party.name for party in PLAY.parties.values() if not party.fictitious}
    assert real == {canonical_name(row.name) for row in organisations()}
    assert len(real) == 138 - len(PLAY.aliases)
    assert {name for plan in PLAY.plans for name in plan.parties} <= set(PLAY.parties)


def test_who_is_named_takes_part_in_the_published_order() -> None:
    for plan in PLAY.plans:
        named = list(dict.fromkeys(canonical_name(name) for name in plan.row.named))
        assert list(plan.parties[: len(named)]) == named
        assert all(name.endswith(FICTITIOUS) for name in plan.parties[len(named) :])


def test_a_published_day_is_the_day_and_only_what_is_missing_is_drawn() -> None:
    for plan in PLAY.plans:
        published = plan.row.announced
        assert re.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?", published)
        assert plan.submitted_on.isoformat().startswith(published)
    complete = [plan for plan in PLAY.plans if len(plan.row.announced) == 10]
    assert len(complete) == len([row for row in projects() if row.announced.count("-") == 2])


def test_things_happen_in_their_order() -> None:
    for plan in PLAY.plans:
        assert plan.submitted_on < plan.decided_on < plan.starts_on < plan.ends_on
        assert (plan.starts_on - plan.decided_on).days <= 90


@pytest.mark.parametrize("what", [("a",), ("b", 1), ("c", "d", 2)])
def test_a_draw_stays_inside_its_bounds_both_of_which_it_reaches(what: tuple[object, ...]) -> None:
    found = {drawn(1, 3, *what, number) for number in range(60)}
    assert found == {1, 2, 3}


def test_another_process_draws_the_same() -> None:
    """No hash of Python's own, no clock and no order of a set is in it."""
    command = "from services.main.demo.portfolio import portfolio; print(portfolio())"
    printed = [
        subprocess.run(
            [sys.executable, "-c", command],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    here = f"{PLAY}\n".encode()
    assert {sha256(text).hexdigest() for text in printed} == {sha256(here).hexdigest()}
