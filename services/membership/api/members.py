"""Decisions about members, and the voting rolls."""

from services.membership.api.roles import OFFICER
from services.membership.commands import (
    CallVotingRoll,
    ReinstateMembership,
    SuspendMembership,
    TerminateMembership,
)
from shared.kernel.commands import READERS
from shared.kernel.identifiers import Line
from shared.kernel.periods import CivilDate
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form

ACCESS = {
    "decide_membership": OFFICER,
    "call_voting_roll": OFFICER,
    "read_voting_rolls": READERS,
}
api = Api("membership", access=ACCESS)


class RollForm(Form):
    """The day whose members may vote, and what the vote is about."""

    record_date: CivilDate
    reason: Line


@api.command("POST", "/organisations/{organisation_id}/suspend", action="decide_membership")
def suspend_membership(form: ReasonForm, ask: Ask) -> SuspendMembership:
    """Suspend a member from the effective day on."""
    return SuspendMembership(
        organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/reinstate", action="decide_membership")
def reinstate_membership(form: ReasonForm, ask: Ask) -> ReinstateMembership:
    """Lift a suspension from the effective day on."""
    return ReinstateMembership(
        organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/terminate", action="decide_membership")
def terminate_membership(form: ReasonForm, ask: Ask) -> TerminateMembership:
    """End a membership for good from the effective day on."""
    return TerminateMembership(
        organisation_id=ask.path["organisation_id"], reason=form.reason, **ask.who
    )


@api.command("POST", "/voting-rolls", action="call_voting_roll", status=201)
def call_voting_roll(form: RollForm, ask: Ask) -> CallVotingRoll:
    """Freeze the roll of a record date; associates are never on it (M-2)."""
    return CallVotingRoll(record_date=form.record_date, reason=form.reason, **ask.who)


@api.resource(
    "/voting-rolls/{record_date}", stream="roll-{record_date}", action="read_voting_rolls"
)
def read_voting_roll() -> None:
    """Who may vote, as it was frozen."""
