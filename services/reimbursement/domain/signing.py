"""The terms of an agreement and the signatures of its parties."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from services.reimbursement.commands.agreement import SignAgreement, StateTerms
from services.reimbursement.domain.agreement import (
    Agreement,
    NotAParty,
    require_acting_for,
    require_known,
)
from services.reimbursement.domain.agreement_refusals import (
    RateAbovePolicy,
    RateEndsBeforeItBegins,
)
from services.reimbursement.domain.agreement_table import TABLE
from services.reimbursement.domain.party import FUNDER, signs_for_both_sides
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.terms import Terms
from services.reimbursement.events.agreement import (
    AgreementSigned,
    AgreementTermsStated,
    ParticipantCap,
)
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import Forbidden, Invalid, Refusal, SamePerson

CALENDAR_FROM = date(2000, 4, 1)
CALENDAR_TO = date(2100, 3, 31)
"""The fiscal quarters that a claim can be named after; both days inclusive."""
FUNDERS = frozenset({"programme_officer", "finance"})


class TermsSigned(Refusal):
    """Somebody has signed under other terms; what is signed does not change."""

    rule = "R-25"
    french = "Quelqu'un a signé d'autres conditions; ce qui est signé ne change pas."


class EndsBeforeEligible(Invalid):
    """The end date lies before the first eligible day; both days are inclusive."""

    rule = "R-6"
    french = "La date de fin précède le premier jour admissible; les deux jours sont inclus."


class OutsideCalendar(Invalid):
    """These dates lie outside the fiscal quarters that a claim can be named after."""

    rule = "R-3"
    french = "Ces dates sortent des trimestres financiers dont une réclamation porte le nom."


class CapTwice(Invalid):
    """A participant is given two caps; state one for each."""

    rule = "R-2"
    french = "Un participant reçoit deux plafonds; indiquez-en un pour chacun."


class CapAbovePolicy(Refusal):
    """A cap is above the largest share of the ceiling that one participant may have."""

    rule = "R-14"
    french = "Un plafond dépasse la plus grande part permise à un seul participant."


class FunderSignsByStaff(Forbidden):
    """Only a programme officer or finance signs for the funder."""

    rule = "X6"
    french = "Seul un agent de programme ou des finances signe pour le bailleur."


def share_limit(agreement: Agreement, parameters: Parameters) -> int:
    """The most that the policy lets one participant have of the ceiling, in cents (R-14)."""
    share = parameters.max_share_single_participant
    return agreement.ceiling_cents if share is None else int(share * agreement.ceiling_cents)


def checked_terms(agreement: Agreement, terms: Terms, parameters: Parameters) -> Terms:
    """The terms if they can be agreed upon. Raises the refusal that says why they cannot."""
    if terms.end_date < terms.eligible_from:
        raise EndsBeforeEligible
    if not CALENDAR_FROM <= terms.eligible_from <= terms.end_date <= CALENDAR_TO:
        raise OutsideCalendar
    capped = [cap.organisation_id for cap in terms.participant_caps]
    if len(capped) != len(set(capped)):
        raise CapTwice
    if not set(capped) <= set(agreement.funded):
        raise NotAParty
    limit = share_limit(agreement, parameters)
    if any(cap.cap_cents > limit for cap in terms.participant_caps):
        raise CapAbovePolicy
    _check_rates(agreement, terms, parameters)
    if agreement.signatures and agreement.terms not in (None, terms):
        raise TermsSigned
    return terms


def _check_rates(agreement: Agreement, terms: Terms, parameters: Parameters) -> None:
    for rate in terms.rates:
        if rate.organisation_id not in agreement.funded:
            raise NotAParty
        if rate.applies_to is not None and rate.applies_to <= rate.applies_from:
            raise RateEndsBeforeItBegins
        if rate.rate > parameters.reimbursement_rate_max:
            raise RateAbovePolicy


def complete_caps(
    agreement: Agreement, terms: Terms, parameters: Parameters
) -> tuple[ParticipantCap, ...]:
    """The stated caps, and the policy's for everybody else where it limits one's share (R-14)."""
    limit = share_limit(agreement, parameters)
    stated = {cap.organisation_id: cap for cap in terms.participant_caps}
    unstated: Sequence[ParticipantCap] = ()
    if parameters.max_share_single_participant not in (None, Fraction(1)) and limit > 0:
        unstated = [
            ParticipantCap(organisation_id=organisation_id, cap_cents=limit)
            for organisation_id in agreement.funded
            if organisation_id not in stated
        ]
    return (*terms.participant_caps, *unstated)


def state_terms(
    ask: StateTerms, agreement: Agreement, policies: Policies
) -> Sequence[AgreementTermsStated]:
    """State eligible dates (R-25) and caps (R-14); they may change until somebody signs."""
    require_known(agreement, ask.by)
    TABLE.must_allow(StateTerms, agreement.status)
    pinned = policies.version(agreement.programme, agreement.policy_version)
    terms = Terms(ask.eligible_from, ask.end_date, tuple(ask.participant_caps), tuple(ask.rates))
    checked_terms(agreement, terms, pinned.parameters)
    if agreement.terms == terms:
        return []
    return [
        AgreementTermsStated(
            project_id=ask.project_id,
            eligible_from=ask.eligible_from,
            end_date=ask.end_date,
            participant_caps=terms.participant_caps,
            rates=terms.rates or None,
            stated_by=ask.by.person,
        )
    ]


def sign_agreement(ask: SignAgreement, agreement: Agreement) -> Sequence[AgreementSigned]:
    """Sign for one party: a participant itself or staff in its name (I-13), or the funder's staff.

    Nobody signs for both sides (X6). Who has signed already changes nothing by signing again.
    """
    require_known(agreement, ask.by)
    party = FUNDER if ask.party == FUNDER else ask.organisation_id or ""
    if ask.party == FUNDER:
        if not ask.by.roles & FUNDERS:
            raise FunderSignsByStaff
    else:
        if party not in agreement.organisation_ids:
            raise NotAParty
        require_acting_for([party], ask.by)
    TABLE.must_allow(SignAgreement, agreement.status)
    if party in agreement.signatures:
        return []
    if signs_for_both_sides(agreement.signatures, party, ask.by.person):
        raise SamePerson
    return [
        AgreementSigned(
            project_id=ask.project_id,
            party=ask.party,
            organisation_id=None if party == FUNDER else party,
            signed_by=ask.by.person,
            signed_on=ask.effective_on,
        )
    ]


DECIDERS: Mapping[type[Command], Decider] = {
    StateTerms: Decider(state_terms, agreement="agreement-{project_id}", policies=POLICIES),
    SignAgreement: Decider(sign_agreement, agreement="agreement-{project_id}"),
}
