"""Admission: recorded by whichever decision completes what it needs (M-10)."""

from collections.abc import Sequence

from services.membership.domain.fee_years import fee_year
from services.membership.domain.organisation import Organisation, evolve
from services.membership.events import MemberAdmitted, OrganisationEvent


def with_admission(
    organisation: Organisation, event: OrganisationEvent
) -> Sequence[OrganisationEvent]:
    """An event, followed by the admission where it was the last thing missing."""
    admitted = admission(evolve(organisation, event))
    return [event, admitted] if admitted else [event]


def admission(organisation: Organisation) -> MemberAdmitted | None:
    """The admission that is due: candidacy, application, agreement and settled fee all hold.

    It is effective from the day on which the last of the four came true.
    """
    application, fee = organisation.application, organisation.fee
    signed_on = organisation.agreement_signed_on
    if organisation.membership or not application or not fee or not signed_on:
        return None
    candidacy = organisation.candidacies.get(application.project_id)
    if candidacy is None or fee.outstanding_cents > 0:
        return None
    admitted_on = max(candidacy.opened_on, application.submitted_on, signed_on, fee.settled_on)
    return MemberAdmitted(
        organisation_id=organisation.organisation_id,
        project_id=application.project_id,
        programme=application.programme,
        admitted_on=admitted_on,
        covered_until=fee_year(admitted_on, 1).end,
    )
