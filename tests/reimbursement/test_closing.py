"""A project ends: reports, completion, and a closing that leaves nothing open (R-13, R-16)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import (
    AcceptFinalReport,
    CloseAgreement,
    CompleteProject,
    ReportIpOutcome,
    SubmitFinalReport,
)
from services.reimbursement.domain.agreement import (
    AgreementNotActive,
    AgreementNotFound,
)
from services.reimbursement.domain.agreement_refusals import (
    AgreementNotClosable,
    FinalReportAlreadyAccepted,
    ProjectAlreadyCompleted,
)
from services.reimbursement.domain.closing import (
    FinalReportNotSubmitted,
    IpOutcomeAlreadyReported,
)
from services.reimbursement.events.agreement import (
    AgreementClosed,
    ClaimPeriodOpened,
    FinalReportAccepted,
    FinalReportSubmitted,
    IpOutcomeReported,
    IpResult,
    OutcomeIndicators,
    ProjectCompleted,
    RetentionStarted,
)
from services.reimbursement.events.audit import AuditFindingRecorded
from services.reimbursement.events.claim import CostLineRecorded, RateShare
from services.reimbursement.events.course import StackingLimitChecked
from services.reimbursement.events.payment import (
    CostsAccepted,
    HoldbackReleased,
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentIssued,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.periods import years_after
from shared.kernel.refusals import NotOnBehalf, Refusal, SamePerson
from tests.reimbursement import examples as eg
from tests.support.spec import given

THE_END = eg.at(2021, 6, 30)
report_hash = "f1" * 32
claim_id = f"{eg.project}.{eg.terminal}.2020-21Q2"
claim_stream = f"claim-{claim_id}"
account_stream = f"account-{eg.project}.{eg.terminal}"

report_submitted = FinalReportSubmitted(
    project_id=eg.project,
    sha256=report_hash,
    indicators=OutcomeIndicators(jobs=12),
    submitted_by="terminal-lead",
)
report_accepted = FinalReportAccepted(
    project_id=eg.project,
    sha256=report_hash,
    accepted_on=date(2021, 6, 30),
    accepted_by="officer-1",
)
patent = IpResult(title="A docking manoeuvre", owner="Lodestar Robotics", protection="patent")
ip_reported = IpOutcomeReported(
    project_id=eg.project,
    results=(patent,),
    benefit_to_others="none",
    reported_by="terminal-lead",
)
completed = ProjectCompleted(
    project_id=eg.project, completed_on=date(2021, 6, 30), completed_by="officer-1"
)
closed = AgreementClosed(
    project_id=eg.project,
    entitled_cents=0,
    paid_cents=0,
    closed_on=date(2021, 6, 30),
    closed_by="officer-1",
)
retained = RetentionStarted(project_id=eg.project, until=date(2028, 6, 30))
delivered = (report_submitted, report_accepted, ip_reported, completed)

period_opened = ClaimPeriodOpened(
    claim_id=claim_id,
    project_id=eg.project,
    organisation_id=eg.terminal,
    quarter="2020-21Q2",
    opens_on=date(2020, 7, 20),
    due_on=date(2020, 11, 14),
)
line_recorded = CostLineRecorded(
    claim_id=claim_id,
    project_id=eg.project,
    organisation_id=eg.terminal,
    line_id="line_" + "0" * 32,
    kind="labour",
    supplier="Payroll",
    invoice_number="2020-09",
    invoiced_on=date(2020, 9, 30),
    incurred_from=date(2020, 9, 1),
    incurred_to=date(2020, 9, 30),
    amount_cents=30_000,
    tax_cents=0,
    place="QC",
    related_party=False,
    document="d0" * 32,
    recorded_by="terminal-lead",
)
too_much = StackingLimitChecked(
    project_id=eg.project,
    other_government_cents=60_000_001,
    ceiling_cents=30_000_000,
    eligible_cents=90_000_000,
    limit_pct=Fraction(1),
    exceeded=True,
)
finding = AuditFindingRecorded(
    project_id=eg.project,
    audit_id="aud_" + "1" * 32,
    finding_id="fnd_" + "1" * 32,
    organisation_id=eg.terminal,
    claim_id=claim_id,
    line_id="line_" + "0" * 32,
    disallowed_cents=100,
    systemic=False,
    reason="No time sheet.",
    recorded_on=date(2021, 5, 1),
    contest_until=date(2021, 5, 31),
    recorded_by="auditor-1",
)
of_account: dict[str, Any] = {"project_id": eg.project, "organisation_id": eg.terminal}
costs_accepted = CostsAccepted(
    **of_account,
    claim_id=claim_id,
    quarter="2020-21Q2",
    accepted=(RateShare(rate=eg.approved.rate, accepted_cents=30_000),),
    entitled_cents=10_000,
    holdback_cents=1_000,
    payable_cents=9_000,
    net_cents=9_000,
)
paid = PaymentBooked(
    **of_account, claim_id=claim_id, payment_id="pay_" + "1" * 32, amount_cents=9_000
)
released = HoldbackReleased(**of_account, amount_cents=1_000, released_by="officer-1")
of_payment: dict[str, Any] = {
    **of_account,
    "payment_id": "pay_" + "2" * 32,
    "amount_cents": 1_000,
}
holdback_authorised = PaymentAuthorised(
    **of_payment, authorised_on=date(2021, 6, 1), authorised_by="payer-1"
)
holdback_issued = PaymentIssued(
    **of_payment, reference="EFT-77", issued_on=date(2021, 6, 2), issued_by="payer-1"
)
holdback_confirmed = PaymentConfirmed(
    **of_payment, reference="EFT-77", confirmed_on=date(2021, 6, 3), confirmed_by="finance-1"
)
all_paid = [
    costs_accepted,
    paid,
    released,
    holdback_authorised,
    holdback_issued,
    holdback_confirmed,
]


def in_force(*more: Any, **streams: list[Any]) -> eg.History:
    """An agreement in force, what was recorded on it since, and the streams beside it."""
    history = eg.in_force()
    history[eg.agreement_stream] = [*history[eg.agreement_stream], *more]
    history[claim_stream] = streams.get("claim", [period_opened])
    history[account_stream] = streams.get("account", [])
    return history


def submit(by: Actor = eg.terminal_lead, sha256: str = report_hash) -> SubmitFinalReport:
    return SubmitFinalReport(
        project_id=eg.project,
        sha256=sha256,
        indicators=OutcomeIndicators(jobs=12),
        **eg.asked(by, THE_END),
    )


def accept(by: Actor = eg.officer) -> AcceptFinalReport:
    return AcceptFinalReport(project_id=eg.project, **eg.asked(by, THE_END))


def report_ip(by: Actor = eg.terminal_lead) -> ReportIpOutcome:
    return ReportIpOutcome(
        project_id=eg.project,
        results=(patent,),
        benefit_to_others="none",
        **eg.asked(by, THE_END),
    )


complete = CompleteProject(project_id=eg.project, **eg.asked(when=THE_END))
close = CloseAgreement(project_id=eg.project, **eg.asked(when=THE_END))


def test_a_participant_hands_in_the_final_report() -> None:
    given(DOMAIN, in_force()).when(submit()).then(report_submitted)


def test_another_report_replaces_one_that_is_not_accepted() -> None:
    given(DOMAIN, in_force(report_submitted)).when(submit()).then_nothing()
    given(DOMAIN, in_force(report_submitted)).when(submit(sha256="f2" * 32)).then_names(
        "FinalReportSubmitted"
    )


def test_another_person_accepts_the_final_report() -> None:
    given(DOMAIN, in_force(report_submitted)).when(accept()).then(report_accepted)


def test_the_outcome_of_the_ip_is_reported() -> None:
    given(DOMAIN, in_force()).when(report_ip()).then(ip_reported)


def test_no_intellectual_property_is_an_answer() -> None:
    nothing = ReportIpOutcome(
        project_id=eg.project,
        results=(),
        benefit_to_others="none",
        **eg.asked(eg.terminal_lead, THE_END),
    )
    here = given(DOMAIN, in_force()).after(nothing)
    assert here.state(eg.agreement_stream).ip_outcome_reported


def test_the_project_is_completed() -> None:
    given(DOMAIN, in_force()).when(complete).then(completed)


def test_an_agreement_without_any_cost_is_closed_and_its_records_are_kept() -> None:
    given(DOMAIN, in_force(*delivered)).when(close).then(closed, retained)


def test_an_agreement_is_closed_when_the_holdback_is_paid_too() -> None:
    history = in_force(*delivered, account=all_paid)
    settled = closed.model_copy(update={"entitled_cents": 10_000, "paid_cents": 10_000})
    given(DOMAIN, history).when(close).then(settled, retained)


@pytest.mark.parametrize(
    ("delivered_so_far", "streams", "named"),
    [
        ([], {}, ["completion", "final_report", "ip_outcome"]),
        ([report_submitted, ip_reported, completed], {}, ["final_report"]),
        ([report_submitted, report_accepted, completed], {}, ["ip_outcome"]),
        ([report_submitted, report_accepted, ip_reported], {}, ["completion"]),
        (delivered, {"claim": [period_opened, line_recorded]}, [f"claim:{claim_id}"]),
        ([*delivered, finding], {}, [f"finding:{finding.finding_id}"]),
        ([*delivered, too_much], {}, ["stacking_limit"]),
        (delivered, {"account": [costs_accepted]}, [f"account:{eg.terminal}"]),
        (delivered, {"account": all_paid[:2]}, [f"account:{eg.terminal}"]),
        (delivered, {"account": all_paid[:3]}, [f"account:{eg.terminal}"]),
        (delivered, {"account": all_paid[:4]}, [f"account:{eg.terminal}"]),
        (delivered, {"account": all_paid[:5]}, [f"account:{eg.terminal}"]),
    ],
)
def test_what_is_still_open_is_listed(
    delivered_so_far: list[Any], streams: dict[str, list[Any]], named: list[str]
) -> None:
    history = in_force(*delivered_so_far, **streams)
    refusal = given(DOMAIN, history).when(close).then_refused(AgreementNotClosable)
    assert refusal.facts["open"] == named


def test_records_kept_from_a_leap_day_end_on_the_last_of_february() -> None:
    assert years_after(date(2024, 2, 29), 7) == date(2031, 2, 28)
    assert years_after(date(2024, 2, 29), 8) == date(2032, 2, 29)


FINISHED = in_force(*delivered, closed, retained)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # what is recorded                        asked                     why not
        ({}, submit(), AgreementNotFound),
        (in_force(), submit(by=eg.outsider), AgreementNotFound),
        (in_force(), submit(by=eg.officer), NotOnBehalf),
        (eg.ready_to_execute(), submit(), AgreementNotActive),
        (in_force(report_submitted, report_accepted), submit(), FinalReportAlreadyAccepted),
        (FINISHED, submit(), AgreementNotActive),
        ({}, accept(), AgreementNotFound),
        (eg.ready_to_execute(), accept(), AgreementNotActive),
        (in_force(), accept(), FinalReportNotSubmitted),
        (in_force(report_submitted, report_accepted), accept(), FinalReportAlreadyAccepted),
        (in_force(report_submitted), accept(by=eg.terminal_lead), SamePerson),
        ({}, report_ip(), AgreementNotFound),
        (in_force(), report_ip(by=eg.officer), NotOnBehalf),
        (eg.ready_to_execute(), report_ip(), AgreementNotActive),
        (in_force(ip_reported), report_ip(), IpOutcomeAlreadyReported),
        ({}, complete, AgreementNotFound),
        (eg.ready_to_execute(), complete, AgreementNotActive),
        (in_force(completed), complete, ProjectAlreadyCompleted),
        ({}, close, AgreementNotFound),
        (eg.ready_to_execute(), close, AgreementNotActive),
        (in_force(), close, AgreementNotClosable),
        (FINISHED, close, AgreementNotActive),
    ],
)
def test_every_refusal_at_the_end(
    history: eg.History, ask: Command, refusal: type[Refusal]
) -> None:
    given(DOMAIN, history).when(ask).then_refused(refusal)
