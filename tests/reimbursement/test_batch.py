"""Claims approved together share the room; caps in any order (R-17, C-011, R-24)."""

from itertools import permutations

import pytest

from services.reimbursement.commands.aftermath import ApproveBatch, NamedClaim
from services.reimbursement.domain.agreement import AgreementNotFound
from services.reimbursement.domain.approval import OtherContent, OtherProject
from services.reimbursement.domain.claim_refusals import ClaimAlreadyDecided, ClaimNotFiled
from services.reimbursement.events.agreement import CeilingShared
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4
from tests.support.spec import Given

tight = ce.in_force(ceiling_cents=9_000)
both = ce.assessed(ce.assessed(tight, Q1, [20_000]), Q1, [10_000], eg.robots)
BOTH = [(Q1, eg.terminal), (Q1, eg.robots)]


def parts(known: Given) -> dict[str, int]:
    (shared,) = [
        event for event in known.history[eg.agreement_stream] if isinstance(event, CeilingShared)
    ][-1:]
    return {part.organisation_id: part.part_cents for part in shared.parts}


def test_r17_a_batch_shares_the_room_in_proportion_to_the_increments() -> None:
    known = both.after(ae.batch(both, BOTH))
    assert parts(known) == {eg.terminal: 6_000, eg.robots: 3_000}
    assert ce.claim_of(known).payable_cents == 5_400
    assert ce.claim_of(known, Q1, eg.robots).payable_cents == 2_700
    alone = both.after(ce.approve(both))
    assert parts(alone) == {eg.terminal: 8_000}
    later = alone.after(ce.approve(alone, Q1, eg.robots))
    assert parts(later) == {eg.robots: 1_000}


def test_r17_x12_a_spare_cent_goes_by_largest_remainder_then_by_id() -> None:
    odd = ce.assessed(ce.assessed(ce.in_force(ceiling_cents=1), Q1, [50]), Q1, [50], eg.robots)
    assert parts(odd.after(ae.batch(odd, BOTH))) == {eg.terminal: 1, eg.robots: 0}


def test_r17_order_inside_a_batch_is_irrelevant() -> None:
    known = ce.assessed(both, Q2, [7_001])
    claims = [*BOTH, (Q2, eg.terminal)]
    found = [known.after(ae.batch(known, order)) for order in permutations(claims)]
    assert len({str(each.state(eg.agreement_stream)) for each in found}) == 1
    assert len({str(ce.account_of(each)) for each in found}) == 1
    assert found[0].state(eg.agreement_stream).room_cents == 0


def test_r17_reductions_enter_first_and_free_room_within_the_batch() -> None:
    known = ce.approved(tight, Q1, [22_500])
    assert known.state(eg.agreement_stream).room_cents == 0
    known = ce.assessed(ce.assessed(known, Q2, [-5_000]), Q1, [10_000], eg.robots)
    done = known.after(ae.batch(known, [(Q1, eg.robots), (Q2, eg.terminal)]))
    assert parts(done) == {eg.terminal: -2_000, eg.robots: 2_000}


def test_r17_a_participants_own_reduction_comes_first_whatever_its_quarter() -> None:
    known = ce.approved(tight, Q1, [15_000])
    known = ce.assessed(ce.assessed(known, Q2, [10_000]), Q3, [-5_000])
    done = known.after(ae.batch(known, [(Q2, eg.terminal), (Q3, eg.terminal)]))
    assert done.state(eg.agreement_stream).room_cents == 1_000
    assert ce.claim_of(done, Q3).status == "settled"
    (shared,) = [
        event
        for event in done.history[eg.agreement_stream][-1:]
        if isinstance(event, CeilingShared)
    ]
    assert [part.part_cents for part in shared.parts] == [-2_000, 4_000]


def test_r17_the_next_batch_finds_what_is_left() -> None:
    known = both.after(ae.batch(both, BOTH))
    known = ce.assessed(known, Q2, [1_000])
    known = known.after(ae.batch(known, [(Q2, eg.terminal)]))
    assert parts(known) == {eg.terminal: 0}
    assert ce.claim_of(known, Q2).status == "settled"


def test_r17_one_claim_is_a_batch_of_one() -> None:
    one = both.after(ae.batch(both, [(Q1, eg.terminal)]))
    alone = both.after(ce.approve(both))
    assert one.state(eg.agreement_stream) == alone.state(eg.agreement_stream)
    assert ce.account_of(one) == ce.account_of(alone)


@pytest.mark.parametrize("order", [(Q3, Q4), (Q4, Q3), "together"])
def test_c011_two_pending_claims_and_one_remaining_cap(order: tuple[str, str] | str) -> None:
    """Cap 250,000.00, entitled to 244,938.27 before: 4,555.56 is paid in any order."""
    known = ce.in_force(caps={eg.terminal: 25_000_000})
    known = ce.approved(known, Q1, [61_234_567])
    assert ce.account_of(known).entitled_cents == 24_493_827
    known = ce.assessed(ce.assessed(known, Q3, [3_000_000]), Q4, [2_500_000])
    if isinstance(order, tuple):
        for quarter in order:
            known = known.after(ce.approve(known, quarter))
    else:
        known = known.after(ae.batch(known, [(Q3, eg.terminal), (Q4, eg.terminal)]))
    payable = [ce.claim_of(known, quarter).payable_cents for quarter in (Q3, Q4)]
    assert sorted(payable) == [0, 455_556]
    account = ce.account_of(known)
    assert (account.entitled_cents, account.holdback_cents) == (25_000_000, 2_500_000)
    assert sum(account.accepted_cents.values()) == 61_234_567 + 5_500_000


def test_r24_a_batch_waits_as_a_whole_for_a_second_approver() -> None:
    known = ce.assessed(ce.in_force(), Q1, [70_000_000])
    known = ce.assessed(known, Q1, [10_000], eg.robots)
    known.when(ae.batch(known, BOTH)).then_names("ClaimApprovalGiven")
    once = known.after(ae.batch(known, BOTH))
    once.when(ae.batch(once, BOTH)).then_refused(SamePerson)
    done = once.after(ae.batch(once, BOTH, **ce.by(ce.second_approver)))
    statuses = {ce.claim_of(done, Q1, party).status for party in (eg.terminal, eg.robots)}
    assert statuses == {"approved"}


def test_x7_every_claim_of_a_batch_is_approved_by_its_content() -> None:
    named = [
        NamedClaim(claim_id=ce.claim_id(Q1), content_hash=ce.claim_of(both).content_hash),
        NamedClaim(claim_id=ce.claim_id(Q1, eg.robots), content_hash="0" * 64),
    ]
    ask = ApproveBatch(project_id=eg.project, claims=named, **ce.by(ce.approver))
    both.when(ask).then_refused(OtherContent)


def other(claim_id: str, times: int = 1) -> ApproveBatch:
    named = NamedClaim(claim_id=claim_id, content_hash=ce.claim_of(both).content_hash)
    return ApproveBatch(project_id=eg.project, claims=[named] * times, **ce.by(ce.approver))


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (both, other(ce.claim_id(Q1).replace(eg.project, eg.other_project)), OtherProject),
        (both, other(ce.claim_id(Q1), 2), OtherProject),
        (both, ae.batch(both, BOTH, **ce.by(eg.outsider)), AgreementNotFound),
        (both, ae.batch(both, BOTH, **ce.by(ce.assessor)), SamePerson),
        (both, ae.batch(both, [(Q4, eg.terminal)]), ClaimNotFiled),
        (both.after(ce.approve(both)), ae.batch(both, BOTH), ClaimAlreadyDecided),
    ],
)
def test_what_a_batch_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)
