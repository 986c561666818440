"""Candidacies from their opening to what they led to, and who is a candidate by which project."""

from services.membership.events.candidacy import (
    CandidacyClosed,
    CandidacyOpened,
    MembershipApplicationSubmitted,
)
from services.membership.events.course import MemberAdmitted
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

CANDIDACIES = table(
    "candidacy_list",
    key("organisation_id"),
    key("project_id"),
    text("programme", index=True),
    text("opened_on"),
    text("open_until"),
    text("closed_on"),
    text("status", index=True),
    integer("position", index=True),
)

BY_PROJECT = table("award_candidates", key("project_id"), json_text("organisation_ids"))
"""Who is a candidate by an award, as long as its candidacy is open."""


def show_candidacies(rows: Rows, recorded: Recorded) -> None:
    """One row a candidacy: open, applied by, or how it was closed."""
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
            _change(rows, event.project_id, event.organisation_id, is_open=True)
        case MembershipApplicationSubmitted() as event:
            rows.change("candidacy_list", event.organisation_id, event.project_id, status="applied")
        case MemberAdmitted() as event:
            rows.change(
                "candidacy_list", event.organisation_id, event.project_id, status="admitted"
            )
            _change(rows, event.project_id, event.organisation_id, is_open=False)
        case CandidacyClosed() as event:
            rows.change(
                "candidacy_list",
                event.organisation_id,
                event.project_id,
                status=event.because,
                closed_on=event.closed_on.isoformat(),
            )
            _change(rows, event.project_id, event.organisation_id, is_open=False)
        case _:
            pass  # Everything else concerns no candidacy.


def _change(rows: Rows, project_id: str, organisation_id: str, *, is_open: bool) -> None:
    row = rows.get("award_candidates", project_id)
    known = row["organisation_ids"] if row else []
    others = set(known) - {organisation_id}
    parties = others | {organisation_id} if is_open else others
    rows.put("award_candidates", project_id=project_id, organisation_ids=sorted(parties))


CANDIDACY_LIST = Projection(
    "candidacy_list", revision=2, tables=(CANDIDACIES, BY_PROJECT), apply=show_candidacies
)
