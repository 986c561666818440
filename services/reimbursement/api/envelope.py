"""Routes of policies, envelopes and commitments."""

from collections.abc import Mapping
from typing import Any

from services.reimbursement.commands.envelope import (
    CloseEnvelope,
    MoveCommitment,
    OpenEnvelope,
    ReleaseCommitment,
    ReserveCommitment,
)
from services.reimbursement.domain import policy
from services.reimbursement.domain.envelope import Envelope, EnvelopeNotFound
from services.reimbursement.domain.forecast import forecast
from services.reimbursement.events.policy import ApprovalBands, Parameters, Rules
from services.reimbursement.projections.agreement import AWARDS, ENVELOPES
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Line, Slug
from shared.kernel.money import PositiveMoneyIn, money
from shared.kernel.periods import CivilDate, from_micros
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.shown import shown
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

TREASURERS = {"programme_officer", "finance"}


def show_envelope(envelope: Envelope, _: Actor) -> Mapping[str, Any]:
    """An envelope with what is left in it."""
    return {**shown(envelope), "left": money(envelope.left_cents)}


api = Api(
    "reimbursement",
    access={
        "publish_policy": {"programme_officer"},
        "read_policies": READERS | PARTIES,
        "open_envelope": TREASURERS,
        "read_envelopes": READERS,
        "reserve_commitment": TREASURERS,
        "release_commitment": TREASURERS,
        "move_commitment": TREASURERS,
        "close_envelope": {"finance"},
        "read_awards": READERS,
    },
    show={"envelope": show_envelope},
)


class BandsForm(Form):
    """How many persons approve a claim, by the total of the participant's quarter (R-24)."""

    single_approver_up_to: PositiveMoneyIn = ApprovalBands().single_approver_up_to_cents
    """Inclusive."""


class ParametersForm(Rules):
    """All parameters of this service; those left out have the programme's usual values."""

    approval_bands: BandsForm = BandsForm()

    def parameters(self) -> Parameters:
        """The same as an event keeps it, in cents."""
        rules = {name: getattr(self, name) for name in Rules.model_fields}
        bands = ApprovalBands(single_approver_up_to_cents=self.approval_bands.single_approver_up_to)
        return Parameters(**rules, approval_bands=bands)


class PolicyForm(VersionForm):
    """A version of a programme's policy of money, claims and agreements."""

    parameters: ParametersForm = ParametersForm()


class EnvelopeForm(Form):
    """A dated pot of money from one source; both days are inclusive."""

    envelope_id: Slug
    source: Line
    programme: Slug
    amount: PositiveMoneyIn
    valid_from: CivilDate
    valid_to: CivilDate


class MoveForm(Form):
    """Which envelope pays from now on, and why."""

    envelope_id: Slug
    reason: Line


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's policy; what is decided already keeps its version."""
    return form.publish(form.parameters.parameters(), ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.command("POST", "/envelopes", action="open_envelope", status=201)
def open_envelope(form: EnvelopeForm, ask: Ask) -> OpenEnvelope:
    """Open an envelope of money for decisions made between two days."""
    return OpenEnvelope(
        envelope_id=form.envelope_id,
        source=form.source,
        programme=form.programme,
        amount_cents=form.amount,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        **ask.who,
    )


@api.resource("/envelopes/{envelope_id}", stream="envelope-{envelope_id}", action="read_envelopes")
def read_envelope() -> None:
    """One envelope: what was put in, what is committed for whom, what is left."""


@api.read("/envelopes", action="read_envelopes", query=("programme",))
def list_envelopes(read: Read) -> Page:
    """All envelopes, oldest first."""
    return read.page(ENVELOPES, order="position", programme=read.query.get("programme")).map(
        without_position
    )


@api.read("/awards", action="read_awards", query=("programme", "status", "envelope_id"))
def list_awards(read: Read) -> Page:
    """Approved projects, and whether their money is awaiting, reserved, refused or released."""
    found = read.page(
        AWARDS,
        order="position",
        programme=read.query.get("programme"),
        status=read.query.get("status"),
        envelope_id=read.query.get("envelope_id"),
    )
    return found.map(_award)


@api.command("POST", "/agreements/{project_id}/reserve", action="reserve_commitment")
def reserve_commitment(ask: Ask) -> ReserveCommitment:
    """Ask the award's envelope again for its ceiling; the agreement is drafted if it has room."""
    return ReserveCommitment(project_id=ask.path["project_id"], **ask.who)


@api.command(
    "POST",
    "/envelopes/{envelope_id}/commitments/{project_id}/release",
    action="release_commitment",
)
def release_commitment(form: ReasonForm, ask: Ask) -> ReleaseCommitment:
    """Give back what an envelope keeps for a project whose agreement is not in force."""
    return ReleaseCommitment(
        envelope_id=ask.path["envelope_id"],
        project_id=ask.path["project_id"],
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/commitment/move", action="move_commitment")
def move_commitment(form: MoveForm, ask: Ask) -> MoveCommitment:
    """Pay what is left of a project's commitment from another envelope from now on."""
    return MoveCommitment(
        project_id=ask.path["project_id"],
        to_envelope_id=form.envelope_id,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/envelopes/{envelope_id}/close", action="close_envelope")
def close_envelope(form: ReasonForm, ask: Ask) -> CloseEnvelope:
    """Close an envelope in which nothing is left to be paid, or learn whose money is."""
    return CloseEnvelope(envelope_id=ask.path["envelope_id"], reason=form.reason, **ask.who)


@api.read("/envelopes/{envelope_id}/forecast", action="read_envelopes")
def read_forecast(read: Read) -> Mapping[str, Any]:
    """What is committed, consumed, and expected in each fiscal year. Raises EnvelopeNotFound."""
    envelope: Envelope = read.state(f"envelope-{read.path['envelope_id']}")
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    agreements = [read.state(f"agreement-{project_id}") for project_id in envelope.commitments]
    figures = {
        "envelope_id": envelope.envelope_id,
        "amount_cents": envelope.amount_cents,
        "committed_cents": envelope.committed_cents,
        "consumed_cents": envelope.consumed_cents,
        "left_cents": envelope.left_cents,
        "years": forecast(envelope, agreements),
    }
    found: Mapping[str, Any] = shown(figures)
    return found


def without_position(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row as it is shown: money as amounts, its place in the list left out."""
    kept: Mapping[str, Any] = shown({name: row[name] for name in row if name != "position"})
    return kept


def _award(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return without_position({**row, "approved_at": from_micros(row["approved_at"])})
