"""What audit lists: every project and organisation that any service ever named."""

from collections.abc import Mapping
from typing import Any

from services.audit.inbound import Fields, Told
from services.audit.replay.members import status_after, step_of
from services.audit.replay.stage import Standing, moved
from shared.kernel.periods import to_micros
from shared.kernel.streams import named_in
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

PROJECTS = table(
    "project_list",
    key("project_id"),
    text("programme", index=True),
    text("title"),
    text("lead_organisation_id"),
    text("lead_name"),
    text("stage", index=True),
    text("proposal_stage"),
    integer("proposal_version"),
    integer("report_accepted"),
    text("evaluation_stage"),
    integer("evaluation_version"),
    text("agreement_stage"),
    integer("participants"),
    integer("claims_filed"),
    integer("payments_confirmed"),
    integer("ceiling_cents"),
    integer("paid_cents"),
    integer("events"),
    integer("last_recorded_at"),
    integer("last_position"),
    integer("position", index=True),
)
ORGANISATIONS = table(
    "organisation_list",
    key("organisation_id"),
    text("name"),
    text("kind"),
    text("country"),
    text("province"),
    text("status", index=True),
    text("member_since"),
    json_text("timeline"),
    integer("projects"),
    integer("events"),
    integer("last_recorded_at"),
    integer("last_position"),
    integer("position", index=True),
)
PARTIES = table(
    "party_list",
    key("project_id"),
    key("organisation_id"),
    text("name"),
    integer("position", index=True),
)
_NEW_PROJECT: Mapping[str, Any] = {
    "proposal_version": 0,
    "report_accepted": 0,
    "evaluation_version": 0,
    "participants": 0,
    "claims_filed": 0,
    "payments_confirmed": 0,
    "paid_cents": 0,
    "events": 0,
    "last_recorded_at": 0,
}
_NEW_ORGANISATION: Mapping[str, Any] = {"projects": 0, "events": 0, "last_recorded_at": 0}


def show_everything(rows: Rows, recorded: Recorded) -> None:
    """Count each event for all that it is about or names, then show what it says of them."""
    for subject in (recorded.subject, *named_in(recorded.body, recorded.subject)):
        if subject.startswith("prj_"):
            _count(rows, "project_list", {"project_id": subject, **_NEW_PROJECT}, recorded)
        elif subject.startswith("org_"):
            new = {"organisation_id": subject, **_NEW_ORGANISATION}
            _count(rows, "organisation_list", new, recorded)
    told = _told(recorded)
    if not told.known:
        return
    fields = told.fields
    if recorded.subject.startswith("prj_"):
        _show_project(rows, recorded, told, fields)
    elif told.origin == "membership":
        _show_organisation(rows, recorded.subject, told, fields)


def _told(recorded: Recorded) -> Told:
    return Told(
        type=recorded.type,
        origin=recorded.origin,
        stream=recorded.stream,
        event_id=recorded.event_id,
        actor=recorded.actor,
        effective_at=recorded.effective_at,
        recorded_at=recorded.recorded_at,
        body=recorded.body,
    )


def _count(rows: Rows, table: str, new: Mapping[str, Any], recorded: Recorded) -> None:
    row = rows.get(table, next(iter(new.values())))
    found = {**new, "position": recorded.position} if row is None else row
    counted = {
        "events": found["events"] + 1,
        "last_recorded_at": max(found["last_recorded_at"], to_micros(recorded.recorded_at)),
        "last_position": recorded.position,
    }
    rows.put(table, **{**found, **counted})


def _show_project(rows: Rows, recorded: Recorded, told: Told, fields: Fields) -> None:
    project_id = recorded.subject
    _show_stage(rows, project_id, told, fields)
    match told.name:
        case "ProposalDrafted":
            lead, name = fields.text("lead_organisation_id"), fields.text("lead_name")
            rows.change(
                "project_list",
                project_id,
                programme=fields.text("programme"),
                title=fields.text("title"),
                lead_organisation_id=lead,
                lead_name=name,
            )
            _name_party(rows, (project_id, lead, name), recorded.position)
        case "ProposalSubmitted" | "DetailedProposalSubmitted":
            title = fields.text("title")
            if title is not None:
                rows.change("project_list", project_id, title=title)
        case "ParticipantInvited":
            party = (project_id, fields.text("organisation_id"), fields.text("name"))
            _name_party(rows, party, recorded.position)
        case "ParticipantRemoved":
            _remove_party(rows, project_id, fields.text("organisation_id"))
        case _:
            _show_money(rows, project_id, told, fields)


