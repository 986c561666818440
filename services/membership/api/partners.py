"""The partner directory and introductions: what organisations tell each other (M-14, S35)."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from services.membership.api.roles import PARTY, READER
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
from services.membership.domain.organisation import Organisation
from services.membership.domain.partners import Introduction
from services.membership.domain.refusals import NotIntroducedYet
from services.membership.events.partners import Words
from services.membership.projections.organisations import PARTNERS
from services.membership.projections.partners import INTRODUCTIONS
from shared.kernel.canonical import canonical
from shared.kernel.commands import PARTIES
from shared.kernel.identifiers import Line, OrganisationId
from shared.runtime.vault import Kept
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Forgetting, Form, Keeping, Page, Read

ACCESS = {
    "publish_profile": PARTY,
    "be_introduced": PARTY,
    "erase_contact": {"privacy_officer"},
    "read_contacts": PARTIES,
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
    """Whom introduced partners may turn to; it goes into the vault, and nowhere else."""

    person: Line
    email: Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
    telephone: Annotated[str, Field(pattern=r"^\+?[0-9 ().-]{5,30}$")] | None = None


class IntroductionForm(Form):
    """The organisation of the directory that one wants to meet."""

    partner_id: OrganisationId


def _contact_of(path: Mapping[str, str]) -> str:
    return f"contact-{path['organisation_id']}"


def _content(form: ContactForm) -> str:
    return canonical(form.model_dump())


def _erased(organisation: Organisation) -> bool:
    return organisation.contact_erased


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
    "PUT",
    "/organisations/{organisation_id}/partner-contact",
    action="be_introduced",
    vault=Keeping(_contact_of, _content),
)
def state_contact(form: ContactForm, ask: Ask) -> StatePartnerContact:
    """Say whom introduced partners may turn to."""
    assert ask.kept is not None, "this route keeps its content in the vault"
    return StatePartnerContact(
        organisation_id=ask.path["organisation_id"],
        contact_reference=ask.kept.reference,
        contact_hash=ask.kept.keyed_hash,
        **ask.who,
    )


@api.command(
    "POST",
    "/organisations/{organisation_id}/partner-contact/erase",
    action="erase_contact",
    vault=Forgetting(_contact_of, _erased),
)
def erase_contact(form: ReasonForm, ask: Ask) -> ErasePartnerContact:
    """Destroy the key of an organisation's contacts; what was recorded stays proven."""
    return ErasePartnerContact(
        organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who
    )


@api.command(
    "POST", "/organisations/{organisation_id}/introductions", action="be_introduced", status=201
)
def request_introduction(form: IntroductionForm, ask: Ask) -> RequestIntroduction:
    """Ask to be introduced to an organisation of the directory."""
    return RequestIntroduction(
        introduction_id=ask.new_id("int"),
        organisation_id=ask.path["organisation_id"],
        partner_id=form.partner_id,
        **ask.who,
    )


ANSWER = "/organisations/{organisation_id}/introductions/{introduction_id}"


@api.command("POST", f"{ANSWER}/accept", action="be_introduced")
def accept_introduction(ask: Ask) -> AcceptIntroduction:
    """Accept: from now on each side reads the other's contact."""
    return AcceptIntroduction(
        introduction_id=ask.path["introduction_id"],
        organisation_id=ask.path["organisation_id"],
        **ask.who,
    )


@api.command("POST", f"{ANSWER}/decline", action="be_introduced")
def decline_introduction(ask: Ask) -> DeclineIntroduction:
    """Decline: no contact passes."""
    return DeclineIntroduction(
        introduction_id=ask.path["introduction_id"],
        organisation_id=ask.path["organisation_id"],
        **ask.who,
    )


@api.resource(
    "/introductions/{introduction_id}",
    stream="introduction-{introduction_id}",
    action="read_introductions",
)
def read_introduction() -> None:
    """One introduction, for its two sides and for staff; no contact is in it."""


@api.read("/introductions/{introduction_id}/contacts", action="read_contacts")
def read_contacts(read: Read) -> Mapping[str, Any]:
    """Whom the two sides may turn to, for these two alone and once both accepted (M-14)."""
    introduction: Introduction = read.state(f"introduction-{read.path['introduction_id']}")
    show_introduction(introduction, read.actor)
    if introduction.status != "accepted":
        raise NotIntroducedYet
    return {side: _contact(read, side) for side in sorted(introduction.sides)}


def _contact(read: Read, organisation_id: str) -> Any:
    """Whom an organisation named; nothing where that was erased since."""
    organisation: Organisation = read.state(f"organisation-{organisation_id}")
    contact = organisation.contact
    if contact is None:
        return None
    subject = f"contact-{organisation_id}"
    return json.loads(read.kept(subject, Kept(contact.reference, contact.keyed_hash)))


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
