"""Entering the cost lines of a claim, their evidence, and taking lines back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from services.reimbursement.commands.claim import (
    AttachEvidence,
    RecordCostLine,
    WithdrawCostLine,
)
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim, require_changeable
from services.reimbursement.domain.document import Document, document_key
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.split import split_by_days
from services.reimbursement.events.claim import (
    CostLineRecorded,
    CostLineWithdrawn,
    DocumentShareReleased,
    DocumentShareTaken,
    EvidenceAttached,
    Province,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.periods import Quarter, quarters
from shared.kernel.refusals import Invalid, Refusal

LINES_MAX = 1_000
"""Lines of one claim: payrolls of large participants fit; longer lists are not read by anybody."""
EVIDENCE_MAX = 50
"""Documents behind one line."""
PROVINCES: Mapping[str, Province] = {
    code: province for province in get_args(Province) for code in (province, f"CA-{province}")
}


class IncurredBackwards(Invalid):
    """The last day on which the cost was incurred lies before the first."""

    rule = "R-6"
    french = "Le dernier jour où le coût a été engagé précède le premier."


class TaxAgainstAmount(Invalid):
    """The tax has another sign than the amount; a credit note has both below zero."""

    rule = "R-20"
    french = "La taxe n'a pas le signe du montant; une note de crédit a les deux négatifs."


class NotInCanada(Refusal):
    """Work and cost must be in Canada: name the province or territory, such as `QC`."""

    rule = "R-4"
    french = "Travail et coût doivent être au Canada : nommez la province ou le territoire."


class OutsideEligiblePeriod(Refusal):
    """The cost was not incurred between the agreement's first eligible day and its end date."""

    rule = "R-6"
    french = "Le coût n'a pas été engagé entre le premier jour admissible et la date de fin."


class CrossesQuarters(Refusal):
    """The cost crosses a quarter's end; enter each of the proposed parts in its quarter's claim."""

    rule = "R-18"
    french = "Le coût dépasse la fin d'un trimestre; inscrivez chaque part dans son trimestre."


class OtherQuarter(Refusal):
    """The cost belongs to another quarter; enter it in the claim of the day it was incurred."""

    rule = "R-21"
    french = "Le coût est d'un autre trimestre; inscrivez-le dans la réclamation de son jour."


class DuplicateDocument(Refusal):
    """This invoice was already entered: same supplier, number and gross, dates close together."""

    rule = "R-23"
    french = "Cette facture est déjà inscrite : même fournisseur, numéro et montant, dates proches."


class TooManyLines(Refusal):
    """The claim has as many cost lines as it can; put smaller costs of one document together."""

    french = "La réclamation a toutes les lignes possibles; groupez celles d'un même document."


class TooMuchEvidence(Refusal):
    """The line has as many documents as it can; put several into one."""

    french = "La ligne a tous les documents possibles; réunissez-en plusieurs en un seul."


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """The part of a cost that falls in one quarter; both days inclusive, in cents."""

    quarter: str
    incurred_from: date
    incurred_to: date
    amount_cents: int
    tax_cents: int


def proposed_parts(ask: RecordCostLine) -> Sequence[ProposedPart]:
    """The cost cut at the quarters' ends by calendar days; amounts and taxes add up (R-18)."""
    first, last = ask.incurred_from, ask.incurred_to
    cuts = [quarter.start for quarter in quarters(first, last)]
    amounts = split_by_days(ask.amount_cents, first, last, cuts)
    taxes = split_by_days(ask.tax_cents, first, last, cuts)
    return [
        ProposedPart(
            quarter=str(Quarter.of(amount.first)),
            incurred_from=amount.first,
            incurred_to=amount.last,
            amount_cents=amount.amount_cents,
            tax_cents=tax.amount_cents,
        )
        for amount, tax in zip(amounts, taxes, strict=True)
    ]


def _check_days(ask: RecordCostLine, claim: Claim, agreement: Agreement) -> None:
    """Raise unless the cost lies in the agreement's time and in the claim's quarter."""
    if ask.incurred_to < ask.incurred_from:
        raise IncurredBackwards
    terms = agreement.terms
    assert terms is not None, "an agreement in force has terms"
    if not terms.eligible_from <= ask.incurred_from <= ask.incurred_to <= terms.end_date:
        raise OutsideEligiblePeriod(eligible_from=terms.eligible_from, end_date=terms.end_date)
    quarter = Quarter.parse(claim.quarter)
    first = min(claim.opens_on, quarter.start)  # The first claim may reach back.
    if first <= ask.incurred_from and ask.incurred_to < quarter.end:
        return
    if Quarter.of(ask.incurred_from) != Quarter.of(ask.incurred_to):
        raise CrossesQuarters(parts=proposed_parts(ask))
    raise OtherQuarter(opens_on=first, closes_on=quarter.end - timedelta(days=1))


