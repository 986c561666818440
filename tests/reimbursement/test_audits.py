"""Audits: samples drawn again from their seed, findings heard on both sides (R-12, case 3)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.commands.audit import (
    ContestAuditFinding,
    DrawAuditSample,
    ExtendAuditFinding,
    OpenAudit,
    RecordAuditFinding,
    ResolveAuditFinding,
)
from services.reimbursement.domain.agreement import AgreementNotFound
from services.reimbursement.domain.auditing import (
    AuditFindingNotFound,
    AuditNotFound,
    ContestPeriodOver,
    ContestPeriodRuns,
    DisallowedBeyondCounted,
    FindingDecided,
    NothingToAudit,
    NotSystemic,
    PopulationMoved,
    SampleTooLarge,
    population_of,
)
from services.reimbursement.domain.recovering import RecoveryIsContested
from services.reimbursement.domain.sampling import draw, population_hash
from services.reimbursement.events.audit import AuditFindingRecorded, AuditSampleDrawn
from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import NotOnBehalf, Refusal, SamePerson
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1
from tests.support.spec import Given

auditor = Actor(person="auditor-1", roles=frozenset({"auditor"}))
AUDIT, FINDING = f"aud_{1:032x}", f"fnd_{1:032x}"
here = ce.in_force(holdback_pct=Fraction(0))
paid = ce.paid(here, Q1, [10_000, 20_000, 30_000, 40_000])
opening = OpenAudit(project_id=eg.project, audit_id=AUDIT, reason="Yearly audit.", **ce.by(auditor))
opened = paid.after(opening)
population = population_of({"claim": ce.claim_of(paid)})


def sample(size: int = 2, **changes: Any) -> DrawAuditSample:
    fields: dict[str, Any] = {
        "project_id": eg.project,
        "audit_id": AUDIT,
        "method": "random",
        "size": size,
        "seed": "2026-01-20",
        "position": 99,
        "population_sha256": population_hash(population),
        **ce.by(auditor),
    }
    return DrawAuditSample(**{**fields, **changes})


def finding(cents: int = 2_000, line: int = 2, **changes: Any) -> RecordAuditFinding:
    fields: dict[str, Any] = {
        "project_id": eg.project,
        "audit_id": AUDIT,
        "finding_id": FINDING,
        "claim_id": ce.claim_id(Q1),
        "line_id": ce.line_id(line),
        "disallowed_cents": cents,
        "systemic": True,
        "projected_cents": 8_000,
        "reason": "Hours of another project.",
        **ce.by(auditor),
    }
    return RecordAuditFinding(**{**fields, **changes})


def contest(on: date = date(2026, 2, 1), by: Actor = eg.terminal_lead) -> ContestAuditFinding:
    return ContestAuditFinding(
        project_id=eg.project, finding_id=FINDING, reason="They were ours.", **ce.by(by, on)
    )


def resolve(
    outcome: Any = "upheld",
    cents: int = 2_000,
    on: date = date(2026, 2, 10),
    by: Actor = eg.officer,
) -> ResolveAuditFinding:
    return ResolveAuditFinding(
        project_id=eg.project,
        finding_id=FINDING,
        outcome=outcome,
        disallowed_cents=cents,
        reason="The timesheets say so.",
        **ce.by(by, on),
    )


def extend(*projects: str) -> ExtendAuditFinding:
    return ExtendAuditFinding(
        project_id=eg.project,
        finding_id=FINDING,
        project_ids=projects or (eg.other_project,),
        reason="The same practice is likely there.",
        **ce.by(auditor),
    )


found = opened.after(finding())
contested = found.after(contest())
upheld = contested.after(resolve())


@pytest.mark.parametrize("method", ["random", "monetary_unit"])
def test_r12_a_sample_is_drawn_again_from_its_seed_and_population(method: Any) -> None:
    (event,) = opened.when(sample(method=method)).then_names("AuditSampleDrawn")
    assert isinstance(event, AuditSampleDrawn)
    assert event.lines == draw(population, event.method, event.size, event.seed)
    assert (event.population, event.population_sha256) == (4, population_hash(population))
    others = {draw(population, method, 2, f"seed-{number}") for number in range(20)}
    assert len(others) > 1


def test_r12_every_line_may_be_drawn_and_all_are_when_asked_for_all() -> None:
    drawn = {line.line_id for n in range(40) for line in draw(population, "random", 1, str(n))}
    assert drawn == set(ce.claim_of(paid).lines)
    assert len(draw(population, "random", 4, "x")) == 4


def test_r12_monetary_units_favour_large_lines() -> None:
    hits = [draw(population, "monetary_unit", 1, str(number))[0].line_id for number in range(200)]
    assert hits.count(ce.line_id(4)) > 2 * hits.count(ce.line_id(1)) > 0


def test_r12_a_redraw_is_a_new_sample_and_the_earlier_one_stays() -> None:
    known = opened.after(sample(), sample(seed="another"))
    samples = known.state(eg.agreement_stream).audits.audits[AUDIT].samples
    assert [one.seed for one in samples] == ["2026-01-20", "another"]


def test_r12_a_finding_may_be_contested_for_thirty_days() -> None:
    (event,) = opened.when(finding()).then_names("AuditFindingRecorded")
    assert isinstance(event, AuditFindingRecorded)
    assert event.contest_until == date(2026, 2, 19)
    found.when(contest(date(2026, 2, 19))).then_names("AuditFindingContested")
    found.when(contest(date(2026, 2, 20))).then_refused(ContestPeriodOver)
    found.when(resolve(on=date(2026, 2, 19))).then_refused(ContestPeriodRuns)
    found.when(resolve(on=date(2026, 2, 20))).then_names("AuditFindingResolved")
    contested.when(contest()).then_nothing()


def test_r12_a_contested_finding_suspends_the_request() -> None:
    known = ae.released(contested.after(ae.excess(5_000)))
    known.when(ae.request()).then_refused(RecoveryIsContested)
    known.after(resolve()).when(ae.request()).then_names("RecoveryRequested")


def test_r16_an_open_finding_keeps_the_agreement_open() -> None:
    assert found.state(eg.agreement_stream).audits.open_findings == (FINDING,)
    assert upheld.state(eg.agreement_stream).audits.open_findings == ()


def test_r12_a_finding_is_extended_once_to_each_other_project() -> None:
    (event,) = upheld.when(extend()).then_names("AuditFindingExtended")
    assert event.event_name == "AuditFindingExtended"
    upheld.after(extend()).when(extend()).then_nothing()
    upheld.when(extend(eg.project)).then_nothing()


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (
            Given(here.domain, eg.ready_to_execute()),
            opening,
            NothingToAudit,
        ),
        (
            paid,
            OpenAudit(project_id=eg.project, audit_id=AUDIT, reason="x", **ce.by(eg.outsider)),
            AgreementNotFound,
        ),
        (paid, sample(), AuditNotFound),
        (here.after(opening), sample(), NothingToAudit),
        (opened, sample(population_sha256="0" * 64), PopulationMoved),
        (opened, sample(5), SampleTooLarge),
        (paid, finding(), AuditNotFound),
        (opened, finding(line=7), NothingToAudit),
        (opened, finding(20_001), DisallowedBeyondCounted),
        (opened, contest(), AuditFindingNotFound),
        (found, contest(by=eg.robots_lead), AuditFindingNotFound),
        (found, contest(by=eg.finance), NotOnBehalf),
        (upheld, contest(), FindingDecided),
        (upheld, resolve(), FindingDecided),
        (contested, resolve(by=auditor), SamePerson),
        (contested, resolve(cents=1_999), DisallowedBeyondCounted),
        (contested, resolve("reduced", 2_000), DisallowedBeyondCounted),
        (contested, resolve("reduced", 0), DisallowedBeyondCounted),
        (contested, resolve("dismissed", 1), DisallowedBeyondCounted),
        (contested, extend(), NotSystemic),
        (opened, extend(), AuditFindingNotFound),
    ],
)
def test_what_an_audit_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)


def test_an_audit_that_is_open_is_not_opened_again() -> None:
    opened.when(opening).then_nothing()
