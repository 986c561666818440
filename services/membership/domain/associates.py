"""Associates: who takes part in the community without a fee (M-1, M-3, M-9)."""

from services.membership.commands import AdmitAssociate, ApplyAsAssociate, ResignAsAssociate
from services.membership.domain.acting import require_known, require_party
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import (
    AdmitterApplied,
    NoAssociateApplication,
    NotAssociate,
)
from services.membership.domain.transitions import must_be_legal
from services.membership.events.candidacy import (
    AssociateAdmitted,
    AssociateApplicationSubmitted,
    AssociateResigned,
)
from shared.kernel.decider import Said


def apply_as_associate(ask: ApplyAsAssociate, organisation: Organisation) -> Said:
    """Ask to be an associate (M-9); no project is needed, and no fee is owed (M-1).

    Refused: OrganisationNotFound, NotOnBehalf, BeyondAssociate, MembershipEnded. Quiet: it has
    asked already.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.associate and organisation.associate.resigned_on is None:
        return []
    return [
        AssociateApplicationSubmitted(
            organisation_id=ask.organisation_id,
            submitted_on=ask.effective_on,
            submitted_by=ask.by.person,
        )
    ]


def admit_associate(ask: AdmitAssociate, organisation: Organisation) -> Said:
    """Admit an applicant (M-9), by another person than who applied (X6).

    Refused: OrganisationNotFound, NoAssociateApplication, BeyondAssociate, MembershipEnded,
    AdmitterApplied. Quiet: it is an associate already.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.is_associate:
        return []
    associate = organisation.associate
    if associate is None or associate.resigned_on or associate.applied_on > ask.effective_on:
        raise NoAssociateApplication
    if ask.by.person == associate.applied_by:
        raise AdmitterApplied
    return [
        AssociateAdmitted(
            organisation_id=ask.organisation_id,
            admitted_on=ask.effective_on,
            admitted_by=ask.by.person,
        )
    ]


def resign_as_associate(ask: ResignAsAssociate, organisation: Organisation) -> Said:
    """Be an associate no more; a candidacy goes on without (M-9).

    Refused: OrganisationNotFound, NotOnBehalf, NotAssociate, MembershipEnded.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if not organisation.associate_on(ask.effective_on) or not organisation.is_associate:
        raise NotAssociate
    here = organisation.status_on(ask.effective_on)
    return [
        AssociateResigned(
            organisation_id=ask.organisation_id,
            resigned_on=ask.effective_on,
            resigned_by=ask.by.person,
            falls_back_to="registered" if here == "associate" else None,
        )
    ]
