"""Policies of a programme and its fee schedules: published or adopted, and read by version."""

from services.membership.api.roles import OFFICER, READER
from services.membership.commands import AdoptFeeSchedule
from services.membership.domain import policy
from services.membership.events.policy import FeeSchedule, Parameters
from services.membership.events.vocabulary import Days, FteLimit
from shared.kernel.identifiers import Line, Slug
from shared.kernel.money import NonNegativeMoneyIn
from shared.kernel.periods import CivilDate
from shared.kernel.policy_book import PublishPolicy
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Api, Ask, Form

ACCESS = {
    "publish_policy": OFFICER,
    "adopt_fee_schedule": OFFICER,
    "read_policies": READER,
}
api = Api("membership", access=ACCESS)


class FeeScheduleForm(Form):
    """What each class of member pays a year."""

    individual: NonNegativeMoneyIn
    sme: NonNegativeMoneyIn
    large: NonNegativeMoneyIn
    academic: NonNegativeMoneyIn
    nonprofit: NonNegativeMoneyIn
    government: NonNegativeMoneyIn

    @property
    def schedule(self) -> FeeSchedule:
        """The schedule, in cents."""
        return FeeSchedule(
            individual_cents=self.individual,
            sme_cents=self.sme,
            large_cents=self.large,
            academic_cents=self.academic,
            nonprofit_cents=self.nonprofit,
            government_cents=self.government,
        )


class ParametersForm(Form):
    """Membership's parameters of one programme."""

    fee_schedule: FeeScheduleForm
    sme_fte_lt: FteLimit = 500
    candidacy_days: Days = 90
    membership_grace_days: Days = 60
    renewal_notice_days: Days | None = None


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: ParametersForm


class AdoptedScheduleForm(Form):
    """Fees for what is assessed from a day on; `effective_to` is exclusive."""

    programme: Slug
    version: Slug
    effective_from: CivilDate
    effective_to: CivilDate | None = None
    reason: Line
    fee_schedule: FeeScheduleForm


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's membership parameters."""
    asked = form.parameters
    parameters = Parameters(
        fee_schedule=asked.fee_schedule.schedule,
        sme_fte_lt=asked.sme_fte_lt,
        candidacy_days=asked.candidacy_days,
        membership_grace_days=asked.membership_grace_days,
        renewal_notice_days=asked.renewal_notice_days,
    )
    return form.publish(parameters, ask)


@api.command("POST", "/fee-schedules", action="adopt_fee_schedule", status=201)
def adopt_fee_schedule(form: AdoptedScheduleForm, ask: Ask) -> AdoptFeeSchedule:
    """Adopt new fees; what was assessed stays as it is."""
    return AdoptFeeSchedule(
        programme=form.programme,
        version=form.version,
        fee_schedule=form.fee_schedule.schedule,
        effective_from=form.effective_from,
        effective_to=form.effective_to,
        reason=form.reason,
        **ask.who,
    )


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme, and all fee schedules."""
