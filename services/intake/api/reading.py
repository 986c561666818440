"""What may be read of proposals: one as it stands, its status, its self-check, and lists."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from services.intake.api.forms import PolicyForm
from services.intake.api.roles import OFFICER, READER
from services.intake.api.telling import check_document, told
from services.intake.domain import policy
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import ProposalNotFound
from services.intake.domain.self_check import self_check
from services.intake.events.policy import Parameters
from services.intake.projections.participations import PARTICIPATIONS
from services.intake.projections.proposals import HAPPENINGS, PROPOSALS, STANDINGS
from shared.kernel.commands import Actor
from shared.kernel.eligibility import streams_of
from shared.kernel.periods import civil_date
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Page, Read

ACCESS = {
    "publish_policy": OFFICER,
    "read_proposal": READER,
    "read_policies": READER | {"reviewer"},
}


def show_proposal(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """A proposal for staff and for its parties. Raises ProposalNotFound for everybody else."""
    if proposal.course.stage == "absent" or not actor.may_read(proposal.party_ids):
        raise ProposalNotFound
    seen: dict[str, Any] = shown(proposal)
    return {**seen, **seen.pop("course")}


api = Api("intake", access=ACCESS, show={"proposal": show_proposal})


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's intake parameters."""
    return form.publish(form.parameters, ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.resource("/proposals/{project_id}", stream="proposal-{project_id}", action="read_proposal")
def read_proposal() -> None:
    """One proposal as its lead left it: its stage, content and current content hash."""


def _visible(read: Read) -> Proposal:
    """The proposal of this path, if the caller may know of it. Raises ProposalNotFound."""
    proposal: Proposal = read.state(f"proposal-{read.path['project_id']}")
    show_proposal(proposal, read.actor)
    return proposal


@api.read("/proposals/{project_id}/status", action="read_proposal")
def read_status(read: Read) -> Mapping[str, Any]:
    """Where one proposal stands, since when, whose turn it is, what blocks it, what happened.

    In the language that is asked for, else in both.
    """
    proposal = _visible(read)
    row = read.row(STANDINGS, proposal.project_id)
    if row is None:
        raise ProposalNotFound
    happened = read.select(
        select(HAPPENINGS)
        .where(HAPPENINGS.c.project_id == proposal.project_id)
        .order_by(HAPPENINGS.c.number)
    )
    return told(proposal, row, happened, read.language)


@api.question("/proposals/{project_id}/self-check", action="read_proposal")
def check_oneself(read: Read) -> Mapping[str, Any]:
    """The six conditions as they would be judged today, and what is missing; nothing is recorded.

    By the same code that the assessors' computed conditions use, over what has arrived here.
    """
    proposal = _visible(read)
    today = civil_date(read.now)
    limits = read.state(policy.LIMITS_STREAM).in_force(proposal.programme, today)
    standings = {stream: read.state(stream) for stream in streams_of(proposal.party_ids)}
    return {
        "project_id": proposal.project_id,
        "content_hash": proposal.content_hash,
        "on": today,
        "policy_version": limits.version,
        "conditions": [
            check_document(checked, read.language)
            for checked in self_check(proposal, standings, limits.parameters, today)
        ],
    }


@api.read(
    "/proposals",
    action="read_proposal",
    query=("programme", "status", "sector", "lead_organisation_id"),
)
def list_proposals(read: Read) -> Page:
    """Proposals, oldest first; an applicant sees those that its organisation leads."""
    asked = read.query.get
    page = read.page(
        PROPOSALS,
        order="position",
        programme=asked("programme"),
        status=asked("status"),
        sector=asked("sector"),
        lead_organisation_id=_own_or(read, asked("lead_organisation_id")),
    )
    return page.map(shown)


@api.read(
    "/participations", action="read_proposal", query=("project_id", "organisation_id", "answer")
)
def list_participations(read: Read) -> Page:
    """Who takes part in what, oldest first; an applicant sees its own organisation's rows."""
    asked = read.query.get
    page = read.page(
        PARTICIPATIONS,
        order="position",
        project_id=asked("project_id"),
        organisation_id=_own_or(read, asked("organisation_id")),
        answer=asked("answer"),
    )
    return page.map(shown)


def _own_or(read: Read, asked: str | None) -> str | None:
    """Staff filter by any organisation or by none; others always by their own."""
    return read.actor.lists_only() or asked
