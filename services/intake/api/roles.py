"""Who may use which part of intake's interface; who is not named may not."""

from shared.kernel.commands import PARTIES, READERS

OFFICER = frozenset({"programme_officer"})
APPLICANT = OFFICER | PARTIES
"""Staff only on behalf of an applicant that it names, which deciders see to (I-13)."""
READER = READERS | APPLICANT
