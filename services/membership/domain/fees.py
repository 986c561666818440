"""Fees: the schedule's for the class at assessment, assessed once a year, then settled."""

from collections.abc import Mapping
from datetime import date

from services.membership.commands import AssessFee, RecordFeePayment, WaiveFee
from services.membership.domain.acting import require_known, require_past
from services.membership.domain.admission import with_admission
from services.membership.domain.candidacy import require_application
from services.membership.domain.organisation import Fee, Organisation, Payment, Size
from services.membership.domain.policy import Policies
from services.membership.domain.standing import status_at
from services.membership.events import FeeAssessed, FeeClass, FeePaid, FeeWaived
from shared.kernel.decider import Said
from shared.kernel.identifiers import same_name
from shared.kernel.money import money
from shared.kernel.refusals import Refusal, SamePerson

FIRST_YEAR = 1

CLASS_OF_KIND: Mapping[str, FeeClass] = {
    "individual": "individual",
    "academic": "academic",
    "university": "academic",
    "college": "academic",
    "researchcentre": "academic",
    "hospital": "nonprofit",
    "association": "nonprofit",
    "nonprofit": "nonprofit",
    "government": "government",
}
"""By kind, in the form that ignores case and signs; every other kind is a firm, by its size."""


class AssociateOwesNoFee(Refusal):
    """An associate owes no fee, so there is none to assess."""

    rule = "M-1"
    french = "Un associé ne doit aucune cotisation; il n'y en a pas à établir."


class FeeYearAlreadyAssessed(Refusal):
    """The fee of this fee year is assessed; its class and amount stay as they are."""

    rule = "M-11"
    french = "La cotisation de cette année est établie; sa classe et son montant ne changent pas."


class SizeNotAttested(Refusal):
    """Nobody attested this firm's size for that day or before; attest it, the fee follows it."""

    rule = "M-5"
    french = "La taille de l'entreprise n'est pas attestée pour ce jour; attestez-la d'abord."


class FeeNotAssessed(Refusal):
    """No fee is assessed, so none can be paid or waived yet."""

    rule = "M-11"
    french = "Aucune cotisation n'est établie; on ne peut encore ni la payer ni en dispenser."


class FeeOverpaid(Refusal):
    """This is more than what is still owed; record what was owed and return the rest."""

    rule = "M-5"
    french = "C'est plus que ce qui reste dû; inscrivez ce qui était dû et rendez le reste."


class PaymentReferenceUsed(Refusal):
    """Another payment of this fee has this reference; each payment has its own."""

    rule = "M-11"
    french = "Un autre paiement de cette cotisation porte cette référence; à chacun la sienne."


class NothingToWaive(Refusal):
    """Nothing is owed any more, so there is nothing to waive."""

    rule = "M-10"
    french = "Plus rien n'est dû; il n'y a rien dont dispenser."


class WaiverByAssessor(SamePerson):
    """Another person must waive this fee: who assessed it may not."""

    french = "Une autre personne doit dispenser de cette cotisation : qui l'a établie ne le peut."


def fee_class(kind: str | None, size: Size | None, sme_fte_lt: int) -> FeeClass:
    """The class of a party: by its kind, and for firms by the attested size in force (M-5, M-13).

    A firm known to be large needs no attestation to pay as one. Raises SizeNotAttested.
    """
    known = same_name(kind or "")
    if known in CLASS_OF_KIND:
        return CLASS_OF_KIND[known]
    if size is not None:
        return "sme" if size.fte + size.affiliates_fte < sme_fte_lt else "large"
    if known == "large":
        return "large"
    raise SizeNotAttested


def assess_fee(ask: AssessFee, organisation: Organisation, policies: Policies) -> Said:
    """Assess the first fee year, once and for good (M-11), by the schedule in force (M-5).

    An associate owes none (M-1); where nothing is owed at all, the member is admitted (M-10).

    Refused: OrganisationNotFound, AssociateOwesNoFee, NoApplication, FeeYearAlreadyAssessed,
    NoPolicyInForce, SizeNotAttested.
    """
    require_known(ask, organisation)
    if status_at(organisation.timeline, ask.effective_on) == "associate":
        raise AssociateOwesNoFee
    application = require_application(ask, organisation)
    if organisation.fee:
        raise FeeYearAlreadyAssessed(fee_year=organisation.fee.fee_year)
    policy = policies.in_force(application.programme, ask.effective_on)
    size = organisation.size_on(ask.effective_on)
    found = fee_class(organisation.kind, size, policy.parameters.sme_fte_lt)
    assessed = FeeAssessed(
        organisation_id=ask.organisation_id,
        fee_year=FIRST_YEAR,
        fee_class=found,
        amount_cents=policy.parameters.fee_schedule.of(found),
        programme=application.programme,
        policy_version=policy.version,
        size_as_of=_deciding_day(found, size),
        assessed_on=ask.effective_on,
        assessed_by=ask.by.person,
    )
    return with_admission(organisation, assessed)


def record_payment(ask: RecordFeePayment, organisation: Organisation) -> Said:
    """Record a part or all of the fee as paid; the last part may complete the admission (M-10).

    Refused: OrganisationNotFound, FeeNotAssessed, DayStillToCome, PaymentReferenceUsed,
    FeeOverpaid. Quiet: the same payment is recorded already.
    """
    require_known(ask, organisation)
    fee = _require_fee(organisation)
    require_past(ask, ask.paid_on)
    payment = Payment(ask.reference, ask.paid_on, ask.amount_cents)
    if payment in fee.payments:
        return []
    if any(other.reference == ask.reference for other in fee.payments):
        raise PaymentReferenceUsed
    if ask.amount_cents > fee.outstanding_cents:
        raise FeeOverpaid(outstanding=money(fee.outstanding_cents))
    paid = FeePaid(
        organisation_id=ask.organisation_id,
        fee_year=fee.fee_year,
        amount_cents=ask.amount_cents,
        paid_on=ask.paid_on,
        reference=ask.reference,
        recorded_by=ask.by.person,
    )
    return with_admission(organisation, paid)


def waive_fee(ask: WaiveFee, organisation: Organisation) -> Said:
    """Waive what is still owed, by another person than who assessed it (X6, M-10).

    Refused: OrganisationNotFound, FeeNotAssessed, NothingToWaive, WaiverByAssessor.
    """
    require_known(ask, organisation)
    fee = _require_fee(organisation)
    if not fee.outstanding_cents:
        raise NothingToWaive
    if ask.by.person == fee.assessed_by:
        raise WaiverByAssessor
    waived = FeeWaived(
        organisation_id=ask.organisation_id,
        fee_year=fee.fee_year,
        amount_cents=fee.outstanding_cents,
        waived_on=ask.effective_on,
        reason=ask.reason,
        approved_by=ask.by.person,
    )
    return with_admission(organisation, waived)


def _require_fee(organisation: Organisation) -> Fee:
    if organisation.fee is None:
        raise FeeNotAssessed
    return organisation.fee


def _deciding_day(found: FeeClass, size: Size | None) -> date | None:
    return size.as_of if size and found in ("sme", "large") else None
