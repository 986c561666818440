"""What is published about a programme: the parameters that intake owns (X7)."""

from datetime import date
from typing import Literal

from services.intake.events.vocabulary import Days
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, Slug


class Parameters(Fact):
    """What intake's rules take from the policy of a programme."""

    proposal_inactive_days: Days = 180
    """Whole calendar days without any event, the applicant's turn, after which one expires."""
    associate_lead: Literal["deny", "allow"] = "deny"
    """Whether who is only an associate may lead a proposal (I-1)."""


class PolicyPublished(Event, name="PolicyPublished", schema=1):
    """A version of a programme's policy was published; it applies from and to civil days."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None
    """Exclusive; absent means open."""
    reason: Line
    published_by: PersonId


EVENTS: tuple[type[Event], ...] = (PolicyPublished,)
