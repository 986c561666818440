"""The policy of a programme, as far as intake owns it."""

from collections.abc import Sequence

from services.intake.commands import PublishPolicy
from services.intake.domain.refusals import PolicyEndsBeforeItStarts
from services.intake.events import Parameters, PolicyPublished
from shared.kernel.policy_book import PolicyBook, PolicyVersionTaken


def evolve_policies(
    policies: PolicyBook[Parameters], event: PolicyPublished
) -> PolicyBook[Parameters]:
    """All versions published so far."""
    return policies.with_published(event)


def publish_policy(
    ask: PublishPolicy, policies: PolicyBook[Parameters]
) -> Sequence[PolicyPublished]:
    """A new version of a programme's policy; published versions never change (X7)."""
    if policies.has(ask.programme, ask.version):
        raise PolicyVersionTaken
    if ask.effective_to is not None and ask.effective_to <= ask.effective_from:
        raise PolicyEndsBeforeItStarts
    published = PolicyPublished(
        programme=ask.programme,
        version=ask.version,
        parameters=ask.parameters,
        effective_from=ask.effective_from,
        effective_to=ask.effective_to,
        reason=ask.reason,
        published_by=ask.by.person,
    )
    return [published]
