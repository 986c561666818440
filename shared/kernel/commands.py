"""Who asks, and when: what every command carries besides its own fields."""

from collections.abc import Container, Set
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.kernel.periods import civil_date

STAFF = frozenset({"programme_officer", "certifier", "payer", "finance", "committee", "operator"})
READERS = STAFF | {"auditor"}
"""Who reads what concerns any organisation."""
PARTIES = frozenset({"applicant", "partner"})
"""Who comes from an organisation, and does and reads only what concerns that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a request; separation of duties (X6) is by person, never by account."""

    person: str
    roles: frozenset[str] = field(default=frozenset())
    organisation_id: str | None = None
    on_behalf_of: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the programme, or is one of its services."""
        return bool(self.roles & STAFF) or "service" in self.roles

    def may_act_for(self, organisation_ids: Container[str]) -> bool:
        """Staff may act for any organisation, everybody else for their own only."""
        return self.is_staff or self._comes_from(organisation_ids)

    def acts_for(self, organisation_ids: Container[str]) -> bool:
        """Whether one of these organisations acts: its own people, or staff that names it (I-13).

        Whoever names an organisation acts for that one and for no other, its own included.
        """
        if self.on_behalf_of is not None:
            return self.is_staff and self.on_behalf_of in organisation_ids
        return self._comes_from(organisation_ids)

    def may_read(self, organisation_ids: Container[str], readers: Set[str] = READERS) -> bool:
        """Whether what concerns these organisations is for this person to know."""
        return bool(self.roles & readers) or self.may_act_for(organisation_ids)

    def lists_only(self, readers: Set[str] = READERS) -> str | None:
        """The one organisation whose rows this person may list; absent for who may list all.

        Whoever comes from none may list the rows of "none", which is nobody's id.
        """
        return None if self.roles & readers else self.organisation_id or "none"

    def _comes_from(self, organisation_ids: Container[str]) -> bool:
        return self.organisation_id is not None and self.organisation_id in organisation_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something asked of a service.

    `now` is when it was asked (UTC); `effective_at` when it is true in business (UTC, X5).
    """

    by: Actor
    now: datetime
    effective_at: datetime

    @property
    def effective_on(self) -> date:
        """The civil day of `effective_at` in America/Toronto."""
        return civil_date(self.effective_at)
