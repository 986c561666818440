"""Who leads, who takes part, and what each of them may do."""

from dataclasses import replace

import pytest

from services.intake import commands, inbound
from services.intake.app import DOMAIN
from services.intake.domain import parties, refusals
from services.intake.domain.proposal import Participant
from services.intake.events.parties import (
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
)
from services.intake.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    CARRIER,
    FIRM,
    JULY_20,
    MINISTRY,
    POLICIES_STREAM,
    PORT,
    PORT_STREAM,
    PROJECT,
    approved,
    budget_proposed,
    by_the_carrier,
    by_the_port,
    confirm,
    decline,
    declined_by_committee,
    draft,
    drafted,
    eligible,
    firm_invited,
    invite_the_firm,
    ip_plan_declared,
    officer,
    officer_for_the_port,
    planned,
    policy_published,
    proposal_of,
    remove_the_firm,
    story,
    submitted,
    withdraw,
    work_plan_proposed,
)
from tests.support.spec import Given, given

firm_declined = ParticipantDeclined(
    project_id=PROJECT, organisation_id=FIRM, declined_by="partner-1"
)
firm_removed = ParticipantRemoved(
    project_id=PROJECT, organisation_id=FIRM, removed_by="applicant-1"
)
associate = inbound.AssociateAdmitted(organisation_id=PORT)
candidate = inbound.CandidacyOpened(organisation_id=PORT)
member = inbound.MemberAdmitted(organisation_id=PORT)


def current(so_far: Given) -> str:
    return proposal_of(so_far).content_hash


def firm_confirmed(content_hash: str) -> ParticipantConfirmed:
    return ParticipantConfirmed(
        project_id=PROJECT,
        organisation_id=FIRM,
        content_hash=content_hash,
        confirmed_by="partner-1",
    )


def test_a_proposal_is_drafted_under_the_policy_in_force() -> None:
    story().when(draft).then(drafted)


def test_a_proposal_needs_neither_role_nor_objective_nor_sector() -> None:
    bare = replace(draft, role=None, objective=None, sector=None, planned_start=None)
    story().when(bare).then_names("ProposalDrafted")


@pytest.mark.parametrize("sector", ["Aquaculture", "Santé", "a sector that nobody thought of"])
def test_i5_any_sector_role_and_objective_is_recorded_and_gates_nothing(sector: str) -> None:
    asked = replace(draft, sector=sector, role="both", objective="something else")
    story().when(asked).then(
        drafted.model_copy(update={"sector": sector, "role": "both", "objective": "something else"})
    )


@pytest.mark.parametrize("lead", [[], [candidate], [member], [associate, member]])
def test_i1_whoever_is_not_only_an_associate_may_lead(
    lead: list[inbound.OrganisationHeard],
) -> None:
    story(lead=lead).when(draft).then(drafted)


def test_a_candidate_that_was_an_associate_may_lead() -> None:
    story(lead=[associate, candidate]).when(draft).then(drafted)


def test_a_member_stays_a_member_when_another_project_names_it() -> None:
    story(lead=[member, candidate]).when(draft).then(drafted)


def test_an_associate_may_lead_where_the_policy_allows_it() -> None:
    open_to_all = policy_published.model_copy(
        update={"parameters": Parameters(associate_lead="allow")}
    )
    here = given(DOMAIN, {POLICIES_STREAM: [open_to_all], PORT_STREAM: [associate]})
    here.when(draft).then(drafted)


def test_staff_draft_for_a_lead_that_they_name() -> None:
    by_officer = drafted.model_copy(update={"drafted_by": "officer-1"})
    story().when(replace(draft, by=officer_for_the_port)).then(by_officer)


def test_the_lead_is_a_participant_from_the_start() -> None:
    proposal = proposal_of(story(drafted))
    assert proposal.participants == (Participant(PORT, "Port de Montréal"),)


def test_a_partner_is_invited() -> None:
    story(drafted).when(invite_the_firm).then(firm_invited)


def test_a_partner_that_declined_may_be_asked_again() -> None:
    story(drafted, firm_invited, firm_declined).when(invite_the_firm).then(firm_invited)


def test_a_partner_confirms_the_content_that_it_names() -> None:
    here = story(drafted, firm_invited)
    here.when(confirm(current(here))).then(firm_confirmed(current(here)))


def test_a_partner_confirms_after_the_submission() -> None:
    here = submitted(*planned)
    here.when(confirm(current(here))).then_names("ParticipantConfirmed")


def test_confirming_the_same_content_again_changes_nothing() -> None:
    here = story(drafted, firm_invited)
    here.after(confirm(current(here))).when(confirm(current(here))).then_nothing()


def test_a_partner_that_declined_may_still_confirm() -> None:
    here = story(drafted, firm_invited, firm_declined)
    here.when(confirm(current(here))).then_names("ParticipantConfirmed")


def test_a_partner_confirms_again_when_the_content_changed() -> None:
    here = story(drafted, firm_invited)
    changed = here.after(confirm(current(here)), *_changes())
    changed.when(confirm(current(changed))).then_names("ParticipantConfirmed")


def _changes() -> list[commands.ReviseSection]:
    return [
        commands.ReviseSection(
            project_id=PROJECT, section="summary", sha256="6" * 64, **by_the_port
        )
    ]


def test_a_partner_declines() -> None:
    story(drafted, firm_invited).when(decline).then(firm_declined)


def test_a_partner_may_say_no_after_the_submission_too() -> None:
    here = submitted(*planned)
    declined = here.after(decline)
    assert current(declined) == current(here)
    here.when(decline).then(firm_declined)


def test_declining_twice_changes_nothing() -> None:
    story(drafted, firm_invited, firm_declined).when(decline).then_nothing()


