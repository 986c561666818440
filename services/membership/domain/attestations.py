"""Facts about a body that others judge by: its size on a day (M-13), and who controls it."""

from services.membership.commands import AttestSize, DeclareAffiliation
from services.membership.domain.acting import require_known, require_past
from services.membership.domain.organisation import Organisation, Size
from services.membership.events import AffiliationDeclared, SizeAttested
from shared.kernel.decider import Said
from shared.kernel.refusals import Invalid


class AffiliateUnknown(Invalid):
    """The affiliate is not registered here; register it first."""

    rule = "I-11"
    french = "La société affiliée n'est pas inscrite ici; inscrivez-la d'abord."


class AffiliateOfItself(Invalid):
    """An organisation is no affiliate of itself; name the other one."""

    rule = "I-11"
    french = "Une organisation n'est pas sa propre affiliée; nommez l'autre."


def attest_size(ask: AttestSize, organisation: Organisation) -> Said:
    """Attest a size; others refer to this event and never read the size live (M-13).

    Refused: OrganisationNotFound, DayStillToCome. Quiet: the same attestation is known.
    """
    require_known(ask, organisation)
    require_past(ask, ask.as_of)
    if Size(ask.as_of, ask.fte, ask.affiliates_fte, ask.evidence_sha256) in organisation.sizes:
        return []
    return [
        SizeAttested(
            organisation_id=ask.organisation_id,
            fte=ask.fte,
            affiliates_fte=ask.affiliates_fte,
            as_of=ask.as_of,
            evidence_sha256=ask.evidence_sha256,
            attested_by=ask.by.person,
        )
    ]


def declare_affiliation(
    ask: DeclareAffiliation, organisation: Organisation, affiliate: Organisation
) -> Said:
    """Declare common control, in both bodies' histories; a later declaration counts (I-11).

    Refused: OrganisationNotFound, AffiliateOfItself, AffiliateUnknown, DayStillToCome. Quiet: the
    same is declared already.
    """
    require_known(ask, organisation)
    if ask.affiliate_id == ask.organisation_id:
        raise AffiliateOfItself
    if not affiliate.organisation_id:
        raise AffiliateUnknown
    require_past(ask, ask.since)
    if organisation.affiliates.get(ask.affiliate_id) == ask.since:
        return []
    pair = {"organisation": ask.organisation_id, "affiliate": ask.affiliate_id}
    other = {"organisation": ask.affiliate_id, "affiliate": ask.organisation_id}
    return {
        role: [
            AffiliationDeclared(
                organisation_id=pair[role],
                affiliate_id=other[role],
                since=ask.since,
                declared_by=ask.by.person,
            )
        ]
        for role in pair
    }
