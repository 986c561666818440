"""Routes of agreements, from the terms to the closing."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.commands.agreement import (
    AcceptFinalReport,
    CloseAgreement,
    CompleteProject,
    ExecuteAgreement,
    ReportIpOutcome,
    SignAgreement,
    StateTerms,
    SubmitFinalReport,
)
from services.reimbursement.domain.agreement import Agreement, AgreementNotFound, may_read
from services.reimbursement.events.agreement import (
    AgreedRate,
    CostKind,
    IpResult,
    OutcomeIndicators,
    ParticipantCap,
    Protection,
)
from services.reimbursement.projections.agreement import AGREEMENTS
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Line, OrganisationId, Sha256
from shared.kernel.money import NonNegativeMoneyIn, PositiveMoneyIn, Ratio, money
from shared.kernel.periods import CivilDate, from_micros
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

PARTIES_AND_STAFF = PARTIES | TREASURERS
Count = Annotated[int, Field(ge=0, le=1_000_000)]


def show_agreement(agreement: Agreement, actor: Actor) -> Mapping[str, Any]:
    """An agreement and the room under its ceiling, for its parties. Raises AgreementNotFound."""
    if not may_read(agreement, actor):
        raise AgreementNotFound
    return {**shown(agreement), "room": money(agreement.room_cents)}


api = Api(
    "reimbursement",
    access={
        "read_agreement": READERS | PARTIES,
        "read_agreements": READERS,
        "state_terms": TREASURERS,
        "sign_agreement": PARTIES_AND_STAFF,
        "execute_agreement": TREASURERS,
        "submit_final_report": PARTIES_AND_STAFF,
        "accept_final_report": {"programme_officer"},
        "report_ip_outcome": PARTIES_AND_STAFF,
        "complete_project": {"programme_officer"},
        "close_agreement": TREASURERS,
    },
    show={"agreement": show_agreement},
)


class CapForm(Form):
    """The most that one participant is entitled to in the whole project."""

    organisation_id: OrganisationId
    cap: PositiveMoneyIn


class AgreedRateForm(Form):
    """A participant's rate for costs of one kind, from a day to another one that is exclusive."""

    organisation_id: OrganisationId
    kind: CostKind
    rate: Ratio
    applies_from: CivilDate
    applies_to: CivilDate | None = None


class TermsForm(Form):
    """Between which days costs count, both inclusive, and who is capped at what."""

    eligible_from: CivilDate
    end_date: CivilDate
    participant_caps: Annotated[tuple[CapForm, ...], Field(max_length=200)] = ()
    rates: Annotated[tuple[AgreedRateForm, ...], Field(max_length=1_000)] = ()
    """Where they differ from the decision's one rate."""


class SignatureForm(Form):
    """Which party signs: a participant by its id, or the funder."""

    organisation_id: OrganisationId | None = None
    party: Literal["participant", "funder"] = "participant"

    @model_validator(mode="after")
    def _names_the_participant(self) -> Self:
        if (self.party == "participant") != (self.organisation_id is not None):
            raise ValueError("a participant has an organisation_id, the funder has none")
        return self


class ExecutionForm(Form):
    """The eligible days, where they were not stated before; both inclusive."""

    eligible_from: CivilDate | None = None
    end_date: CivilDate | None = None


class IndicatorsForm(Form):
    """What the project brought about, where the participants say so."""

    jobs: Count | None = None
    revenue: NonNegativeMoneyIn | None = None
    people_trained: Count | None = None


class FinalReportForm(Form):
    """The final report by its hash."""

    sha256: Sha256
    indicators: IndicatorsForm = IndicatorsForm()


class IpResultForm(Form):
    """One result that somebody owns, and how it is protected."""

    title: Line
    owner: Line
    protection: Protection


class IpOutcomeForm(Form):
    """What intellectual property arose, and what others gain by it; "none" is an answer."""

    results: Annotated[tuple[IpResultForm, ...], Field(max_length=200)] = ()
    benefit_to_others: Line


@api.read("/agreements", action="read_agreements", query=("programme", "status"))
def list_agreements(read: Read) -> Page:
    """All agreements, oldest first."""
    found = read.page(
        AGREEMENTS,
        order="position",
        programme=read.query.get("programme"),
        status=read.query.get("status"),
    )
    return found.map(_agreement)


def _agreement(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return without_position({**row, "latest_effective": from_micros(row["latest_effective"])})


@api.resource("/agreements/{project_id}", stream="agreement-{project_id}", action="read_agreement")
def read_agreement() -> None:
    """One project's agreement as it stands."""


@api.command("PUT", "/agreements/{project_id}/terms", action="state_terms")
def state_terms(form: TermsForm, ask: Ask) -> StateTerms:
    """State the eligible days and the participants' caps; they stand once somebody signs."""
    return StateTerms(
        project_id=ask.path["project_id"],
        eligible_from=form.eligible_from,
        end_date=form.end_date,
        participant_caps=tuple(
            ParticipantCap(organisation_id=cap.organisation_id, cap_cents=cap.cap)
            for cap in form.participant_caps
        ),
        rates=tuple(AgreedRate(**rate.model_dump()) for rate in form.rates),
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/signatures", action="sign_agreement")
def sign_agreement(form: SignatureForm, ask: Ask) -> SignAgreement:
    """Sign for one party."""
    return SignAgreement(
        project_id=ask.path["project_id"],
        party=form.party,
        organisation_id=form.organisation_id,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/execute", action="execute_agreement")
def execute_agreement(form: ExecutionForm, ask: Ask) -> ExecuteAgreement:
    """Put the agreement in force and open its claim periods, or learn what is missing."""
    return ExecuteAgreement(
        project_id=ask.path["project_id"],
        eligible_from=form.eligible_from,
        end_date=form.end_date,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/final-report", action="submit_final_report")
def submit_final_report(form: FinalReportForm, ask: Ask) -> SubmitFinalReport:
    """Hand in the final report."""
    return SubmitFinalReport(
        project_id=ask.path["project_id"],
        sha256=form.sha256,
        indicators=OutcomeIndicators(
            jobs=form.indicators.jobs,
            revenue_cents=form.indicators.revenue,
            people_trained=form.indicators.people_trained,
        ),
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/final-report/accept", action="accept_final_report")
def accept_final_report(ask: Ask) -> AcceptFinalReport:
    """Accept the final report, as another person than who handed it in."""
    return AcceptFinalReport(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/agreements/{project_id}/ip-outcome", action="report_ip_outcome")
def report_ip_outcome(form: IpOutcomeForm, ask: Ask) -> ReportIpOutcome:
    """Report what intellectual property arose."""
    return ReportIpOutcome(
        project_id=ask.path["project_id"],
        results=tuple(
            IpResult(title=result.title, owner=result.owner, protection=result.protection)
            for result in form.results
        ),
        benefit_to_others=form.benefit_to_others,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/complete", action="complete_project")
def complete_project(ask: Ask) -> CompleteProject:
    """Record that the project's work is done."""
    return CompleteProject(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/agreements/{project_id}/close", action="close_agreement")
def close_agreement(ask: Ask) -> CloseAgreement:
    """Close the agreement and start the retention of its records, or learn what is open."""
    return CloseAgreement(project_id=ask.path["project_id"], **ask.who)
