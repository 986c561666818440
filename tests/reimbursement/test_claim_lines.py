"""What may be entered in a claim: its quarter, Canada, the agreement's time, each invoice once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.claim import WithdrawCostLine
from services.reimbursement.domain.agreement import AgreementNotActive
from services.reimbursement.domain.claim_refusals import (
    ClaimAlreadyFiled,
    ClaimNotFound,
    CostLineNotFound,
    NotTheClaimant,
)
from services.reimbursement.domain.document import document_key
from services.reimbursement.domain.duplicates import DuplicateDocument
from services.reimbursement.domain.entry import (
    LINES_MAX,
    CrossesQuarters,
    IncurredBackwards,
    NotInCanada,
    OtherQuarter,
    OutsideEligiblePeriod,
    ProposedPart,
    TaxAgainstAmount,
    TooManyLines,
    proposed_parts,
)
from services.reimbursement.domain.lines import EVIDENCE_MAX, TooMuchEvidence
from services.reimbursement.domain.split import split_by_days
from services.reimbursement.events.agreement import AgreementClosed
from services.reimbursement.events.claim import (
    CostLineRecorded,
    DocumentShareReleased,
    DocumentShareTaken,
    EvidenceAttached,
    EvidenceUsed,
)
from shared.kernel.commands import Actor
from shared.kernel.refusals import Refusal
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.spec import Given

here = ce.in_force()
officer_for_terminal = Actor(
    person="officer-1", roles=frozenset({"programme_officer"}), on_behalf_of=eg.terminal
)


def withdraw(line_id: str) -> WithdrawCostLine:
    return WithdrawCostLine(claim_id=ce.claim_id(Q1), line_id=line_id, **ce.by(eg.terminal_lead))


def test_a_cost_is_entered_and_takes_its_share_of_the_invoice() -> None:
    line = ce.cost(amount_cents=1_000_000, tax_cents=149_750, place="CA-QC")
    recorded, taken = here.when(line).then_names("CostLineRecorded", "DocumentShareTaken")
    assert isinstance(recorded, CostLineRecorded)
    assert (recorded.place, recorded.recorded_by) == ("QC", "terminal-lead")
    assert isinstance(taken, DocumentShareTaken)
    assert (taken.gross_cents, taken.policy_version) == (1_149_750, "2018-1")
    claim = ce.claim_of(here.after(line))
    assert (claim.status, claim.total_cents) == ("draft", 1_000_000)


def test_staff_enter_costs_only_in_the_participants_name() -> None:
    here.when(ce.cost(**ce.by(officer_for_terminal))).then_names(
        "CostLineRecorded", "DocumentShareTaken"
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        # who and where
        (ce.by(eg.outsider), ClaimNotFound),
        (ce.by(eg.robots_lead), ClaimNotFound),
        ({"claim_id": "nothing"}, ClaimNotFound),
        (ce.by(eg.officer), NotTheClaimant),
        ({"place": "DE"}, NotInCanada),
        ({"place": "CA"}, NotInCanada),
        ({"amount_cents": -100, "tax_cents": 1}, TaxAgainstAmount),
        # when
        ({"incurred_to": date(2025, 3, 31)}, IncurredBackwards),
        (
            {"incurred_from": date(2025, 3, 30), "incurred_to": date(2025, 3, 31)},
            OutsideEligiblePeriod,
        ),
        (
            {"incurred_from": date(2026, 4, 1), "incurred_to": date(2026, 4, 1)},
            OutsideEligiblePeriod,
        ),
        ({"incurred_from": date(2025, 3, 31)}, CrossesQuarters),
        ({"incurred_to": date(2026, 4, 1)}, CrossesQuarters),
        ({"incurred_to": date(2025, 7, 1)}, CrossesQuarters),
        ({"incurred_from": date(2025, 7, 1), "incurred_to": date(2025, 7, 1)}, OtherQuarter),
    ],
)
def test_what_cannot_be_entered(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    here.when(ce.cost(**changes)).then_refused(refusal)


def test_nothing_is_entered_under_an_agreement_that_is_closed() -> None:
    closed = AgreementClosed(
        project_id=eg.project,
        entitled_cents=0,
        paid_cents=0,
        closed_on=date(2026, 6, 1),
        closed_by="officer-1",
    )
    history = {**here.history, eg.agreement_stream: [*here.history[eg.agreement_stream], closed]}
    Given(DOMAIN, history).when(ce.cost()).then_refused(AgreementNotActive)


def test_a_cost_over_the_fiscal_year_end_comes_back_in_parts_that_add_up() -> None:
    ask = ce.cost(
        amount_cents=10_001,
        tax_cents=1_498,
        incurred_from=date(2025, 6, 21),
        incurred_to=date(2025, 7, 10),
    )
    refused = here.when(ask).then_refused(CrossesQuarters)
    assert refused.facts["parts"] == [
        ProposedPart(Q1, date(2025, 6, 21), date(2025, 6, 30), 5_001, 749),
        ProposedPart(Q2, date(2025, 7, 1), date(2025, 7, 10), 5_000, 749),
    ]


@for_all(
    cents=st.integers(-10_000_000, 10_000_000),
    days=st.tuples(
        st.dates(date(2025, 4, 1), date(2026, 3, 31)), st.dates(date(2025, 4, 1), date(2026, 3, 31))
    ),
)
def test_proposed_parts_always_add_up(cents: int, days: tuple[date, date]) -> None:
    first, last = sorted(days)
    parts = proposed_parts(
        ce.cost(amount_cents=cents, incurred_from=first, incurred_to=last),
        here.state(eg.agreement_stream),
    )
    assert sum(part.amount_cents for part in parts) == cents
    assert parts[0].incurred_from == first
    assert parts[-1].incurred_to == last
    assert len({part.quarter for part in parts}) == len(parts)


def test_a_split_outside_its_days_is_no_split() -> None:
    days = date(2025, 6, 1), date(2025, 6, 30)
    (whole,) = split_by_days(999, *days, [date(2025, 6, 1), date(2025, 7, 1)])
    assert whole.amount_cents == 999


NEAR = date(2025, 4, 4)
FAR = date(2025, 4, 5)


@pytest.mark.parametrize(
    ("changes", "is_the_same"),
    [
        # another spelling of supplier and number, dated three days later
        ({"supplier": "ATELIERS BORÉAL, INC", "invoice_number": "inv 42-17"}, True),
        ({"invoiced_on": NEAR}, True),
        ({"invoiced_on": FAR}, False),
        ({"amount_cents": 9_999}, False),
        ({"amount_cents": 9_000, "tax_cents": 1_000}, True),
        ({"amount_cents": -10_000}, False),
        ({"supplier": "Ateliers du Sud inc."}, False),
        ({"invoice_number": "INV-42/18"}, False),
    ],
)
def test_r23_a_row_that_repeats_one_of_its_claim_is_refused(
    changes: dict[str, Any], is_the_same: bool
) -> None:
    known = here.after(ce.cost(number=1, invoice_number="INV-42/17"))
    repeated = known.when(ce.cost(number=2, **{"invoice_number": "INV-42/17", **changes}))
    if is_the_same:
        repeated.then_refused(DuplicateDocument)
    else:
        repeated.then_names("CostLineRecorded", "DocumentShareTaken")


def test_a_line_taken_back_frees_its_invoice() -> None:
    line = ce.cost()
    known = here.after(line)
    names = known.when(withdraw(line.line_id)).then_names(
        "CostLineWithdrawn", "DocumentShareReleased"
    )
    assert isinstance(names[1], DocumentShareReleased)
    assert names[1].document == document_key(line.supplier, line.invoice_number)
    freed = known.after(withdraw(line.line_id))
    assert not ce.claim_of(freed).lines
    assert ce.claim_of(freed).finished
    freed.when(ce.cost(number=2, invoice_number=line.invoice_number)).then_names(
        "CostLineRecorded", "DocumentShareTaken"
    )
    freed.when(withdraw(line.line_id)).then_refused(CostLineNotFound)


def test_evidence_is_attached_by_hash_and_only_once() -> None:
    line = ce.cost()
    known = here.after(line)
    attached, used = known.when(ce.proof(line)).then_names("EvidenceAttached", "EvidenceUsed")
    assert isinstance(attached, EvidenceAttached)
    assert isinstance(used, EvidenceUsed)
    assert attached.sha256 == used.document == ce.proof(line).sha256
    known.after(ce.proof(line)).when(ce.proof(line)).then_nothing()
    here.when(ce.proof(line)).then_refused(CostLineNotFound)


def test_a_filed_claim_takes_no_line_and_gives_none_back() -> None:
    filed = ce.filed(here, Q1, [10_000])
    filed.when(ce.cost(number=2)).then_refused(ClaimAlreadyFiled)
    filed.when(withdraw(ce.line_id(1))).then_refused(ClaimAlreadyFiled)
    filed.when(ce.proof(ce.cost())).then_refused(ClaimAlreadyFiled)


def test_lines_and_evidence_have_a_limit() -> None:
    first = ce.cost()
    recorded = here.after(first).history[ce.claim_stream(Q1)][-1]
    assert isinstance(recorded, CostLineRecorded)
    lines = [
        recorded.model_copy(update={"line_id": ce.line_id(number)})
        for number in range(1, LINES_MAX + 1)
    ]
    stream = ce.claim_stream(Q1)
    full = Given(DOMAIN, {**here.history, stream: [ce.period(Q1), *lines]})
    full.when(ce.cost(number=LINES_MAX + 1)).then_refused(TooManyLines)
    proofs = [
        EvidenceAttached(
            claim_id=ce.claim_id(Q1),
            project_id=eg.project,
            organisation_id=eg.terminal,
            line_id=first.line_id,
            sha256=f"{number:064x}",
            kind="invoice",
            attached_by="terminal-lead",
        )
        for number in range(EVIDENCE_MAX)
    ]
    proven = Given(DOMAIN, {**here.history, stream: [ce.period(Q1), recorded, *proofs]})
    proven.when(ce.proof(first)).then_refused(TooMuchEvidence)
