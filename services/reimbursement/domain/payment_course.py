"""Which command about a payment is legal when: one table for deciders, tests and diagram (R-24)."""

from typing import Literal, TypeAlias, get_args

from services.reimbursement.commands import payment as asked
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from shared.kernel.transitions import Moves, Row, Transitions, moves

Status: TypeAlias = Literal["authorised", "issued", "confirmed", "failed", "returned"]
State: TypeAlias = Literal["none", "authorised", "issued", "confirmed", "failed", "returned"]
STATES: tuple[State, ...] = get_args(State)


class PaymentAlreadyAuthorised(Refusal):
    """There is a live payment for this already; one authorisation is all there is."""

    rule = "R-24"
    french = "Un paiement est déjà en cours pour ceci; il n'y a qu'une autorisation."


class NoPaymentOnItsWay(Refusal):
    """No payment is at this step: it must be authorised, then issued, then confirmed or failed."""

    rule = "R-24"
    french = "Aucun paiement n'en est là : autorisé, puis émis, puis confirmé ou échoué."


_AGAIN: Moves[State] = dict.fromkeys(("none", "failed", "returned"), "authorised")
_STEPS: dict[str, Row[State]] = {
    "issue": moves({"authorised": "issued"}, otherwise=NoPaymentOnItsWay),
    "confirm": moves(
        {
            "issued": "confirmed",
            "confirmed": "confirmed",
            "failed": "failed",
            "returned": "returned",
        },
        otherwise=NoPaymentOnItsWay,
    ),
    "fail": moves({"authorised": "failed", "issued": "failed"}, otherwise=NoPaymentOnItsWay),
    "return": moves(
        {"issued": "returned", "confirmed": "returned", "returned": "returned"},
        otherwise=NoPaymentOnItsWay,
    ),
}
TABLE: Transitions[State] = Transitions(
    STATES,
    {
        asked.AuthorisePayment: moves(_AGAIN, otherwise=PaymentAlreadyAuthorised),
        asked.IssuePayment: _STEPS["issue"],
        asked.ConfirmPayment: _STEPS["confirm"],
        asked.FailPayment: _STEPS["fail"],
        asked.ReturnPayment: _STEPS["return"],
        asked.AuthoriseAccountPayment: moves(
            {**_AGAIN, "confirmed": "authorised"}, otherwise=PaymentAlreadyAuthorised
        ),
        asked.IssueAccountPayment: _STEPS["issue"],
        asked.ConfirmAccountPayment: _STEPS["confirm"],
        asked.FailAccountPayment: _STEPS["fail"],
        asked.ReturnAccountPayment: _STEPS["return"],
    },
)
"""A claim is paid once; an account may be paid again, when something is owed again."""


def must_be_legal(ask: Command, status: Status | None) -> None:
    """Go on only where the command is legal. Raises the refusal that the table names."""
    TABLE.must_allow(type(ask), status or "none")
