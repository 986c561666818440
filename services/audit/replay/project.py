"""A whole project, replayed from what was known of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.audit.inbound import Told
from services.audit.replay.agreement import Agreement, evolve_agreement
from services.audit.replay.claims import Claims, evolve_claims
from services.audit.replay.evaluation import Evaluation, evolve_evaluation
from services.audit.replay.members import Member, Members, evolve_members
from services.audit.replay.money import Money, evolve_money
from services.audit.replay.proposal import Proposal, evolve_proposal
from services.audit.replay.stage import Standing, moved


@dataclass(frozen=True, slots=True)
class Project:
    """A project by area; `not_read` counts the events of other types, which nothing here needs."""

    standing: Standing
    proposal: Proposal
    evaluation: Evaluation
    agreement: Agreement
    money: Money
    claims: Claims = field(default_factory=dict)
    events: int = 0
    not_read: Mapping[str, int] = field(default_factory=dict)

    @property
    def parties(self) -> list[str]:
        """The organisations that the proposal or the agreement names, by id."""
        return sorted({*self.proposal.participants, *self.agreement.participants})


NOTHING = Project(Standing(), Proposal(), Evaluation(), Agreement(), Money())
"""A project of which nothing is known."""


def evolve_project(project: Project, told: Told) -> Project:
    """The project after one more event of any service."""
    project = replace(project, events=project.events + 1)
    if not told.known:
        times = project.not_read.get(told.type, 0) + 1
        return replace(project, not_read={**project.not_read, told.type: times})
    fields = told.fields
    standing = moved(project.standing, told, fields)
    match told.origin:
        case "intake":
            proposal = evolve_proposal(project.proposal, told, fields)
            return replace(project, standing=standing, proposal=proposal)
        case "evaluation":
            evaluation = evolve_evaluation(project.evaluation, told, fields)
            return replace(project, standing=standing, evaluation=evaluation)
        case "reimbursement":
            return replace(
                project,
                standing=standing,
                agreement=evolve_agreement(project.agreement, told, fields),
                claims=evolve_claims(project.claims, told, fields),
                money=evolve_money(project.money, told, fields),
            )
        case _:
            return project


def replayed(events: Iterable[Told]) -> Project:
    """The project after these events, each stream's in its own order."""
    project = NOTHING
    for told in events:
        project = evolve_project(project, told)
    return project


def members_on(events: Iterable[Told], day: date) -> Mapping[str, Member]:
    """The parties with their status on a civil day, from the events of their own streams."""
    members = Members()
    for told in events:
        if told.known:
            members = evolve_members(members, told, told.fields)
    return {name: member.on(day) for name, member in members.parties.items()}
