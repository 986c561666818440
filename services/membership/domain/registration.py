"""Registering bodies: one name in all its spellings, one number, one body (I-11, C-038)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias, assert_never

from services.membership.commands import (
    AmendOrganisationProfile,
    RecordOrganisationAlias,
    RegisterOrganisation,
)
from services.membership.domain.acting import require_known
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import (
    AliasOfAnother,
    NameAlreadyTaken,
    NumberAlreadyTaken,
)
from services.membership.domain.transitions import must_be_legal
from services.membership.events.register import (
    OrganisationAliasRecorded,
    OrganisationNameTaken,
    OrganisationNumberTaken,
    OrganisationProfileAmended,
    OrganisationRegistered,
)
from shared.kernel.decider import Said, States
from shared.kernel.events import Event
from shared.kernel.identifiers import same_name

Named: TypeAlias = "RegisterOrganisation | AmendOrganisationProfile | RecordOrganisationAlias"
Taken: TypeAlias = "OrganisationNameTaken | OrganisationNumberTaken"

_PROGRAMME_ACCOUNT = re.compile(r"([0-9]{9})[a-z]{2}[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A name or a number, and the bodies that it stands for."""

    holders: tuple[str, ...] = ()


def hold(identity: Identity, event: Taken) -> Identity:
    """The identity with one holder more."""
    match event:
        case OrganisationNameTaken() | OrganisationNumberTaken():
            return Identity((*identity.holders, event.organisation_id))
        case _:
            assert_never(event)


def name_stream(name: str) -> str:
    """The stream that all spellings of a name share; one of signs alone stands for itself."""
    return f"name-{sha256((same_name(name) or name).encode()).hexdigest()}"


def number_stream(business_number: str) -> str:
    """The stream that all spellings of a number share, with or without a programme account."""
    digits = same_name(business_number)
    account = _PROGRAMME_ACCOUNT.fullmatch(digits)
    return f"number-{account[1] if account else digits}"


def identities(ask: Named, _: States) -> Sequence[str]:
    """The streams of the name and, where one is given, of the number that a command names."""
    number = None if isinstance(ask, RecordOrganisationAlias) else ask.business_number
    return [name_stream(ask.name), *([number_stream(number)] if number else [])]


def register_organisation(
    ask: RegisterOrganisation, organisation: Organisation, taken: Mapping[str, Identity]
) -> Said:
    """Register a body of any kind and country (M-6, M-7), once under its name (I-11).

    Refused: OrganisationAlreadyRegistered, NameAlreadyTaken, NumberAlreadyTaken.
    """
    must_be_legal(ask, organisation)
    registered = OrganisationRegistered(
        organisation_id=ask.organisation_id,
        name=ask.name,
        kind=ask.kind,
        country=ask.country,
        province=ask.province,
        business_number=ask.business_number,
        distinct_reason=ask.distinct_reason,
        registered_by=ask.by.person,
    )
    return {"organisation": [registered], **_take(ask, taken)}


def amend_profile(
    ask: AmendOrganisationProfile, organisation: Organisation, taken: Mapping[str, Identity]
) -> Said:
    """Replace the profile; a former name goes on standing for this body (I-11).

    Refused: OrganisationNotFound, NameAlreadyTaken, NumberAlreadyTaken. Quiet: nothing differs.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    profile = ("name", "kind", "country", "province", "business_number")
    if all(getattr(ask, field) == getattr(organisation, field) for field in profile):
        return []
    amended = OrganisationProfileAmended(
        organisation_id=ask.organisation_id,
        name=ask.name,
        kind=ask.kind,
        country=ask.country,
        province=ask.province,
        business_number=ask.business_number,
        reason=ask.reason,
        distinct_reason=ask.distinct_reason,
        amended_by=ask.by.person,
    )
    return {"organisation": [amended], **_take(ask, taken)}


def record_alias(
    ask: RecordOrganisationAlias, organisation: Organisation, taken: Mapping[str, Identity]
) -> Said:
    """Record another spelling of the same body, exactly as a register has it (I-11).

    Refused: OrganisationNotFound, AliasOfAnother. Quiet: the spelling is known.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if ask.name in (organisation.name, *organisation.aliases):
        return []
    holders = taken[name_stream(ask.name)].holders
    if holders and ask.organisation_id not in holders:
        raise AliasOfAnother(held_by=list(holders))
    recorded = OrganisationAliasRecorded(
        organisation_id=ask.organisation_id,
        name=ask.name,
        reason=ask.reason,
        recorded_by=ask.by.person,
    )
    return {"organisation": [recorded], **_claims(ask, taken)}


def _take(
    ask: RegisterOrganisation | AmendOrganisationProfile, taken: Mapping[str, Identity]
) -> Mapping[str, Sequence[Event]]:
    claims = _claims(ask, taken)
    for stream in claims:
        holders = list(taken[stream].holders)
        if holders and ask.distinct_reason is None:
            name = stream == name_stream(ask.name)
            raise (NameAlreadyTaken if name else NumberAlreadyTaken)(held_by=holders)
    return claims


def _claims(ask: Named, taken: Mapping[str, Identity]) -> Mapping[str, Sequence[Event]]:
    """What to record on the streams that don't stand for this body yet."""
    organisation_id = ask.organisation_id
    return {
        stream: [
            OrganisationNameTaken(organisation_id=organisation_id, name=ask.name)
            if stream == name_stream(ask.name) or isinstance(ask, RecordOrganisationAlias)
            else OrganisationNumberTaken(
                organisation_id=organisation_id, business_number=ask.business_number or ""
            )
        ]
        for stream, identity in taken.items()
        if organisation_id not in identity.holders
    }
