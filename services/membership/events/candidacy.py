"""The way in: associates, candidates, the application and the agreement."""

from datetime import date
from typing import TypeAlias

from services.membership.events.vocabulary import BeforeMembership, WhyClosed
from shared.kernel.events import Event
from shared.kernel.identifiers import OrganisationId, PersonId, ProjectId, Slug


class AssociateApplicationSubmitted(Event, name="AssociateApplicationSubmitted", schema=1):
    """A body asks to be an associate."""

    organisation_id: OrganisationId
    submitted_on: date
    submitted_by: PersonId


class AssociateAdmitted(Event, name="AssociateAdmitted", schema=1):
    """A body is an associate: it owes no fee and has network, news and events (M-1, M-3)."""

    organisation_id: OrganisationId
    admitted_on: date
    admitted_by: PersonId


class AssociateResigned(Event, name="AssociateResigned", schema=1):
    """A body is an associate no more, by its own wish; it may ask again."""

    organisation_id: OrganisationId
    resigned_on: date
    resigned_by: PersonId
    falls_back_to: BeforeMembership | None = None
    """What it is from that day on; absent where a candidacy goes on all the same."""


class CandidacyOpened(Event, name="CandidacyOpened", schema=1):
    """An approved project names this body, which may now apply for membership (M-4)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    opened_on: date
    open_until: date
    """The last day of the candidacy (inclusive)."""
    policy_version: Slug


class CandidacyClosed(Event, name="CandidacyClosed", schema=1):
    """A candidacy is over from a day on: it led to the admission, or to nothing."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    closed_on: date
    because: WhyClosed
    falls_back_to: BeforeMembership | None = None
    """What the party is from that day on; absent where this changes nothing of it."""


class MembershipApplicationSubmitted(Event, name="MembershipApplicationSubmitted", schema=1):
    """A candidate applies for membership, explicitly (M-8)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    submitted_on: date
    submitted_by: PersonId


class MembershipAgreementSigned(Event, name="MembershipAgreementSigned", schema=1):
    """The body has signed the membership agreement."""

    organisation_id: OrganisationId
    signed_on: date
    signed_by: PersonId


AssociateEvent: TypeAlias = AssociateApplicationSubmitted | AssociateAdmitted | AssociateResigned
CandidacyEvent: TypeAlias = (
    CandidacyOpened | CandidacyClosed | MembershipApplicationSubmitted | MembershipAgreementSigned
)

EVENTS: tuple[type[Event], ...] = (
    AssociateApplicationSubmitted,
    AssociateAdmitted,
    AssociateResigned,
    CandidacyOpened,
    CandidacyClosed,
    MembershipApplicationSubmitted,
    MembershipAgreementSigned,
)
