"""What membership does by itself when something happened."""

from collections.abc import Mapping, Sequence

from services.membership.commands import OpenCandidacy
from services.membership.inbound import ProjectApproved
from shared.kernel.decider import Policy, Reaction
from shared.kernel.events import Event, Heard


def open_candidacies_of_an_approved_project(
    heard: ProjectApproved, reaction: Reaction
) -> Sequence[OpenCandidacy]:
    """S5: every party that the approved project names may become a member."""
    return [
        OpenCandidacy(
            organisation_id=party.organisation_id,
            project_id=heard.project_id,
            **reaction.command,
        )
        for party in heard.participants
    ]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    ProjectApproved: (open_candidacies_of_an_approved_project,),
}
