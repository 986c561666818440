"""What a programme lays down about its members: parameters, and fee schedules by version."""

from datetime import date

from services.membership.events.vocabulary import Days, FeeCents, FeeClass, FteLimit
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, Slug


class FeeSchedule(Fact):
    """What each class of member pays for one fee year, in cents (M-5)."""

    individual_cents: FeeCents
    sme_cents: FeeCents
    large_cents: FeeCents
    academic_cents: FeeCents
    nonprofit_cents: FeeCents
    government_cents: FeeCents

    def of(self, fee_class: FeeClass) -> int:
        """The yearly fee of a class, in cents."""
        amount: int = getattr(self, f"{fee_class}_cents")
        return amount


class Parameters(Fact):
    """The parameters that membership owns; other services keep their own."""

    fee_schedule: FeeSchedule
    sme_fte_lt: FteLimit = 500
    """Fewer full-time equivalents than this, affiliates' included, is an SME (fee class only)."""
    candidacy_days: Days = 90
    membership_grace_days: Days = 60
    renewal_notice_days: Days | None = None
    """How long before the end of what is paid for, the renewal is due; absent: as long as grace."""

    @property
    def notice_days(self) -> int:
        """Days of notice before what is paid for ends."""
        stated = self.renewal_notice_days
        return self.membership_grace_days if stated is None else stated


class PolicyPublished(Event, name="PolicyPublished", schema=1):
    """A programme's membership parameters apply from a date, until a date (exclusive)."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None
    reason: Line
    published_by: PersonId


class FeeScheduleAdopted(Event, name="FeeScheduleAdopted", schema=1):
    """New fees apply to what is assessed from a date on; the other parameters stay (M-5)."""

    programme: Slug
    version: Slug
    fee_schedule: FeeSchedule
    effective_from: date
    effective_to: date | None
    """Exclusive; absent means open."""
    reason: Line
    adopted_by: PersonId


EVENTS: tuple[type[Event], ...] = (PolicyPublished, FeeScheduleAdopted)
