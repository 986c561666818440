"""What can be asked of an agreement on its way: pauses, milestones, an early end, late facts."""

from dataclasses import dataclass
from datetime import date

from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCondition(Command):
    """Note that evaluation found a condition of the award satisfied; else stay quiet."""

    project_id: str
    number: int
    condition: str
    satisfied_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendProject(Command):
    """Stop claims and payments from the effective day on."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeProject(Command):
    """End the suspension: the effective day is the first one after it."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMilestone(Command):
    """Say that something promised was reached."""

    project_id: str
    milestone: str
    reached_on: date
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateAgreement(Command):
    """End the agreement before its time; costs of up to the last eligible day stay payable."""

    project_id: str
    reason: str
    last_eligible_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStacking(Command):
    """Hold all government money against the stacking limit again; quiet where nothing changed."""

    project_id: str
