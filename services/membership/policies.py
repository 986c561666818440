"""What membership does by itself when something happened, or when a day comes."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.membership.commands import (
    CloseCandidacy,
    FollowMembership,
    FreezeVotingRoll,
    OpenCandidacy,
)
from services.membership.events.roll import VotingRollCalled
from services.membership.inbound import (
    AwardConditionExpired,
    DecisionRescinded,
    Gone,
    ProjectApproved,
    ProjectDeclined,
)
from shared.kernel.decider import Policy, Reaction, due_command
from shared.kernel.events import Event, Heard
from shared.kernel.operations import TimersRun


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


def close_candidacies_of_an_award_that_is_gone(
    heard: Gone, reaction: Reaction
) -> Sequence[CloseCandidacy]:
    """M-4: without the award there is nothing to become a member by."""
    award = reaction.find("award_candidates", heard.project_id)
    return [
        CloseCandidacy(
            organisation_id=organisation_id,
            project_id=heard.project_id,
            because="award_lapsed",
            **reaction.command,
        )
        for organisation_id in (award["organisation_ids"] if award else ())
    ]


def say_what_has_fallen_due(run: TimersRun, reaction: Reaction) -> Sequence[FollowMembership]:
    """Candidacies, renewals, grace and lapses, each at the start of its own civil day (X11)."""
    days = [
        (row["organisation_id"], day)
        for row in reaction.due("membership_due", run.business_date)
        for day in map(date.fromisoformat, row["days"])
        if day <= run.business_date
    ]
    return [
        FollowMembership(organisation_id=organisation_id, **due_command(reaction, day))
        for organisation_id, day in days
    ]


def freeze_the_roll_that_was_called(
    called: VotingRollCalled, reaction: Reaction
) -> Sequence[FreezeVotingRoll]:
    """The roll is frozen in the transaction in which it was called, among all who were admitted."""
    admitted = reaction.due("admitted_member", called.record_date)
    return [
        FreezeVotingRoll(
            record_date=called.record_date,
            organisation_ids=tuple(row["organisation_id"] for row in admitted),
            **reaction.command,
        )
    ]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    ProjectApproved: (open_candidacies_of_an_approved_project,),
    ProjectDeclined: (close_candidacies_of_an_award_that_is_gone,),
    DecisionRescinded: (close_candidacies_of_an_award_that_is_gone,),
    AwardConditionExpired: (close_candidacies_of_an_award_that_is_gone,),
    TimersRun: (say_what_has_fallen_due,),
    VotingRollCalled: (freeze_the_roll_that_was_called,),
}
