"""What the rules alone make of a line, and what an assessor may make of that (R-4 to R-8)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.reimbursement.commands.claim import (
    AssessCostLine,
    ConfirmProposals,
    DeductUnpaidLines,
    RecordSupplierPayment,
)
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.assessment import (
    BeyondKindLimit,
    EligibleBeyondClaimed,
    MoreThanProposed,
)
from services.reimbursement.domain.budget import BudgetUse
from services.reimbursement.domain.days import by_span, counted_parts, spans
from services.reimbursement.domain.entry import AbroadOutsideLine, PaidInFuture
from services.reimbursement.domain.precheck import check
from services.reimbursement.domain.propose import propose
from services.reimbursement.domain.unpaid import NotDueYet
from services.reimbursement.events.agreement import COST_KINDS, BudgetLine
from services.reimbursement.events.claim import ClaimRejected, CostLineAssessed
from services.reimbursement.events.invoice import Days
from services.reimbursement.events.line_course import CostLineDeducted
from services.reimbursement.policies.claims import free_the_budget, open_the_budget
from shared.kernel.decider import Reaction
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.spec import Given

APRIL_1, JUNE_30 = date(2025, 4, 1), date(2025, 6, 30)
here = ce.in_force()


def with_terms(**changes: Any) -> Given:
    """The agreement with other figures than usual."""
    known = here.history[eg.agreement_stream]
    executed = known[-1].model_copy(update=changes)
    return Given(here.domain, {**here.history, eg.agreement_stream: [*known[:-1], executed]})


def budgeted(**kinds: int) -> Given:
    """A budget for these kinds, in cents, with a free reallocation of a fifth."""
    lines = [
        BudgetLine(organisation_id=eg.terminal, kind=kind, quarter=Q1, amount_cents=kinds[kind])
        for kind in COST_KINDS
        if kind in kinds
    ]
    return with_terms(budget=tuple(lines))


def entered(known: Given, *lines: Any) -> Given:
    for line in lines:
        known = known.after(line, ce.proof(line))
    return known


def proposals(known: Given, quarter: str = Q1) -> Mapping[str, tuple[int, list[str]]]:
    claim = ce.claim_of(known, quarter)
    agreement: Agreement = known.state(eg.agreement_stream)
    budget: BudgetUse = known.state(f"budget-{eg.project}")
    return {
        line_id: (found.eligible_cents, [cut.reason_code for cut in found.cuts])
        for line_id, found in propose(claim, agreement, budget).items()
    }


def only(known: Given) -> tuple[int, list[str]]:
    [found] = proposals(known).values()
    return found


def test_r4_hard_case_12_three_weeks_abroad_disallow_their_days() -> None:
    line = ce.cost(
        amount_cents=910_000,
        incurred_from=APRIL_1,
        incurred_to=JUNE_30,
        abroad=(Days(first=date(2025, 5, 1), last=date(2025, 5, 21)),),
    )
    assert only(entered(here, line)) == (700_000, ["abroad"])  # 21 of 91 days


@pytest.mark.parametrize(
    "days",
    [
        (date(2025, 3, 31), APRIL_1),
        (APRIL_1, date(2025, 4, 2)),
        (date(2025, 4, 1), date(2025, 3, 31)),
    ],
)
def test_r4_days_abroad_are_days_of_the_line(days: tuple[date, date]) -> None:
    abroad = (Days(first=days[0], last=days[1]),)
    here.when(ce.cost(abroad=abroad)).then_refused(AbroadOutsideLine)


def test_r19_a_line_is_not_paid_before_its_day() -> None:
    tomorrow = date(2026, 1, 21)
    here.when(ce.cost(paid_on=tomorrow)).then_refused(PaidInFuture)


@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ({"related_party": True, "market_value_cents": 60_000}, (60_000, ["above_market_value"])),
        ({"related_party": True, "market_value_cents": 90_000}, (90_000, [])),
        ({"related_party": True}, (0, ["no_market_value"])),
        ({"market_value_cents": 1}, (90_000, [])),
        ({"related_party": True, "amount_cents": -500}, (-500, [])),
    ],
)
def test_hard_case_13_a_related_partys_price_counts_up_to_the_market_value(
    changes: dict[str, Any], worth: tuple[int, list[str]]
) -> None:
    assert only(entered(here, ce.cost(**{"amount_cents": 90_000, **changes}))) == worth


def test_r6_days_outside_of_the_agreement_are_cut_off() -> None:
    known = with_terms(eligible_from=date(2025, 4, 11), end_date=date(2025, 6, 15))
    line = ce.cost(amount_cents=91_000, incurred_from=APRIL_1, incurred_to=JUNE_30)
    worth, cuts = only(entered(known, line))
    assert (worth, sorted(cuts)) == (66_000, ["after_end", "before_start"])


@pytest.mark.parametrize(
    ("owed_since", "worth"),
    [
        (None, (10_000, [])),
        (date(2026, 3, 31), (10_000, [])),
        (date(2026, 4, 1), (0, ["debt_after_end"])),
    ],
)
def test_r6_a_debt_that_arose_after_the_end_date_is_no_cost_of_the_project(
    owed_since: date | None, worth: tuple[int, list[str]]
) -> None:
    line = ce.cost("2025-26Q4", owed_since=owed_since, invoiced_on=date(2026, 4, 9))
    known = entered(here, line)
    assert [*proposals(known, "2025-26Q4").values()] == [worth]


@pytest.mark.parametrize(
    ("pct", "worth"),
    [
        (Fraction(0), (0, ["overhead"])),
        (Fraction(15, 100), (15_000, ["overhead"])),
        (Fraction(1), (30_000, [])),
    ],
)
def test_r6_overhead_counts_within_its_share_of_direct_costs(
    pct: Fraction, worth: tuple[int, list[str]]
) -> None:
    known = with_terms(overhead_pct=pct)
    direct = ce.cost(number=1, amount_cents=100_000)
    indirect = ce.cost(number=2, amount_cents=30_000, overhead=True)
    found = proposals(entered(known, indirect, direct))
    assert found[ce.line_id(2)] == worth
    assert found[ce.line_id(1)] == (100_000, [])


def test_r8_a_cost_kind_is_limited_project_wide_in_filing_order() -> None:
    """A budget of 83.33 and a fifth: HALF_UP(99.996) = 100.00 for all claims together."""
    known = budgeted(labour=8_333, equipment=1_000)
    first = ce.cost(Q1, 1, amount_cents=7_000)
    known = entered(known, first).after(ce.file(Q1))
    partner = ce.cost(Q1, 2, eg.robots, amount_cents=2_000)
    known = entered(known, partner).after(ce.file(Q1, eg.robots))
    third = ce.cost(Q2, 3, amount_cents=4_000)
    known = entered(known, third)
    found = proposals(known, Q2)
    assert found[ce.line_id(3)] == (1_000, ["kind_limit"])
    equipment = ce.cost(Q2, 4, kind="equipment", amount_cents=1_201)
    assert proposals(entered(known, equipment), Q2)[ce.line_id(4)] == (1_200, ["kind_limit"])
    capital = ce.cost(Q2, 5, kind="capital", amount_cents=1)
    assert proposals(entered(known, capital), Q2)[ce.line_id(5)] == (0, ["kind_limit"])


def test_r8_who_filed_first_keeps_its_place_although_it_is_assessed_later() -> None:
    known = budgeted(labour=10_000)
    first, second = ce.cost(Q1, 1, amount_cents=9_000), ce.cost(Q2, 2, amount_cents=9_000)
    known = entered(known, first).after(ce.file(Q1))
    known = entered(known, second).after(ce.file(Q2))
    known = known.after(ConfirmProposals(claim_id=ce.claim_id(Q2), **ce.by(ce.assessor)))
    assert ce.claim_of(known, Q2).line(ce.line_id(2)).eligible_cents == 3_000
    known = known.after(ce.assess(Q2))
    assert [*proposals(known, Q1).values()] == [(9_000, [])]


def test_r8_no_assessor_goes_beyond_the_limit_and_the_rest_is_never_below_nothing() -> None:
    known = budgeted(labour=10_000)
    line = ce.cost(Q1, 1, amount_cents=20_000)
    known = entered(known, line).after(ce.file(Q1))
    beyond = AssessCostLine(
        claim_id=ce.claim_id(Q1),
        line_id=ce.line_id(1),
        eligible_cents=12_001,
        reason_code="eligible",
        reason="It was worth it.",
        **ce.by(ce.assessor),
    )
    decided = known.after(beyond)
    refused = decided.when(ce.assess(Q1)).then_refused(BeyondKindLimit)
    assert refused.facts["kinds"] == ["labour"]
    exact = known.after(replace(beyond, eligible_cents=12_000, reason=None))
    exact = exact.after(ce.assess(Q1))
    other = ce.cost(Q2, 2, amount_cents=5_000)
    assert [*proposals(entered(exact, other), Q2).values()] == [(0, ["kind_limit"])]


def test_r8_a_credit_note_frees_and_a_rejected_claim_gives_all_back() -> None:
    known = budgeted(labour=10_000)
    credit, cost = ce.cost(Q1, 2, amount_cents=-3_000), ce.cost(Q1, 1, amount_cents=15_000)
    known = entered(known, cost, credit)
    assert proposals(known)[ce.line_id(1)] == (15_000, [])
    known = known.after(ce.file(Q1))
    rejected = ClaimRejected(
        claim_id=ce.claim_id(Q1),
        project_id=eg.project,
        organisation_id=eg.terminal,
        content_hash="ab" * 32,
        reason="Not for this project.",
        rejected_by="approver-1",
    )
    reaction = Reaction(command=eg.asked(eg.this_service), find=lambda *_: None)
    [free] = free_the_budget(rejected, reaction)
    budget: BudgetUse = known.after(free).state(f"budget-{eg.project}")
    assert budget.standing == {}
    known.after(free).when(free).then_nothing()


def test_r8_without_any_budget_nothing_is_limited() -> None:
    line = ce.cost(amount_cents=99_999_999)
    assert only(entered(here, line)) == (99_999_999, [])


def test_x7_the_proposal_is_recorded_and_more_than_it_needs_words() -> None:
    line = ce.cost(amount_cents=90_000, related_party=True, market_value_cents=60_000)
    known = entered(here, line).after(ce.file())
    more = ce.assess_line(ce.line_id(1), 70_000)
    refused = known.when(more).then_refused(MoreThanProposed)
    assert refused.facts["proposed_cents"] == 60_000
    with_words = replace(more, reason="Two offers show it.")
    (event,) = known.when(with_words).then_names("CostLineAssessed")
    assert isinstance(event, CostLineAssessed)
    assert event.proposed is not None
    assert (event.eligible_cents, event.proposed.eligible_cents) == (70_000, 60_000)
    assert (event.proposed.cuts[0].rule, event.reason) == ("R-6", "Two offers show it.")
    (less,) = known.when(ce.assess_line(ce.line_id(1), 10)).then_names("CostLineAssessed")
    assert isinstance(less, CostLineAssessed)
    too_much = replace(with_words, eligible_cents=90_001)
    known.when(too_much).then_refused(EligibleBeyondClaimed)


def test_the_check_before_filing_is_the_assessment_after_it() -> None:
    known = budgeted(labour=50_000)
    lines = [
        ce.cost(number=1, amount_cents=40_000, related_party=True, market_value_cents=30_000),
        ce.cost(number=2, amount_cents=45_000),
        ce.cost(number=3, amount_cents=-1_000),
    ]
    known = entered(known, *lines)

    def checked(known: Given) -> Any:
        return check(
            ce.claim_of(known),
            ce.account_of(known),
            known.state(eg.agreement_stream),
            known.state(f"budget-{eg.project}"),
        )

    before = checked(known)
    assert before.missing.necessity == ["labour"]
    filed = known.after(ce.file())
    after = checked(filed)
    assert (after.lines, after.payable_cents) == (before.lines, before.payable_cents)
    assert after.missing.necessity == []
    confirm = ConfirmProposals(claim_id=ce.claim_id(Q1), **ce.by(ce.assessor))
    assessed = filed.after(confirm, ce.assess())
    worth = ce.claim_of(assessed).assessment
    assert worth is not None
    assert (worth.gross_cents, worth.payable_cents) == (before.eligible_cents, before.payable_cents)
    assert before.eligible_cents == 60_000


@for_all(
    cents=st.integers(-10_000_000, 10_000_000),
    days=st.lists(st.integers(0, 90), min_size=2, max_size=6),
)
def test_r18_days_cut_by_the_assessment_add_up(cents: int, days: list[int]) -> None:
    """Against plain arithmetic: each running total is nearest to the exact one."""
    first, last = APRIL_1 + timedelta(min(days)), APRIL_1 + timedelta(max(days))
    abroad = tuple(
        Days(first=APRIL_1 + timedelta(day), last=APRIL_1 + timedelta(day)) for day in days
    )
    line = ce.cost(amount_cents=cents, incurred_from=first, incurred_to=last, abroad=abroad)
    known = here.after(line)
    agreement: Agreement = known.state(eg.agreement_stream)
    recorded = ce.claim_of(known).line(line.line_id)
    parts = list(by_span(cents, spans(recorded, agreement, eg.terminal)))
    assert sum(part for _, part in parts) == cents
    length, so_far, running = max(days) - min(days) + 1, 0, 0
    for span, part in parts:
        so_far += (span.last - span.first).days + 1
        running += part
        assert abs(2 * (running * length - cents * so_far)) <= length
    counted = list(counted_parts(recorded, cents, agreement, eg.terminal))
    assert sum(part for _, _, part in counted) == cents


def test_r13_nothing_is_deducted_before_day_91() -> None:
    known = entered(here, ce.cost()).after(
        ce.file(Q1, by=eg.terminal_lead, **_at(date(2025, 8, 1)))
    )
    known.when(_deduct(date(2025, 10, 30))).then_refused(NotDueYet)
    for day, kept in ((date(2025, 10, 30), Fraction(1, 4)), (date(2025, 10, 31), Fraction(0))):
        paid = RecordSupplierPayment(
            claim_id=ce.claim_id(Q1),
            line_id=ce.line_id(1),
            currency="CAD",
            amount_hundredths=2_500,
            paid_on=day,
            proof="ab" * 32,
            by=eg.terminal_lead,
            **_at(day),
        )
        late = date(2025, 11, 5)
        event, _ = (
            known.after(paid)
            .when(_deduct(late))
            .then_names("CostLineDeducted", "SupplierPaymentsReviewed")
        )
        assert isinstance(event, CostLineDeducted)
        assert (event.kept, event.deducted_on) == (kept, date(2025, 10, 31))
    known.when(_deduct(date(2025, 10, 31))).then_names(
        "CostLineDeducted", "SupplierPaymentsReviewed"
    )
    known.after(_deduct(date(2025, 10, 31))).when(_deduct(date(2025, 11, 1))).then_nothing()


def _at(day: date) -> dict[str, Any]:
    return {
        "now": eg.at(day.year, day.month, day.day),
        "effective_at": eg.at(day.year, day.month, day.day),
    }


def _deduct(day: date) -> DeductUnpaidLines:
    return DeductUnpaidLines(claim_id=ce.claim_id(Q1), by=eg.this_service, **_at(day))


def test_r8_the_line_for_the_budget_begins_with_the_agreement_once() -> None:
    reaction = Reaction(command=eg.asked(eg.this_service), find=lambda *_: None)
    [begin] = open_the_budget(eg.executed, reaction)
    opened = here.after(begin)
    opened.when(begin).then_nothing()
    known = entered(opened, ce.cost()).after(ce.file())
    budget: BudgetUse = known.state(f"budget-{eg.project}")
    assert (budget.project_id, [*budget.standing]) == (eg.project, [ce.claim_id(Q1)])
