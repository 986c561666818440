"""Entering the rows of a file as cost lines: all of them or the good ones, in one decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.reimbursement.commands.claim import ImportCostLines, RecordCostLine
from services.reimbursement.domain import document as documents
from services.reimbursement.domain.claim import evolve, require_claimant
from services.reimbursement.domain.entry import Seen, document_of, enter
from services.reimbursement.domain.lines import claims_of, documents_of, exchanges_of
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.line_course import LinesImported, RefusedRow
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal

TOLD_MAX = 100
"""Refused rows that an answer names; more are only counted (C-031)."""


class FileRefused(Refusal):
    """Some rows cannot be entered, and all or nothing was asked; nothing is recorded."""

    rule = "R-23"
    french = "Des lignes du fichier sont refusées, et c'est tout ou rien; rien n'est inscrit."


@dataclass
class _Reading:
    """What was entered so far: later rows are judged as if the earlier ones were there."""

    seen: Seen
    said: dict[str, list[Event]]
    accepted: int = 0

    def enter(self, row: RecordCostLine) -> None:
        """Enter one row. Raises the refusal that the line by itself would meet."""
        entered = enter(row, self.seen)
        stream = document_of(row)
        self.said["claim"] += entered.claim
        self.said.setdefault(stream, []).append(entered.document)
        claim, known = self.seen.claim, self.seen.documents
        for event in entered.claim:
            claim = evolve(claim, event)
        self.seen = replace(
            self.seen,
            claim=claim,
            documents={**known, stream: documents.evolve(known[stream], entered.document)},
            claims={**self.seen.claims, f"claim-{claim.claim_id}": claim},
        )
        self.accepted += 1


def import_cost_lines(ask: ImportCostLines, **seen: Any) -> Said:
    """Enter each row like a line of its own, in the file's order (R-23); one transaction.

    A row that repeats one of its own file or claim is refused. Where all or nothing is asked, one
    refused row refuses the file; else the good rows are entered, and the others told.
    """
    here = Seen(**seen)
    require_claimant(here.claim, ask.by)
    must_be_legal(ask, here.claim)
    reading = _Reading(here, {"claim": []})
    refused = list(ask.unreadable)
    for number, row in ask.rows.items():
        try:
            reading.enter(row)
        except Refusal as why:
            refused.append(RefusedRow(row=number, code=why.code(), rule=why.rule))
    refused.sort(key=lambda row: row.row)
    if refused and ask.all_or_nothing:
        raise FileRefused(rows=refused[:TOLD_MAX], refused=len(refused))
    imported = LinesImported(
        **here.claim.identity,
        file_sha256=ask.file_sha256,
        format=ask.format,
        rows=len(ask.rows) + len(ask.unreadable),
        accepted=reading.accepted,
        refused=tuple(refused),
        imported_by=ask.by.person,
    )
    return {**reading.said, "claim": [*reading.said["claim"], imported]}


def _documents(ask: ImportCostLines, states: States) -> Sequence[str]:
    return [*dict.fromkeys(name for row in ask.rows.values() for name in documents_of(row, states))]


def _exchanges(ask: ImportCostLines, states: States) -> Sequence[str]:
    return [*dict.fromkeys(name for row in ask.rows.values() for name in exchanges_of(row, states))]


def _claims(ask: ImportCostLines, states: States) -> Sequence[str]:
    return [*dict.fromkeys(name for row in ask.rows.values() for name in claims_of(row, states))]


DECIDERS: Mapping[type[Command], Decider] = {
    ImportCostLines: Decider(
        import_cost_lines,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        policies=POLICIES,
        documents=_documents,
        exchanges=_exchanges,
        claims=_claims,
    )
}
