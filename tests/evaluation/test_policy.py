"""Policies: versions never change, and what makes no sense is refused."""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from services.evaluation.app import DOMAIN
from services.evaluation.events.policy import Parameters
from shared.kernel.policy_book import PolicyEndsBeforeItBegins, PolicyVersionTaken
from tests.evaluation.examples import POLICIES, policy, publish
from tests.support.spec import given


def test_a_version_is_published() -> None:
    given(DOMAIN).when(publish).then(policy())


def test_the_defaults_are_the_programmes_own_rules() -> None:
    usual = Parameters()
    assert usual.criterion_weights == {
        "team": 25,
        "business": 20,
        "strategic": 30,
        "ecosystem": 25,
    }
    assert (usual.min_participants, usual.min_smes, usual.sme_fte_lt) == (2, 1, 500)
    assert (usual.reviews_required, usual.committee_quorum, usual.pass_mark) == (3, 3, None)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        ([policy()], publish, PolicyVersionTaken),
        ([], replace(publish, effective_to=date(2018, 4, 1)), PolicyEndsBeforeItBegins),
        ([], replace(publish, effective_to=date(2018, 3, 31)), PolicyEndsBeforeItBegins),
    ],
)
def test_every_refusal(history, ask, refusal) -> None:  # type: ignore[no-untyped-def]
    given(DOMAIN, {POLICIES: history}).when(ask).then_refused(refusal)


@pytest.mark.parametrize(
    "weights",
    [{"team": 99}, {"team": 50, "business": 51}, {}, {"team": 100, "business": 0}],
)
def test_weights_add_up_to_100(weights: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Parameters(criterion_weights=weights)
