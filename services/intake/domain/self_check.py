"""What the six conditions would give now, and what is missing, before anybody judges (E-0)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from services.intake.domain.proposal import Proposal
from services.intake.domain.standing import Standings
from services.intake.domain.wording import Told
from shared.kernel.eligibility import (
    CANADA,
    CONDITIONS,
    Case,
    Condition,
    Limits,
    Verdict,
    compute,
    starts_too_late,
)

DETAILED = frozenset({"detailing", "detailed_submitted"})
"""From here on the day of the check stands for that of the decision, as for the assessors."""


JUDGED = Told(
    "Judged by a person from the text of the proposal.",
    "Jugé par une personne d'après le texte de la proposition.",
)
NO_TEXT = Told("Describe the project in a section.", "Décrivez le projet dans une section.")
PUBLIC_MONEY = Told(
    "Explain this money: other government funding bars the project.",
    "Expliquez cet argent : un autre financement public exclut le projet.",
)
UNCONFIRMED = Told(
    "This participant has not confirmed the content as it stands.",
    "Ce participant n'a pas confirmé le contenu actuel.",
)
NO_SIZE = Told(
    "No size of this organisation is attested for today.",
    "Aucune taille de cette organisation n'est attestée à ce jour.",
)
NO_ENDORSEMENT = Told(
    "No executive stands behind the proposal.", "Aucun dirigeant n'appuie la proposition."
)
NO_START = Told("State a planned start.", "Indiquez un début prévu.")
TOO_LATE = Told(
    "The planned start is too long after a decision of today.",
    "Le début prévu suivrait de trop loin une décision prise aujourd'hui.",
)
NO_PLACE = Told("Say in a work plan where work is done.", "Dites où le travail se fait.")
ABROAD = Told("This place of work is outside Canada.", "Ce lieu de travail est hors du Canada.")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that would help."""

    what: str
    says: Told
    concerns: str | None = None
    """An organisation's id, a place or a source of money, where it is about one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One condition as it would be judged now."""

    condition: Condition
    verdict: Verdict
    computed: bool
    """Whether the assessors start from the same computation; else people judge from the text."""
    because: Told
    missing: Sequence[Missing]


ProposalCase: TypeAlias = Case[Proposal]


def self_check(
    proposal: Proposal, standings: Standings, limits: Limits, on: date
) -> Sequence[Checked]:
    """All six conditions on a civil day, by the code that the assessors' four computed ones use."""
    case = Case(
        submission=proposal,
        confirmed=[party for party in proposal.participants if proposal.counts(party)],
        registry={stream: standing.known for stream, standing in standings.items()},
        parameters=limits,
        on=on,
        selecting=proposal.course.stage in DETAILED,
        held_distinct=proposal.held_distinct,
    )
    return [_checked(condition, case) for condition in CONDITIONS]


def _checked(condition: Condition, case: ProposalCase) -> Checked:
    computed, missing = compute(condition, case), MISSING[condition](case)
    if computed is None:
        return Checked(condition, "unknown", False, JUDGED, missing)
    because = Told(computed.because, computed.french)
    return Checked(condition, computed.verdict, True, because, missing)


def _text(case: ProposalCase) -> list[Missing]:
    return [] if case.submission.sections else [Missing("section", NO_TEXT)]


def _increment(case: ProposalCase) -> list[Missing]:
    return _text(case) + [
        Missing("other_funding", PUBLIC_MONEY, other.source)
        for other in case.submission.other_funding
        if other.kind == "government"
    ]


def _confirmations(case: ProposalCase) -> list[Missing]:
    return [
        Missing("confirmation", UNCONFIRMED, party.organisation_id)
        for party in case.submission.participants
        if not case.submission.counts(party)
    ]


def _attestations(case: ProposalCase) -> list[Missing]:
    return [
        Missing("size_attestation", NO_SIZE, party.organisation_id)
        for party in case.confirmed
        if case.size_of(party.organisation_id) is None
    ]


def _readiness(case: ProposalCase) -> list[Missing]:
    missing = []
    if not case.submission.endorsed:
        missing.append(Missing("endorsement", NO_ENDORSEMENT))
    if case.submission.planned_start is None:
        missing.append(Missing("planned_start", NO_START))
    elif case.selecting and starts_too_late(case):
        missing.append(Missing("planned_start", TOO_LATE))
    return missing


def _places(case: ProposalCase) -> list[Missing]:
    if not case.submission.work_plan:
        return [Missing("work_plan", NO_PLACE)]
    return [
        Missing("place", ABROAD, place)
        for place in case.submission.work_places
        if place.removeprefix("CA-") not in CANADA
    ]


MISSING: Mapping[Condition, Callable[[ProposalCase], list[Missing]]] = {
    "scope": _text,
    "incremental": _increment,
    "participants": _confirmations,
    "sme": _attestations,
    "readiness": _readiness,
    "canada": _places,
}
