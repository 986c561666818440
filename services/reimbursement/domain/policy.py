"""The published policy of money, claims and agreements: what is in force, what was pinned."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from services.reimbursement.commands.policy import PublishPolicy
from services.reimbursement.events.policy import Parameters, PolicyPublished
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.policy_book import PolicyBook, PolicyVersionTaken
from shared.kernel.refusals import Invalid

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-reimbursement"


class PolicyEndsBeforeItBegins(Invalid):
    """The policy's last day lies before its first; `effective_to` is the first day after it."""

    french = "La politique finit avant de commencer; `effective_to` est le premier jour d'après."


def evolve(policies: Policies, event: PolicyPublished) -> Policies:
    """The book with one version more."""
    return policies.with_published(event)


def _ends_early(effective_from: date, effective_to: date | None) -> bool:
    return effective_to is not None and effective_to <= effective_from


def publish_policy(ask: PublishPolicy, policies: Policies) -> Sequence[PolicyPublished]:
    """Publish a version (X7); a version of that name never changes (X1)."""
    if _ends_early(ask.effective_from, ask.effective_to):
        raise PolicyEndsBeforeItBegins
    if policies.has(ask.programme, ask.version):
        raise PolicyVersionTaken
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


NOTHING_PUBLISHED: Policies = PolicyBook()
FOLDS = {"policy": Fold(NOTHING_PUBLISHED, evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    PublishPolicy: Decider(publish_policy, policies=STREAM)
}
