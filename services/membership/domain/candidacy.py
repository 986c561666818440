"""From an approved project to a signed application: candidacies and what candidates do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias, assert_never

from services.membership.commands import (
    CloseCandidacy,
    OpenCandidacy,
    SignMembershipAgreement,
    SubmitMembershipApplication,
)
from services.membership.domain.acting import require_party
from services.membership.domain.admission import closing, with_admission
from services.membership.domain.organisation import Application, Organisation
from services.membership.domain.policy import Policies
from services.membership.domain.refusals import (
    AlreadyMember,
    ApplicationPending,
    NoApplication,
    NoCandidacy,
    NoOpenCandidacy,
    NotInApprovedProject,
    OrganisationNotFound,
)
from services.membership.domain.transitions import must_be_legal
from services.membership.events.candidacy import (
    CandidacyOpened,
    MembershipAgreementSigned,
    MembershipApplicationSubmitted,
)
from services.membership.inbound import (
    AwardConditionExpired,
    DecisionRescinded,
    Gone,
    ProjectApproved,
    ProjectDeclined,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Said

AwardHeard: TypeAlias = ProjectApproved | Gone


@dataclass(frozen=True, slots=True)
class Award:
    """An approval as membership heard it; without parties while there is none, or no more."""

    project_id: str = ""
    programme: str = ""
    parties: frozenset[str] = frozenset()
    decided_on: date = date.min


def hear(award: Award, heard: AwardHeard) -> Award:
    """The award as the latest decision has it."""
    match heard:
        case ProjectApproved():
            parties = frozenset(party.organisation_id for party in heard.participants)
            return Award(heard.project_id, heard.programme, parties, heard.decided_on)
        case ProjectDeclined() | DecisionRescinded() | AwardConditionExpired():
            return Award(heard.project_id)
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

    Refused: OrganisationNotFound, NotInApprovedProject, MembershipEnded, NoPolicyInForce. Quiet: it
    is a member, or a candidate by this project, already.
    """
    if not organisation.organisation_id:
        raise OrganisationNotFound
    if ask.organisation_id not in evaluation.parties:
        raise NotInApprovedProject
    must_be_legal(ask, organisation)
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


def close_candidacy(ask: CloseCandidacy, organisation: Organisation) -> Said:
    """Close a candidacy whose award is gone (M-4); a member stays one.

    Refused: OrganisationNotFound, NoOpenCandidacy, MembershipEnded.
    """
    if not organisation.organisation_id:
        raise OrganisationNotFound
    must_be_legal(ask, organisation)
    candidacy = organisation.candidacies.get(ask.project_id)
    if candidacy is None:
        raise NoOpenCandidacy
    day = max(ask.effective_on, candidacy.opened_on)
    return [closing(organisation, candidacy, day, ask.because)]


def submit_application(
    ask: SubmitMembershipApplication, organisation: Organisation
) -> Sequence[MembershipApplicationSubmitted]:
    """Apply, explicitly, by one of its candidacies and before it is over (M-8).

    Refused: OrganisationNotFound, NotOnBehalf, AlreadyMember, NoCandidacy, ApplicationPending,
    MembershipEnded. Quiet: it has applied by this project already.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.application and organisation.application.project_id == ask.project_id:
        return []
    if organisation.membership:
        raise AlreadyMember
    candidacy = organisation.candidacies.get(ask.project_id)
    if candidacy is None or not candidacy.opened_on <= ask.effective_on <= candidacy.open_until:
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

    Refused: OrganisationNotFound, NotOnBehalf, NoApplication, MembershipEnded. Quiet: it has signed
    already.
    """
    require_party(ask, organisation)
    must_be_legal(ask, organisation)
    require_application(ask, organisation)
    if organisation.agreement_signed_on:
        return []
    signed = MembershipAgreementSigned(
        organisation_id=ask.organisation_id,
        signed_on=ask.effective_on,
        signed_by=ask.by.person,
    )
    return with_admission(organisation, signed)
