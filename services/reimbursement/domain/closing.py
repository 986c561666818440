"""The end of a project: final report, IP outcome, completion, closing, retention (R-16)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.agreement import (
    AcceptFinalReport,
    CloseAgreement,
    CompleteProject,
    ReportIpOutcome,
    SubmitFinalReport,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import (
    Agreement,
    require_acting_for,
    require_known,
)
from services.reimbursement.domain.agreement_refusals import (
    AgreementNotClosable,
    FinalReportAlreadyAccepted,
)
from services.reimbursement.domain.agreement_table import TABLE
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.streams import accounts_of, claims_of
from services.reimbursement.events.agreement import (
    AgreementClosed,
    FinalReportAccepted,
    FinalReportSubmitted,
    IpOutcomeReported,
    ProjectCompleted,
    RetentionStarted,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.periods import years_after
from shared.kernel.refusals import Refusal, SamePerson

Claims = Mapping[str, Claim]
Accounts = Mapping[str, Account]


class FinalReportNotSubmitted(Refusal):
    """No final report was handed in yet."""

    rule = "R-13"
    french = "Aucun rapport final n'a encore été remis."


class IpOutcomeAlreadyReported(Refusal):
    """The outcome of the intellectual property is already reported."""

    rule = "R-16"
    french = "Les résultats de propriété intellectuelle sont déjà déclarés."


def submit_final_report(
    ask: SubmitFinalReport, agreement: Agreement
) -> Sequence[FinalReportSubmitted]:
    """Hand in the final report; until it is accepted, a later one replaces it (R-16)."""
    require_known(agreement, ask.by)
    require_acting_for(agreement.organisation_ids, ask.by)
    TABLE.must_allow(SubmitFinalReport, agreement.status)
    report = agreement.final_report
    if report is not None and report.accepted_on is not None:
        raise FinalReportAlreadyAccepted
    if report is not None and report.sha256 == ask.sha256:
        return []
    return [
        FinalReportSubmitted(
            project_id=ask.project_id,
            sha256=ask.sha256,
            indicators=ask.indicators,
            submitted_by=ask.by.person,
        )
    ]


def accept_final_report(
    ask: AcceptFinalReport, agreement: Agreement
) -> Sequence[FinalReportAccepted]:
    """Accept it, as another person than who handed it in (X6); holdback may go then (R-13)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(AcceptFinalReport, agreement.status)
    report = agreement.final_report
    if report is None:
        raise FinalReportNotSubmitted
    if report.accepted_on is not None:
        raise FinalReportAlreadyAccepted
    if report.submitted_by == ask.by.person:
        raise SamePerson
    return [
        FinalReportAccepted(
            project_id=ask.project_id,
            sha256=report.sha256,
            accepted_on=ask.effective_on,
            accepted_by=ask.by.person,
        )
    ]


def report_ip_outcome(ask: ReportIpOutcome, agreement: Agreement) -> Sequence[IpOutcomeReported]:
    """Say what arose; an empty list of results is an answer (I-8, R-16)."""
    require_known(agreement, ask.by)
    require_acting_for(agreement.organisation_ids, ask.by)
    TABLE.must_allow(ReportIpOutcome, agreement.status)
    if agreement.ip_outcome_reported:
        raise IpOutcomeAlreadyReported
    return [
        IpOutcomeReported(
            project_id=ask.project_id,
            results=tuple(ask.results),
            benefit_to_others=ask.benefit_to_others,
            reported_by=ask.by.person,
        )
    ]


def complete_project(ask: CompleteProject, agreement: Agreement) -> Sequence[ProjectCompleted]:
    """Say that the work is done, once, on whatever day it was (R-16)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(CompleteProject, agreement.status)
    return [
        ProjectCompleted(
            project_id=ask.project_id,
            completed_on=ask.effective_on,
            completed_by=ask.by.person,
        )
    ]


def open_for_closing(agreement: Agreement, claims: Claims, accounts: Accounts) -> Sequence[str]:
    """What keeps an agreement from being closed, by name (R-16).

    A period without any cost line counts as claimed with nothing.
    """
    conditions = {
        "completion": agreement.ended,
        "final_report": agreement.final_report_accepted,
        "ip_outcome": agreement.ip_outcome_reported,
        "stacking_limit": not agreement.stacking_exceeded,
    }
    still_open = [name for name, met in conditions.items() if not met]
    still_open += [f"claim:{claim.claim_id}" for claim in claims.values() if not claim.finished]
    still_open += [
        f"account:{account.organisation_id}"
        for account in accounts.values()
        if not account.finished
    ]
    still_open += [f"finding:{finding_id}" for finding_id in agreement.audits.open_findings]
    return still_open


def close_agreement(
    ask: CloseAgreement, agreement: Agreement, claims: Claims, accounts: Accounts
) -> Sequence[AgreementClosed | RetentionStarted]:
    """Close it and begin to count the retention (R-16). Raises AgreementNotClosable."""
    require_known(agreement, ask.by)
    still_open = open_for_closing(agreement, claims, accounts)
    if agreement.in_force and still_open:
        raise AgreementNotClosable(open=still_open)
    TABLE.must_allow(CloseAgreement, agreement.status)
    return [
        AgreementClosed(
            project_id=ask.project_id,
            entitled_cents=sum(account.entitled_cents for account in accounts.values()),
            paid_cents=sum(account.paid_cents for account in accounts.values()),
            closed_on=ask.effective_on,
            closed_by=ask.by.person,
        ),
        RetentionStarted(
            project_id=ask.project_id,
            until=years_after(ask.effective_on, agreement.retention_years),
        ),
    ]


_AGREEMENT = "agreement-{project_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    SubmitFinalReport: Decider(submit_final_report, agreement=_AGREEMENT),
    AcceptFinalReport: Decider(accept_final_report, agreement=_AGREEMENT),
    ReportIpOutcome: Decider(report_ip_outcome, agreement=_AGREEMENT),
    CompleteProject: Decider(complete_project, agreement=_AGREEMENT),
    CloseAgreement: Decider(
        close_agreement, agreement=_AGREEMENT, claims=claims_of, accounts=accounts_of
    ),
}
