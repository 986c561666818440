"""What falls due on a business date, in parts that one transaction bears."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from shared.kernel.canonical import canonical
from shared.runtime.projections import Place, Rows

PART_ROWS_MAX = 100
"""Rows of one table that one policy is given in one transaction: others have their turn between."""

FindDue: TypeAlias = Callable[[str, date], Sequence[Mapping[str, Any]]]


@dataclass(slots=True)
class Part:
    """One part of a date: where each policy goes on, and where the next part has to."""

    after: Mapping[str, Place] = field(default_factory=dict)
    """By policy and table, the last row of the part before; empty for the first part."""
    left: dict[str, Place] = field(default_factory=dict)
    """The same for the next part; empty when this one was the last."""

    def concerns(self, policy: str) -> bool:
        """Whether anything is left for this policy."""
        return not self.after or any(name.startswith(f"{policy}/") for name in self.after)

    def place(self, policy: str) -> str:
        """What this part of a policy's work is called: its commands have ids of their own."""
        mine = {name: at for name, at in self.after.items() if name.startswith(f"{policy}/")}
        return f"{policy} after {canonical(mine)}" if mine else policy

    def of(self, policy: str, rows: Rows) -> FindDue:
        """What this policy finds due in this part."""

        def due(table: str, until: date) -> Sequence[Mapping[str, Any]]:
            name = f"{policy}/{table}"
            if self.after and name not in self.after:
                return []
            after = self.after.get(name, ())
            found = rows.due(table, until.isoformat(), after, PART_ROWS_MAX)
            if len(found) == PART_ROWS_MAX:
                self.left[name] = rows.tables[table].place_of(found[-1])
            return found

        return due


def all_due(rows: Rows) -> FindDue:
    """What a policy finds due that reacts to anything else: all of it."""
    return lambda table, until: rows.due(table, until.isoformat())
