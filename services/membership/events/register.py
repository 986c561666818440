"""Who the parties are, how large they are, and who controls them."""

from datetime import date
from typing import TypeAlias

from services.membership.events.vocabulary import BusinessNumber, Country, Fte, Kind, Province
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256


class OrganisationRegistered(Event, name="OrganisationRegistered", schema=1):
    """A body is known under this name, spelled as it was given."""

    organisation_id: OrganisationId
    name: Line
    kind: Kind | None
    country: Country | None
    """Absent where the register does not publish it."""
    province: Province | None
    business_number: BusinessNumber | None
    distinct_reason: Line | None
    """Why it is another body than one of the same name or number (I-11)."""
    registered_by: PersonId


class OrganisationNameTaken(Event, name="OrganisationNameTaken", schema=1):
    """A name, in all its spellings, now stands for this body (I-11)."""

    organisation_id: OrganisationId
    name: Line


class OrganisationNumberTaken(Event, name="OrganisationNumberTaken", schema=1):
    """A business number now stands for this body (I-11)."""

    organisation_id: OrganisationId
    business_number: BusinessNumber


class OrganisationProfileAmended(Event, name="OrganisationProfileAmended", schema=1):
    """The whole profile as it stands from now on, and why it changed."""

    organisation_id: OrganisationId
    name: Line
    kind: Kind | None
    country: Country | None
    province: Province | None
    business_number: BusinessNumber | None
    reason: Line
    distinct_reason: Line | None
    amended_by: PersonId


class OrganisationAliasRecorded(Event, name="OrganisationAliasRecorded", schema=1):
    """A register spells this body's name differently; both names mean it."""

    organisation_id: OrganisationId
    name: Line
    reason: Line
    recorded_by: PersonId


class SizeAttested(Event, name="SizeAttested", schema=1):
    """Somebody attests how many people a body had on a day, with evidence (M-13)."""

    organisation_id: OrganisationId
    fte: Fte
    affiliates_fte: Fte
    as_of: date
    evidence_sha256: Sha256
    attested_by: PersonId


class AffiliationDeclared(Event, name="AffiliationDeclared", schema=1):
    """Two bodies are under common control; recorded in the history of each."""

    organisation_id: OrganisationId
    affiliate_id: OrganisationId
    since: date
    declared_by: PersonId


class ControlChanged(Event, name="ControlChanged", schema=1):
    """Somebody else controls this body from a day on; a registered one is its affiliate too."""

    organisation_id: OrganisationId
    effective_on: date
    controller_id: OrganisationId | None
    """The new controller, where it is registered here."""
    controller_name: Line | None
    """The new controller by name, where it is not; both absent where nobody controls it now."""
    evidence_sha256: Sha256
    declared_by: PersonId


class OrganisationDissolved(Event, name="OrganisationDissolved", schema=1):
    """The body exists no more from a day on; whatever tier it had ends with it."""

    organisation_id: OrganisationId
    effective_on: date
    reason: Line
    recorded_by: PersonId


RegisterEvent: TypeAlias = (
    OrganisationRegistered
    | OrganisationProfileAmended
    | OrganisationAliasRecorded
    | SizeAttested
    | AffiliationDeclared
    | ControlChanged
    | OrganisationDissolved
)
"""What stands in an organisation's own history."""

EVENTS: tuple[type[Event], ...] = (
    OrganisationRegistered,
    OrganisationNameTaken,
    OrganisationNumberTaken,
    OrganisationProfileAmended,
    OrganisationAliasRecorded,
    SizeAttested,
    AffiliationDeclared,
    ControlChanged,
    OrganisationDissolved,
)
