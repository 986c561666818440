"""Routes of cost lines: entering, importing, correcting, proving, paying, taking them back."""

import base64
import binascii
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from services.reimbursement.api.envelope import TREASURERS
from services.reimbursement.api.forms import CostLineForm, PriceIn, cost_facts
from services.reimbursement.api.import_rows import FileNotReadable, csv_rows, forms_of
from services.reimbursement.api.import_xlsx import xlsx_rows
from services.reimbursement.commands.claim import (
    AttachEvidence,
    CorrectCostLine,
    FixExchangeRate,
    ImportCostLines,
    ReclaimCostLine,
    RecordCostLine,
    RecordSupplierPayment,
    WithdrawCostLine,
)
from services.reimbursement.commands.tax import DeclareTaxRecovery
from services.reimbursement.events.invoice import LineId, NamedTax
from services.reimbursement.events.policy import Share
from shared.kernel.commands import PARTIES
from shared.kernel.identifiers import ClaimId, OrganisationId, Sha256, Slug
from shared.kernel.money import PositiveMoneyIn
from shared.kernel.periods import CivilDate
from shared.kernel.refusals import Fault, Invalid
from shared.runtime.web.routes import Api, Ask, Form

CLAIMANTS = PARTIES | TREASURERS
FILE_CHARS_MAX = 250_000
"""Of Base64: what a body holds besides its other fields."""

api = Api(
    "reimbursement",
    access={
        "record_cost_line": CLAIMANTS,
        "correct_cost_line": CLAIMANTS,
        "withdraw_cost_line": CLAIMANTS,
        "attach_evidence": CLAIMANTS,
        "fix_exchange_rate": CLAIMANTS,
        "record_supplier_payment": CLAIMANTS,
        "declare_tax_recovery": CLAIMANTS,
    },
)


class PaymentNotPositive(Invalid):
    """What a supplier was paid is above zero."""

    rule = "R-19"
    french = "Ce qu'un fournisseur a reçu est supérieur à zéro."


class EvidenceForm(Form):
    """A document by its hash; its kind is from an open list, such as `invoice`."""

    sha256: Sha256
    kind: Slug


class ImportForm(Form):
    """A file of cost lines, in Base64: its first row names the columns."""

    format: Literal["csv", "xlsx"]
    content: Annotated[str, Field(max_length=FILE_CHARS_MAX)]
    all_or_nothing: bool
    """Whether one refused row refuses the whole file; else its good rows are entered."""


class RateWantedForm(Form):
    """What the bank took in dollars, where the policy counts that."""

    cad_debit: PositiveMoneyIn | None = None


class SupplierPaymentForm(Form):
    """What the supplier of a line got on one day, and the hash of the proof."""

    amount: PriceIn
    paid_on: CivilDate
    proof: Sha256


class ReclaimForm(Form):
    """The deducted line that comes back, and the claim in which it was deducted."""

    claim_id: ClaimId
    line_id: LineId


class TaxRecoveryForm(Form):
    """Which share of a tax a participant gets back, for invoices from a day on."""

    organisation_id: OrganisationId
    tax: NamedTax
    share: Share
    applies_from: CivilDate


@api.command("POST", "/claims/{claim_id}/lines", action="record_cost_line")
def record_cost_line(form: CostLineForm, ask: Ask) -> RecordCostLine:
    """Enter a cost of the quarter; the answer names the line's id."""
    return RecordCostLine(**cost_facts(form, ask, ask.new_id("line")))


@api.command("POST", "/claims/{claim_id}/lines/import", action="record_cost_line")
def import_cost_lines(form: ImportForm, ask: Ask) -> ImportCostLines:
    """Enter the rows of a file; `latest_import` in the answer says what became of each."""
    try:
        content = base64.b64decode(form.content, validate=True)
    except (ValueError, binascii.Error) as fault:
        raise FileNotReadable(Fault("/content", "base64")) from fault
    read = xlsx_rows if form.format == "xlsx" else csv_rows
    forms, unreadable = forms_of(read(content))
    return ImportCostLines(
        claim_id=ask.path["claim_id"],
        file_sha256=sha256(content).hexdigest(),
        format=form.format,
        rows={
            number: RecordCostLine(**cost_facts(row, ask, ask.new_id("line")))
            for number, row in forms.items()
        },
        unreadable=unreadable,
        all_or_nothing=form.all_or_nothing,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/lines/reclaim", action="record_cost_line")
def reclaim_cost_line(form: ReclaimForm, ask: Ask) -> ReclaimCostLine:
    """Bring back what was deducted from an earlier claim's line, now that it is paid."""
    return ReclaimCostLine(
        claim_id=ask.path["claim_id"],
        line_id=ask.new_id("line"),
        deducted_claim_id=form.claim_id,
        deducted_line_id=form.line_id,
        **ask.who,
    )


@api.command("PUT", "/claims/{claim_id}/lines/{line_id}", action="correct_cost_line")
def correct_cost_line(form: CostLineForm, ask: Ask) -> CorrectCostLine:
    """State a line of the draft anew; everything about it is checked again."""
    return CorrectCostLine(**cost_facts(form, ask, ask.path["line_id"]))


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/evidence", action="attach_evidence")
def attach_evidence(form: EvidenceForm, ask: Ask) -> AttachEvidence:
    """Attach a document to a line by its hash."""
    return AttachEvidence(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        sha256=form.sha256,
        kind=form.kind,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/withdraw", action="withdraw_cost_line")
def withdraw_cost_line(ask: Ask) -> WithdrawCostLine:
    """Take a line back before filing."""
    return WithdrawCostLine(claim_id=ask.path["claim_id"], line_id=ask.path["line_id"], **ask.who)


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/rate", action="fix_exchange_rate")
def fix_exchange_rate(form: RateWantedForm, ask: Ask) -> FixExchangeRate:
    """Give a foreign line that waits for a rate the published one, if there is one by now."""
    return FixExchangeRate(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        debit_cents=form.cad_debit,
        **ask.who,
    )


@api.command(
    "POST",
    "/claims/{claim_id}/lines/{line_id}/supplier-payments",
    action="record_supplier_payment",
)
def record_supplier_payment(form: SupplierPaymentForm, ask: Ask) -> RecordSupplierPayment:
    """Record what the supplier of a line got on one day; several payments add up."""
    if form.amount.hundredths <= 0:
        raise PaymentNotPositive(Fault("/amount", "not_positive"))
    return RecordSupplierPayment(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        currency=form.amount.currency,
        amount_hundredths=form.amount.hundredths,
        paid_on=form.paid_on,
        proof=form.proof,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/tax-recovery", action="declare_tax_recovery")
def declare_tax_recovery(form: TaxRecoveryForm, ask: Ask) -> DeclareTaxRecovery:
    """Declare which share of a tax a participant gets back, from a day on."""
    return DeclareTaxRecovery(
        project_id=ask.path["project_id"],
        organisation_id=form.organisation_id,
        tax=form.tax,
        share=form.share,
        applies_from=form.applies_from,
        **ask.who,
    )
