"""The published versions of evaluation's parameters, by programme (X7)."""

from collections.abc import Sequence

from services.evaluation.commands import PublishPolicy
from services.evaluation.events import Parameters, PolicyPublished
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, PolicyVersionTaken
from shared.kernel.refusals import Fault, Invalid

POLICIES_STREAM = "policy-evaluation"
Policies = PolicyBook[Parameters]


class PolicyEndsBeforeItBegins(Invalid):
    """The day on which the policy ends lies after the day on which it begins."""

    rule = "X7"
    french = "La politique prend fin après le jour où elle commence."


def evolve_policies(policies: Policies, event: PolicyPublished) -> Policies:
    """The book with one version more."""
    return policies.with_published(event)


def publish_policy(ask: PublishPolicy, policies: Policies) -> Sequence[PolicyPublished]:
    """Publish a version. Raises PolicyVersionTaken (X1) and PolicyEndsBeforeItBegins."""
    if policies.has(ask.programme, ask.version):
        raise PolicyVersionTaken
    if ask.effective_to is not None and ask.effective_to <= ask.effective_from:
        raise PolicyEndsBeforeItBegins(Fault("/effective_to", "before_beginning"))
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


POLICIES = Fold(Policies(), evolve_policies)
