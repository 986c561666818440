"""How each stream folds, and who decides each command: the tables of all parts, merged."""

from collections.abc import Mapping
from typing import Any

from services.reimbursement.domain import (
    account,
    agreement_fold,
    approval,
    assessment,
    award,
    claim,
    closing,
    document,
    drawing,
    envelope,
    execution,
    filing,
    holdback,
    lines,
    member,
    paying,
    policy,
    reserving,
    signing,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold

FOLDS: Mapping[str, Fold[Any]] = {
    **policy.FOLDS,
    **envelope.FOLDS,
    **agreement_fold.FOLDS,
    **claim.FOLDS,
    **account.FOLDS,
    **document.FOLDS,
    **award.FOLDS,
    **member.FOLDS,
}
DECIDERS: Mapping[type[Command], Decider] = {
    **policy.DECIDERS,
    **envelope.DECIDERS,
    **reserving.DECIDERS,
    **drawing.DECIDERS,
    **signing.DECIDERS,
    **execution.DECIDERS,
    **lines.DECIDERS,
    **filing.DECIDERS,
    **assessment.DECIDERS,
    **approval.DECIDERS,
    **paying.DECIDERS,
    **holdback.DECIDERS,
    **closing.DECIDERS,
}
