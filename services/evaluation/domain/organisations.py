"""Organisations as evaluation knows them, and which of them are one party (I-11)."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from services.evaluation.events.eligibility import AttestationUsed
from services.evaluation.events.vocabulary import Participant
from services.evaluation.inbound import (
    AffiliationDeclared,
    OrganisationAliasRecorded,
    OrganisationProfileAmended,
    OrganisationRegistered,
    SizeAttested,
)
from shared.kernel.decider import Fold
from shared.kernel.identifiers import same_name


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is known of an organisation, by day."""

    organisation_id: str = ""
    names: tuple[str, ...] = ()
    business_number: str | None = None
    sizes: tuple[AttestationUsed, ...] = ()
    """In the order in which they were recorded."""
    affiliates: tuple[tuple[str, date], ...] = ()
    """The organisations under common control, this one included, and since when."""

    def size_on(self, day: date) -> AttestationUsed | None:
        """The attestation in force on a day: the latest as of that day or before (M-13).

        Of two as of the same day the one recorded later counts; a later one never counts.
        """
        known = [size for size in self.sizes if size.as_of <= day]
        return max(reversed(known), key=lambda size: size.as_of, default=None)


OrganisationHeard: TypeAlias = (
    OrganisationRegistered
    | OrganisationProfileAmended
    | OrganisationAliasRecorded
    | SizeAttested
    | AffiliationDeclared
)


def evolve_organisation(organisation: Organisation, event: OrganisationHeard) -> Organisation:
    """The organisation after one more heard event."""
    match event:
        case OrganisationRegistered() | OrganisationProfileAmended():
            return replace(
                organisation,
                organisation_id=event.organisation_id,
                names=(event.name,),
                business_number=event.business_number,
            )
        case OrganisationAliasRecorded():
            return replace(organisation, names=(*organisation.names, event.name))
        case SizeAttested():
            attested = AttestationUsed(
                organisation_id=event.organisation_id,
                fte=event.fte,
                affiliates_fte=event.affiliates_fte,
                as_of=event.as_of,
                evidence_sha256=event.evidence_sha256,
            )
            return replace(organisation, sizes=(*organisation.sizes, attested))
        case AffiliationDeclared():
            both = ((event.organisation_id, event.since), (event.affiliate_id, event.since))
            return replace(organisation, affiliates=(*organisation.affiliates, *both))
        case _:
            assert_never(event)


ORGANISATION = Fold(Organisation(), evolve_organisation)

Registry: TypeAlias = Mapping[str, Organisation]
"""Organisations by their stream's name, as a decision reads them."""


def stream_of(organisation_id: str) -> str:
    """The stream of an organisation."""
    return f"organisation-{organisation_id}"


def streams_of(organisation_ids: Iterable[str]) -> list[str]:
    """The streams of these organisations, each once, in a fixed order."""
    return [stream_of(organisation_id) for organisation_id in sorted(set(organisation_ids))]


def distinct(
    participants: Iterable[Participant], registry: Registry, day: date
) -> list[tuple[str, ...]]:
    """The distinct parties among these on a day, each as the organisations that it is (I-11).

    Organisations are one party if they share a name (in another spelling too), a business number,
    or common control, directly or through a third one.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for party in participants:
        members, marks = {party.organisation_id}, _marks(party, registry, day)
        for group in [group for group in groups if group[1] & marks]:
            groups.remove(group)
            members |= group[0]
            marks |= group[1]
        groups.append((members, marks))
    return sorted(tuple(sorted(members)) for members, _ in groups)


def _marks(party: Participant, registry: Registry, day: date) -> set[str]:
    known = registry.get(stream_of(party.organisation_id), Organisation())
    marks = {party.organisation_id, f"name {same_name(party.name)}"}
    marks |= {f"name {same_name(name)}" for name in known.names}
    if known.business_number is not None:
        marks.add(f"number {business(known.business_number)}")
    marks |= {affiliate for affiliate, since in known.affiliates if since <= day}
    return marks


def business(number: str) -> str:
    """The business behind a number: an account's suffix such as `RC0001` doesn't tell it apart."""
    letters = "".join(letter for letter in number.casefold() if letter.isalnum())
    return letters[:9] if letters[:9].isdigit() else letters


def alike(participants: Iterable[Participant]) -> bool:
    """Whether two names differ in accents only: not the same, but worth a human look (C-038)."""
    names = {same_name(party.name) for party in participants}
    return len({_without_accents(name) for name in names}) < len(names)


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
