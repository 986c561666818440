"""The bodies that intake takes: strict, with a limit on everything."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.intake.events.policy import Parameters
from services.intake.events.vocabulary import Coached, CostKind, Funding, Place
from shared.kernel.identifiers import Line, OrganisationId, Sha256, Slug, Text
from shared.kernel.money import NonNegativeMoneyIn, PositiveMoneyIn, Ratio
from shared.kernel.periods import QuarterLabel
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Form

BUDGET_LINES_MAX = 2_000
"""Twenty participants, four cost kinds, twenty-five quarters."""
WORK_PACKAGES_MAX = 200
"""A plan that people still read."""
IP_OWNERS_MAX = 100
"""As many as there may be participants."""


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: Parameters


class DraftForm(Form):
    """A proposal's programme, title and lead; role, objective and sector are open lists."""

    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    lead_name: Line
    sector: Line | None = None
    objective: Line | None = None
    role: Line | None = None
    planned_start: date | None = None


class ParticipantForm(Form):
    """A party and the name that it goes by in this proposal."""

    organisation_id: OrganisationId
    name: Line


class ConfirmationForm(Form):
    """The hash of the content that the participant agrees to."""

    content_hash: Sha256


class SectionForm(Form):
    """The hash of a section's content."""

    sha256: Sha256


class BudgetLineForm(Form):
    """What one participant plans to spend on one cost kind in one fiscal quarter."""

    organisation_id: OrganisationId
    kind: CostKind
    quarter: QuarterLabel
    amount: PositiveMoneyIn


class BudgetForm(Form):
    """The whole budget."""

    lines: Annotated[tuple[BudgetLineForm, ...], Field(min_length=1, max_length=BUDGET_LINES_MAX)]


class WorkPackageForm(Form):
    """A piece of work: who, where, and from when to when, both days inclusive."""

    name: Line
    place: Place
    organisation_id: OrganisationId
    starts_on: date
    ends_on: date


class WorkPlanForm(Form):
    """The whole work plan."""

    packages: Annotated[
        tuple[WorkPackageForm, ...], Field(min_length=1, max_length=WORK_PACKAGES_MAX)
    ]


class EndorsementForm(Form):
    """The executive's title, never a name, and the day."""

    executive_title: Line
    endorsed_on: date


class IpOwnerForm(Form):
    """An organisation's id or a third party's name, and its share."""

    owner: Line
    share: Ratio


class IpPlanForm(Form):
    """Who will own what is created; the shares add up to one, or to 100 as percentages."""

    owners: Annotated[tuple[IpOwnerForm, ...], Field(max_length=IP_OWNERS_MAX)]
    protection: Line
    benefit_to_others: Text | Literal[""] | None = None


class ResubmissionForm(Form):
    """What is different from the earlier proposal; absent means as before."""

    title: Line | None = None
    planned_start: date | None = None


class InformationForm(Form):
    """Which request is answered, the answer, and the hash of a document if there is one."""

    request_id: Slug
    answer: Text
    document: Sha256 | None = None


class LeadForm(Form):
    """The participant that leads from now on, and why."""

    organisation_id: OrganisationId
    reason: Line


class DistinctForm(Form):
    """Two participants, and why they are two."""

    organisation_ids: tuple[OrganisationId, OrganisationId]
    reason: Line


class EndorsementWithdrawalForm(Form):
    """Why no executive stands behind it any more, and since which day."""

    reason: Line
    withdrawn_on: date


class FundingForm(Form):
    """Other money for this project: from whom, of which kind, how much, told on which day."""

    source: Line
    kind: Funding
    amount: NonNegativeMoneyIn
    declared_on: date


class NdaForm(Form):
    """With whom; absent means the programme."""

    counterparty: Line | None = None


class NdaExecutedForm(NdaForm):
    """With whom, and the day on which both had signed."""

    executed_on: date


class CoachingForm(Form):
    """What staff coached in."""

    topic: Coached
    note: Text
