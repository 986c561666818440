"""Who asks, and when: what every command carries besides its own fields."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.kernel.periods import civil_date

STAFF = frozenset({"programme_officer", "certifier", "payer", "finance", "committee", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a request; separation of duties (X6) is by person, never by account."""

    person: str
    roles: frozenset[str] = field(default=frozenset())
    organisation_id: str | None = None
    on_behalf_of: str | None = None

    def may_act_for(self, organisation_ids: Container[str]) -> bool:
        """Staff may act for any organisation, everybody else for their own only."""
        if self.roles & STAFF or "service" in self.roles:
            return True
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
