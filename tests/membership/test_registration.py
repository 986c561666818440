"""One name in all its spellings, one number, one body (I-11, C-038, M-6, M-7)."""

from dataclasses import replace

import pytest

from services.membership.commands import AmendOrganisationProfile, RegisterOrganisation
from services.membership.domain.refusals import (
    AliasOfAnother,
    NameAlreadyTaken,
    NumberAlreadyTaken,
    OrganisationAlreadyRegistered,
)
from services.membership.domain.registration import name_stream, number_stream
from services.membership.events.register import (
    OrganisationAliasRecorded,
    OrganisationNameTaken,
    OrganisationNumberTaken,
    OrganisationProfileAmended,
    OrganisationRegistered,
)
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    PORT,
    amend,
    record_alias,
    register,
    register_port,
)
from tests.membership.history import nothing
from tests.support.spec import Given

registered = nothing.after(register)
both = registered.after(register_port)
decomposed = "Socie\u0301te\u0301 E\u0301nerge\u0301tique du\u00a0Fleuve INC."


def test_a_body_is_registered_with_its_name_and_number() -> None:
    event = OrganisationRegistered(
        organisation_id=FLEUVE,
        name="Société Énergétique du Fleuve inc.",
        kind="SME",
        country="CA",
        province="QC",
        business_number="123456789RC0001",
        distinct_reason=None,
        registered_by="officer-1",
    )
    nothing.when(register).then(
        event,
        OrganisationNameTaken(organisation_id=FLEUVE, name=register.name),
        OrganisationNumberTaken(organisation_id=FLEUVE, business_number="123456789RC0001"),
    )


@pytest.mark.parametrize("kind", ["hospital", "research centre", "choir", "individual", None])
@pytest.mark.parametrize("country", ["CA", "NO", "KI", None])
def test_m6_m7_no_kind_and_no_country_of_party_is_refused(
    kind: str | None, country: str | None
) -> None:
    nothing.when(replace(register, kind=kind, country=country)).then_names(
        "OrganisationRegistered", "OrganisationNameTaken", "OrganisationNumberTaken"
    )


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (registered, register, OrganisationAlreadyRegistered),
        # C-038: composed and decomposed accents, a no-break space and capitals are one name.
        (registered, replace(register_port, name=decomposed), NameAlreadyTaken),
        (
            both,
            replace(register, organisation_id="org_" + "b" * 32, name="\uff21\uff29 Port"),
            NameAlreadyTaken,
        ),
        (registered, replace(register_port, business_number="123456789"), NumberAlreadyTaken),
        (
            registered,
            replace(register_port, business_number="123456789 rt0002"),
            NumberAlreadyTaken,
        ),
        (both, replace(amend, name="ai-port"), NameAlreadyTaken),
        (both, replace(record_alias, name="AI-Port"), AliasOfAnother),
    ],
)
def test_registration_refuses(
    here: Given,
    ask: RegisterOrganisation | AmendOrganisationProfile,
    refusal: type[Refusal],
) -> None:
    here.when(ask).then_refused(refusal)


def test_a_refused_duplicate_tells_who_has_the_name() -> None:
    refused = registered.when(replace(register_port, name=decomposed)).then_refused(
        NameAlreadyTaken
    )
    assert refused.facts == {"held_by": [FLEUVE]}


def test_a_namesake_is_registered_with_a_reason() -> None:
    ask = replace(register_port, name=decomposed, distinct_reason="another province's firm")
    here = registered.after(ask)
    assert here.state(name_stream(register.name)).holders == (FLEUVE, PORT)
    assert here.state(f"organisation-{PORT}").name == decomposed


def test_c038_names_that_differ_by_an_accent_are_two() -> None:
    assert name_stream("Résolu") != name_stream("Resolu")


def test_c038_full_width_letters_and_no_break_spaces_are_the_same_name() -> None:
    assert name_stream("\uff21\uff29 Port") == name_stream("AI Port")
    assert name_stream("Énergie\u00a0du Fleuve INC.") == name_stream("énergie du fleuve inc")


def test_dashes_make_no_difference_and_signs_alone_still_name_somebody() -> None:
    hyphen, dash = "CIUSSS de l'Estrie - Sherbrooke", "CIUSSS de l\u2019Estrie \u2013 Sherbrooke"
    assert name_stream(hyphen) == name_stream(dash)
    assert name_stream("!!!") != name_stream("???")


def test_two_simultaneous_registrations_meet_on_the_stream_of_the_name() -> None:
    first = nothing.when(register).decision()
    second = nothing.when(replace(register_port, name=decomposed)).decision()
    written = [{stream for stream, _ in each.says} for each in (first, second)]
    assert written[0] & written[1] == {name_stream(register.name)}


def test_a_number_is_one_with_and_without_its_programme_account() -> None:
    assert number_stream("123 456 789") == number_stream("123456789RC0001")
    assert number_stream("NO 123456789") != number_stream("123456789")


def test_a_profile_is_amended_and_the_former_name_stays_taken() -> None:
    here = registered.after(amend)
    assert here.state(FLEUVE_STREAM).name == "Énergie du Fleuve"
    here.when(replace(register_port, name=decomposed)).then_refused(NameAlreadyTaken)
    here.when(replace(amend, name=register.name)).then_names("OrganisationProfileAmended")


def test_a_profile_is_amended_in_whole_with_a_reason() -> None:
    event = OrganisationProfileAmended(
        organisation_id=FLEUVE,
        name="Énergie du Fleuve",
        kind="SME",
        country="CA",
        province="QC",
        business_number="123456789RC0001",
        reason="new name in the register",
        distinct_reason=None,
        amended_by="officer-1",
    )
    registered.when(amend).then_on(FLEUVE_STREAM, event)


def test_amending_nothing_is_quiet() -> None:
    registered.after(amend).when(amend).then_nothing()


def test_an_alias_is_recorded_as_spelled_and_stands_for_the_body() -> None:
    event = OrganisationAliasRecorded(
        organisation_id=FLEUVE,
        name="Fleuve (SEF)",
        reason="spelled so in the federal register",
        recorded_by="officer-1",
    )
    registered.when(record_alias).then(
        event, OrganisationNameTaken(organisation_id=FLEUVE, name="Fleuve (SEF)")
    )
    here = registered.after(record_alias)
    here.when(replace(register_port, name="FLEUVE SEF")).then_refused(NameAlreadyTaken)
    here.when(record_alias).then_nothing()


def test_another_spelling_of_its_own_name_takes_no_second_name() -> None:
    registered.when(replace(record_alias, name=decomposed)).then_names("OrganisationAliasRecorded")
