"""How far the lead itself has come with a proposal, folded from its own events."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.intake.events.course import (
    CourseEvent,
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    InformationProvided,
    ProposalDrafted,
    ProposalExpired,
    ProposalReinstated,
    ProposalResubmitted,
    ProposalSubmitted,
    ProposalWithdrawn,
    ReassessmentRequested,
)

Stage: TypeAlias = Literal[
    "absent", "draft", "submitted", "detailing", "detailed_submitted", "withdrawn"
]
"""How far the lead has come; what evaluation made of it is folded elsewhere."""


@dataclass(frozen=True, slots=True)
class Course:
    """The lead's own steps."""

    stage: Stage = "absent"
    expired: bool = False
    """Whether it rests; the stage is then where it goes on."""
    version: int = 0
    """How many versions were submitted, initial and detailed together."""
    submitted_hash: str | None = None
    submitted_on: date | None = None
    """The civil day of the last submission."""
    answered: tuple[str, ...] = ()
    """The requests of the assessors that were answered."""
    objected: int = 0
    """The number of the conclusion that was objected to last; 0 if none was."""


def advance(course: Course, event: CourseEvent) -> Course:
    """The course after one more step."""
    match event:
        case ProposalDrafted():
            return Course(stage="draft")
        case ProposalResubmitted():
            return course
        case ProposalSubmitted():
            return _submitted(replace(course, stage="submitted"), event)
        case DetailedProposalOpened():
            return replace(course, stage="detailing")
        case DetailedProposalSubmitted():
            return _submitted(replace(course, stage="detailed_submitted"), event)
        case InformationProvided():
            return replace(course, answered=(*course.answered, event.request_id))
        case ReassessmentRequested():
            return replace(course, objected=event.conclusion)
        case ProposalWithdrawn():
            return replace(course, stage="withdrawn")
        case ProposalExpired():
            return replace(course, expired=True)
        case ProposalReinstated():
            return replace(course, expired=False)
        case _:
            assert_never(event)


def _submitted(course: Course, event: ProposalSubmitted | DetailedProposalSubmitted) -> Course:
    return replace(
        course,
        version=event.version,
        submitted_hash=event.content_hash,
        submitted_on=event.submitted_on,
    )
