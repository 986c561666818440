"""The way in: associates, candidacies, the application and the agreement."""

from services.membership.api.roles import OFFICER, PARTY
from services.membership.commands import (
    AdmitAssociate,
    ApplyAsAssociate,
    OpenCandidacy,
    ResignAsAssociate,
    SignMembershipAgreement,
    SubmitMembershipApplication,
)
from services.membership.projections.candidacies import CANDIDACIES
from shared.kernel.commands import READERS
from shared.kernel.identifiers import ProjectId
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

ACCESS = {
    "apply_as_associate": PARTY,
    "admit_associate": OFFICER,
    "resign_as_associate": PARTY,
    "open_candidacy": OFFICER,
    "apply_for_membership": PARTY,
    "sign_agreement": PARTY,
    "read_candidacies": READERS,
}
api = Api("membership", access=ACCESS)


class ProjectForm(Form):
    """An approved project that names the organisation."""

    project_id: ProjectId


@api.command("POST", "/organisations/{organisation_id}/associate", action="apply_as_associate")
def apply_as_associate(ask: Ask) -> ApplyAsAssociate:
    """Ask to be an associate."""
    return ApplyAsAssociate(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/associate/admit", action="admit_associate")
def admit_associate(ask: Ask) -> AdmitAssociate:
    """Admit an applicant as an associate."""
    return AdmitAssociate(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command(
    "POST", "/organisations/{organisation_id}/associate/resign", action="resign_as_associate"
)
def resign_as_associate(ask: Ask) -> ResignAsAssociate:
    """Be an associate no more."""
    return ResignAsAssociate(organisation_id=ask.path["organisation_id"], **ask.who)


@api.command("POST", "/organisations/{organisation_id}/candidacies", action="open_candidacy")
def open_candidacy(form: ProjectForm, ask: Ask) -> OpenCandidacy:
    """Open a candidacy that could not be opened when the approval was heard, or is over."""
    return OpenCandidacy(
        organisation_id=ask.path["organisation_id"], project_id=form.project_id, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/application", action="apply_for_membership")
def submit_application(form: ProjectForm, ask: Ask) -> SubmitMembershipApplication:
    """Apply for membership, as a candidate by this project."""
    return SubmitMembershipApplication(
        organisation_id=ask.path["organisation_id"], project_id=form.project_id, **ask.who
    )


@api.command("POST", "/organisations/{organisation_id}/agreement", action="sign_agreement")
def sign_agreement(ask: Ask) -> SignMembershipAgreement:
    """Sign the membership agreement."""
    return SignMembershipAgreement(organisation_id=ask.path["organisation_id"], **ask.who)


@api.read("/candidacies", action="read_candidacies", query=("programme", "project_id", "status"))
def list_candidacies(read: Read) -> Page:
    """Candidacies, oldest first."""
    asked = read.query.get
    return read.page(
        CANDIDACIES,
        order="position",
        programme=asked("programme"),
        project_id=asked("project_id"),
        status=asked("status"),
    )
