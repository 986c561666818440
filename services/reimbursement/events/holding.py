"""What keeps an approved amount from being paid for a while, and what is found afterwards."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Event
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId

HoldReason: TypeAlias = Literal["membership", "suspension", "breach", "stacking", "person"]
FindingId: TypeAlias = Annotated[str, Field(pattern=r"^finding_[0-9a-f]{32}$")]


class _OfHold(Event):
    project_id: ProjectId
    organisation_id: OrganisationId
    claim_id: ClaimId
    reason: HoldReason


class PaymentHeld(_OfHold, name="PaymentHeld"):
    """An approved claim is not paid for now; it stays assessed and approved as it is."""

    detail: Line
    held_on: date
    held_by: PersonId


class PaymentHoldReleased(_OfHold, name="PaymentHoldReleased"):
    """This reason to hold is gone: nothing is assessed or approved again."""

    detail: Line
    released_on: date
    released_by: PersonId


class ComplianceFindingRaised(Event, name="ComplianceFindingRaised"):
    """A fact that came late would have barred something; the history stands, people look at it.

    A payment raises one at most, known by its own number (M-12).
    """

    finding_id: FindingId
    project_id: ProjectId
    organisation_id: OrganisationId | None = None
    claim_id: ClaimId | None = None
    rule: Line
    """The rule that it would have been barred by, such as `R-1`."""
    about: Line
    raised_on: date


class ComplianceFindingResolved(Event, name="ComplianceFindingResolved"):
    """Somebody looked at a finding and said what follows from it."""

    finding_id: FindingId
    project_id: ProjectId
    organisation_id: OrganisationId | None = None
    outcome: Literal["accepted", "corrected", "recovered", "unfounded"]
    reason: Line
    resolved_on: date
    resolved_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    PaymentHeld,
    PaymentHoldReleased,
    ComplianceFindingRaised,
    ComplianceFindingResolved,
)
