"""The money of one project, computed a second time from the rules alone, sharing no code.

R-2: rounded once on the cumulative total, then the cap, then the room; the holdback from the
rounded entitlement; what counts as paid, payable and owed. R-17: the room shared in proportion,
reductions first, by largest remainder, ties by id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction


def rounded(amount: Fraction) -> int:
    """HALF_UP: ties away from zero."""
    doubled = abs(amount) * 2
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return whole if amount >= 0 else -whole


def shared(room: int, asked: Mapping[str, int]) -> dict[str, int]:
    """A room among positive asks: in proportion, by largest remainder, ties by id."""
    total = sum(asked.values())
    floors = {name: room * ask // total for name, ask in asked.items()}
    left = room - sum(floors.values())
    order = sorted(asked, key=lambda name: (-(room * asked[name] % total), name))
    return {name: floors[name] + (name in order[:left]) for name in asked}


@dataclass
class Party:
    """One participant's money, in cents."""

    cap: int | None
    costs: dict[str, int] = field(default_factory=dict)
    """What counts, by the quarter in which it was incurred."""
    rates: list[tuple[str, Fraction]] = field(default_factory=list)
    """From which quarter on which rate was agreed, in the order in which it was."""
    entitled: int = 0
    paid: int = 0
    waived: int = 0
    released: bool = False
    promised: dict[str, int] = field(default_factory=dict)

    def earned(self, usual: Fraction) -> int:
        """Rounded once, each quarter at the rate that was agreed from the latest quarter on."""
        exact = Fraction(0)
        for quarter, cents in self.costs.items():
            agreed = [each for each in self.rates if each[0] <= quarter]
            rate = max(agreed, key=lambda each: each[0])[1] if agreed else usual
            exact += rate * cents
        return rounded(exact)

    def holdback(self, pct: Fraction) -> int:
        return 0 if self.released else rounded(pct * self.entitled)


@dataclass
class Project:
    """One project under its ceiling."""

    rate: Fraction
    ceiling: int
    pct: Fraction
    parties: dict[str, Party]

    def payable(self, name: str) -> int:
        party = self.parties[name]
        return party.entitled - party.holdback(self.pct) - party.paid

    def balance(self, name: str) -> int:
        payable = self.payable(name)
        return payable + min(self.parties[name].waived, max(-payable, 0))

    def free(self, name: str) -> int:
        return self.balance(name) - sum(self.parties[name].promised.values())

    def count(self, changes: Sequence[tuple[str, str, int]]) -> None:
        """Accepted costs (quarter, party, cents) that count together from now on."""
        for quarter, name, cents in changes:
            costs = self.parties[name].costs
            costs[quarter] = costs.get(quarter, 0) + cents
        self._entitle({name for _, name, _ in changes})

    def amend(self, name: str, quarter: str, rate: Fraction) -> None:
        """Another rate from this quarter on: everybody who has an account is computed anew."""
        rates = self.parties[name].rates
        self.parties[name].rates = [
            *(each for each in rates if each[0] != quarter),
            (quarter, rate),
        ]
        self._entitle({other for other, party in self.parties.items() if party.costs})

    def _entitle(self, names: set[str]) -> None:
        before = {name: party.entitled for name, party in self.parties.items()}
        asked = {}
        for name in names:
            party = self.parties[name]
            earned = party.earned(self.rate)
            capped = earned if party.cap is None else min(earned, party.cap)
            asked[name] = capped - before[name]
        room = self.ceiling - sum(before.values()) - sum(min(ask, 0) for ask in asked.values())
        growing = {name: ask for name, ask in asked.items() if ask > 0}
        if sum(growing.values()) > room:
            asked |= shared(room, growing)
        for name, part in asked.items():
            self.parties[name].entitled = before[name] + part
