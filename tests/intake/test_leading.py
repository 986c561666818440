"""Who may lead, also when the lead changes and when a proposal is taken up again (I-1)."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake import inbound
from services.intake.app import DOMAIN
from services.intake.domain import refusals
from services.intake.events.course import ProposalDrafted, ProposalResubmitted
from services.intake.events.parties import LeadChanged
from services.intake.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.eligibility import stream_of
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    CARRIER,
    FIRM,
    POLICIES_STREAM,
    PORT,
    PORT_STREAM,
    PROJECT,
    by_the_carrier,
    by_the_firm,
    officer,
    officer_for_the_port,
    policy_published,
    proposal_of,
    story,
    submit,
    withdraw,
)
from tests.intake.states import (
    ANOTHER_PROJECT,
    HISTORIES,
    complete,
    hand_over,
    hold_distinct,
    resubmit,
)
from tests.support.spec import Given

FIRM_STREAM = stream_of(FIRM)
NEW = f"proposal-{ANOTHER_PROJECT}"
changed = LeadChanged(
    project_id=PROJECT,
    lead_organisation_id=FIRM,
    former_lead_organisation_id=PORT,
    reason="the firm does most of it",
    changed_by="applicant-1",
)
declined = HISTORIES["not_selected"]


def heard(here: Given, stream: str, *events: object) -> Given:
    """The same history, and membership said this."""
    return Given(DOMAIN, {**here.history, stream: events})  # type: ignore[dict-item]


def firm_is(*events: inbound.OrganisationHeard) -> Given:
    return heard(complete, FIRM_STREAM, *events)


associate = inbound.AssociateAdmitted(organisation_id=FIRM)
member = inbound.MemberAdmitted(organisation_id=FIRM)


candidate = inbound.CandidacyOpened(organisation_id=FIRM)
expired = inbound.CandidacyClosed(organisation_id=FIRM, falls_back_to="associate")
admitted = inbound.CandidacyClosed(organisation_id=FIRM)
resigned = inbound.AssociateResigned(organisation_id=FIRM, falls_back_to="registered")


@pytest.mark.parametrize(
    "standing",
    [
        [],
        [member],
        [associate, member],
        [associate, candidate],
        [associate, resigned],
        [associate, candidate, member, admitted],
    ],
)
def test_i1_the_lead_is_handed_to_a_participant_that_may_lead(
    standing: list[inbound.OrganisationHeard],
) -> None:
    firm_is(*standing).when(hand_over).then(changed)


def test_i1_who_is_only_an_associate_takes_over_no_lead() -> None:
    firm_is(associate).when(hand_over).then_refused(refusals.AssociateMayNotLead)
    again = firm_is(associate, candidate, expired)
    again.when(hand_over).then_refused(refusals.AssociateMayNotLead)


def test_i1_an_associate_takes_over_where_the_policy_allows_it() -> None:
    open_to_all = policy_published.model_copy(
        update={"parameters": Parameters(associate_lead="allow")}
    )
    here = Given(DOMAIN, {**firm_is(associate).history, POLICIES_STREAM: [open_to_all]})
    here.when(hand_over).then(changed)


def test_the_former_lead_stays_a_participant_and_the_new_one_submits() -> None:
    here = complete.after(hand_over)
    assert proposal_of(here).lead_organisation_id == FIRM
    assert PORT in proposal_of(here).party_ids
    here.when(submit).then_refused(refusals.NotTheLead)
    here.when(replace(submit, **by_the_firm)).then_names("ProposalSubmitted")


def test_i10_a_lead_that_handed_over_counts_only_once_it_confirms() -> None:
    here = complete.after(hand_over)
    port = proposal_of(here).participant(PORT)
    assert port is not None
    assert not proposal_of(here).counts(port)


def test_i10_a_change_of_lead_leaves_the_content_as_it_was() -> None:
    handed_over = complete.after(hand_over)
    assert proposal_of(handed_over).content_hash == proposal_of(complete).content_hash


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (complete, replace(hand_over, **by_the_firm), refusals.NotTheLead),
        (complete, replace(hand_over, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (complete, replace(hand_over, organisation_id=PORT), refusals.AlreadyTheLead),
        (complete, replace(hand_over, organisation_id=CARRIER), refusals.NewLeadHasNotAgreed),
        (
            complete,
            replace(hand_over, organisation_id="org_" + "e" * 32),
            refusals.ParticipantNotFound,
        ),
        (
            Given(DOMAIN, {**complete.history, POLICIES_STREAM: []}),
            hand_over,
            NoPolicyInForce,
        ),
        (complete, replace(resubmit, **by_the_firm), refusals.NotTheLead),
        (declined, replace(resubmit, **by_the_carrier), refusals.NotTheLead),
        (declined, replace(resubmit, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (
            declined,
            replace(resubmit, project_id=PROJECT),
            refusals.ProposalAlreadyDrafted,
        ),
        (
            heard(declined, PORT_STREAM, inbound.AssociateAdmitted(organisation_id=PORT)),
            resubmit,
            refusals.AssociateMayNotLead,
        ),
    ],
)
def test_every_refusal_about_leading(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


@pytest.mark.parametrize("state", ["not_selected", "ineligible", "withdrawn", "expired"])
def test_case_21_a_closed_proposal_is_taken_up_by_a_new_one_that_refers_to_it(state: str) -> None:
    earlier = HISTORIES[state]  # type: ignore[index]
    events = earlier.when(resubmit).then_names(
        "ProposalDrafted",
        "ProposalResubmitted",
        "ParticipantInvited",
        "ParticipantInvited",
        "SectionRevised",
        "BudgetProposed",
        "WorkPlanProposed",
        "IpPlanDeclared",
    )
    assert events[1] == ProposalResubmitted(
        project_id=ANOTHER_PROJECT,
        earlier_project_id=PROJECT,
        earlier_hash=proposal_of(earlier).course.submitted_hash,
        resubmitted_by="applicant-1",
    )


def test_case_21_the_content_is_the_earlier_one_and_nobody_has_agreed_to_it_yet() -> None:
    taken_up = declined.after(resubmit).state(NEW)
    earlier = proposal_of(declined)
    assert taken_up.content_hash == earlier.content_hash
    assert taken_up.earlier_project_id == PROJECT
    assert taken_up.course.stage == "draft"
    assert [party.answer for party in taken_up.participants] == ["invited"] * 3
    assert taken_up.endorsement is None
    assert proposal_of(declined.after(resubmit)) == earlier


def test_case_21_title_and_start_may_change_and_other_money_is_taken_along() -> None:
    from_funded = declined.after(replace(resubmit, title="Berths II"))
    assert from_funded.state(NEW).title == "Berths II"
    later = replace(resubmit, planned_start=date(2021, 9, 1))
    (first, *_) = declined.when(later).decision().says
    assert isinstance(first[1], ProposalDrafted)
    assert first[1].planned_start == date(2021, 9, 1)


def test_i11_what_was_held_distinct_is_not_taken_along() -> None:
    held = complete.after(hold_distinct, withdraw)
    assert proposal_of(held).held_distinct == ((PORT, FIRM),)
    assert held.after(resubmit).state(NEW).held_distinct == ()


def test_i13_staff_hand_over_and_resubmit_for_a_lead_that_they_name() -> None:
    by_officer = changed.model_copy(update={"changed_by": "officer-1"})
    complete.when(replace(hand_over, by=officer_for_the_port)).then(by_officer)
    declined.when(replace(resubmit, by=officer_for_the_port)).decision()


def test_an_unknown_earlier_proposal_is_not_found() -> None:
    story().when(resubmit).then_refused(refusals.ProposalNotFound)
