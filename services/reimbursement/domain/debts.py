"""Debts of a participant in its other projects: taken off a payment, once, where they stand (R-2).

Each debt is guarded by its own account's stream: two payments at the same moment collide there.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reimbursement.domain.account import Account, evolve
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.settling import offset
from services.reimbursement.events.debt import OffsetApplied
from shared.kernel.decider import States
from shared.kernel.events import Event


def owing_accounts(ask: object, states: States) -> Sequence[str]:
    """The streams of the participant's accounts in other projects where it ever owed."""
    payee: Payee = states["payee"]
    here = getattr(ask, "project_id", None)
    return [
        f"account-{project_id}.{payee.organisation_id}"
        for project_id in sorted(payee.owes_in)
        if project_id != here
    ]


def debts_taken(owing: Mapping[str, Account], payable_cents: int) -> Mapping[str, int]:
    """How much of each debt an amount covers, by stream, in the order of the projects' ids."""
    taken: dict[str, int] = {}
    for stream, account in owing.items():
        cents = min(payable_cents - sum(taken.values()), account.owed_cents)
        if cents > 0:
            taken[stream] = cents
    return taken


def paid_elsewhere(
    account: Account, owing: Mapping[str, Account], taken: Mapping[str, int], on: date
) -> Sequence[OffsetApplied]:
    """What the paying account says: so much counts as paid here, though nothing was sent."""
    said: list[OffsetApplied] = []
    for stream, cents in taken.items():
        other = owing[stream].project_id
        for event in offset(account, cents, on, moved_cents=cents, other_project_id=other):
            account = evolve(account, event)
            said.append(event)
    return said


def received_from(
    paying: Account, owing: Mapping[str, Account], taken: Mapping[str, int], on: date
) -> Mapping[str, Sequence[Event]]:
    """What the accounts that owed say, by stream: so much came from the other project."""
    return {
        stream: offset(
            owing[stream], cents, on, moved_cents=-cents, other_project_id=paying.project_id
        )
        for stream, cents in taken.items()
    }
