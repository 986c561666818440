"""Putting an agreement in force, and opening the claim periods that follow from it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from services.reimbursement.commands.agreement import ExecuteAgreement, ExecuteWhenReady
from services.reimbursement.domain.agreement import Agreement, claim_ids, require_known
from services.reimbursement.domain.agreement_refusals import AgreementNotReady
from services.reimbursement.domain.agreement_table import TABLE
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.envelope import Envelope
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.signing import checked_terms, complete_caps
from services.reimbursement.domain.streams import claims_within, envelope_of
from services.reimbursement.domain.terms import Agreed, Terms, stated
from services.reimbursement.events.agreement import (
    COST_KINDS,
    AgreedRate,
    AgreementExecuted,
    ClaimPeriodOpened,
)
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States, StreamNames
from shared.kernel.periods import Quarter
from shared.kernel.policy_book import Pinned
from shared.kernel.refusals import Invalid

Members = Mapping[str, Member]


class TermsIncomplete(Invalid):
    """Name both days, the first eligible one and the end date, or neither."""

    rule = "R-6"
    french = "Nommez les deux jours, le premier admissible et la date de fin, ou aucun."


def asked_terms(ask: ExecuteAgreement | ExecuteWhenReady, agreement: Agreement) -> Terms | None:
    """The terms that the command names, else those stated before, if any."""
    if isinstance(ask, ExecuteWhenReady) or ask.eligible_from is None or ask.end_date is None:
        return agreement.terms
    before = agreement.terms
    caps, rates = (before.participant_caps, before.rates) if before else ((), ())
    return Terms(ask.eligible_from, ask.end_date, caps, rates)


def executed_on(asked_on: date, agreement: Agreement, members: Members) -> date:
    """The civil day on which the last condition was met, or the day asked for if that is later."""
    signed = [signature.signed_on for signature in agreement.signatures.values()]
    admitted = [member.admitted_on for member in members.values() if member.admitted_on]
    return max([asked_on, *signed, *admitted])


def missing_for_execution(
    agreement: Agreement, terms: Terms | None, envelope: Envelope, members: Members
) -> Sequence[str]:
    """What an execution still waits for: money, conditions, terms, signatures, members (R-1)."""
    missing: list[str] = []
    if agreement.project_id not in envelope.commitments:
        missing.append("commitment")
    if terms is None:
        missing.append("terms")
    if agreement.stacking_exceeded:
        missing.append("stacking_limit")
    missing += [
        f"condition:{number}"
        for number in range(1, len(agreement.conditions) + 1)
        if number not in agreement.satisfied
    ]
    missing += [
        f"signature:{party}" for party in agreement.signers if party not in agreement.signatures
    ]
    missing += [
        f"membership:{organisation_id}"
        for organisation_id in agreement.funded
        if organisation_id not in agreement.withdrawn
        and members[f"organisation-{organisation_id}"].admitted_on is None
    ]
    return missing


def _executed(
    ask: ExecuteAgreement | ExecuteWhenReady,
    agreement: Agreement,
    terms: Terms,
    pinned: Pinned[Parameters],
    on: date,
) -> AgreementExecuted:
    parameters = pinned.parameters
    return AgreementExecuted(
        project_id=agreement.project_id,
        programme=agreement.programme,
        title=agreement.title,
        lead_organisation_id=agreement.lead_organisation_id,
        participants=agreement.present,
        budget=agreement.budget,
        rates=stated(_one_rate_for_all(agreement, terms), terms).rates,
        ceiling_cents=agreement.ceiling_cents,
        participant_caps=complete_caps(agreement, terms, parameters),
        envelope_id=agreement.envelope_id,
        eligible_from=terms.eligible_from,
        end_date=terms.end_date,
        calendar=parameters.claim_calendar,
        holdback_pct=parameters.holdback_pct,
        approval_bands=parameters.approval_bands,
        reallocation_free_pct=parameters.reallocation_free_pct,
        overhead_pct=parameters.overhead_pct,
        fx_policy=parameters.fx_policy,
        retention_years=parameters.retention_years,
        policy_version=pinned.version,
        executed_on=on,
        executed_by=ask.by.person,
    )


def _one_rate_for_all(agreement: Agreement, terms: Terms) -> Agreed:
    rates = tuple(
        AgreedRate(
            organisation_id=organisation_id,
            kind=kind,
            rate=agreement.rate,
            applies_from=terms.eligible_from,
        )
        for organisation_id in agreement.funded
        for kind in COST_KINDS
    )
    return Agreed(rates=rates)


def open_period(
    agreement: Agreement, terms: Terms, claim_id: str, due_days: int
) -> ClaimPeriodOpened:
    """One participant's quarter; due so many calendar days after the quarter's last day (X11)."""
    _, organisation_id, label = claim_id.split(".")
    quarter = Quarter.parse(label)
    return ClaimPeriodOpened(
        claim_id=claim_id,
        project_id=agreement.project_id,
        organisation_id=organisation_id,
        quarter=label,
        opens_on=max(
            quarter.start, terms.eligible_from, agreement.joined.get(organisation_id, date.min)
        ),
        due_on=quarter.end - timedelta(days=1) + timedelta(days=due_days),
    )


def open_periods(
    agreement: Agreement, claims: Mapping[str, Claim], due_days: int
) -> Mapping[str, Sequence[ClaimPeriodOpened]]:
    """Those of these claim periods that are not open yet, by stream (R-3)."""
    terms = agreement.terms
    assert terms is not None, "only an executed agreement has periods"
    return {
        stream: [open_period(agreement, terms, stream.removeprefix("claim-"), due_days)]
        for stream, claim in claims.items()
        if not claim.claim_id
    }


def execute_agreement(
    ask: ExecuteAgreement | ExecuteWhenReady,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    members: Members,
    periods: Mapping[str, Claim],
) -> Said:
    """Put the agreement in force and open every claim period, in one decision (R-1, R-3).

    By the policy version that the draft pinned (X7). Raises AgreementNotReady with what is missing.
    """
    require_known(agreement, ask.by)
    if agreement.executed_on is not None:
        TABLE.must_allow(ExecuteAgreement, agreement.status)
    if isinstance(ask, ExecuteAgreement) and (ask.eligible_from is None) != (ask.end_date is None):
        raise TermsIncomplete
    pinned = policies.version(agreement.programme, agreement.policy_version)
    terms = asked_terms(ask, agreement)
    if terms is not None:
        checked_terms(agreement, terms, pinned.parameters)
    missing = missing_for_execution(agreement, terms, envelope, members)
    if missing or terms is None:
        raise AgreementNotReady(missing=missing)
    on = executed_on(ask.effective_on, agreement, members)
    due_days = pinned.parameters.claim_due_days
    said: dict[str, list[AgreementExecuted | ClaimPeriodOpened]] = {
        "agreement": [_executed(ask, agreement, terms, pinned, on)]
    }
    for claim_id in claim_ids(agreement, terms):
        said[f"claim-{claim_id}"] = [open_period(agreement, terms, claim_id, due_days)]
    return said


def execute_when_ready(
    ask: ExecuteWhenReady,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    members: Members,
    periods: Mapping[str, Claim],
) -> Said:
    """Execute once nothing is missing any more (R-1); until then, and afterwards, stay quiet."""
    if agreement.status == "absent" or agreement.executed_on is not None:
        return []
    if missing_for_execution(agreement, agreement.terms, envelope, members):
        return []
    return execute_agreement(ask, agreement, envelope, policies, members, periods)


def _members(_: object, states: States) -> Sequence[str]:
    agreement: Agreement = states["agreement"]
    return [f"organisation-{organisation_id}" for organisation_id in agreement.funded]


def _periods(ask: ExecuteAgreement | ExecuteWhenReady, states: States) -> Sequence[str]:
    agreement: Agreement = states["agreement"]
    if agreement.executed_on is not None:
        return []
    terms = asked_terms(ask, agreement)
    return claims_within(agreement, terms)


_EXECUTING: dict[str, StreamNames] = {
    "agreement": "agreement-{project_id}",
    "envelope": envelope_of,
    "policies": POLICIES,
    "members": _members,
    "periods": _periods,
}
DECIDERS: Mapping[type[Command], Decider] = {
    ExecuteAgreement: Decider(execute_agreement, **_EXECUTING),
    ExecuteWhenReady: Decider(execute_when_ready, **_EXECUTING),
}
