"""An invoice, or the file that proves one, as all claims of all projects see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import TypeAlias, TypeVar, assert_never

from services.reimbursement.events.claim import (
    DocumentPart,
    DocumentShareReleased,
    DocumentShareTaken,
    EvidenceReleased,
    EvidenceUsed,
)
from services.reimbursement.events.invoice import Days
from shared.kernel.canonical import canonical
from shared.kernel.decider import Fold
from shared.kernel.identifiers import same_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one line of some claim takes of an invoice, in hundredths of its currency with tax."""

    line_id: str
    claim_id: str
    organisation_id: str
    gross_hundredths: int
    """Of the whole invoice."""
    currency: str
    invoiced_on: date
    share: Fraction
    days: Days
    suspected: bool = False

    def same_invoice(self, other: "Share", days: int) -> bool:
        """Same gross, dated at most so many days apart; supplier and number are the stream's."""
        return (self.gross_hundredths, self.currency) == (
            other.gross_hundredths,
            other.currency,
        ) and abs((self.invoiced_on - other.invoiced_on).days) <= days

    def complements(self, other: "Share") -> bool:
        """Whether both are parts of one invoice: other participants, or days of their own (R-7)."""
        if self.share == 1 or other.share == 1:
            return False
        apart = self.days.last < other.days.first or other.days.last < self.days.first
        return apart or self.organisation_id != other.organisation_id


@dataclass(frozen=True, slots=True)
class Use:
    """A line that a file proves, and the invoice which that line rests on."""

    claim_id: str
    line_id: str
    invoice: str


T = TypeVar("T", Share, Use)


@dataclass(frozen=True, slots=True)
class Document:
    """All lines on invoices of one supplier with one number; or all that one file proves."""

    document: str = ""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """By line id."""
    uses: Mapping[str, Use] = field(default_factory=dict)
    """By line id; only where the key is the hash of a file."""

    def same_invoice(self, share: Share, days: int) -> Sequence[Share]:
        """The other lines on what looks like the same invoice, oldest first (R-23)."""
        return [
            taken
            for taken in self.shares.values()
            if taken.line_id != share.line_id and taken.same_invoice(share, days)
        ]

    def used_elsewhere(self, use: Use) -> Use | None:
        """The first line of another claim, on another invoice, that this file proves (R-23)."""
        return next(
            (
                used
                for used in self.uses.values()
                if used.claim_id != use.claim_id and used.invoice != use.invoice
            ),
            None,
        )


DocumentEvent: TypeAlias = (
    DocumentShareTaken | DocumentShareReleased | EvidenceUsed | EvidenceReleased
)


def evolve(document: Document, event: DocumentEvent) -> Document:
    """The document after one event more."""
    document = replace(document, document=event.document)
    match event:
        case DocumentShareTaken():
            taken = _share(event)
            return replace(document, shares={**document.shares, event.line_id: taken})
        case DocumentShareReleased():
            return replace(document, shares=_without(document.shares, event.line_id))
        case EvidenceUsed():
            use = Use(event.claim_id, event.line_id, event.invoice)
            return replace(document, uses={**document.uses, event.line_id: use})
        case EvidenceReleased():
            return replace(document, uses=_without(document.uses, event.line_id))
        case _:
            assert_never(event)


def _share(event: DocumentShareTaken) -> Share:
    part = event.part or DocumentPart(
        currency="CAD",
        share=Fraction(1),
        days=Days(first=event.invoiced_on, last=event.invoiced_on),
        suspected=False,
    )
    return Share(
        line_id=event.line_id,
        claim_id=event.claim_id,
        organisation_id=event.organisation_id,
        gross_hundredths=event.gross_cents,
        currency=part.currency,
        invoiced_on=event.invoiced_on,
        share=part.share,
        days=part.days,
        suspected=part.suspected,
    )


def _without(lines: Mapping[str, T], line_id: str) -> Mapping[str, T]:
    return {name: line for name, line in lines.items() if name != line_id}


def document_key(supplier: str, invoice_number: str) -> str:
    """One key for one invoice: case, spaces and punctuation of both names don't matter (R-23)."""
    named = canonical([same_name(supplier), same_name(invoice_number)])
    return sha256(named.encode()).hexdigest()


def stream_of(key: str) -> str:
    """The stream of an invoice by its key, or of a file by its hash."""
    return f"document-{key}"


FOLDS = {"document": Fold(Document(), evolve)}
