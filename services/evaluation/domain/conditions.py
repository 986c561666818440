"""The six eligibility conditions: what each rests on, and what four of them compute to (E-0)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, get_args

from services.evaluation.domain.organisations import (
    Registry,
    alike,
    distinct,
    stream_of,
)
from services.evaluation.domain.proposals import Submission
from services.evaluation.events.eligibility import AttestationUsed
from services.evaluation.events.policy import Parameters
from services.evaluation.events.vocabulary import Condition, Participant, Verdict
from shared.kernel.canonical import canonical
from shared.kernel.refusals import NotFound
from shared.kernel.shown import shown

CONDITIONS: tuple[Condition, ...] = get_args(Condition)
CANADA = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


class ConditionUnknown(NotFound):
    """There is no such eligibility condition; the six are listed."""

    rule = "E-0"
    french = "Il n'y a pas de telle condition d'admissibilité; les six sont énumérées."


def condition_named(name: str) -> Condition:
    """One of the six conditions. Raises ConditionUnknown (E-0)."""
    for condition in CONDITIONS:
        if condition == name:
            return condition
    raise ConditionUnknown(conditions=list(CONDITIONS))


@dataclass(frozen=True, slots=True)
class Case:
    """All that the conditions of one submitted version are judged upon."""

    submission: Submission
    confirmed: tuple[Participant, ...]
    """The parties that count: the lead, and who confirmed this version (I-10)."""
    registry: Registry
    parameters: Parameters
    on: date
    """The civil day whose attestations and affiliations are in force."""
    selecting: bool = False
    """Whether a detailed version is judged, so that the day stands for that of the decision."""

    @property
    def parties(self) -> list[tuple[str, ...]]:
        """The distinct parties (I-11)."""
        return distinct(self.confirmed, self.registry, self.on)

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


def _sections(case: Case) -> Mapping[str, Any]:
    return {"title": case.submission.title, "sections": dict(case.submission.section_hashes)}


def _parties(case: Case) -> Mapping[str, Any]:
    return {"parties": case.parties, "at_least": case.parameters.min_participants}


def _sizes(case: Case) -> Mapping[str, Any]:
    return {
        "parties": case.parties,
        "sizes": case.attestations,
        "fte_lt": case.parameters.sme_fte_lt,
        "at_least": case.parameters.min_smes,
    }


def _start(case: Case) -> Mapping[str, Any]:
    return {"endorsed": case.submission.endorsed, "start": case.submission.planned_start}


def _places(case: Case) -> Mapping[str, Any]:
    return {"places": sorted(set(case.submission.work_places))}


INPUTS: Mapping[Condition, Callable[[Case], Mapping[str, Any]]] = {
    "scope": _sections,
    "incremental": _sections,
    "participants": _parties,
    "sme": _sizes,
    "readiness": _start,
    "canada": _places,
}


def inputs_hash(condition: Condition, case: Case) -> str:
    """The hash of all that this condition's verdict rests on (X7); equal inputs, equal hash."""
    return sha256(canonical(shown({condition: INPUTS[condition](case)})).encode()).hexdigest()


def participants(case: Case) -> Computed:
    """More than one distinct party confirmed this version (S18, I-10, I-11)."""
    found, needed = len(case.parties), case.parameters.min_participants
    because = f"{found} distinct of {len(case.confirmed)} confirmed parties; {needed} needed."
    if alike(case.confirmed):
        because += " Two names differ in accents only: please look."
    return Computed("met" if found >= needed else "not_met", because)


def sme(case: Case) -> Computed:
    """Enough parties are SMEs by the attestations in force; unknown while missing ones decide."""
    verdicts = [_is_sme(party, case) for party in case.parties]
    smes, unattested = verdicts.count("met"), verdicts.count("unknown")
    needed, below = case.parameters.min_smes, case.parameters.sme_fte_lt
    because = f"{smes} with fewer than {below} FTE, {unattested} not attested; {needed} needed."
    if smes >= needed:
        return Computed("met", because)
    return Computed("unknown" if smes + unattested >= needed else "not_met", because)


def _is_sme(party: tuple[str, ...], case: Case) -> Verdict:
    sizes = [size for size in map(case.size_of, party) if size is not None]
    if not sizes:
        return "unknown"
    below = case.parameters.sme_fte_lt
    return "met" if all(s.fte + s.affiliates_fte < below for s in sizes) else "not_met"


def readiness(case: Case) -> Computed:
    """An executive endorsed it and a start is planned; in selection, also soon enough (S20)."""
    endorsed, start = case.submission.endorsed, case.submission.planned_start
    if start is None or not endorsed:
        return Computed("not_met", "Lacks an executive's endorsement or a planned start.")
    if case.selecting and starts_too_late(case):
        within = case.parameters.ready_within_days
        return Computed("not_met", f"Planned start more than {within} days after {case.on}.")
    return Computed("met", f"Endorsed by an executive; planned start {start.isoformat()}.")


def starts_too_late(case: Case) -> bool:
    """Whether the planned start is more than `ready_within_days` after the case's day."""
    start, within = case.submission.planned_start, case.parameters.ready_within_days
    return start is not None and (start - case.on).days > within


def canada(case: Case) -> Computed:
    """Every place of work is in Canada, and at least one is stated (S21)."""
    places = {place.removeprefix("CA-") for place in case.submission.work_places}
    if not places:
        return Computed("not_met", "No place of work is stated.")
    abroad = len(places - CANADA)
    because = f"{len(places)} places of work, {abroad} of them outside Canada."
    return Computed("not_met" if abroad else "met", because)


COMPUTED: Mapping[Condition, Callable[[Case], Computed]] = {
    "participants": participants,
    "sme": sme,
    "readiness": readiness,
    "canada": canada,
}
"""The conditions that compute; `scope` and `incremental` are human verdicts."""


def compute(condition: Condition, case: Case) -> Computed | None:
    """What this condition computes to; None for a human verdict."""
    rule = COMPUTED.get(condition)
    return rule(case) if rule else None
