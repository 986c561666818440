"""What evaluation does by itself when it hears something, or when a day comes."""

from collections.abc import Sequence
from datetime import date

from services.evaluation.commands import (
    CloseInformationRequest,
    ExpireConditions,
    MissTarget,
    OpenCompletenessCheck,
    OpenEligibilityReview,
    ReassessEligibility,
    RecomputeSize,
    RecuseAffiliated,
    ReopenCheck,
    StopEvaluation,
)
from services.evaluation.domain.stages import ROWS
from services.evaluation.events.review import ReviewerAffiliationsDeclared
from services.evaluation.inbound import (
    DetailedProposalSubmitted,
    ExecutiveEndorsementWithdrawn,
    InformationProvided,
    OtherFundingDeclared,
    ProposalSubmitted,
    ProposalWithdrawn,
    ReassessmentRequested,
    SizeAttested,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Policy, Reaction, due_command
from shared.kernel.eligibility import Condition
from shared.kernel.events import Event, Heard
from shared.kernel.operations import TimersRun


def open_a_review_of_each_submitted_proposal(
    heard: ProposalSubmitted, reaction: Reaction
) -> Sequence[OpenEligibilityReview]:
    """A submitted version is assessed; refused where no policy is in force, until a person asks."""
    return [
        OpenEligibilityReview(
            project_id=heard.project_id, content_hash=heard.content_hash, **reaction.command
        )
    ]


def check_each_detailed_proposal(
    heard: DetailedProposalSubmitted, reaction: Reaction
) -> Sequence[OpenCompletenessCheck]:
    """Whether a detailed version is comprehensive is checked from its submission on."""
    return [OpenCompletenessCheck(project_id=heard.project_id, **reaction.command)]


def wait_no_more_for_what_was_answered(
    heard: InformationProvided, reaction: Reaction
) -> Sequence[CloseInformationRequest]:
    """An answer ends the wait for it, and with the last one the pause of the clock (E-3)."""
    return [
        CloseInformationRequest(
            project_id=heard.project_id,
            request_id=heard.request_id,
            because="answered",
            **reaction.command,
        )
    ]


def assess_again_what_the_lead_contests(
    heard: ReassessmentRequested, reaction: Reaction
) -> Sequence[ReassessEligibility]:
    """An ineligible proposal whose lead asks for it is assessed once more."""
    return [
        ReassessEligibility(
            project_id=heard.project_id,
            content_hash=heard.content_hash,
            reason=heard.reason,
            **reaction.command,
        )
    ]


def _legal(command: type[Command], project_id: str, reaction: Reaction) -> bool:
    """Whether this project is evaluated, and at a stage that the command is for."""
    row = reaction.find("evaluation_list", project_id)
    return row is not None and row["stage"] in ROWS[command].moves


def stop_with_the_proposal(
    heard: ProposalWithdrawn, reaction: Reaction
) -> Sequence[StopEvaluation]:
    """What the lead takes back before its submission, or after a decision, stops nothing here."""
    if not _legal(StopEvaluation, heard.project_id, reaction):
        return []
    return [StopEvaluation(project_id=heard.project_id, because=heard.reason, **reaction.command)]


def check_readiness_without_the_endorsement(
    heard: ExecutiveEndorsementWithdrawn, reaction: Reaction
) -> Sequence[ReopenCheck]:
    """An endorsement that is taken back opens the check again, never the history (case 19)."""
    because = "The executive withdrew its endorsement."
    return _check_again(heard.project_id, "readiness", because, reaction)


def check_funding_that_was_declared_late(
    heard: OtherFundingDeclared, reaction: Reaction
) -> Sequence[ReopenCheck]:
    """Other money for the project opens the check whether it is incremental (case 11)."""
    because = "Other funding of the project was declared."
    return _check_again(heard.project_id, "incremental", because, reaction)


def _check_again(
    project_id: str, condition: Condition, because: str, reaction: Reaction
) -> Sequence[ReopenCheck]:
    if not _legal(ReopenCheck, project_id, reaction):
        return []
    return [
        ReopenCheck(project_id=project_id, condition=condition, because=because, **reaction.command)
    ]


def compute_sizes_that_were_missing(
    heard: SizeAttested, reaction: Reaction
) -> Sequence[RecomputeSize]:
    """Where a missing attestation made `sme` unknown, it is computed again (E-0)."""
    waiting = reaction.find("awaited_size", heard.organisation_id)
    project_ids = waiting["project_ids"] if waiting else ()
    return [
        RecomputeSize(project_id=project_id, **reaction.command)
        for project_id in project_ids
        if _legal(RecomputeSize, project_id, reaction)
    ]


def recuse_reviewers_by_affiliation(
    event: ReviewerAffiliationsDeclared, reaction: Reaction
) -> Sequence[RecuseAffiliated]:
    """A declared affiliation is a conflict in every project that names that side (E-5)."""
    pooled = reaction.find("reviewer_list", event.person)
    project_ids = pooled["project_ids"] if pooled else ()
    return [
        RecuseAffiliated(project_id=project_id, person=event.person, **reaction.command)
        for project_id in project_ids
        if _legal(RecuseAffiliated, project_id, reaction)
    ]


def miss_targets_that_are_over(run: TimersRun, reaction: Reaction) -> Sequence[MissTarget]:
    """The day after the last one on target, the miss is recorded (E-3, X11)."""
    return [
        MissTarget(
            project_id=row["project_id"],
            **due_command(reaction, date.fromisoformat(row["due_on"])),
        )
        for row in reaction.due("selection_clock", run.business_date)
    ]


def let_awards_lapse(run: TimersRun, reaction: Reaction) -> Sequence[ExpireConditions]:
    """The day after the last one for its conditions, an award lapses (X11)."""
    return [
        ExpireConditions(
            project_id=row["project_id"],
            **due_command(reaction, date.fromisoformat(row["due_on"])),
        )
        for row in reaction.due("award_conditions", run.business_date)
    ]


POLICIES: dict[type[Event] | type[Heard], Sequence[Policy]] = {
    ProposalSubmitted: (open_a_review_of_each_submitted_proposal,),
    DetailedProposalSubmitted: (check_each_detailed_proposal,),
    InformationProvided: (wait_no_more_for_what_was_answered,),
    ReassessmentRequested: (assess_again_what_the_lead_contests,),
    ProposalWithdrawn: (stop_with_the_proposal,),
    ExecutiveEndorsementWithdrawn: (check_readiness_without_the_endorsement,),
    OtherFundingDeclared: (check_funding_that_was_declared_late,),
    SizeAttested: (compute_sizes_that_were_missing,),
    ReviewerAffiliationsDeclared: (recuse_reviewers_by_affiliation,),
    TimersRun: (miss_targets_that_are_over, let_awards_lapse),
}
