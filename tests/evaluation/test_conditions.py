"""The computed conditions: parties, SMEs, readiness, Canada, with cases C-038 and C-039."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from services.evaluation.domain.conditions import Case, inputs_hash
from services.evaluation.domain.organisations import ORGANISATION, OrganisationHeard
from services.evaluation.domain.proposals import PROPOSAL
from services.evaluation.events.policy import Parameters
from services.evaluation.events.vocabulary import Participant
from services.evaluation.inbound import (
    AffiliationDeclared,
    OrganisationAliasRecorded,
    OrganisationProfileAmended,
)
from shared.kernel.eligibility import (
    Computed,
    Condition,
    alike,
    business,
    compute,
    distinct,
    stream_of,
)
from tests.evaluation.examples import (
    LEAD,
    OUTSIDER,
    STARTUP,
    SUBMITTED_ON,
    attested,
    confirmed,
    registered,
    submitted,
)

FLEUVE = "Société Énergétique du Fleuve inc."
FLEUVE_RETYPED = unicodedata.normalize("NFD", "Société Énergétique\u00a0du Fleuve INC.")


def party(organisation_id: str, name: str) -> Participant:
    """A named participant."""
    return Participant(organisation_id=organisation_id, name=name)


def case(
    *heard: OrganisationHeard,
    parties: Sequence[Participant] = (party(LEAD, "Port"), party(STARTUP, "Marée")),
    **parameters: object,
) -> Case:
    """What is judged: these confirmed parties, and what was heard about organisations."""
    registry = {
        stream_of(name): ORGANISATION.of(e for e in heard if e.organisation_id == name)
        for name in (LEAD, STARTUP, OUTSIDER)
    }
    submission = PROPOSAL.of([submitted]).initial_version()
    return Case(
        submission=submission,
        confirmed=tuple(parties),
        registry=registry,
        parameters=Parameters.model_validate(parameters),
        on=SUBMITTED_ON,
    )


def verdict(condition: Condition, given: Case) -> str:
    """What the condition computes to."""
    computed = compute(condition, given)
    assert isinstance(computed, Computed)
    return computed.verdict


def together(first: str, second: str, since: date = date(2019, 1, 1)) -> AffiliationDeclared:
    """Two organisations are under common control."""
    return AffiliationDeclared(organisation_id=first, affiliate_id=second, since=since)


def test_c_038_one_company_in_two_spellings_counts_once() -> None:
    twice = case(
        registered(LEAD, FLEUVE, "123456789RC0001"),
        registered(STARTUP, FLEUVE_RETYPED),
        attested(LEAD, "85"),
        attested(STARTUP, "85"),
        parties=(party(LEAD, FLEUVE), party(STARTUP, FLEUVE_RETYPED)),
    )
    assert twice.parties == [(LEAD, STARTUP)]
    assert verdict("participants", twice) == "not_met"
    assert verdict("sme", twice) == "met"


@pytest.mark.parametrize(
    ("one", "other", "parties", "flagged"),
    [
        ("\uff21\uff29 Port", "AI Port", 1, False),
        ("Résolu", "Resolu", 2, True),
        ("Port du Fleuve", "Marée IA inc.", 2, False),
    ],
)
def test_c_038_names_are_compared_by_what_they_say(
    one: str, other: str, parties: int, flagged: bool
) -> None:
    named = (party(LEAD, one), party(STARTUP, other))
    given = case(parties=named)
    assert len(given.parties) == parties
    assert alike(named) is flagged
    computed = compute("participants", given)
    assert computed is not None
    assert ("accents" in computed.because) is flagged


def test_one_business_number_is_one_party_whatever_the_account() -> None:
    accounts = case(
        registered(LEAD, "Port", "123456789 RC0001"),
        registered(STARTUP, "Marée", "123456789RT0002"),
    )
    assert len(accounts.parties) == 1
    assert business("NO 914 778 271") != business("NO 914 778 272")


@pytest.mark.parametrize(
    ("heard", "parties"),
    [
        ([together(LEAD, STARTUP)], 1),
        ([together(STARTUP, LEAD)], 1),
        ([together(LEAD, OUTSIDER), together(STARTUP, OUTSIDER)], 1),
        ([together(LEAD, OUTSIDER)], 2),
        ([together(LEAD, STARTUP, SUBMITTED_ON)], 1),
        ([together(LEAD, STARTUP, date(2020, 6, 16))], 2),
    ],
    ids=["declared", "either way", "by a third", "another one", "that day", "since later"],
)
def test_parties_under_common_control_count_once(
    heard: list[AffiliationDeclared], parties: int
) -> None:
    assert len(case(*heard).parties) == parties


def test_an_affiliation_in_the_other_ones_stream_counts_as_well() -> None:
    here = ORGANISATION.of([together(LEAD, STARTUP)])
    named = [party(LEAD, "Port"), party(STARTUP, "Marée")]
    assert len(distinct(named, {stream_of(STARTUP): here}, SUBMITTED_ON)) == 1


def test_an_alias_counts_and_an_amended_name_replaces_the_first() -> None:
    alias = OrganisationAliasRecorded(organisation_id=STARTUP, name="Port")
    assert len(case(registered(STARTUP, "Marée"), alias).parties) == 1
    amended = OrganisationProfileAmended(organisation_id=STARTUP, name="Marée", business_number="9")
    assert len(case(registered(STARTUP, "Port"), amended).parties) == 2


@pytest.mark.parametrize(
    ("fte", "affiliates_fte", "expected"),
    [
        ("499", "0", "met"),
        ("500", "0", "not_met"),
        ("499.99", "0", "met"),
        ("499", "12", "not_met"),
    ],
    ids=["A", "B", "C", "D"],
)
def test_c_039_an_sme_has_fewer_than_500_fte_with_its_affiliates(
    fte: str, affiliates_fte: str, expected: str
) -> None:
    alone = case(attested(LEAD, fte, affiliates_fte), parties=[party(LEAD, "Port")])
    assert verdict("sme", alone) == expected


def test_c_039_a_consortium_of_511_and_500_has_no_sme() -> None:
    given = case(attested(LEAD, "499", "12"), attested(STARTUP, "500"))
    assert verdict("participants", given) == "met"
    assert verdict("sme", given) == "not_met"


def test_c_039_growth_a_year_later_changes_nothing() -> None:
    then = [attested(LEAD, "499"), attested(STARTUP, "500")]
    grown = attested(LEAD, "640", as_of=date(2021, 6, 15))
    assert verdict("sme", case(*then, grown)) == "met"
    assert case(*then, grown).attestations == case(*then).attestations


def test_a_missing_attestation_is_unknown_only_while_it_decides() -> None:
    assert verdict("sme", case(attested(LEAD, "812"))) == "unknown"
    assert verdict("sme", case(attested(LEAD, "85"))) == "met"
    assert verdict("sme", case(attested(LEAD, "812"), min_smes=2)) == "not_met"
    assert verdict("sme", case(min_smes=0)) == "met"


def test_a_later_attestation_is_never_used_for_an_earlier_day() -> None:
    later = attested(STARTUP, "85", as_of=date(2020, 6, 16))
    same_day = attested(STARTUP, "85", as_of=SUBMITTED_ON)
    assert verdict("sme", case(attested(LEAD, "812"), later)) == "unknown"
    assert verdict("sme", case(attested(LEAD, "812"), same_day)) == "met"


def test_of_two_attestations_of_one_day_the_one_recorded_later_counts() -> None:
    corrected = [attested(LEAD, "812"), attested(LEAD, "480")]
    assert verdict("sme", case(*corrected, parties=[party(LEAD, "Port")])) == "met"


def test_a_single_firm_is_enough_where_the_policy_says_so() -> None:
    alone = case(parties=[party(LEAD, "Port")], min_participants=1, min_smes=0)
    assert verdict("participants", alone) == "met"
    assert verdict("sme", alone) == "met"


@pytest.mark.parametrize(
    ("endorsed", "start", "expected"),
    [
        (True, date(2020, 11, 2), "met"),
        (False, date(2020, 11, 2), "not_met"),
        (True, None, "not_met"),
        (False, None, "not_met"),
    ],
)
def test_readiness_is_an_endorsement_and_a_planned_start(
    endorsed: bool, start: date | None, expected: str
) -> None:
    given = case()
    stated = replace(given.submission, endorsed=endorsed, planned_start=start)
    assert verdict("readiness", replace(given, submission=stated)) == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (("QC", "CA-ON", "YT"), "met"),
        (("QC", "NO"), "not_met"),
        (("CA",), "not_met"),
        ((), "not_met"),
    ],
)
def test_all_work_is_in_canada_and_stated(places: tuple[str, ...], expected: str) -> None:
    given = case()
    stated = replace(given.submission, work_places=places)
    assert verdict("canada", replace(given, submission=stated)) == expected


def test_scope_and_increment_are_human_verdicts() -> None:
    assert compute("scope", case()) is None
    assert compute("incremental", case()) is None


def test_only_who_confirmed_this_version_counts() -> None:
    both = PROPOSAL.of([submitted, confirmed()])
    other_version = PROPOSAL.of([submitted, confirmed(content_hash="9" * 64)])
    assert [p.organisation_id for p in both.confirmed(both.initial_version())] == [LEAD, STARTUP]
    alone = other_version.confirmed(other_version.initial_version())
    assert [p.organisation_id for p in alone] == [LEAD]


def test_equal_inputs_have_equal_hashes_and_others_have_not() -> None:
    small, large = case(attested(LEAD, "85")), case(attested(LEAD, "812"))
    assert inputs_hash("sme", small) == inputs_hash("sme", case(attested(LEAD, "85")))
    assert inputs_hash("sme", small) != inputs_hash("sme", large)
    assert inputs_hash("participants", small) == inputs_hash("participants", large)
    assert inputs_hash("scope", small) != inputs_hash("incremental", small)
