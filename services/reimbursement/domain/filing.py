"""Filing a claim: what must be there, what is certified, and whether it comes late."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.reimbursement.commands.claim import FileClaim
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim, CostLine, require_changeable
from services.reimbursement.events.agreement import COST_KINDS
from services.reimbursement.events.claim import ClaimFiled, KindTotal, Necessity
from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.periods import end_of_day
from shared.kernel.refusals import Refusal
from shared.kernel.shown import shown

_ASSESSED = frozenset({"eligible", "reason_code"})


class NothingToClaim(Refusal):
    """The claim has no cost line; a quarter without costs needs no claim."""

    rule = "R-3"
    french = "La réclamation n'a aucune ligne; un trimestre sans coûts n'en demande pas."


class NoEvidence(Refusal):
    """These cost lines have no evidence; attach a document to each of them."""

    rule = "R-6"
    french = "Ces lignes de coût n'ont pas de pièce justificative; joignez-en une à chacune."


class NoNecessity(Refusal):
    """Say for each of these cost kinds why its costs were needed for the project."""

    rule = "R-5"
    french = "Dites, pour chacune de ces natures de coût, en quoi elle était nécessaire."


def _certified(line: CostLine) -> Mapping[str, Any]:
    """A line without what the assessment adds to it."""
    return {name: part for name, part in shown(line).items() if name not in _ASSESSED}


def content_hash(claim: Claim, necessity: Sequence[Necessity]) -> str:
    """SHA-256 over everything that is certified: period, lines, evidence, necessity."""
    content = {
        "claim_id": claim.claim_id,
        "lines": [_certified(claim.lines[line_id]) for line_id in sorted(claim.lines)],
        "necessity": [shown(statement) for statement in necessity],
    }
    return sha256(canonical(content).encode()).hexdigest()


def file_claim(ask: FileClaim, claim: Claim, agreement: Agreement) -> Sequence[ClaimFiled]:
    """Certify the quarter's costs (R-3, R-5, R-6); the person who asks is the certifier.

    Late is decided from now, not from the effective date, against the end of the civil day (X11).
    """
    require_changeable(claim, ask.by)
    require_in_force(agreement)
    if not claim.lines:
        raise NothingToClaim
    if without := [line.line_id for line in claim.lines.values() if not line.evidence]:
        raise NoEvidence(lines=without)
    claimed = {line.kind for line in claim.lines.values()}
    if unexplained := [
        kind for kind in COST_KINDS if kind in claimed and kind not in ask.necessity
    ]:
        raise NoNecessity(kinds=unexplained)
    necessity = tuple(
        Necessity(kind=kind, statement=ask.necessity[kind])
        for kind in COST_KINDS
        if kind in ask.necessity
    )
    return [
        ClaimFiled(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            quarter=claim.quarter,
            certifier=ask.by.person,
            necessity=necessity,
            claimed_cents=claim.total_cents,
            claimed_by_kind=_by_kind(claim),
            lines=len(claim.lines),
            content_hash=content_hash(claim, necessity),
            filed_on=ask.effective_on,
            due_on=claim.due_on,
            late=ask.now >= end_of_day(claim.due_on),
        )
    ]


def _by_kind(claim: Claim) -> tuple[KindTotal, ...]:
    return tuple(
        KindTotal(
            kind=kind,
            amount_cents=sum(
                line.amount_cents for line in claim.lines.values() if line.kind == kind
            ),
        )
        for kind in COST_KINDS
        if any(line.kind == kind for line in claim.lines.values())
    )


DECIDERS: Mapping[type[Command], Decider] = {
    FileClaim: Decider(file_claim, claim="claim-{claim_id}", agreement="agreement-{project_id}")
}
