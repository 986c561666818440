"""Associates: who takes part in the community without a fee (M-1, M-3, M-9)."""

from datetime import date

from services.membership.commands import AdmitAssociate, ApplyAsAssociate
from services.membership.domain.acting import require_known, require_party
from services.membership.domain.organisation import Organisation
from services.membership.domain.standing import further, status_at
from services.membership.events import AssociateAdmitted, AssociateApplicationSubmitted
from shared.kernel.decider import Said
from shared.kernel.refusals import Refusal, SamePerson


class BeyondAssociate(Refusal):
    """A candidate or member is no associate: nobody has two tiers on one day."""

    rule = "M-9"
    french = "Une candidate ou un membre n'est pas associé : pas deux paliers le même jour."


class NoAssociateApplication(Refusal):
    """This organisation has not applied to be an associate by that day; it applies first."""

    rule = "M-9"
    french = "Cette organisation n'avait pas demandé à être associée; elle le demande d'abord."


class AdmitterApplied(SamePerson):
    """Another person must admit this associate: who applied for it may not."""

    french = "Une autre personne doit admettre cet associé : l'auteur de la demande ne le peut."


def apply_as_associate(ask: ApplyAsAssociate, organisation: Organisation) -> Said:
    """Ask to be an associate (M-9); no project is needed, and no fee is owed (M-1).

    Refused: OrganisationNotFound, NotOnBehalf, BeyondAssociate. Quiet: it has asked already.
    """
    require_party(ask, organisation)
    if organisation.associate:
        return []
    _require_no_other_tier(organisation, ask.effective_on)
    return [
        AssociateApplicationSubmitted(
            organisation_id=ask.organisation_id,
            submitted_on=ask.effective_on,
            submitted_by=ask.by.person,
        )
    ]


def admit_associate(ask: AdmitAssociate, organisation: Organisation) -> Said:
    """Admit an applicant (M-9), by another person than who applied (X6).

    Refused: OrganisationNotFound, NoAssociateApplication, BeyondAssociate, AdmitterApplied. Quiet:
    it is an associate already.
    """
    require_known(ask, organisation)
    associate = organisation.associate
    if associate is None or associate.applied_on > ask.effective_on:
        raise NoAssociateApplication
    if associate.admitted_on:
        return []
    _require_no_other_tier(organisation, ask.effective_on)
    if ask.by.person == associate.applied_by:
        raise AdmitterApplied
    return [
        AssociateAdmitted(
            organisation_id=ask.organisation_id,
            admitted_on=ask.effective_on,
            admitted_by=ask.by.person,
        )
    ]


def _require_no_other_tier(organisation: Organisation, day: date) -> None:
    if further(status_at(organisation.timeline, day), "associate"):
        raise BeyondAssociate
