"""Publishing membership parameters: versions never change, and SMEs pay less (M-5)."""

from typing import assert_never

from services.membership.commands import PublishPolicy
from services.membership.events import Parameters, PolicyPublished
from shared.kernel.decider import Said
from shared.kernel.policy_book import PolicyBook, PolicyVersionTaken
from shared.kernel.refusals import Invalid


class SmeFeeNotBelowLarge(Invalid):
    """The fee of an SME must be below the fee of a large firm."""

    rule = "M-5"
    french = "La cotisation d'une PME doit être inférieure à celle d'une grande entreprise."


class PolicyNeverInForce(Invalid):
    """A policy ends after the day it begins; the end is exclusive."""

    rule = "X7"
    french = "Une politique prend fin après le jour où elle commence; la fin est exclusive."


def publish(book: PolicyBook[Parameters], event: PolicyPublished) -> PolicyBook[Parameters]:
    """The book with one version more."""
    match event:
        case PolicyPublished():
            return book.with_published(event)
        case _:
            assert_never(event)


def publish_policy(ask: PublishPolicy, policies: PolicyBook[Parameters]) -> Said:
    """Publish a version of a programme's parameters.

    Refused: PolicyVersionTaken, PolicyNeverInForce, SmeFeeNotBelowLarge.
    """
    if policies.has(ask.programme, ask.version):
        raise PolicyVersionTaken
    if ask.effective_to is not None and ask.effective_to <= ask.effective_from:
        raise PolicyNeverInForce
    schedule = ask.parameters.fee_schedule
    if schedule.sme_cents >= schedule.large_cents:
        raise SmeFeeNotBelowLarge
    return [
        PolicyPublished(
            programme=ask.programme,
            version=ask.version,
            parameters=ask.parameters,
            effective_from=ask.effective_from,
            effective_to=ask.effective_to,
            reason=ask.reason,
            published_by=ask.by.person,
        )
    ]
