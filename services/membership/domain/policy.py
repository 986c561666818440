"""Publishing membership parameters: versions never change (X7), and SMEs pay less (M-5)."""

from typing import TypeAlias

from services.membership.events import Parameters, PolicyPublished
from shared.kernel.decider import Fold
from shared.kernel.policy_book import PolicyBook, publishing
from shared.kernel.refusals import Invalid

Policies: TypeAlias = PolicyBook[Parameters]
STREAM = "policy-membership"


class SmeFeeNotBelowLarge(Invalid):
    """The fee of an SME must be below the fee of a large firm."""

    rule = "M-5"
    french = "La cotisation d'une PME doit être inférieure à celle d'une grande entreprise."


def require_lower_sme_fee(parameters: Parameters) -> None:
    """An SME pays less than a large firm (M-5). Raises SmeFeeNotBelowLarge."""
    schedule = parameters.fee_schedule
    if schedule.sme_cents >= schedule.large_cents:
        raise SmeFeeNotBelowLarge


FOLD = Fold(Policies(), Policies.with_published)
PUBLISH = publishing(PolicyPublished, stream=STREAM, check=require_lower_sme_fee)
