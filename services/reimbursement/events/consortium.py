"""Who joins and leaves a project, and whether its consortium still keeps the programme's rules."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.agreement import OfAgreement
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Slug
from shared.kernel.money import Ratio

ConsortiumRule: TypeAlias = Literal["min_participants", "min_smes"]
Count: TypeAlias = Annotated[int, Field(ge=0)]


class ParticipantJoined(OfAgreement, name="ParticipantJoined"):
    """A member joined the project; its size counts as it was attested on that day (C-039)."""

    organisation_id: OrganisationId
    name: Line
    funded: bool
    sme: bool | None = None
    """By the attestation in force on that day; absent where there was none."""
    rate: Ratio
    """Of all its cost kinds; 0 where it is not funded."""
    joined_on: date
    recorded_by: PersonId


class ParticipantWithdrew(OfAgreement, name="ParticipantWithdrew"):
    """A participant left the project; what it spent until its last eligible day is payable."""

    organisation_id: OrganisationId
    reason: Line
    last_eligible_date: date
    """Inclusive."""
    recorded_by: PersonId


class ConsortiumRuleBreached(OfAgreement, name="ConsortiumRuleBreached"):
    """Those who are left are too few, or none of them is an SME; later costs are held (9.3)."""

    rule: ConsortiumRule
    since: date
    """The first day on which it was broken; costs of earlier days are payable."""
    counted: Count
    at_least: Count
    cure_until: date
    """The last civil day for a cure."""
    policy_version: Slug


class ConsortiumRuleCured(OfAgreement, name="ConsortiumRuleCured"):
    """The rule is kept again; what was held may go on."""

    rule: ConsortiumRule
    since: date
    """The first day on which it was broken."""
    counted: Count
    cured_on: date


class CurePeriodExpired(OfAgreement, name="CurePeriodExpired"):
    """Nobody cured the breach in time; a person has to end the agreement, or to find a partner."""

    rule: ConsortiumRule
    since: date
    expired_on: date


EVENTS: tuple[type[Event], ...] = (
    ParticipantJoined,
    ParticipantWithdrew,
    ConsortiumRuleBreached,
    ConsortiumRuleCured,
    CurePeriodExpired,
)
