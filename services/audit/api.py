"""The interface of audit: it is read, and takes no command."""

from typing import Any

from services.audit.projections import ORGANISATIONS, PARTIES, PROJECTS
from services.audit.queries import history_of, listed, state_of
from shared.kernel.refusals import NotFound
from shared.runtime.web.routes import Api, Page, Read, Written

AUDITORS = frozenset({"auditor", "privacy_officer", "finance"})
OFFICERS = AUDITORS | {"programme_officer"}

ACCESS = {
    "read_projects": OFFICERS,
    "read_state": OFFICERS,
    "read_organisations": AUDITORS,
    "read_history": AUDITORS,
}
HISTORY = ("after", "type", "origin", "known_at", "as_of")

api = Api("audit", access=ACCESS)


@api.read("/projects", action="read_projects", query=("programme", "stage"))
def list_projects(read: Read) -> Page:
    """All projects, in the order in which they were first heard of."""
    page = read.page(
        PROJECTS,
        order="position",
        with_total=True,
        programme=read.query.get("programme"),
        stage=read.query.get("stage"),
    )
    return page.map(listed)


@api.read("/projects/{project_id}", action="read_projects")
def read_project(read: Read) -> dict[str, Any]:
    """One project as it is listed, with the parties that it names."""
    row = read.row(PROJECTS, read.path["project_id"])
    if row is None:
        raise NotFound
    parties = PARTIES.select().where(PARTIES.c.project_id == read.path["project_id"])
    named = [
        {"organisation_id": party["organisation_id"], "name": party["name"]}
        for party in read.select(parties.order_by(PARTIES.c.position))
    ]
    return {**listed(row), "parties": named}


@api.read("/projects/{project_id}/history", action="read_history", query=HISTORY)
def read_project_history(read: Read) -> Written:
    """Every event of every service about or naming a project, in causal order."""
    return history_of(read, read.path["project_id"])


@api.read("/projects/{project_id}/state", action="read_state", query=("as_of", "known_at"))
def read_project_state(read: Read) -> dict[str, Any]:
    """A project as it stood on a civil day, as known at an instant, folded by audit itself."""
    return state_of(read, read.path["project_id"])


@api.read("/organisations", action="read_organisations", query=("status",))
def list_organisations(read: Read) -> Page:
    """All organisations, in the order in which they were first heard of."""
    page = read.page(
        ORGANISATIONS, order="position", with_total=True, status=read.query.get("status")
    )
    return page.map(listed)


@api.read("/organisations/{organisation_id}", action="read_organisations")
def read_organisation(read: Read) -> dict[str, Any]:
    """One organisation as it is listed."""
    row = read.row(ORGANISATIONS, read.path["organisation_id"])
    if row is None:
        raise NotFound
    return listed(row)


@api.read("/organisations/{organisation_id}/history", action="read_history", query=HISTORY)
def read_organisation_history(read: Read) -> Written:
    """Every event of every service about or naming an organisation, in causal order."""
    return history_of(read, read.path["organisation_id"])
