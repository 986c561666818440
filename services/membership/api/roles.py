"""Who may use which part of membership's interface; who is not named may not."""

from shared.kernel.commands import PARTIES, READERS

OFFICER = frozenset({"programme_officer"})
FINANCE = OFFICER | {"finance"}
CASHIER = FINANCE | {"payer"}
PARTY = OFFICER | PARTIES
"""An organisation itself; staff only as deciders allow it (I-13)."""
READER = READERS | PARTIES
