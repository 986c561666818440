"""Reading what the bank reports, `pain.002` and `camt.054`, without trusting a byte of it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, TypeAlias
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import ValidationError

from services.reimbursement.events.bank import ReportRow, RowKind
from shared.kernel.money import to_cents
from shared.kernel.refusals import Malformed

Format: TypeAlias = Literal["pain.002", "camt.054"]
ROWS_MAX = 2_000
"""Rows of one report: each is applied in the transaction that takes it in."""
_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.054)\.001\.[0-9]{2}\}")
_STATUS: dict[str, RowKind] = {"ACSC": "settled", "ACCC": "settled", "RJCT": "rejected"}
"""Every other status says that the bank has it and goes on."""


class BankReportUnreadable(Malformed):
    """This is no `pain.002` or `camt.054` report: XML without entities, of at most 2,000 rows."""

    french = "Ce n'est pas un rapport `pain.002` ou `camt.054` : XML sans entités, 2 000 lignes."


def read_report(document: str) -> tuple[Format, Sequence[ReportRow]]:
    """The rows of a report, in order. Raises BankReportUnreadable, and never says what was in it.

    Entities and document types are refused, so nothing in it can grow or reach outside.
    """
    try:
        root = fromstring(document.encode(), forbid_dtd=True)
        found = _NAMESPACE.match(root.tag)
        if found is None:
            raise BankReportUnreadable
        space = found[0]
        if found[1] == "pain.002":
            return "pain.002", _numbered(_statuses(root, space))
        return "camt.054", _numbered(_entries(root, space))
    except (ParseError, DefusedXmlException, ValidationError, ValueError):
        raise BankReportUnreadable from None


def _numbered(rows: Iterator[ReportRow]) -> Sequence[ReportRow]:
    numbered = [row.model_copy(update={"row": number}) for number, row in enumerate(rows, 1)]
    if not 1 <= len(numbered) <= ROWS_MAX:
        raise BankReportUnreadable
    return numbered


def _statuses(root: Element, space: str) -> Iterator[ReportRow]:
    """One row for each transaction of a payment status report."""
    for one in root.iter(f"{space}TxInfAndSts"):
        yield ReportRow(
            row=1,
            kind=_STATUS.get(_text(one, space, "TxSts") or "", "accepted"),
            end_to_end_id=_text(one, space, "OrgnlEndToEndId") or "NOTPROVIDED",
            amount_cents=_cents(one, space, "OrgnlTxRef/Amt/InstdAmt"),
            bank_reference=_text(one, space, "AcctSvcrRef"),
            reason=_text(one, space, "StsRsnInf/Rsn/Cd"),
        )


def _entries(root: Element, space: str) -> Iterator[ReportRow]:
    """One row for each transaction of a debit or credit notification that the bank has booked."""
    for entry in root.iter(f"{space}Ntry"):
        booked = _text(entry, space, "BookgDt/Dt")
        credit = _text(entry, space, "CdtDbtInd") == "CRDT"
        for one in entry.iter(f"{space}TxDtls"):
            amount = _cents(one, space, "Amt")
            yield ReportRow(
                row=1,
                kind="returned" if credit else "debited",
                end_to_end_id=_text(one, space, "Refs/EndToEndId") or "NOTPROVIDED",
                amount_cents=_cents(entry, space, "Amt") if amount is None else amount,
                bank_reference=_text(one, space, "Refs/AcctSvcrRef")
                or _text(entry, space, "AcctSvcrRef"),
                reason=_text(one, space, "RtrInf/Rsn/Cd"),
                booked_on=None if booked is None else date.fromisoformat(booked),
            )


def _text(element: Element, space: str, path: str) -> str | None:
    found = element.find("/".join(f"{space}{name}" for name in path.split("/")))
    return None if found is None or not found.text else found.text.strip() or None


def _cents(element: Element, space: str, path: str) -> int | None:
    text = _text(element, space, path)
    if text is None:
        return None
    found = element.find("/".join(f"{space}{name}" for name in path.split("/")))
    if found is None or found.get("Ccy") != "CAD":
        raise BankReportUnreadable
    return to_cents(text)
