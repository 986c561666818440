"""An organisation as membership told of it: what it is, what it is called, how large it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from services.intake.inbound import (
    AffiliationDeclared,
    AssociateAdmitted,
    AssociateResigned,
    CandidacyClosed,
    CandidacyOpened,
    MemberAdmitted,
    OrganisationAliasRecorded,
    OrganisationHeard,
    OrganisationProfileAmended,
    OrganisationRegistered,
    SizeAttested,
)
from shared.kernel.eligibility import AttestationUsed, Organisation


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation's kind, its tier with the programme, and what conditions need of it."""

    organisation_id: str = ""
    kind: str | None = None
    tier: Literal["registered", "associate", "candidate", "member"] = "registered"
    known: Organisation = field(default_factory=Organisation)

    @property
    def only_an_associate(self) -> bool:
        """An associate that is neither candidate nor member (S3)."""
        return self.tier == "associate"


Standings = Mapping[str, Standing]
"""Organisations by their stream's name, as a decision reads them."""


def evolve_standing(standing: Standing, event: OrganisationHeard) -> Standing:
    """The standing after one more event of membership."""
    here = replace(standing, organisation_id=event.organisation_id)
    known = standing.known
    match event:
        case OrganisationRegistered() | OrganisationProfileAmended():
            profile = known.profiled(event.organisation_id, event.name, event.business_number)
            return replace(here, kind=event.kind, known=profile)
        case OrganisationAliasRecorded():
            return replace(here, known=known.also_named(event.name))
        case SizeAttested():
            size = AttestationUsed(
                organisation_id=event.organisation_id,
                fte=event.fte,
                affiliates_fte=event.affiliates_fte,
                as_of=event.as_of,
                evidence_sha256=event.evidence_sha256,
            )
            return replace(here, known=known.attested(size))
        case AffiliationDeclared():
            both = known.affiliated(event.organisation_id, event.affiliate_id, event.since)
            return replace(here, known=both)
        case AssociateAdmitted():
            return replace(here, tier="associate")
        case CandidacyOpened():
            # A member that takes part in another project stays a member.
            return here if here.tier == "member" else replace(here, tier="candidate")
        case CandidacyClosed() | AssociateResigned():
            return here if event.falls_back_to is None else replace(here, tier=event.falls_back_to)
        case MemberAdmitted():
            return replace(here, tier="member")
        case _:
            assert_never(event)
