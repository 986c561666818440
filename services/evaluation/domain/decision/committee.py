"""The committee: who was there, who stood back, and how they voted (E-8, E-9)."""

from collections.abc import Sequence

from services.evaluation.commands import ConveneCommittee, RecordVote
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.decision import CommitteeConvened, VoteRecorded
from shared.kernel.refusals import Forbidden, Refusal


class NoQuorum(Refusal):
    """Too few committee members were there who did not stand back; convene it again."""

    rule = "E-8"
    french = "Trop peu de membres non récusés étaient présents; convoquez de nouveau le comité."


class NotAtCommittee(Forbidden):
    """Only who attended the committee and did not stand back votes."""

    rule = "E-8"
    french = "Seul qui a siégé au comité sans se récuser vote."


class AlreadyVoted(Refusal):
    """This member has voted; a vote doesn't change."""

    rule = "E-9"
    french = "Ce membre a voté; un vote ne change pas."


def convene_committee(
    ask: ConveneCommittee, evaluation: Evaluation, policies: Policies
) -> Sequence[CommitteeConvened]:
    """Record a meeting, with a quorum or without; a reviewer recused earlier stands back (E-8)."""
    must_allow(ask, evaluation)
    attendees = set(ask.attendees)
    reviewers = {review.person for review in evaluation.reviews.values() if review.recused}
    recusals = set(ask.recusals) | (attendees & reviewers)
    return [
        CommitteeConvened(
            project_id=ask.project_id,
            attendees=tuple(sorted(attendees)),
            recusals=tuple(sorted(recusals)),
            quorum=pinned(evaluation, policies).committee_quorum,
            convened_on=ask.effective_on,
            convened_by=ask.by.person,
        )
    ]


def record_vote(ask: RecordVote, evaluation: Evaluation) -> Sequence[VoteRecorded]:
    """Vote, once. Raises NotAtCommittee (E-8) and AlreadyVoted (E-9)."""
    must_allow(ask, evaluation)
    assert evaluation.committee is not None, "the stage says that it met"
    if ask.by.person not in evaluation.deciding:
        raise NotAtCommittee
    earlier = evaluation.committee.votes.get(ask.by.person)
    if earlier == ask.vote:
        return []
    if earlier is not None:
        raise AlreadyVoted
    return [VoteRecorded(project_id=ask.project_id, person=ask.by.person, vote=ask.vote)]


def require_quorum(evaluation: Evaluation) -> None:
    """Go on only if enough members were there who did not stand back. Raises NoQuorum (E-8)."""
    assert evaluation.committee is not None, "the stage says that it met"
    present, needed = len(evaluation.deciding), evaluation.committee.quorum
    if present < needed:
        raise NoQuorum(present=present, needed=needed)
