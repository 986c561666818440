"""Whether an organisation is an active member on a civil day, as heard from membership (R-1)."""

from dataclasses import dataclass
from datetime import date

from services.reimbursement.inbound import MemberAdmitted
from shared.kernel.decider import Fold


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation's membership, as far as money depends on it."""

    organisation_id: str = ""
    admitted_on: date | None = None

    def active_on(self, day: date) -> bool:
        """Whether it was an active member on this civil day."""
        return self.admitted_on is not None and self.admitted_on <= day


def evolve(member: Member, heard: MemberAdmitted) -> Member:
    """The membership after what was heard; an admission heard twice keeps its first day."""
    first = min(member.admitted_on or heard.admitted_on, heard.admitted_on)
    return Member(organisation_id=heard.organisation_id, admitted_on=first)


FOLDS = {"organisation": Fold(Member(), evolve)}
