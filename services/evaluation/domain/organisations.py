"""Organisations as evaluation hears of them."""

from typing import TypeAlias, assert_never

from services.evaluation.inbound import (
    AffiliationDeclared,
    OrganisationAliasRecorded,
    OrganisationProfileAmended,
    OrganisationRegistered,
    SizeAttested,
)
from shared.kernel.decider import Fold
from shared.kernel.eligibility import AttestationUsed, Organisation

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
            return organisation.profiled(event.organisation_id, event.name, event.business_number)
        case OrganisationAliasRecorded():
            return organisation.also_named(event.name)
        case SizeAttested():
            attested = AttestationUsed(
                organisation_id=event.organisation_id,
                fte=event.fte,
                affiliates_fte=event.affiliates_fte,
                as_of=event.as_of,
                evidence_sha256=event.evidence_sha256,
            )
            return organisation.attested(attested)
        case AffiliationDeclared():
            return organisation.affiliated(event.organisation_id, event.affiliate_id, event.since)
        case _:
            assert_never(event)


ORGANISATION = Fold(Organisation(), evolve_organisation)
