"""Costs that look alike: refused, suspected, or judged by a person (R-7, R-23)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from services.reimbursement.commands.claim import ClearDuplicate, ConfirmDuplicate
from services.reimbursement.domain.claim import Claim, require_known
from services.reimbursement.domain.cost_line import CostLine, Evidence
from services.reimbursement.domain.document import Document, Share, Use, stream_of
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.line_course import (
    DuplicateCleared,
    DuplicateConfirmed,
    DuplicateSuspected,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal, SamePerson


class DuplicateDocument(Refusal):
    """This claim has this invoice: same supplier, number and gross, dates close together."""

    rule = "R-23"
    french = "La réclamation a cette facture : mêmes fournisseur, numéro, montant, dates proches."


class SharesBeyondInvoice(Refusal):
    """The shares of this invoice, over all claims and projects, come to more than the whole."""

    rule = "R-7"
    french = "Les parts de cette facture, toutes réclamations confondues, en dépassent le total."


class NotSuspected(Refusal):
    """The line is not suspected to repeat another one, or a person judged it already."""

    rule = "R-23"
    french = "La ligne n'est pas soupçonnée d'en répéter une autre, ou c'est déjà jugé."


def suspicion_of(
    share: Share,
    key: str,
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    duplicate_days: int,
) -> Sequence[DuplicateSuspected]:
    """What a line looks like, if it repeats something of another claim; at most one suspicion.

    Parts of one invoice complement each other, up to the whole (R-7). Refused: a repetition inside
    of one claim, and parts beyond the whole.
    """
    alike = documents[stream_of(key)].same_invoice(share, duplicate_days)
    repeated = [taken for taken in alike if not taken.complements(share)]
    if any(taken.claim_id == share.claim_id for taken in repeated):
        raise DuplicateDocument
    if repeated:
        return [_suspected(share, "invoice", repeated[0].claim_id, repeated[0].line_id)]
    taken_before = sum((taken.share for taken in alike if not taken.suspected), Fraction(0))
    if alike and taken_before + share.share > 1:
        raise SharesBeyondInvoice(left=1 - taken_before)
    use = Use(share.claim_id, share.line_id, key)
    for proof in evidence:
        used = documents[stream_of(proof.sha256)].used_elsewhere(use)
        if used is not None:
            return [_suspected(share, "evidence", used.claim_id, used.line_id)]
    return []


def _suspected(share: Share, because: str, claim_id: str, line_id: str) -> DuplicateSuspected:
    project_id, organisation_id, _ = share.claim_id.split(".")
    return DuplicateSuspected.model_validate(
        {
            "claim_id": share.claim_id,
            "project_id": project_id,
            "organisation_id": organisation_id,
            "line_id": share.line_id,
            "because": because,
            "of_claim_id": claim_id,
            "of_line_id": line_id,
        }
    )


def _require_suspected(ask: ClearDuplicate | ConfirmDuplicate, claim: Claim) -> CostLine:
    """Another person than who entered or certified judges a suspicion (X6)."""
    require_known(claim, ask.by)
    must_be_legal(ask, claim)
    line = claim.line(ask.line_id)
    if line.duplicate is None or line.duplicate.status != "suspected":
        raise NotSuspected
    if ask.by.person in {line.recorded_by, claim.certifier}:
        raise SamePerson
    return line


def clear_duplicate(ask: ClearDuplicate, claim: Claim) -> Sequence[DuplicateCleared]:
    """Find, with a reason, that the line is another cost; it counts from now on (R-23)."""
    line = _require_suspected(ask, claim)
    return [
        DuplicateCleared(
            **claim.identity,
            line_id=line.line_id,
            reason=ask.reason,
            cleared_by=ask.by.person,
        )
    ]


def confirm_duplicate(ask: ConfirmDuplicate, claim: Claim) -> Sequence[DuplicateConfirmed]:
    """Find, with a reason, that the line repeats another one; it counts 0 for good (R-23)."""
    line = _require_suspected(ask, claim)
    return [
        DuplicateConfirmed(
            **claim.identity,
            line_id=line.line_id,
            reason=ask.reason,
            confirmed_by=ask.by.person,
        )
    ]


DECIDERS: Mapping[type[Command], Decider] = {
    ClearDuplicate: Decider(clear_duplicate, claim="claim-{claim_id}"),
    ConfirmDuplicate: Decider(confirm_duplicate, claim="claim-{claim_id}"),
}
