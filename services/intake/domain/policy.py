"""The policies of a programme: what intake owns of them, and what it hears of evaluation (X7)."""

from typing import TypeAlias

from services.intake.events.policy import Parameters, PolicyPublished
from services.intake.inbound import ConditionLimits
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, publishing

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-intake"
Limits: TypeAlias = PolicyBook[ConditionLimits]
LIMITS_STREAM = "policy-evaluation"
"""What the computed conditions are judged by; the same fold reads it."""

FOLD = Fold(Policies(), Policies.with_published)
PUBLISH = publishing(PolicyPublished, stream=STREAM)
