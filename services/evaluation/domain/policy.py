"""The published versions of evaluation's parameters, by programme (X7)."""

from typing import TypeAlias

from services.evaluation.domain.state import Evaluation
from services.evaluation.events.policy import Parameters, PolicyPublished
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, publishing

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-evaluation"

FOLD = Fold(Policies(), Policies.with_published)
PUBLISH = publishing(PolicyPublished, stream=STREAM)


def pinned(evaluation: Evaluation, policies: Policies) -> Parameters:
    """The parameters of the version that was pinned when the review was opened (E-1)."""
    return policies.version(evaluation.programme, evaluation.policy_version).parameters