def _check_line(ask: RecordCostLine, claim: Claim, agreement: Agreement) -> None:
    require_changeable(claim, ask.by)
    require_in_force(agreement)
    if len(claim.lines) >= LINES_MAX:
        raise TooManyLines(lines_max=LINES_MAX)
    if ask.amount_cents * ask.tax_cents < 0:
        raise TaxAgainstAmount
    if ask.place not in PROVINCES:
        raise NotInCanada
    _check_days(ask, claim, agreement)


def record_cost_line(
    ask: RecordCostLine,
    claim: Claim,
    agreement: Agreement,
    policies: Policies,
    document: Document,
) -> Said:
    """Enter a cost of the quarter, and take its share of the invoice (R-3, R-4, R-6, R-18, R-23).

    The invoice's own stream decides who comes first, in whatever claim or project.
    """
    _check_line(ask, claim, agreement)
    pinned = policies.version(agreement.programme, agreement.policy_version)
    gross_cents = ask.amount_cents + ask.tax_cents
    if document.repeats(gross_cents, ask.invoiced_on, pinned.parameters.duplicate_days):
        raise DuplicateDocument
    key = document_key(ask.supplier, ask.invoice_number)
    recorded = CostLineRecorded(
        claim_id=claim.claim_id,
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        line_id=ask.line_id,
        kind=ask.kind,
        description=ask.description,
        supplier=ask.supplier,
        invoice_number=ask.invoice_number,
        invoiced_on=ask.invoiced_on,
        incurred_from=ask.incurred_from,
        incurred_to=ask.incurred_to,
        paid_on=ask.paid_on,
        amount_cents=ask.amount_cents,
        tax_cents=ask.tax_cents,
        place=PROVINCES[ask.place],
        related_party=ask.related_party,
        document=key,
        recorded_by=ask.by.person,
    )
    taken = DocumentShareTaken(
        document=key,
        claim_id=claim.claim_id,
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        line_id=ask.line_id,
        gross_cents=gross_cents,
        invoiced_on=ask.invoiced_on,
        policy_version=pinned.version,
    )
    return {"claim": [recorded], "document": [taken]}


def withdraw_cost_line(
    ask: WithdrawCostLine, claim: Claim, documents: Mapping[str, Document]
) -> Said:
    """Take a line back before filing (R-3); its share of the invoice becomes free (R-23)."""
    require_changeable(claim, ask.by)
    line = claim.line(ask.line_id)
    owner = {
        "claim_id": claim.claim_id,
        "project_id": claim.project_id,
        "organisation_id": claim.organisation_id,
        "line_id": line.line_id,
    }
    return {
        "claim": [CostLineWithdrawn(withdrawn_by=ask.by.person, **owner)],
        _stream(line.document): [DocumentShareReleased(document=line.document, **owner)],
    }


def attach_evidence(ask: AttachEvidence, claim: Claim) -> Sequence[EvidenceAttached]:
    """Attach a document to a line; the same document once more changes nothing (R-6)."""
    require_changeable(claim, ask.by)
    line = claim.line(ask.line_id)
    if any(evidence.sha256 == ask.sha256 for evidence in line.evidence):
        return []
    if len(line.evidence) >= EVIDENCE_MAX:
        raise TooMuchEvidence(evidence_max=EVIDENCE_MAX)
    return [
        EvidenceAttached(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            line_id=ask.line_id,
            sha256=ask.sha256,
            kind=ask.kind,
            attached_by=ask.by.person,
        )
    ]


def _stream(key: str) -> str:
    return f"document-{key}"


def _document(ask: RecordCostLine, _: States) -> str:
    return _stream(document_key(ask.supplier, ask.invoice_number))


def _documents_of_line(ask: WithdrawCostLine, states: States) -> Sequence[str]:
    claim: Claim = states["claim"]
    line = claim.lines.get(ask.line_id)
    return [] if line is None else [_stream(line.document)]


DECIDERS: Mapping[type[Command], Decider] = {
    RecordCostLine: Decider(
        record_cost_line,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        policies=POLICIES,
        document=_document,
    ),
    WithdrawCostLine: Decider(
        withdraw_cost_line, claim="claim-{claim_id}", documents=_documents_of_line
    ),
    AttachEvidence: Decider(attach_evidence, claim="claim-{claim_id}"),
}
