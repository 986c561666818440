"""What is proposed: sections, budget and work plan."""

import re
from collections.abc import Iterable, Sequence

from services.intake.commands import (
    ProposeBudget,
    ProposeWorkPlan,
    ReviseSection,
)
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import must_be_legal, must_be_the_lead
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import (
    BudgetLineRepeated,
    LimitReached,
    NotAParticipant,
    SectionNameUnreadable,
    WorkPackageEndsBeforeItStarts,
    WorkPackageRepeated,
)
from services.intake.events.content import BudgetProposed, SectionRevised, WorkPlanProposed
from services.intake.events.vocabulary import BudgetLine
from shared.kernel.identifiers import same_name

SECTIONS_MAX = 100
"""Sections are chapters; nobody assesses more of them."""

_SECTION = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def revise_section(
    ask: ReviseSection, proposal: Proposal, evaluation: Assessment
) -> Sequence[SectionRevised]:
    """A section gets new content, named by its hash, while the content is open (I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    if not _SECTION.fullmatch(ask.section):
        raise SectionNameUnreadable
    if proposal.sections.get(ask.section) == ask.sha256:
        return []  # The content is the same.
    if ask.section not in proposal.sections and len(proposal.sections) >= SECTIONS_MAX:
        raise LimitReached(limit=SECTIONS_MAX)
    revised = SectionRevised(
        project_id=ask.project_id,
        section=ask.section,
        sha256=ask.sha256,
        revised_by=ask.by.person,
    )
    return [revised]


def propose_budget(
    ask: ProposeBudget, proposal: Proposal, evaluation: Assessment
) -> Sequence[BudgetProposed]:
    """The budget is replaced; lines are positive, and no total is too small or large (I-9, S13)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_be_participants(proposal, [line.organisation_id for line in ask.lines])
    if len({_place_in_budget(line) for line in ask.lines}) < len(ask.lines):
        raise BudgetLineRepeated
    if ask.lines == proposal.budget:
        return []  # The budget is the same.
    proposed = BudgetProposed(project_id=ask.project_id, lines=ask.lines, proposed_by=ask.by.person)
    return [proposed]


def _place_in_budget(line: BudgetLine) -> tuple[str, str, str]:
    return line.organisation_id, line.kind, line.quarter


def propose_work_plan(
    ask: ProposeWorkPlan, proposal: Proposal, evaluation: Assessment
) -> Sequence[WorkPlanProposed]:
    """The work plan is replaced (I-9); where work is done is recorded; evaluation judges it."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_be_participants(proposal, [package.organisation_id for package in ask.packages])
    if len({same_name(package.name) for package in ask.packages}) < len(ask.packages):
        raise WorkPackageRepeated
    if any(package.ends_on < package.starts_on for package in ask.packages):
        raise WorkPackageEndsBeforeItStarts
    if ask.packages == proposal.work_plan:
        return []  # The work plan is the same.
    proposed = WorkPlanProposed(
        project_id=ask.project_id, packages=ask.packages, proposed_by=ask.by.person
    )
    return [proposed]


def _must_be_participants(proposal: Proposal, organisation_ids: Iterable[str]) -> None:
    if not proposal.party_ids.issuperset(organisation_ids):
        raise NotAParticipant
