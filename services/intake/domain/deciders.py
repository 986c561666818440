"""Which command is decided by which function, over which streams."""

from typing import Any

from services.intake import commands as asked
from services.intake.domain import answers, beside, leading, parties, plans, policy, stages
from services.intake.domain.assessment import Assessment, evolve_assessment
from services.intake.domain.property_plan import declare_ip_plan, owners_streams
from services.intake.domain.proposal import Proposal, evolve
from services.intake.domain.standing import Standing, evolve_standing
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, States, StreamNames
from shared.kernel.eligibility import stream_of
from shared.kernel.policy_book import PublishPolicy

FOLDS: dict[str, Fold[Any]] = {
    "proposal": Fold(Proposal(), evolve),
    "evaluation": Fold(Assessment(), evolve_assessment),
    "organisation": Fold(Standing(), evolve_standing),
    "policy": policy.FOLD,
}


def _lead(_: Any, states: States) -> str:
    return stream_of(states["proposal"].lead_organisation_id)


def _earlier_lead(_: Any, states: States) -> str:
    return stream_of(states["earlier"].lead_organisation_id)


_ONE: dict[str, StreamNames] = {
    "proposal": "proposal-{project_id}",
    "evaluation": "evaluation-{project_id}",
}
_SUBMITTING: dict[str, StreamNames] = {**_ONE, "lead": _lead, "policies": policy.STREAM}

DECIDERS: dict[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    asked.DraftProposal: Decider(
        leading.draft_proposal,
        proposal="proposal-{project_id}",
        lead="organisation-{lead_organisation_id}",
        policies=policy.STREAM,
    ),
    asked.ResubmitProposal: Decider(
        leading.resubmit_proposal,
        proposal="proposal-{project_id}",
        earlier="proposal-{earlier_project_id}",
        evaluation="evaluation-{earlier_project_id}",
        lead=_earlier_lead,
        policies=policy.STREAM,
    ),
    asked.ChangeLead: Decider(
        leading.change_lead,
        **_ONE,
        successor="organisation-{organisation_id}",
        policies=policy.STREAM,
    ),
    asked.InviteParticipant: Decider(parties.invite_participant, **_ONE),
    asked.ConfirmParticipation: Decider(parties.confirm_participation, **_ONE),
    asked.DeclineParticipation: Decider(parties.decline_participation, **_ONE),
    asked.RemoveParticipant: Decider(parties.remove_participant, **_ONE),
    asked.HoldParticipantsDistinct: Decider(parties.hold_participants_distinct, **_ONE),
    asked.ReviseSection: Decider(plans.revise_section, **_ONE),
    asked.ProposeBudget: Decider(plans.propose_budget, **_ONE),
    asked.ProposeWorkPlan: Decider(plans.propose_work_plan, **_ONE),
    asked.DeclareIpPlan: Decider(declare_ip_plan, **_ONE, owners=owners_streams),
    asked.RecordExecutiveEndorsement: Decider(beside.record_executive_endorsement, **_ONE),
    asked.WithdrawExecutiveEndorsement: Decider(beside.withdraw_executive_endorsement, **_ONE),
    asked.DeclareOtherFunding: Decider(beside.declare_other_funding, **_ONE),
    asked.RequestNda: Decider(beside.request_nda, **_ONE),
    asked.RecordNda: Decider(beside.record_nda, **_ONE),
    asked.RecordCoachingNote: Decider(beside.record_coaching_note, **_ONE),
    asked.SubmitProposal: Decider(stages.submit_proposal, **_SUBMITTING),
    asked.ProvideInformation: Decider(answers.provide_information, **_ONE),
    asked.RequestReassessment: Decider(answers.request_reassessment, **_ONE),
    asked.OpenDetailedProposal: Decider(stages.open_detailed_proposal, **_ONE),
    asked.SubmitDetailedProposal: Decider(stages.submit_detailed_proposal, **_SUBMITTING),
    asked.WithdrawProposal: Decider(stages.withdraw_proposal, **_ONE),
    asked.ExpireProposal: Decider(stages.expire_proposal, **_ONE, policies=policy.STREAM),
    asked.ReinstateProposal: Decider(stages.reinstate_proposal, **_ONE),
}
