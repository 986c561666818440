"""Sections, budget, work plan, endorsement and IP plan: what is recorded and what is not."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.intake import commands, inbound
from services.intake.domain import plans, refusals
from services.intake.events.content import SectionRevised
from services.intake.events.vocabulary import BudgetLine, IpOwner
from shared.kernel.commands import Command
from shared.kernel.money import CENTS_MAX
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    CARRIER,
    FIRM,
    JULY_20,
    MINISTRY,
    PORT,
    PROJECT,
    a_third,
    approved,
    at_the_quay,
    budget_proposed,
    by_the_firm,
    by_the_port,
    declare_ip_plan,
    detail_opened,
    detailed,
    drafted,
    eligible,
    endorse,
    endorsed,
    firm_invited,
    in_the_office,
    ip_plan_declared,
    officer,
    planned,
    port_labour,
    proposal_of,
    propose_budget,
    propose_work_plan,
    returned,
    revise_summary,
    story,
    submitted,
    summary_revised,
    two_thirds,
    with_evaluation,
    withdraw,
    work_plan_proposed,
)
from tests.support.spec import Given

both = (drafted, firm_invited)


def test_a_section_is_revised() -> None:
    story(drafted).when(revise_summary).then(summary_revised)


def test_a_section_of_the_same_content_changes_nothing() -> None:
    story(drafted, summary_revised).when(revise_summary).then_nothing()


def test_a_budget_is_proposed_and_summed() -> None:
    story(*both).when(propose_budget).then(budget_proposed)
    assert proposal_of(story(*both, budget_proposed)).requested_cents == 16_913_400


def test_the_same_budget_changes_nothing() -> None:
    story(*both, budget_proposed).when(propose_budget).then_nothing()


@pytest.mark.parametrize("cents", [1, CENTS_MAX])
def test_no_budget_is_too_small_or_too_large(cents: int) -> None:
    line = port_labour.model_copy(update={"amount_cents": cents})
    story(drafted).when(replace(propose_budget, lines=(line,))).then_names("BudgetProposed")


@pytest.mark.parametrize("cents", [0, -1])
def test_a_budget_line_is_above_zero(cents: int) -> None:
    with pytest.raises(ValueError, match="amount_cents"):
        BudgetLine(organisation_id=PORT, kind="labour", quarter="2020-21Q3", amount_cents=cents)


def test_a_work_plan_is_proposed() -> None:
    story(*both).when(propose_work_plan).then(work_plan_proposed)


def test_the_same_work_plan_changes_nothing() -> None:
    story(*both, work_plan_proposed).when(propose_work_plan).then_nothing()


def test_work_abroad_is_recorded_and_left_to_evaluation() -> None:
    abroad = at_the_quay.model_copy(update={"place": "DE"})
    story(drafted).when(replace(propose_work_plan, packages=(abroad,))).then_names(
        "WorkPlanProposed"
    )


def test_an_endorsement_is_recorded() -> None:
    story(drafted).when(endorse).then(endorsed)


def test_the_same_endorsement_changes_nothing() -> None:
    story(drafted, endorsed).when(endorse).then_nothing()


def test_an_endorsement_may_come_after_the_submission() -> None:
    submitted(*planned).when(endorse).then(endorsed)


def test_i8_an_ip_plan_is_declared() -> None:
    story(*both).when(declare_ip_plan).then(ip_plan_declared)


def test_the_same_ip_plan_changes_nothing() -> None:
    story(*both, ip_plan_declared).when(declare_ip_plan).then_nothing()


def test_shares_given_as_percentages_become_parts_of_one() -> None:
    halves = (
        IpOwner(owner=PORT, share=Fraction("62.5")),
        IpOwner(owner=FIRM, share=Fraction("37.5")),
    )
    (declared,) = (
        story(*both).when(replace(declare_ip_plan, owners=halves)).then_names("IpPlanDeclared")
    )
    assert [str(owner.share) for owner in declared.owners] == ["5/8", "3/8"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("third_party", ["Université Laval", "The Open Berth Foundation"])
def test_a_named_third_party_may_own(third_party: str) -> None:
    owner = IpOwner(owner=third_party, share=Fraction(1))
    story(*both).when(replace(declare_ip_plan, owners=(owner,))).then_names("IpPlanDeclared")


def test_a_registered_third_party_may_own() -> None:
    here = story(*both)
    known = inbound.OrganisationRegistered(organisation_id=CARRIER, name="Carrier", kind="large")
    with_carrier = Given(here.domain, {**here.history, f"organisation-{CARRIER}": [known]})
    owner = IpOwner(owner=CARRIER, share=Fraction(1))
    with_carrier.when(replace(declare_ip_plan, owners=(owner,))).then_names("IpPlanDeclared")


def test_an_owner_may_have_no_share() -> None:
    owners = (IpOwner(owner=PORT, share=Fraction(1)), IpOwner(owner=FIRM, share=Fraction(0)))
    story(*both).when(replace(declare_ip_plan, owners=owners)).then_names("IpPlanDeclared")


@pytest.mark.parametrize(
    "barred",
    [
        "the funder",
        "Funder",
        "Scale AI",
        "government",
        "Government of Canada",
        "GOUVERNEMENT DU QUÉBEC",
        "Her Majesty the Queen in right of Canada",
    ],
)
def test_neither_funder_nor_government_may_own(barred: str) -> None:
    owners = (a_third, IpOwner(owner=barred, share=Fraction(2, 3)))
    asked = replace(declare_ip_plan, owners=owners)
    story(*both).when(asked).then_refused(refusals.IpOwnerNotEligible)


@pytest.mark.parametrize(
    "heard",
    [
        inbound.OrganisationRegistered(
            organisation_id=MINISTRY, name="Ministry", kind="Government"
        ),
        inbound.OrganisationProfileAmended(
            organisation_id=MINISTRY, name="Ministry", kind="government"
        ),
    ],
)
def test_a_government_may_take_part_but_not_own(heard: inbound.OrganisationHeard) -> None:
    invited = firm_invited.model_copy(update={"organisation_id": MINISTRY, "name": "Transports"})
    here = story(drafted, invited)
    known = Given(here.domain, {**here.history, f"organisation-{MINISTRY}": [heard]})
    owner = IpOwner(owner=MINISTRY, share=Fraction(1))
    asked = replace(declare_ip_plan, owners=(owner,))
    known.when(asked).then_refused(refusals.IpOwnerNotEligible)


@pytest.mark.parametrize(
    "shares",
    [
        (Fraction("0.33"), Fraction("0.66")),
        (Fraction("33.33"), Fraction("66.66")),
        (Fraction(1), Fraction(1)),
        (Fraction(0), Fraction(0)),
    ],
)
def test_shares_that_do_not_add_up_are_refused_without_tolerance(
    shares: tuple[Fraction, Fraction],
) -> None:
    owners = (IpOwner(owner=PORT, share=shares[0]), IpOwner(owner=FIRM, share=shares[1]))
    asked = replace(declare_ip_plan, owners=owners)
    story(*both).when(asked).then_refused(refusals.IpSharesDoNotAddUp)


full = [
    SectionRevised(
        project_id=PROJECT, section=f"chapter-{number}", sha256="5" * 64, revised_by="applicant-1"
    )
    for number in range(plans.SECTIONS_MAX)
]
foreign_line = port_labour.model_copy(update={"organisation_id": CARRIER})
same_place = port_labour.model_copy(update={"amount_cents": 1})
foreign_package = at_the_quay.model_copy(update={"organisation_id": CARRIER})
same_package = in_the_office.model_copy(update={"name": "sensors at the QUAY"})
backwards = at_the_quay.model_copy(update={"ends_on": date(2020, 8, 31)})
unknown_owner = IpOwner(owner=CARRIER, share=Fraction(1))


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        # history                 asked                                      why not
        (story(), revise_summary, refusals.ProposalNotFound),
        (story(*both), replace(revise_summary, **by_the_firm), refusals.NotTheLead),
        (story(*both), replace(propose_budget, **by_the_firm), refusals.NotTheLead),
        (story(*both), replace(propose_work_plan, **by_the_firm), refusals.NotTheLead),
        (story(*both), replace(declare_ip_plan, **by_the_firm), refusals.NotTheLead),
        (story(*both), replace(endorse, **by_the_firm), refusals.NotTheLead),
        (story(*both), replace(endorse, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (submitted(*both), revise_summary, refusals.ContentNotOpen),
        (submitted(*both), propose_budget, refusals.ContentNotOpen),
        (submitted(*both), propose_work_plan, refusals.ContentNotOpen),
        (submitted(*both), declare_ip_plan, refusals.ContentNotOpen),
        (
            with_evaluation(submitted(*both), eligible),
            propose_budget,
            refusals.ContentNotOpen,
        ),
        (detailed(), propose_budget, refusals.ContentNotOpen),
        (story(drafted).after(withdraw), revise_summary, refusals.ProposalEnded),
        (story(drafted).after(withdraw), endorse, refusals.ProposalEnded),
        (detailed(approved), propose_budget, refusals.ProposalEnded),
        (
            story(drafted),
            replace(revise_summary, section="Sümmary"),
            refusals.SectionNameUnreadable,
        ),
        (story(drafted, *full), revise_summary, refusals.LimitReached),
        (
            story(drafted),
            replace(propose_budget, lines=(foreign_line,)),
            refusals.NotAParticipant,
        ),
        (
            story(drafted),
            replace(propose_budget, lines=(port_labour, same_place)),
            refusals.BudgetLineRepeated,
        ),
        (
            story(drafted),
            replace(propose_work_plan, packages=(foreign_package,)),
            refusals.NotAParticipant,
        ),
        (
            story(*both),
            replace(propose_work_plan, packages=(at_the_quay, same_package)),
            refusals.WorkPackageRepeated,
        ),
        (
            story(drafted),
            replace(propose_work_plan, packages=(backwards,)),
            refusals.WorkPackageEndsBeforeItStarts,
        ),
        (
            story(drafted),
            replace(endorse, endorsed_on=date(2020, 7, 21)),
            refusals.NotYetHappened,
        ),
        (
            story(*both),
            replace(declare_ip_plan, owners=(unknown_owner,)),
            refusals.IpOwnerUnknown,
        ),
        (
            story(*both),
            replace(declare_ip_plan, owners=(a_third, a_third, two_thirds)),
            refusals.IpOwnerRepeated,
        ),
        (
            story(*both),
            replace(declare_ip_plan, owners=()),
            refusals.IpSharesDoNotAddUp,
        ),
        (
            story(*both),
            replace(declare_ip_plan, benefit_to_others=None),
            refusals.BenefitUnanswered,
        ),
        (
            story(*both),
            replace(declare_ip_plan, benefit_to_others="  "),
            refusals.BenefitUnanswered,
        ),
    ],
)
def test_every_refusal_about_content(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


def test_an_endorsement_of_the_same_day_is_not_in_the_future() -> None:
    asked = replace(endorse, endorsed_on=JULY_20)
    story(drafted).when(asked).then_names("ExecutiveEndorsementRecorded")


def test_the_content_opens_again_in_the_detailed_stage() -> None:
    opened = with_evaluation(submitted(*both), eligible).after(
        commands.OpenDetailedProposal(project_id=PROJECT, **by_the_port)
    )
    opened.when(propose_budget).then(budget_proposed)
    assert proposal_of(opened).course.stage == "detailing"
    assert detail_opened.project_id == PROJECT


def test_the_content_opens_again_when_the_detailed_version_comes_back() -> None:
    detailed(returned).when(replace(revise_summary, sha256="7" * 64)).then_names("SectionRevised")
