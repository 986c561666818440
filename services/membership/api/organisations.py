"""Organisations: who they are, how large, who controls them, and where they stand on a day."""

from datetime import date
from typing import Any

from services.membership.api.roles import OFFICER, PARTY, READER
from services.membership.api.showing import require_readable, show_status
from services.membership.commands import (
    AmendOrganisationProfile,
    AttestSize,
    DeclareAffiliation,
    DeclareControlChange,
    DissolveOrganisation,
    RecordOrganisationAlias,
    RegisterOrganisation,
)
from services.membership.events.vocabulary import BusinessNumber, Country, Fte, Kind, Province
from services.membership.projections.organisations import ORGANISATIONS
from shared.kernel.commands import READERS
from shared.kernel.identifiers import Line, OrganisationId, Sha256
from shared.kernel.periods import civil_date, rfc3339
from shared.runtime.reading import Point
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.points import POINT, NothingKnownYet, point_of
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

ACCESS = {
    "register_organisation": OFFICER | {"operator", "service"},
    "amend_organisation": OFFICER,
    "attest_size": PARTY,
    "declare_affiliation": PARTY,
    "declare_control_change": PARTY,
    "dissolve_organisation": OFFICER,
    "read_organisation": READER,
    "read_lists": READERS,
}
api = Api("membership", access=ACCESS)


class OrganisationForm(Form):
    """A body as a register has it; what the register leaves empty is absent."""

    name: Line
    kind: Kind | None = None
    country: Country | None = None
    province: Province | None = None
    business_number: BusinessNumber | None = None
    distinct_reason: Line | None = None


class ProfileForm(OrganisationForm):
    """The whole profile, and why it is amended."""

    reason: Line


class AliasForm(Form):
    """Another spelling of the same body, and where it comes from."""

    name: Line
    reason: Line


class SizeForm(Form):
    """Full-time equivalents on a day, with the hash of the evidence."""

    fte: Fte
    affiliates_fte: Fte
    as_of: date
    evidence_sha256: Sha256


class AffiliationForm(Form):
    """The other body under common control, and since when."""

    affiliate_id: OrganisationId
    since: date


class ControlForm(Form):
    """Who controls the body from the effective day on: an id, a name, or nobody; and the proof."""

    controller_id: OrganisationId | None = None
    controller_name: Line | None = None
    evidence_sha256: Sha256


@api.command("POST", "/organisations", action="register_organisation", status=201)
def register_organisation(form: OrganisationForm, ask: Ask) -> RegisterOrganisation:
    """Register a body of any kind and country; a known name or number needs a reason."""
    return RegisterOrganisation(
        organisation_id=ask.new_id("org"),
        name=form.name,
        kind=form.kind,
        country=form.country,
        province=form.province,
        business_number=form.business_number,
        distinct_reason=form.distinct_reason,
        **ask.who,
    )


@api.command("PUT", "/organisations/{organisation_id}/profile", action="amend_organisation")
def amend_profile(form: ProfileForm, ask: Ask) -> AmendOrganisationProfile:
    """Replace the whole profile of a body, with a reason."""
    return AmendOrganisationProfile(
        organisation_id=ask.path["organisation_id"],
        name=form.name,
        kind=form.kind,
        country=form.country,
        province=form.province,
        business_number=form.business_number,
        reason=form.reason,
        distinct_reason=form.distinct_reason,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/aliases", action="amend_organisation")
def record_alias(form: AliasForm, ask: Ask) -> RecordOrganisationAlias:
    """Record another spelling of the same body."""
    return RecordOrganisationAlias(
        organisation_id=ask.path["organisation_id"],
        name=form.name,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/size", action="attest_size")
def attest_size(form: SizeForm, ask: Ask) -> AttestSize:
    """Attest the size of a body and of its affiliates on a day."""
    return AttestSize(
        organisation_id=ask.path["organisation_id"],
        fte=form.fte,
        affiliates_fte=form.affiliates_fte,
        as_of=form.as_of,
        evidence_sha256=form.evidence_sha256,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/affiliations", action="declare_affiliation")
def declare_affiliation(form: AffiliationForm, ask: Ask) -> DeclareAffiliation:
    """Declare that two bodies are under common control."""
    return DeclareAffiliation(
        organisation_id=ask.path["organisation_id"],
        affiliate_id=form.affiliate_id,
        since=form.since,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/control", action="declare_control_change")
def declare_control_change(form: ControlForm, ask: Ask) -> DeclareControlChange:
    """Declare a change of control from the effective day on."""
    return DeclareControlChange(
        organisation_id=ask.path["organisation_id"],
        controller_id=form.controller_id,
        controller_name=form.controller_name,
        evidence_sha256=form.evidence_sha256,
        **ask.who,
    )


@api.command("POST", "/organisations/{organisation_id}/dissolution", action="dissolve_organisation")
def dissolve_organisation(form: ReasonForm, ask: Ask) -> DissolveOrganisation:
    """Record that a body exists no more from the effective day on."""
    return DissolveOrganisation(
        organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who
    )


@api.resource(
    "/organisations/{organisation_id}",
    stream="organisation-{organisation_id}",
    action="read_organisation",
)
def read_organisation() -> None:
    """One organisation after everything known of it."""


@api.read("/organisations/{organisation_id}/status", action="read_organisation", query=POINT)
def read_status(read: Read) -> dict[str, Any]:
    """Status, tier, benefits and size on a civil day, as known at an instant (M-12).

    Without `as_of` it is today; without `known_at` everything known counts.
    """
    stream = f"organisation-{read.path['organisation_id']}"
    point = point_of(read.query)
    require_readable(read.state(stream), read.actor)
    then, version = read.snapshot.state(stream, Point(known_at=point.known_at))
    if not version:
        raise NothingKnownYet
    return {
        **show_status(then, point.as_of or civil_date(read.now)),
        "known_at": rfc3339(point.known_at or read.now),
    }


@api.read("/organisations", action="read_lists", query=("kind", "country", "province", "status"))
def list_organisations(read: Read) -> Page:
    """Organisations, the first registered first."""
    asked = read.query.get
    return read.page(
        ORGANISATIONS,
        order="position",
        kind=asked("kind"),
        country=asked("country"),
        province=asked("province"),
        status=asked("status"),
    )
