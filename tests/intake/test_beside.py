"""What stands beside the content: endorsement, other money, secrecy, coaching, two as two."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain import beside, refusals
from services.intake.domain.proposal import Nda
from services.intake.events.content import (
    CoachingNoteRecorded,
    ExecutiveEndorsementWithdrawn,
    NdaExecuted,
    NdaRequested,
    OtherFundingDeclared,
)
from services.intake.events.course import ProposalSubmitted
from services.intake.events.parties import ParticipantsHeldDistinct
from services.intake.events.vocabulary import OtherFunding
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    FIRM,
    JULY_20,
    MINISTRY,
    PORT,
    PROJECT,
    by_the_carrier,
    by_the_firm,
    drafted,
    endorse,
    endorsed,
    officer,
    officer_for_the_port,
    proposal_of,
    story,
    submit,
)
from tests.intake.states import (
    HISTORIES,
    ask_for_nda,
    coach,
    complete,
    declare_funding,
    hold_distinct,
    sign_nda,
    unendorse,
)
from tests.support.spec import Given

TOMORROW = JULY_20 + timedelta(days=1)
funding_declared = OtherFundingDeclared(
    project_id=PROJECT,
    source="Province of Québec",
    kind="government",
    amount_cents=5_000_000,
    declared_on=JULY_20,
    declared_by="applicant-1",
)
LIVE_AND_AWARDED = ["draft", "submitted", "eligible", "detailing", "in_selection", "selected"]


@pytest.mark.parametrize("state", LIVE_AND_AWARDED)
def test_case_19_an_endorsement_is_withdrawn_at_any_time_even_after_the_award(state: str) -> None:
    here = HISTORIES[state]  # type: ignore[index]
    here.when(unendorse).then(
        ExecutiveEndorsementWithdrawn(
            project_id=PROJECT,
            reason="a new executive",
            withdrawn_on=JULY_20,
            withdrawn_by="applicant-1",
        )
    )
    assert not proposal_of(here.after(unendorse)).endorsed


def test_case_19_what_was_submitted_says_what_stood_then() -> None:
    (event,) = complete.after(unendorse).when(submit).then_names("ProposalSubmitted")
    assert isinstance(event, ProposalSubmitted)
    assert not event.endorsed


def test_an_endorsement_is_given_anew_after_it_was_withdrawn() -> None:
    complete.after(unendorse).when(endorse).then(endorsed)


@pytest.mark.parametrize("state", LIVE_AND_AWARDED)
def test_s17_other_money_is_told_of_at_any_time(state: str) -> None:
    HISTORIES[state].when(declare_funding).then(funding_declared)  # type: ignore[index]


def test_s17_other_money_is_told_of_once_and_stated_in_the_version() -> None:
    here = complete.after(declare_funding)
    here.when(declare_funding).then_nothing()
    (event,) = here.when(submit).then_names("ProposalSubmitted")
    assert isinstance(event, ProposalSubmitted)
    assert event.other_funding == (
        OtherFunding(source="Province of Québec", kind="government", amount_cents=5_000_000),
    )


def test_i6_an_agreement_on_secrecy_is_recorded_asked_for_or_not() -> None:
    requested = NdaRequested(project_id=PROJECT, requested_by="applicant-1")
    executed = NdaExecuted(project_id=PROJECT, executed_on=JULY_20, recorded_by="applicant-1")
    complete.when(ask_for_nda).then(requested)
    complete.when(sign_nda).then(executed)
    asked = complete.after(ask_for_nda)
    asked.when(ask_for_nda).then_nothing()
    assert proposal_of(asked).ndas == (Nda(None),)
    signed = asked.after(sign_nda)
    assert proposal_of(signed).ndas == (Nda(None, JULY_20),)
    signed.when(sign_nda).then_nothing()


def test_i6_each_prospective_partner_has_an_agreement_of_its_own() -> None:
    with_partner = replace(ask_for_nda, counterparty="Chantier naval")
    here = complete.after(ask_for_nda, with_partner, replace(sign_nda, counterparty="Chantier"))
    assert proposal_of(here).ndas == (
        Nda(None),
        Nda("Chantier naval"),
        Nda("Chantier", JULY_20),
    )


def test_i6_no_agreement_gates_anything() -> None:
    assert proposal_of(complete).ndas == ()
    for here in (complete, complete.after(ask_for_nda), complete.after(ask_for_nda, sign_nda)):
        here.when(submit).then_names("ProposalSubmitted")


def test_i12_a_coaching_note_says_that_it_is_no_legal_advice() -> None:
    complete.when(coach).then(
        CoachingNoteRecorded(
            project_id=PROJECT,
            topic="investment",
            note="Look at the cash flow.",
            standing_note=beside.STANDING_NOTE,
            recorded_by="officer-1",
        )
    )
    assert "not legal advice" in beside.STANDING_NOTE
    assert "pas un avis juridique" in beside.STANDING_NOTE


def test_i11_staff_hold_two_participants_distinct_with_a_reason() -> None:
    complete.when(hold_distinct).then(
        ParticipantsHeldDistinct(
            project_id=PROJECT,
            organisation_ids=(PORT, FIRM),
            reason="no common control",
            held_by="officer-1",
        )
    )
    here = complete.after(hold_distinct)
    here.when(replace(hold_distinct, organisation_ids=(PORT, FIRM))).then_nothing()
    (event,) = here.when(submit).then_names("ProposalSubmitted")
    assert isinstance(event, ProposalSubmitted)
    assert event.held_distinct == ((PORT, FIRM),)


def full(kind: str) -> Given:
    """As many of these as a proposal holds."""
    numbers = range(beside.NOTES_MAX)
    asked: dict[str, list[Command]] = {
        "funding": [replace(declare_funding, amount_cents=number) for number in numbers],
        "nda": [replace(ask_for_nda, counterparty=str(number)) for number in numbers],
        "coaching": [replace(coach, note=str(number)) for number in numbers],
    }
    return complete.after(*asked[kind])


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (complete, replace(unendorse, **by_the_firm), refusals.NotTheLead),
        (complete, replace(unendorse, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (complete, replace(unendorse, withdrawn_on=TOMORROW), refusals.NotYetHappened),
        (story(drafted), unendorse, refusals.NoEndorsementToWithdraw),
        (complete.after(unendorse), unendorse, refusals.NoEndorsementToWithdraw),
        (complete, replace(declare_funding, **by_the_firm), refusals.NotTheLead),
        (complete, replace(declare_funding, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (complete, replace(declare_funding, declared_on=TOMORROW), refusals.NotYetHappened),
        (full("funding"), replace(declare_funding, amount_cents=999), refusals.LimitReached),
        (complete, replace(ask_for_nda, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (full("nda"), ask_for_nda, refusals.LimitReached),
        (full("nda"), sign_nda, refusals.LimitReached),
        (complete, replace(sign_nda, executed_on=TOMORROW), refusals.NotYetHappened),
        (complete, replace(coach, by=officer_for_the_port), refusals.NotForTheApplicant),
        (complete, replace(coach, **by_the_firm), refusals.NotForTheApplicant),
        (story(drafted), replace(coach, **by_the_carrier), refusals.ProposalNotFound),
        (full("coaching"), coach, refusals.LimitReached),
        (complete, replace(hold_distinct, **by_the_firm), refusals.NotForTheApplicant),
        (complete, replace(hold_distinct, by=officer_for_the_port), refusals.NotForTheApplicant),
        (
            complete,
            replace(hold_distinct, organisation_ids=(PORT, PORT)),
            refusals.NotTwoParticipants,
        ),
        (
            complete,
            replace(hold_distinct, organisation_ids=(PORT, MINISTRY)),
            refusals.NotTwoParticipants,
        ),
    ],
)
def test_every_refusal_about_what_stands_beside(
    here: Given, ask: Command, refusal: type[Refusal]
) -> None:
    here.when(ask).then_refused(refusal)


def test_i13_staff_tell_facts_for_a_lead_that_they_name() -> None:
    for ask in (unendorse, declare_funding, ask_for_nda, sign_nda):
        assert complete.when(replace(ask, by=officer_for_the_port)).decision().says
