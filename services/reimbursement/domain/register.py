"""Agreements that a public register published: each kept once, its totals as amendments.

A register repeats an agreement with every publication, with a total that is cumulative, spelled and
rounded in several ways. One owner's register decides which row is which agreement: by recipient and
first year, by programme and place where both tell them, then by the amounts known of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeAlias, assert_never

from pydantic import TypeAdapter, ValidationError

from services.reimbursement.commands.register import ImportRegister, PublishedRow
from services.reimbursement.domain.single_precision import rounded, same_amount
from services.reimbursement.events.register import (
    HistoricAgreementAmended,
    HistoricAgreementRecorded,
    RefusedRow,
    RegisterImported,
    RowRefusal,
)
from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.identifiers import Line, same_name

_MONEY = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,2}))?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LINE: TypeAdapter[str] = TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Read:
    """A row that says something: texts in one line, money in cents, empty where not told."""

    row: int
    recipient: str
    programme: str
    province: str
    city: str
    start_year: int
    value_cents: int


@dataclass(frozen=True, slots=True)
class Historic:
    """An agreement of the past: its totals as published, the original first."""

    project_id: str
    recipient: str
    programme: str
    province: str
    city: str
    start_year: int
    totals_cents: tuple[int, ...]

    @property
    def value_cents(self) -> int:
        """What was granted in all, by its last amendment."""
        return self.totals_cents[-1]

    def knows(self, value_cents: int) -> bool:
        """Whether one of its totals is this amount, be it rounded."""
        return any(same_amount(total, value_cents) for total in self.totals_cents)

    def may_be(self, row: Read) -> bool:
        """Whether nothing that both tell speaks against their being the same agreement."""
        told = (
            (self.programme, row.programme),
            (self.province, row.province),
            (self.city, row.city),
        )
        return all(
            not one or not other or same_name(one) == same_name(other) for one, other in told
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of one part of a file."""

    rows: int
    recorded: int
    amended: int
    repeated: int
    refused: tuple[RefusedRow, ...]
    accepted_cents: int


@dataclass(frozen=True, slots=True)
class Register:
    """All that registers published of one owner's agreements."""

    register_id: str = ""
    owner: str = ""
    agreements: Mapping[str, Historic] = field(default_factory=dict)
    imports: Mapping[str, Imported] = field(default_factory=dict)
    """By file and part."""

    @property
    def value_cents(self) -> int:
        """What is granted by all agreements in all: their last totals, never added up twice."""
        return sum(agreement.value_cents for agreement in self.agreements.values())


RegisterEvent: TypeAlias = HistoricAgreementRecorded | HistoricAgreementAmended | RegisterImported


def evolve(register: Register, event: RegisterEvent) -> Register:
    """The register after one event more."""
    match event:
        case HistoricAgreementRecorded():
            agreement = Historic(
                project_id=event.project_id,
                recipient=event.recipient,
                programme=event.programme or "",
                province=event.province or "",
                city=event.city or "",
                start_year=event.start_year,
                totals_cents=(event.value_cents,),
            )
            agreements = {**register.agreements, event.project_id: agreement}
            return replace(register, agreements=agreements)
        case HistoricAgreementAmended():
            before = register.agreements[event.project_id]
            after = replace(before, totals_cents=(*before.totals_cents, event.value_cents))
            return replace(register, agreements={**register.agreements, event.project_id: after})
        case RegisterImported():
            imported = Imported(
                rows=event.rows,
                recorded=event.recorded,
                amended=event.amended,
                repeated=event.repeated,
                refused=event.refused,
                accepted_cents=event.accepted_cents,
            )
            name = import_name(event.source_sha256, event.part)
            imports = {**register.imports, name: imported}
            return replace(
                register, register_id=event.register_id, owner=event.owner, imports=imports
            )
        case _:
            assert_never(event)


def register_id(owner: str) -> str:
    """Which register an owner's agreements are kept in, however its name is spelled."""
    return f"reg_{sha256(same_name(owner).encode()).hexdigest()[:32]}"


def import_name(source_sha256: str, part: int) -> str:
    """Under which name a part of a file is known to have been imported."""
    return f"{source_sha256}.{part}"


def read_row(row: PublishedRow) -> Read | RowRefusal:
    """The row's facts, or why it has none."""
    texts = [
        " ".join(text.split()) for text in (row.recipient, row.programme, row.province, row.city)
    ]
    if not texts[0]:
        return "no_recipient"
    if not _YEAR.fullmatch(row.start_year.strip()):
        return "no_year"
    money = _MONEY.fullmatch(row.value.strip())
    if money is None:
        return "no_money"
    try:
        recipient, programme, province, city = (
            text and _LINE.validate_python(text) for text in texts
        )
    except ValidationError:
        return "unprintable"
    sign, whole, cents = money.groups()
    value = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return Read(
        row.row,
        recipient,
        programme,
        province,
        city,
        int(row.start_year),
        -value if sign else value,
    )


