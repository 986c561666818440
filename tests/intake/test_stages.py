"""How a proposal moves on, and where it stands after what evaluation said."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.intake import inbound
from services.intake.domain import refusals
from services.intake.domain.status import Status
from services.intake.events.course import (
    DetailedProposalSubmitted,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from services.intake.events.parties import ParticipantDeclined
from services.intake.events.vocabulary import SubmittedParticipant
from shared.kernel.commands import Command
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    FIRM,
    JULY_20,
    POLICIES_STREAM,
    PORT,
    PROJECT,
    accepted,
    approved,
    budget_proposed,
    by_the_carrier,
    by_the_firm,
    confirm,
    declare_ip_plan,
    declined_by_committee,
    detail_opened,
    detailed,
    drafted,
    eligible,
    endorsed,
    firm_invited,
    ineligible,
    officer,
    officer_for_the_port,
    open_detail,
    planned,
    proposal_of,
    returned,
    revise_summary,
    status,
    story,
    submit,
    submit_detail,
    submitted,
    with_evaluation,
    withdraw,
    work_plan_proposed,
)
from tests.support.spec import Given

associate = inbound.AssociateAdmitted(organisation_id=PORT)
firm_declined = ParticipantDeclined(
    project_id=PROJECT, organisation_id=FIRM, declined_by="partner-1"
)


def initial_version(here: Given) -> ProposalSubmitted:
    (event,) = here.when(submit).then_names("ProposalSubmitted")
    assert isinstance(event, ProposalSubmitted)
    return event


def test_a_proposal_is_submitted_with_everything_assessed() -> None:
    here = story(*planned, endorsed)
    here.when(submit).then(
        ProposalSubmitted(
            project_id=PROJECT,
            programme="scale-ai",
            version=1,
            content_hash=proposal_of(here).content_hash,
            title="Berth planning for the Port of Montréal",
            lead_organisation_id=PORT,
            participants=(
                SubmittedParticipant(organisation_id=PORT, name="Port de Montréal", confirmed=True),
                SubmittedParticipant(
                    organisation_id=FIRM, name="Logiciels du Quai", confirmed=False
                ),
            ),
            planned_start=date(2020, 9, 1),
            endorsed=True,
            work_places=("ON", "QC"),
            section_hashes={"summary": "5" * 64},
            other_funding=(),
            held_distinct=(),
            policy_version="2019",
            submitted_on=JULY_20,
            submitted_by="applicant-1",
        )
    )


def test_a_title_alone_may_be_submitted() -> None:
    event = initial_version(story(drafted))
    assert (event.endorsed, event.work_places, event.section_hashes) == (False, (), {})


def test_i3_who_has_no_status_may_submit() -> None:
    story(drafted, lead=[]).when(submit).then_names("ProposalSubmitted")


@pytest.mark.parametrize("year", [2019, 2020, 2024, 2029])
def test_i4_a_proposal_may_be_submitted_at_any_time(year: int) -> None:
    then = datetime(year, 12, 31, 17, tzinfo=UTC)
    story(drafted).when(replace(submit, effective_at=then)).then_names("ProposalSubmitted")


def test_the_day_of_submission_is_the_civil_day_in_toronto() -> None:
    late_evening = datetime(2020, 7, 1, 3, 59, 59, tzinfo=UTC)
    (event,) = (
        story(drafted)
        .when(replace(submit, effective_at=late_evening))
        .then_names("ProposalSubmitted")
    )
    assert isinstance(event, ProposalSubmitted)
    assert event.submitted_on == date(2020, 6, 30)


def test_i10_a_participant_counts_once_it_confirmed_this_version() -> None:
    here = story(drafted, firm_invited)
    confirmed = here.after(confirm(proposal_of(here).content_hash))
    assert [party.confirmed for party in initial_version(confirmed).participants] == [True, True]


def test_a_confirmation_of_other_content_does_not_count() -> None:
    here = story(drafted, firm_invited)
    changed = here.after(confirm(proposal_of(here).content_hash), revise_summary)
    assert [party.confirmed for party in initial_version(changed).participants] == [True, False]


def test_the_lead_confirms_by_submitting() -> None:
    lead = proposal_of(submitted(drafted)).participant(PORT)
    assert lead is not None
    assert lead.answer == "confirmed"
    assert lead.confirmed_hash == proposal_of(story(drafted)).content_hash


def test_i2_the_detailed_stage_opens_after_eligibility() -> None:
    with_evaluation(submitted(*planned), eligible).when(open_detail).then(detail_opened)


def test_i13_staff_open_the_detailed_stage_only_for_a_lead_that_they_name() -> None:
    here = with_evaluation(submitted(*planned), eligible)
    here.when(replace(open_detail, by=officer)).then_refused(refusals.NotOnBehalfOfTheApplicant)
    by_officer = detail_opened.model_copy(update={"opened_by": "officer-1"})
    here.when(replace(open_detail, by=officer_for_the_port)).then(by_officer)


def test_a_detailed_version_adds_budget_work_and_ip_plan() -> None:
    here = with_evaluation(submitted(*planned), eligible).after(open_detail, declare_ip_plan)
    (event,) = here.when(submit_detail).then_names("DetailedProposalSubmitted")
    assert isinstance(event, DetailedProposalSubmitted)
    assert event.version == 2
    assert event.budget_lines == budget_proposed.lines
    assert event.work_plan == work_plan_proposed.packages
    assert event.ip_plan_declared
    assert event.content_hash == proposal_of(here).content_hash


def test_a_returned_version_is_answered_by_a_new_one() -> None:
    here = detailed(returned).after(replace(revise_summary, sha256="7" * 64))
    (event,) = here.when(submit_detail).then_names("DetailedProposalSubmitted")
    assert isinstance(event, DetailedProposalSubmitted)
    assert event.version == 3


def test_i9_a_submitted_version_never_changes() -> None:
    before = detailed()
    after = detailed(returned).after(replace(revise_summary, sha256="7" * 64))
    assert proposal_of(after).course.submitted_hash == proposal_of(before).course.submitted_hash
    assert proposal_of(after).content_hash != proposal_of(before).content_hash


@pytest.mark.parametrize(
    "here",
    [
        story(drafted),
        submitted(drafted),
        with_evaluation(submitted(drafted), eligible),
        with_evaluation(submitted(drafted), ineligible),
        detailed(),
        detailed(returned),
        detailed(accepted),
    ],
)
def test_a_proposal_may_be_withdrawn_until_the_decision(here: Given) -> None:
    here.when(withdraw).then(
        ProposalWithdrawn(
            project_id=PROJECT,
            reason="the partner found another port",
            withdrawn_by="applicant-1",
        )
    )


@pytest.mark.parametrize(
    ("here", "where"),
    [
        (story(), "absent"),
        (story(drafted), "draft"),
        (submitted(drafted), "submitted"),
        (with_evaluation(submitted(drafted), eligible), "eligible"),
        (with_evaluation(submitted(drafted), ineligible), "ineligible"),
        (with_evaluation(submitted(drafted), eligible).after(open_detail), "detailing"),
        (detailed(), "detailed_submitted"),
        (detailed(returned), "returned"),
        (detailed(returned).after(submit_detail), "detailed_submitted"),
        (detailed(returned, accepted), "in_selection"),
        (detailed(accepted, approved), "selected"),
        (detailed(accepted, declined_by_committee), "not_selected"),
        (submitted(drafted).after(withdraw), "withdrawn"),
        # The decision crossed the withdrawal on its way: what was recorded here stands.
        (with_evaluation(detailed().after(withdraw), eligible, approved), "withdrawn"),
    ],
)
def test_the_status_mirrors_what_evaluation_said(here: Given, where: Status) -> None:
    assert status(here) == where


def without_policy(here: Given) -> Given:
    return Given(here.domain, {**here.history, POLICIES_STREAM: []})


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        # history                 asked                                      why not
        (story(), submit, refusals.ProposalNotFound),
        (story(drafted), replace(submit, **by_the_carrier), refusals.ProposalNotFound),
        (
            story(drafted, firm_invited),
            replace(submit, **by_the_firm),
            refusals.NotTheLead,
        ),
        (story(drafted), replace(submit, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (submitted(drafted), submit, refusals.ProposalAlreadySubmitted),
        (detailed(returned), submit, refusals.ProposalAlreadySubmitted),
        (story(drafted).after(withdraw), submit, refusals.ProposalEnded),
        (without_policy(story(drafted)), submit, NoPolicyInForce),
        (story(drafted, lead=[associate]), submit, refusals.AssociateMayNotLead),
        (
            story(drafted, firm_invited, firm_declined),
            submit,
            refusals.DeclinedParticipantStillNamed,
        ),
        (story(), open_detail, refusals.ProposalNotFound),
        (
            with_evaluation(submitted(*planned), eligible),
            replace(open_detail, **by_the_firm),
            refusals.NotTheLead,
        ),
        (story(drafted), open_detail, refusals.NotYetEligible),
        (submitted(drafted), open_detail, refusals.NotYetEligible),
        (
            with_evaluation(submitted(drafted), ineligible),
            open_detail,
            refusals.NotYetEligible,
        ),
        (
            with_evaluation(submitted(drafted), eligible).after(open_detail),
            open_detail,
            refusals.DetailedStageAlreadyOpen,
        ),
        (detailed(), open_detail, refusals.DetailedStageAlreadyOpen),
        (detailed(approved), open_detail, refusals.ProposalEnded),
        (story(drafted), submit_detail, refusals.DetailedStageNotOpen),
        (
            with_evaluation(submitted(*planned), eligible),
            submit_detail,
            refusals.DetailedStageNotOpen,
        ),
        (detailed(), submit_detail, refusals.DetailedStageNotOpen),
        (detailed(accepted), submit_detail, refusals.DetailedStageNotOpen),
        (detailed(approved), submit_detail, refusals.ProposalEnded),
        (
            with_evaluation(submitted(*planned), eligible).after(open_detail),
            submit_detail,
            refusals.DetailedProposalIncomplete,
        ),
        (story(), withdraw, refusals.ProposalNotFound),
        (
            story(drafted, firm_invited),
            replace(withdraw, **by_the_firm),
            refusals.NotTheLead,
        ),
        (story(drafted).after(withdraw), withdraw, refusals.ProposalEnded),
        (detailed(accepted, approved), withdraw, refusals.ProposalEnded),
        (detailed(accepted, declined_by_committee), withdraw, refusals.ProposalEnded),
    ],
)
def test_every_refusal_about_stages(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


def test_an_incomplete_detailed_version_is_told_what_is_missing() -> None:
    here = with_evaluation(submitted(drafted), eligible).after(open_detail)
    refused = here.when(submit_detail).then_refused(refusals.DetailedProposalIncomplete)
    assert refused.facts == {"missing": ["budget", "work_plan", "ip_plan"]}
