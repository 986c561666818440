"""Where a proposal stands: the lead's own course beside what evaluation said."""

from typing import Literal, TypeAlias, get_args

from services.intake.domain.assessment import Assessment
from services.intake.domain.course import Course

Status: TypeAlias = Literal[
    "absent",
    "draft",
    "submitted",
    "information_requested",
    "ineligible",
    "reassessment_requested",
    "eligible",
    "detailing",
    "detailed_submitted",
    "returned",
    "in_selection",
    "selected",
    "not_selected",
    "withdrawn",
    "expired",
]
STATES: tuple[Status, ...] = get_args(Status)


def status_of(course: Course, assessment: Assessment) -> Status:
    """Where the proposal stands, from both histories.

    A withdrawal that was recorded here stands, even where a decision crossed it on the way.
    """
    if course.stage == "withdrawn":
        return "withdrawn"
    if course.expired:
        return "expired"
    if assessment.decision is not None:
        return assessment.decision
    if course.stage == "absent" or course.stage == "draft":
        return course.stage
    if assessment.accepted:
        return "in_selection"
    return _worked_out(course, assessment) if assessment.eligible else _judged(course, assessment)


def _judged(course: Course, assessment: Assessment) -> Status:
    """Until it is eligible, and again where a verdict was corrected."""
    if assessment.unanswered(course.answered):
        return "information_requested"
    if assessment.eligible is None:
        return "submitted"
    asked_again = course.objected >= assessment.conclusions
    return "reassessment_requested" if asked_again else "ineligible"


def _worked_out(course: Course, assessment: Assessment) -> Status:
    match course.stage:
        case "submitted":
            return "eligible"
        case "detailed_submitted" if assessment.returned_version >= course.version:
            return "returned"
        case stage:
            return stage
