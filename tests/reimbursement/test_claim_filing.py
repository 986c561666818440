"""Filing, assessing and approving a claim, each by another person (R-3, R-5, R-24, X6)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reimbursement.commands.claim import ApproveClaim, FileClaim, RejectClaim
from services.reimbursement.domain.approval import OtherContent
from services.reimbursement.domain.assessment import EligibleBeyondClaimed
from services.reimbursement.domain.claim_refusals import (
    ClaimAlreadyDecided,
    ClaimAlreadyFiled,
    ClaimNotFiled,
    ClaimNotFound,
    CostLineNotFound,
    LinesNotAssessed,
    NothingToClaim,
    NotTheClaimant,
)
from services.reimbursement.domain.filing import NoEvidence, NoNecessity
from services.reimbursement.events.claim import ClaimApproved, ClaimAssessed, ClaimFiled, KindTotal
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3
from tests.support.spec import Given

here = ce.in_force()
one_line = here.after(ce.cost(), ce.proof(ce.cost()))
filed = ce.filed(here, Q1, [10_000])
decided = filed.after(ce.assess_line(ce.line_id(1), 10_000))
assessed = ce.assessed(here, Q1, [10_000])
approved = assessed.after(ce.approve(assessed))


def reject(person: Any = ce.approver) -> RejectClaim:
    claim = ce.claim_of(assessed)
    return RejectClaim(
        claim_id=claim.claim_id,
        content_hash=claim.content_hash,
        reason="Not for this project.",
        **ce.by(person),
    )


def test_filing_certifies_totals_kinds_and_content() -> None:
    equipment = ce.cost(number=2, kind="equipment", amount_cents=25_000)
    known = one_line.after(equipment, ce.proof(equipment))
    necessity = {"labour": "Programming.", "equipment": "Sensors."}
    file = FileClaim(
        claim_id=ce.claim_id(Q1),
        necessity=necessity,  # type: ignore[arg-type]
        **ce.by(eg.terminal_lead, date(2025, 8, 1)),
    )
    event, _ = known.when(file).then_names("ClaimFiled", "BudgetClaimed")
    assert isinstance(event, ClaimFiled)
    assert (event.claimed_cents, event.lines, event.certifier) == (35_000, 2, "terminal-lead")
    assert event.claimed_by_kind == (
        KindTotal(kind="labour", amount_cents=10_000),
        KindTotal(kind="equipment", amount_cents=25_000),
    )
    assert (event.filed_on, event.late) == (date(2025, 8, 1), False)
    other, _ = one_line.when(ce.file()).then_names("ClaimFiled", "BudgetClaimed")
    assert isinstance(other, ClaimFiled)
    assert other.content_hash != event.content_hash


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, ce.file(), NothingToClaim),
        (here, ce.file(**ce.by(eg.outsider)), ClaimNotFound),
        (one_line, ce.file(**ce.by(eg.officer)), NotTheClaimant),
        (here.after(ce.cost()), ce.file(), NoEvidence),
        (filed, ce.file(), ClaimAlreadyFiled),
        # assessing a line
        (one_line, ce.assess_line(ce.line_id(1), 1), ClaimNotFiled),
        (filed, ce.assess_line(ce.line_id(9), 1), CostLineNotFound),
        (filed, ce.assess_line(ce.line_id(1), 10_001), EligibleBeyondClaimed),
        (filed, ce.assess_line(ce.line_id(1), -1), EligibleBeyondClaimed),
        (filed, ce.assess_line(ce.line_id(1), 1, **ce.by(eg.terminal_lead)), SamePerson),
        (assessed, ce.assess_line(ce.line_id(1), 1), ClaimAlreadyDecided),
        # closing the assessment
        (one_line, ce.assess(), ClaimNotFiled),
        (filed, ce.assess(), LinesNotAssessed),
        (filed, ce.assess(**ce.by(eg.terminal_lead)), SamePerson),
        (decided, ce.assess(**ce.by(eg.terminal_lead)), SamePerson),
        (assessed, ce.assess(), ClaimAlreadyDecided),
        # approving and rejecting
        (filed, ce.approve(filed), ClaimAlreadyDecided),
        (assessed, ce.again(ce.approve(assessed), eg.terminal_lead), SamePerson),
        (assessed, ce.again(ce.approve(assessed), ce.assessor), SamePerson),
        (approved, ce.approve(assessed), ClaimAlreadyDecided),
        (approved, reject(ce.second_approver), ClaimAlreadyDecided),
        (assessed, reject(ce.assessor), SamePerson),
    ],
)
def test_what_is_refused(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)


def test_a_line_without_evidence_and_a_kind_without_necessity_are_named() -> None:
    refused = one_line.after(ce.cost(number=2)).when(ce.file()).then_refused(NoEvidence)
    assert refused.facts["lines"] == [ce.line_id(2)]
    capital = ce.cost(number=2, kind="capital")
    refused = one_line.after(capital, ce.proof(capital)).when(ce.file()).then_refused(NoNecessity)
    assert refused.facts["kinds"] == ["capital"]


@pytest.mark.parametrize(
    ("quarter", "instant", "late"),
    [
        (Q1, datetime(2025, 8, 15, 3, 59, 59, 999_999, tzinfo=UTC), False),
        (Q1, datetime(2025, 8, 15, 4, tzinfo=UTC), True),
        (Q2, datetime(2025, 11, 15, 4, 59, 59, tzinfo=UTC), False),
        (Q2, datetime(2025, 11, 15, 5, tzinfo=UTC), True),
        (Q3, datetime(2026, 2, 15, 4, 59, 59, tzinfo=UTC), False),
        (Q3, datetime(2026, 2, 15, 5, tzinfo=UTC), True),
    ],
)
def test_c014_a_deadline_ends_with_its_day_in_toronto(
    quarter: str, instant: datetime, late: bool
) -> None:
    line = ce.cost(quarter)
    ask = ce.file(
        quarter, by=eg.terminal_lead, now=instant, effective_at=datetime(2025, 7, 1, tzinfo=UTC)
    )
    known = here.after(line, ce.proof(line))
    event, _ = known.when(ask).then_names("ClaimFiled", "BudgetClaimed")
    assert isinstance(event, ClaimFiled)
    assert event.late is late


def test_a_line_is_cut_with_a_reason_and_a_credit_note_keeps_its_sign() -> None:
    known = ce.filed(here, Q1, [10_000, -4_000])
    decided = known.after(
        ce.assess_line(ce.line_id(1), 7_500), ce.assess_line(ce.line_id(2), -4_000)
    )
    decided.when(ce.assess_line(ce.line_id(1), 7_500)).then_nothing()
    decided.when(ce.assess_line(ce.line_id(1), 5_000)).then_names("CostLineAssessed")
    event, _ = decided.when(ce.assess()).then_names("ClaimAssessed", "BudgetAccepted")
    assert isinstance(event, ClaimAssessed)
    assert (event.gross_cents, event.entitled_cents, event.holdback_cents) == (3_500, 1_400, 140)
    assert (event.payable_cents, event.offset_cents, event.unfunded_cents) == (1_260, 0, 0)
    assert event.policy_version == "2018-1"


def test_an_approval_counts_on_claim_account_and_agreement_at_once() -> None:
    assessed.when(ce.approve(assessed)).then_names(
        "ClaimApproved", "CostsAccepted", "CeilingShared"
    )
    other = ApproveClaim(claim_id=ce.claim_id(Q1), content_hash="00" * 32, **ce.by(ce.approver))
    assessed.when(other).then_refused(OtherContent)


def test_a_rejected_claim_counts_nothing() -> None:
    rejected = assessed.after(reject())
    assert ce.claim_of(rejected).status == "rejected"
    assert ce.claim_of(rejected).finished
    assert ce.account_of(rejected).entitled_cents == 0
    rejected.when(ce.approve(assessed)).then_refused(ClaimAlreadyDecided)
    other = RejectClaim(
        claim_id=ce.claim_id(Q1), content_hash="00" * 32, reason="?", **ce.by(ce.approver)
    )
    assessed.when(other).then_refused(OtherContent)


@pytest.mark.parametrize(
    ("eligible_cents", "net_cents", "approvers"),
    [(69_444_444, 25_000_000, 1), (69_444_447, 25_000_001, 2)],
)
def test_every_cent_belongs_to_one_band(
    eligible_cents: int, net_cents: int, approvers: int
) -> None:
    """C-020: one approver up to and including 250,000.00, two different ones above."""
    known = ce.assessed(here, Q1, [eligible_cents])
    assert ce.claim_of(known).payable_cents == net_cents
    if approvers == 2:
        known.when(ce.approve(known)).then_names("ClaimApprovalGiven")
        given = known.after(ce.approve(known))
        given.when(ce.approve(known)).then_refused(SamePerson)
        known = given.after(ce.again(ce.approve(known), ce.second_approver))
    else:
        known = known.after(ce.approve(known))
        second = ce.again(ce.approve(known), ce.second_approver)
        known.when(second).then_refused(ClaimAlreadyDecided)
    claim = ce.claim_of(known)
    assert (claim.status, len(claim.approvers)) == ("approved", approvers)
    (event,) = [
        event for event in known.history[ce.claim_stream(Q1)] if isinstance(event, ClaimApproved)
    ]
    assert event.quarter_total_cents == net_cents
