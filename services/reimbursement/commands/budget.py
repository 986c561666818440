"""What can be asked about the use of a project's budget."""

from dataclasses import dataclass

from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBudget(Command):
    """Begin the line in which a project's claims stand for its budget."""

    project_id: str