class Reading:
    """One import under way: the register so far, and what was found of each row."""

    def __init__(self, ask: ImportRegister, register: Register) -> None:
        self.ask = ask
        self.said: list[RegisterEvent] = []
        self.refused: list[RefusedRow] = []
        self.repeated = self.accepted_cents = 0
        self._known: dict[tuple[str, int], list[Historic]] = {}
        for agreement in register.agreements.values():
            self._group(agreement.recipient, agreement.start_year).append(agreement)

    def _group(self, recipient: str, start_year: int) -> list[Historic]:
        return self._known.setdefault((same_name(recipient), start_year), [])

    def refuse(self, row: int, reason: RowRefusal) -> None:
        """This row is not kept, for this reason."""
        self.refused.append(RefusedRow(row=row, reason=reason))

    def repeat(self, row: Read) -> None:
        """This row says what is known."""
        self.repeated += 1
        self.accepted_cents += row.value_cents

    def record(self, row: Read) -> Historic:
        """This row is an agreement that nobody knew."""
        group = self._group(row.recipient, row.start_year)
        key = [self.ask.register_id, same_name(row.recipient), row.start_year, len(group)]
        agreement = Historic(
            project_id=f"prj_{sha256(canonical(key).encode()).hexdigest()[:32]}",
            recipient=row.recipient,
            programme=row.programme,
            province=row.province,
            city=row.city,
            start_year=row.start_year,
            totals_cents=(row.value_cents,),
        )
        group.append(agreement)
        self.accepted_cents += row.value_cents
        self.said.append(
            HistoricAgreementRecorded(
                register_id=self.ask.register_id,
                project_id=agreement.project_id,
                owner=self.ask.owner,
                recipient=row.recipient,
                programme=row.programme or None,
                province=row.province or None,
                city=row.city or None,
                start_year=row.start_year,
                value_cents=row.value_cents,
                source_sha256=self.ask.source_sha256,
                row=row.row,
            )
        )
        return agreement

    def amend(self, agreement: Historic, row: Read) -> Historic:
        """This row is another total of an agreement."""
        after = replace(agreement, totals_cents=(*agreement.totals_cents, row.value_cents))
        group = self._group(agreement.recipient, agreement.start_year)
        group[group.index(agreement)] = after
        self.accepted_cents += row.value_cents
        self.said.append(
            HistoricAgreementAmended(
                register_id=self.ask.register_id,
                project_id=agreement.project_id,
                amendment=len(agreement.totals_cents),
                before_cents=agreement.value_cents,
                value_cents=row.value_cents,
                source_sha256=self.ask.source_sha256,
                row=row.row,
            )
        )
        return after

    def known(self, row: Read) -> list[Historic]:
        """The agreements that this row may be about."""
        group = self._group(row.recipient, row.start_year)
        return [agreement for agreement in group if agreement.may_be(row)]


def _read_agreements(reading: Reading, rows: Sequence[Read]) -> None:
    """Each row is an agreement: first those whose amount is known, then what is left over."""
    taken: set[str] = set()
    left: list[Read] = []
    for row in rows:
        free = [known for known in reading.known(row) if known.project_id not in taken]
        exact = [known for known in free if row.value_cents in known.totals_cents]
        same = exact or [known for known in free if known.knows(row.value_cents)]
        if same:
            taken.add(same[0].project_id)
            reading.repeat(row)
        else:
            left.append(row)
    candidates = {
        row.row: [known for known in reading.known(row) if known.project_id not in taken]
        for row in left
    }
    for row in left:
        free = candidates[row.row]
        rivals = [other for other in left if set(_ids(candidates[other.row])) & set(_ids(free))]
        if not free:
            reading.record(row)
        elif len(free) == len(rivals) == 1:
            reading.amend(free[0], row)
        else:
            reading.refuse(row.row, "ambiguous")


def _ids(agreements: Sequence[Historic]) -> list[str]:
    return [agreement.project_id for agreement in agreements]


def _read_totals(reading: Reading, rows: Sequence[Read]) -> None:
    """The rows are totals of one agreement, without dates: read in ascending order."""
    known = reading.known(rows[0])
    if len(known) > 1:
        known = [one for one in known if any(one.knows(row.value_cents) for row in rows)]
        if len(known) != 1:
            for row in rows:
                reading.refuse(row.row, "ambiguous")
            return
    agreement = known[0] if known else None
    for row in _ascending(rows):
        if agreement is None:
            agreement = reading.record(row)
        elif agreement.knows(row.value_cents):
            reading.repeat(row)
        else:
            agreement = reading.amend(agreement, row)


def _ascending(rows: Sequence[Read]) -> Sequence[Read]:
    """By amount, and of those that are one amount the exact ones before the rounded ones."""

    def place(row: Read) -> tuple[int, bool, int]:
        amount = row.value_cents
        same = [other.value_cents for other in rows if same_amount(other.value_cents, amount)]
        return min(same), rounded(amount), row.row

    return sorted(rows, key=place)


def import_register(ask: ImportRegister, register: Register) -> Sequence[RegisterEvent]:
    """Keep every row, or say why not; a part of a file that was imported changes nothing."""
    if import_name(ask.source_sha256, ask.part) in register.imports:
        return []
    reading = Reading(ask, register)
    groups: dict[tuple[str, ...], list[Read]] = {}
    for published in ask.rows:
        row = read_row(published)
        if isinstance(row, str):
            reading.refuse(published.row, row)
            continue
        place: tuple[str, ...] = (same_name(row.recipient), str(row.start_year))
        if ask.rows_are == "totals":
            place = (*place, *map(same_name, (row.programme, row.province, row.city)))
        groups.setdefault(place, []).append(row)
    for rows in groups.values():
        (_read_totals if ask.rows_are == "totals" else _read_agreements)(reading, rows)
    recorded = sum(isinstance(event, HistoricAgreementRecorded) for event in reading.said)
    imported = RegisterImported(
        register_id=ask.register_id,
        owner=ask.owner,
        source_sha256=ask.source_sha256,
        part=ask.part,
        rows=len(ask.rows),
        recorded=recorded,
        amended=len(reading.said) - recorded,
        repeated=reading.repeated,
        refused=tuple(sorted(reading.refused, key=lambda refused: refused.row)),
        accepted_cents=reading.accepted_cents,
        imported_by=ask.by.person,
    )
    return [*reading.said, imported]


FOLDS = {"register": Fold(Register(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    ImportRegister: Decider(import_register, register="register-{register_id}")
}
