"""Routes of amendments, from the proposal to the last signature."""

from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.agreement import CapForm, SignatureForm
from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.commands.amendment import (
    ApproveAmendment,
    ProposeAmendment,
    RebaseAmendment,
    RejectAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from services.reimbursement.events.agreement import BudgetLine, CostKind, ParticipantCap
from services.reimbursement.events.amendment import Changes, RateChange
from services.reimbursement.projections.course import AMENDMENTS
from shared.kernel.commands import PARTIES, READERS
from shared.kernel.identifiers import Line, OrganisationId
from shared.kernel.money import NonNegativeMoneyIn, PositiveMoneyIn, Ratio
from shared.kernel.periods import CivilDate, QuarterLabel
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

api = Api(
    "reimbursement",
    access={
        "read_amendments": READERS,
        "propose_amendment": PARTIES | TREASURERS,
        "rebase_amendment": PARTIES | TREASURERS,
        "approve_amendment": TREASURERS,
        "sign_amendment": PARTIES | TREASURERS,
        "reject_amendment": TREASURERS,
        "withdraw_amendment": PARTIES | TREASURERS,
    },
)
Version = Annotated[int, Field(ge=1, le=10_000)]


class BudgetLineForm(Form):
    """What is planned from now on for a participant, cost kind and quarter; 0 takes it away."""

    organisation_id: OrganisationId
    kind: CostKind
    quarter: QuarterLabel
    amount: NonNegativeMoneyIn


class RateForm(Form):
    """Another rate for a participant's cost of one kind; its last day is exclusive."""

    organisation_id: OrganisationId
    kind: CostKind
    rate: Ratio
    applies_to: CivilDate | None = None


class ChangesForm(Form):
    """What is changed; what is not named stays as it is."""

    budget: Annotated[tuple[BudgetLineForm, ...], Field(max_length=5_000)] = ()
    rates: Annotated[tuple[RateForm, ...], Field(max_length=1_000)] = ()
    ceiling: PositiveMoneyIn | None = None
    participant_caps: Annotated[tuple[CapForm, ...], Field(max_length=200)] = ()
    end_date: CivilDate | None = None

    def changes(self) -> Changes:
        """The same as an event keeps it, in cents."""
        return Changes(
            budget=tuple(
                BudgetLine(
                    organisation_id=line.organisation_id,
                    kind=line.kind,
                    quarter=line.quarter,
                    amount_cents=line.amount,
                )
                for line in self.budget
            ),
            rates=tuple(RateChange(**rate.model_dump()) for rate in self.rates),
            ceiling_cents=self.ceiling,
            participant_caps=tuple(
                ParticipantCap(organisation_id=cap.organisation_id, cap_cents=cap.cap)
                for cap in self.participant_caps
            ),
            end_date=self.end_date,
        )


class ProposalForm(Form):
    """Changes upon a version of the agreement, from a civil day on, past or future."""

    base_version: Version
    changes: ChangesForm
    effective_from: CivilDate
    reason: Line


class RebaseForm(Form):
    """The present version; the changes and the day where they are others than before."""

    base_version: Version
    changes: ChangesForm | None = None
    effective_from: CivilDate | None = None


def _amendment(ask: Ask) -> dict[str, Any]:
    path = ask.path
    return {"project_id": path["project_id"], "amendment_id": path["amendment_id"], **ask.who}


@api.read("/amendments", action="read_amendments", query=("project_id", "status"))
def list_amendments(read: Read) -> Page:
    """All amendments, oldest first; what each changes is shown with its agreement."""
    found = read.page(
        AMENDMENTS,
        order="position",
        project_id=read.query.get("project_id"),
        status=read.query.get("status"),
    )
    return found.map(without_position)


@api.command("POST", "/agreements/{project_id}/amendments", action="propose_amendment", status=201)
def propose_amendment(form: ProposalForm, ask: Ask) -> ProposeAmendment:
    """Propose to change the present version, or learn how it differs from the one named."""
    return ProposeAmendment(
        project_id=ask.path["project_id"],
        amendment_id=ask.new_id("amd"),
        base_version=form.base_version,
        changes=form.changes.changes(),
        effective_from=form.effective_from,
        reason=form.reason,
        **ask.who,
    )


_ONE = "/agreements/{project_id}/amendments/{amendment_id}"


@api.command("POST", f"{_ONE}/rebase", action="rebase_amendment")
def rebase_amendment(form: RebaseForm, ask: Ask) -> RebaseAmendment:
    """Put an amendment on the present version; it is approved and signed anew."""
    return RebaseAmendment(
        base_version=form.base_version,
        changes=form.changes.changes() if form.changes else None,
        effective_from=form.effective_from,
        **_amendment(ask),
    )


@api.command("POST", f"{_ONE}/approve", action="approve_amendment")
def approve_amendment(ask: Ask) -> ApproveAmendment:
    """Approve an amendment, as another person than who proposed it."""
    return ApproveAmendment(**_amendment(ask))


@api.command("POST", f"{_ONE}/signatures", action="sign_amendment")
def sign_amendment(form: SignatureForm, ask: Ask) -> SignAmendment:
    """Sign an approved amendment for one party."""
    return SignAmendment(party=form.party, organisation_id=form.organisation_id, **_amendment(ask))


@api.command("POST", f"{_ONE}/reject", action="reject_amendment")
def reject_amendment(form: ReasonForm, ask: Ask) -> RejectAmendment:
    """Don't approve an amendment."""
    return RejectAmendment(reason=form.reason, **_amendment(ask))


@api.command("POST", f"{_ONE}/withdraw", action="withdraw_amendment")
def withdraw_amendment(form: ReasonForm, ask: Ask) -> WithdrawAmendment:
    """Take an amendment back before it takes effect."""
    return WithdrawAmendment(reason=form.reason, **_amendment(ask))
