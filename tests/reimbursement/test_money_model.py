"""Any sequence of claims, corrections, amendments, returns and offsets agrees with a second one.

paid + holdback − overpayment = entitlement, never above a cap or the ceiling, no cent lost (R-2).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.reimbursement.commands.aftermath import ReceiveRecovery, RecordBankExcess
from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    AuthorisePayment,
    ConfirmPayment,
    FailPayment,
    IssuePayment,
    ReleaseHoldback,
    ReturnPayment,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.events.amendment import Changes, RateChange
from shared.kernel.commands import Command
from shared.kernel.periods import Quarter
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import amendment_examples as am
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4
from tests.reimbursement.money_model import Party, Project
from tests.support.spec import Given

RATE, PCT = Fraction(2, 5), Fraction(1, 10)
CEILING, CAP = 30_000, 18_000
PARTIES = (eg.terminal, eg.robots)
START = ce.in_force(rate=RATE, holdback_pct=PCT, ceiling_cents=CEILING, caps={eg.terminal: CAP})
KINDS = [
    *("file", "file", "file", "batch", "approve", "pay"),
    *("fail", "return", "correct", "correct", "amend", "excess", "receive"),
]
STEPS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(PARTIES),
    st.integers(min_value=-40_000, max_value=90_000),
)


@dataclass
class Run:
    """The service's own domain and the model, side by side."""

    here: Given = START
    model: Project = field(
        default_factory=lambda: Project(
            RATE, CEILING, PCT, {eg.terminal: Party(CAP), eg.robots: Party(None)}
        )
    )
    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Assessed claims, by quarter and party."""
    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    """What counts of each approved claim."""
    number: int = 0
    version: int = 1

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def do(self, *commands: Command) -> None:
        self.here = self.here.after(*commands)

    def account(self, party: str) -> Account:
        found: Account = self.here.state(f"account-{eg.project}.{party}")
        return found

    def file(self, party: str, amount: int) -> None:
        used = {q for q, p in (*self.waiting, *self.counted) if p == party}
        left = [quarter for quarter in (Q1, Q2, Q3, Q4) if quarter not in used]
        if left and amount:
            self.here = ce.assessed(self.here, left[0], [amount], party)
            self.waiting.append((left[0], party))

    def approve(self, party: str, _: int) -> None:
        mine = [claim for claim in self.waiting if claim[1] == party]
        if mine:
            self._approved([mine[-1]], ce.approve(self.here, *mine[-1]))

    def batch(self, party: str, _: int) -> None:
        if self.waiting:
            self._approved(self.waiting, ae.batch(self.here, self.waiting))

    def _approved(self, claims: list[tuple[str, str]], ask: Command) -> None:
        free = {party: self.model.free(party) for party in PARTIES}
        amounts = {claim: ce.claim_of(self.here, *claim).total_cents for claim in claims}
        self.model.count([(quarter, party, amounts[quarter, party]) for quarter, party in claims])
        self.do(ask)
        self.waiting = [claim for claim in self.waiting if claim not in claims]
        self.counted |= amounts
        for quarter, party in claims:
            claim = ce.claim_of(self.here, quarter, party)
            if claim.status == "approved":
                self.model.parties[party].promised[quarter] = claim.payable_cents
        for party in {party for _, party in claims}:
            gained = self.model.free(party)
            assert gained == 0 or gained < 0, (free, "what is payable is promised at once")

    def pay(self, party: str, amount: int, ends: str = "confirmed") -> None:
        promised = self.model.parties[party].promised
        if not promised:
            return
        quarter = min(promised)
        claim_id, number = ce.claim_id(quarter, party), self.next_number()
        owed = promised.pop(quarter)
        sends = max(min(owed, self.model.balance(party)), 0)
        who: dict[str, Any] = ce.by(ce.payer)
        reference: dict[str, Any] = {"reference": f"EFT-{number}"}
        self.do(AuthorisePayment(claim_id=claim_id, payment_id=ce.payment_id(number), **who))
        self.model.parties[party].paid += sends
        if not sends:
            return
        self.do(IssuePayment(claim_id=claim_id, **reference, **who))
        if ends != "failed":
            self.do(ConfirmPayment(claim_id=claim_id, **reference, **who))
        if ends == "failed":
            self.do(FailPayment(claim_id=claim_id, reason="Closed.", **who))
        if ends == "returned":
            self.do(ReturnPayment(claim_id=claim_id, reason="Closed.", **reference, **who))
        if ends != "confirmed":
            self.model.parties[party].paid -= sends
            promised[quarter] = sends

    def fail(self, party: str, amount: int) -> None:
        self.pay(party, amount, "failed")

    def return_(self, party: str, amount: int) -> None:
        self.pay(party, amount, "returned")

    def correct(self, party: str, amount: int) -> None:
        mine = [claim for claim in self.counted if claim == (claim[0], eg.terminal)]
        if not mine:
            return
        claim = mine[amount % len(mine)]
        claimed = ce.claim_of(self.here, *claim).total_cents
        becomes = claimed * (abs(amount) % 5) // 4 if claimed > 0 else -(-claimed // 2)
        becomes = min(becomes, claimed) if claimed > 0 else max(becomes, claimed)
        delta = becomes - self.counted[claim]
        if not delta:
            return
        self.here = ae.corrected(self.here, delta, claim[0], self.next_number())
        self.model.count([(*claim, delta)])
        self.counted[claim] = becomes

    def amend(self, party: str, amount: int) -> None:
        quarter = (Q1, Q2, Q3)[amount % 3]  # What begins later takes effect later.
        rate = Fraction(5 + abs(amount) % 4, 20)
        changed = RateChange(organisation_id=party, kind="labour", rate=rate)
        ask = am.propose(
            Changes(rates=(changed,)),
            amendment_id := f"amd_{self.next_number():032x}",
            self.version,
            Quarter.parse(quarter).start,
        )
        self.here = am.agreed(self.here.after(ask), amendment_id).after(am.effect(amendment_id))
        self.version += 1
        self.model.amend(party, quarter, rate)

    def excess(self, party: str, amount: int) -> None:
        if self.account(party).project_id and amount > 0:
            reference = f"DUP-{self.next_number()}"
            self.do(
                RecordBankExcess(
                    amount_cents=amount, reference=reference, **of(party), **ce.by(ce.payer)
                )
            )
            self.model.parties[party].paid += amount

    def receive(self, party: str, amount: int) -> None:
        owed = max(-self.model.balance(party), 0)
        if owed and amount:
            back = abs(amount) % owed + 1
            self.do(
                ReceiveRecovery(amount_cents=back, reference="IN", **of(party), **ce.by(ce.payer))
            )
            self.model.parties[party].paid -= back

    def step(self, kind: str, party: str, amount: int) -> None:
        doing: dict[str, Callable[[str, int], None]] = {
            "file": self.file, "approve": self.approve, "batch": self.batch, "pay": self.pay,
            "fail": self.fail, "return": self.return_, "correct": self.correct,
            "excess": self.excess, "receive": self.receive, "amend": self.amend,
        }  # fmt: skip
        doing[kind](party, amount)
        self.check()

    def check(self) -> None:
        """Both computations agree, and nothing is above its limit."""
        for party in PARTIES:
            account, model = self.account(party), self.model.parties[party]
            assert account.entitled_cents == model.entitled
            assert account.holdback_cents == model.holdback(PCT)
            assert account.paid_cents == model.paid
            assert account.payable_cents == self.model.payable(party)
            assert account.free_cents == self.model.free(party)
            assert (
                account.paid_cents
                + account.holdback_cents
                - account.overpaid_cents
                + max(account.payable_cents, 0)
                == account.entitled_cents
            )
        assert self.account(eg.terminal).entitled_cents <= CAP
        total = sum(self.account(party).entitled_cents for party in PARTIES)
        assert total <= CEILING
        agreement = self.here.state(eg.agreement_stream)
        assert agreement.room_cents == CEILING - total

    def end(self) -> None:
        """All is paid that can be: nothing is left between paid, overpaid and entitled."""
        for party in PARTIES:
            while self.model.parties[party].promised:
                self.pay(party, 0)
        self.here = ce.with_final_report(self.here)
        for party in PARTIES:
            if not self.account(party).project_id:
                continue
            self.do(ReleaseHoldback(**of(party), **ce.by(eg.officer)))
            self.model.parties[party].released = True
            self.check()
            if (free := self.account(party).free_cents) > 0:
                self.model.parties[party].paid += free
                number = ce.payment_id(self.next_number())
                who = ce.by(ce.payer)
                self.do(AuthoriseAccountPayment(payment_id=number, **of(party), **who))
            account = self.account(party)
            assert account.holdback_cents == 0
            assert account.paid_cents - account.overpaid_cents == account.entitled_cents


def of(party: str) -> dict[str, Any]:
    return {"project_id": eg.project, "organisation_id": party}


@settings(max_examples=40, deadline=None, derandomize=True)
@drawn(st.lists(STEPS, min_size=12, max_size=40))
def test_r2_any_sequence_agrees_with_a_second_computation(
    steps: list[tuple[str, str, int]],
) -> None:
    run = Run()
    for kind, party, amount in steps:
        run.step(kind, party, amount)
    run.end()


@settings(max_examples=25, deadline=None, derandomize=True)
@drawn(
    st.lists(st.integers(min_value=1, max_value=60_000), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
def test_r17_one_batch_gives_the_same_in_any_order(amounts: list[int], chance: object) -> None:
    run = Run()
    for number, amount in enumerate(amounts):
        run.file(PARTIES[number % 2], amount)
    order = list(run.waiting)
    chance.shuffle(order)  # type: ignore[attr-defined]
    one = run.here.after(ae.batch(run.here, run.waiting))
    other = run.here.after(ae.batch(run.here, order))
    for stream in (eg.agreement_stream, *(f"account-{eg.project}.{party}" for party in PARTIES)):
        assert one.state(stream) == other.state(stream)


@settings(max_examples=25, deadline=None, derandomize=True)
@drawn(st.lists(st.integers(min_value=-9_000, max_value=20_000), min_size=2, max_size=4))
def test_r2_below_every_limit_the_order_of_approvals_moves_no_cent(amounts: list[int]) -> None:
    wanted = [amount for amount in amounts if amount]
    runs = []
    for reverse in (False, True):
        run = Run()
        for amount in wanted:
            run.file(eg.robots, amount)
        for claim in sorted(run.waiting, reverse=reverse):
            run._approved([claim], ce.approve(run.here, *claim))
        runs.append(run.account(eg.robots))
    one, other = runs
    assert (one.entitled_cents, one.holdback_cents) == (other.entitled_cents, other.holdback_cents)


def test_r17_room_that_an_amendment_frees_goes_to_who_was_cut_by_the_ceiling() -> None:
    """28,000 of 30,000 leave 2,000 of 8,000; at a quarter of the costs instead of 40 %, all."""
    run = Run()
    for party, cents in ((eg.robots, 70_000), (eg.terminal, 20_000)):
        run.step("file", party, cents)
        run.step("approve", party, 0)
    assert [run.account(party).entitled_cents for party in PARTIES] == [2_000, 28_000]
    run.step("amend", eg.robots, 0)
    assert [run.account(party).entitled_cents for party in PARTIES] == [8_000, 17_500]
