"""What follows from an award by itself: its reservation, and its agreement once it is ready."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reimbursement.commands.agreement import ExecuteWhenReady
from services.reimbursement.commands.envelope import ReleaseCommitment, ReserveWhenHeard
from services.reimbursement.events.agreement import AgreementSigned, AgreementTermsStated
from services.reimbursement.events.envelope import CommitmentReserved
from services.reimbursement.inbound import (
    AwardConditionExpired,
    CandidacyClosed,
    DecisionRescinded,
    DetailedProposalSubmitted,
    MemberAdmitted,
    ProjectApproved,
    ProjectDeclined,
)
from shared.kernel.decider import Policy, Reaction, no_earlier
from shared.kernel.events import Event, Heard
from shared.kernel.periods import from_micros


def _not_before(reaction: Reaction, row: Mapping[str, Any] | None, column: str) -> dict[str, Any]:
    if row is None:
        return dict(reaction.command)
    return no_earlier(reaction.command, from_micros(row[column]))


def reserve_what_was_approved(
    heard: ProjectApproved, reaction: Reaction
) -> Sequence[ReserveWhenHeard]:
    """An approval asks its envelope for the ceiling (R-15)."""
    return [ReserveWhenHeard(project_id=heard.project_id, **reaction.command)]


def reserve_once_the_approved_version_arrives(
    heard: DetailedProposalSubmitted, reaction: Reaction
) -> Sequence[ReserveWhenHeard]:
    """A version that arrives after its own approval lets the waiting reservation go on."""
    award = reaction.find("award_list", heard.project_id)
    if award is None or award["proposal_hash"] != heard.content_hash:
        return []
    who = _not_before(reaction, award, "approved_at")
    return [ReserveWhenHeard(project_id=heard.project_id, **who)]


_WHY_RELEASED: Mapping[type[Heard], str] = {
    AwardConditionExpired: "A condition of the award was not satisfied in time.",
    DecisionRescinded: "The decision was rescinded.",
    ProjectDeclined: "The decision was revised.",
}


def release_what_no_award_needs(
    heard: AwardConditionExpired | DecisionRescinded | ProjectDeclined, reaction: Reaction
) -> Sequence[ReleaseCommitment]:
    """An award that is gone gives its money back; refused while its agreement is in force."""
    award = reaction.find("award_list", heard.project_id)
    if award is None or award["status"] != "reserved":
        return []
    return [
        ReleaseCommitment(
            envelope_id=award["envelope_id"],
            project_id=heard.project_id,
            reason=_WHY_RELEASED[type(heard)],
            **_not_before(reaction, award, "approved_at"),
        )
    ]


def release_what_a_candidate_never_took(
    heard: CandidacyClosed, reaction: Reaction
) -> Sequence[ReleaseCommitment]:
    """A funded party that did not become a member in time lets the decision lapse (9.1)."""
    waiting = reaction.find("awaited_member", heard.organisation_id)
    award = reaction.find("award_list", heard.project_id)
    if heard.because != "expired" or waiting is None or award is None:
        return []
    if heard.project_id not in waiting["project_ids"] or award["status"] != "reserved":
        return []
    return [
        ReleaseCommitment(
            envelope_id=award["envelope_id"],
            project_id=heard.project_id,
            reason="The candidacy of a funded participant expired.",
            **_not_before(reaction, award, "approved_at"),
        )
    ]


def execute_what_is_ready(
    event: AgreementSigned | AgreementTermsStated | CommitmentReserved, reaction: Reaction
) -> Sequence[ExecuteWhenReady]:
    """The last signature, or the terms stated last, puts the agreement in force."""
    agreement = reaction.find("agreement_list", event.project_id)
    who = _not_before(reaction, agreement, "latest_effective")
    return [ExecuteWhenReady(project_id=event.project_id, **who)]


def execute_what_waited_for_a_member(
    heard: MemberAdmitted, reaction: Reaction
) -> Sequence[ExecuteWhenReady]:
    """A new member may be the last thing that any agreement naming it has waited for (R-1)."""
    waiting = reaction.find("awaited_member", heard.organisation_id)
    if waiting is None:
        return []
    return [
        ExecuteWhenReady(
            project_id=project_id,
            **_not_before(
                reaction, reaction.find("agreement_list", project_id), "latest_effective"
            ),
        )
        for project_id in waiting["project_ids"]
    ]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    ProjectApproved: [reserve_what_was_approved],
    AwardConditionExpired: [release_what_no_award_needs],
    DecisionRescinded: [release_what_no_award_needs],
    CandidacyClosed: [release_what_a_candidate_never_took],
    ProjectDeclined: [release_what_no_award_needs],
    DetailedProposalSubmitted: [reserve_once_the_approved_version_arrives],
    MemberAdmitted: [execute_what_waited_for_a_member],
    AgreementSigned: [execute_what_is_ready],
    AgreementTermsStated: [execute_what_is_ready],
    CommitmentReserved: [execute_what_is_ready],
}
