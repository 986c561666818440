"""What reimbursement does by itself: the policies of all parts, merged event by event."""

from collections.abc import Mapping, Sequence

from services.reimbursement.policies import agreements, awards, claims, envelopes, payments
from shared.kernel.decider import Policy
from shared.kernel.events import Event, Heard

PARTS: Sequence[Mapping[type[Event] | type[Heard], Sequence[Policy]]] = (
    awards.POLICIES,
    agreements.POLICIES,
    envelopes.POLICIES,
    claims.POLICIES,
    payments.POLICIES,
)
"""In the order in which they act on one event."""

POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    event: [policy for part in PARTS for policy in part.get(event, ())]
    for event in dict.fromkeys(event for part in PARTS for event in part)
}
