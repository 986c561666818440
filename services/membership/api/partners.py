"""The partner directory and introductions: what organisations tell each other (M-14, S35)."""

from collections.abc import Mapping
from typing import Any

from services.membership.api.roles import PARTY, READER
from services.membership.commands import (
    AcceptIntroduction,
    DeclineIntroduction,
    PublishPartnerProfile,
    RequestIntroduction,
    WithdrawPartnerProfile,
)
from services.membership.events.partners import Words
from services.membership.events.vocabulary import ContactReference
from services.membership.projections.organisations import PARTNERS
from services.membership.projections.partners import INTRODUCTIONS
from shared.kernel.identifiers import OrganisationId, Sha256
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

ACCESS = {
    "publish_profile": PARTY,
    "be_introduced": PARTY,
    "read_directory": READER,
    "read_introductions": READER,
}
api = Api("membership", access=ACCESS)


class PartnerForm(Form):
    """What an organisation shows of itself; everything else stays with it."""

    offers: Words = ()
    seeks: Words = ()
    sectors: Words = ()


class ContactForm(Form):
    """Where one's contact details are kept, and their keyed hash."""

    contact_reference: ContactReference
    contact_hash: Sha256


class IntroductionForm(ContactForm):
    """The organisation of the directory that one wants to meet, and one's own contact."""

    partner_id: OrganisationId


@api.command("PUT", "/organisations/{organisation_id}/partner-profile", action="publish_profile")
def publish_profile(form: PartnerForm, ask: Ask) -> PublishPartnerProfile:
    """Publish, or replace, what the directory shows."""
    return PublishPartnerProfile(
        organisation_id=ask.path["organisation_id"],
        offers=form.offers,
        seeks=form.seeks,
        sectors=form.sectors,
        **ask.who,
    )


@api.command(
    "POST", "/organisations/{organisation_id}/partner-profile/withdraw", action="publish_profile"
)
def withdraw_profile(ask: Ask) -> WithdrawPartnerProfile:
    """Be in the directory no more."""
    return WithdrawPartnerProfile(organisation_id=ask.path["organisation_id"], **ask.who)


@api.read("/partners", action="read_directory", query=("country",))
def list_partners(read: Read) -> Page:
    """The directory: names, and what organisations published of themselves."""
    page = read.page(PARTNERS, order="position", country=read.query.get("country"))
    return page.map(_published)


def _published(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "position"}


@api.command(
    "POST", "/organisations/{organisation_id}/introductions", action="be_introduced", status=201
)
def request_introduction(form: IntroductionForm, ask: Ask) -> RequestIntroduction:
    """Ask to be introduced to an organisation of the directory."""
    return RequestIntroduction(
        introduction_id=ask.new_id("int"),
        organisation_id=ask.path["organisation_id"],
        partner_id=form.partner_id,
        contact_reference=form.contact_reference,
        contact_hash=form.contact_hash,
        **ask.who,
    )


@api.command("POST", "/introductions/{introduction_id}/accept", action="be_introduced")
def accept_introduction(form: ContactForm, ask: Ask) -> AcceptIntroduction:
    """Accept: from now on each side sees the other's contact."""
    return AcceptIntroduction(
        introduction_id=ask.path["introduction_id"],
        contact_reference=form.contact_reference,
        contact_hash=form.contact_hash,
        **ask.who,
    )


@api.command("POST", "/introductions/{introduction_id}/decline", action="be_introduced")
def decline_introduction(ask: Ask) -> DeclineIntroduction:
    """Decline: no contact passes."""
    return DeclineIntroduction(introduction_id=ask.path["introduction_id"], **ask.who)


@api.resource(
    "/introductions/{introduction_id}",
    stream="introduction-{introduction_id}",
    action="read_introductions",
)
def read_introduction() -> None:
    """One introduction; contacts for its two sides alone, once both accepted."""


@api.read("/introductions", action="read_introductions", query=("status",))
def list_introductions(read: Read) -> Page:
    """Introductions, each with either side, oldest first; an organisation sees its own."""
    page = read.page(
        INTRODUCTIONS,
        order="position",
        organisation_id=read.actor.lists_only(),
        status=read.query.get("status"),
    )
    return page.map(_published)
