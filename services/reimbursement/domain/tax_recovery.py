"""Declaring how much of a tax a participant gets back (R-20)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.tax import DeclareTaxRecovery
from services.reimbursement.domain.agreement import (
    Agreement,
    NotAParty,
    require_acting_for,
    require_known,
)
from services.reimbursement.domain.tax import Recovery
from services.reimbursement.events.tax import TaxRecoveryDeclared
from shared.kernel.commands import Command
from shared.kernel.decider import Decider


def declare_tax_recovery(
    ask: DeclareTaxRecovery, agreement: Agreement
) -> Sequence[TaxRecoveryDeclared]:
    """Declare a participant's share from a day on; lines that are entered already keep theirs.

    By the participant, or staff in its name (I-13); the same once more changes nothing.
    """
    require_known(agreement, ask.by)
    if ask.organisation_id not in agreement.organisation_ids:
        raise NotAParty
    require_acting_for((ask.organisation_id,), ask.by)
    declared = Recovery(ask.organisation_id, ask.tax, ask.share, ask.applies_from)
    if declared in agreement.recoveries[-1:]:
        return []
    return [
        TaxRecoveryDeclared(
            project_id=agreement.project_id,
            organisation_id=ask.organisation_id,
            tax=ask.tax,
            share=ask.share,
            applies_from=ask.applies_from,
            declared_by=ask.by.person,
        )
    ]


DECIDERS: Mapping[type[Command], Decider] = {
    DeclareTaxRecovery: Decider(declare_tax_recovery, agreement="agreement-{project_id}")
}
