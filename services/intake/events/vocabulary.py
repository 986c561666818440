"""The words that intake's events are made of."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Fact
from shared.kernel.identifiers import Line, OrganisationId
from shared.kernel.money import Cents, PositiveCents, Ratio
from shared.kernel.periods import QuarterLabel

CostKind: TypeAlias = Literal["labour", "equipment", "dissemination", "capital"]
"""The four kinds of cost that the programme knows (S24)."""

Place: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", examples=["QC", "CA-QC", "DE"])
]
"""Where work is done: the code of a Canadian province (`QC`, `CA-QC`) or of a country (`DE`)."""

Funding: TypeAlias = Literal["government", "tax_credit", "private", "other"]
"""What kind of source other money comes from; tax credits are disclosed and bar nothing."""

Coached: TypeAlias = Literal["investment", "intellectual_property"]
"""What the programme's staff coaches in."""

Days: TypeAlias = Annotated[int, Field(ge=1, le=3650)]
"""Calendar days, at most ten years."""


class BudgetLine(Fact):
    """What one participant plans to spend on one cost kind in one fiscal quarter, in cents."""

    organisation_id: OrganisationId
    kind: CostKind
    quarter: QuarterLabel
    amount_cents: PositiveCents


class WorkPackage(Fact):
    """A piece of work: who does it, where, and from when to when (both days inclusive)."""

    name: Line
    place: Place
    organisation_id: OrganisationId
    starts_on: date
    ends_on: date


class IpOwner(Fact):
    """Who will own the intellectual property, and which part of the whole (I-7)."""

    owner: Line
    """An organisation's id, or the name of a third party."""
    share: Ratio
    """An exact part of one: `1/3`."""


class OtherFunding(Fact):
    """Money for the same project from another source, in cents."""

    source: Line
    kind: Funding
    amount_cents: Annotated[Cents, Field(ge=0)]


class SubmittedParticipant(Fact):
    """A party as named in a submitted version, and whether it had confirmed that version (I-10)."""

    organisation_id: OrganisationId
    name: Line
    confirmed: bool


Pair: TypeAlias = tuple[OrganisationId, OrganisationId]
"""Two organisations, the smaller id first."""
