"""The story of `examples.py` goes on: the terminal and its partner claim what the project costs."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.claim import (
    ApproveClaim,
    AssessClaim,
    AssessCostLine,
    AttachEvidence,
    FileClaim,
    RecordCostLine,
)
from services.reimbursement.commands.payment import (
    AuthorisePayment,
    ConfirmPayment,
    IssuePayment,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.claim import Claim
from services.reimbursement.events.agreement import (
    COST_KINDS,
    AgreedRate,
    AgreementExecuted,
    ClaimPeriodOpened,
    FinalReportAccepted,
    FinalReportSubmitted,
    OutcomeIndicators,
    ParticipantCap,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.periods import Quarter
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

assessor = Actor(person="assessor-1", roles=frozenset({"certifier"}))
approver = Actor(person="approver-1", roles=frozenset({"finance"}))
second_approver = Actor(person="approver-2", roles=frozenset({"finance"}))
payer = Actor(person="payer-1", roles=frozenset({"payer"}))

Q1, Q2, Q3, Q4 = (f"2025-26Q{number}" for number in range(1, 5))
ELIGIBLE_FROM = date(2025, 4, 1)
END_DATE = date(2026, 3, 31)
account_stream = f"account-{eg.project}.{eg.terminal}"


def claim_id(quarter: str, organisation_id: str = eg.terminal) -> str:
    return f"{eg.project}.{organisation_id}.{quarter}"


def claim_stream(quarter: str, organisation_id: str = eg.terminal) -> str:
    return f"claim-{claim_id(quarter, organisation_id)}"


def line_id(number: int) -> str:
    return f"line_{number:032x}"


def payment_id(number: int) -> str:
    return f"pay_{number:032x}"


def agreed(
    *,
    rate: Fraction = Fraction(2, 5),
    ceiling_cents: int = 1_000_000_000,
    holdback_pct: Fraction = Fraction(1, 10),
    caps: Mapping[str, int] | None = None,
) -> AgreementExecuted:
    """The agreement over one fiscal year, for the terminal and its partner; no kind is limited."""
    return eg.executed.model_copy(
        update={
            "rates": tuple(
                AgreedRate(
                    organisation_id=organisation_id,
                    kind=kind,
                    rate=rate,
                    applies_from=ELIGIBLE_FROM,
                )
                for organisation_id in (eg.terminal, eg.robots)
                for kind in COST_KINDS
            ),
            "budget": (),
            "ceiling_cents": ceiling_cents,
            "holdback_pct": holdback_pct,
            "participant_caps": tuple(
                ParticipantCap(organisation_id=organisation_id, cap_cents=cents)
                for organisation_id, cents in (caps or {}).items()
            ),
            "eligible_from": ELIGIBLE_FROM,
            "end_date": END_DATE,
        }
    )


def period(label: str, organisation_id: str = eg.terminal) -> ClaimPeriodOpened:
    quarter = Quarter.parse(label)
    due = {1: date(2025, 8, 14), 2: date(2025, 11, 14), 3: date(2026, 2, 14), 4: date(2026, 5, 15)}
    return ClaimPeriodOpened(
        claim_id=claim_id(label, organisation_id),
        project_id=eg.project,
        organisation_id=organisation_id,
        quarter=label,
        opens_on=quarter.start,
        due_on=due[quarter.number],
    )


def history(agreement: AgreementExecuted) -> eg.History:
    """In force, four quarters open for both participants, both members, nothing claimed."""
    found = eg.ready_to_execute()
    envelope = eg.envelope.model_copy(update={"valid_to": date(2030, 3, 31)})
    found[eg.envelope_stream] = [envelope, eg.reserved]
    found[eg.agreement_stream] = [*found[eg.agreement_stream], agreement]
    for quarter in (Q1, Q2, Q3, Q4):
        for organisation_id in (eg.terminal, eg.robots):
            found[claim_stream(quarter, organisation_id)] = [period(quarter, organisation_id)]
    return found


def in_force(**terms: Any) -> Given:
    """The agreement on these terms, before the first cost."""
    return given(DOMAIN, history(agreed(**terms)))


def by(person: Actor, now: date = date(2026, 1, 20)) -> dict[str, Any]:
    return eg.asked(person, eg.at(now.year, now.month, now.day))


def lead_of(organisation_id: str) -> Actor:
    return {eg.terminal: eg.terminal_lead, eg.robots: eg.robots_lead}[organisation_id]


def cost(
    quarter: str = Q1, number: int = 1, organisation_id: str = eg.terminal, **changes: Any
) -> RecordCostLine:
    """A cost on the first day of the quarter, on an invoice of its own."""
    day = Quarter.parse(quarter).start
    fields: dict[str, Any] = {
        "claim_id": claim_id(quarter, organisation_id),
        "line_id": line_id(number),
        "kind": "labour",
        "description": None,
        "supplier": "Ateliers Boréal inc.",
        "invoice_number": f"{organisation_id[-2:]}-{quarter}-{number}",
        "invoiced_on": day,
        "incurred_from": day,
        "incurred_to": day,
        "paid_on": None,
        "amount_cents": 10_000,
        "tax_cents": 0,
        "place": "QC",
        "related_party": False,
        **by(lead_of(organisation_id)),
    }
    return RecordCostLine(**{**fields, **changes})


def proof(line: RecordCostLine) -> AttachEvidence:
    return AttachEvidence(
        claim_id=line.claim_id,
        line_id=line.line_id,
        sha256=sha256(f"{line.claim_id} {line.line_id}".encode()).hexdigest(),
        kind="invoice",
        by=line.by,
        now=line.now,
        effective_at=line.effective_at,
    )


def file(quarter: str = Q1, organisation_id: str = eg.terminal, **who: Any) -> FileClaim:
    return FileClaim(
        claim_id=claim_id(quarter, organisation_id),
        necessity={"labour": "The trucks are programmed here."},
        **(who or by(lead_of(organisation_id))),
    )


def assess_line(line: str, cents: int, quarter: str = Q1, **who: Any) -> AssessCostLine:
    return AssessCostLine(
        claim_id=who.pop("claim", claim_id(quarter)),
        line_id=line,
        eligible_cents=cents,
        reason_code="eligible",
        **(who or by(assessor)),
    )


def assess(quarter: str = Q1, organisation_id: str = eg.terminal, **who: Any) -> AssessClaim:
    return AssessClaim(claim_id=claim_id(quarter, organisation_id), **(who or by(assessor)))


def approve(here: Given, quarter: str = Q1, organisation_id: str = eg.terminal) -> ApproveClaim:
    claim: Claim = here.state(claim_stream(quarter, organisation_id))
    return ApproveClaim(claim_id=claim.claim_id, content_hash=claim.content_hash, **by(approver))


def authorise(quarter: str = Q1, number: int = 1, **who: Any) -> AuthorisePayment:
    return AuthorisePayment(
        claim_id=who.pop("claim", claim_id(quarter)),
        payment_id=payment_id(number),
        **(who or by(payer)),
    )


def issue(quarter: str = Q1, reference: str = "EFT-1") -> IssuePayment:
    return IssuePayment(claim_id=claim_id(quarter), reference=reference, **by(payer))


def confirm(quarter: str = Q1, reference: str = "EFT-1") -> ConfirmPayment:
    return ConfirmPayment(claim_id=claim_id(quarter), reference=reference, **by(payer))


def filed(
    here: Given, quarter: str, amounts: Sequence[int], organisation_id: str = eg.terminal
) -> Given:
    """A claim of these amounts, in cents, filed with evidence."""
    for number, cents in enumerate(amounts, 1):
        line = cost(quarter, number, organisation_id, amount_cents=cents)
        here = here.after(line, proof(line))
    return here.after(file(quarter, organisation_id))


def assessed(
    here: Given, quarter: str, amounts: Sequence[int], organisation_id: str = eg.terminal
) -> Given:
    """The claim filed, every line accepted in full, the assessment closed."""
    here = filed(here, quarter, amounts, organisation_id)
    claim: Claim = here.state(claim_stream(quarter, organisation_id))
    for line in claim.lines.values():
        here = here.after(assess_line(line.line_id, line.amount_cents, claim=claim.claim_id))
    return here.after(assess(quarter, organisation_id))


def approved(
    here: Given, quarter: str, amounts: Sequence[int], organisation_id: str = eg.terminal
) -> Given:
    """The claim assessed and approved, by a second person too where the band asks for one."""
    here = assessed(here, quarter, amounts, organisation_id)
    here = here.after(approve(here, quarter, organisation_id))
    if claim_of(here, quarter, organisation_id).status == "assessed":
        here = here.after(again(approve(here, quarter, organisation_id), second_approver))
    return here


def paid(here: Given, quarter: str, amounts: Sequence[int]) -> Given:
    """The terminal's claim approved, and paid if anything is payable."""
    here = approved(here, quarter, amounts)
    if claim_of(here, quarter).status == "settled":
        return here
    return here.after(authorise(quarter), issue(quarter), confirm(quarter))


