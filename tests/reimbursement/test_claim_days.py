"""Which days of a cost count while a project is suspended, joined, left or amended (R-8, R-10)."""

from datetime import date, timedelta

from services.reimbursement.domain.agreement import Agreement, ProjectIsSuspended
from services.reimbursement.domain.budget import BudgetUse
from services.reimbursement.domain.explain import explain
from services.reimbursement.domain.propose import propose
from services.reimbursement.events.agreement import BudgetLine
from services.reimbursement.events.amendment import AmendmentProposed, AmendmentTookEffect, Changes
from services.reimbursement.events.consortium import ParticipantJoined, ParticipantWithdrew
from services.reimbursement.events.course import ProjectResumed, ProjectSuspended
from shared.kernel.events import Event
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1
from tests.support.spec import Given

APRIL_1, JUNE_30 = date(2025, 4, 1), date(2025, 6, 30)
here = ce.in_force()
quarter_long = ce.cost(amount_cents=91_000, incurred_from=APRIL_1, incurred_to=JUNE_30)
suspended = ProjectSuspended(
    project_id=eg.project,
    reason="The site is closed.",
    suspended_on=date(2025, 5, 1),
    suspended_by="officer-1",
)
resumed = ProjectResumed(
    project_id=eg.project, resumed_on=date(2025, 5, 11), resumed_by="officer-1"
)


def agreed(known: Given, *events: Event) -> Given:
    """The same history with more on the agreement's stream."""
    said = [*known.history[eg.agreement_stream], *events]
    return Given(known.domain, {**known.history, eg.agreement_stream: said})


def worth(known: Given) -> tuple[int, dict[str, int]]:
    budget: BudgetUse = known.state(f"budget-{eg.project}")
    agreement: Agreement = known.state(eg.agreement_stream)
    [found] = propose(ce.claim_of(known), agreement, budget).values()
    return found.eligible_cents, {cut.reason_code: cut.cut_cents for cut in found.cuts}


def test_r10_nothing_is_claimed_while_suspended_and_its_days_never_count() -> None:
    known = here.after(quarter_long, ce.proof(quarter_long))
    stopped = agreed(known, suspended)
    stopped.when(ce.file()).then_refused(ProjectIsSuspended)
    stopped.when(ce.cost(number=2)).then_refused(ProjectIsSuspended)
    again = agreed(known, suspended, resumed)
    assert worth(again) == (81_000, {"suspended": 10_000})
    again.when(ce.file()).then_names("ClaimFiled", "BudgetClaimed")


def test_r6_a_participants_days_begin_when_it_joins_and_end_when_it_leaves() -> None:
    known = here.after(quarter_long, ce.proof(quarter_long))
    joined = ParticipantJoined(
        project_id=eg.project,
        organisation_id=eg.terminal,
        name="Terminal frigorifique Boréal",
        funded=True,
        rate=ce.agreed().rates[0].rate,
        joined_on=date(2025, 4, 11),
        recorded_by="officer-1",
    )
    left = ParticipantWithdrew(
        project_id=eg.project,
        organisation_id=eg.terminal,
        reason="Sold.",
        last_eligible_date=date(2025, 6, 10),
        recorded_by="officer-1",
    )
    assert worth(agreed(known, joined)) == (81_000, {"before_start": 10_000})
    assert worth(agreed(known, left)) == (71_000, {"after_withdrawal": 20_000})


def test_r8_the_limit_is_that_of_the_version_in_force_on_the_incurred_date() -> None:
    budget = BudgetLine(organisation_id=eg.terminal, kind="labour", quarter=Q1, amount_cents=10_000)
    executed = ce.agreed().model_copy(update={"budget": (budget,)})
    said = [*here.history[eg.agreement_stream][:-1], executed]
    known = Given(here.domain, {**here.history, eg.agreement_stream: said})
    may_1 = date(2025, 5, 1)
    changes = Changes(budget=(budget.model_copy(update={"amount_cents": 20_000}),))
    amendment_id = f"amd_{'0' * 31}1"
    proposed = AmendmentProposed(
        project_id=eg.project,
        amendment_id=amendment_id,
        base_version=1,
        changes=changes,
        effective_from=may_1,
        reason="More labour.",
        proposed_by="officer-1",
    )
    more = AmendmentTookEffect(
        project_id=eg.project,
        amendment_id=amendment_id,
        version=2,
        changes=changes,
        effective_from=may_1,
        took_effect_on=may_1,
    )
    for day, limit in ((may_1 - timedelta(days=1), 12_000), (may_1, 24_000)):
        line = ce.cost(amount_cents=50_000, incurred_from=day, incurred_to=day)
        amended = agreed(known.after(line, ce.proof(line)), proposed, more)
        assert worth(amended) == (limit, {"kind_limit": 50_000 - limit})
        decided = amended.after(ce.file(), ce.assess_line(line.line_id, limit))
        told = explain(ce.claim_of(decided), decided.state(eg.agreement_stream))
        [part] = told["lines"][0]["parts"]
        assert part["agreement_version"] == (1 if day < may_1 else 2)