def _show_stage(rows: Rows, project_id: str, told: Told, fields: Fields) -> None:
    row = rows.get("project_list", project_id)
    assert row is not None, "its events were counted"
    before = Standing(
        proposal=row.get("proposal_stage"),
        proposal_version=row["proposal_version"],
        evaluation=row.get("evaluation_stage"),
        evaluation_version=row["evaluation_version"],
        agreement=row.get("agreement_stage"),
        report_accepted=bool(row["report_accepted"]),
    )
    after = moved(before, told, fields)
    if after is not before:
        rows.change(
            "project_list",
            project_id,
            proposal_stage=after.proposal,
            proposal_version=after.proposal_version,
            evaluation_stage=after.evaluation,
            evaluation_version=after.evaluation_version,
            agreement_stage=after.agreement,
            report_accepted=int(after.report_accepted),
            stage=after.stage,
        )


def _show_money(rows: Rows, project_id: str, told: Told, fields: Fields) -> None:
    row = rows.get("project_list", project_id)
    assert row is not None, "its events were counted"
    match told.name:
        case "AgreementDrafted" | "AgreementExecuted" | "AmendmentTookEffect":
            rows.change("project_list", project_id, ceiling_cents=fields.whole("ceiling_cents"))
        case "ClaimFiled":
            rows.change("project_list", project_id, claims_filed=row["claims_filed"] + 1)
        case "PaymentConfirmed":
            rows.change(
                "project_list",
                project_id,
                payments_confirmed=row["payments_confirmed"] + 1,
                paid_cents=row["paid_cents"] + (fields.whole("amount_cents") or 0),
            )
        case _:
            pass  # Everything else is in the history and changes no figure of the list.


def _name_party(rows: Rows, party: tuple[str, str | None, str | None], position: int) -> None:
    project_id, organisation_id, name = party
    if organisation_id is None:
        return
    known = rows.get("party_list", project_id, organisation_id)
    rows.put(
        "party_list",
        project_id=project_id,
        organisation_id=organisation_id,
        name=name,
        position=position if known is None else known["position"],
    )
    organisation = rows.get("organisation_list", organisation_id)
    if organisation is not None and organisation.get("name") is None:
        rows.change("organisation_list", organisation_id, name=name)
    if known is None:
        _tally(rows, project_id, organisation_id, 1)


def _remove_party(rows: Rows, project_id: str, organisation_id: str | None) -> None:
    if organisation_id and rows.get("party_list", project_id, organisation_id) is not None:
        rows.remove("party_list", project_id, organisation_id)
        _tally(rows, project_id, organisation_id, -1)


def _tally(rows: Rows, project_id: str, organisation_id: str, more: int) -> None:
    for listed, name, column in (
        ("project_list", project_id, "participants"),
        ("organisation_list", organisation_id, "projects"),
    ):
        row = rows.get(listed, name)
        if row is not None:
            rows.change(listed, name, **{column: row[column] + more})


def _show_organisation(rows: Rows, organisation_id: str, told: Told, fields: Fields) -> None:
    row = rows.get("organisation_list", organisation_id)
    if row is None:
        return  # A name or a number is taken on a stream of its own; the body is named there.
    if told.name in ("OrganisationRegistered", "OrganisationProfileAmended"):
        profile = {name: fields.text(name) for name in ("name", "kind", "country", "province")}
        rows.change("organisation_list", organisation_id, **profile)
    if told.name == "MemberAdmitted":
        rows.change("organisation_list", organisation_id, member_since=fields.text("admitted_on"))
    if step := step_of(told, fields):
        entered = [*(row["timeline"] or []), [step.since, step.status, step.falls_back]]
        entered.sort(key=lambda entry: str(entry[0]))
        status = status_after([(name, falls_back) for _, name, falls_back in entered])
        rows.change("organisation_list", organisation_id, status=status, timeline=entered)


PROJECTIONS: tuple[Projection, ...] = (
    Projection(
        "subject_list",
        revision=3,
        tables=(PROJECTS, ORGANISATIONS, PARTIES),
        apply=show_everything,
        everything=True,
    ),
)
