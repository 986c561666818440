"""What intake does by itself: it lets proposals rest that nobody moves on (X11)."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.intake.commands import ExpireProposal
from shared.kernel.decider import Policy, Reaction, due_command
from shared.kernel.events import Event, Heard
from shared.kernel.operations import TimersRun


def expire_idle_proposals(run: TimersRun, reaction: Reaction) -> Sequence[ExpireProposal]:
    """Each proposal expires at the start of the civil day on which it fell due."""
    return [
        ExpireProposal(
            project_id=row["project_id"],
            idle_since=date.fromisoformat(row["idle_since"]),
            **due_command(reaction, date.fromisoformat(row["due_on"])),
        )
        for row in reaction.due("proposal_status", run.business_date)
    ]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    TimersRun: (expire_idle_proposals,),
}
"""Hearing commands nothing: the status of a proposal mirrors evaluation by folding."""
