"""What membership shows in lists, and what falls due on which day."""

from services.membership.projections.candidacies import CANDIDACY_LIST
from services.membership.projections.fees import FEE_LIST
from services.membership.projections.organisations import ORGANISATION_LIST
from services.membership.projections.partners import INTRODUCTION_LIST
from shared.runtime.projections import Projection

PROJECTIONS: tuple[Projection, ...] = (
    ORGANISATION_LIST,
    CANDIDACY_LIST,
    FEE_LIST,
    INTRODUCTION_LIST,
)
