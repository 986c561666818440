"""Lists of amendments and breaches, with the days on which they fall due, and of parties."""

from datetime import timedelta

from services.reimbursement.events.agreement import AgreementExecuted
from services.reimbursement.events.amendment import (
    AmendmentApproved,
    AmendmentProposed,
    AmendmentRebased,
    AmendmentRejected,
    AmendmentSigned,
    AmendmentTookEffect,
    AmendmentWithdrawn,
)
from services.reimbursement.events.consortium import (
    ConsortiumRuleBreached,
    ConsortiumRuleCured,
    CurePeriodExpired,
    ParticipantJoined,
)
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

AMENDMENTS = table(
    "amendment_list",
    key("amendment_id"),
    text("project_id", index=True),
    json_text("topics"),
    integer("base_version"),
    text("effective_from"),
    text("status", index=True),
    text("due_on", index=True),
    integer("position", index=True),
)
BREACHES = table(
    "breach_list",
    key("project_id"),
    key("rule"),
    text("since"),
    text("status", index=True),
    text("due_on", index=True),
    integer("position", index=True),
)
PARTIES = table("agreement_party", key("organisation_id"), json_text("project_ids"))


def show_amendments(rows: Rows, recorded: Recorded) -> None:
    """Each amendment and how far it is; due is what all signed and what is not in effect."""
    match recorded.event:
        case AmendmentProposed() as event:
            rows.put(
                "amendment_list",
                amendment_id=event.amendment_id,
                project_id=event.project_id,
                topics=sorted(event.changes.topics),
                base_version=event.base_version,
                effective_from=event.effective_from.isoformat(),
                status="proposed",
                due_on=None,
                position=recorded.position,
            )
        case AmendmentRebased() as event:
            rows.change(
                "amendment_list",
                event.amendment_id,
                topics=sorted(event.changes.topics),
                base_version=event.base_version,
                effective_from=event.effective_from.isoformat(),
                status="proposed",
            )
        case AmendmentApproved() as event:
            rows.change("amendment_list", event.amendment_id, status="approved")
        case AmendmentSigned() as event if event.makes_version is not None:
            row = rows.get("amendment_list", event.amendment_id)
            assert row is not None, "only a proposed amendment is signed"
            due_on = row["effective_from"]
            rows.change("amendment_list", event.amendment_id, status="agreed", due_on=due_on)
        case AmendmentTookEffect() as event:
            rows.change("amendment_list", event.amendment_id, status="in_effect", due_on=None)
        case AmendmentRejected() as event:
            rows.change("amendment_list", event.amendment_id, status="rejected")
        case AmendmentWithdrawn() as event:
            rows.change("amendment_list", event.amendment_id, status="withdrawn", due_on=None)
        case _:
            pass  # A signature before the last one moves no amendment.


def show_breaches(rows: Rows, recorded: Recorded) -> None:
    """Each rule of a consortium that was broken, and whether it still is."""
    match recorded.event:
        case ConsortiumRuleBreached() as event:
            rows.put(
                "breach_list",
                project_id=event.project_id,
                rule=event.rule,
                since=event.since.isoformat(),
                status="open",
                due_on=(event.cure_until + timedelta(days=1)).isoformat(),
                position=recorded.position,
            )
        case ConsortiumRuleCured() as event:
            rows.change("breach_list", event.project_id, event.rule, status="cured", due_on=None)
        case CurePeriodExpired() as event:
            rows.change("breach_list", event.project_id, event.rule, status="expired", due_on=None)
        case _:
            pass  # Nothing else breaks or cures a rule.


def show_parties(rows: Rows, recorded: Recorded) -> None:
    """By organisation, the projects in force that it takes part in."""
    match recorded.event:
        case AgreementExecuted() as event:
            for party in event.participants:
                _take_part(rows, party.organisation_id, event.project_id)
        case ParticipantJoined() as event:
            _take_part(rows, event.organisation_id, event.project_id)
        case _:
            pass  # Who left once stays in the list: what it did counts.


def _take_part(rows: Rows, organisation_id: str, project_id: str) -> None:
    row = rows.get("agreement_party", organisation_id)
    earlier = row["project_ids"] if row else []
    project_ids = sorted({*earlier, project_id})
    rows.put("agreement_party", organisation_id=organisation_id, project_ids=project_ids)


PROJECTIONS: tuple[Projection, ...] = (
    Projection("amendment_list", revision=1, tables=(AMENDMENTS,), apply=show_amendments),
    Projection("breach_list", revision=1, tables=(BREACHES,), apply=show_breaches),
    Projection("agreement_party", revision=1, tables=(PARTIES,), apply=show_parties),
)
