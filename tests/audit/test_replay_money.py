"""What a project's payments add up to, and what else moves what counts as paid (R-2, R-12)."""

from tests.audit.owners import LEAD
from tests.audit.story import Story, payment
from tests.audit.test_replay import claim_of, project


def test_paid_is_what_the_bank_confirmed_released_holdback_included() -> None:
    story = Story()
    story.filed()
    story.approved_claim()
    story.paid()
    money = project(story).money
    assert (money.authorised_cents, money.issued_cents, money.paid_cents) == (270_000,) * 3
    assert money.holdback_released_cents == {LEAD: 27_000}
    assert (claim_of(story).status, claim_of(story).paid_cents) == ("paid", 243_000)
    steps = [source.event for source in money.payments["pay_1"].timeline]
    assert steps == ["PaymentAuthorised", "PaymentIssued", "PaymentConfirmed"]


def test_a_failed_payment_counts_nowhere_and_another_one_does() -> None:
    story = Story()
    story.claim("PaymentAuthorised", **payment("pay_1", 100))
    story.claim("PaymentFailed", **payment("pay_1", 100))
    story.claim("PaymentAuthorised", **payment("pay_2", 100))
    story.claim("PaymentIssued", **payment("pay_2", 100))
    money = project(story).money
    assert (money.authorised_cents, money.issued_cents, money.paid_cents) == (100, 100, 0)
    assert money.payments["pay_1"].status == "failed"


def test_c019_what_came_back_counts_no_more_and_a_late_confirmation_moves_nothing() -> None:
    story = Story()
    for step in ("PaymentAuthorised", "PaymentIssued", "PaymentConfirmed", "PaymentReturned"):
        story.claim(step, **payment("pay_1", 100))
    assert (project(story).money.counted_cents, claim_of(story).paid_cents) == (0, 0)
    assert claim_of(story).status == "returned"
    for step in ("PaymentAuthorised", "PaymentIssued", "PaymentConfirmed"):
        story.claim(step, **payment("pay_2", 100))
    before = project(story).money
    story.claim("LateConfirmationNoted", **payment("pay_1", 100))
    money = project(story).money
    assert (money.counted_cents, money.paid_cents) == (100, 100)
    assert (before.counted_cents, before.paid_cents) == (100, 100)
    assert money.payments["pay_1"].timeline[-1].event == "LateConfirmationNoted"
    story.claim("LateConfirmationNoted", **payment("pay_9", 1))
    assert project(story).money == money


def test_r12_excess_offsets_and_recoveries_move_what_counts_as_paid_a_waiver_does_not() -> None:
    story = Story()
    story.claim("PaymentAuthorised", **payment("pay_1", 100))
    story.claim("OverpaymentEstablished", amount_cents=30, excess_cents=30)
    story.claim("OverpaymentEstablished", amount_cents=9, excess_cents=0)
    story.claim("OffsetApplied", amount_cents=4, moved_cents=4)
    story.claim("RecoveryReceived", amount_cents=20)
    story.claim("RecoveryWaived", amount_cents=10)
    money = project(story).money
    assert money.counted_cents == 100 + 30 + 4 - 20
    assert (money.excess_cents, money.recovered_cents, money.waived_cents) == (30, 20, 10)


def test_r11_what_a_correction_changes_counts_once_it_is_approved() -> None:
    story = Story()
    story.claim("CostLineRecorded", line_id="line_1", amount_cents=100)
    story.claim("CostLineAssessed", line_id="line_1", eligible_cents=100)
    story.claim("CostLineAdjusted", correction_id="cor_1", line_id="line_1", delta_cents=-50)
    story.claim("CostLineAdjusted", correction_id="cor_1", line_id="line_1", delta_cents=-40)
    assert claim_of(story).accepted_cents == 100
    story.claim("CorrectionApproved", correction_id="cor_1", net_cents=-14)
    assert (claim_of(story).accepted_cents, claim_of(story).claimed_cents) == (60, 100)
    assert claim_of(story).status == "under_review"


def test_a_payment_without_a_name_is_counted_all_the_same() -> None:
    story = Story()
    story.claim("PaymentConfirmed", amount_cents=5)
    story.claim("PaymentConfirmed", amount_cents=6)
    assert project(story).money.paid_cents == 11
