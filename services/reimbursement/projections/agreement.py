"""Lists of awards, envelopes, agreements, and of members that agreements wait for."""

from services.reimbursement.events.agreement import (
    AgreementClosed,
    AgreementDrafted,
    AgreementExecuted,
    AgreementSigned,
    AgreementTermsStated,
    FinalReportAccepted,
    ProjectCompleted,
)
from services.reimbursement.events.amendment import AmendmentTookEffect
from services.reimbursement.events.course import (
    AgreementConditionSatisfied,
    AgreementTerminated,
    ProjectResumed,
    ProjectSuspended,
)
from services.reimbursement.events.envelope import (
    CommitmentDrawnDown,
    CommitmentMoved,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReserved,
    EnvelopeClosed,
    EnvelopeOpened,
)
from services.reimbursement.inbound import ProjectApproved
from shared.kernel.periods import to_micros
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

AWARDS = table(
    "award_list",
    key("project_id"),
    text("programme", index=True),
    text("title"),
    text("envelope_id", index=True),
    integer("ceiling_cents"),
    text("proposal_hash"),
    text("status", index=True),
    text("reason"),
    integer("approved_at"),
    integer("position", index=True),
)
ENVELOPES = table(
    "envelope_list",
    key("envelope_id"),
    text("source"),
    text("programme", index=True),
    integer("amount_cents"),
    integer("committed_cents"),
    integer("consumed_cents"),
    integer("left_cents"),
    text("valid_from"),
    text("valid_to"),
    text("closed_on"),
    integer("position", index=True),
)
AGREEMENTS = table(
    "agreement_list",
    key("project_id"),
    text("programme", index=True),
    text("title"),
    text("lead_organisation_id", index=True),
    json_text("participants"),
    text("envelope_id"),
    integer("ceiling_cents"),
    json_text("open_conditions"),
    integer("report_accepted"),
    text("status", index=True),
    integer("latest_effective"),
    integer("position", index=True),
)
AWAITED_MEMBERS = table("awaited_member", key("organisation_id"), json_text("project_ids"))


def show_awards(rows: Rows, recorded: Recorded) -> None:
    """Each approved project, and whether its money is reserved, refused, or still awaited."""
    match recorded.event:
        case ProjectApproved() as heard:
            known = rows.get("award_list", heard.project_id)
            rows.put(
                "award_list",
                project_id=heard.project_id,
                programme=heard.programme,
                title=heard.title,
                envelope_id=heard.envelope_id,
                ceiling_cents=heard.ceiling_cents,
                proposal_hash=heard.proposal_hash,
                status=known["status"] if known else "awaiting",
                reason=known["reason"] if known else None,
                approved_at=to_micros(recorded.effective_at),
                position=known["position"] if known else recorded.position,
            )
        case CommitmentReserved() as event:
            rows.change("award_list", event.project_id, status="reserved", reason=None)
        case CommitmentRefused() as event:
            rows.change("award_list", event.project_id, status="refused", reason=event.reason)
        case CommitmentReleased() as event:
            row = rows.get("award_list", event.project_id)
            if row is not None and row["status"] != "closed":
                rows.change("award_list", event.project_id, status="released", reason=event.reason)
        case CommitmentMoved() as event:
            envelope_id = event.to_envelope_id
            rows.change("award_list", event.project_id, envelope_id=envelope_id)
        case AgreementClosed() as event:
            rows.change("award_list", event.project_id, status="closed", reason=None)
        case _:
            pass  # Nothing else changes whether an award has its money.


def show_envelopes(rows: Rows, recorded: Recorded) -> None:
    """Each envelope and what is left in it."""
    match recorded.event:
        case EnvelopeOpened() as event:
            rows.put(
                "envelope_list",
                envelope_id=event.envelope_id,
                source=event.source,
                programme=event.programme,
                amount_cents=event.amount_cents,
                committed_cents=0,
                consumed_cents=0,
                left_cents=event.amount_cents,
                valid_from=event.valid_from.isoformat(),
                valid_to=event.valid_to.isoformat(),
                closed_on=None,
                position=recorded.position,
            )
        case CommitmentReserved() as event:
            _commit(rows, event.envelope_id, event.amount_cents)
        case CommitmentReleased() as event:
            _commit(rows, event.envelope_id, -event.amount_cents)
        case CommitmentMoved() as event if recorded.stream == f"envelope-{event.envelope_id}":
            _commit(rows, event.envelope_id, -event.amount_cents)
            _commit(rows, event.to_envelope_id, event.amount_cents)
        case CommitmentDrawnDown() as event:
            row = rows.get("envelope_list", event.envelope_id)
            assert row is not None, "only an open envelope pays"
            consumed = row["consumed_cents"] + event.amount_cents
            rows.change("envelope_list", event.envelope_id, consumed_cents=consumed)
        case EnvelopeClosed() as event:
            closed_on = event.closed_on.isoformat()
            rows.change("envelope_list", event.envelope_id, closed_on=closed_on)
        case _:
            pass  # A refusal leaves an envelope as it is.


def _commit(rows: Rows, envelope_id: str, cents: int) -> None:
    row = rows.get("envelope_list", envelope_id)
    assert row is not None, "only an open envelope commits"
    rows.change(
        "envelope_list",
        envelope_id,
        committed_cents=row["committed_cents"] + cents,
        left_cents=row["left_cents"] - cents,
    )


