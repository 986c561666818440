"""Who may act for an organisation, and which days a fact may name."""

from datetime import date

from services.membership.domain.organisation import Organisation
from shared.kernel.commands import Command
from shared.kernel.periods import civil_date
from shared.kernel.refusals import Invalid, NotFound, NotOnBehalf


class OrganisationNotFound(NotFound):
    """There is no organisation of this id here, or it is not yours to know."""

    french = "Il n'y a pas d'organisation de cet identifiant, ou elle ne vous regarde pas."


class DayStillToCome(Invalid):
    """A fact is recorded once its day has come; give today or an earlier day."""

    french = "Un fait s'inscrit une fois son jour venu; donnez aujourd'hui ou un jour antérieur."


def require_known(ask: Command, organisation: Organisation) -> None:
    """The organisation exists, and this person may act for it. Raises OrganisationNotFound."""
    organisation_id = organisation.organisation_id
    if not organisation_id or not ask.by.may_act_for({organisation_id}):
        raise OrganisationNotFound


def require_party(ask: Command, organisation: Organisation) -> None:
    """The organisation itself asks, or staff in its name (I-13).

    Raises OrganisationNotFound or NotOnBehalf.
    """
    require_known(ask, organisation)
    if not ask.by.acts_for({organisation.organisation_id}):
        raise NotOnBehalf


def require_past(ask: Command, day: date) -> None:
    """The day has come when the command is asked (Toronto). Raises DayStillToCome."""
    if day > civil_date(ask.now):
        raise DayStillToCome
