"""What happens to an agreement on its way, between its draft and its end."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.reimbursement.events.agreement import ConditionNumber, OfAgreement
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, Sha256
from shared.kernel.money import Cents, Ratio


class AgreementConditionSatisfied(OfAgreement, name="AgreementConditionSatisfied"):
    """A condition of the award is satisfied; with the last one the parties may sign (9.1)."""

    number: ConditionNumber
    condition: Line
    left: Annotated[int, Field(ge=0)] | None = None
    """How many conditions are still open."""
    satisfied_on: date


class ProjectSuspended(OfAgreement, name="ProjectSuspended"):
    """Nothing is claimed or paid from this civil day on, until the project resumes (R-10)."""

    reason: Line
    suspended_on: date
    suspended_by: PersonId


class ProjectResumed(OfAgreement, name="ProjectResumed"):
    """The suspension ended: this is the first civil day after it (R-10)."""

    resumed_on: date
    resumed_by: PersonId


class MilestoneReported(OfAgreement, name="MilestoneReported"):
    """The participants reached something that they had promised."""

    milestone: Line
    reached_on: date
    sha256: Sha256 | None = None
    """A report on it, where there is one."""
    reported_by: PersonId


class AgreementTerminated(OfAgreement, name="AgreementTerminated"):
    """The agreement ended before its time; costs of up to this civil day stay payable."""

    reason: Line
    last_eligible_date: date
    """Inclusive."""
    terminated_on: date
    terminated_by: PersonId


class StackingLimitChecked(OfAgreement, name="StackingLimitChecked"):
    """All government money for the project was held against the stacking limit (R-14)."""

    other_government_cents: Cents
    """What other governments give, as far as it is declared."""
    ceiling_cents: Cents
    eligible_cents: Cents
    """All eligible costs of the budget."""
    limit_pct: Ratio
    exceeded: bool


EVENTS: tuple[type[Event], ...] = (
    AgreementConditionSatisfied,
    ProjectSuspended,
    ProjectResumed,
    MilestoneReported,
    AgreementTerminated,
    StackingLimitChecked,
)