def test_a_partner_is_removed() -> None:
    story(drafted, firm_invited).when(remove_the_firm).then(firm_removed)


def test_a_removed_partner_is_named_no_more() -> None:
    here = story(drafted, firm_invited, firm_removed)
    assert current(here) == current(story(drafted))
    here.when(decline).then_refused(refusals.ProposalNotFound)


def test_a_refused_removal_says_which_plans_name_the_partner() -> None:
    here = story(*planned, ip_plan_declared)
    refused = here.when(remove_the_firm).then_refused(refusals.ParticipantStillPlanned)
    assert refused.facts == {"named_in": ["budget", "work_plan", "ip_plan"]}


crowd = [
    ParticipantInvited(
        project_id=PROJECT,
        organisation_id=f"org_{number:032x}",
        name=f"Partner {number}",
        invited_by="applicant-1",
    )
    for number in range(1, parties.PARTICIPANTS_MAX)
]
lead_confirms = commands.ConfirmParticipation(
    project_id=PROJECT, organisation_id=PORT, content_hash="0" * 64, **by_the_port
)
carrier_confirms = replace(lead_confirms, organisation_id=CARRIER)
lead_declines = commands.DeclineParticipation(
    project_id=PROJECT, organisation_id=PORT, **by_the_port
)


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        # history                   asked                                    why not
        (story(), replace(draft, **by_the_carrier), refusals.NotTheLead),
        (story(), replace(draft, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (story(drafted), draft, refusals.ProposalAlreadyDrafted),
        (given(DOMAIN), draft, NoPolicyInForce),
        (story(), replace(draft, programme="unknown"), NoPolicyInForce),
        (story(lead=[associate]), draft, refusals.AssociateMayNotLead),
        (story(), invite_the_firm, refusals.ProposalNotFound),
        (story(drafted), replace(invite_the_firm, **by_the_carrier), refusals.ProposalNotFound),
        (
            story(drafted, firm_invited),
            replace(invite_the_firm, by=decline.by),
            refusals.NotTheLead,
        ),
        (
            story(drafted),
            replace(invite_the_firm, by=officer),
            refusals.NotOnBehalfOfTheApplicant,
        ),
        (story(drafted, firm_invited), invite_the_firm, refusals.AlreadyAParticipant),
        (
            story(drafted),
            replace(invite_the_firm, organisation_id=PORT),
            refusals.AlreadyAParticipant,
        ),
        (story(drafted, *crowd), invite_the_firm, refusals.LimitReached),
        (submitted(drafted), invite_the_firm, refusals.ContentNotOpen),
        (story(drafted).after(withdraw), invite_the_firm, refusals.ProposalEnded),
        (story(), confirm("0" * 64), refusals.ProposalNotFound),
        (story(drafted), confirm("0" * 64), refusals.ProposalNotFound),
        (story(drafted), carrier_confirms, refusals.ParticipantNotFound),
        (
            story(drafted, firm_invited),
            replace(confirm("0" * 64), **by_the_port),
            refusals.NotThisParticipant,
        ),
        (
            story(drafted, firm_invited),
            replace(confirm("0" * 64), by=officer_for_the_port),
            refusals.NotOnBehalfOfTheApplicant,
        ),
        (story(drafted), lead_confirms, refusals.LeadAlwaysParticipates),
        (story(drafted, firm_invited), confirm("0" * 64), refusals.OtherContentConfirmed),
        (
            story(drafted, firm_invited, evaluation=[eligible, approved]),
            confirm("0" * 64),
            refusals.ProposalEnded,
        ),
        (story(drafted), lead_declines, refusals.LeadAlwaysParticipates),
        (
            story(drafted, firm_invited, evaluation=[declined_by_committee]),
            decline,
            refusals.ProposalEnded,
        ),
        (story(drafted), remove_the_firm, refusals.ParticipantNotFound),
        (
            story(drafted),
            replace(remove_the_firm, organisation_id=PORT),
            refusals.LeadAlwaysParticipates,
        ),
        (submitted(*planned), remove_the_firm, refusals.ContentNotOpen),
        (
            story(drafted, firm_invited, budget_proposed),
            remove_the_firm,
            refusals.ParticipantStillPlanned,
        ),
        (
            story(drafted, firm_invited, work_plan_proposed),
            remove_the_firm,
            refusals.ParticipantStillPlanned,
        ),
        (
            story(drafted, firm_invited, ip_plan_declared),
            remove_the_firm,
            refusals.ParticipantStillPlanned,
        ),
    ],
)
def test_every_refusal_about_parties(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


def test_a_stale_confirmation_is_told_the_current_hash() -> None:
    here = story(drafted, firm_invited)
    refused = here.when(confirm("0" * 64)).then_refused(refusals.OtherContentConfirmed)
    assert refused.facts == {"content_hash": current(here)}


def test_staff_confirm_for_a_partner_that_they_name() -> None:
    here = story(drafted, firm_invited)
    for_the_firm = replace(officer_for_the_port, on_behalf_of=FIRM)
    here.when(replace(confirm(current(here)), by=for_the_firm)).then_names("ParticipantConfirmed")


def test_an_applicant_does_not_act_in_the_name_of_another() -> None:
    posing = replace(draft.by, on_behalf_of=MINISTRY)
    story().when(replace(draft, by=posing)).then_refused(refusals.NotOnBehalfOfTheApplicant)


def test_the_policy_of_the_effective_day_counts() -> None:
    until_july = policy_published.model_copy(update={"effective_to": JULY_20})
    given(DOMAIN, {POLICIES_STREAM: [until_july]}).when(draft).then_refused(NoPolicyInForce)
