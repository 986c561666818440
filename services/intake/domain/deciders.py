"""Which command is decided by which function, over which streams."""

from typing import Any

from services.intake import commands
from services.intake.domain import policy
from services.intake.domain.neighbours import (
    Assessment,
    Standing,
    evolve_assessment,
    evolve_standing,
)
from services.intake.domain.parties import (
    confirm_participation,
    decline_participation,
    draft_proposal,
    invite_participant,
    remove_participant,
)
from services.intake.domain.plans import (
    propose_budget,
    propose_work_plan,
    record_executive_endorsement,
    revise_section,
)
from services.intake.domain.property_plan import declare_ip_plan, owners_streams
from services.intake.domain.proposal import Proposal, evolve
from services.intake.domain.stages import (
    open_detailed_proposal,
    submit_detailed_proposal,
    submit_proposal,
    withdraw_proposal,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, States, StreamNames
from shared.kernel.policy_book import PublishPolicy

FOLDS: dict[str, Fold[Any]] = {
    "proposal": Fold(Proposal(), evolve),
    "evaluation": Fold(Assessment(), evolve_assessment),
    "organisation": Fold(Standing(), evolve_standing),
    "policy": policy.FOLD,
}


def _lead(_: Any, states: States) -> str:
    return f"organisation-{states['proposal'].lead_organisation_id}"


_ONE: dict[str, StreamNames] = {
    "proposal": "proposal-{project_id}",
    "evaluation": "evaluation-{project_id}",
}
_SUBMITTING: dict[str, StreamNames] = {**_ONE, "lead": _lead, "policies": policy.STREAM}

DECIDERS: dict[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    commands.DraftProposal: Decider(
        draft_proposal,
        proposal="proposal-{project_id}",
        lead="organisation-{lead_organisation_id}",
        policies=policy.STREAM,
    ),
    commands.InviteParticipant: Decider(invite_participant, **_ONE),
    commands.ConfirmParticipation: Decider(confirm_participation, **_ONE),
    commands.DeclineParticipation: Decider(decline_participation, **_ONE),
    commands.RemoveParticipant: Decider(remove_participant, **_ONE),
    commands.ReviseSection: Decider(revise_section, **_ONE),
    commands.ProposeBudget: Decider(propose_budget, **_ONE),
    commands.ProposeWorkPlan: Decider(propose_work_plan, **_ONE),
    commands.RecordExecutiveEndorsement: Decider(record_executive_endorsement, **_ONE),
    commands.DeclareIpPlan: Decider(declare_ip_plan, **_ONE, owners=owners_streams),
    commands.SubmitProposal: Decider(submit_proposal, **_SUBMITTING),
    commands.OpenDetailedProposal: Decider(open_detailed_proposal, **_ONE),
    commands.SubmitDetailedProposal: Decider(submit_detailed_proposal, **_SUBMITTING),
    commands.WithdrawProposal: Decider(withdraw_proposal, **_ONE),
}
