"""What a change of balance settles, and the events that say so (R-2, R-12)."""

from collections.abc import Sequence
from datetime import date

from services.reimbursement.domain.account import Account, evolve
from services.reimbursement.events.debt import Cause, DebtListed, OffsetApplied
from services.reimbursement.events.debt import OverpaymentEstablished as Overpaid
from services.reimbursement.events.payment import EntitlementRestated
from shared.kernel.events import Event


def offset(
    after: Account,
    amount_cents: int,
    on: date,
    *,
    claim_id: str | None = None,
    moved_cents: int = 0,
    other_project_id: str | None = None,
) -> Sequence[OffsetApplied]:
    """What was counted against what, and the corrections it settles; none where it is neither.

    `after` is the account once all is counted, but for what this event itself moves.
    """
    balance = after.free_cents - moved_cents
    settles = after.debt.settled_at(balance)
    if not amount_cents and not settles:
        return []
    return [
        OffsetApplied(
            project_id=after.project_id,
            organisation_id=after.organisation_id,
            claim_id=claim_id,
            amount_cents=amount_cents,
            moved_cents=moved_cents,
            other_project_id=other_project_id,
            balance_cents=balance,
            settles=settles,
            applied_on=on,
        )
    ]


def counted_against(free_before_cents: int, net_cents: int) -> int:
    """What of a net change only made up for the balance before it, with the balance's sign turned.

    A claim of 1000 on a balance of −300 gives 300: so much is taken off. On a balance of 300 it
    gives −300: so much is added.
    """
    if free_before_cents < 0 < net_cents:
        return min(net_cents, -free_before_cents)
    if free_before_cents > 0:
        return -free_before_cents if net_cents >= 0 else min(-net_cents, free_before_cents)
    return 0


def follow_restatement(
    account: Account, restated: EntitlementRestated, cause: Cause, by: str
) -> Sequence[Event]:
    """What a restated account's own stream says besides: an overpayment, or what is settled."""
    after = evolve(account, restated)
    on, net = restated.restated_on, restated.net_cents
    if net < 0 and after.balance_cents < 0:
        established = Overpaid(
            project_id=restated.project_id,
            organisation_id=restated.organisation_id,
            cause=cause,
            source=restated.source or restated.because,
            amount_cents=min(-net, -after.balance_cents),
            excess_cents=0,
            balance_cents=after.free_cents,
            established_on=on,
            established_by=by,
        )
        return [established]
    made_up = counted_against(account.free_cents, net) if net < 0 < account.free_cents else 0
    if net > 0 > account.free_cents:
        made_up = counted_against(account.free_cents, net)
    return offset(after, made_up, on)


def listed(organisation_id: str, project_id: str, known: frozenset[str]) -> Sequence[DebtListed]:
    """Where another project of the participant has to look; said once."""
    if project_id in known:
        return []
    return [DebtListed(organisation_id=organisation_id, project_id=project_id)]
