"""When an amendment takes effect: new terms, new periods, and accounts computed anew (R-2, R-11).

Paid claims stay as they are. What they would be worth under the new terms, less what they were
worth under the former ones, is restated on the accounts, and paid or offset with the next claim.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from services.reimbursement.commands.amendment import LetAmendmentTakeEffect
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.agreement_fold import evolve
from services.reimbursement.domain.amendment import Amendment
from services.reimbursement.domain.amendment_checks import Against, check_changes
from services.reimbursement.domain.claim import COUNTED, Claim
from services.reimbursement.domain.entitlement import accepted_by_rate, difference_by_rate
from services.reimbursement.domain.envelope import Envelope
from services.reimbursement.domain.execution import open_periods
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.restating import Why, restate_together, shared_after
from services.reimbursement.domain.streams import accounts_of, claims_within, envelope_of
from services.reimbursement.events.amendment import AmendmentTookEffect
from services.reimbursement.events.claim import RateShare
from services.reimbursement.events.payment import EntitlementRestated
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.events import Event
from shared.kernel.periods import Quarter

Claims = Mapping[str, Claim]
Accounts = Mapping[str, Account]
ALIVE = frozenset({"active", "suspended", "completed"})
"""Where an agreement may still change."""


def let_take_effect(
    ask: LetAmendmentTakeEffect,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    claims: Claims,
    accounts: Accounts,
) -> Said:
    """Apply what all have signed once its first day has come; until then, and later, stay quiet.

    What is not allowed any more by then, such as a budget below what was accepted meanwhile (R-9),
    is refused; a person withdraws it.
    """
    amendment = agreement.amendments.get(ask.amendment_id)
    if amendment is None or amendment.status != "agreed" or agreement.status not in ALIVE:
        return []
    if ask.effective_on < amendment.effective_from:
        return []
    pinned = policies.version(agreement.programme, agreement.policy_version)
    against = Against(envelope, claims, pinned.parameters)
    check_changes(agreement, amendment.changes, amendment.effective_from, against)
    took_effect = _took_effect(ask, agreement, amendment)
    after = evolve(agreement, took_effect)
    restated = _restated(ask, agreement, after, claims, accounts)
    said: dict[str, Sequence[Event]] = {
        "agreement": [took_effect, *shared_after(after, *restated)],
    }
    for event in restated:
        said[f"account-{event.project_id}.{event.organisation_id}"] = [event]
    return {**said, **open_periods(after, claims, pinned.parameters.claim_due_days)}


def _took_effect(
    ask: LetAmendmentTakeEffect, agreement: Agreement, amendment: Amendment
) -> AmendmentTookEffect:
    """What changed, and what the terms are by that."""
    change = AmendmentTookEffect(
        project_id=agreement.project_id,
        amendment_id=amendment.amendment_id,
        version=amendment.version,
        changes=amendment.changes,
        effective_from=amendment.effective_from,
        took_effect_on=ask.effective_on,
    )
    after = evolve(agreement, change).agreed
    terms = {
        "ceiling_cents": after.ceiling_cents,
        "end_date": after.end_date,
        "rates": after.rates,
    }
    return change.model_copy(update=terms)


def _restated(
    ask: LetAmendmentTakeEffect,
    before: Agreement,
    after: Agreement,
    claims: Claims,
    accounts: Accounts,
) -> Sequence[EntitlementRestated]:
    """The accounts that the new terms change, all in one batch under the ceiling (R-17)."""
    amendment = after.amendments[ask.amendment_id]
    known = {
        account.organisation_id: account for account in accounts.values() if account.project_id
    }
    differences = {
        organisation_id: _difference(organisation_id, before, after, claims)
        for organisation_id in known
    }
    why = Why(
        because="amendment",
        quarter=str(Quarter.of(amendment.effective_from)),
        on=ask.effective_on,
        source=amendment.amendment_id,
        approved_by=(amendment.approved_by,),
    )
    restated = restate_together(after, known, differences, why).values()
    return [event for event in restated if event.accepted or event.part_cents or event.net_cents]


def _difference(
    organisation_id: str, before: Agreement, after: Agreement, claims: Claims
) -> Sequence[RateShare]:
    """What counts at each rate under the new terms less what counted under the former ones."""
    counted = [
        claim
        for claim in claims.values()
        if claim.status in COUNTED and claim.organisation_id == organisation_id
    ]

    def at(agreement: Agreement) -> Iterator[RateShare]:
        return chain.from_iterable(accepted_by_rate(claim, agreement) for claim in counted)

    return difference_by_rate(at(before), at(after))


def _amendment(ask: LetAmendmentTakeEffect, states: States) -> Amendment | None:
    agreement: Agreement = states["agreement"]
    return agreement.amendments.get(ask.amendment_id)


def _claims(ask: LetAmendmentTakeEffect, states: States) -> Sequence[str]:
    """All claim periods, those included that a later end date opens."""
    agreement: Agreement = states["agreement"]
    amendment = _amendment(ask, states)
    terms = agreement.terms
    if amendment is not None and amendment.changes.end_date and terms is not None:
        terms = replace(terms, end_date=amendment.changes.end_date)
    return claims_within(agreement, terms)


DECIDERS: Mapping[type[Command], Decider] = {
    LetAmendmentTakeEffect: Decider(
        let_take_effect,
        agreement="agreement-{project_id}",
        envelope=envelope_of,
        policies=POLICIES,
        claims=_claims,
        accounts=accounts_of,
    ),
}