def _open_conditions(event: AgreementDrafted) -> list[int]:
    return list(range(1, len(event.conditions) + 1))


def show_agreements(rows: Rows, recorded: Recorded) -> None:
    """Each agreement and how far it is."""
    match recorded.event:
        case AgreementDrafted() as event:
            known = rows.get("agreement_list", event.project_id)
            rows.put(
                "agreement_list",
                project_id=event.project_id,
                programme=event.programme,
                title=event.title,
                lead_organisation_id=event.lead_organisation_id,
                participants=[party.organisation_id for party in event.participants],
                envelope_id=event.envelope_id,
                ceiling_cents=event.ceiling_cents,
                open_conditions=(still_open := _open_conditions(event)),
                report_accepted=0,
                status="conditions_pending" if still_open else "drafted",
                latest_effective=to_micros(recorded.effective_at),
                position=known["position"] if known else recorded.position,
            )
        case AgreementTermsStated() as event:
            _move(rows, recorded, event.project_id)
        case AgreementConditionSatisfied() as event:
            _satisfy(rows, recorded, event)
        case AgreementSigned() as event:
            _move(rows, recorded, event.project_id, status="signature_pending")
        case AgreementExecuted() as event:
            _move(rows, recorded, event.project_id, status="active")
        case ProjectSuspended() as event:
            _move(rows, recorded, event.project_id, status="suspended")
        case ProjectResumed() as event:
            _move(rows, recorded, event.project_id, status="active")
        case ProjectCompleted() | AgreementTerminated() | FinalReportAccepted() as event:
            _end(rows, recorded, event)
        case AmendmentTookEffect() as event if event.changes.ceiling_cents is not None:
            ceiling = event.changes.ceiling_cents
            rows.change("agreement_list", event.project_id, ceiling_cents=ceiling)
        case CommitmentMoved() as event:
            envelope_id = event.to_envelope_id
            rows.change("agreement_list", event.project_id, envelope_id=envelope_id)
        case AgreementClosed() as event:
            _move(rows, recorded, event.project_id, status="closed")
        case _:
            pass  # Reports and shares don't move an agreement to another status.


def _satisfy(rows: Rows, recorded: Recorded, event: AgreementConditionSatisfied) -> None:
    row = rows.get("agreement_list", event.project_id)
    assert row is not None, "only a draft has conditions"
    left = [number for number in row["open_conditions"] if number != event.number]
    rows.change("agreement_list", event.project_id, open_conditions=left)
    if not left and row["status"] == "conditions_pending":
        _move(rows, recorded, event.project_id, status="signature_pending")


def _end(
    rows: Rows,
    recorded: Recorded,
    event: ProjectCompleted | AgreementTerminated | FinalReportAccepted,
) -> None:
    """The work ended, or its report was accepted: with both the agreement is closing (R-16)."""
    row = rows.get("agreement_list", event.project_id)
    assert row is not None, "only an agreement in force ends"
    accepted = int(isinstance(event, FinalReportAccepted) or row["report_accepted"])
    ended = row["status"]
    if not isinstance(event, FinalReportAccepted):
        ended = "completed" if isinstance(event, ProjectCompleted) else "terminated"
    status = "closing" if accepted and ended in ("completed", "terminated") else ended
    rows.change("agreement_list", event.project_id, report_accepted=accepted)
    _move(rows, recorded, event.project_id, status=status)


def _move(rows: Rows, recorded: Recorded, project_id: str, **changes: str) -> None:
    row = rows.get("agreement_list", project_id)
    assert row is not None, "only a drafted agreement moves on"
    latest = max(row["latest_effective"], to_micros(recorded.effective_at))
    rows.change("agreement_list", project_id, latest_effective=latest, **changes)


def show_awaited_members(rows: Rows, recorded: Recorded) -> None:
    """By organisation, the agreements that are not in force yet and fund it."""
    match recorded.event:
        case AgreementDrafted() as event:
            for party in event.participants:
                if party.funded:
                    row = rows.get("awaited_member", party.organisation_id)
                    earlier = row["project_ids"] if row else []
                    rows.put(
                        "awaited_member",
                        organisation_id=party.organisation_id,
                        project_ids=sorted({*earlier, event.project_id}),
                    )
        case AgreementExecuted() as event:
            for party in event.participants:
                row = rows.get("awaited_member", party.organisation_id)
                if row is not None:
                    others = [name for name in row["project_ids"] if name != event.project_id]
                    _await(rows, party.organisation_id, others)
        case _:
            pass  # Only a draft begins to wait, and only an execution ends it.


def _await(rows: Rows, organisation_id: str, project_ids: list[str]) -> None:
    if project_ids:
        rows.put("awaited_member", organisation_id=organisation_id, project_ids=project_ids)
    else:
        rows.remove("awaited_member", organisation_id)


PROJECTIONS: tuple[Projection, ...] = (
    Projection("award_list", revision=2, tables=(AWARDS,), apply=show_awards),
    Projection("envelope_list", revision=2, tables=(ENVELOPES,), apply=show_envelopes),
    Projection("agreement_list", revision=2, tables=(AGREEMENTS,), apply=show_agreements),
    Projection("awaited_member", revision=1, tables=(AWAITED_MEMBERS,), apply=show_awaited_members),
)
