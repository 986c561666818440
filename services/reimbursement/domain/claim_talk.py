"""Parts of a claim: what it is worth, questions and answers, the last file of lines."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from services.reimbursement.events.claim import ClaimAssessed
from services.reimbursement.events.line_course import (
    ClaimQueried,
    LinesImported,
    QueryAnswered,
    RefusedRow,
    SupplierPaymentsReviewed,
)

Talk: TypeAlias = ClaimQueried | QueryAnswered | LinesImported | SupplierPaymentsReviewed


@dataclass(frozen=True, slots=True)
class Query:
    """What the assessor asked; the assessment waits until it is answered."""

    query_id: str
    question: str
    lines: tuple[str, ...]
    asked_by: str
    answer: str | None = None
    evidence: str | None = None
    answered_by: str | None = None

    @classmethod
    def of(cls, event: ClaimQueried) -> "Query":
        """A question, not answered yet."""
        return cls(event.query_id, event.question, event.lines, event.asked_by)

    def with_answer(self, event: QueryAnswered) -> "Query":
        """The same question with this answer, if it is one to it."""
        if event.query_id != self.query_id:
            return self
        return replace(
            self, answer=event.answer, evidence=event.evidence, answered_by=event.answered_by
        )


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the last file of lines: rows accepted and refused, with their reasons."""

    file_sha256: str
    format: str
    rows: int
    accepted: int
    refused: tuple[RefusedRow, ...]

    @classmethod
    def of(cls, event: LinesImported) -> "Import":
        """The file as it was read."""
        return cls(event.file_sha256, event.format, event.rows, event.accepted, event.refused)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the claim is worth: cumulative amounts but for gross, offset and payable, in cents."""

    gross_cents: int
    entitled_cents: int
    holdback_cents: int
    paid_before_cents: int
    offset_cents: int
    payable_cents: int
    unfunded_cents: int

    @classmethod
    def of(cls, event: ClaimAssessed) -> "Assessment":
        """The figures that closed the assessment."""
        return cls(
            gross_cents=event.gross_cents,
            entitled_cents=event.entitled_cents,
            holdback_cents=event.holdback_cents,
            paid_before_cents=event.paid_before_cents,
            offset_cents=event.offset_cents,
            payable_cents=event.payable_cents,
            unfunded_cents=event.unfunded_cents,
        )
