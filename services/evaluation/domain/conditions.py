"""The six eligibility conditions of a submitted version, and what each verdict rests on (E-0)."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

from services.evaluation.domain.proposals import Submission
from shared.kernel import eligibility
from shared.kernel.canonical import canonical
from shared.kernel.eligibility import CONDITIONS, Condition
from shared.kernel.refusals import NotFound
from shared.kernel.shown import shown

Case: TypeAlias = eligibility.Case[Submission]
"""All that the conditions of one submitted version are judged upon."""


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


def _sections(case: Case) -> Mapping[str, Any]:
    return {"title": case.submission.title, "sections": dict(case.submission.section_hashes)}


def _funding(case: Case) -> Mapping[str, Any]:
    """As the sections, and other funding where any was declared."""
    declared = sorted(case.submission.other_funding)
    return {**_sections(case), **({"other_funding": declared} if declared else {})}


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
    "incremental": _funding,
    "participants": _parties,
    "sme": _sizes,
    "readiness": _start,
    "canada": _places,
}


def inputs_hash(condition: Condition, case: Case) -> str:
    """The hash of all that this condition's verdict rests on (X7); equal inputs, equal hash."""
    return sha256(canonical(shown({condition: INPUTS[condition](case)})).encode()).hexdigest()
