"""How large an organisation was on which day, and with whom it is under common control."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias, assert_never

from services.reimbursement.inbound import (
    AffiliationDeclared,
    OrganisationDissolved,
    SizeAttested,
)

ProfileHeard: TypeAlias = SizeAttested | AffiliationDeclared | OrganisationDissolved


@dataclass(frozen=True, slots=True)
class Profile:
    """What membership attested of an organisation, in the order heard."""

    sizes: tuple[tuple[date, Decimal], ...] = ()
    """From which day on it had how many full-time equivalents, its affiliates' included (M-13)."""
    affiliates: Mapping[str, date] = field(default_factory=dict)
    """With whom it is under common control, and since when; a later declaration counts."""

    dissolved_on: date | None = None
    """From which day on it exists no more."""

    def exists_on(self, day: date) -> bool:
        """Whether it was not dissolved by a civil day."""
        return self.dissolved_on is None or day < self.dissolved_on

    def fte_on(self, day: date) -> Decimal | None:
        """Its size by the attestation in force on a civil day; absent where there is none."""
        found: tuple[date, Decimal | None] = (date.min, None)
        for as_of, fte in self.sizes:
            if found[0] <= as_of <= day:
                found = (as_of, fte)
        return found[1]

    def sme_on(self, day: date, fte_lt: int) -> bool | None:
        """Whether it was an SME on a civil day; absent where its size is not known (C-039)."""
        fte = self.fte_on(day)
        return None if fte is None else fte < fte_lt

    def affiliates_on(self, day: date) -> frozenset[str]:
        """With whom it was under common control on a civil day."""
        return frozenset(other for other, since in self.affiliates.items() if since <= day)


def hear(profile: Profile, heard: ProfileHeard) -> Profile:
    """The profile after one attestation or declaration more."""
    match heard:
        case SizeAttested():
            size = (heard.as_of, heard.fte + heard.affiliates_fte)
            return replace(profile, sizes=(*profile.sizes, size))
        case AffiliationDeclared():
            affiliates = {**profile.affiliates, heard.affiliate_id: heard.since}
            return replace(profile, affiliates=affiliates)
        case OrganisationDissolved():
            return replace(profile, dissolved_on=heard.effective_on)
        case _:
            assert_never(heard)
