"""How far an agreement is, in the words of the programme."""

from typing import Literal, TypeAlias, get_args

Status: TypeAlias = Literal[
    "absent",
    "drafted",
    "conditions_pending",
    "signature_pending",
    "active",
    "suspended",
    "completed",
    "terminated",
    "closing",
    "closed",
]
STATES: tuple[Status, ...] = get_args(Status)
IN_FORCE: tuple[Status, ...] = ("active", "completed", "terminated", "closing")
"""Where costs may be claimed and paid; those of after a termination are not eligible."""
