"""Files of cost lines: every row accepted or refused with its reason, nothing in between."""

import base64
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from services.reimbursement.api.import_rows import COLUMNS, ROWS_MAX
from services.reimbursement.domain.entry import LINES_MAX
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import PAYERS_DAY, Desk, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1

HEADER = "kind,supplier,invoice_number,invoiced_on,incurred_from,incurred_to,amount,gst,place"
GOOD = "labour,Ateliers Boréal,A-{},2025-05-12,2025-05-01,2025-05-31,{},5.00,QC"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One service for all files; each test imports into a claim of its own."""
    with desk(tmp_path_factory.mktemp("import")) as found:
        yield found


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def send(
    here: Desk,
    content: bytes,
    *,
    claim: tuple[str, str],
    kind: str = "csv",
    all_or_nothing: bool = False,
) -> Any:
    body = {
        "format": kind,
        "content": base64.b64encode(content).decode(),
        "all_or_nothing": all_or_nothing,
    }
    return here.lead(claim[1]).post(f"{path(*claim)}/lines/import", body, **on(PAYERS_DAY))


def refused(answer: dict[str, Any]) -> list[tuple[int, str, str | None, str | None]]:
    rows = answer["latest_import"]["refused"]
    return [(row["row"], row["code"], row["rule"], row["field"]) for row in rows]


def test_each_row_is_accepted_or_refused_with_its_reason(here: Desk) -> None:
    claim = ("2025-26Q1", eg.terminal)
    content = csv_of(
        GOOD.format(1, "100.10"),
        GOOD.format(1, "100.10"),  # 3: the same again
        GOOD.format(2, "100.105"),  # 4: three decimals
        GOOD.format(3, "200.20").replace("QC", "DE"),  # 5: not in Canada
        "",
        GOOD.format(4, "300.30").replace("2025-05-31", "2025-07-01"),  # 7: crosses quarters
        GOOD.format(5, "400.40") + ",more",  # 8
        GOOD.format(6, "500.50").replace("Ateliers", "=HYPERLINK(1)"),  # 9
        GOOD.format(7, "600.60").replace("2025-05-12", "12/05/2025"),  # 10
        GOOD.format(8, "700.70"),
    )
    found = done(send(here, content, claim=claim))
    assert refused(found) == [
        (3, "duplicate-document", "R-23", None),
        (4, "field", None, "amount"),
        (5, "not-in-canada", "R-4", None),
        (7, "crosses-quarters", "R-18", None),
        (8, "too-many-cells", None, None),
        (9, "formula", None, "supplier"),
        (10, "field", None, "invoiced_on"),
    ]
    told = found["latest_import"]
    assert (told["rows"], told["accepted"]) == (9, 2)
    assert sorted(cents(line["amount"]) for line in found["lines"].values()) == [10_010, 70_070]
    assert {line["stated"]["taxes"][0]["tax"] for line in found["lines"].values()} == {"gst"}


def test_all_or_nothing_records_nothing_when_one_row_is_refused(here: Desk) -> None:
    claim = ("2025-26Q2", eg.terminal)
    good = GOOD.format(21, "10.00").replace("2025-05", "2025-08")
    bad = good.replace("A-21", "A-22").replace("QC", "XX")
    before = len(here.here.stored())
    answer = send(here, csv_of(good, bad), claim=claim, all_or_nothing=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "file-refused")
    assert answer.json()["rows"] == [
        {"row": 3, "code": "not-in-canada", "rule": "R-4", "field": None}
    ]
    assert len(here.here.stored()) == before, "nothing is recorded"
    assert here.claim(*claim)["lines"] == {}
    whole = done(send(here, csv_of(good), claim=claim, all_or_nothing=True))
    assert whole["latest_import"]["accepted"] == 1


def test_a_workbook_is_read_like_a_list(here: Desk) -> None:
    claim = ("2025-26Q1", eg.robots)
    header = HEADER.split(",")
    day = datetime(2025, 5, 12)  # noqa: DTZ001 — a cell has no zone.
    rows: list[list[Any]] = [
        header,
        ["labour", "Ateliers Boréal", "W-1", day, day, date(2025, 5, 31), 33730.78, 4.35, "QC"],
        ["labour", "Ateliers Boréal", "W-2", day, day, day, "=1+1", 0, "QC"],
        [None] * 9,
        ["capital", "Ateliers Boréal", 42, "2025-05-12", day, day, 151_103.6, None, "QC"],
        ["labour", "Ateliers Boréal", "W-3", day, day, day, 0.305, None, "QC"],
    ]
    found = done(send(here, xlsx_of(rows), claim=claim, kind="xlsx"))
    assert refused(found) == [(3, "formula", None, "amount"), (6, "field", None, "amount")]
    lines = sorted(found["lines"].values(), key=lambda line: line["invoice_number"])
    assert [line["invoice_number"] for line in lines] == [
        "42",
        "W-1",
    ]
    assert [line["stated"]["invoice"]["amount_hundredths"] for line in lines] == [
        15_110_360,
        3_373_078,
    ]
    assert lines[1]["stated"]["taxes"][0]["amount_hundredths"] == 435


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return content.getvalue()


def with_entities() -> bytes:
    original = io.BytesIO(xlsx_of([HEADER.split(",")]))
    content = io.BytesIO()
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, entity + data if name == "xl/workbook.xml" else data)
    return content.getvalue()


HOSTILE: Mapping[str, tuple[str, Callable[[], bytes], str]] = {
    "no archive": ("xlsx", lambda: b"no archive", "file-not-readable"),
    "a bomb": ("xlsx", bomb, "file-unpacks-too-large"),
    "entities": ("xlsx", with_entities, "file-not-readable"),
    "cut short": ("xlsx", lambda: xlsx_of([["kind"]])[:-30], "file-not-readable"),
    "no text": ("csv", lambda: b"\xff\xfe\x00", "file-not-readable"),
    "an open quote": ("csv", lambda: csv_of('"unclosed'), "file-not-readable"),
    "nothing": ("csv", lambda: b"", "columns-unknown"),
    "an unknown column": (
        "csv",
        lambda: csv_of(header=HEADER + ",password"),
        "columns-unknown",
    ),
    "a column twice": ("csv", lambda: csv_of(header=HEADER + ",kind"), "columns-unknown"),
    "a column missing": ("csv", lambda: csv_of(header="kind"), "columns-unknown"),
    "too many lines": (
        "csv",
        lambda: csv_of(*(["," * 8 + "x"] * (LINES_MAX + 1))),
        "file-too-long",
    ),
    "too many empty rows": ("csv", lambda: csv_of(*([""] * (ROWS_MAX + 1))), "file-too-long"),
}
"""Made when it is sent: an archive carries the time at which it was made."""


@pytest.mark.parametrize("file", HOSTILE)
def test_a_hostile_file_is_cleanly_refused(here: Desk, file: str) -> None:
    kind, make, code = HOSTILE[file]
    before = len(here.here.stored())
    answer = send(here, make(), claim=("2025-26Q3", eg.terminal), kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert "password" not in answer.text
    assert len(here.here.stored()) == before


def test_what_is_no_base64_or_too_large_is_refused(here: Desk) -> None:
    imported = f"{path('2025-26Q3')}/lines/import"
    body = {"format": "csv", "content": "§", "all_or_nothing": False}
    answer = here.lead().post(imported, body, **on(PAYERS_DAY))
    assert (answer.status_code, answer.json()["code"]) == (422, "file-not-readable")
    huge = {**body, "content": "A" * 300_000}
    assert here.lead().post(imported, huge, **on(PAYERS_DAY)).status_code == 413


def test_a_row_may_say_everything_that_a_line_can(here: Desk) -> None:
    values = {
        "kind": "equipment", "description": "A sensor", "supplier": "Boréal", "place": "CA-ON",
        "invoice_number": "E-1", "invoiced_on": "2025-10-02", "incurred_from": "2025-10-01",
        "incurred_to": "2025-10-31", "paid_on": "2025-10-03", "service_from": "2025-10-01",
        "service_to": "2025-12-31", "owed_since": "2025-10-01", "amount": "9200.00", "tax": "1.00",
        "gst": "2.00", "hst": "3.00", "qst": "4.00", "pst": "5.00", "market_value": "9000.00",
        "related_party": "oui", "overhead": "no", "currency": "CAD",
    }  # fmt: skip
    assert set(values) == set(COLUMNS) - {"cad_debit"}
    content = csv_of(";".join(values.values()), header=";".join(values))
    claim = ("2025-26Q3", eg.robots)
    found = done(send(here, b"\xef\xbb\xbf" + content, claim=claim))
    assert refused(found) == []
    [line] = found["lines"].values()
    assert (line["related_party"], line["stated"]["overhead"]) == (True, False)
    assert line["stated"]["share"] == "31/92"
    assert cents(line["amount"]) == 310_000


def test_importing_is_the_participants_and_once_the_same_file_adds_nothing(here: Desk) -> None:
    claim = (Q1, eg.institute)
    content = csv_of(GOOD.format(1, "100.10"), GOOD.format(2, "100.10"))
    first = done(send(here, content, claim=claim))
    again = done(send(here, content, claim=claim))
    assert first["lines"] == again["lines"]
    assert [row[:2] for row in refused(again)] == [
        (2, "duplicate-document"),
        (3, "duplicate-document"),
    ]
    body = {"format": "csv", "content": "", "all_or_nothing": False}
    imported = f"{path(*claim)}/lines/import"
    assert here.lead(eg.robots).post(imported, body, **on(PAYERS_DAY)).status_code in (404, 422)
    assert here.here.by("auditor").post(imported, body).status_code == 403
    listed = done(here.here.as_(eg.officer).get("/v1/cost-lines?limit=100"))["items"]
    assert len([row for row in listed if row["claim_id"].endswith(claim[0])]) >= 2
