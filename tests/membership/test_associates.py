"""Associates: no fee (M-1), the community's benefits (M-3), one tier at a time (M-9)."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from random import Random

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.membership.commands import ResignAsAssociate
from services.membership.domain.refusals import (
    AdmitterApplied,
    AssociateOwesNoFee,
    BeyondAssociate,
    NoAssociateApplication,
    NotAssociate,
    OrganisationNotFound,
)
from services.membership.domain.standing import (
    COMMUNITY,
    EVERYTHING,
    NOTHING,
    ON_THE_WAY,
    STATES,
    Standing,
    Status,
    Timeline,
    benefits_of,
    entered,
    status_at,
    tier_of,
)
from services.membership.domain.transitions import CANDIDATES
from services.membership.events.candidacy import (
    AssociateAdmitted,
    AssociateApplicationSubmitted,
    AssociateResigned,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    JANUARY_01,
    MAY_02,
    MAY_05,
    MAY_06,
    MAY_07,
    MAY_09,
    TODAY,
    admit_associate,
    ask_associate,
    assess,
    fleuve,
    for_fleuve,
    noon,
    officer,
    open_candidacy,
    stranger,
)
from tests.membership.history import associate, candidate, member, nothing, registered
from tests.support.spec import Given


def test_m1_m3_a_body_asks_to_be_an_associate_and_is_admitted() -> None:
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


def test_m3_benefits_follow_the_tier() -> None:
    assert benefits_of("registered", associate=False) == NOTHING
    assert benefits_of("associate", associate=True) == COMMUNITY
    for status in CANDIDATES:
        assert benefits_of(status, associate=False) == NOTHING
        assert benefits_of(status, associate=True) == COMMUNITY
    for status in ("active", "grace"):
        assert benefits_of(status, associate=False) == EVERYTHING
    for status in ("lapsed", "suspended", "terminated"):
        assert benefits_of(status, associate=True) == NOTHING
    assert {"resources", "guidance"} == EVERYTHING - COMMUNITY


def test_m9_every_status_belongs_to_one_tier_or_to_none() -> None:
    tiers = {status: tier_of(status) for status in STATES}
    assert [status for status in STATES if tiers[status] == "associate"] == ["associate"]
    assert [status for status in STATES if tiers[status] == "candidate"] == list(CANDIDATES)
    assert [status for status in STATES if tiers[status] == "member"] == [
        "active",
        "grace",
        "suspended",
    ]


resign = ResignAsAssociate(organisation_id=FLEUVE, by=fleuve, now=TODAY, effective_at=noon(MAY_06))


def test_s2_an_associate_resigns_and_may_ask_again() -> None:
    event = AssociateResigned(
        organisation_id=FLEUVE,
        resigned_on=MAY_06,
        resigned_by="applicant-1",
        falls_back_to="registered",
    )
    associate.when(resign).then(event)
    here = associate.after(resign)
    organisation = here.state(FLEUVE_STREAM)
    assert (organisation.status_on(MAY_05), organisation.status_on(MAY_06)) == (
        "associate",
        "registered",
    )
    assert not organisation.is_associate
    again = replace(ask_associate, effective_at=noon(MAY_07))
    admitted = replace(admit_associate, effective_at=noon(MAY_07))
    assert here.after(again, admitted).state(FLEUVE_STREAM).status_on(MAY_07) == "associate"


def test_m9_a_candidate_that_resigns_as_an_associate_stays_a_candidate() -> None:
    here = associate.after(open_candidacy, resign).state(FLEUVE_STREAM)
    assert (here.status_on(MAY_06), here.is_associate) == ("candidate", False)


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, resign, OrganisationNotFound),
        (associate, replace(resign, by=stranger), OrganisationNotFound),
        (associate, replace(resign, by=officer), NotOnBehalf),
        (registered, resign, NotAssociate),
        (registered.after(ask_associate), resign, NotAssociate),
        (candidate, resign, NotAssociate),
        (member, replace(resign, effective_at=noon(MAY_09)), NotAssociate),
    ],
)
def test_resignations_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
WAY: st.SearchStrategy[Status] = st.sampled_from(ON_THE_WAY)


@drawn(st.lists(st.tuples(DAYS, WAY), max_size=12), st.randoms(use_true_random=False), DAYS)
def test_m9_m12_who_goes_on_goes_never_back_in_whatever_order_it_is_learned(
    entries: list[tuple[date, Status]], shuffled: Random, day: date
) -> None:
    timeline: Timeline = ()
    for since, status in entries:
        timeline = entered(timeline, Standing(since, status))
    reached = [ON_THE_WAY.index(status) for since, status in entries if since <= day]
    assert status_at(timeline, day) == ON_THE_WAY[max(reached, default=0)]
    shuffled.shuffle(entries)
    learned: Timeline = ()
    for since, status in entries:
        learned = entered(learned, Standing(since, status))
    assert status_at(learned, day) == status_at(timeline, day)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_m12_the_last_one_begun_counts_and_of_equal_days_the_last_one_said(
    order: tuple[int, ...],
) -> None:
    said = [Standing(MAY_02, "lapsed"), Standing(MAY_05, "active"), Standing(MAY_07, "suspended")]
    timeline: Timeline = ()
    for number in order:
        timeline = entered(timeline, said[number])
    days = [MAY_02, MAY_05, MAY_06, MAY_07]
    assert [status_at(timeline, day) for day in days] == [
        "lapsed",
        "active",
        "active",
        "suspended",
    ]
    again = entered(timeline, Standing(MAY_05, "grace"))
    assert (status_at(again, MAY_05), status_at(again, MAY_07)) == ("grace", "suspended")
