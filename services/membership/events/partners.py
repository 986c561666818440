"""Finding partners: what organisations publish of themselves, and introductions (M-14, S35).

Contact details are personal data: the vault has them, an event their reference and keyed hash.
"""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import Field

from services.membership.events.vocabulary import ContactReference, IntroductionId
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256

Words: TypeAlias = Annotated[tuple[Line, ...], Field(max_length=20)]
"""What is offered or sought, or the sectors of it, in the organisation's own words."""


class PartnerProfilePublished(Event, name="PartnerProfilePublished", schema=1):
    """What an organisation shows of itself in the directory, and no more (M-14)."""

    organisation_id: OrganisationId
    offers: Words
    seeks: Words
    sectors: Words
    published_by: PersonId


class PartnerProfileWithdrawn(Event, name="PartnerProfileWithdrawn", schema=1):
    """The organisation is in the directory no more."""

    organisation_id: OrganisationId
    withdrawn_by: PersonId


class PartnerContactStated(Event, name="PartnerContactStated", schema=1):
    """Whom introduced partners may turn to; the vault has the details (X8)."""

    organisation_id: OrganisationId
    contact_reference: ContactReference
    contact_hash: Sha256
    stated_by: PersonId


class PartnerContactErased(Event, name="PartnerContactErased", schema=1):
    """The key of this organisation's contacts is destroyed: nobody can read them any more (X8)."""

    organisation_id: OrganisationId
    reason: Line
    erased_by: PersonId


class IntroductionRequested(Event, name="IntroductionRequested", schema=1):
    """An organisation asks to be introduced to one of the directory; its contact waits."""

    introduction_id: IntroductionId
    organisation_id: OrganisationId
    partner_id: OrganisationId
    contact_reference: ContactReference
    contact_hash: Sha256
    requested_on: date
    requested_by: PersonId


class IntroductionAccepted(Event, name="IntroductionAccepted", schema=1):
    """The other side accepts: from now on each reads the other's contact."""

    introduction_id: IntroductionId
    contact_reference: ContactReference
    contact_hash: Sha256
    accepted_on: date
    accepted_by: PersonId


class IntroductionDeclined(Event, name="IntroductionDeclined", schema=1):
    """The other side declines; no contact passes."""

    introduction_id: IntroductionId
    declined_on: date
    declined_by: PersonId


ProfileEvent: TypeAlias = (
    PartnerProfilePublished | PartnerProfileWithdrawn | PartnerContactStated | PartnerContactErased
)
"""What stands in an organisation's own history."""
IntroductionEvent: TypeAlias = IntroductionRequested | IntroductionAccepted | IntroductionDeclined

EVENTS: tuple[type[Event], ...] = (
    PartnerProfilePublished,
    PartnerProfileWithdrawn,
    PartnerContactStated,
    PartnerContactErased,
    IntroductionRequested,
    IntroductionAccepted,
    IntroductionDeclined,
)
