"""Questions about amendments, and the way of one from its proposal to its effect."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.amendment import (
    ApproveAmendment,
    LetAmendmentTakeEffect,
    ProposeAmendment,
    RebaseAmendment,
    RejectAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from services.reimbursement.events.agreement import BudgetLine, CostKind
from services.reimbursement.events.amendment import Changes, RateChange
from shared.kernel.commands import Actor
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

FIRST = "amd_" + "01" * 16
SECOND = "amd_" + "02" * 16
NOW = date(2025, 11, 20)
PAST = date(2025, 4, 1)
robots_person = replace(eg.robots_lead, person="robots-signatory")
more_labour = Changes(
    rates=tuple(
        RateChange(organisation_id=eg.terminal, kind=kind, rate=Fraction(2, 5))
        for kind in ("labour", "equipment")
    )
)
lower_ceiling = Changes(ceiling_cents=20_000_000)


def planned(kind: CostKind, cents: int, quarter: str = "2025-26Q1") -> BudgetLine:
    return BudgetLine(organisation_id=eg.terminal, kind=kind, quarter=quarter, amount_cents=cents)


def in_force(
    rate: Fraction = Fraction(3, 10), budget: tuple[BudgetLine, ...] = (), **terms: Any
) -> Given:
    """Under a ceiling of 300,000.00, all of which is committed."""
    executed = ce.agreed(rate=rate, ceiling_cents=30_000_000, **terms)
    return given(DOMAIN, ce.history(executed.model_copy(update={"budget": budget})))


def asked(person: Actor = eg.officer, on: date = NOW) -> dict[str, Any]:
    return ce.by(person, on)


def propose(
    changes: Changes, amendment_id: str = FIRST, base: int = 1, since: date = PAST, **who: Any
) -> ProposeAmendment:
    return ProposeAmendment(
        project_id=eg.project,
        amendment_id=amendment_id,
        base_version=base,
        changes=changes,
        effective_from=since,
        reason="Wages rose.",
        **(who or asked()),
    )


def about(amendment_id: str, person: Actor, on: date = NOW) -> dict[str, Any]:
    return {"project_id": eg.project, "amendment_id": amendment_id, **asked(person, on)}


def approve(amendment_id: str = FIRST, by: Actor = eg.second_officer) -> ApproveAmendment:
    return ApproveAmendment(**about(amendment_id, by))


def sign(party: str | None, by: Actor, amendment_id: str = FIRST, on: date = NOW) -> SignAmendment:
    return SignAmendment(
        party="participant" if party else "funder",
        organisation_id=party,
        **about(amendment_id, by, on),
    )


def signatures(amendment_id: str = FIRST, on: date = NOW) -> Sequence[SignAmendment]:
    """All three participants, and then the funder."""
    institute = replace(eg.officer, on_behalf_of=eg.institute)
    return [
        sign(eg.terminal, eg.terminal_lead, amendment_id, on),
        sign(eg.robots, eg.robots_lead, amendment_id, on),
        sign(eg.institute, institute, amendment_id, on),
        sign(None, eg.finance, amendment_id, on),
    ]


def effect(amendment_id: str = FIRST, on: date = NOW) -> LetAmendmentTakeEffect:
    return LetAmendmentTakeEffect(**about(amendment_id, eg.this_service, on))


def rebase(amendment_id: str, base: int, changes: Changes | None = None) -> RebaseAmendment:
    return RebaseAmendment(
        base_version=base, changes=changes, effective_from=None, **about(amendment_id, eg.officer)
    )


def reject(amendment_id: str = FIRST, by: Actor = eg.second_officer) -> RejectAmendment:
    return RejectAmendment(reason="Not needed.", **about(amendment_id, by))


def withdraw(amendment_id: str = FIRST, by: Actor = eg.officer) -> WithdrawAmendment:
    return WithdrawAmendment(reason="Another way was found.", **about(amendment_id, by))


def agreed(here: Given, amendment_id: str = FIRST) -> Given:
    """Approved, signed by all; not in effect yet."""
    return here.after(approve(amendment_id), *signatures(amendment_id))


def in_effect(here: Given, changes: Changes, amendment_id: str = FIRST, **how: Any) -> Given:
    """Proposed, approved, signed and in effect."""
    return agreed(here.after(propose(changes, amendment_id, **how)), amendment_id).after(
        effect(amendment_id)
    )
