"""Where each party stands on the way to membership, on any civil day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.audit.inbound import Fields, Source, Told
from shared.kernel.periods import civil_date

STATUSES = ("registered", "associate", "candidate", "application_submitted", "fee_due", "active")
"""From a name in the register to a member; going on, nobody goes back."""

ENTERS: Mapping[str, tuple[str, str | None]] = {
    "OrganisationRegistered": ("registered", None),
    "AssociateAdmitted": ("associate", "admitted_on"),
    "CandidacyOpened": ("candidate", "opened_on"),
    "MembershipApplicationSubmitted": ("application_submitted", "submitted_on"),
    "FeeAssessed": ("fee_due", "assessed_on"),
    "MemberAdmitted": ("active", "admitted_on"),
}
"""By event: the status that a party enters by it, and the field with the day."""


@dataclass(frozen=True, slots=True)
class Step:
    """A status entered on a civil day."""

    status: str
    since: str
    source: Source


@dataclass(frozen=True, slots=True)
class Member:
    """A party as membership knows it."""

    organisation_id: str
    name: str | None = None
    status: str | None = None
    """On the day asked for; absent where it was not even registered."""
    covered_until: str | None = None
    """The end of what a member paid for (exclusive)."""
    timeline: tuple[Step, ...] = ()
    """By the day entered, equal ones in the order told."""

    def on(self, day: date) -> "Member":
        """The same party with its status and timeline on a civil day: the furthest one begun."""
        begun = tuple(step for step in self.timeline if step.since <= day.isoformat())
        reached = [STATUSES.index(step.status) for step in begun]
        status = STATUSES[max(reached)] if reached else None
        covered = self.covered_until if status == "active" else None
        return replace(self, status=status, covered_until=covered, timeline=begun)


@dataclass(frozen=True, slots=True)
class Members:
    """The parties of a project, by organisation."""

    parties: Mapping[str, Member] = field(default_factory=dict)


def evolve_members(members: Members, told: Told, fields: Fields) -> Members:
    """The parties after one event of membership; others change nothing."""
    organisation_id = fields.text("organisation_id")
    if told.origin != "membership" or organisation_id is None:
        return members
    member = members.parties.get(organisation_id) or Member(organisation_id)
    if told.name in ("OrganisationRegistered", "OrganisationProfileAmended"):
        member = replace(member, name=fields.text("name") or member.name)
    if told.name == "MemberAdmitted":
        member = replace(member, covered_until=fields.text("covered_until"))
    if told.name in ENTERS:
        status, dated = ENTERS[told.name]
        since = fields.text(dated) if dated else None
        step = Step(status, since or civil_date(told.effective_at).isoformat(), told.source)
        timeline = sorted((*member.timeline, step), key=lambda entered: entered.since)
        member = replace(member, timeline=tuple(timeline))
    return Members({**members.parties, organisation_id: member})
