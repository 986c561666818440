"""Where each party stands on the way to membership and in it, on any civil day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.audit.inbound import Fields, Source, Told
from shared.kernel.periods import civil_date

ON_THE_WAY = ("registered", "associate", "candidate", "application_submitted", "fee_due")
"""From a name in the register to a membership; going on, nobody goes back."""

ENTERS: Mapping[str, tuple[str, str | None]] = {
    "OrganisationRegistered": ("registered", None),
    "AssociateAdmitted": ("associate", "admitted_on"),
    "CandidacyOpened": ("candidate", "opened_on"),
    "MembershipApplicationSubmitted": ("application_submitted", "submitted_on"),
    "FeeAssessed": ("fee_due", "assessed_on"),
    "MemberAdmitted": ("active", "admitted_on"),
    "MembershipRenewed": ("active", "effective_on"),
    "GracePeriodStarted": ("grace", "effective_on"),
    "MembershipLapsed": ("lapsed", "effective_on"),
    "MembershipReinstated": ("active", "effective_on"),
    "MembershipSuspended": ("suspended", "effective_on"),
    "MembershipTerminated": ("terminated", "effective_on"),
    "OrganisationDissolved": ("terminated", "effective_on"),
}
"""By event: the status that a party enters by it, and the field with the day."""
FALLS_BACK: Mapping[str, str] = {
    "AssociateResigned": "resigned_on",
    "CandidacyClosed": "closed_on",
}
"""By event: the field with the day from which a party is what the event says, or stays."""
FIRST_YEAR = 1
"""The fee year of an admission, which needs no number there."""


@dataclass(frozen=True, slots=True)
class Step:
    """A status entered on a civil day."""

    status: str
    since: str
    source: Source
    falls_back: bool = False
    """Whether the party is back there, however far it had come."""


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
    _covered: Mapping[int, str] = field(default_factory=dict)
    """By fee year that is paid for, its end (exclusive)."""

    def on(self, day: date) -> "Member":
        """The same party with its status and timeline on a civil day (M-12)."""
        begun = tuple(step for step in self.timeline if step.since <= day.isoformat())
        status = status_after([(step.status, step.falls_back) for step in begun])
        covered = max(self._covered.values(), default=None) if status == "active" else None
        return replace(self, status=status, covered_until=covered, timeline=begun)


@dataclass(frozen=True, slots=True)
class Members:
    """The parties of a project, by organisation."""

    parties: Mapping[str, Member] = field(default_factory=dict)


def status_after(entered: Sequence[tuple[str, bool]]) -> str | None:
    """The status after these, in their order, each with whether it falls back.

    The last one counts; only a step on the way counts from a step before it alone.
    """
    found: str | None = None
    for status, falls_back in entered:
        if falls_back or _takes_over(status, found):
            found = status
    return found


def _takes_over(status: str, before: str | None) -> bool:
    if before is None or status not in ON_THE_WAY:
        return True
    return before in ON_THE_WAY and ON_THE_WAY.index(status) > ON_THE_WAY.index(before)


def step_of(told: Told, fields: Fields) -> Step | None:
    """The status that an event of membership says, and since when; nothing where it says none."""
    if told.name in FALLS_BACK:
        status = fields.text("falls_back_to")
        dated: str | None = FALLS_BACK[told.name]
    else:
        status, dated = ENTERS.get(told.name, (None, None))
    if status is None:
        return None
    since = fields.text(dated) if dated else None
    begins = since or civil_date(told.effective_at).isoformat()
    return Step(status, begins, told.source, falls_back=told.name in FALLS_BACK)


def evolve_members(members: Members, told: Told, fields: Fields) -> Members:
    """The parties after one event of membership; others change nothing."""
    organisation_id = fields.text("organisation_id")
    if told.origin != "membership" or organisation_id is None:
        return members
    member = members.parties.get(organisation_id) or Member(organisation_id)
    if told.name in ("OrganisationRegistered", "OrganisationProfileAmended"):
        member = replace(member, name=fields.text("name") or member.name)
    member = replace(member, _covered=_covered_after(member, told, fields))
    if step := step_of(told, fields):
        timeline = sorted((*member.timeline, step), key=lambda entered: entered.since)
        member = replace(member, timeline=tuple(timeline))
    return Members({**members.parties, organisation_id: member})


def _covered_after(member: Member, told: Told, fields: Fields) -> Mapping[int, str]:
    year = FIRST_YEAR if told.name == "MemberAdmitted" else fields.whole("fee_year")
    until = fields.text("covered_until")
    if year is None:
        return member._covered
    if told.name == "FeePaymentReversed":
        return {number: end for number, end in member._covered.items() if number != year}
    return {**member._covered, year: until} if until is not None else member._covered
