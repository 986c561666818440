"""The pool of reviewers, whom they belong to, and who is asked to review what (E-5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from services.evaluation.commands import AssignReviewer, DeclareAffiliations, EnlistReviewer
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.review import (
    ReviewerAffiliationsDeclared,
    ReviewerAssigned,
    ReviewerEnlisted,
)
from services.evaluation.events.vocabulary import Participant
from shared.kernel.decider import Fold
from shared.kernel.eligibility import Registry, distinct
from shared.kernel.events import Event
from shared.kernel.refusals import Forbidden, NotFound, Refusal


class ReviewerAffiliated(Refusal):
    """Employees and affiliates of a participant don't review its project; assign someone else."""

    rule = "E-5"
    french = "Les employés et affiliés d'un participant n'évaluent pas son projet."


class ReviewerAlreadyAssigned(Refusal):
    """This person already is, or was, a reviewer of this project."""

    rule = "E-5"
    french = "Cette personne est, ou a été, évaluatrice de ce projet."


class ReviewerAlreadyEnlisted(Refusal):
    """This person is in the pool already; declare what has changed about its affiliations."""

    rule = "E-5"
    french = "Cette personne est déjà inscrite; déclarez ce qui a changé de ses affiliations."


class ReviewerNotEnlisted(NotFound):
    """Nobody of that name is in the pool of reviewers; enlist the person first."""

    rule = "E-5"
    french = "Personne de ce nom n'est inscrit parmi les évaluateurs; inscrivez-le d'abord."


class NotOwnAffiliations(Forbidden):
    """A reviewer declares its own affiliations; a programme officer may record anybody's."""

    rule = "E-5"
    french = "On déclare ses propres affiliations; un agent de programme, celles de chacun."


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person of the pool, and the organisations that it belongs to."""

    person: str = ""
    affiliations: tuple[str, ...] = ()


ReviewerEvent: TypeAlias = ReviewerEnlisted | ReviewerAffiliationsDeclared


def evolve_reviewer(reviewer: Reviewer, event: ReviewerEvent) -> Reviewer:
    """The person after one more event."""
    match event:
        case ReviewerEnlisted():
            return Reviewer(event.person, event.affiliations)
        case ReviewerAffiliationsDeclared():
            return replace(reviewer, affiliations=event.affiliations)
        case _:
            assert_never(event)


REVIEWER = Fold(Reviewer(), evolve_reviewer)


def enlist_reviewer(ask: EnlistReviewer, reviewer: Reviewer) -> Sequence[ReviewerEnlisted]:
    """Let a person be asked to review. Raises ReviewerAlreadyEnlisted (E-5)."""
    if reviewer.person:
        raise ReviewerAlreadyEnlisted
    return [
        ReviewerEnlisted(
            person=ask.person,
            affiliations=_each_once(ask.affiliations),
            enlisted_by=ask.by.person,
        )
    ]


def declare_affiliations(
    ask: DeclareAffiliations, reviewer: Reviewer
) -> Sequence[ReviewerAffiliationsDeclared]:
    """State all organisations that a reviewer belongs to, from now on (E-5).

    Raises NotOwnAffiliations and ReviewerNotEnlisted.
    """
    if ask.by.person != ask.person and "programme_officer" not in ask.by.roles:
        raise NotOwnAffiliations
    if not reviewer.person:
        raise ReviewerNotEnlisted
    affiliations = _each_once(ask.affiliations)
    if affiliations == reviewer.affiliations:
        return []
    return [
        ReviewerAffiliationsDeclared(
            person=ask.person, affiliations=affiliations, declared_by=ask.by.person
        )
    ]


def _each_once(organisation_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(organisation_ids)))


def assign_reviewer(
    ask: AssignReviewer, evaluation: Evaluation, reviewer: Reviewer, organisations: Registry
) -> Mapping[str, Sequence[Event]]:
    """Ask a person to review; who was not in the pool, or belongs to more, is so from now on.

    Raises ReviewerAlreadyAssigned and ReviewerAffiliated (E-5).
    """
    must_allow(ask, evaluation)
    if ask.person in evaluation.reviews:
        raise ReviewerAlreadyAssigned
    affiliations = _each_once([*ask.affiliations, *reviewer.affiliations])
    if affiliated(evaluation, affiliations, organisations, ask.effective_on):
        raise ReviewerAffiliated
    assigned = ReviewerAssigned(
        project_id=ask.project_id,
        person=ask.person,
        affiliations=affiliations,
        assigned_by=ask.by.person,
    )
    return {"evaluation": [assigned], "reviewer": _known(ask, reviewer, affiliations)}


def _known(
    ask: AssignReviewer, reviewer: Reviewer, affiliations: tuple[str, ...]
) -> Sequence[ReviewerEvent]:
    if not reviewer.person:
        return [
            ReviewerEnlisted(
                person=ask.person, affiliations=affiliations, enlisted_by=ask.by.person
            )
        ]
    if affiliations == reviewer.affiliations:
        return []
    return [
        ReviewerAffiliationsDeclared(
            person=ask.person, affiliations=affiliations, declared_by=ask.by.person
        )
    ]


def affiliated(
    evaluation: Evaluation, affiliations: Iterable[str], organisations: Registry, on: date
) -> bool:
    """Whether one of these organisations is a participant, or one party with one, on a day."""
    outside = set(affiliations)
    own = [Participant(organisation_id=name, name=name) for name in sorted(outside)]
    inside = set(evaluation.participant_ids)
    parties = distinct([*evaluation.participants, *own], organisations, on)
    return any(inside.intersection(party) and outside.intersection(party) for party in parties)
