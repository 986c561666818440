"""Who may act for an organisation, and which days a fact may name."""

from datetime import date

from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import DayStillToCome, OrganisationNotFound
from shared.kernel.commands import Command
from shared.kernel.operations import Operations
from shared.kernel.periods import civil_date
from shared.kernel.refusals import NotOnBehalf


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


def spoken_until(ask: Command, timers: Operations) -> date:
    """The day up to which the status of each member has been said: by timers, or by this."""
    return max(ask.effective_on, timers.run_on or ask.effective_on)
