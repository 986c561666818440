"""Which command about a claim is legal in which status: one table for deciders, tests, diagram."""

from typing import get_args

from services.reimbursement.commands import claim as asked
from services.reimbursement.domain.claim import Claim, Status
from services.reimbursement.domain.claim_refusals import (
    ClaimAlreadyDecided,
    ClaimAlreadyFiled,
    ClaimNotFiled,
    ClaimNotFound,
    CostLineNotFound,
    LinesNotAssessed,
    NoQueryOpen,
    NothingToClaim,
    QueryOpen,
)
from shared.kernel.refusals import Refusal
from shared.kernel.transitions import Moves, Row, Transitions, moves, stays

STATES: tuple[Status, ...] = get_args(Status)
UNFILED: tuple[Status, ...] = ("open", "draft")
ASSESSING: tuple[Status, ...] = ("filed", "under_review")
DECIDED: tuple[Status, ...] = (
    "approved",
    "settled",
    "payment_authorised",
    "issued",
    "paid",
    "failed",
    "returned",
)
"""Where the claim's costs count."""

_NOT_FILED: dict[Status, type[Refusal]] = dict.fromkeys(UNFILED, ClaimNotFiled)
_NO_LINE: dict[Status, type[Refusal]] = {"open": CostLineNotFound}
_ENTERS: Row[Status] = moves(
    {"open": "draft", "draft": "draft"},
    otherwise=ClaimAlreadyFiled,
)
_DRAFT: Row[Status] = stays("draft", otherwise=ClaimAlreadyFiled, refused=_NO_LINE)
_ASSESSES: Moves[Status] = dict.fromkeys(ASSESSING, "under_review")
_WHILE_QUERIED: dict[Status, type[Refusal]] = {"queried": QueryOpen}

TABLE: Transitions[Status] = Transitions(
    STATES,
    {
        asked.RecordCostLine: _ENTERS,
        asked.ImportCostLines: moves(
            {"open": ("open", "draft"), "draft": "draft"}, otherwise=ClaimAlreadyFiled
        ),
        asked.ReclaimCostLine: _ENTERS,
        asked.CorrectCostLine: _DRAFT,
        asked.WithdrawCostLine: _DRAFT,
        asked.AttachEvidence: _DRAFT,
        asked.FixExchangeRate: _DRAFT,
        asked.RecordSupplierPayment: stays(
            "draft",
            *ASSESSING,
            "queried",
            "assessed",
            *DECIDED,
            otherwise=ClaimAlreadyDecided,
            refused=_NO_LINE,
        ),
        asked.ClearDuplicate: stays(
            "draft", *ASSESSING, "queried", otherwise=ClaimAlreadyDecided, refused=_NO_LINE
        ),
        asked.ConfirmDuplicate: stays(
            "draft", *ASSESSING, "queried", otherwise=ClaimAlreadyDecided, refused=_NO_LINE
        ),
        asked.FileClaim: moves(
            {"draft": "filed"}, otherwise=ClaimAlreadyFiled, refused={"open": NothingToClaim}
        ),
        asked.QueryClaim: moves(
            dict.fromkeys(ASSESSING, "queried"),
            otherwise=ClaimAlreadyDecided,
            refused={**_NOT_FILED, **_WHILE_QUERIED},
        ),
        asked.AnswerQuery: moves(
            {"queried": "under_review"}, otherwise=NoQueryOpen, refused=_NOT_FILED
        ),
        asked.AssessCostLine: moves(
            _ASSESSES, otherwise=ClaimAlreadyDecided, refused={**_NOT_FILED, **_WHILE_QUERIED}
        ),
        asked.ConfirmProposals: moves(
            _ASSESSES, otherwise=ClaimAlreadyDecided, refused={**_NOT_FILED, **_WHILE_QUERIED}
        ),
        asked.AssessClaim: moves(
            {"under_review": "assessed"},
            otherwise=ClaimAlreadyDecided,
            refused={**_NOT_FILED, **_WHILE_QUERIED, "filed": LinesNotAssessed},
        ),
        asked.ApproveClaim: moves(
            {"assessed": ("assessed", "approved", "settled")},
            otherwise=ClaimAlreadyDecided,
            refused=_NOT_FILED,
        ),
        asked.RejectClaim: moves(
            {"assessed": "rejected"}, otherwise=ClaimAlreadyDecided, refused=_NOT_FILED
        ),
        asked.DeductUnpaidLines: stays(
            *ASSESSING,
            "queried",
            "assessed",
            *DECIDED,
            otherwise=ClaimAlreadyDecided,
            refused=_NOT_FILED,
        ),
    },
    refused={"absent": ClaimNotFound},
    heard={
        "ClaimPeriodOpened": {"absent": "open"},
        "PaymentAuthorised": dict.fromkeys(
            ("approved", "failed", "returned"), "payment_authorised"
        ),
        "PaymentIssued": {"payment_authorised": "issued"},
        "PaymentConfirmed": {"issued": "paid"},
        "PaymentFailed": dict.fromkeys(("payment_authorised", "issued"), "failed"),
        "PaymentReturned": dict.fromkeys(("issued", "paid"), "returned"),
    },
)
"""`heard`: what follows from executions and payments, which are decided elsewhere."""


def must_be_legal(ask: asked.OfClaim, claim: Claim) -> None:
    """Go on only where the command is legal. Raises the refusal that the table names."""
    TABLE.must_allow(type(ask), claim.status)
