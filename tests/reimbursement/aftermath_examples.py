"""The story goes on after the approval: holds, corrections, debts, and who acts then."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.reimbursement.commands.aftermath import (
    AdjustCostLine,
    ApproveBatch,
    ApproveCorrection,
    ContestRecovery,
    NamedClaim,
    OpenCorrection,
    ReceiveRecovery,
    RecordBankExcess,
    RequestRecovery,
    ResolveRecoveryContest,
    ReviewHolds,
    WaiveRecovery,
)
from services.reimbursement.commands.payment import ReleaseHoldback, ReturnPayment
from services.reimbursement.domain.aftermath import Correction
from services.reimbursement.domain.correcting import content_hash
from shared.kernel.commands import Actor
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1
from tests.support.spec import Given

corrector = Actor(person="assessor-2", roles=frozenset({"certifier"}))
ACCOUNT: dict[str, Any] = {"project_id": eg.project, "organisation_id": eg.terminal}


def correction_id(number: int) -> str:
    return f"cor_{number:032x}"


def opened(quarter: str = Q1, number: int = 1, **changes: Any) -> OpenCorrection:
    fields: dict[str, Any] = {
        "claim_id": ce.claim_id(quarter),
        "correction_id": correction_id(number),
        "origin": "staff",
        "finding_id": None,
        "reason": "The invoice was read wrongly.",
        **ce.by(corrector),
    }
    return OpenCorrection(**{**fields, **changes})


def adjust(
    delta_cents: int, line: int = 1, quarter: str = Q1, number: int = 1, **who: Any
) -> AdjustCostLine:
    return AdjustCostLine(
        claim_id=ce.claim_id(quarter),
        correction_id=correction_id(number),
        line_id=ce.line_id(line),
        delta_cents=delta_cents,
        reason="Read again.",
        **(who or ce.by(corrector)),
    )


def correction_of(here: Given, quarter: str = Q1, number: int = 1) -> Correction:
    return ce.claim_of(here, quarter).after.corrections[correction_id(number)]


def approve(here: Given, quarter: str = Q1, number: int = 1, **who: Any) -> ApproveCorrection:
    return ApproveCorrection(
        claim_id=ce.claim_id(quarter),
        correction_id=correction_id(number),
        content_hash=content_hash(correction_of(here, quarter, number)),
        **(who or ce.by(ce.approver)),
    )


def corrected(here: Given, delta_cents: int, quarter: str = Q1, number: int = 1) -> Given:
    """A correction of the claim's first line, approved by as many as the band asks for."""
    here = here.after(opened(quarter, number), adjust(delta_cents, 1, quarter, number))
    here = here.after(approve(here, quarter, number))
    if correction_of(here, quarter, number).open:
        here = here.after(approve(here, quarter, number, **ce.by(ce.second_approver)))
    return here


def excess(cents: int, reference: str = "DUP-1") -> RecordBankExcess:
    return RecordBankExcess(amount_cents=cents, reference=reference, **ACCOUNT, **ce.by(ce.payer))


def request(**who: Any) -> RequestRecovery:
    return RequestRecovery(
        reason="Nothing else covers it.", **ACCOUNT, **(who or ce.by(eg.finance))
    )


def contest(**who: Any) -> ContestRecovery:
    return ContestRecovery(reason="We never got it.", **ACCOUNT, **(who or ce.by(eg.terminal_lead)))


def resolve(outcome: Any = "upheld", **who: Any) -> ResolveRecoveryContest:
    return ResolveRecoveryContest(
        outcome=outcome, reason="The bank shows it.", **ACCOUNT, **(who or ce.by(eg.officer))
    )


def receive(cents: int, reference: str = "IN-1") -> ReceiveRecovery:
    return ReceiveRecovery(amount_cents=cents, reference=reference, **ACCOUNT, **ce.by(ce.payer))


def waive(cents: int, **who: Any) -> WaiveRecovery:
    return WaiveRecovery(
        amount_cents=cents,
        authority="Decision 7 of the treasurer",
        reason="Smaller than its cost.",
        **ACCOUNT,
        **(who or ce.by(ce.second_approver)),
    )


def review(organisation_id: str = eg.terminal, on: date = date(2026, 1, 20)) -> ReviewHolds:
    return ReviewHolds(
        project_id=eg.project, organisation_id=organisation_id, **ce.by(eg.this_service, on)
    )


def batch(here: Given, claims: Sequence[tuple[str, str]], **who: Any) -> ApproveBatch:
    """Claims by quarter and organisation."""
    named = [
        NamedClaim(
            claim_id=ce.claim_id(quarter, party),
            content_hash=ce.claim_of(here, quarter, party).content_hash,
        )
        for quarter, party in claims
    ]
    return ApproveBatch(project_id=eg.project, claims=named, **(who or ce.by(ce.approver)))


def give_back(reference: str = "EFT-1", quarter: str = Q1) -> ReturnPayment:
    return ReturnPayment(
        claim_id=ce.claim_id(quarter),
        reference=reference,
        reason="Account closed.",
        **ce.by(ce.payer),
    )


def released(here: Given) -> Given:
    """The final report is accepted and the holdback released."""
    release = ReleaseHoldback(**ACCOUNT, **ce.by(eg.officer))
    return ce.with_final_report(here).after(release)


def with_heard(here: Given, stream: str, *heard: Any) -> Given:
    """More of what neighbours say on a stream."""
    return Given(here.domain, {**here.history, stream: [*here.history.get(stream, ()), *heard]})
