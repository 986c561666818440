"""Sizes are attestations with a date (M-13); affiliations stand in both histories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.membership.domain.organisation import Size
from services.membership.domain.refusals import (
    AffiliateOfItself,
    AffiliateUnknown,
    DayStillToCome,
    OrganisationNotFound,
)
from services.membership.events.register import AffiliationDeclared, SizeAttested
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    JANUARY_01,
    MAY_05,
    PORT,
    PORT_STREAM,
    affiliate,
    amend,
    attest,
    officer,
    publish,
    register,
    register_port,
    stranger,
)
from tests.membership.history import nothing
from tests.support.spec import Given

alone = nothing.after(publish, register)
both = alone.after(register_port)


def test_m13_a_size_is_attested_with_its_day_and_evidence() -> None:
    event = SizeAttested(
        organisation_id=FLEUVE,
        fte=Decimal(85),
        affiliates_fte=Decimal(0),
        as_of=JANUARY_01,
        evidence_sha256="e" * 64,
        attested_by="applicant-1",
    )
    alone.when(attest).then(event)
    alone.after(attest).when(attest).then_nothing()


def test_m13_the_size_in_force_on_a_day_is_the_latest_one_true_by_then() -> None:
    grown = replace(attest, fte=Decimal(700), as_of=MAY_05)
    corrected = replace(attest, fte=Decimal("86.5"))
    organisation = alone.after(grown, attest, corrected).state(FLEUVE_STREAM)
    assert organisation.size_on(date(2019, 12, 31)) is None
    assert organisation.size_on(date(2020, 5, 4)) == Size(
        JANUARY_01, Decimal("86.5"), Decimal(0), "e" * 64
    )
    assert organisation.size_on(MAY_05).fte == 700


def test_an_affiliation_stands_in_the_histories_of_both() -> None:
    asked = both.when(affiliate)
    here = AffiliationDeclared(
        organisation_id=FLEUVE, affiliate_id=PORT, since=JANUARY_01, declared_by="applicant-1"
    )
    asked.then_on(FLEUVE_STREAM, here)
    there = here.model_copy(update={"organisation_id": PORT, "affiliate_id": FLEUVE})
    asked.then_on(PORT_STREAM, there)


def test_an_affiliation_is_declared_once_from_either_side_and_can_be_dated_anew() -> None:
    here = both.after(affiliate)
    here.when(affiliate).then_nothing()
    mirrored = replace(affiliate, organisation_id=PORT, affiliate_id=FLEUVE, by=officer)
    here.when(mirrored).then_nothing()
    later = here.after(replace(affiliate, since=MAY_05))
    assert later.state(PORT_STREAM).affiliates == {FLEUVE: MAY_05}


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, attest, OrganisationNotFound),
        (nothing, amend, OrganisationNotFound),
        (alone, replace(attest, by=stranger), OrganisationNotFound),
        (alone, replace(attest, as_of=date(2026, 5, 5)), DayStillToCome),
        (both, replace(affiliate, by=stranger), OrganisationNotFound),
        (both, replace(affiliate, affiliate_id=FLEUVE), AffiliateOfItself),
        (alone, affiliate, AffiliateUnknown),
        (both, replace(affiliate, since=date(2026, 5, 5)), DayStillToCome),
    ],
)
def test_attestations_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
