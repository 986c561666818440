"""The terms of an agreement and who may sign for whom."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import SignAgreement, StateTerms
from services.reimbursement.domain.agreement import AgreementNotFound, NotAParty
from services.reimbursement.domain.agreement_refusals import AlreadyExecuted
from services.reimbursement.domain.signing import (
    CapAbovePolicy,
    CapTwice,
    EndsBeforeEligible,
    FunderSignsByStaff,
    OutsideCalendar,
    TermsSigned,
)
from services.reimbursement.events.agreement import ParticipantCap
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Actor
from shared.kernel.refusals import NotOnBehalf, Refusal, SamePerson
from tests.reimbursement import examples as eg
from tests.support.spec import given


def drafted(*more: Any, parameters: Parameters | None = None) -> eg.History:
    """A drafted agreement and what was recorded on it since."""
    policy = eg.policy.model_copy(update={"parameters": parameters or Parameters()})
    return {
        eg.policy_stream: [policy],
        eg.envelope_stream: [eg.envelope, eg.reserved],
        eg.agreement_stream: [eg.drafted, *more],
    }


def cap(organisation_id: str, cents: int) -> ParticipantCap:
    return ParticipantCap(organisation_id=organisation_id, cap_cents=cents)


def state(by: Actor = eg.officer, **changes: Any) -> StateTerms:
    fields: dict[str, Any] = {
        "project_id": eg.project,
        "eligible_from": date(2020, 7, 20),
        "end_date": date(2020, 12, 31),
        "participant_caps": (),
        **changes,
    }
    return StateTerms(**fields, **eg.asked(by))


def sign(party: str | None, by: Actor) -> SignAgreement:
    return SignAgreement(
        project_id=eg.project,
        party="participant" if party else "funder",
        organisation_id=party,
        **eg.asked(by, eg.at(2020, 6, 10)),
    )


def on_behalf_of(organisation_id: str, person: str = "officer-1") -> Actor:
    return Actor(
        person=person,
        roles=frozenset({"programme_officer"}),
        on_behalf_of=organisation_id,
    )


def test_terms_are_stated() -> None:
    given(DOMAIN, drafted()).when(state()).then(eg.terms_stated)


def test_the_same_terms_again_change_nothing() -> None:
    given(DOMAIN, drafted(eg.terms_stated)).when(state()).then_nothing()


def test_terms_may_change_until_somebody_signs() -> None:
    later = state(end_date=date(2021, 3, 31))
    given(DOMAIN, drafted(eg.terms_stated)).when(later).then_names("AgreementTermsStated")
    given(DOMAIN, drafted(eg.terms_stated, eg.funder_signed)).when(later).then_refused(TermsSigned)


def test_terms_may_be_stated_after_signatures_where_there_were_none() -> None:
    given(DOMAIN, drafted(eg.funder_signed)).when(state()).then(eg.terms_stated)


def test_a_project_may_last_one_day() -> None:
    one_day = state(end_date=date(2020, 7, 20))
    given(DOMAIN, drafted()).when(one_day).then_names("AgreementTermsStated")


def test_a_cap_of_exactly_the_largest_share_is_allowed() -> None:
    limited = drafted(parameters=Parameters(max_share_single_participant=Fraction(7, 10)))
    fits = state(participant_caps=(cap(eg.terminal, 21_000_000),))
    given(DOMAIN, limited).when(fits).then_names("AgreementTermsStated")
    above = state(participant_caps=(cap(eg.terminal, 21_000_001),))
    given(DOMAIN, limited).when(above).then_refused(CapAbovePolicy)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # what is recorded              asked                                     why not
        ({}, state(), AgreementNotFound),
        (drafted(), state(by=eg.outsider), AgreementNotFound),
        (eg.in_force(), state(), AlreadyExecuted),
        (drafted(), state(end_date=date(2020, 7, 19)), EndsBeforeEligible),
        (drafted(), state(eligible_from=date(2000, 3, 31)), OutsideCalendar),
        (drafted(), state(end_date=date(2100, 4, 1)), OutsideCalendar),
        (
            drafted(),
            state(participant_caps=(cap(eg.robots, 1), cap(eg.robots, 2))),
            CapTwice,
        ),
        (drafted(), state(participant_caps=(cap(eg.stranger, 1),)), NotAParty),
        (drafted(), state(participant_caps=(cap(eg.institute, 1),)), NotAParty),
        (drafted(), state(participant_caps=(cap(eg.robots, 30_000_001),)), CapAbovePolicy),
        (
            drafted(eg.terms_stated, eg.terminal_signed),
            state(end_date=date(2021, 3, 31)),
            TermsSigned,
        ),
    ],
)
def test_every_refusal_about_terms(
    history: eg.History, ask: StateTerms, refusal: type[Refusal]
) -> None:
    given(DOMAIN, history).when(ask).then_refused(refusal)


def test_a_participant_signs_for_itself() -> None:
    given(DOMAIN, drafted()).when(sign(eg.terminal, eg.terminal_lead)).then(eg.terminal_signed)


def test_staff_signs_for_a_participant_in_its_name() -> None:
    by_staff = sign(eg.institute, on_behalf_of(eg.institute))
    given(DOMAIN, drafted()).when(by_staff).then(eg.institute_signed)


def test_finance_signs_for_the_funder() -> None:
    given(DOMAIN, drafted()).when(sign(None, eg.finance)).then(eg.funder_signed)


def test_a_second_signature_of_the_same_party_changes_nothing() -> None:
    history = drafted(eg.terminal_signed)
    given(DOMAIN, history).when(sign(eg.terminal, eg.terminal_lead)).then_nothing()


def test_one_officer_may_record_signatures_of_several_participants() -> None:
    history = drafted(eg.institute_signed)
    given(DOMAIN, history).when(sign(eg.robots, on_behalf_of(eg.robots))).then_names(
        "AgreementSigned"
    )


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # what is recorded              who signs for whom                        why not
        ({}, sign(eg.terminal, eg.terminal_lead), AgreementNotFound),
        (drafted(), sign(eg.stranger, eg.outsider), AgreementNotFound),
        (drafted(), sign(eg.terminal, eg.outsider), AgreementNotFound),
        (drafted(), sign(eg.stranger, on_behalf_of(eg.stranger)), NotAParty),
        (drafted(), sign(eg.robots, eg.terminal_lead), NotOnBehalf),
        (drafted(), sign(eg.robots, eg.officer), NotOnBehalf),
        (drafted(), sign(eg.robots, on_behalf_of(eg.terminal)), NotOnBehalf),
        (drafted(), sign(None, eg.terminal_lead), FunderSignsByStaff),
        (eg.in_force(), sign(eg.terminal, eg.terminal_lead), AlreadyExecuted),
        (drafted(eg.institute_signed), sign(None, eg.officer), SamePerson),
        (
            drafted(eg.funder_signed),
            sign(eg.robots, on_behalf_of(eg.robots, person="finance-1")),
            SamePerson,
        ),
    ],
)
def test_every_refusal_to_sign(
    history: eg.History, ask: SignAgreement, refusal: type[Refusal]
) -> None:
    given(DOMAIN, history).when(ask).then_refused(refusal)
