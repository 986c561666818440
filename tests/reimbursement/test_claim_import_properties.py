"""For any file: every row is accepted or refused, and nothing else is recorded."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.reimbursement.api.import_rows import csv_rows, forms_of
from services.reimbursement.commands.claim import ImportCostLines, RecordCostLine
from services.reimbursement.domain.importing import FileRefused
from services.reimbursement.events.line_course import LinesImported
from shared.kernel.refusals import Refusal
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1

here = ce.in_force()
DAYS = st.dates(date(2025, 3, 25), date(2025, 7, 5))
HEADER = "kind,supplier,invoice_number,invoiced_on,incurred_from,incurred_to,amount,place\n"


@st.composite
def rows(draw: st.DrawFn) -> RecordCostLine:
    """A row that may be good, repeated, abroad, backwards or of another quarter."""
    number = draw(st.integers(1, 4))
    return ce.cost(
        Q1,
        draw(st.integers(1, 10**9)),
        invoice_number=f"INV-{number}",
        invoiced_on=draw(DAYS),
        incurred_from=draw(DAYS),
        incurred_to=draw(DAYS),
        amount_cents=draw(st.sampled_from([10_000, 20_000, -10_000])),
        place=draw(st.sampled_from(["QC", "ON", "DE"])),
        kind=draw(st.sampled_from(["labour", "capital"])),
    )


def as_file(found: Sequence[RecordCostLine], *, all_or_nothing: bool) -> ImportCostLines:
    return ImportCostLines(
        claim_id=ce.claim_id(Q1),
        file_sha256="ab" * 32,
        format="csv",
        rows=dict(enumerate(found, 2)),
        unreadable=(),
        all_or_nothing=all_or_nothing,
        **ce.by(eg.terminal_lead),
    )


@settings(max_examples=60, deadline=None)
@for_all(found=st.lists(rows(), max_size=8, unique_by=lambda row: row.line_id))
def test_r23_a_files_rows_are_accepted_or_refused_one_by_one_as_alone(
    found: list[RecordCostLine],
) -> None:
    known, refused = here, []
    for number, row in enumerate(found, 2):
        try:
            known = known.after(row)
        except Refusal as why:
            refused.append((number, why.code()))
    decision = here.when(as_file(found, all_or_nothing=False)).decision()
    *lines, (stream, told) = [said for said in decision.says if said[0] == ce.claim_stream(Q1)]
    assert isinstance(told, LinesImported)
    assert stream == ce.claim_stream(Q1)
    assert told.accepted + len(told.refused) == told.rows == len(found)
    assert [(row.row, row.code) for row in told.refused] == refused
    imported = here.when(as_file(found, all_or_nothing=False)).recorded()
    claim, one_by_one = ce.claim_of(imported), ce.claim_of(known)
    assert claim.lines == one_by_one.lines
    assert len(lines) == told.accepted
    kinds = {event.event_name for _, event in decision.says}
    assert kinds <= {"CostLineRecorded", "DocumentShareTaken", "LinesImported"}


@settings(max_examples=60, deadline=None)
@for_all(found=st.lists(rows(), max_size=6, unique_by=lambda row: row.line_id))
def test_all_or_nothing_is_either(found: list[RecordCostLine]) -> None:
    some = here.when(as_file(found, all_or_nothing=False)).decision()
    told: Any = next(event for _, event in some.says if isinstance(event, LinesImported))
    whole = here.when(as_file(found, all_or_nothing=True))
    if not told.refused:
        assert whole.decision().says == some.says
        return
    refused = whole.then_refused(FileRefused)
    assert refused.facts["refused"] == len(told.refused)


def read(content: bytes) -> Any:
    """What is read of a file, or the refusal that it meets."""
    try:
        return forms_of(csv_rows(content))
    except Refusal as why:
        return why


@settings(max_examples=200, deadline=None)
@for_all(text=st.text(max_size=300))
def test_any_text_is_read_row_by_row_or_refused_whole(text: str) -> None:
    content = f"{HEADER}{text}".encode("utf-8", "surrogatepass")
    found = read(content)
    if isinstance(found, Refusal):
        assert found.code() in {"file-not-readable", "file-too-long"}
        return
    forms, refused = found
    numbers = [*forms, *(row.row for row in refused)]
    told = [
        number
        for number, cells in csv_rows(content)
        if number > 1 and any(cell.strip() for cell in cells)
    ]
    assert sorted(numbers) == told


@settings(max_examples=200, deadline=None)
@for_all(content=st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(content: bytes) -> None:
    found = read(content)
    if isinstance(found, Refusal):
        assert found.code() in {"file-not-readable", "columns-unknown"}
        return
    assert found == ({}, ())
