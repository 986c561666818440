"""How an applicant is told where its proposal stands, and what its self-check gave."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.intake.api.wording import ASKED, DECLINED, GAP, HAPPENED, NOT_MET, RESTS, TURNS
from services.intake.domain.assessment import Assessment
from services.intake.domain.course import Course
from services.intake.domain.proposal import Proposal
from services.intake.domain.self_check import NO_ENDORSEMENT, UNCONFIRMED, Checked
from services.intake.domain.status import Status
from services.intake.domain.transitions import LIVE, OPEN
from services.intake.domain.wording import Told
from services.intake.projections.proposals import standing_of
from shared.kernel.periods import from_micros, rfc3339
from shared.kernel.shown import shown


def told(
    proposal: Proposal,
    row: Mapping[str, Any],
    happened: Sequence[Mapping[str, Any]],
    language: str | None,
) -> Mapping[str, Any]:
    """The whole status of a proposal, from its row and what happened, oldest first."""
    course, assessment = standing_of(row)
    status: Status = row["status"]
    turn = TURNS[status]
    return {
        "project_id": proposal.project_id,
        "status": status,
        "means": turn.means.said_in(language),
        "since": rfc3339(from_micros(row["since"])),
        "turn": _holder(turn.holder, status, course, assessment),
        "blocked_by": _blocks(proposal, status, (course, assessment), language),
        "expires_on": row["due_on"],
        "version": course.version,
        "submitted_hash": course.submitted_hash,
        "content_hash": proposal.content_hash,
        "happened": [
            {
                "at": rfc3339(from_micros(each["at"])),
                "event": each["name"],
                "means": HAPPENED[each["name"]].said_in(language),
                **each["facts"],
            }
            for each in happened
        ],
    }


def _holder(holder: str, status: Status, course: Course, assessment: Assessment) -> str:
    """In selection it is the applicant's turn while an answer of it is waited for."""
    waiting = assessment.waiting_on == "applicant" or assessment.unanswered(course.answered)
    return "applicant" if status == "in_selection" and waiting else holder


class Block(NamedTuple):
    """One thing that stands in the way, and what it concerns."""

    code: str
    says: Told
    concerns: Mapping[str, Any]


def _blocks(
    proposal: Proposal, status: Status, standing: tuple[Course, Assessment], language: str | None
) -> list[dict[str, Any]]:
    found = [*_said_by_assessors(status, *standing), *_lacking(proposal, status)]
    return [
        {"code": block.code, "says": block.says.said_in(language), **block.concerns}
        for block in found
    ]


def _said_by_assessors(status: Status, course: Course, assessment: Assessment) -> Iterator[Block]:
    if status in LIVE:
        for asked in assessment.unanswered(course.answered):
            yield Block("information_requested", ASKED, shown(asked))
    if status == "returned":
        yield from (Block("gap", GAP, {"gap": gap}) for gap in assessment.gaps)
    if status == "ineligible":
        yield from (Block("condition", NOT_MET, shown(unmet)) for unmet in assessment.not_met)


def _lacking(proposal: Proposal, status: Status) -> Iterator[Block]:
    if status == "expired":
        yield Block("expired", RESTS, {})
    if status not in LIVE:
        return
    for party in proposal.participants:
        concerns = {"organisation_id": party.organisation_id}
        if party.answer == "declined" and status in OPEN:
            yield Block("declined", DECLINED, concerns)
        elif not proposal.counts(party):
            yield Block("unconfirmed", UNCONFIRMED, concerns)
    if not proposal.endorsed:
        yield Block("endorsement", NO_ENDORSEMENT, {})


def check_document(checked: Checked, language: str | None) -> Mapping[str, Any]:
    """One condition of a self-check."""
    return {
        "condition": checked.condition,
        "verdict": checked.verdict,
        "computed": checked.computed,
        "because": checked.because.said_in(language),
        "missing": [
            {"what": item.what, "says": item.says.said_in(language), "concerns": item.concerns}
            for item in checked.missing
        ],
    }
