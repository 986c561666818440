"""The eligibility conditions that compute, for assessor and applicant alike (E-0, I-11, C-038).

Evaluation judges a submitted version by them, intake tells an applicant what they would give now:
the same code over what each service has heard.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar, get_args

from shared.kernel.events import Fact
from shared.kernel.identifiers import OrganisationId, Sha256, same_name

Condition: TypeAlias = Literal["scope", "incremental", "participants", "sme", "readiness", "canada"]
"""One of the six pass or fail gates of the programme (E-0)."""
Verdict: TypeAlias = Literal["met", "not_met", "unknown"]

CONDITIONS: tuple[Condition, ...] = get_args(Condition)
CANADA = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


class AttestationUsed(Fact):
    """The size attestation that an SME verdict rests on."""

    organisation_id: OrganisationId
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date
    evidence_sha256: Sha256


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is known of an organisation, by day."""

    organisation_id: str = ""
    names: tuple[str, ...] = ()
    business_number: str | None = None
    sizes: tuple[AttestationUsed, ...] = ()
    """In the order in which they were recorded."""
    affiliates: tuple[tuple[str, date], ...] = ()
    """The organisations under common control, this one included, and since when."""

    def profiled(self, organisation_id: str, name: str, number: str | None) -> "Organisation":
        """Known by this name and number from now on."""
        return replace(self, organisation_id=organisation_id, names=(name,), business_number=number)

    def also_named(self, name: str) -> "Organisation":
        """Known by another name as well."""
        return replace(self, names=(*self.names, name))

    def attested(self, size: AttestationUsed) -> "Organisation":
        """With one attestation more."""
        return replace(self, sizes=(*self.sizes, size))

    def affiliated(self, one: str, other: str, since: date) -> "Organisation":
        """Under common control with another since a day."""
        return replace(self, affiliates=(*self.affiliates, (one, since), (other, since)))

    def size_on(self, day: date) -> AttestationUsed | None:
        """The attestation in force on a day: the latest as of that day or before (M-13).

        Of two as of the same day the one recorded later counts; a later one never counts.
        """
        known = [size for size in self.sizes if size.as_of <= day]
        return max(reversed(known), key=lambda size: size.as_of, default=None)


Registry: TypeAlias = Mapping[str, Organisation]
"""Organisations by their stream's name, as a decision reads them."""


def stream_of(organisation_id: str) -> str:
    """The stream of an organisation."""
    return f"organisation-{organisation_id}"


def streams_of(organisation_ids: Iterable[str]) -> list[str]:
    """The streams of these organisations, each once, in a fixed order."""
    return [stream_of(organisation_id) for organisation_id in sorted(set(organisation_ids))]


class Party(Protocol):
    """A participant, as a proposal names it."""

    @property
    def organisation_id(self) -> str:
        """Which organisation it is."""

    @property
    def name(self) -> str:
        """How the proposal spells it."""


Pairs: TypeAlias = Collection[tuple[str, str]]
"""Two organisations each, the smaller id first."""


def distinct(
    parties: Iterable[Party], registry: Registry, day: date, held_distinct: Pairs = ()
) -> list[tuple[str, ...]]:
    """The distinct parties among these on a day, each as the organisations that it is (I-11).

    Organisations are one party if they share a name (in another spelling too), a business number,
    or common control, directly or through a third one; unless a person held the two distinct.
    """
    marks = {party.organisation_id: _marks(party, registry, day) for party in parties}
    groups: list[set[str]] = []
    for here, own in marks.items():
        others = [
            there
            for there in marks
            if own & marks[there] and _pair(here, there) not in held_distinct
        ]
        joined = [group for group in groups if group.intersection(others)]
        groups = [group for group in groups if group not in joined]
        groups.append({here}.union(*joined))
    return sorted(tuple(sorted(group)) for group in groups)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _marks(party: Party, registry: Registry, day: date) -> set[str]:
    known = registry.get(stream_of(party.organisation_id), Organisation())
    marks = {party.organisation_id, f"name {same_name(party.name)}"}
    marks |= {f"name {same_name(name)}" for name in known.names}
    if known.business_number is not None:
        marks.add(f"number {business(known.business_number)}")
    marks |= {affiliate for affiliate, since in known.affiliates if since <= day}
    return marks


def business(number: str) -> str:
    """The business behind a number: an account's suffix such as `RC0001` doesn't tell it apart."""
    letters = "".join(letter for letter in number.casefold() if letter.isalnum())
    return letters[:9] if letters[:9].isdigit() else letters


def alike(parties: Iterable[Party]) -> bool:
    """Whether two names differ in accents only: not the same, but worth a human look (C-038)."""
    names = {same_name(party.name) for party in parties}
    return len({_without_accents(name) for name in names}) < len(names)


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Limits(Protocol):
    """What the conditions take from the policy of a programme."""

    @property
    def min_participants(self) -> int:
        """Distinct parties needed."""

    @property
    def min_smes(self) -> int:
        """SMEs needed among them."""

    @property
    def sme_fte_lt(self) -> int:
        """An SME has fewer FTE than this, its affiliates' included."""

    @property
    def ready_within_days(self) -> int:
        """Calendar days from the decision to the planned start, inclusive."""


