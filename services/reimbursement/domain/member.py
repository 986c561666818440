"""Whether an organisation is an active member on a civil day, as heard from membership (R-1)."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.domain.profile import Profile, ProfileHeard, hear
from services.reimbursement.inbound import (
    AffiliationDeclared,
    CandidacyClosed,
    GracePeriodStarted,
    MemberAdmitted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
    OrganisationDissolved,
    SizeAttested,
)
from shared.kernel.decider import Fold

Standing: TypeAlias = Literal["none", "active", "grace", "lapsed", "suspended", "terminated"]
StandingHeard: TypeAlias = (
    MemberAdmitted
    | GracePeriodStarted
    | MembershipLapsed
    | MembershipRenewed
    | MembershipReinstated
    | MembershipSuspended
    | MembershipTerminated
)
OrganisationHeard: TypeAlias = StandingHeard | ProfileHeard | CandidacyClosed


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation's membership, as far as money depends on it."""

    organisation_id: str = ""
    admitted_on: date | None = None
    """The first day of all; absent as long as it is no member."""
    standings: tuple[tuple[date, Standing], ...] = ()
    """From which civil day on it stands how, in the order heard (M-12)."""
    profile: Profile = field(default_factory=Profile)
    """Its size and its affiliates, which the rules of a consortium look at (9.3)."""

    def standing_on(self, day: date) -> Standing:
        """How it stood on a civil day: the latest day counts, of equal ones what came later."""
        last: tuple[date, Standing] = (date.min, "none")
        for on, standing in self.standings:
            if last[0] <= on <= day:
                last = (on, standing)
        return last[1]

    def active_on(self, day: date) -> bool:
        """Whether it was an active member on this civil day; in grace payments are held (R-1)."""
        return self.standing_on(day) == "active"


def _admitted(member: Member, heard: MemberAdmitted) -> Member:
    first = min(member.admitted_on or heard.admitted_on, heard.admitted_on)
    return replace(_standing(member, heard.admitted_on, "active"), admitted_on=first)


def _standing(member: Member, on: date, standing: Standing) -> Member:
    return replace(member, standings=(*member.standings, (on, standing)))


def evolve(member: Member, heard: OrganisationHeard) -> Member:
    """The membership after what was heard; corrections come as further events with their days."""
    member = replace(member, organisation_id=heard.organisation_id)
    match heard:
        case MemberAdmitted():
            return _admitted(member, heard)
        case GracePeriodStarted():
            return _standing(member, heard.effective_on, "grace")
        case MembershipLapsed():
            return _standing(member, heard.effective_on, "lapsed")
        case MembershipRenewed() | MembershipReinstated():
            return _standing(member, heard.effective_on, "active")
        case MembershipSuspended():
            return _standing(member, heard.effective_on, "suspended")
        case MembershipTerminated():
            return _standing(member, heard.effective_on, "terminated")
        case SizeAttested() | AffiliationDeclared() | OrganisationDissolved():
            return replace(member, profile=hear(member.profile, heard))
        case CandidacyClosed():
            return member  # A reservation may end with it; whether it is a member is told apart.
        case _:
            assert_never(heard)


FOLDS = {"organisation": Fold(Member(), evolve)}
