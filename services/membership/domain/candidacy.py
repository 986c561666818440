"""From an approved project to a signed application: candidacies and what candidates do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from services.membership.commands import (
    OpenCandidacy,
    SignMembershipAgreement,
    SubmitMembershipApplication,
)
from services.membership.domain.acting import OrganisationNotFound, require_party
from services.membership.domain.admission import with_admission
from services.membership.domain.organisation import Application, Organisation
from services.membership.domain.policy import Policies
from services.membership.events import (
    CandidacyOpened,
    MembershipAgreementSigned,
    MembershipApplicationSubmitted,
)
from services.membership.inbound import ProjectApproved
from shared.kernel.commands import Command
from shared.kernel.decider import Said
from shared.kernel.refusals import Refusal


class NotInApprovedProject(Refusal):
    """No approved project of this id names the organisation; approval comes before candidacy."""

    rule = "M-4"
    french = "Aucun projet approuvé de cet identifiant ne nomme l'organisation."


class NoCandidacy(Refusal):
    """The organisation was no candidate by this project on that day, so it cannot apply by it."""

    rule = "M-4"
    french = "L'organisation n'était pas candidate par ce projet ce jour-là."


class AlreadyMember(Refusal):
    """The organisation is a member already; there is nothing to apply for."""

    rule = "M-9"
    french = "L'organisation est déjà membre; il n'y a rien à demander."


class ApplicationPending(Refusal):
    """The organisation has applied by another project already; one application is enough."""

    rule = "M-8"
    french = "L'organisation a déjà fait sa demande par un autre projet; une seule suffit."


class NoApplication(Refusal):
    """The organisation had not applied for membership by that day; it applies first."""

    rule = "M-8"
    french = "L'organisation n'avait pas demandé à devenir membre; elle le demande d'abord."


@dataclass(frozen=True, slots=True)
class Award:
    """An approval as membership heard it; absent while it has no id."""

    project_id: str = ""
    programme: str = ""
    parties: frozenset[str] = frozenset()
    decided_on: date = date.min


def hear(award: Award, heard: ProjectApproved) -> Award:
    """The award as the latest approval has it."""
    match heard:
        case ProjectApproved():
            parties = frozenset(party.organisation_id for party in heard.participants)
            return Award(heard.project_id, heard.programme, parties, heard.decided_on)
        case _:
            assert_never(heard)


def require_application(ask: Command, organisation: Organisation) -> Application:
    """The application made by the effective day (M-8). Raises NoApplication."""
    application = organisation.application
    if application is None or application.submitted_on > ask.effective_on:
        raise NoApplication
    return application


def open_candidacy(
    ask: OpenCandidacy,
    organisation: Organisation,
    evaluation: Award,
    policies: Policies,
) -> Said:
    """Open a candidacy, never before the approval that gives it (M-4).

    Refused: OrganisationNotFound, NotInApprovedProject, NoPolicyInForce. Quiet: it is a member, or
    a candidate by this project, already.
    """
    if not organisation.organisation_id:
        raise OrganisationNotFound
    if ask.organisation_id not in evaluation.parties:
        raise NotInApprovedProject
    if organisation.membership or ask.project_id in organisation.candidacies:
        return []
    opened_on = max(ask.effective_on, evaluation.decided_on)
    policy = policies.in_force(evaluation.programme, opened_on)
    return [
        CandidacyOpened(
            organisation_id=ask.organisation_id,
            project_id=ask.project_id,
            programme=evaluation.programme,
            opened_on=opened_on,
            open_until=opened_on + timedelta(days=policy.parameters.candidacy_days),
            policy_version=policy.version,
        )
    ]


def submit_application(
    ask: SubmitMembershipApplication, organisation: Organisation
) -> Sequence[MembershipApplicationSubmitted]:
    """Apply, explicitly, by one of its candidacies (M-8).

    Refused: OrganisationNotFound, NotOnBehalf, AlreadyMember, NoCandidacy, ApplicationPending.
    Quiet: it has applied by this project already.
    """
    require_party(ask, organisation)
    if organisation.application and organisation.application.project_id == ask.project_id:
        return []
    if organisation.membership:
        raise AlreadyMember
    candidacy = organisation.candidacies.get(ask.project_id)
    if candidacy is None or candidacy.opened_on > ask.effective_on:
        raise NoCandidacy
    if organisation.application:
        raise ApplicationPending
    return [
        MembershipApplicationSubmitted(
            organisation_id=ask.organisation_id,
            project_id=ask.project_id,
            programme=candidacy.programme,
            submitted_on=ask.effective_on,
            submitted_by=ask.by.person,
        )
    ]


def sign_agreement(ask: SignMembershipAgreement, organisation: Organisation) -> Said:
    """Sign the membership agreement; the member is admitted if nothing else is missing (M-10).

    Refused: OrganisationNotFound, NotOnBehalf, NoApplication. Quiet: it has signed already.
    """
    require_party(ask, organisation)
    require_application(ask, organisation)
    if organisation.agreement_signed_on:
        return []
    signed = MembershipAgreementSigned(
        organisation_id=ask.organisation_id,
        signed_on=ask.effective_on,
        signed_by=ask.by.person,
    )
    return with_admission(organisation, signed)
