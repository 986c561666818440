"""Whose size is not attested where that leaves the condition `sme` unknown (E-0)."""

from services.evaluation.events.eligibility import (
    DetailedProposalAccepted,
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
)
from shared.runtime.projections import Projection, Recorded, Rows, json_text, key, table

NAMED = table("named_parties", key("project_id"), json_text("organisation_ids"))
AWAITED = table("awaited_size", key("organisation_id"), json_text("project_ids"))


def show_awaited(rows: Rows, recorded: Recorded) -> None:
    """One row for each organisation, with the projects whose `sme` is unknown."""
    match recorded.event:
        case EligibilityReviewOpened() | DetailedProposalAccepted() as event:
            _await(rows, event.project_id, waiting=False)
            parties = sorted({party.organisation_id for party in event.participants})
            rows.put("named_parties", project_id=event.project_id, organisation_ids=parties)
        case EligibilityConditionAssessed(condition="sme") as event:
            _await(rows, event.project_id, waiting=event.verdict == "unknown")
        case _:
            pass  # Not every event is about sizes.


def _await(rows: Rows, project_id: str, *, waiting: bool) -> None:
    named = rows.get("named_parties", project_id)
    for organisation_id in named["organisation_ids"] if named else ():
        row = rows.get("awaited_size", organisation_id)
        others = [other for other in row["project_ids"] if other != project_id] if row else []
        project_ids = sorted([*others, project_id]) if waiting else others
        rows.put("awaited_size", organisation_id=organisation_id, project_ids=project_ids)


AWAITED_SIZE = Projection("awaited_size", revision=1, tables=(NAMED, AWAITED), apply=show_awaited)
