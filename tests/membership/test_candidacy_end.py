"""A candidacy ends: by the admission, by its last day, with its award, with the body (M-4, X11)."""

from dataclasses import replace
from datetime import date

import pytest

from services.membership.commands import CloseCandidacy
from services.membership.domain.refusals import (
    MembershipEnded,
    NoCandidacy,
    NoOpenCandidacy,
    NotInApprovedProject,
    OrganisationNotFound,
)
from services.membership.events.candidacy import CandidacyClosed
from services.membership.inbound import (
    AwardConditionExpired,
    DecisionRescinded,
    Gone,
    ProjectDeclined,
)
from services.membership.policies import POLICIES
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    AWARD_STREAM,
    FLEUVE,
    MAY_05,
    MAY_06,
    MAY_08,
    MAY_09,
    OTHER_PROJECT,
    PORT,
    PROJECT,
    TODAY,
    admit_associate,
    apply,
    approved,
    ask_associate,
    noon,
    open_candidacy,
    pay,
    reactor,
    register,
)
from tests.membership.history import (
    applicant,
    candidate,
    fee_due,
    member,
    nothing,
    registered,
    signed,
)
from tests.membership.members import (
    assessing,
    following,
    organisation_of,
    paying,
    status,
    statuses,
    terminating,
    timers,
)
from tests.support.spec import Given

LAST_DAY, OVER = date(2020, 8, 3), date(2020, 8, 4)
"""Opened on 5 May for 90 days: 3 August is the last one."""

expired = CandidacyClosed(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    programme="scale-ai",
    closed_on=OVER,
    because="expired",
    falls_back_to="registered",
)
by_other = replace(open_candidacy, project_id=OTHER_PROJECT, effective_at=noon(MAY_06))
close = CloseCandidacy(
    organisation_id=FLEUVE,
    project_id=PROJECT,
    because="award_lapsed",
    by=reactor,
    now=TODAY,
    effective_at=noon(MAY_09),
)


@pytest.mark.parametrize("here", [candidate, applicant, signed, fee_due])
def test_m4_a_candidacy_expires_on_the_day_after_its_last_one(here: Given) -> None:
    here.when(following(LAST_DAY)).then_nothing()
    here.when(following(OVER)).then(expired)
    after = timers(here, OVER)
    assert statuses(after, OVER) == ["registered"]
    assert status(after, LAST_DAY) == status(here, LAST_DAY)
    after.when(following(date(2021, 1, 1))).then_nothing()
    assert organisation_of(after).application is None


def test_m4_an_associate_whose_candidacy_expires_is_an_associate_again() -> None:
    here = registered.after(ask_associate, admit_associate, open_candidacy)
    assert statuses(timers(here, OVER), MAY_05, OVER) == ["candidate", "associate"]


def test_m4_the_candidacy_by_another_project_goes_on() -> None:
    here = timers(candidate.after(by_other), OVER)
    assert status(here, OVER) == "candidate"
    assert list(organisation_of(here).candidacies) == [OTHER_PROJECT]
    applied = timers(candidate.after(by_other, apply), OVER)
    assert status(applied, OVER) == "candidate"
    other = replace(apply, project_id=OTHER_PROJECT, effective_at=noon(OVER))
    assert status(applied.after(other), OVER) == "application_submitted"


def test_m10_whoever_pays_after_the_last_day_is_not_admitted() -> None:
    here = signed.after(assessing(1, MAY_09))
    here.when(paying(1, LAST_DAY)).then_names("FeePaid", "MemberAdmitted", "CandidacyClosed")
    here.when(paying(1, OVER)).then_names("FeePaid")


def test_m8_nobody_applies_by_a_candidacy_that_is_over() -> None:
    late = replace(apply, effective_at=noon(OVER))
    candidate.when(replace(apply, effective_at=noon(LAST_DAY))).then_names(
        "MembershipApplicationSubmitted"
    )
    candidate.when(late).then_refused(NoCandidacy)


def test_m11_a_fee_that_was_assessed_stays_assessed_for_the_next_candidacy() -> None:
    again = replace(open_candidacy, effective_at=noon(OVER))
    here = timers(fee_due.after(pay), OVER).after(again, replace(apply, effective_at=noon(OVER)))
    assert status(here, OVER) == "fee_due"
    assert organisation_of(here).fees[1].outstanding_cents == 0


def test_m9_an_admission_closes_every_candidacy() -> None:
    here = signed.after(by_other, assessing(1, MAY_08))
    *_, first, second = here.when(paying(1, MAY_08)).then_names(
        "FeePaid", "MemberAdmitted", "CandidacyClosed", "CandidacyClosed"
    )
    assert isinstance(first, CandidacyClosed)
    assert isinstance(second, CandidacyClosed)
    assert (first.project_id, second.project_id) == (PROJECT, OTHER_PROJECT)
    assert {first.because, second.because} == {"admitted"}
    admitted = here.after(paying(1, MAY_08))
    assert status(timers(admitted, OVER), OVER) == "active"


@pytest.mark.parametrize(
    "gone",
    [
        ProjectDeclined(project_id=PROJECT),
        DecisionRescinded(project_id=PROJECT),
        AwardConditionExpired(project_id=PROJECT),
    ],
)
def test_m4_without_the_award_there_is_no_candidacy(gone: Gone) -> None:
    who = {"by": reactor, "now": TODAY, "effective_at": noon(MAY_09)}
    row = {"organisation_ids": [FLEUVE, PORT]}
    [policy] = POLICIES[type(gone)]
    found = Reaction(command=who, find=lambda table, *key: row if key == (PROJECT,) else None)
    assert policy(gone, found) == [close, replace(close, organisation_id=PORT)]
    unknown = Reaction(command=who, find=lambda table, *key: None)
    assert policy(gone, unknown) == []
    here = Given(candidate.domain, {**candidate.history, AWARD_STREAM: [approved, gone]})
    again = replace(open_candidacy, organisation_id=PORT)
    here.when(again).then_refused(NotInApprovedProject)
    approved_anew = Given(
        candidate.domain, {**candidate.history, AWARD_STREAM: [approved, gone, approved]}
    )
    approved_anew.when(again).then_names("CandidacyOpened")


def test_m4_a_candidacy_is_closed_with_its_award() -> None:
    lapsed = expired.model_copy(update={"closed_on": MAY_09, "because": "award_lapsed"})
    applicant.when(close).then(lapsed)
    assert statuses(applicant.after(close), MAY_08, MAY_09) == [
        "application_submitted",
        "registered",
    ]


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, close, OrganisationNotFound),
        (registered, close, NoOpenCandidacy),
        (candidate, replace(close, project_id=OTHER_PROJECT), NoOpenCandidacy),
        (member, close, NoOpenCandidacy),
        (
            member.after(terminating(MAY_09)),
            replace(open_candidacy, effective_at=noon(MAY_09)),
            MembershipEnded,
        ),
        (nothing.after(register), close, NoOpenCandidacy),
    ],
)
def test_closings_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
