"""Organisations with their status, the directory of partners, and what falls due of whom."""

from typing import Any

from pydantic import TypeAdapter

from services.membership.commands import PublishPartnerProfile
from services.membership.domain.folding import OrganisationEvent, evolve
from services.membership.domain.following import due_days
from services.membership.domain.organisation import Organisation
from services.membership.domain.standing import latest
from services.membership.domain.transitions import TABLE
from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
    json_text,
    key,
    table,
    text,
)

ORGANISATIONS = table(
    "organisation_list",
    key("organisation_id"),
    text("name"),
    text("kind", index=True),
    text("country"),
    text("province"),
    text("business_number"),
    json_text("aliases"),
    text("status", index=True),
    text("member_since"),
    integer("position", index=True),
)

DUE = table(
    "membership_due",
    key("organisation_id"),
    json_text("state"),
    json_text("days"),
    text("due_on", index=True),
)
"""`days` are the civil days on which something falls due; `due_on` is the first of them."""

ADMITTED = table("admitted_member", key("organisation_id"), text("due_on", index=True))
"""`due_on` is the first day on which an organisation may be on a voting roll."""

PARTNERS = table(
    "partner_list",
    key("organisation_id"),
    text("name"),
    text("country", index=True),
    json_text("offers"),
    json_text("seeks"),
    json_text("sectors"),
    integer("position", index=True),
)
"""What organisations of the community published of themselves, and no more (M-14)."""

_STATE = TypeAdapter(Organisation)
_LISTED = TABLE.rows[PublishPartnerProfile].moves


def show_organisations(rows: Rows, recorded: Recorded) -> None:
    """One row an organisation, from the state that deciders see, by the same fold."""
    event = recorded.event
    if not isinstance(event, OrganisationEvent):
        return
    organisation_id = event.organisation_id
    kept = rows.get("membership_due", organisation_id)
    before = _STATE.validate_python(kept["state"]) if kept else Organisation()
    organisation = evolve(before, event)
    days = due_days(organisation)
    rows.put(
        "membership_due",
        organisation_id=organisation_id,
        state=_STATE.dump_python(organisation, mode="json"),
        days=[day.isoformat() for day in days],
        due_on=days[0].isoformat() if days else None,
    )
    listed = rows.get("organisation_list", organisation_id)
    position = listed["position"] if listed else recorded.position
    rows.put("organisation_list", **_row(organisation), position=position)
    if organisation.membership and rows.get("admitted_member", organisation_id) is None:
        admitted_on = organisation.membership.admitted_on.isoformat()
        rows.put("admitted_member", organisation_id=organisation_id, due_on=admitted_on)
    _show_partner(rows, organisation, position)


def _row(organisation: Organisation) -> dict[str, Any]:
    membership = organisation.membership
    return {
        "organisation_id": organisation.organisation_id,
        "name": organisation.name,
        "kind": organisation.kind,
        "country": organisation.country,
        "province": organisation.province,
        "business_number": organisation.business_number,
        "aliases": list(organisation.aliases),
        "status": latest(organisation.timeline),
        "member_since": membership.admitted_on.isoformat() if membership else None,
    }


def _show_partner(rows: Rows, organisation: Organisation, position: int) -> None:
    """Who leaves the community leaves the directory, and is in it again when it is back."""
    profile = organisation.profile
    if profile is None or latest(organisation.timeline) not in _LISTED:
        rows.remove("partner_list", organisation.organisation_id)
        return
    rows.put(
        "partner_list",
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        country=organisation.country,
        offers=list(profile.offers),
        seeks=list(profile.seeks),
        sectors=list(profile.sectors),
        position=position,
    )


ORGANISATION_LIST = Projection(
    "organisation_list",
    revision=2,
    tables=(ORGANISATIONS, DUE, ADMITTED, PARTNERS),
    apply=show_organisations,
)
