"""What people decide about a membership: suspended, reinstated, ended for good (M-12)."""

from services.membership.commands import (
    ReinstateMembership,
    SuspendMembership,
    TerminateMembership,
)
from services.membership.domain.acting import require_known, spoken_until
from services.membership.domain.course import reconciled, status_by_fees
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import FeeStillOwed
from services.membership.domain.transitions import must_be_legal
from services.membership.events.course import (
    MembershipReinstated,
    MembershipSuspended,
    MembershipTerminated,
)
from shared.kernel.decider import Said
from shared.kernel.operations import Operations


def suspend_membership(
    ask: SuspendMembership, organisation: Organisation, timers: Operations
) -> Said:
    """Suspend a member from the effective day on; its fee years go on.

    Refused: OrganisationNotFound, NotAMember, AlreadySuspended, MembershipEnded.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    suspended = MembershipSuspended(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        reason=ask.reason,
        decided_by=ask.by.person,
    )
    return reconciled(organisation, [suspended], spoken_until(ask, timers))


def reinstate_membership(
    ask: ReinstateMembership, organisation: Organisation, timers: Operations
) -> Said:
    """Lift a suspension from the effective day on; a fee of that day is settled before.

    Refused: OrganisationNotFound, NotAMember, NotSuspended, FeeStillOwed, MembershipEnded.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if status_by_fees(organisation, ask.effective_on) != "active":
        raise FeeStillOwed
    reinstated = MembershipReinstated(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        fee_year=None,
        covered_until=None,
        reason=ask.reason,
        decided_by=ask.by.person,
    )
    return reconciled(organisation, [], spoken_until(ask, timers), last=[reinstated])


def terminate_membership(
    ask: TerminateMembership, organisation: Organisation, timers: Operations
) -> Said:
    """End a membership for good from the effective day on.

    Refused: OrganisationNotFound, NotAMember, MembershipEnded.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    terminated = MembershipTerminated(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        reason=ask.reason,
        decided_by=ask.by.person,
    )
    return reconciled(organisation, [terminated], spoken_until(ask, timers))
