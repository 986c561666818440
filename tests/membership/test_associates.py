"""Associates: no fee (M-1), the community's benefits (M-3), one tier at a time (M-9)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.membership.domain.acting import OrganisationNotFound
from services.membership.domain.associates import (
    AdmitterApplied,
    BeyondAssociate,
    NoAssociateApplication,
)
from services.membership.domain.fees import AssociateOwesNoFee
from services.membership.domain.standing import (
    COMMUNITY,
    EVERYTHING,
    ORDER,
    Standing,
    Status,
    benefits_of,
    entered,
    further,
    status_at,
    tier_of,
)
from services.membership.events import AssociateAdmitted, AssociateApplicationSubmitted
from shared.kernel.commands import Command
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    JANUARY_01,
    MAY_02,
    MAY_05,
    admit_associate,
    ask_associate,
    assess,
    for_fleuve,
    noon,
    officer,
    open_candidacy,
    stranger,
)
from tests.membership.history import associate, candidate, nothing, registered
from tests.support.spec import Given


def test_a_body_asks_to_be_an_associate_and_is_admitted() -> None:
    registered.when(ask_associate).then(
        AssociateApplicationSubmitted(
            organisation_id=FLEUVE, submitted_on=JANUARY_01, submitted_by="applicant-1"
        )
    )
    registered.after(ask_associate).when(admit_associate).then(
        AssociateAdmitted(organisation_id=FLEUVE, admitted_on=MAY_02, admitted_by="officer-1")
    )


def test_asking_or_admitting_twice_is_quiet() -> None:
    associate.when(ask_associate).then_nothing()
    associate.when(admit_associate).then_nothing()


def test_an_associate_becomes_a_candidate_by_an_approved_project() -> None:
    timeline = associate.after(open_candidacy).state(FLEUVE_STREAM).timeline
    assert timeline == (Standing(MAY_02, "associate"), Standing(MAY_05, "candidate"))


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, ask_associate, OrganisationNotFound),
        (registered, replace(ask_associate, by=stranger), OrganisationNotFound),
        (registered, replace(ask_associate, by=officer), NotOnBehalf),
        (candidate, replace(ask_associate, effective_at=noon(MAY_05)), BeyondAssociate),
        (nothing, admit_associate, OrganisationNotFound),
        (registered, admit_associate, NoAssociateApplication),
        (
            registered.after(ask_associate),
            replace(admit_associate, effective_at=noon(date(2019, 12, 31))),
            NoAssociateApplication,
        ),
        (
            registered.after(ask_associate, open_candidacy),
            replace(admit_associate, effective_at=noon(MAY_05)),
            BeyondAssociate,
        ),
        (
            registered.after(replace(ask_associate, by=for_fleuve)),
            admit_associate,
            AdmitterApplied,
        ),
        (associate, assess, AssociateOwesNoFee),
    ],
)
def test_associates_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


def test_a_late_fact_of_an_earlier_day_keeps_its_place_on_the_timeline() -> None:
    here = registered.after(ask_associate, open_candidacy, admit_associate)
    timeline = here.state(FLEUVE_STREAM).timeline
    assert status_at(timeline, MAY_02) == "associate"
    assert status_at(timeline, MAY_05) == "candidate"


def test_benefits_follow_the_tier() -> None:
    assert benefits_of(None, associate=False) == frozenset()
    assert benefits_of("associate", associate=True) == COMMUNITY
    assert benefits_of("candidate", associate=False) == frozenset()
    assert benefits_of("candidate", associate=True) == COMMUNITY
    assert benefits_of("member", associate=False) == EVERYTHING
    assert {"resources", "guidance"} == EVERYTHING - COMMUNITY


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
STATUSES: st.SearchStrategy[Status] = st.sampled_from(ORDER)


@drawn(st.lists(st.tuples(DAYS, STATUSES), max_size=12), DAYS)
def test_there_is_one_tier_a_day_and_entering_never_throws_back(
    entries: list[tuple[date, Status]], day: date
) -> None:
    timeline: tuple[Standing, ...] = ()
    for since, status in entries:
        before = status_at(timeline, since)
        timeline = entered(timeline, since, status)
        assert status_at(timeline, since) == (status if further(status, before) else before)
    assert list(timeline) == sorted(timeline, key=lambda entry: entry.since)
    assert tier_of(status_at(timeline, day)) in (None, "associate", "candidate", "member")