class Stated(Protocol):
    """What a proposal itself says that conditions compute from."""

    @property
    def planned_start(self) -> date | None:
        """The first day of the work."""

    @property
    def endorsed(self) -> bool:
        """Whether an executive stands behind it."""

    @property
    def work_places(self) -> Sequence[str]:
        """Codes of Canadian provinces (`QC`, `CA-QC`) or of countries."""


V = TypeVar("V", bound=Stated, covariant=True)


@dataclass(frozen=True)  # Generic, frozen and slotted together cannot be made by `Case[V](…)`.
class Case(Generic[V]):
    """All that the conditions of one version are judged upon."""

    submission: V
    confirmed: Sequence[Party]
    """The parties that count: the lead, and who confirmed this version (I-10)."""
    registry: Registry
    parameters: Limits
    on: date
    """The civil day whose attestations and affiliations are in force."""
    selecting: bool = False
    """Whether a detailed version is judged, so that the day stands for that of the decision."""
    held_distinct: Pairs = ()
    """Who counts as two although names, numbers or control say one (I-11)."""

    @property
    def parties(self) -> list[tuple[str, ...]]:
        """The distinct parties (I-11)."""
        return distinct(self.confirmed, self.registry, self.on, self.held_distinct)

    def size_of(self, organisation_id: str) -> AttestationUsed | None:
        """The size attestation of an organisation in force on the day."""
        known = self.registry.get(stream_of(organisation_id))
        return known.size_on(self.on) if known else None

    @property
    def attestations(self) -> tuple[AttestationUsed, ...]:
        """All attestations in force of the parties that count."""
        sizes = [self.size_of(party) for party in sorted({p for ps in self.parties for p in ps})]
        return tuple(size for size in sizes if size is not None)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a condition computes to, and why."""

    verdict: Verdict
    because: str
    french: str


def participants(case: Case[Stated]) -> Computed:
    """More than one distinct party confirmed this version (S18, I-10, I-11)."""
    found, needed = len(case.parties), case.parameters.min_participants
    named = len(case.confirmed)
    because = f"{found} distinct of {named} confirmed parties; {needed} needed."
    french = f"{found} distincts sur {named} participants confirmés; il en faut {needed}."
    if alike(case.confirmed):
        because += " Two names differ in accents only: please look."
        french += " Deux noms ne diffèrent que par les accents : à vérifier."
    return Computed("met" if found >= needed else "not_met", because, french)


def sme(case: Case[Stated]) -> Computed:
    """Enough parties are SMEs by the attestations in force; unknown while missing ones decide."""
    verdicts = [_is_sme(party, case) for party in case.parties]
    smes, unattested = verdicts.count("met"), verdicts.count("unknown")
    needed, below = case.parameters.min_smes, case.parameters.sme_fte_lt
    because = f"{smes} with fewer than {below} FTE, {unattested} not attested; {needed} needed."
    french = f"{smes} de moins de {below} ETP, {unattested} sans attestation; il en faut {needed}."
    if smes >= needed:
        return Computed("met", because, french)
    return Computed("unknown" if smes + unattested >= needed else "not_met", because, french)


def _is_sme(party: tuple[str, ...], case: Case[Stated]) -> Verdict:
    sizes = [size for size in map(case.size_of, party) if size is not None]
    if not sizes:
        return "unknown"
    below = case.parameters.sme_fte_lt
    return "met" if all(s.fte + s.affiliates_fte < below for s in sizes) else "not_met"


def readiness(case: Case[Stated]) -> Computed:
    """An executive endorsed it and a start is planned; in selection, also soon enough (S20)."""
    endorsed, start = case.submission.endorsed, case.submission.planned_start
    if start is None or not endorsed:
        because = "Lacks an executive's endorsement or a planned start."
        return Computed("not_met", because, "Il manque l'appui d'un dirigeant ou un début prévu.")
    if case.selecting and starts_too_late(case):
        within = case.parameters.ready_within_days
        because = f"Planned start more than {within} days after {case.on}."
        return Computed("not_met", because, f"Début prévu plus de {within} jours après {case.on}.")
    because = f"Endorsed by an executive; planned start {start.isoformat()}."
    return Computed("met", because, f"Appuyé par un dirigeant; début prévu {start.isoformat()}.")


def starts_too_late(case: Case[Stated]) -> bool:
    """Whether the planned start is more than `ready_within_days` after the case's day."""
    start, within = case.submission.planned_start, case.parameters.ready_within_days
    return start is not None and (start - case.on).days > within


def canada(case: Case[Stated]) -> Computed:
    """Every place of work is in Canada, and at least one is stated (S21)."""
    places = {place.removeprefix("CA-") for place in case.submission.work_places}
    if not places:
        return Computed("not_met", "No place of work is stated.", "Aucun lieu de travail indiqué.")
    abroad = len(places - CANADA)
    because = f"{len(places)} places of work, {abroad} of them outside Canada."
    french = f"{len(places)} lieux de travail, dont {abroad} hors du Canada."
    return Computed("not_met" if abroad else "met", because, french)


COMPUTED: Mapping[Condition, Callable[[Case[Stated]], Computed]] = {
    "participants": participants,
    "sme": sme,
    "readiness": readiness,
    "canada": canada,
}
"""The conditions that compute; `scope` and `incremental` are human verdicts."""


def compute(condition: Condition, case: Case[Stated]) -> Computed | None:
    """What this condition computes to; None for a human verdict."""
    rule = COMPUTED.get(condition)
    return rule(case) if rule else None
