"""What membership shows in lists: organisations, candidacies and fees."""

from services.membership.domain.standing import Status, further
from services.membership.events import (
    AssociateAdmitted,
    CandidacyOpened,
    FeeAssessed,
    FeePaid,
    FeeWaived,
    MemberAdmitted,
    MembershipApplicationSubmitted,
    OrganisationAliasRecorded,
    OrganisationProfileAmended,
    OrganisationRegistered,
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

CANDIDACIES = table(
    "candidacy_list",
    key("organisation_id"),
    key("project_id"),
    text("programme", index=True),
    text("opened_on"),
    text("open_until"),
    text("status", index=True),
    integer("position", index=True),
)

FEES = table(
    "fee_list",
    key("organisation_id"),
    key("fee_year"),
    text("fee_class"),
    text("programme", index=True),
    text("policy_version"),
    text("assessed_on"),
    integer("amount_cents"),
    integer("paid_cents"),
    integer("waived_cents"),
    integer("outstanding_cents"),
    integer("position", index=True),
)


def show_organisations(rows: Rows, recorded: Recorded) -> None:
    """One row an organisation, with its latest status."""
    match recorded.event:
        case OrganisationRegistered() as event:
            rows.put(
                "organisation_list",
                organisation_id=event.organisation_id,
                name=event.name,
                kind=event.kind,
                country=event.country,
                province=event.province,
                business_number=event.business_number,
                aliases=[],
                status="registered",
                position=recorded.position,
            )
        case OrganisationProfileAmended() as event:
            rows.change(
                "organisation_list",
                event.organisation_id,
                name=event.name,
                kind=event.kind,
                country=event.country,
                province=event.province,
                business_number=event.business_number,
            )
        case OrganisationAliasRecorded() as event:
            row = rows.get("organisation_list", event.organisation_id)
            aliases = [*(row["aliases"] if row else []), event.name]
            rows.change("organisation_list", event.organisation_id, aliases=aliases)
        case MemberAdmitted() as event:
            rows.change(
                "organisation_list",
                event.organisation_id,
                status="active",
                member_since=event.admitted_on.isoformat(),
            )
        case _:
            _show_progress(rows, recorded)


def _show_progress(rows: Rows, recorded: Recorded) -> None:
    match recorded.event:
        case AssociateAdmitted() as event:
            _go_on(rows, event.organisation_id, "associate")
        case CandidacyOpened() as event:
            _go_on(rows, event.organisation_id, "candidate")
        case MembershipApplicationSubmitted() as event:
            _go_on(rows, event.organisation_id, "application_submitted")
        case FeeAssessed() as event:
            _go_on(rows, event.organisation_id, "fee_due")
        case _:
            pass  # Everything else changes no status.


def _go_on(rows: Rows, organisation_id: str, status: Status) -> None:
    row = rows.get("organisation_list", organisation_id)
    if row is not None and further(status, row["status"]):
        rows.change("organisation_list", organisation_id, status=status)


def show_candidacies(rows: Rows, recorded: Recorded) -> None:
    """One row a candidacy: open, applied by, or led to an admission."""
    match recorded.event:
        case CandidacyOpened() as event:
            rows.put(
                "candidacy_list",
                organisation_id=event.organisation_id,
                project_id=event.project_id,
                programme=event.programme,
                opened_on=event.opened_on.isoformat(),
                open_until=event.open_until.isoformat(),
                status="open",
                position=recorded.position,
            )
        case MembershipApplicationSubmitted() as event:
            rows.change("candidacy_list", event.organisation_id, event.project_id, status="applied")
        case MemberAdmitted() as event:
            rows.change(
                "candidacy_list", event.organisation_id, event.project_id, status="admitted"
            )
        case _:
            pass  # Everything else concerns no candidacy.


def show_fees(rows: Rows, recorded: Recorded) -> None:
    """One row a fee year: what was assessed, came in, was waived and is still owed."""
    match recorded.event:
        case FeeAssessed() as event:
            rows.put(
                "fee_list",
                organisation_id=event.organisation_id,
                fee_year=str(event.fee_year),
                fee_class=event.fee_class,
                programme=event.programme,
                policy_version=event.policy_version,
                assessed_on=event.assessed_on.isoformat(),
                amount_cents=event.amount_cents,
                paid_cents=0,
                waived_cents=0,
                outstanding_cents=event.amount_cents,
                position=recorded.position,
            )
        case FeePaid() as event:
            _settle(rows, event, "paid_cents")
        case FeeWaived() as event:
            _settle(rows, event, "waived_cents")
        case _:
            pass  # Everything else moves no fee.


def _settle(rows: Rows, event: FeePaid | FeeWaived, column: str) -> None:
    place = ("fee_list", event.organisation_id, str(event.fee_year))
    row = rows.get(*place)
    assert row is not None, "what is paid or waived was assessed"
    changed = {
        column: row[column] + event.amount_cents,
        "outstanding_cents": row["outstanding_cents"] - event.amount_cents,
    }
    rows.change(*place, **changed)


ORGANISATION_LIST = Projection(
    "organisation_list", revision=1, tables=(ORGANISATIONS,), apply=show_organisations
)
CANDIDACY_LIST = Projection(
    "candidacy_list", revision=1, tables=(CANDIDACIES,), apply=show_candidacies
)
FEE_LIST = Projection("fee_list", revision=1, tables=(FEES,), apply=show_fees)

PROJECTIONS: tuple[Projection, ...] = (ORGANISATION_LIST, CANDIDACY_LIST, FEE_LIST)
