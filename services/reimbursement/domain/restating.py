"""Computing accounts anew after what was accepted, or what was agreed, changed (R-2, R-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.entitlement import (
    Asking,
    Entitlement,
    entitlement,
    entitlements,
)
from services.reimbursement.events.agreement import CeilingPart, CeilingShared
from services.reimbursement.events.claim import RateShare
from services.reimbursement.events.payment import Because, EntitlementRestated


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why an account is computed anew, of which quarter, and on which business day."""

    because: Because
    quarter: str
    """The quarter whose total the difference belongs to (R-24)."""
    on: date
    claim_id: str | None = None
    """The claim whose costs changed; absent where the terms changed."""
    source: str | None = None
    """The correction, the deducted line or the amendment that it follows from."""
    approved_by: tuple[str, ...] | None = None
    """Who approved it; none of them authorises what it adds (X6)."""


def restate(
    account: Account,
    agreement: Agreement,
    organisation_id: str,
    differences: Sequence[RateShare],
    why: Why,
) -> EntitlementRestated:
    """The account with these signed differences of accepted costs, by exact rate, counted too.

    The same computation as an approval's: cumulative, the cap, the room under the ceiling. Without
    differences it follows changed terms: pass the agreement as it is from now on. Goes on the
    account's stream; `shared_after` makes the agreement's own event of it.
    """
    worth = entitlement(account, agreement, organisation_id, differences)
    return _restated(agreement, organisation_id, differences, worth, why)


def restate_together(
    agreement: Agreement,
    accounts: Mapping[str, Account],
    differences: Mapping[str, Sequence[RateShare]],
    why: Why,
) -> Mapping[str, EntitlementRestated]:
    """Several participants' accounts at once, by organisation: they share the room (R-17)."""
    batch = [
        Asking(
            key=organisation_id,
            organisation_id=organisation_id,
            account=account,
            accepted=differences.get(organisation_id, ()),
        )
        for organisation_id, account in accounts.items()
    ]
    found = entitlements(agreement, batch)
    return {
        organisation_id: _restated(
            agreement,
            organisation_id,
            differences.get(organisation_id, ()),
            found[organisation_id],
            why,
        )
        for organisation_id in accounts
    }


def shared_after(agreement: Agreement, *restated: EntitlementRestated) -> Sequence[CeilingShared]:
    """What the agreement's stream has to know of the room that changed hands; none if none did."""
    parts = tuple(
        CeilingPart(
            claim_id=event.claim_id,
            organisation_id=event.organisation_id,
            increment_cents=event.increment_cents,
            part_cents=event.part_cents,
        )
        for event in restated
        if event.part_cents
    )
    return [ceiling_shared(agreement, parts)] if parts else []


def ceiling_shared(agreement: Agreement, parts: tuple[CeilingPart, ...]) -> CeilingShared:
    """The agreement's event of one batch, be it approved or restated (R-17)."""
    return CeilingShared(
        project_id=agreement.project_id,
        batch=agreement.batches + 1,
        room_cents=agreement.room_cents,
        parts=parts,
    )


def _restated(
    agreement: Agreement,
    organisation_id: str,
    differences: Sequence[RateShare],
    worth: Entitlement,
    why: Why,
) -> EntitlementRestated:
    return EntitlementRestated(
        project_id=agreement.project_id,
        organisation_id=organisation_id,
        claim_id=why.claim_id,
        quarter=why.quarter,
        because=why.because,
        source=why.source,
        accepted=tuple(differences),
        increment_cents=worth.increment_cents,
        part_cents=worth.part_cents,
        entitled_cents=worth.entitled_cents,
        holdback_cents=worth.holdback_cents,
        net_cents=worth.net_cents,
        restated_on=why.on,
        approved_by=why.approved_by,
    )
