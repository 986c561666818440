"""An approved project as heard: the decision, and the budgets of the versions it may refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

from services.reimbursement.events.agreement import BudgetLine, Participant
from services.reimbursement.inbound import (
    ApprovedParticipant,
    AwardConditionExpired,
    AwardConditionSatisfied,
    DecisionRescinded,
    DetailedProposalSubmitted,
    OtherFundingDeclared,
    ProjectApproved,
    ProjectDeclined,
)
from shared.kernel.decider import Fold


@dataclass(frozen=True, slots=True)
class Award:
    """What the decision grants; an empty `project_id` means that nothing was approved."""

    project_id: str = ""
    programme: str = ""
    title: str = ""
    lead_organisation_id: str = ""
    participants: tuple[ApprovedParticipant, ...] = ()
    rate: Fraction = Fraction(0)
    ceiling_cents: int = 0
    envelope_id: str = ""
    conditions: tuple[str, ...] = ()
    proposal_hash: str = ""
    decided_on: date = date.min
    satisfied: Mapping[int, AwardConditionSatisfied] = field(default_factory=dict)
    """What was heard of each condition that is satisfied, by number from 1."""
    void: bool = False
    """Whether it lapsed, or was rescinded or revised: nothing is kept for it any more."""


DecisionHeard: TypeAlias = (
    ProjectApproved
    | AwardConditionSatisfied
    | AwardConditionExpired
    | DecisionRescinded
    | ProjectDeclined
)


def hear_decision(award: Award, heard: DecisionHeard) -> Award:
    """The award after a decision; a later decision of the same project replaces it."""
    match heard:
        case ProjectApproved():
            return _granted(heard)
        case AwardConditionSatisfied():
            return replace(award, satisfied={**award.satisfied, heard.number: heard})
        case AwardConditionExpired() | DecisionRescinded() | ProjectDeclined():
            return replace(award, void=True)
        case _:
            assert_never(heard)


def _granted(heard: ProjectApproved) -> Award:
    return Award(
        project_id=heard.project_id,
        programme=heard.programme,
        title=heard.title,
        lead_organisation_id=heard.lead_organisation_id,
        participants=heard.participants,
        rate=heard.rate,
        ceiling_cents=heard.ceiling_cents,
        envelope_id=heard.envelope_id,
        conditions=heard.conditions,
        proposal_hash=heard.proposal_hash,
        decided_on=heard.decided_on,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """The budget of each detailed version, by its content hash."""

    budgets: Mapping[str, tuple[BudgetLine, ...]] = field(default_factory=dict)

    government_cents: Mapping[str, int] = field(default_factory=dict)
    """Other government money, by its source; the latest word of each (R-14)."""

    def knows(self, award: Award) -> bool:
        """Whether the approved version was heard."""
        return award.proposal_hash in self.budgets

    def budget_of(self, award: Award) -> tuple[BudgetLine, ...]:
        """The approved version's lines of the award's participants; none where it had none."""
        parties = {party.organisation_id for party in award.participants}
        lines = self.budgets.get(award.proposal_hash, ())
        return tuple(line for line in lines if line.organisation_id in parties)


def hear_proposal(
    proposal: Proposal, heard: DetailedProposalSubmitted | OtherFundingDeclared
) -> Proposal:
    """The proposal after one version, or one declaration of other money, more."""
    if isinstance(heard, DetailedProposalSubmitted):
        return _with_version(proposal, heard)
    if heard.kind != "government":
        return proposal
    declared = {**proposal.government_cents, heard.source: heard.amount_cents}
    return replace(proposal, government_cents=declared)


def _with_version(proposal: Proposal, heard: DetailedProposalSubmitted) -> Proposal:
    budget = tuple(
        BudgetLine(
            organisation_id=cost.organisation_id,
            kind=cost.kind,
            quarter=cost.quarter,
            amount_cents=cost.amount_cents,
        )
        for cost in heard.budget_lines
    )
    return replace(proposal, budgets={**proposal.budgets, heard.content_hash: budget})


def parties(award: Award, budget: tuple[BudgetLine, ...]) -> tuple[Participant, ...]:
    """The agreement's participants; funded are those with a budget, or all where there is none."""
    budgeted = {line.organisation_id for line in budget if line.amount_cents > 0}
    return tuple(
        Participant(
            organisation_id=party.organisation_id,
            name=party.name,
            funded=not budgeted or party.organisation_id in budgeted,
        )
        for party in award.participants
    )


FOLDS: Mapping[str, Fold[Any]] = {
    "evaluation": Fold(Award(), hear_decision),
    "proposal": Fold(Proposal(), hear_proposal),
}
