"""What evaluation's policy asks of a consortium, as heard: it stays true for the whole project."""

from datetime import date

from services.reimbursement.inbound import SelectionParameters
from shared.kernel.policy_book import NoPolicyInForce, PolicyBook

SelectionPolicies = PolicyBook[SelectionParameters]
STREAM = "policy-evaluation"


def rules_for(
    policies: SelectionPolicies, programme: str, decided_on: date
) -> tuple[str, SelectionParameters]:
    """The version in force on the day of the decision and its rules; the usual ones if none is."""
    try:
        pinned = policies.in_force(programme, decided_on)
    except NoPolicyInForce:
        return "usual", SelectionParameters()
    return pinned.version, pinned.parameters
