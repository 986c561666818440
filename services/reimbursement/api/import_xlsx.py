"""Reading a workbook that somebody else made: small, without formulas, without surprises."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from openpyxl import DEFUSEDXML, load_workbook

from services.reimbursement.api.import_rows import FORMULA, FileNotReadable, Row

UNPACKED_BYTES_MAX = 5 * 1024 * 1024
"""What a file of the largest body may unpack to: a thousand rows need a tenth of it."""
PARTS_MAX = 100
COLUMNS_MAX = 50
assert DEFUSEDXML, "entities in a workbook would be expanded"


class FileUnpacksTooLarge(FileNotReadable):
    """The workbook unpacks to much more than a claim can hold; send the rows alone."""

    french = (
        "Le classeur se décompresse en bien plus qu'une réclamation; envoyez les lignes seules."
    )


def xlsx_rows(content: bytes) -> Iterator[Row]:
    """Rows of the first sheet, numbered from 1. Raises FileNotReadable, FileUnpacksTooLarge."""
    _check_size(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # What the file says about its size may be wrong.
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MAX), 1):
            yield number, [_text(cell) for cell in cells]
        book.close()
    except Exception as fault:
        # Somebody else's file can be wrong in any way, and the library says so in as many.
        raise FileNotReadable from fault


def _check_size(content: bytes) -> None:
    """An archive says how much it unpacks to, and never gives more than it says."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts: Sequence[Any] = archive.infolist()
    except Exception as fault:
        raise FileNotReadable from fault
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
        raise FileUnpacksTooLarge(unpacked_bytes_max=UNPACKED_BYTES_MAX)


def _text(cell: Any) -> str:
    """A cell as its text; a day without its empty time, a formula as nothing that can be read."""
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return FORMULA
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
