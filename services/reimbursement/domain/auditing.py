"""Auditing a project: samples that anybody can draw again, and findings heard on both sides."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

from services.reimbursement.commands.audit import (
    ContestAuditFinding,
    DrawAuditSample,
    ExtendAuditFinding,
    OpenAudit,
    RecordAuditFinding,
    ResolveAuditFinding,
)
from services.reimbursement.domain.agreement import (
    Agreement,
    require_acting_for,
    require_known,
)
from services.reimbursement.domain.audits import Audit, Finding
from services.reimbursement.domain.claim import COUNTED, Claim
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.sampling import Population, draw, population_hash
from services.reimbursement.domain.streams import claims_of
from services.reimbursement.events.audit import (
    AuditFindingContested,
    AuditFindingExtended,
    AuditFindingRecorded,
    AuditFindingResolved,
    AuditOpened,
    AuditSampleDrawn,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import Invalid, NotFound, Refusal, SamePerson

Claims = Mapping[str, Claim]


class AuditNotFound(NotFound):
    """The project has no such audit."""

    french = "Le projet n'a pas cet audit."


class AuditFindingNotFound(NotFound):
    """The project has no such finding."""

    french = "Le projet n'a pas cette constatation."


class NothingToAudit(Refusal):
    """No line of this project, or not this one, counts: only what was approved is audited."""

    rule = "R-12"
    french = "Aucune ligne, ou pas celle-ci, ne compte : on n'audite que ce qui est approuvé."


class PopulationMoved(Refusal):
    """The population is no longer the one that was looked at; look again and draw from that."""

    rule = "R-12"
    french = "La population n'est plus celle qui fut consultée; consultez-la de nouveau."


class SampleTooLarge(Invalid):
    """A sample is not larger than its population."""

    rule = "R-12"
    french = "Un échantillon n'est pas plus grand que sa population."


class DisallowedBeyondCounted(Invalid):
    """A finding disallows at most what counts of the line, and at most what it first said."""

    rule = "R-12"
    french = "On refuse au plus ce qui compte de la ligne, et au plus ce qui fut constaté."


class FindingDecided(Refusal):
    """This finding is resolved; what follows from it is a correction."""

    rule = "R-12"
    french = "Cette constatation est résolue; ce qui s'ensuit est une correction."


class ContestPeriodOver(Refusal):
    """The days in which a finding may be contested are over."""

    rule = "R-12"
    french = "Le délai pour contester une constatation est passé."


class ContestPeriodRuns(Refusal):
    """The participant may still contest this finding; it is resolved after that."""

    rule = "R-12"
    french = "Le participant peut encore contester cette constatation; on la résout ensuite."


class NotSystemic(Refusal):
    """Only a systemic finding that stands is looked for elsewhere."""

    rule = "R-12"
    french = "Seule une constatation systémique et confirmée est recherchée ailleurs."


def open_audit(ask: OpenAudit, agreement: Agreement) -> Sequence[AuditOpened]:
    """Open an audit of an executed agreement, also of a closed one; opened already, quiet."""
    require_known(agreement, ask.by)
    if agreement.executed_on is None:
        raise NothingToAudit
    if ask.audit_id in agreement.audits.audits:
        return []
    return [
        AuditOpened(
            project_id=ask.project_id,
            audit_id=ask.audit_id,
            reason=ask.reason,
            finding_id=ask.finding_id,
            opened_on=ask.effective_on,
            opened_by=ask.by.person,
        )
    ]


def population_of(claims: Claims) -> Population:
    """Every line that counts, with its cents, in the order of the ids; frozen by its hash."""
    return tuple(
        (claim.claim_id, line_id, line.counted_cents)
        for claim in sorted(claims.values(), key=lambda claim: claim.claim_id)
        if claim.status in COUNTED
        for line_id, line in sorted(claim.lines.items())
        if line.counted_cents
    )


def draw_audit_sample(
    ask: DrawAuditSample, agreement: Agreement, claims: Claims
) -> Sequence[AuditSampleDrawn]:
    """Draw from exactly the population that was looked at; a redraw is a new sample (R-12)."""
    _audit(agreement, ask, ask.audit_id)
    population = population_of(claims)
    if not population:
        raise NothingToAudit
    if population_hash(population) != ask.population_sha256:
        raise PopulationMoved
    if ask.size > len(population):
        raise SampleTooLarge
    return [
        AuditSampleDrawn(
            project_id=ask.project_id,
            audit_id=ask.audit_id,
            method=ask.method,
            size=ask.size,
            seed=ask.seed,
            position=ask.position,
            population=len(population),
            population_sha256=ask.population_sha256,
            lines=draw(population, ask.method, ask.size, ask.seed),
            drawn_by=ask.by.person,
        )
    ]


def _audit(agreement: Agreement, ask: Command, audit_id: str) -> Audit:
    require_known(agreement, ask.by)
    found = agreement.audits.audits.get(audit_id)
    if found is None:
        raise AuditNotFound
    return found


def record_audit_finding(
    ask: RecordAuditFinding, agreement: Agreement, claim: Claim, policies: Policies
) -> Sequence[AuditFindingRecorded]:
    """Say which line does not stand; it may be contested for so many days (R-12)."""
    _audit(agreement, ask, ask.audit_id)
    line = claim.lines.get(ask.line_id)
    if line is None or claim.status not in COUNTED or claim.project_id != ask.project_id:
        raise NothingToAudit
    if ask.disallowed_cents > abs(line.counted_cents):
        raise DisallowedBeyondCounted
    pinned = policies.version(agreement.programme, agreement.policy_version)
    return [
        AuditFindingRecorded(
            project_id=ask.project_id,
            audit_id=ask.audit_id,
            finding_id=ask.finding_id,
            organisation_id=claim.organisation_id,
            claim_id=claim.claim_id,
            line_id=ask.line_id,
            disallowed_cents=ask.disallowed_cents,
            systemic=ask.systemic,
            projected_cents=ask.projected_cents,
            reason=ask.reason,
            recorded_on=ask.effective_on,
            contest_until=ask.effective_on + timedelta(days=pinned.parameters.contest_days),
            recorded_by=ask.by.person,
        )
    ]


def _open_finding(agreement: Agreement, ask: Command, finding_id: str) -> Finding:
    require_known(agreement, ask.by)
    found = agreement.audits.findings.get(finding_id)
    if found is None or not ask.by.may_read((found.organisation_id,)):
        raise AuditFindingNotFound
    if not found.open:
        raise FindingDecided
    return found


def contest_audit_finding(
    ask: ContestAuditFinding, agreement: Agreement
) -> Sequence[AuditFindingContested]:
    """Contest it in time, as the participant; contested already, quiet (R-12, X11)."""
    finding = _open_finding(agreement, ask, ask.finding_id)
    require_acting_for((finding.organisation_id,), ask.by)
    if finding.status == "contested":
        return []
    if ask.effective_on > finding.contest_until:
        raise ContestPeriodOver
    return [
        AuditFindingContested(
            project_id=ask.project_id,
            finding_id=ask.finding_id,
            organisation_id=finding.organisation_id,
            reason=ask.reason,
            contested_on=ask.effective_on,
            contested_by=ask.by.person,
        )
    ]


def resolve_audit_finding(
    ask: ResolveAuditFinding, agreement: Agreement
) -> Sequence[AuditFindingResolved]:
    """Decide what stands: not before it was contested or could have been, by another (X6)."""
    finding = _open_finding(agreement, ask, ask.finding_id)
    if ask.by.person == finding.recorded_by:
        raise SamePerson
    if finding.status == "recorded" and ask.effective_on <= finding.contest_until:
        raise ContestPeriodRuns
    expected = {"upheld": finding.disallowed_cents, "dismissed": 0}.get(ask.outcome)
    reduced = 0 < ask.disallowed_cents < finding.disallowed_cents
    if ask.disallowed_cents != expected if expected is not None else not reduced:
        raise DisallowedBeyondCounted
    return [
        AuditFindingResolved(
            project_id=ask.project_id,
            finding_id=ask.finding_id,
            organisation_id=finding.organisation_id,
            claim_id=finding.claim_id,
            line_id=finding.line_id,
            outcome=ask.outcome,
            disallowed_cents=ask.disallowed_cents,
            reason=ask.reason,
            resolved_by=ask.by.person,
        )
    ]


def extend_audit_finding(
    ask: ExtendAuditFinding, agreement: Agreement
) -> Sequence[AuditFindingExtended]:
    """Look for it in other projects, each of which opens an audit; said once for each."""
    require_known(agreement, ask.by)
    finding = agreement.audits.findings.get(ask.finding_id)
    if finding is None:
        raise AuditFindingNotFound
    if not finding.systemic or finding.status not in ("upheld", "reduced"):
        raise NotSystemic
    others = sorted(set(ask.project_ids) - finding.extended_to - {ask.project_id})
    if not others:
        return []
    return [
        AuditFindingExtended(
            project_id=ask.project_id,
            finding_id=ask.finding_id,
            organisation_id=finding.organisation_id,
            project_ids=tuple(others),
            reason=ask.reason,
            extended_by=ask.by.person,
        )
    ]


def derived_id(prefix: str, *parts: str) -> str:
    """An id that follows from others, so that what follows by itself is made once."""
    return f"{prefix}_{sha256('/'.join(parts).encode()).hexdigest()[:32]}"


_AGREEMENT = "agreement-{project_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    OpenAudit: Decider(open_audit, agreement=_AGREEMENT),
    DrawAuditSample: Decider(draw_audit_sample, agreement=_AGREEMENT, claims=claims_of),
    RecordAuditFinding: Decider(
        record_audit_finding, agreement=_AGREEMENT, claim="claim-{claim_id}", policies=POLICIES
    ),
    ContestAuditFinding: Decider(contest_audit_finding, agreement=_AGREEMENT),
    ResolveAuditFinding: Decider(resolve_audit_finding, agreement=_AGREEMENT),
    ExtendAuditFinding: Decider(extend_audit_finding, agreement=_AGREEMENT),
}
