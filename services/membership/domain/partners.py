"""Finding partners: profiles in the directory, and introductions that both sides accept (M-14)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never

from services.membership.commands import (
    AcceptIntroduction,
    DeclineIntroduction,
    ErasePartnerContact,
    PublishPartnerProfile,
    RequestIntroduction,
    StatePartnerContact,
    WithdrawPartnerProfile,
)
from services.membership.domain.acting import require_party
from services.membership.domain.organisation import Contact, Organisation, Profile
from services.membership.domain.refusals import (
    ContactNotFound,
    ContactNotStated,
    IntroductionAnswered,
    IntroductionNotFound,
    IntroductionToItself,
    NoProfile,
    NotYoursToAnswer,
    PartnerNotFound,
)
from services.membership.domain.transitions import TABLE, must_be_legal
from services.membership.events.partners import (
    IntroductionAccepted,
    IntroductionDeclined,
    IntroductionEvent,
    IntroductionRequested,
    PartnerContactErased,
    PartnerContactStated,
    PartnerProfilePublished,
    PartnerProfileWithdrawn,
)
from shared.kernel.decider import Said
from shared.kernel.refusals import NotOnBehalf

_LISTED = TABLE.rows[PublishPartnerProfile].moves
"""Where a party may be in the directory."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """One organisation asks to be introduced to another; absent while it has no id."""

    introduction_id: str = ""
    organisation_id: str = ""
    partner_id: str = ""
    status: Literal["requested", "accepted", "declined"] = "requested"
    requested_on: date | None = None
    answered_on: date | None = None

    @property
    def sides(self) -> frozenset[str]:
        """The two organisations."""
        return frozenset({self.organisation_id, self.partner_id})


def evolve_introduction(introduction: Introduction, event: IntroductionEvent) -> Introduction:
    """The introduction after one event."""
    match event:
        case IntroductionRequested():
            return Introduction(
                introduction_id=event.introduction_id,
                organisation_id=event.organisation_id,
                partner_id=event.partner_id,
                requested_on=event.requested_on,
            )
        case IntroductionAccepted():
            return replace(introduction, status="accepted", answered_on=event.accepted_on)
        case IntroductionDeclined():
            return replace(introduction, status="declined", answered_on=event.declined_on)
        case _:
            assert_never(event)


def publish_profile(ask: PublishPartnerProfile, organisation: Organisation) -> Said:
    """Show oneself in the directory, as far as one likes (M-14).

    Refused: OrganisationNotFound, NotOnBehalf, NotInTheCommunity, MembershipEnded. Quiet: nothing
    differs from what is published.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.profile == Profile(ask.offers, ask.seeks, ask.sectors):
        return []
    return [
        PartnerProfilePublished(
            organisation_id=ask.organisation_id,
            offers=ask.offers,
            seeks=ask.seeks,
            sectors=ask.sectors,
            published_by=ask.by.person,
        )
    ]


def withdraw_profile(ask: WithdrawPartnerProfile, organisation: Organisation) -> Said:
    """Be in the directory no more, wherever one stands.

    Refused: OrganisationNotFound, NotOnBehalf, NoProfile.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.profile is None:
        raise NoProfile
    return [
        PartnerProfileWithdrawn(organisation_id=ask.organisation_id, withdrawn_by=ask.by.person)
    ]


def state_contact(ask: StatePartnerContact, organisation: Organisation) -> Said:
    """Say whom introduced partners may turn to; the details are in the vault alone (X8, M-14).

    Refused: OrganisationNotFound, NotOnBehalf, NotInTheCommunity, MembershipEnded.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    return [
        PartnerContactStated(
            organisation_id=ask.organisation_id,
            contact_reference=ask.contact_reference,
            contact_hash=ask.contact_hash,
            stated_by=ask.by.person,
        )
    ]


def erase_contact(ask: ErasePartnerContact, organisation: Organisation) -> Said:
    """Say that the key of an organisation's contacts is destroyed (X8), wherever it stands.

    Refused: OrganisationNotFound, ContactNotFound. Quiet: it is said already.
    """
    must_be_legal(ask, organisation)
    if organisation.contact_erased:
        return []
    if organisation.contact is None:
        raise ContactNotFound
    return [
        PartnerContactErased(
            organisation_id=ask.organisation_id, reason=ask.reason, erased_by=ask.by.person
        )
    ]


def request_introduction(
    ask: RequestIntroduction,
    introduction: Introduction,
    organisation: Organisation,
    partner: Organisation,
) -> Said:
    """Ask to be introduced to somebody of the directory; one's contact waits for the answer.

    Refused: OrganisationNotFound, NotOnBehalf, NotInTheCommunity, MembershipEnded,
    IntroductionToItself, PartnerNotFound, ContactNotStated.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if ask.partner_id == ask.organisation_id:
        raise IntroductionToItself
    if partner.profile is None or partner.status_on(ask.effective_on) not in _LISTED:
        raise PartnerNotFound
    contact = _contact_of(organisation)
    requested = IntroductionRequested(
        introduction_id=ask.introduction_id,
        organisation_id=ask.organisation_id,
        partner_id=ask.partner_id,
        contact_reference=contact.reference,
        contact_hash=contact.keyed_hash,
        requested_on=ask.effective_on,
        requested_by=ask.by.person,
    )
    return [requested]


def accept_introduction(
    ask: AcceptIntroduction, introduction: Introduction, organisation: Organisation
) -> Said:
    """The other side accepts; only now each reads the other's contact (M-14).

    Refused: IntroductionNotFound, NotOnBehalf, NotYoursToAnswer, IntroductionAnswered,
    ContactNotStated.
    """
    _require_the_other_side(ask, introduction)
    contact = _contact_of(organisation)
    return [
        IntroductionAccepted(
            introduction_id=ask.introduction_id,
            contact_reference=contact.reference,
            contact_hash=contact.keyed_hash,
            accepted_on=ask.effective_on,
            accepted_by=ask.by.person,
        )
    ]


def decline_introduction(ask: DeclineIntroduction, introduction: Introduction) -> Said:
    """The other side declines; nothing passes (M-14).

    Refused: IntroductionNotFound, NotOnBehalf, NotYoursToAnswer, IntroductionAnswered.
    """
    _require_the_other_side(ask, introduction)
    return [
        IntroductionDeclined(
            introduction_id=ask.introduction_id,
            declined_on=ask.effective_on,
            declined_by=ask.by.person,
        )
    ]


def _contact_of(organisation: Organisation) -> Contact:
    if organisation.contact is None:
        raise ContactNotStated
    return organisation.contact


def _require_the_other_side(
    ask: AcceptIntroduction | DeclineIntroduction, introduction: Introduction
) -> None:
    if ask.organisation_id not in introduction.sides or not ask.by.may_act_for(introduction.sides):
        raise IntroductionNotFound
    if not ask.by.acts_for({ask.organisation_id}):
        raise NotOnBehalf
    if ask.organisation_id != introduction.partner_id:
        raise NotYoursToAnswer
    if introduction.status != "requested":
        raise IntroductionAnswered
