"""What intake shows in lists: proposals, who takes part in them, and what happened to each."""

from services.intake.projections.participations import PARTICIPATION_LIST
from services.intake.projections.proposals import PROPOSAL_LIST
from shared.runtime.projections import Projection

PROJECTIONS: tuple[Projection, ...] = (PROPOSAL_LIST, PARTICIPATION_LIST)
