"""How much of a tax a participant gets back, and from which day on."""

from datetime import date

from services.reimbursement.events.invoice import NamedTax
from services.reimbursement.events.policy import Share
from shared.kernel.events import Event
from shared.kernel.identifiers import OrganisationId, PersonId, ProjectId


class TaxRecoveryDeclared(Event, name="TaxRecoveryDeclared"):
    """A participant declared which share of a tax it recovers; on the agreement's stream (R-20)."""

    project_id: ProjectId
    organisation_id: OrganisationId
    tax: NamedTax
    share: Share
    applies_from: date
    declared_by: PersonId


EVENTS: tuple[type[Event], ...] = (TaxRecoveryDeclared,)
