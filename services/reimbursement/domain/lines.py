"""Entering the cost lines of a claim, correcting them, their evidence, and taking lines back."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reimbursement.commands.claim import (
    AttachEvidence,
    CorrectCostLine,
    CostFacts,
    FixExchangeRate,
    RecordCostLine,
    WithdrawCostLine,
)
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim, require_claimant
from services.reimbursement.domain.cost_line import DOLLARS, CostLine
from services.reimbursement.domain.document import Document, Use, stream_of
from services.reimbursement.domain.entry import Seen, claims_between, document_of, enter
from services.reimbursement.domain.exchange import Exchange
from services.reimbursement.domain.exchange import stream_of as exchange_stream
from services.reimbursement.domain.line_rate import Wanted, fix, original_of
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.claim import (
    CostLineWithdrawn,
    DocumentShareReleased,
    EvidenceAttached,
    EvidenceReleased,
    EvidenceUsed,
)
from services.reimbursement.events.invoice import LineRef
from services.reimbursement.events.line_course import (
    DeductionReturnReleased,
    DuplicateSuspected,
    ExchangeRateFixed,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.events import Event
from shared.kernel.periods import Quarter
from shared.kernel.refusals import Refusal

EVIDENCE_MAX = 50
"""Documents behind one line."""


class TooMuchEvidence(Refusal):
    """The line has as many documents as it can; put several into one."""

    french = "La ligne a tous les documents possibles; réunissez-en plusieurs en un seul."


class ReclaimedLine(Refusal):
    """A line that brings back a deducted one states nothing anew; withdraw it instead."""

    rule = "R-13"
    french = "Une ligne qui ramène un coût déduit ne s'énonce pas à nouveau; retirez-la."


class RateIsFixed(Refusal):
    """The line needs no exchange rate, or it has one, and keeps it for good."""

    rule = "R-22"
    french = "La ligne n'a pas besoin de taux de change, ou elle en a un, pour de bon."


def record_cost_line(ask: RecordCostLine, **seen: Any) -> Said:
    """Enter a cost of the quarter, and take its share of the invoice (R-3 to R-7, R-18 to R-23)."""
    here = Seen(**seen)
    require_claimant(here.claim, ask.by)
    must_be_legal(ask, here.claim)
    entered = enter(ask, here)
    return {"claim": entered.claim, document_of(ask): [entered.document]}


def correct_cost_line(ask: CorrectCostLine, **seen: Any) -> Said:
    """State a line of the draft anew; its rate and duplicates are looked up again (R-22, R-23)."""
    here = Seen(**seen)
    require_claimant(here.claim, ask.by)
    must_be_legal(ask, here.claim)
    before = here.claim.line(ask.line_id)
    if before.reclaims is not None:
        raise ReclaimedLine
    entered = enter(ask, here, before)
    former, now = stream_of(before.document), document_of(ask)
    said: dict[str, Sequence[Event]] = {"claim": entered.claim, now: [entered.document]}
    if former != now:
        said[former] = [
            DocumentShareReleased(document=before.document, **_owner(here.claim, before))
        ]
    for proof in before.evidence:
        used = _used(here.claim, before, proof.sha256, entered.document.document)
        said[stream_of(proof.sha256)] = [*said.get(stream_of(proof.sha256), ()), used]
    return said


def withdraw_cost_line(
    ask: WithdrawCostLine,
    claim: Claim,
    documents: Mapping[str, Document],
    deducted: Mapping[str, Claim],
) -> Said:
    """Take a line back before filing (R-3); what it rests on becomes free (R-13, R-23)."""
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    line = claim.line(ask.line_id)
    said: dict[str, Sequence[Event]] = {
        "claim": [CostLineWithdrawn(withdrawn_by=ask.by.person, **_owner(claim, line))]
    }
    if line.reclaims is None:
        said[stream_of(line.document)] = [
            DocumentShareReleased(document=line.document, **_owner(claim, line))
        ]
    else:
        [stream] = deducted
        said[stream] = [_returned(claim, line, line.reclaims)]
    for proof in line.evidence:
        released_proof = EvidenceReleased(document=proof.sha256, **_owner(claim, line))
        stream = stream_of(proof.sha256)
        said[stream] = [*said.get(stream, ()), released_proof]
    return said


def _returned(claim: Claim, line: CostLine, deducted: LineRef) -> DeductionReturnReleased:
    return DeductionReturnReleased(
        claim_id=deducted.claim_id,
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        line_id=deducted.line_id,
        by_claim_id=claim.claim_id,
        by_line_id=line.line_id,
    )


def attach_evidence(ask: AttachEvidence, claim: Claim, proof: Document) -> Said:
    """Attach a document to a line; the same document once more changes nothing (R-6).

    A file that proves a cost of another claim on another invoice makes the line suspect (R-23).
    """
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    line = claim.line(ask.line_id)
    if any(evidence.sha256 == ask.sha256 for evidence in line.evidence):
        return []
    if len(line.evidence) >= EVIDENCE_MAX:
        raise TooMuchEvidence(evidence_max=EVIDENCE_MAX)
    attached = EvidenceAttached(
        sha256=ask.sha256, kind=ask.kind, attached_by=ask.by.person, **_owner(claim, line)
    )
    return {
        "claim": [attached, *_suspicion(claim, line, proof)],
        "proof": [_used(claim, line, ask.sha256, line.document)],
    }


def _suspicion(claim: Claim, line: CostLine, proof: Document) -> Sequence[DuplicateSuspected]:
    used = proof.used_elsewhere(Use(claim.claim_id, line.line_id, line.document))
    if used is None or line.reclaims is not None or line.suspended_as_duplicate:
        return []
    return [
        DuplicateSuspected(
            because="evidence",
            of_claim_id=used.claim_id,
            of_line_id=used.line_id,
            **_owner(claim, line),
        )
    ]


def fix_exchange_rate(
    ask: FixExchangeRate,
    claim: Claim,
    agreement: Agreement,
    policies: Policies,
    exchanges: Mapping[str, Exchange],
    claims: Mapping[str, Claim],
) -> Sequence[ExchangeRateFixed]:
    """Give a pending line its rate, if there is one by now (R-22); quiet while there is none."""
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    require_in_force(agreement)
    line = claim.line(ask.line_id)
    if not line.rate_pending:
        raise RateIsFixed
    pinned = policies.version(agreement.programme, agreement.policy_version)
    day = line.paid_on or line.invoiced_on
    wanted = Wanted(line.line_id, line.stated, day, ask.debit_cents)
    original = original_of(line.stated, claims)
    return fix(wanted, original, exchanges, pinned.parameters.fx_policy, claim.identity)


def _owner(claim: Claim, line: CostLine) -> dict[str, Any]:
    return {**claim.identity, "line_id": line.line_id}


def _used(claim: Claim, line: CostLine, sha256: str, invoice: str) -> EvidenceUsed:
    return EvidenceUsed(document=sha256, invoice=invoice, **_owner(claim, line))


def documents_of(ask: CostFacts, states: States) -> Sequence[str]:
    """The streams of the cost's invoice, and of what the line it replaces rests on."""
    claim: Claim = states["claim"]
    return [*dict.fromkeys([document_of(ask), *_rests_on(claim.lines.get(ask.line_id))])]


