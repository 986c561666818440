"""The rules of a programme as evaluation owns them: parameters, versioned and dated."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from services.evaluation.events.vocabulary import Count, Points, PositiveCount
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, Slug
from shared.kernel.money import Ratio
from shared.kernel.upcasting import Upcasters


def _sum_to_100(weights: dict[str, int]) -> dict[str, int]:
    if sum(weights.values()) != 100:
        raise ValueError("the weights of all criteria add up to 100")
    return weights


Weights: TypeAlias = Annotated[
    dict[Slug, Annotated[int, Field(strict=True, ge=1, le=100)]],
    Field(min_length=1, max_length=20),
    AfterValidator(_sum_to_100),
]
"""Each criterion's weight in percent; together exactly 100 (S22)."""


def _on_scale(mark: Ratio | None) -> Ratio | None:
    if mark is not None and not 0 <= mark <= 100:
        raise ValueError("a mark lies between 0 and 100")
    return mark


PassMark: TypeAlias = Annotated[Ratio | None, AfterValidator(_on_scale)]
"""A weighted score from 0 to 100, exact."""


def _in_order(days: tuple[date, ...]) -> tuple[date, ...]:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("the days are in order, each once")
    return days


class HolidayCalendar(Fact):
    """The weekdays on which nobody is expected to work, and who says so (E-3)."""

    source: Line
    days: Annotated[tuple[date, ...], Field(max_length=1_000), AfterValidator(_in_order)]
    """In order; Saturdays and Sundays need not be named."""


def default_weights() -> dict[str, int]:
    """The weights of the programme's own FAQ (S22)."""
    return {"team": 25, "business": 20, "strategic": 30, "ecosystem": 25}


class Parameters(Fact):
    """The policy parameters that evaluation owns; defaults are the programme's usual rules."""

    criterion_weights: Weights = Field(default_factory=default_weights)
    score_scale: PositiveCount = 5
    """The best score, in whole points; scores go from 0 in half points."""
    pass_mark: PassMark = None
    """No mark decides anything; one may be stated for integrity reviews (E-11)."""
    reviews_required: PositiveCount = 3
    score_spread_alert: Points = Decimal("2.0")
    """From this distance between two scores of one criterion on, an alert without effect."""
    committee_quorum: PositiveCount = 3
    """Members present who are not recused."""
    min_participants: PositiveCount = 2
    min_smes: Count = 1
    sme_fte_lt: PositiveCount = 500
    """An SME has fewer FTE than this, its affiliates' included."""
    ready_within_days: Count = 90
    """Calendar days from the decision to the planned start, inclusive."""
    selection_target_working_days: PositiveCount = 22
    holidays: HolidayCalendar | None = None
    """Absent means that only Saturdays and Sundays are free."""
    condition_days: PositiveCount = 90
    """Calendar days from the decision within which the award's conditions are satisfied."""


class PolicyPublished(Event, name="PolicyPublished", schema=2):
    """A version of a programme's rules for eligibility, scoring and selection was published."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None = None
    """Exclusive; absent means open."""
    reason: Line
    published_by: PersonId


def _with_condition_days(body: dict[str, Any]) -> dict[str, Any]:
    """What was published before award conditions had a term got the programme's usual one."""
    parameters: Mapping[str, Any] = body["parameters"]
    return {**body, "parameters": {**parameters, "condition_days": 90}}


EVENTS: tuple[type[Event], ...] = (PolicyPublished,)
UPCASTERS: Upcasters = {("PolicyPublished", 1): _with_condition_days}
