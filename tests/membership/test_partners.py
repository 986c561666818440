"""The directory shows what was published and no more; contacts pass after both accepted (M-14)."""

from dataclasses import replace

import pytest

from services.membership.api.showing import show_introduction
from services.membership.commands import (
    AcceptIntroduction,
    DeclineIntroduction,
    ErasePartnerContact,
    PublishPartnerProfile,
    RequestIntroduction,
    StatePartnerContact,
    WithdrawPartnerProfile,
)
from services.membership.domain.organisation import Contact
from services.membership.domain.refusals import (
    ContactNotFound,
    ContactNotStated,
    IntroductionAnswered,
    IntroductionNotFound,
    IntroductionToItself,
    NoProfile,
    NotInTheCommunity,
    NotYoursToAnswer,
    OrganisationNotFound,
    PartnerNotFound,
)
from services.membership.events.partners import (
    IntroductionAccepted,
    IntroductionDeclined,
    IntroductionRequested,
    PartnerContactErased,
    PartnerContactStated,
    PartnerProfilePublished,
    PartnerProfileWithdrawn,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    MAY_09,
    PORT,
    STRANGER,
    TODAY,
    admit_associate,
    ask_associate,
    fleuve,
    for_fleuve,
    noon,
    officer,
    open_candidacy,
    stranger,
)
from tests.membership.history import member, nothing, registered
from tests.membership.members import suspending
from tests.support.spec import Given

port = Actor(person="partner-1", roles=frozenset({"partner"}), organisation_id=PORT)
INTRODUCTION = "int_" + "1" * 32
STREAM = f"introduction-{INTRODUCTION}"

publish_fleuve = PublishPartnerProfile(
    organisation_id=FLEUVE,
    offers=("turbines",),
    seeks=("forecasts of the river's level",),
    sectors=("energy",),
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_09),
)
published = PartnerProfilePublished(
    organisation_id=FLEUVE,
    offers=("turbines",),
    seeks=("forecasts of the river's level",),
    sectors=("energy",),
    published_by="applicant-1",
)
withdraw = WithdrawPartnerProfile(
    organisation_id=FLEUVE, by=fleuve, now=TODAY, effective_at=noon(MAY_09)
)
publish_port = replace(publish_fleuve, organisation_id=PORT, by=port)
request = RequestIntroduction(
    introduction_id=INTRODUCTION,
    organisation_id=FLEUVE,
    partner_id=PORT,
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_09),
)
accept = AcceptIntroduction(
    introduction_id=INTRODUCTION,
    organisation_id=PORT,
    by=port,
    now=TODAY,
    effective_at=noon(MAY_09),
)
decline = DeclineIntroduction(
    introduction_id=INTRODUCTION,
    organisation_id=PORT,
    by=port,
    now=TODAY,
    effective_at=noon(MAY_09),
)
state_fleuve = StatePartnerContact(
    organisation_id=FLEUVE,
    contact_reference="vault_1",
    contact_hash="f" * 64,
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_09),
)
state_port = replace(
    state_fleuve, organisation_id=PORT, contact_reference="vault_2", contact_hash="a" * 64, by=port
)
erase = ErasePartnerContact(
    organisation_id=FLEUVE,
    reason="asked for, fictitious",
    by=Actor(person="privacy-1", roles=frozenset({"privacy_officer"})),
    now=TODAY,
    effective_at=noon(MAY_09),
)
listed = member.after(replace(open_candidacy, organisation_id=PORT), publish_fleuve, publish_port)
both = listed.after(state_fleuve, state_port)
requested = both.after(request)
accepted = requested.after(accept)


def test_m14_a_profile_is_published_replaced_and_withdrawn() -> None:
    member.when(publish_fleuve).then(published)
    here = member.after(publish_fleuve)
    here.when(publish_fleuve).then_nothing()
    here.when(replace(publish_fleuve, offers=())).then_names("PartnerProfilePublished")
    here.when(withdraw).then(
        PartnerProfileWithdrawn(organisation_id=FLEUVE, withdrawn_by="applicant-1")
    )
    assert here.after(withdraw).state(FLEUVE_STREAM).profile is None


@pytest.mark.parametrize(
    "here",
    [
        registered.after(ask_associate, admit_associate),
        registered.after(open_candidacy),
        member,
    ],
)
def test_m14_the_whole_community_is_in_the_directory(here: Given) -> None:
    here.when(publish_fleuve).then(published)