def exchanges_of(ask: CostFacts, _: States) -> Sequence[str]:
    """The stream of the currency's rates; none for dollars."""
    return [] if ask.currency == DOLLARS else [exchange_stream(ask.currency)]


def claims_of(ask: CostFacts, states: States) -> Sequence[str]:
    """Claims of the quarters from the cost's to this one's, and the credited line's."""
    claim: Claim = states["claim"]
    agreement: Agreement = states["agreement"]
    stem = f"claim-{ask.project_id}.{ask.organisation_id}."
    named = [] if ask.credit_of is None else [f"claim-{ask.credit_of.claim_id}"]
    if claim.quarter:
        first = Quarter.of(max(ask.incurred_from, agreement.eligible_from))
        past = claims_between(first, Quarter.parse(claim.quarter))
        named += [f"{stem}{quarter}" for quarter in past]
    return [*dict.fromkeys(name for name in named if name.startswith(stem))]


def _rests_on(line: CostLine | None) -> Sequence[str]:
    if line is None:
        return []
    invoice = [] if line.reclaims else [line.document]
    return [stream_of(key) for key in (*invoice, *(proof.sha256 for proof in line.evidence))]


def _documents_of_line(ask: WithdrawCostLine, states: States) -> Sequence[str]:
    claim: Claim = states["claim"]
    return [*dict.fromkeys(_rests_on(claim.lines.get(ask.line_id)))]


def _deducted(ask: WithdrawCostLine, states: States) -> Sequence[str]:
    claim: Claim = states["claim"]
    line = claim.lines.get(ask.line_id)
    return [f"claim-{line.reclaims.claim_id}"] if line and line.reclaims else []


def _exchanges_of_line(ask: FixExchangeRate, states: States) -> Sequence[str]:
    claim: Claim = states["claim"]
    line = claim.lines.get(ask.line_id)
    if line is None or line.stated.invoice.currency == DOLLARS:
        return []
    return [exchange_stream(line.stated.invoice.currency)]


def _credited(ask: FixExchangeRate, states: States) -> Sequence[str]:
    claim: Claim = states["claim"]
    line = claim.lines.get(ask.line_id)
    credit_of = line.stated.credit_of if line else None
    return [] if credit_of is None else [f"claim-{credit_of.claim_id}"]


_ENTRY: Mapping[str, Any] = {
    "claim": "claim-{claim_id}",
    "agreement": "agreement-{project_id}",
    "policies": POLICIES,
    "documents": documents_of,
    "exchanges": exchanges_of,
    "claims": claims_of,
}
"""What every entered line is decided on."""

DECIDERS: Mapping[type[Command], Decider] = {
    RecordCostLine: Decider(record_cost_line, **_ENTRY),
    CorrectCostLine: Decider(correct_cost_line, **_ENTRY),
    WithdrawCostLine: Decider(
        withdraw_cost_line,
        claim="claim-{claim_id}",
        documents=_documents_of_line,
        deducted=_deducted,
    ),
    AttachEvidence: Decider(attach_evidence, claim="claim-{claim_id}", proof="document-{sha256}"),
    FixExchangeRate: Decider(
        fix_exchange_rate,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        policies=POLICIES,
        exchanges=_exchanges_of_line,
        claims=_credited,
    ),
}
