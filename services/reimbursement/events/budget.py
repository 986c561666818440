"""What claims take of a project's budget by cost kind, in the order in which they were filed."""

from services.reimbursement.events.claim import KindTotal, OfClaim
from shared.kernel.events import Event
from shared.kernel.identifiers import ProjectId


class BudgetOpened(Event, name="BudgetOpened"):
    """The agreement is in force: from now on its claims stand in line for its budget (R-8)."""

    project_id: ProjectId


class BudgetClaimed(OfClaim, name="BudgetClaimed"):
    """A claim was filed and stands in line for the budget of its cost kinds (R-8)."""

    claimed: tuple[KindTotal, ...]


class BudgetAccepted(OfClaim, name="BudgetAccepted"):
    """So much of the claim counts against its cost kinds now; it replaces what was said before."""

    accepted: tuple[KindTotal, ...]


class BudgetFreed(OfClaim, name="BudgetFreed"):
    """The claim was rejected and takes nothing of any budget."""


EVENTS: tuple[type[Event], ...] = (BudgetOpened, BudgetClaimed, BudgetAccepted, BudgetFreed)
