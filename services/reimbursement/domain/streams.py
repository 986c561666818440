"""The streams that belong to an agreement, for decisions over more than one of them."""

from collections.abc import Sequence

from services.reimbursement.domain.agreement import Agreement, claim_ids
from services.reimbursement.domain.terms import Terms
from shared.kernel.decider import States


def envelope_of(_: object, states: States) -> str:
    """The envelope that the agreement draws on."""
    return f"envelope-{_agreement(states).envelope_id}"


def claims_of(_: object, states: States) -> Sequence[str]:
    """All claim periods of the agreement's own days."""
    return claims_within(_agreement(states))


def claims_within(agreement: Agreement, terms: Terms | None = None) -> Sequence[str]:
    """All claim periods of the agreement's days, or of others that may be agreed upon."""
    return [f"claim-{claim_id}" for claim_id in claim_ids(agreement, terms)]


def accounts_of(_: object, states: States) -> Sequence[str]:
    """The accounts of all funded participants."""
    agreement = _agreement(states)
    return [
        f"account-{agreement.project_id}.{organisation_id}" for organisation_id in agreement.funded
    ]


def _agreement(states: States) -> Agreement:
    agreement: Agreement = states["agreement"]
    return agreement
