"""Every state of a payment and every command about it: legal, or refused as the table says."""

from typing import Any

import pytest

from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    AuthorisePayment,
    ConfirmAccountPayment,
    ConfirmPayment,
    FailAccountPayment,
    FailPayment,
    IssueAccountPayment,
    IssuePayment,
    ReturnAccountPayment,
    ReturnPayment,
)
from services.reimbursement.domain.payment import Payment
from services.reimbursement.domain.payment_course import STATES, TABLE, State
from shared.kernel.commands import Command
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.catalogue import ROOT
from tests.support.spec import Given

WHO = ce.by(ce.payer)
CLAIM: dict[str, Any] = {"claim_id": ce.claim_id(Q1), **WHO}
OWN: dict[str, Any] = {**ae.ACCOUNT, **WHO}
EFT: dict[str, Any] = {"reference": "EFT-1"}
WHY: dict[str, Any] = {"reason": "Account closed."}

approved = ce.approved(ce.in_force(), Q1, [10_000])
released = ae.released(ce.paid(ce.in_force(), Q1, [10_000]))


def course(start: Given, own: bool) -> dict[State, Given]:
    """One history for each state, of a claim's payment or of the account's own."""
    if own:
        authorised = start.after(AuthoriseAccountPayment(payment_id=ce.payment_id(5), **OWN))
        issued = authorised.after(IssueAccountPayment(**EFT, **OWN))
        confirmed = issued.after(ConfirmAccountPayment(**EFT, **OWN))
        failed = issued.after(FailAccountPayment(**WHY, **OWN))
        returned = confirmed.after(ReturnAccountPayment(**EFT, **WHY, **OWN))
    else:
        authorised = start.after(AuthorisePayment(payment_id=ce.payment_id(5), **CLAIM))
        issued = authorised.after(IssuePayment(**EFT, **CLAIM))
        confirmed = issued.after(ConfirmPayment(**EFT, **CLAIM))
        failed = issued.after(FailPayment(**WHY, **CLAIM))
        returned = confirmed.after(ReturnPayment(**EFT, **WHY, **CLAIM))
    return {
        "none": start,
        "authorised": authorised,
        "issued": issued,
        "confirmed": confirmed,
        "failed": failed,
        "returned": returned,
    }


HISTORIES = {False: course(approved, False), True: course(released, True)}
ASKS: dict[type[Command], Command] = {
    AuthorisePayment: AuthorisePayment(payment_id=ce.payment_id(6), **CLAIM),
    IssuePayment: IssuePayment(**EFT, **CLAIM),
    ConfirmPayment: ConfirmPayment(**EFT, **CLAIM),
    FailPayment: FailPayment(**WHY, **CLAIM),
    ReturnPayment: ReturnPayment(**EFT, **WHY, **CLAIM),
    AuthoriseAccountPayment: AuthoriseAccountPayment(payment_id=ce.payment_id(6), **OWN),
    IssueAccountPayment: IssueAccountPayment(**EFT, **OWN),
    ConfirmAccountPayment: ConfirmAccountPayment(**EFT, **OWN),
    FailAccountPayment: FailAccountPayment(**WHY, **OWN),
    ReturnAccountPayment: ReturnAccountPayment(**EFT, **WHY, **OWN),
}
EVERY_PAIR = [(state, command) for state in STATES for command in TABLE.rows]


def payment(here: Given, own: bool) -> Payment | None:
    return ce.account_of(here).payment if own else ce.claim_of(here).payment


def state_of(here: Given, own: bool) -> str:
    found = payment(here, own)
    return "none" if found is None else found.status


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_a_history(state: State, own: bool) -> None:
    assert state_of(HISTORIES[own][state], own) == state


@pytest.mark.parametrize(
    ("state", "command"),
    EVERY_PAIR,
    ids=[f"{state}-{command.__name__}" for state, command in EVERY_PAIR],
)
def test_r24_every_command_is_legal_or_refused_as_the_table_says(
    state: State, command: type[Command]
) -> None:
    own = "Account" in command.__name__
    here, outcome, ask = HISTORIES[own][state], TABLE.outcome(command, state), ASKS[command]
    if not isinstance(outcome, tuple):
        here.when(ask).then_refused(outcome)
        return
    if (state, command) == ("confirmed", AuthoriseAccountPayment):
        # Something is owed again: what a credit note took is given back by a correction.
        here = ce.approved(here, Q2, [-1_000, 1_000])
        here = ae.corrected(here, 1_000, Q2, 3)
    assert state_of(here.after(ask), own) in outcome


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_r2_a_payment_counts_as_paid_from_its_authorisation_until_it_is_gone(
    state: State, own: bool
) -> None:
    here = HISTORIES[own][state]
    before = ce.account_of(released).paid_cents if own else 0
    found = payment(here, own)
    counts = found.amount_cents if found is not None and found.live else 0
    assert ce.account_of(here).paid_cents == before + counts
    assert (found is not None and found.live) == (state in ("authorised", "issued", "confirmed"))


def test_the_diagram_in_the_readme_is_this_table() -> None:
    drawn = (ROOT / "services/reimbursement/README.md").read_text(encoding="utf-8")
    assert TABLE.diagram("none") in drawn
