"""From a file of cost lines to forms, row by row: what is read, and why a row cannot be."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError

from services.reimbursement.api.forms import CostLineForm
from services.reimbursement.domain.entry import LINES_MAX
from services.reimbursement.events.line_course import RefusedRow
from shared.kernel.canonical import canonical
from shared.kernel.refusals import Invalid
from shared.runtime.web.forms import reader_of

TEXTS = ("kind", "description", "supplier", "invoice_number", "place")
DATES = (
    "invoiced_on",
    "incurred_from",
    "incurred_to",
    "paid_on",
    "service_from",
    "service_to",
    "owed_since",
)
AMOUNTS = ("amount", "tax")
TAXES = ("gst", "hst", "qst", "pst")
DOLLARS = ("market_value", "cad_debit")
FLAGS = ("related_party", "overhead")
COLUMNS = (*TEXTS, *DATES, *AMOUNTS, *TAXES, *DOLLARS, *FLAGS, "currency")
REQUIRED = (
    "kind", "supplier", "invoice_number", "invoiced_on", "incurred_from", "incurred_to", "amount",
    "place",
)  # fmt: skip
YES_OR_NO: Mapping[str, bool] = {
    "true": True, "yes": True, "oui": True, "1": True,
    "false": False, "no": False, "non": False, "0": False,
}  # fmt: skip
CELL_CHARS_MAX = 1_000
ROWS_MAX = 10_000
"""Rows read of a sheet, empty ones included, before it is too long."""
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9.])")
"""What a spreadsheet would calculate when somebody opens the list again."""
_read = reader_of(CostLineForm)

Cell = str
FORMULA = "\0formula"
"""What a reader puts in place of a cell that holds a formula: no text can be this one."""


class FileNotReadable(Invalid):
    """The content is no CSV in UTF-8 or no XLSX workbook, or it is damaged."""

    french = "Le contenu n'est ni un CSV en UTF-8 ni un classeur XLSX, ou il est abîmé."


class FileTooLong(Invalid):
    """The file has more rows than one claim can have cost lines."""

    french = "Le fichier a plus de lignes qu'une réclamation ne peut en avoir."


class ColumnsUnknown(Invalid):
    """The first row names the columns: some are not known here, named twice, or missing."""

    french = "La première ligne nomme les colonnes : certaines sont inconnues, doubles ou absentes."


Row = tuple[int, Sequence[Cell]]


def csv_rows(content: bytes) -> Iterator[Row]:
    """Rows of a CSV with commas or semicolons, numbered from 1. Raises FileNotReadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FileNotReadable from fault
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as fault:
        raise FileNotReadable from fault


def forms_of(
    rows: Iterable[Row],
) -> tuple[Mapping[int, CostLineForm], tuple[RefusedRow, ...]]:
    """By row number, the forms that can be read, and the rows that cannot, with their reasons.

    Every row that is not empty is in exactly one of both. Raises ColumnsUnknown, FileTooLong.
    """
    numbered = iter(rows)
    _, header = next(numbered, (1, ()))
    columns = _columns(header)
    forms: dict[int, CostLineForm] = {}
    refused: list[RefusedRow] = []
    for number, cells in numbered:
        if number > ROWS_MAX:
            raise FileTooLong(lines_max=LINES_MAX)
        if not any(cell.strip() for cell in cells):
            continue
        if len(forms) + len(refused) >= LINES_MAX:
            raise FileTooLong(lines_max=LINES_MAX)
        found = _form(number, columns, cells)
        if isinstance(found, RefusedRow):
            refused.append(found)
        else:
            forms[number] = found
    return forms, tuple(refused)


def _columns(header: Sequence[Cell]) -> Sequence[str]:
    names = [cell.strip().lower() for cell in header]
    while names and not names[-1]:
        names.pop()
    unknown = [place for place, name in enumerate(names, 1) if name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in names]
    if unknown or missing or len(set(names)) < len(names):
        raise ColumnsUnknown(unknown_places=unknown, missing=missing, known=list(COLUMNS))
    return names


def _form(number: int, columns: Sequence[str], cells: Sequence[Cell]) -> CostLineForm | RefusedRow:
    def refuse(code: str, field: str | None = None) -> RefusedRow:
        return RefusedRow(row=number, code=code, rule=None, field=field)

    if any(cell.strip() for cell in cells[len(columns) :]):
        return refuse("too-many-cells")
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    for name, cell in given.items():
        if cell == FORMULA or (name in TEXTS and _FORMULA.match(cell)):
            return refuse("formula", name)
        if len(cell) > CELL_CHARS_MAX:
            return refuse("too-long", name)
        if name in FLAGS and cell.lower() not in YES_OR_NO:
            return refuse("not-yes-or-no", name)
    try:
        return _read(canonical(_body(given)).encode())
    except ValidationError as faults:
        [first, *_] = [fault["loc"] for fault in faults.errors()]
        named = str(first[0]) if first else None
        if named == "taxes" and len(first) > 1:
            named = [tax for tax in TAXES if tax in given][int(first[1])]
        return refuse("field", named)


def _body(given: Mapping[str, str]) -> Mapping[str, object]:
    """A row as the form of one line."""
    currency = given.get("currency", "CAD")

    def price(name: str) -> Mapping[str, str]:
        return {"amount": given[name], "currency": currency}

    return {
        **{name: given[name] for name in (*TEXTS, *DATES) if name in given},
        **{name: price(name) for name in AMOUNTS if name in given},
        **{name: {"amount": given[name], "currency": "CAD"} for name in DOLLARS if name in given},
        **{name: YES_OR_NO[given[name].lower()] for name in FLAGS if name in given},
        "taxes": [{"tax": tax, "amount": price(tax)} for tax in TAXES if tax in given],
    }
