"""The parameters of money, claims and agreements that this service owns, by programme and date."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, Slug
from shared.kernel.money import PositiveCents, Ratio

Calendar: TypeAlias = Literal["fiscal_quarters"]
FxPolicy: TypeAlias = Literal["published_rate_of_payment_date", "actual_cad_debit"]


def _at_most_one(share: Fraction) -> Fraction:
    if share > 1:
        raise ValueError("a share of at most 1")
    return share


Share: TypeAlias = Annotated[Ratio, AfterValidator(_at_most_one)]
"""An exact part of a whole, from 0 to 1, both inclusive."""
Days: TypeAlias = Annotated[int, Field(ge=0, le=3650)]
"""A count of calendar days (X11)."""


class ApprovalBands(Fact):
    """How many persons approve a claim, by the total of the participant's quarter (R-24)."""

    single_approver_up_to_cents: PositiveCents = 25_000_000
    """Inclusive: one approver up to and including this total, two different ones above."""


class Rules(Fact):
    """The parameters that are no amounts of money; rates and shares are exact."""

    reimbursement_rate_max: Share = Fraction(2, 5)
    holdback_pct: Share = Fraction(1, 10)
    claim_calendar: Calendar = "fiscal_quarters"
    claim_due_days: Days = 45
    claim_service_days: Days = 45
    claim_late: Literal["accepted_and_marked"] = "accepted_and_marked"
    unpaid_after_claim_days: Days = 90
    reallocation_free_pct: Share = Fraction(1, 5)
    stacking_limit_pct: Share = Fraction(1)
    max_share_single_participant: Share | None = None
    retention_years: Annotated[int, Field(ge=1, le=50)] = 7
    duplicate_days: Days = 3
    condition_days: Days = 90
    consortium_cure_days: Days = 60
    contest_days: Days = 30
    overhead_pct: Share = Fraction(0)
    fx_policy: FxPolicy = "published_rate_of_payment_date"
    tax: Literal["net_of_recoverable"] = "net_of_recoverable"

    @model_validator(mode="after")
    def _overhead_stays_a_part(self) -> Self:
        if self.overhead_pct > Fraction(15, 100):
            raise ValueError("overhead of at most 15 %")
        return self


class Parameters(Rules):
    """What a programme's policy says about money, claims and agreements."""

    approval_bands: ApprovalBands = ApprovalBands()


class PolicyPublished(Event, name="PolicyPublished"):
    """A version of a programme's money policy was published; it applies from a civil date on.

    What was decided under an earlier version keeps that version (X7).
    """

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None = None
    """Exclusive; absent means open."""
    reason: Line
    published_by: PersonId


EVENTS: tuple[type[Event], ...] = (PolicyPublished,)
