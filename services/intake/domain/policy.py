"""The policy of a programme, as far as intake owns it (X7)."""

from typing import TypeAlias

from services.intake.domain.refusals import PolicyEndsBeforeItStarts
from services.intake.events import Parameters, PolicyPublished
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, publishing

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-intake"

FOLD = Fold(Policies(), Policies.with_published)
PUBLISH = publishing(PolicyPublished, stream=STREAM, backwards=PolicyEndsBeforeItStarts)
