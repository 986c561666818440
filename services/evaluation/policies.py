"""What evaluation does by itself when it hears something."""

from collections.abc import Sequence

from services.evaluation.commands import OpenEligibilityReview
from services.evaluation.inbound import ProposalSubmitted
from shared.kernel.decider import Policy, Reaction
from shared.kernel.events import Event, Heard


def open_a_review_of_each_submitted_proposal(
    heard: ProposalSubmitted, reaction: Reaction
) -> Sequence[OpenEligibilityReview]:
    """A submitted version is assessed; refused where no policy is in force, until a person asks."""
    return [
        OpenEligibilityReview(
            project_id=heard.project_id, content_hash=heard.content_hash, **reaction.command
        )
    ]


POLICIES: dict[type[Event] | type[Heard], Sequence[Policy]] = {
    ProposalSubmitted: (open_a_review_of_each_submitted_proposal,),
}
