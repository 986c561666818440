"""What an amendment may say: days, rates, caps, ceiling, budget (R-8, R-9, R-14, R-15, R-25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.reimbursement.domain.agreement import Agreement, NotAParty
from services.reimbursement.domain.agreement_refusals import (
    RateAbovePolicy,
    RateEndsBeforeItBegins,
)
from services.reimbursement.domain.claim import COUNTED, Claim, assessed_lines
from services.reimbursement.domain.envelope import Envelope
from services.reimbursement.domain.signing import (
    CALENDAR_TO,
    CapAbovePolicy,
    CapTwice,
    EndsBeforeEligible,
    OutsideCalendar,
)
from services.reimbursement.domain.terms import Agreed, Amended, with_amendments
from services.reimbursement.events.agreement import COST_KINDS
from services.reimbursement.events.amendment import Changes
from services.reimbursement.events.policy import Parameters
from shared.kernel.refusals import Invalid, Refusal


class AmendmentChangesNothing(Invalid):
    """The amendment names no change; say what it changes."""

    rule = "R-9"
    french = "L'avenant ne nomme aucun changement; dites ce qu'il change."


class AmendmentBeforeAgreement(Invalid):
    """The amendment's first day lies before the first eligible day of the agreement."""

    rule = "R-25"
    french = "Le premier jour de l'avenant précède le premier jour admissible de l'entente."


class CeilingAboveCommitment(Refusal):
    """The ceiling is above what is committed; it takes a new decision and its reservation first."""

    rule = "R-15"
    french = "Le plafond dépasse l'engagement; il faut d'abord une décision et sa réservation."


class CeilingBelowEntitlement(Refusal):
    """The ceiling is below what the participants are entitled to already."""

    rule = "R-25"
    french = "Le plafond est inférieur à ce qui est déjà dû aux participants."


class BudgetBelowAccepted(Refusal):
    """The budget of a cost kind is below what was already accepted in it."""

    rule = "R-9"
    french = "Le budget d'un type de coût est inférieur à ce qui y est déjà accepté."


@dataclass(frozen=True, slots=True)
class Against:
    """What the changes are held against besides the agreement."""

    envelope: Envelope
    claims: Mapping[str, Claim]
    parameters: Parameters


def check_changes(
    agreement: Agreement, changes: Changes, effective_from: date, against: Against
) -> None:
    """Raise the refusal that says why these changes cannot be agreed upon, if any."""
    if not changes.topics:
        raise AmendmentChangesNothing
    if effective_from < agreement.eligible_from:
        raise AmendmentBeforeAgreement
    _check_parties(agreement, changes)
    _check_rates(changes, effective_from, against.parameters)
    version = Amended(agreement.version + 1, effective_from, changes)
    after = with_amendments(agreement.agreed_by(agreement.version), [version])
    _check_days(agreement, after)
    _check_money(agreement, changes, after, against)


def _check_parties(agreement: Agreement, changes: Changes) -> None:
    capped = [cap.organisation_id for cap in changes.participant_caps]
    if len(capped) != len(set(capped)):
        raise CapTwice
    named = {*capped, *(rate.organisation_id for rate in changes.rates)}
    named |= {line.organisation_id for line in changes.budget}
    if not named <= set(agreement.funded):
        raise NotAParty


def _check_rates(changes: Changes, first: date, parameters: Parameters) -> None:
    for rate in changes.rates:
        if rate.applies_to is not None and rate.applies_to <= first:
            raise RateEndsBeforeItBegins
        if rate.rate > parameters.reimbursement_rate_max:
            raise RateAbovePolicy


def _check_days(agreement: Agreement, after: Agreed) -> None:
    if after.end_date < agreement.eligible_from:
        raise EndsBeforeEligible
    if after.end_date > CALENDAR_TO:
        raise OutsideCalendar


def _check_money(agreement: Agreement, changes: Changes, after: Agreed, against: Against) -> None:
    kept = against.envelope.commitments.get(agreement.project_id)
    committed = (kept.amount_cents if kept else 0) + agreement.drawn_elsewhere_cents
    if changes.ceiling_cents and after.ceiling_cents > committed:
        raise CeilingAboveCommitment(committed_cents=committed)
    entitled = agreement.ceiling_cents - agreement.room_cents
    if changes.ceiling_cents and after.ceiling_cents < entitled:
        raise CeilingBelowEntitlement(entitled_cents=entitled)
    share = against.parameters.max_share_single_participant
    limit = after.ceiling_cents * (Fraction(1) if share is None else share)
    if any(cap.cap_cents > limit for cap in changes.participant_caps):
        raise CapAbovePolicy
    for kind in COST_KINDS:
        if changes.budget and after.budget_of(kind) < accepted_in(kind, against.claims):
            raise BudgetBelowAccepted(kind=kind, accepted_cents=accepted_in(kind, against.claims))


def accepted_in(kind: str, claims: Mapping[str, Claim]) -> int:
    """What was accepted so far of one cost kind in the whole project, in cents (R-9)."""
    return sum(
        cents
        for claim in claims.values()
        if claim.status in COUNTED
        for line, cents in assessed_lines(claim)
        if line.kind == kind
    )
