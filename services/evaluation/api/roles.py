"""Groups of roles that several parts of the interface let in."""

from services.evaluation.domain.visibility import INSIDE

OFFICER = frozenset({"programme_officer"})
DECIDING = OFFICER | {"committee"}
READING = INSIDE - {"service"}
