"""An invoice as all claims of all projects see it: by supplier and number, however spelled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TypeAlias, assert_never

from services.reimbursement.events.claim import DocumentShareReleased, DocumentShareTaken
from shared.kernel.canonical import canonical
from shared.kernel.decider import Fold
from shared.kernel.identifiers import same_name


@dataclass(frozen=True, slots=True)
class Share:
    """What one line of some claim takes of an invoice, in cents with tax."""

    claim_id: str
    gross_cents: int
    invoiced_on: date


@dataclass(frozen=True, slots=True)
class Document:
    """All lines that rest on invoices of one supplier with one number."""

    document: str = ""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """By line id."""

    def repeats(self, gross_cents: int, invoiced_on: date, days: int) -> bool:
        """Whether some line already has this gross, dated at most so many days apart (R-23)."""
        return any(
            share.gross_cents == gross_cents and abs((share.invoiced_on - invoiced_on).days) <= days
            for share in self.shares.values()
        )


DocumentEvent: TypeAlias = DocumentShareTaken | DocumentShareReleased


def evolve(document: Document, event: DocumentEvent) -> Document:
    """The invoice after one event more."""
    match event:
        case DocumentShareTaken():
            share = Share(event.claim_id, event.gross_cents, event.invoiced_on)
            return Document(event.document, {**document.shares, event.line_id: share})
        case DocumentShareReleased():
            left = {line: share for line, share in document.shares.items() if line != event.line_id}
            return Document(event.document, left)
        case _:
            assert_never(event)


def document_key(supplier: str, invoice_number: str) -> str:
    """One key for one invoice: case, spaces and punctuation of both names don't matter (R-23)."""
    named = canonical([same_name(supplier), same_name(invoice_number)])
    return sha256(named.encode()).hexdigest()


FOLDS = {"document": Fold(Document(), evolve)}