def test_m14_an_introduction_is_requested_and_accepted_by_the_other_side() -> None:
    both.when(request).then(
        IntroductionRequested(
            introduction_id=INTRODUCTION,
            organisation_id=FLEUVE,
            partner_id=PORT,
            contact_reference="vault_1",
            contact_hash="f" * 64,
            requested_on=MAY_09,
            requested_by="applicant-1",
        )
    )
    requested.when(accept).then(
        IntroductionAccepted(
            introduction_id=INTRODUCTION,
            contact_reference="vault_2",
            contact_hash="a" * 64,
            accepted_on=MAY_09,
            accepted_by="partner-1",
        )
    )
    requested.when(decline).then(
        IntroductionDeclined(
            introduction_id=INTRODUCTION, declined_on=MAY_09, declined_by="partner-1"
        )
    )


def test_m14_an_introduction_is_shown_to_its_sides_and_staff_without_any_contact() -> None:
    for actor in (fleuve, port, officer):
        shown = show_introduction(accepted.state(STREAM), actor)
        assert (shown["status"], shown["partner_id"]) == ("accepted", PORT)
        assert "vault_1" not in str(shown)
    with pytest.raises(IntroductionNotFound):
        show_introduction(accepted.state(STREAM), stranger)


def test_x8_a_contact_is_stated_by_reference_and_erased_by_its_key() -> None:
    listed.when(state_fleuve).then(
        PartnerContactStated(
            organisation_id=FLEUVE,
            contact_reference="vault_1",
            contact_hash="f" * 64,
            stated_by="applicant-1",
        )
    )
    both.when(erase).then(
        PartnerContactErased(
            organisation_id=FLEUVE, reason="asked for, fictitious", erased_by="privacy-1"
        )
    )
    here = both.after(erase)
    here.when(erase).then_nothing()
    assert here.state(FLEUVE_STREAM).contact_erased
    here.when(request).then_refused(ContactNotStated)
    anew = here.after(replace(state_fleuve, contact_reference="vault_3")).state(FLEUVE_STREAM)
    assert (anew.contact, anew.contact_erased) == (Contact("vault_3", "f" * 64), False)


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, publish_fleuve, OrganisationNotFound),
        (member, replace(publish_fleuve, by=stranger), OrganisationNotFound),
        (member, replace(publish_fleuve, by=officer), NotOnBehalf),
        (registered, publish_fleuve, NotInTheCommunity),
        (member.after(suspending(MAY_09)), publish_fleuve, NotInTheCommunity),
        (member, withdraw, NoProfile),
        (both, replace(request, partner_id=FLEUVE), IntroductionToItself),
        (member, request, PartnerNotFound),
        (both, replace(request, by=officer), NotOnBehalf),
        (both, replace(request, by=stranger), OrganisationNotFound),
        (both.after(suspending(MAY_09)), request, NotInTheCommunity),
        (
            both.after(suspending(MAY_09)),
            replace(request, organisation_id=PORT, partner_id=FLEUVE, by=port),
            PartnerNotFound,
        ),
        (registered, state_fleuve, NotInTheCommunity),
        (listed, replace(state_fleuve, by=officer), NotOnBehalf),
        (listed, replace(state_fleuve, by=stranger), OrganisationNotFound),
        (listed, request, ContactNotStated),
        (listed.after(state_fleuve, request), accept, ContactNotStated),
        (listed, erase, ContactNotFound),
        (nothing, erase, OrganisationNotFound),
        (both, accept, IntroductionNotFound),
        (requested, replace(accept, by=stranger), IntroductionNotFound),
        (requested, replace(accept, organisation_id=FLEUVE, by=fleuve), NotYoursToAnswer),
        (requested, replace(accept, organisation_id=FLEUVE, by=for_fleuve), NotYoursToAnswer),
        (requested, replace(accept, by=fleuve), NotOnBehalf),
        (requested, replace(accept, by=officer), NotOnBehalf),
        (requested, replace(accept, organisation_id=STRANGER, by=stranger), IntroductionNotFound),
        (accepted, accept, IntroductionAnswered),
        (accepted, decline, IntroductionAnswered),
        (requested.after(decline), accept, IntroductionAnswered),
    ],
)
def test_m14_partners_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
