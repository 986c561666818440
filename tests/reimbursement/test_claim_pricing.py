"""What a line takes of an invoice, against arithmetic that shares no code with it (X12, R-20)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.reimbursement.commands.claim import CorrectCostLine, CostFacts, ReclaimCostLine
from services.reimbursement.domain.entry import OtherQuarter
from services.reimbursement.domain.lines import ReclaimedLine
from services.reimbursement.domain.pricing import (
    OutsideService,
    ShareOfNobody,
    SharesOfNothing,
    ShareTooFine,
    days_part,
    line_taxes,
    own_part,
    share_of,
    taken_out,
)
from services.reimbursement.events.claim import CostLineRecorded
from services.reimbursement.events.invoice import Invoice, InvoiceTax, NamedTax, Sharer
from shared.kernel.refusals import Refusal
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q2
from tests.reimbursement.claim_states import open_

here = ce.in_force()
PARTIES = (eg.terminal, eg.robots, eg.institute)
FIRST = date(2025, 4, 1)


def invoice(
    amount: int = 700_273,
    weights: Mapping[str, Fraction | int] | None = None,
    taxes: Mapping[str, int] | None = None,
    days: int = 1,
) -> Invoice:
    return Invoice(
        currency="CAD",
        amount_hundredths=amount,
        taxes=tuple(
            InvoiceTax.model_validate({"tax": tax, "amount_hundredths": cents})
            for tax, cents in (taxes or {}).items()
        ),
        service_from=FIRST,
        service_to=FIRST + timedelta(days=days - 1),
        shared_between=tuple(
            Sharer(organisation_id=party, weight=Fraction(weight))
            for party, weight in (weights or {}).items()
        ),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_c005_the_parts_are_the_same_in_all_six_orders(order: tuple[int, ...]) -> None:
    weights = dict(zip(PARTIES, (7, 5, 1), strict=True))
    shuffled = {PARTIES[place]: weights[PARTIES[place]] for place in order}
    whole = invoice(weights=shuffled)
    assert [own_part(700_273, whole, party) for party in PARTIES] == [377_070, 269_336, 53_867]
    more = invoice(weights={**shuffled, eg.stranger: 0})
    assert [own_part(700_273, more, party) for party in PARTIES] == [377_070, 269_336, 53_867]
    assert own_part(700_273, more, eg.stranger) == 0


@for_all(
    amount=st.integers(-10_000_000, 10_000_000),
    weights=st.lists(st.integers(0, 1_000), min_size=3, max_size=3).filter(any),
)
def test_x12_shares_add_up_and_none_is_a_cent_away_from_exact(
    amount: int, weights: list[int]
) -> None:
    whole = invoice(amount, dict(zip(PARTIES, weights, strict=True)))
    parts = [own_part(amount, whole, party) for party in PARTIES]
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)
    shares = [share_of(whole, party, FIRST, FIRST) for party in PARTIES]
    assert sum(shares) == 1


@for_all(
    amount=st.integers(-10_000_000, 10_000_000),
    days=st.integers(1, 400),
    cuts=st.lists(st.integers(1, 399), max_size=5),
)
def test_r18_days_of_a_service_add_up_over_all_claims(
    amount: int, days: int, cuts: list[int]
) -> None:
    whole = invoice(amount, days=days)
    edges = sorted({0, days, *(cut for cut in cuts if cut < days)})
    parts = []
    for start, end in pairwise(edges):
        first, last = FIRST + timedelta(days=start), FIRST + timedelta(days=end - 1)
        parts.append(days_part(amount, whole, first, last))
        exact_end = Decimal(amount) * end / days
        assert sum(parts) == exact_end.quantize(Decimal(1), ROUND_HALF_UP) or abs(
            sum(parts) - exact_end
        ) <= Decimal("0.5000001")
        assert share_of(whole, eg.terminal, first, last) == Fraction(end - start, days)
    assert sum(parts) == amount


@for_all(
    tax=st.integers(-1_000_000, 1_000_000),
    recovery=st.integers(0, 1_000),
    days=st.integers(1, 92),
)
def test_r20_recovered_is_rounded_once_for_the_document(tax: int, recovery: int, days: int) -> None:
    share = Fraction(recovery, 1_000)
    whole = invoice(taxes={"gst": tax}, days=days)
    recovered = 0
    for day in range(days):
        on = FIRST + timedelta(days=day)
        [found] = line_taxes(whole, eg.terminal, (on, on), lambda _: share)
        recovered += found.recovered_hundredths
    exact = (Decimal(tax) * recovery / 1_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert recovered == exact


@for_all(gross=st.integers(-10_000_000, 10_000_000), qst=st.integers(0, 20_000))
def test_r20_what_is_taken_out_of_a_price_adds_up(gross: int, qst: int) -> None:
    rates: Mapping[NamedTax, Fraction] = {"gst": Fraction(1, 20), "qst": Fraction(qst, 100_000)}
    net, taxes = taken_out(gross, rates)
    assert net + sum(tax.amount_hundredths for tax in taxes) == gross
    exact = Decimal(gross) / (1 + Decimal(5) / 100 + Decimal(qst) / 100_000)
    assert abs(net - exact) <= Decimal("0.5000001")


def test_r20_a_sum_of_receipts_is_not_one_document() -> None:
    rates: Mapping[NamedTax, Fraction] = {"gst": Fraction(1, 20)}
    one_by_one = sum(taken_out(1_010, rates)[0] for _ in range(3))
    together, _ = taken_out(3_030, rates)
    assert (one_by_one, together) == (2_886, 2_886)
    assert sum(taken_out(1_011, rates)[0] for _ in range(3)) == 2_889
    assert taken_out(3_033, rates)[0] == 2_889
    assert sum(taken_out(1_004, rates)[0] for _ in range(4)) == 3_824
    assert taken_out(4_016, rates)[0] == 3_825


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"shared_between": {eg.robots: Fraction(1)}}, ShareOfNobody),
        ({"shared_between": {eg.terminal: Fraction(0)}}, SharesOfNothing),
        (
            {
                "shared_between": {
                    eg.terminal: Fraction(1, 999_999_999_989),
                    eg.robots: Fraction(1, 999_999_999_961),
                    eg.institute: Fraction(1, 999_999_999_937),
                }
            },
            ShareTooFine,
        ),
        ({"service_from": date(2025, 4, 2), "service_to": date(2025, 6, 30)}, OutsideService),
        ({"service_from": date(2025, 3, 1), "service_to": date(2025, 3, 31)}, OutsideService),
    ],
)
def test_r7_a_share_is_one_of_this_participant(
    changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    here.when(ce.cost(**changes)).then_refused(refusal)


def test_old_records_without_invoice_count_as_they_did() -> None:
    recorded, _ = here.when(ce.cost(tax_cents=1_497)).then_names(
        "CostLineRecorded", "DocumentShareTaken"
    )
    assert isinstance(recorded, CostLineRecorded)
    old = recorded.model_copy(update={"stated": None})
    history = dict(here.history)
    stream = ce.claim_stream("2025-26Q1")
    history[stream] = [*history[stream], old]
    claim = ce.claim_of(type(here)(here.domain, history))
    [line] = claim.lines.values()
    assert (line.amount_cents, line.stated.owed_hundredths) == (10_000, 11_497)
    assert line.stated.share == 1


def test_r13_a_line_that_brings_back_a_deducted_one_is_not_stated_anew() -> None:
    brought = open_.after(
        ReclaimCostLine(
            claim_id=ce.claim_id(Q2),
            line_id=ce.line_id(9),
            deducted_claim_id=ce.claim_id("2025-26Q1"),
            deducted_line_id=ce.line_id(1),
            **ce.by(eg.terminal_lead, date(2026, 5, 20)),
        )
    )
    other = ce.cost(Q2, 9)
    facts = {name: getattr(other, name) for name in CostFacts.__dataclass_fields__}
    brought.when(CorrectCostLine(**facts)).then_refused(ReclaimedLine)


def test_r21_a_cost_of_a_later_quarter_is_refused() -> None:
    later = ce.cost(Q2, 9)
    facts = {name: getattr(later, name) for name in CostFacts.__dataclass_fields__}
    wrong = {**facts, "claim_id": ce.claim_id("2025-26Q1")}
    here.when(type(later)(**wrong)).then_refused(OtherQuarter)
