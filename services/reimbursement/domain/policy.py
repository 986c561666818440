"""The published policy of money, claims and agreements: what is in force, what was pinned (X7)."""

from collections.abc import Mapping
from typing import TypeAlias

from services.reimbursement.events.policy import Parameters, PolicyPublished
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.policy_book import PolicyBook, PublishPolicy, publishing

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-reimbursement"

FOLDS = {"policy": Fold(Policies(), Policies.with_published)}
DECIDERS: Mapping[type[Command], Decider] = {
    PublishPolicy: publishing(PolicyPublished, stream=STREAM)
}