def assessed_in_part(here: Given, quarter: str, claimed: int, eligible: int) -> Given:
    """A claim of one line, accepted in part and approved."""
    here = filed(here, quarter, [claimed])
    here = here.after(assess_line(line_id(1), eligible, quarter), assess(quarter))
    here = here.after(approve(here, quarter))
    if claim_of(here, quarter).status == "assessed":
        here = here.after(again(approve(here, quarter), second_approver))
    return here.after(authorise(quarter), issue(quarter), confirm(quarter))


def again(ask: ApproveClaim, person: Actor) -> Command:
    return ApproveClaim(claim_id=ask.claim_id, content_hash=ask.content_hash, **by(person))


def claim_of(here: Given, quarter: str = Q1, organisation_id: str = eg.terminal) -> Claim:
    found: Claim = here.state(claim_stream(quarter, organisation_id))
    return found


def account_of(here: Given) -> Account:
    found: Account = here.state(account_stream)
    return found


def with_final_report(here: Given) -> Given:
    """The final report was handed in and accepted."""
    report = FinalReportSubmitted(
        project_id=eg.project,
        sha256="fe" * 32,
        indicators=OutcomeIndicators(),
        submitted_by="terminal-lead",
    )
    accepted = FinalReportAccepted(
        project_id=eg.project,
        sha256="fe" * 32,
        accepted_on=date(2026, 4, 20),
        accepted_by="officer-1",
    )
    found = dict(here.history)
    found[eg.agreement_stream] = [*found[eg.agreement_stream], report, accepted]
    return Given(here.domain, found)
