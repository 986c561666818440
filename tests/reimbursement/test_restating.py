"""Accounts computed anew: the one computation for differences and changed terms (R-2, R-17)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.account import evolve as evolve_account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.agreement_fold import evolve as evolve_agreement
from services.reimbursement.domain.entitlement import Asking, entitlements, share_room
from services.reimbursement.domain.restating import (
    Why,
    restate,
    restate_together,
    shared_after,
)
from services.reimbursement.events.claim import RateShare
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1

here = ce.in_force()
counted = ce.approved(here, Q1, [10_000])
why = Why(
    because="correction", quarter=Q1, on=date(2026, 1, 20), claim_id=ce.claim_id(Q1), source="cor"
)


def agreement_of(ceiling_cents: int = 1_000_000_000) -> Agreement:
    found: Agreement = counted.state(eg.agreement_stream)
    return replace(found, ceiling_cents=ceiling_cents)


def costs(cents: int, rate: Fraction = Fraction(2, 5)) -> tuple[RateShare, ...]:
    return (RateShare(rate=rate, accepted_cents=cents),)


def test_r2_a_difference_is_counted_by_the_same_computation_as_an_approval() -> None:
    event = restate(ce.account_of(counted), agreement_of(), eg.terminal, costs(-2_501), why)
    assert (event.entitled_cents, event.holdback_cents, event.net_cents) == (3_000, 300, -900)
    after = evolve_account(ce.account_of(counted), event)
    assert after.accepted_cents == {Fraction(2, 5): 7_499}
    assert after.approved_cents == {Q1: 2_700}
    assert (after.payable_cents, after.free_cents) == (2_700, -900)


def test_r17_what_a_difference_frees_or_takes_is_told_to_the_agreement() -> None:
    agreement = agreement_of()
    event = restate(ce.account_of(counted), agreement, eg.terminal, costs(-2_500), why)
    (shared,) = shared_after(agreement, event)
    assert shared.parts[0].part_cents == -1_000
    assert evolve_agreement(agreement, shared).room_cents == agreement.room_cents + 1_000
    nothing = restate(ce.account_of(counted), agreement, eg.terminal, (), why)
    assert nothing.net_cents == 0
    assert shared_after(agreement, nothing) == []


def test_r2_changed_terms_alone_are_followed_too() -> None:
    tight = ce.approved(ce.in_force(ceiling_cents=3_000), Q1, [10_000])
    agreement = replace(tight.state(eg.agreement_stream), ceiling_cents=3_500)
    why = Why(because="amendment", quarter=Q1, on=date(2026, 1, 20))
    event = restate(ce.account_of(tight), agreement, eg.terminal, (), why)
    assert (event.part_cents, event.entitled_cents, event.claim_id) == (500, 3_500, None)


def test_r17_accounts_restated_together_share_the_room() -> None:
    agreement = agreement_of(ceiling_cents=4_300)
    accounts = {eg.terminal: ce.account_of(counted), eg.robots: Account()}
    differences = {eg.terminal: costs(1_000), eg.robots: costs(500)}
    found = restate_together(agreement, accounts, differences, why)
    assert {party: event.part_cents for party, event in found.items()} == {
        eg.terminal: 200,
        eg.robots: 100,
    }
    (shared,) = shared_after(agreement, *found.values())
    assert evolve_agreement(agreement, shared).room_cents == 0


@pytest.mark.parametrize(
    ("room", "increments", "parts"),
    [
        (100, {"a": 60, "b": 40}, {"a": 60, "b": 40}),
        (50, {"a": 60, "b": 40}, {"a": 30, "b": 20}),
        (1, {"b": 5, "a": 5}, {"a": 1, "b": 0}),
        (0, {"a": -30, "b": 20, "c": 40}, {"a": -30, "b": 10, "c": 20}),
        (0, {"a": 10}, {"a": 0}),
        (-5, {"a": 10}, {"a": 0}),
    ],
)
def test_r17_the_room_is_shared_in_proportion_reductions_first(
    room: int, increments: dict[str, int], parts: dict[str, int]
) -> None:
    assert share_room(room, increments) == parts


def test_r17_the_order_inside_a_batch_is_irrelevant() -> None:
    agreement = agreement_of(ceiling_cents=5_000)
    asks = [
        Asking(key="1", organisation_id="org_a", account=Account(), accepted=costs(7_001)),
        Asking(key="2", organisation_id="org_a", account=Account(), accepted=costs(-2_000)),
        Asking(key="3", organisation_id="org_b", account=Account(), accepted=costs(9_999)),
    ]
    found = [entitlements(agreement, order) for order in permutations(asks)]
    assert all(each == found[0] for each in found)
    assert sum(each.part_cents for each in found[0].values()) == agreement.room_cents
