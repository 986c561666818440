"""The pool of reviewers, and conflicts that follow from whom they belong to (E-5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.evaluation.app import DOMAIN
from services.evaluation.commands import DeclareAffiliations, EnlistReviewer, RecuseAffiliated
from services.evaluation.domain.review.pool import (
    NotOwnAffiliations,
    Reviewer,
    ReviewerAffiliated,
    ReviewerAlreadyEnlisted,
    ReviewerNotEnlisted,
)
from services.evaluation.events.review import (
    ReviewerAffiliationsDeclared,
    ReviewerEnlisted,
    ReviewerRecused,
)
from services.evaluation.inbound import AffiliationDeclared
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Reaction
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    EVALUATION,
    LEAD,
    OF_LEAD,
    OFFICER,
    OUTSIDER,
    PROJECT,
    REVIEWERS,
    actor,
    assign,
    at_selection,
    decided,
    declare,
    heard,
    reviewed,
    who,
)
from tests.evaluation.stages import at
from tests.support.spec import Given, given

ONE, TWO, THREE = REVIEWERS
POOLED = "reviewer-reviewer-1"


def enlist(*affiliations: str) -> EnlistReviewer:
    """The first reviewer comes to the pool."""
    return EnlistReviewer(person=ONE.person, affiliations=affiliations, **who())


def belongs(*affiliations: str, by: Actor = ONE) -> DeclareAffiliations:
    """The first reviewer's organisations are stated."""
    return DeclareAffiliations(person=ONE.person, affiliations=affiliations, **who(by))


recuse = RecuseAffiliated(project_id=PROJECT, person=ONE.person, **who())


def test_e5_a_person_comes_to_the_pool_with_its_affiliations() -> None:
    empty = given(DOMAIN)
    empty.when(enlist(OUTSIDER, OUTSIDER)).then(
        ReviewerEnlisted(person="reviewer-1", affiliations=(OUTSIDER,), enlisted_by="officer-1")
    )
    assert empty.after(enlist(OUTSIDER)).state(POOLED) == Reviewer("reviewer-1", (OUTSIDER,))


def test_e5_a_reviewer_states_its_own_affiliations_and_an_officer_anybodys() -> None:
    pooled = given(DOMAIN).after(enlist())
    pooled.when(belongs(LEAD)).then(
        ReviewerAffiliationsDeclared(
            person="reviewer-1", affiliations=(LEAD,), declared_by="reviewer-1"
        )
    )
    pooled.when(belongs(LEAD, by=OFFICER)).then_names("ReviewerAffiliationsDeclared")
    pooled.after(belongs(LEAD)).when(belongs(LEAD)).then_nothing()


def test_e5_what_the_pool_knows_counts_when_somebody_is_assigned() -> None:
    here = at_selection().after(enlist(LEAD))
    here.when(assign(ONE)).then_refused(ReviewerAffiliated)


def test_e5_an_assignment_keeps_the_pool_up_to_date() -> None:
    first = (
        at_selection()
        .when(assign(ONE, OUTSIDER))
        .then_names("ReviewerAssigned", "ReviewerEnlisted")
    )
    assert first
    known = at_selection().after(enlist())
    known.when(assign(ONE, OUTSIDER)).then_names("ReviewerAssigned", "ReviewerAffiliationsDeclared")
    at_selection().after(enlist(OUTSIDER)).when(assign(ONE)).then_names("ReviewerAssigned")


def test_e5_an_affiliation_with_a_participant_recuses_before_the_lock() -> None:
    here = at_selection().after(assign(ONE), declare(ONE), belongs(LEAD))
    here.when(recuse).then(
        ReviewerRecused(project_id=PROJECT, person="reviewer-1", declaration="actual")
    )
    assert here.after(recuse).state(EVALUATION).reviews["reviewer-1"].recused


def test_e5_an_affiliate_of_a_participant_is_its_side_too() -> None:
    control = AffiliationDeclared(
        organisation_id=LEAD, affiliate_id=OUTSIDER, since=date(2020, 9, 1)
    )
    here = at_selection().after(assign(ONE, OUTSIDER))
    here.when(recuse).then_nothing()
    heard(here, OF_LEAD, control).when(recuse).then_names("ReviewerRecused")
    early = replace(recuse, **who(on=date(2020, 8, 31)))
    heard(here, OF_LEAD, control).when(early).then_nothing()


def test_e11_after_the_lock_an_affiliation_is_a_late_conflict() -> None:
    for stage in ("scores_locked", "committee", "approved"):
        here = at(stage).after(belongs(LEAD))
        names = [event.event_name for _, event in here.when(recuse).decision().says]
        assert names[:3] == ["ConflictDisclosedLate", "ReviewExcluded", "WeightedScoreComputed"]


def test_who_is_recused_already_or_never_reviewed_is_left_alone() -> None:
    here = reviewed().after(declare(ONE, "potential"), belongs(LEAD))
    here.when(recuse).then_nothing()
    decided().when(replace(recuse, person="reviewer-9")).then_nothing()


def test_a_declared_affiliation_is_looked_at_in_every_project_of_the_reviewer() -> None:
    rows: dict[tuple[str, ...], dict[str, Any]] = {
        ("reviewer_list", "reviewer-1"): {"project_ids": [PROJECT, f"prj_{'2' * 32}"]},
        ("evaluation_list", PROJECT): {"stage": "scoring"},
        ("evaluation_list", f"prj_{'2' * 32}"): {"stage": "stopped"},
    }
    reaction = Reaction(command=who(), find=lambda table, *key: rows.get((table, *key)))
    event = ReviewerAffiliationsDeclared(
        person="reviewer-1", affiliations=(LEAD,), declared_by="reviewer-1"
    )
    (policy,) = DOMAIN.policies[ReviewerAffiliationsDeclared]
    assert policy(event, reaction) == [recuse]
    other = event.model_copy(update={"person": "reviewer-9"})
    assert policy(other, reaction) == []


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        (lambda: given(DOMAIN).after(enlist()), enlist(), ReviewerAlreadyEnlisted),
        (lambda: given(DOMAIN), belongs(LEAD), ReviewerNotEnlisted),
        (lambda: given(DOMAIN).after(enlist()), belongs(LEAD, by=TWO), NotOwnAffiliations),
        (
            lambda: given(DOMAIN).after(enlist()),
            belongs(LEAD, by=actor("member-1", "committee")),
            NotOwnAffiliations,
        ),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)
