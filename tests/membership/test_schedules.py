"""Fee schedules by version: adopted for what is assessed from a day on (M-5, M-11)."""

from dataclasses import replace
from datetime import date

import pytest

from services.membership.commands import AdoptFeeSchedule
from services.membership.domain.refusals import (
    FeeScheduleEndsBeforeItBegins,
    FeeScheduleTaken,
    SmeFeeNotBelowLarge,
)
from services.membership.events.fees import FeeAssessed
from services.membership.events.policy import FeeScheduleAdopted
from shared.kernel.commands import Command
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    MAY_07,
    MAY_08,
    TODAY,
    assess,
    noon,
    officer,
    publish,
    schedule,
)
from tests.membership.history import applicant, nothing, registered
from tests.membership.members import assessing, organisation_of
from tests.support.spec import Given

dearer = schedule.model_copy(update={"sme_cents": 60_000})
adopt = AdoptFeeSchedule(
    programme="scale-ai",
    version="fees-2",
    fee_schedule=dearer,
    effective_from=MAY_08,
    effective_to=None,
    reason="dearer, fictitious",
    by=officer,
    now=TODAY,
    effective_at=noon(MAY_07),
)


def fee_of(here: Given, day: date) -> tuple[int, str | None]:
    """What is assessed on a day, and by which version of the fees."""
    [event] = here.when(assessing(1, day)).then_names("FeeAssessed")
    assert isinstance(event, FeeAssessed)
    assert event.policy_version == "2020.1"
    return event.amount_cents, event.schedule_version


def test_m5_a_schedule_is_adopted_by_version() -> None:
    registered.when(adopt).then(
        FeeScheduleAdopted(
            programme="scale-ai",
            version="fees-2",
            fee_schedule=dearer,
            effective_from=MAY_08,
            effective_to=None,
            reason="dearer, fictitious",
            adopted_by="officer-1",
        )
    )


def test_m5_the_fee_is_that_of_the_schedule_in_force_at_the_assessment() -> None:
    here = applicant.after(adopt)
    assert fee_of(here, MAY_07) == (50_000, "2020.1")
    assert fee_of(here, MAY_08) == (60_000, "fees-2")
    until = applicant.after(replace(adopt, effective_to=date(2020, 5, 10)))
    assert fee_of(until, date(2020, 5, 9)) == (60_000, "fees-2")
    assert fee_of(until, date(2020, 5, 10)) == (50_000, "2020.1")


def test_m11_a_new_schedule_changes_nothing_that_was_assessed() -> None:
    here = applicant.after(assess, replace(adopt, effective_from=date(2020, 1, 1)))
    assert organisation_of(here).fees[1].amount_cents == 50_000


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, adopt, NoPolicyInForce),
        (registered, replace(adopt, programme="another"), NoPolicyInForce),
        (registered, replace(adopt, version=publish.version), FeeScheduleTaken),
        (registered.after(adopt), adopt, FeeScheduleTaken),
        (registered, replace(adopt, effective_to=MAY_08), FeeScheduleEndsBeforeItBegins),
        (
            registered,
            replace(adopt, fee_schedule=schedule.model_copy(update={"sme_cents": 500_000})),
            SmeFeeNotBelowLarge,
        ),
    ],
)
def test_m5_schedules_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
