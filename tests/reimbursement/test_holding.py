"""The membership watch: held and released by itself, late facts found, nothing undone (case 10)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.reimbursement.commands.aftermath import (
    HoldPayment,
    ReleasePaymentHold,
    ResolveComplianceFinding,
)
from services.reimbursement.domain.agreement import Breach
from services.reimbursement.domain.envelope import PaymentOutsideEnvelope
from services.reimbursement.domain.holding import (
    MemberNotActive,
    PaymentIsHeld,
    reasons_to_hold,
)
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.member import evolve as hear
from services.reimbursement.domain.watching import (
    FindingAlreadyResolved,
    FindingNotFound,
    NotHeldByAPerson,
    NothingToHold,
    finding_id_of,
)
from services.reimbursement.events.course import ProjectResumed, ProjectSuspended
from services.reimbursement.events.holding import ComplianceFindingRaised, PaymentHeld
from services.reimbursement.inbound import (
    GracePeriodStarted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1
from tests.support.spec import Given

here = ce.in_force()
approved = ce.approved(here, Q1, [10_000])
authorised = approved.after(ce.authorise())
paid = ce.paid(here, Q1, [10_000])
MEMBER = f"organisation-{eg.terminal}"
GRACE, LAPSE, BACK = date(2026, 1, 1), date(2026, 3, 2), date(2026, 3, 10)


def hears(known: Given, kind: Any, on: date) -> Given:
    return ae.with_heard(known, MEMBER, kind(organisation_id=eg.terminal, effective_on=on))


in_grace = hears(approved, GracePeriodStarted, GRACE)
held = in_grace.after(ae.review())


def test_case_10_in_grace_a_payment_is_held_and_released_without_another_assessment() -> None:
    (event,) = in_grace.when(ae.review()).then_names("PaymentHeld")
    assert isinstance(event, PaymentHeld)
    assert (event.reason, event.held_by) == ("membership", "service:reimbursement")
    held.when(ae.review()).then_nothing()
    held.when(ce.authorise()).then_refused(MemberNotActive)
    renewed = hears(held, MembershipRenewed, GRACE)
    renewed.when(ae.review()).then_names("PaymentHoldReleased")
    done = renewed.after(ae.review(), ce.authorise())
    before, after = ce.claim_of(approved), ce.claim_of(done)
    assert (after.assessment, after.approvers) == (before.assessment, before.approvers)
    assert after.status == "payment_authorised"


@pytest.mark.parametrize(
    "kind", [GracePeriodStarted, MembershipLapsed, MembershipSuspended, MembershipTerminated]
)
def test_r1_only_an_active_member_is_paid(kind: Any) -> None:
    known = hears(approved, kind, GRACE)
    known.when(ce.authorise()).then_refused(MemberNotActive)
    known.when(ae.review()).then_names("PaymentHeld")


def test_case_10_a_lapse_after_the_authorisation_keeps_it_from_the_bank() -> None:
    known = hears(authorised, MembershipLapsed, date(2026, 1, 20))
    known = hears(known, MembershipLapsed, date(2026, 1, 21))
    later = ae.review(on=date(2026, 1, 22))
    known = known.after(later)
    refused = known.when(ce.issue()).then_refused(PaymentIsHeld)
    assert refused.facts == {"reasons": ["membership"]}
    back = hears(known, MembershipReinstated, date(2026, 1, 21)).after(later)
    back.when(ce.issue()).then_names("PaymentIssued")


def test_r1_what_starts_in_the_future_holds_nothing_today() -> None:
    hears(approved, GracePeriodStarted, date(2026, 1, 21)).when(ae.review()).then_nothing()


def test_m12_a_late_fact_undoes_no_payment_and_raises_one_finding_each() -> None:
    late = hears(paid, MembershipLapsed, GRACE)
    (event,) = late.when(ae.review()).then_names("ComplianceFindingRaised")
    assert isinstance(event, ComplianceFindingRaised)
    assert (event.claim_id, event.rule) == (ce.claim_id(Q1), "R-1")
    known = late.after(ae.review())
    known.when(ae.review()).then_nothing()
    assert ce.account_of(known).paid_cents == ce.account_of(paid).paid_cents
    assert ce.claim_of(known) == ce.claim_of(paid)
    account = ce.account_of(known)
    assert (account.findings, account.finished) == ({finding_id_of(ce.payment_id(1)): False}, False)


def test_m12_a_finding_is_resolved_once_with_a_reason() -> None:
    known = hears(paid, MembershipLapsed, GRACE).after(ae.review())
    resolve = ResolveComplianceFinding(
        finding_id=finding_id_of(ce.payment_id(1)),
        outcome="accepted",
        reason="The fee was paid the week after.",
        **ae.ACCOUNT,
        **ce.by(eg.officer),
    )
    paid.when(resolve).then_refused(FindingNotFound)
    done = known.after(resolve)
    assert ce.account_of(done).findings == {resolve.finding_id: True}
    done.when(resolve).then_refused(FindingAlreadyResolved)
    done.when(ae.review()).then_nothing()


def test_m12_status_is_by_effective_date_and_equal_ones_by_version() -> None:
    member = Member()
    for heard in (
        eg.admitted(eg.terminal, date(2025, 1, 1)),
        GracePeriodStarted(organisation_id=eg.terminal, effective_on=GRACE),
        MembershipLapsed(organisation_id=eg.terminal, effective_on=LAPSE),
        MembershipReinstated(organisation_id=eg.terminal, effective_on=BACK),
        MembershipSuspended(organisation_id=eg.terminal, effective_on=date(2026, 2, 1)),
        MembershipReinstated(organisation_id=eg.terminal, effective_on=date(2026, 2, 1)),
    ):
        member = hear(member, heard)
    days = [date(2024, 12, 31), date(2025, 1, 1), GRACE, date(2026, 2, 1), LAPSE, BACK]
    assert [member.standing_on(day) for day in days] == [
        "none", "active", "grace", "active", "lapsed", "active",
    ]  # fmt: skip


HOLD: dict[str, Any] = {"claim_id": ce.claim_id(Q1), "reason": "A question is open."}


def test_a_person_holds_with_a_reason_and_releases_it() -> None:
    hold = HoldPayment(**HOLD, **ce.by(eg.finance))
    release = ReleasePaymentHold(**HOLD, **ce.by(eg.finance))
    approved.when(hold).then_names("PaymentHeld")
    known = approved.after(hold)
    known.when(hold).then_nothing()
    known.when(ae.review()).then_nothing()
    refused = known.when(ce.authorise()).then_refused(PaymentIsHeld)
    assert refused.facts == {"reasons": ["person"]}
    known.after(release).when(ce.authorise()).then_names("PaymentAuthorised", "PaymentBooked")
    authorised.after(hold).when(ce.issue()).then_refused(PaymentIsHeld)


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, HoldPayment(**HOLD, **ce.by(eg.finance)), NothingToHold),
        (paid, HoldPayment(**HOLD, **ce.by(eg.finance)), NothingToHold),
        (held, ReleasePaymentHold(**HOLD, **ce.by(eg.finance)), NotHeldByAPerson),
    ],
)
def test_what_a_hold_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)


def test_case_4_costs_from_before_a_breach_are_payable_later_ones_are_held() -> None:
    claim = ce.claim_of(approved)
    member = approved.state(MEMBER)
    agreement = approved.state(eg.agreement_stream)
    [line] = claim.lines.values()
    for since, held_for in ((line.incurred_to, ["breach"]), (date(2025, 4, 2), [])):
        breach = Breach(rule="one SME", since=since, cure_until=date(2026, 6, 1))
        breached = replace(agreement, breaches={"one SME": breach})
        reasons = reasons_to_hold(claim, breached, member, [date(2026, 1, 20)])
        assert [reason.kind for reason in reasons] == held_for


def test_r10_case_11_suspension_and_too_much_public_money_hold_until_they_end() -> None:
    member, agreement = approved.state(MEMBER), approved.state(eg.agreement_stream)
    claim = ce.claim_of(approved)
    exceeded = replace(agreement, stacking_exceeded=True)
    reasons = reasons_to_hold(claim, exceeded, member, [date(2026, 1, 20)])
    assert [reason.kind for reason in reasons] == ["stacking"]
    assert reasons_to_hold(claim, agreement, member, [date(2026, 1, 20)]) == []


def test_r10_a_suspension_holds_what_is_approved_and_its_end_releases_it() -> None:
    suspended = ae.with_heard(
        approved,
        eg.agreement_stream,
        ProjectSuspended(
            project_id=eg.project,
            suspended_on=date(2026, 1, 10),
            reason="The site is closed.",
            suspended_by="officer-1",
        ),
    )
    (event,) = suspended.when(ae.review()).then_names("PaymentHeld")
    assert isinstance(event, PaymentHeld)
    assert event.reason == "suspension"
    held = suspended.after(ae.review())
    resumed = ae.with_heard(
        held,
        eg.agreement_stream,
        ProjectResumed(project_id=eg.project, resumed_on=date(2026, 1, 15), resumed_by="officer-1"),
    )
    resumed.when(ae.review()).then_names("PaymentHoldReleased")
    resumed.after(ae.review()).when(ce.authorise()).then_names("PaymentAuthorised", "PaymentBooked")


def test_r15_a_payment_falls_in_its_envelopes_window() -> None:
    for valid_to, allowed in ((date(2026, 1, 20), True), (date(2026, 1, 19), False)):
        envelope = eg.envelope.model_copy(update={"valid_to": valid_to})
        known = Given(
            approved.domain, {**approved.history, eg.envelope_stream: [envelope, eg.reserved]}
        )
        if allowed:
            known.when(ce.authorise()).then_names("PaymentAuthorised", "PaymentBooked")
        else:
            known.when(ce.authorise()).then_refused(PaymentOutsideEnvelope)
