"""What happens to amendments of an agreement: proposed, approved, signed, in effect."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.agreement import (
    AgreedRate,
    BudgetLine,
    CostKind,
    OfAgreement,
    ParticipantCap,
)
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, OrganisationId, PersonId
from shared.kernel.money import PositiveCents, Ratio

AmendmentId: TypeAlias = Annotated[str, Field(pattern=r"^amd_[0-9a-f]{32}$")]
Version: TypeAlias = Annotated[int, Field(ge=1)]
"""A version of the agreement: 1 as executed, one more with every amendment that all signed."""
Topic: TypeAlias = Literal["budget", "rates", "ceiling", "caps", "end_date"]


class RateChange(Fact):
    """Another rate for a participant's cost of one kind, from the amendment's first day on."""

    organisation_id: OrganisationId
    kind: CostKind
    rate: Ratio
    applies_to: date | None = None
    """Exclusive; absent means for as long as nothing else is agreed."""


class Changes(Fact):
    """What an amendment changes; what it does not name stays as it is."""

    budget: tuple[BudgetLine, ...] = ()
    """Each replaces the line of its participant, kind and quarter; 0 takes that line away."""
    rates: tuple[RateChange, ...] = ()
    ceiling_cents: PositiveCents | None = None
    participant_caps: tuple[ParticipantCap, ...] = ()
    """Each replaces that participant's cap."""
    end_date: date | None = None
    """Inclusive."""

    @property
    def topics(self) -> frozenset[Topic]:
        """What it is about: only one open amendment may be about a topic (R-9)."""
        named: dict[Topic, object] = {
            "budget": self.budget,
            "rates": self.rates,
            "ceiling": self.ceiling_cents,
            "caps": self.participant_caps,
            "end_date": self.end_date,
        }
        return frozenset(topic for topic, change in named.items() if change)


class _OfAmendment(OfAgreement):
    amendment_id: AmendmentId


class AmendmentProposed(_OfAmendment, name="AmendmentProposed"):
    """Somebody proposes to change a version of the agreement from a civil day on."""

    base_version: Version
    changes: Changes
    effective_from: date
    """The first day on which it applies; past or future."""
    reason: Line
    proposed_by: PersonId


class AmendmentRebased(_OfAmendment, name="AmendmentRebased"):
    """The proposal was put on the agreement's present version; it is approved and signed anew."""

    base_version: Version
    changes: Changes
    effective_from: date
    rebased_by: PersonId


class AmendmentApproved(_OfAmendment, name="AmendmentApproved"):
    """Another person than who proposed it approved the amendment (X6)."""

    base_version: Version
    approved_on: date
    approved_by: PersonId


class AmendmentSigned(_OfAmendment, name="AmendmentSigned"):
    """One party signed the amendment; with the last signature the agreement has a new version."""

    party: Literal["participant", "funder"]
    organisation_id: OrganisationId | None = None
    """The participant; absent for the funder."""
    makes_version: Version | None = None
    """The version that the agreement has by this last signature; absent before it."""
    signed_on: date
    signed_by: PersonId


class AmendmentTookEffect(_OfAmendment, name="AmendmentTookEffect"):
    """What all parties signed applies from its first day on; paid claims stay as they are (R-11).

    Where that day is past, the accounts are computed anew in the same decision (R-2).
    """

    version: Version
    changes: Changes
    effective_from: date
    ceiling_cents: PositiveCents | None = None
    """The ceiling from now on."""
    end_date: date | None = None
    """The end date from now on; inclusive."""
    rates: tuple[AgreedRate, ...] | None = None
    """All rates from now on, by period."""
    took_effect_on: date


class AmendmentRejected(_OfAmendment, name="AmendmentRejected"):
    """The amendment was not approved."""

    reason: Line
    rejected_by: PersonId


class AmendmentWithdrawn(_OfAmendment, name="AmendmentWithdrawn"):
    """The amendment was taken back before it took effect."""

    reason: Line
    withdrawn_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    AmendmentProposed,
    AmendmentRebased,
    AmendmentApproved,
    AmendmentSigned,
    AmendmentTookEffect,
    AmendmentRejected,
    AmendmentWithdrawn,
)
