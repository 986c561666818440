"""`grantline import-register`: a published register's file becomes historic agreements."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import httpx
import typer

from services.main.asking import FAILED, HERE, NOT_FOUND, USAGE, Data, Json, Url, fail, found, run
from services.main.reach import DEFAULT_URL, issuer_of, reach
from shared.kernel.identifiers import same_name
from shared.kernel.money import dollars

COLUMNS: Mapping[str, str] = {
    "recipient": "recipient_legal_name",
    "programme": "prog_name_en",
    "province": "recipient_province",
    "city": "recipient_city",
    "start_year": "agreement_start_year",
    "value": "agreement_value",
}
"""What the server calls a column, and what the register does."""
OWNER = "owner_org_title_en"
SNAPSHOT = "snapshot"
"""Where a file has this column, rows of one agreement are its totals in several publications."""
NEEDED = frozenset({OWNER, "recipient_legal_name", "agreement_start_year", "agreement_value"})
PART_ROWS = 500
Counts: TypeAlias = tuple[int, int]
"""Agreements and amendments."""
_MONEY = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,2}))?")


@dataclass(slots=True)
class Owner:
    """One owner's rows of the file, and what became of them; amounts in cents."""

    name: str
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    refused: list[Mapping[str, Any]] = field(default_factory=list)
    accepted_cents: int = 0
    """What the server says that it accepted."""

    @property
    def published_cents(self) -> int:
        """The sum of the file's own amounts of all rows that the server did not refuse."""
        gone = {refused["row"] for refused in self.refused}
        return sum(cents_of(row["value"]) for row in self.rows if row["row"] not in gone)

    @property
    def agrees(self) -> bool:
        """Whether the file and the system come to the same sum."""
        return self.published_cents == self.accepted_cents


def cents_of(text: str) -> int:
    """An amount as the file writes it, in cents; 0 where it is none."""
    money = _MONEY.fullmatch(text.strip())
    if money is None:
        return 0
    sign, whole, cents = money.groups()
    value = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return -value if sign else value


def read_file(file: Path) -> tuple[dict[str, Owner], Literal["agreements", "totals"]]:
    """The file's rows by owner, and whether several of them may be one agreement's totals."""
    owners: dict[str, Owner] = {}
    with file.open(newline="", encoding="utf-8-sig") as lines:
        table = csv.DictReader(lines)
        columns = frozenset(table.fieldnames or ())
        if missing := sorted(NEEDED - columns):
            fail(USAGE, f"{file.name} is no register: it has no column {', '.join(missing)}")
        for number, line in enumerate(table, 1):
            name = " ".join((line[OWNER] or "").split())
            owner = owners.setdefault(same_name(name), Owner(name))
            texts = {ours: line.get(theirs) or "" for ours, theirs in COLUMNS.items()}
            owner.rows.append({"row": number, **texts})
    return owners, "totals" if SNAPSHOT in columns else "agreements"


async def _counts(client: httpx.AsyncClient) -> Mapping[str, Counts]:
    """How many agreements and amendments of each owner the system knows."""
    counts: dict[str, Counts] = {}
    path: str | None = "/reimbursement/v1/register?limit=200"
    while path:
        page = found(await client.get(path))
        for row in page["items"]:
            counts[same_name(row["owner"])] = (row["agreements"], row["amendments"])
        path = page["next"]
    return counts


async def _send(
    client: httpx.AsyncClient, owner: Owner, head: Mapping[str, Any], new_id: Callable[[], str]
) -> None:
    for part, first in enumerate(range(0, len(owner.rows), PART_ROWS)):
        rows = owner.rows[first : first + PART_ROWS]
        body = {**head, "owner": owner.name, "part": part, "rows": rows}
        answer = await client.post(
            "/reimbursement/v1/register/imports",
            json=body,
            headers={"Idempotency-Key": new_id()},
        )
        imported = found(answer)["imports"][f"{head['source_sha256']}.{part}"]
        owner.refused += imported["refused"]
        owner.accepted_cents += cents_of(imported["accepted"]["amount"])


def summarised(
    owners: Sequence[Owner], before: Mapping[str, Counts], after: Mapping[str, Counts]
) -> dict[str, Any]:
    """What the import came to, in all and by owner; amounts in dollars."""
    told = []
    for owner in sorted(owners, key=lambda owner: owner.name):
        key = same_name(owner.name)
        was, now = before.get(key, (0, 0)), after.get(key, (0, 0))
        recorded, amended = now[0] - was[0], now[1] - was[1]
        told.append(
            {
                "owner": owner.name,
                "rows": len(owner.rows),
                "recorded": recorded,
                "amended": amended,
                "repeated": len(owner.rows) - recorded - amended - len(owner.refused),
                "refused": len(owner.refused),
                "published": dollars(owner.published_cents),
                "accepted": dollars(owner.accepted_cents),
                "agrees": owner.agrees,
            }
        )
    counted = ("rows", "recorded", "amended", "repeated")
    return {
        **{name: sum(each[name] for each in told) for name in counted},
        "refused": sorted(
            (refused for owner in owners for refused in owner.refused), key=lambda one: one["row"]
        ),
        "agrees": all(owner.agrees for owner in owners),
        "owners": told,
    }


def _tell(file: Path, summary: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": file.name, **summary}, ensure_ascii=False))
        return
    for owner in summary["owners"]:
        typer.echo(f"{owner['published']:>20}  {owner['rows']:>6} rows  {owner['owner']}")
    for refused in summary["refused"]:
        typer.echo(f"row {refused['row']} refused: {refused['reason']}", err=True)
    typer.echo(
        f"{file.name}: {summary['rows']} rows, {summary['recorded']} agreements recorded, "
        f"{summary['amended']} amendments, {summary['repeated']} known already, "
        f"{len(summary['refused'])} refused; the sums "
        f"{'agree' if summary['agrees'] else 'DO NOT AGREE'} with the file."
    )


def import_register(
    file: Annotated[Path, typer.Argument(help="A CSV file of the published register.")],
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Make historic agreements of a published register; a second time nothing changes.

    Ends with 1 where a row was refused, or where the sums of an owner don't agree with the file.

    Example: grantline import-register proactive_disclosure.csv --json
    """
    if not file.is_file():
        fail(NOT_FOUND, f"there is no file {file.name}")
    try:
        owners, rows_are = read_file(file)
    except (UnicodeDecodeError, csv.Error):
        fail(USAGE, f"{file.name} is no CSV file in UTF-8")
    nobodys = owners.pop("", Owner("nobody"))
    nobodys.refused = [{"row": row["row"], "reason": "no_owner"} for row in nobodys.rows]
    head = {"source_sha256": sha256(file.read_bytes()).hexdigest(), "rows_are": rows_are}

    async def send() -> tuple[Mapping[str, Counts], Mapping[str, Counts]]:
        new_id = issuer_of(data).new_id
        async with reach(url, data, "programme_officer") as client:
            before = await _counts(client)
            for owner in owners.values():
                await _send(client, owner, head, new_id)
            return before, await _counts(client)

    before, after = run(send())
    told = [*owners.values(), nobodys] if nobodys.rows else list(owners.values())
    summary = summarised(told, before, after)
    _tell(file, summary, as_json=as_json)
    if summary["refused"] or not summary["agrees"]:
        raise typer.Exit(FAILED)
