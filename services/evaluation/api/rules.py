"""Policies over HTTP: publishing a version, reading them, and trying a draft on open cases."""

from typing import Any

from sqlalchemy import select

from services.evaluation.api.forms import PolicyForm, PreviewForm
from services.evaluation.api.roles import OFFICER, READING
from services.evaluation.domain import policy
from services.evaluation.domain.policy import pinned
from services.evaluation.domain.preview import OPEN, OpenCase, differences, outlook
from services.evaluation.domain.state import Evaluation
from services.evaluation.events.policy import Parameters
from services.evaluation.projections.evaluations import EVALUATIONS
from shared.kernel.commands import PARTIES
from shared.kernel.eligibility import streams_of
from shared.kernel.periods import civil_date
from shared.kernel.policy_book import PublishPolicy
from shared.runtime.web.routes import Api, Ask, Read

ACCESS = {
    "publish_policy": OFFICER,
    "preview_policy": OFFICER,
    "read_policies": READING | PARTIES | {"reviewer"},
}
api = Api("evaluation", access=ACCESS)


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's rules for eligibility, scoring and selection."""
    return form.publish(form.parameters, ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.question("/policies/preview", action="preview_policy")
def preview_policy(form: PreviewForm, read: Read) -> dict[str, Any]:
    """Which open cases a draft would change if they were judged by it; nothing is recorded.

    Published, it changes none of them: each keeps the version pinned at its opening (E-1).
    """
    open_cases = (
        select(EVALUATIONS)
        .where(EVALUATIONS.c.programme == form.programme, EVALUATIONS.c.stage.in_(OPEN))
        .order_by(EVALUATIONS.c.position)
    )
    rows = read.select(open_cases)
    cases = [
        {
            **{name: row[name] for name in ("project_id", "title", "stage", "policy_version")},
            "changes": changes,
        }
        for row in rows
        if (changes := _changes(read, read.state(f"evaluation-{row['project_id']}"), form))
    ]
    return {"programme": form.programme, "examined": len(rows), "cases": cases}


def _changes(read: Read, evaluation: Evaluation, form: PreviewForm) -> list[dict[str, Any]]:
    parties = streams_of(evaluation.participant_ids)
    case = OpenCase(
        evaluation=evaluation,
        proposal=read.state(f"proposal-{evaluation.project_id}"),
        organisations={stream: read.state(stream) for stream in parties},
        today=civil_date(read.now),
    )
    rules = pinned(evaluation, read.state(policy.STREAM))
    return differences(outlook(case, rules), outlook(case, form.parameters))
