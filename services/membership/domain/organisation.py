"""One organisation as its rules need it: who it is, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from services.membership.domain.standing import Status, Timeline, status_at
from services.membership.events.vocabulary import FeeClass


@dataclass(frozen=True, slots=True)
class Size:
    """Full-time equivalents on a day, as attested with evidence (M-13)."""

    as_of: date
    fte: Decimal
    affiliates_fte: Decimal
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class Control:
    """Who controls the body since a day: a registered organisation, a name, or nobody."""

    since: date
    controller_id: str | None
    controller_name: str | None


@dataclass(frozen=True, slots=True)
class Associate:
    """An application to be an associate, since when it was granted, and until when it held."""

    applied_on: date
    applied_by: str
    admitted_on: date | None = None
    resigned_on: date | None = None
    """The first day on which it is none any more."""


@dataclass(frozen=True, slots=True)
class Candidacy:
    """The right to apply that an approved project gives, its last day inclusive."""

    project_id: str
    programme: str
    opened_on: date
    open_until: date


@dataclass(frozen=True, slots=True)
class Application:
    """A candidate's application, by one of its candidacies."""

    project_id: str
    programme: str
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of a fee that arrived; the reference is the bank's."""

    reference: str
    paid_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of one fee year: frozen when assessed, and what came in for it."""

    fee_year: int
    fee_class: FeeClass
    amount_cents: int
    outstanding_cents: int
    programme: str
    policy_version: str
    schedule_version: str
    assessed_on: date
    assessed_by: str
    grace_days: int
    renewal_notice_days: int
    payments: tuple[Payment, ...] = ()
    returned: tuple[Payment, ...] = ()
    """Payments that were taken back."""
    waived_on: date | None = None
    waived_cents: int = 0

    @property
    def settled_on(self) -> date:
        """The day on which the last of what is known to be paid or waived was so.

        Where nothing was ever owed, it is the day of the assessment.
        """
        days = [payment.paid_on for payment in self.payments]
        return max([*days, self.waived_on] if self.waived_on else days, default=self.assessed_on)


Outcome: TypeAlias = Literal["suspended", "reinstated", "terminated"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a membership, from a day on."""

    since: date
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A member since a day, by one approved project, and what was decided about it since."""

    project_id: str
    programme: str
    admitted_on: date
    decisions: tuple[Decision, ...] = ()
    """By the day that they are true from, equal ones by version."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the organisation shows of itself in the directory (M-14)."""

    offers: tuple[str, ...]
    seeks: tuple[str, ...]
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the vault keeps whom partners may turn to, and what proves it."""

    reference: str
    keyed_hash: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body and everything that membership decides by; absent while it has no id."""

    organisation_id: str = ""
    name: str = ""
    kind: str | None = None
    country: str | None = None
    province: str | None = None
    business_number: str | None = None
    aliases: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    """By the day they are true of, equal ones by version."""
    affiliates: Mapping[str, date] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    """Changes of control, by their day, equal ones by version."""
    dissolved_on: date | None = None
    associate: Associate | None = None
    candidacies: Mapping[str, Candidacy] = field(default_factory=dict)
    """Those that are open, by project; an admission closes them all."""
    application: Application | None = None
    agreement_signed_on: date | None = None
    fees: Mapping[int, Fee] = field(default_factory=dict)
    """By fee year, the assessment that counts."""
    taken_back: tuple[Fee, ...] = ()
    """Assessments that were a mistake, as they stood, in the order of their reversals."""
    noticed: frozenset[int] = frozenset()
    """The fee years whose renewal was said to be due."""
    membership: Membership | None = None
    profile: Profile | None = None
    contact: Contact | None = None
    contact_erased: bool = False
    """Whether its contacts were erased: the key was destroyed on purpose (X8)."""
    timeline: Timeline = ()

    def size_on(self, day: date) -> Size | None:
        """The attestation in force on a day: the latest one true of that day or before."""
        attested = [size for size in self.sizes if size.as_of <= day]
        return attested[-1] if attested else None

    def status_on(self, day: date) -> Status:
        """The one status in force on a day (M-12); absent while nobody registered it."""
        return status_at(self.timeline, day) if self.organisation_id else "absent"

    @property
    def is_associate(self) -> bool:
        """Whether it was admitted as an associate and has not resigned."""
        return self.associate_on(date.max)

    def associate_on(self, day: date) -> bool:
        """Whether it was an associate on a day, a candidacy beside it or not."""
        associate = self.associate
        if associate is None or associate.admitted_on is None or day < associate.admitted_on:
            return False
        return associate.resigned_on is None or day < associate.resigned_on
