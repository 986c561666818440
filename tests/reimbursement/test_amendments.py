"""Amendments: their versions, rules and figures (R-8, R-9, R-11, R-25, X6, hard case 1)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.domain.amending import (
    AmendmentOutdated,
    TopicAlreadyOpen,
)
from services.reimbursement.domain.amendment_checks import (
    BudgetBelowAccepted,
    CeilingBelowEntitlement,
)
from services.reimbursement.events.agreement import ParticipantCap
from services.reimbursement.events.amendment import (
    AmendmentSigned,
    AmendmentTookEffect,
    Changes,
    RateChange,
)
from services.reimbursement.events.payment import EntitlementRestated
from shared.kernel.refusals import SamePerson
from tests.reimbursement import amendment_examples as am
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.support.spec import Given

THIRTY = Fraction(3, 10)
BUDGET = (am.planned("labour", 40_000_000), am.planned("equipment", 10_000_000))


def agreement_of(here: Given) -> Any:
    return here.state(eg.agreement_stream)


def test_case_1_an_amendment_approved_late_takes_effect_in_the_past() -> None:
    """Q1 100,000.00 is paid at 30 %, Q2 50,000.00 is filed; from April on 40 % are agreed.

    Paid: 30,000.00 − 3,000.00 = 27,000.00. Restated: 40,000.00 − 4,000.00 − 27,000.00 = 9,000.00.
    With Q2: 60,000.00 − 6,000.00 − 27,000.00 = 27,000.00, of which 18,000.00 are its own.
    """
    here = ce.paid(am.in_force(), ce.Q1, [10_000_000])
    assert ce.account_of(here).paid_cents == 2_700_000
    here = ce.assessed(here, ce.Q2, [5_000_000])
    late = here.after(am.propose(am.more_labour))
    moved = am.in_effect(late, am.lower_ceiling, am.SECOND)
    refusal = moved.when(am.approve()).then_refused(AmendmentOutdated)
    assert refusal.facts["version"] == 2
    assert refusal.facts["difference"] == [
        {"topic": "ceiling", "about": "project", "was": "30000000", "is": "20000000"}
    ]
    rebased = moved.after(am.rebase(am.FIRST, 2))
    done = am.agreed(rebased)
    took_effect, shared, restated = done.when(am.effect()).then_names(
        "AmendmentTookEffect", "CeilingShared", "EntitlementRestated"
    )
    assert isinstance(took_effect, AmendmentTookEffect)
    assert (took_effect.version, took_effect.effective_from) == (3, am.PAST)
    assert shared.model_dump()["parts"][0]["part_cents"] == 1_000_000
    assert isinstance(restated, EntitlementRestated)
    assert restated.because == "amendment"
    assert [(share.rate, share.accepted_cents) for share in restated.accepted] == [
        (THIRTY, -10_000_000),
        (Fraction(2, 5), 10_000_000),
    ]
    after = done.after(am.effect())
    account = ce.account_of(after)
    assert (account.entitled_cents, account.holdback_cents) == (4_000_000, 400_000)
    assert (account.paid_cents, account.payable_cents) == (2_700_000, 900_000)
    assert ce.claim_of(after).status == "paid", "a paid claim stays as it is (R-11)"
    assert after.history[ce.claim_stream(ce.Q1)] == here.history[ce.claim_stream(ce.Q1)]
    with_q2 = after.after(ce.approve(after, ce.Q2))
    account = ce.account_of(with_q2)
    assert (account.entitled_cents, account.holdback_cents) == (6_000_000, 600_000)
    assert ce.claim_of(with_q2, ce.Q2).payable_cents == 2_700_000


def test_r2_a_rate_that_falls_is_offset_by_the_next_claim_and_by_nobody_else() -> None:
    """40,000.00 become 30,000.00: 9,000.00 too much were paid and carry with their sign."""
    here = ce.paid(am.in_force(rate=Fraction(2, 5)), ce.Q1, [10_000_000])
    less = Changes(rates=(RateChange(organisation_id=eg.terminal, kind="labour", rate=THIRTY),))
    after = am.in_effect(here, less)
    account = ce.account_of(after)
    assert (account.entitled_cents, account.payable_cents) == (3_000_000, -900_000)
    assert agreement_of(after).room_cents == 27_000_000


def test_r17_a_higher_cap_pays_what_was_accepted_and_not_funded() -> None:
    cap = ParticipantCap(organisation_id=eg.terminal, cap_cents=1_000_000)
    here = ce.approved(am.in_force(caps={eg.terminal: 1_000_000}), ce.Q1, [10_000_000])
    assert ce.account_of(here).entitled_cents == 1_000_000
    more = cap.model_copy(update={"cap_cents": 2_000_000})
    after = am.in_effect(here, Changes(participant_caps=(more,)))
    assert ce.account_of(after).entitled_cents == 2_000_000


def test_r8_an_amendment_of_the_future_waits_for_its_first_day() -> None:
    here = am.agreed(am.in_force().after(am.propose(am.more_labour, since=date(2026, 1, 1))))
    assert agreement_of(here).version == 2
    here.when(am.effect(on=date(2025, 12, 31))).then_nothing()
    after = here.after(am.effect(on=date(2026, 1, 1)))
    agreement = agreement_of(after)
    days = (date(2025, 12, 31), date(2026, 1, 1))
    assert [agreement.rate_on(eg.terminal, "labour", day) for day in days] == [
        THIRTY,
        Fraction(2, 5),
    ]
    after.when(am.effect(on=date(2026, 1, 2))).then_nothing()


def test_r25_a_later_end_date_opens_the_quarters_that_it_adds() -> None:
    here = am.agreed(am.in_force().after(am.propose(Changes(end_date=date(2026, 6, 30)))))
    asked = here.when(am.effect())
    asked.then_names("AmendmentTookEffect", "ClaimPeriodOpened", "ClaimPeriodOpened")
    opened = asked.recorded().state(f"claim-{eg.project}.{eg.terminal}.2026-27Q1")
    assert opened.status == "open"


def test_r9_a_budget_is_never_below_what_was_accepted_of_its_kind() -> None:
    here = ce.approved(am.in_force(budget=BUDGET), ce.Q1, [10_000_000])
    exactly = Changes(budget=(am.planned("labour", 10_000_000),))
    less = Changes(budget=(am.planned("labour", 9_999_999),))
    here.when(am.propose(exactly)).then_names("AmendmentProposed")
    refusal = here.when(am.propose(less)).then_refused(BudgetBelowAccepted)
    assert refusal.facts == {"kind": "labour", "accepted_cents": 10_000_000}


def test_r9_what_was_accepted_meanwhile_stops_an_amendment_at_every_later_step() -> None:
    open_ = am.in_force(budget=BUDGET).after(
        am.propose(Changes(budget=(am.planned("labour", 5_000_000),)))
    )
    accepted = ce.approved(open_, ce.Q1, [10_000_000])
    accepted.when(am.approve()).then_refused(BudgetBelowAccepted)
    all_signed = am.agreed(open_)
    late = ce.approved(all_signed, ce.Q1, [10_000_000])
    late.when(am.effect()).then_refused(BudgetBelowAccepted)
    taken_back = late.after(am.withdraw())
    assert agreement_of(taken_back).version == 3
    assert agreement_of(taken_back).budget_on("labour", am.NOW) == 40_000_000


def test_r9_only_one_amendment_a_topic_is_open() -> None:
    here = am.in_force().after(am.propose(am.lower_ceiling))
    again = am.propose(am.lower_ceiling, am.SECOND)
    refusal = here.when(again).then_refused(TopicAlreadyOpen)
    assert refusal.facts == {"topics": ["ceiling"]}
    here.when(am.propose(am.more_labour, am.SECOND)).then_names("AmendmentProposed")
    here.after(am.withdraw()).when(again).then_names("AmendmentProposed")
    here.after(am.reject()).when(again).then_names("AmendmentProposed")
    ended = am.agreed(here).after(am.effect())
    ended.when(am.propose(am.lower_ceiling, am.SECOND, base=2)).then_names("AmendmentProposed")


def test_r9_a_rebased_amendment_is_approved_and_signed_anew() -> None:
    here = am.in_force().after(am.propose(am.more_labour), am.approve(), am.signatures()[0])
    moved = am.in_effect(here, am.lower_ceiling, am.SECOND)
    moved.when(am.signatures()[1]).then_refused(AmendmentOutdated)
    moved.when(am.rebase(am.FIRST, 1)).then_refused(AmendmentOutdated)
    amendment = agreement_of(moved.after(am.rebase(am.FIRST, 2))).amendments[am.FIRST]
    assert (amendment.status, amendment.base_version) == ("proposed", 2)
    assert (amendment.approved_by, amendment.signatures) == ("", {})


def test_x6_neither_who_proposed_nor_who_rebased_approves() -> None:
    here = am.in_force().after(am.propose(am.more_labour))
    here.when(am.approve(by=eg.officer)).then_refused(SamePerson)
    here.when(am.reject(by=eg.officer)).then_refused(SamePerson)
    by_another = replace(am.rebase(am.FIRST, 1), by=eg.second_officer)
    here.after(by_another).when(am.approve()).then_refused(SamePerson)
    here.after(am.propose(am.lower_ceiling, am.SECOND)).when(am.approve(am.SECOND, eg.finance))


def test_x6_nobody_signs_an_amendment_for_both_sides() -> None:
    here = am.in_force().after(am.propose(am.more_labour), am.approve())
    institute = replace(eg.finance, on_behalf_of=eg.institute)
    signed = here.after(am.sign(eg.institute, institute))
    signed.when(am.sign(None, eg.finance)).then_refused(SamePerson)
    signed.when(am.sign(eg.institute, institute)).then_nothing()


def test_the_last_signature_makes_the_next_version() -> None:
    here = am.in_force().after(am.propose(am.more_labour), am.approve())
    *others, last = am.signatures()
    for ask in others:
        [signed] = here.when(ask).then_names("AmendmentSigned")
        assert isinstance(signed, AmendmentSigned)
        assert signed.makes_version is None
        here = here.after(ask)
    [signed] = here.when(last).then_names("AmendmentSigned")
    assert isinstance(signed, AmendmentSigned)
    assert signed.makes_version == 2


def test_r25_a_ceiling_is_never_below_what_is_due() -> None:
    here = ce.approved(am.in_force(), ce.Q1, [10_000_000])
    here.when(am.propose(Changes(ceiling_cents=3_000_000))).then_names("AmendmentProposed")
    refusal = here.when(am.propose(Changes(ceiling_cents=2_999_999))).then_refused(
        CeilingBelowEntitlement
    )
    assert refusal.facts == {"entitled_cents": 3_000_000}


@pytest.mark.parametrize("first_since", [date(2025, 5, 1), date(2025, 9, 1)])
def test_r8_two_amendments_in_either_order_rebased_give_the_same_terms_on_each_day(
    first_since: date,
) -> None:
    """Both were proposed upon version 1; whichever comes second is rebased, and changes no day."""
    one = (am.FIRST, am.more_labour, first_since)
    other = (am.SECOND, Changes(budget=(am.planned("labour", 7),)), date(2025, 7, 1))
    ends = []
    for first, second in ((one, other), (other, one)):
        here = am.in_force(budget=BUDGET)
        for amendment_id, changes, since in (first, second):
            here = here.after(am.propose(changes, amendment_id, since=since))
        here = am.agreed(here, first[0]).after(am.effect(first[0]))
        here.when(am.approve(second[0])).then_refused(AmendmentOutdated)
        here = am.agreed(here.after(am.rebase(second[0], 2)), second[0]).after(am.effect(second[0]))
        ends.append(agreement_of(here))
    assert ends[0].version == ends[1].version == 3
    for month in range(4, 13):
        day = date(2025, month, 15)
        assert ends[0].agreed_on(day) == ends[1].agreed_on(day)
