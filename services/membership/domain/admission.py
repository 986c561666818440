"""Admission: recorded by whichever decision completes what it needs (M-10)."""

from collections.abc import Sequence
from datetime import date

from services.membership.domain.fee_years import fee_year
from services.membership.domain.folding import OrganisationEvent, evolve
from services.membership.domain.organisation import Candidacy, Organisation
from services.membership.events.candidacy import CandidacyClosed
from services.membership.events.course import MemberAdmitted
from services.membership.events.vocabulary import BeforeMembership, WhyClosed

FIRST_YEAR = 1


def with_admission(
    organisation: Organisation, event: OrganisationEvent
) -> Sequence[OrganisationEvent]:
    """An event, followed by the admission where it was the last thing missing.

    An admission ends every candidacy: by one project or by several, a member is one once (M-9).
    """
    after = evolve(organisation, event)
    admitted = admission(after)
    if admitted is None:
        return [event]
    closed = [
        closing(after, candidacy, admitted.admitted_on, "admitted")
        for candidacy in after.candidacies.values()
    ]
    return [event, admitted, *closed]


def admission(organisation: Organisation) -> MemberAdmitted | None:
    """The admission that is due: candidacy, application, agreement and settled fee all hold.

    It is effective from the day on which the last of the four came true, in the candidacy's time.
    """
    application, fee = organisation.application, organisation.fees.get(FIRST_YEAR)
    signed_on = organisation.agreement_signed_on
    if organisation.membership or not application or not fee or not signed_on:
        return None
    candidacy = organisation.candidacies.get(application.project_id)
    if candidacy is None or fee.outstanding_cents > 0:
        return None
    admitted_on = max(candidacy.opened_on, application.submitted_on, signed_on, fee.settled_on)
    if admitted_on > candidacy.open_until:
        return None
    return MemberAdmitted(
        organisation_id=organisation.organisation_id,
        project_id=application.project_id,
        programme=application.programme,
        admitted_on=admitted_on,
        covered_until=fee_year(admitted_on, FIRST_YEAR).end,
    )


def closing(
    organisation: Organisation, candidacy: Candidacy, day: date, because: WhyClosed
) -> CandidacyClosed:
    """The end of a candidacy from a day on, and what the party is from then on."""
    back = None if because in ("admitted", "dissolved") else _back_to(organisation, candidacy)
    return CandidacyClosed(
        organisation_id=organisation.organisation_id,
        project_id=candidacy.project_id,
        programme=candidacy.programme,
        closed_on=day,
        because=because,
        falls_back_to=back,
    )


def _back_to(organisation: Organisation, candidacy: Candidacy) -> BeforeMembership | None:
    """Nothing changes where it applied by another candidacy, or by none and another is open."""
    application = organisation.application
    others = organisation.candidacies.keys() - {candidacy.project_id}
    if others and (application is None or application.project_id in others):
        return None
    if others:
        return "candidate"
    return "associate" if organisation.is_associate else "registered"
