"""The published versions of evaluation's parameters, by programme (X7)."""

from typing import TypeAlias

from services.evaluation.events.policy import Parameters, PolicyPublished
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, publishing

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-evaluation"

FOLD = Fold(Policies(), Policies.with_published)
PUBLISH = publishing(PolicyPublished, stream=STREAM)
