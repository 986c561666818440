"""A programme's membership parameters (X7), and its fee schedules: SMEs pay less (M-5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from services.membership.commands import AdoptFeeSchedule
from services.membership.domain.refusals import (
    FeeScheduleEndsBeforeItBegins,
    FeeScheduleTaken,
    SmeFeeNotBelowLarge,
)
from services.membership.events.policy import (
    FeeSchedule,
    FeeScheduleAdopted,
    Parameters,
    PolicyPublished,
)
from shared.kernel.decider import Fold
from shared.kernel.policy_book import Pinned, PolicyBook, publishing
from shared.kernel.refusals import Fault

STREAM = "policy-membership"
PolicyEvent: TypeAlias = PolicyPublished | FeeScheduleAdopted


@dataclass(frozen=True)
class Policies(PolicyBook[Parameters]):
    """All parameters by version, and all fee schedules: a policy brings one, others are adopted."""

    schedules: PolicyBook[FeeSchedule] = field(default_factory=PolicyBook)


def evolve(policies: Policies, event: PolicyEvent) -> Policies:
    """The policies with one version more."""
    match event:
        case PolicyPublished():
            versions = policies.with_published(event).versions
            schedule = event.parameters.fee_schedule
            return replace(policies, versions=versions, schedules=_with(policies, event, schedule))
        case FeeScheduleAdopted():
            return replace(policies, schedules=_with(policies, event, event.fee_schedule))
        case _:
            assert_never(event)


def _with(policies: Policies, event: PolicyEvent, schedule: FeeSchedule) -> PolicyBook[FeeSchedule]:
    pinned = Pinned(event.version, schedule, event.effective_from, event.effective_to)
    versions = policies.schedules.versions
    earlier = versions.get(event.programme, ())
    return PolicyBook({**versions, event.programme: (*earlier, pinned)})


def require_lower_sme_fee(schedule: FeeSchedule) -> None:
    """An SME pays less than a large firm (M-5). Raises SmeFeeNotBelowLarge."""
    if schedule.sme_cents >= schedule.large_cents:
        raise SmeFeeNotBelowLarge


def adopt_fee_schedule(ask: AdoptFeeSchedule, policies: Policies) -> Sequence[FeeScheduleAdopted]:
    """New fees for what is assessed from a day on; what was assessed stays as it is (M-11).

    Refused: FeeScheduleTaken, FeeScheduleEndsBeforeItBegins, SmeFeeNotBelowLarge, NoPolicyInForce
    where the programme has no parameters for that day yet.
    """
    policies.in_force(ask.programme, ask.effective_from)
    if policies.schedules.has(ask.programme, ask.version):
        raise FeeScheduleTaken
    if ask.effective_to is not None and ask.effective_to <= ask.effective_from:
        raise FeeScheduleEndsBeforeItBegins(Fault("/effective_to", "before_beginning"))
    require_lower_sme_fee(ask.fee_schedule)
    return [
        FeeScheduleAdopted(
            programme=ask.programme,
            version=ask.version,
            fee_schedule=ask.fee_schedule,
            effective_from=ask.effective_from,
            effective_to=ask.effective_to,
            reason=ask.reason,
            adopted_by=ask.by.person,
        )
    ]


FOLD = Fold(Policies(), evolve)
PUBLISH = publishing(
    PolicyPublished,
    stream=STREAM,
    check=lambda parameters: require_lower_sme_fee(parameters.fee_schedule),
)
