"""Only an approved project makes a candidate (M-4), and only a candidate applies (M-8)."""

from dataclasses import replace
from datetime import date

import pytest

from services.membership.domain.refusals import (
    AlreadyMember,
    ApplicationPending,
    NoApplication,
    NoCandidacy,
    NotInApprovedProject,
    OrganisationNotFound,
)
from services.membership.events.candidacy import (
    CandidacyOpened,
    MembershipAgreementSigned,
    MembershipApplicationSubmitted,
)
from services.membership.policies import POLICIES
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.policy_book import NoPolicyInForce
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.membership.examples import (
    FLEUVE,
    MAY_02,
    MAY_05,
    MAY_06,
    MAY_07,
    OTHER_PROJECT,
    PORT,
    PROJECT,
    STRANGER,
    TODAY,
    apply,
    approved,
    assess,
    for_fleuve,
    noon,
    officer,
    open_candidacy,
    reactor,
    register,
    sign,
    stranger,
)
from tests.membership.history import (
    applicant,
    candidate,
    heard,
    member,
    nothing,
    registered,
    signed,
)
from tests.support.spec import Given

opened = CandidacyOpened(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    programme="scale-ai",
    opened_on=MAY_05,
    open_until=date(2020, 8, 3),
    policy_version="2020.1",
)
by_other = replace(open_candidacy, project_id=OTHER_PROJECT)


def test_m4_an_approved_project_opens_a_candidacy_for_each_of_its_parties() -> None:
    who = {"by": reactor, "now": TODAY, "effective_at": noon(MAY_05)}
    reaction = Reaction(command=who, find=lambda table, *key: None)
    [policy] = POLICIES[type(approved)]
    assert policy(approved, reaction) == [
        open_candidacy,
        replace(open_candidacy, organisation_id=PORT),
    ]


def test_a_candidacy_lasts_ninety_days_and_belongs_to_the_project_too() -> None:
    registered.when(open_candidacy).then(opened)


def test_m4_a_candidacy_never_begins_before_the_approval() -> None:
    early = replace(open_candidacy, effective_at=noon(MAY_02))
    registered.when(early).then(opened)


def test_a_candidate_or_member_is_left_in_peace() -> None:
    candidate.when(open_candidacy).then_nothing()
    member.when(open_candidacy).then_nothing()
    member.when(by_other).then_nothing()


def test_two_approved_projects_are_two_candidacies() -> None:
    candidate.when(by_other).then_names("CandidacyOpened")


def test_m8_a_candidate_applies_explicitly() -> None:
    event = MembershipApplicationSubmitted(
        organisation_id=FLEUVE,
        project_id=PROJECT,
        programme="scale-ai",
        submitted_on=MAY_06,
        submitted_by="applicant-1",
    )
    candidate.when(apply).then(event)
    candidate.when(replace(apply, by=for_fleuve)).then_names("MembershipApplicationSubmitted")
    applicant.when(apply).then_nothing()


def test_an_applicant_signs_the_agreement_once() -> None:
    event = MembershipAgreementSigned(
        organisation_id=FLEUVE, signed_on=MAY_07, signed_by="applicant-1"
    )
    applicant.when(sign).then(event)
    signed.when(sign).then_nothing()
    member.when(sign).then_nothing()


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (heard, open_candidacy, OrganisationNotFound),
        (nothing.after(register), open_candidacy, NotInApprovedProject),
        (nothing.after(register), replace(open_candidacy, by=officer), NotInApprovedProject),
        (heard.after(register), open_candidacy, NoPolicyInForce),
        (
            registered.after(
                replace(register, organisation_id=STRANGER, name="Stranger", business_number=None)
            ),
            replace(open_candidacy, organisation_id=STRANGER),
            NotInApprovedProject,
        ),
        (nothing, apply, OrganisationNotFound),
        (candidate, replace(apply, by=stranger), OrganisationNotFound),
        (candidate, replace(apply, by=officer), NotOnBehalf),
        (registered, apply, NoCandidacy),
        (candidate, replace(apply, project_id=OTHER_PROJECT), NoCandidacy),
        (candidate, replace(apply, effective_at=noon(MAY_02)), NoCandidacy),
        (applicant.after(by_other), replace(apply, project_id=OTHER_PROJECT), ApplicationPending),
        (member, replace(apply, project_id=OTHER_PROJECT), AlreadyMember),
        (nothing, sign, OrganisationNotFound),
        (applicant, replace(sign, by=stranger), OrganisationNotFound),
        (applicant, replace(sign, by=officer), NotOnBehalf),
        (candidate, sign, NoApplication),
        (applicant, replace(sign, effective_at=noon(MAY_05)), NoApplication),
        (candidate, assess, NoApplication),
    ],
)
def test_candidacies_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
