"""Evaluation over HTTP as tests talk to it: a project brought to each of its stages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from shared.kernel.commands import Actor
from shared.kernel.envelope import Envelope, open_sealed
from shared.kernel.periods import start_of_day
from tests.evaluation.examples import (
    C_035,
    CRITERIA,
    DETAILED,
    HISTORY,
    LEAD,
    OF_LEAD,
    OF_STARTUP,
    OFFICER,
    OUTSIDER,
    PROJECT,
    PROPOSAL,
    STARTUP,
    SUBMITTED_ON,
    actor,
    confirmed,
    detailed,
)
from tests.support.running import OPERATOR, Running, running

HERE = f"/v1/evaluations/{PROJECT}"
POLICY = {
    "programme": "scale-ai",
    "version": "2020-1",
    "parameters": {"min_participants": 2},
    "effective_from": "2018-04-01",
    "reason": "The programme's usual rules",
}
OFFICERS_VERDICT = {"verdict": "met", "reason": "Seen and agreed"}
AWARD = {
    "outcome": "approved",
    "rate": "27/83",
    "ceiling": {"amount": "2700000.00", "currency": "CAD"},
    "envelope_id": "isi-2018",
}
DECIDED_ON = "2020-09-14T15:00:00-04:00"


def submitted(here: Running) -> Running:
    """Intake and membership told the story's beginning."""
    for stream in (OF_LEAD, OF_STARTUP, PROPOSAL):
        for event in HISTORY[stream]:
            here.hear(stream, event)  # type: ignore[arg-type]
    return here


def done(answer: httpx.Response) -> Any:
    """What a request that went well answered."""
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def eligible(here: Running) -> Running:
    """All six verdicts are given and concluded."""
    for name in ("scope", "incremental", "participants", "sme", "readiness", "canada"):
        done(ask_then(here, "PUT", f"{HERE}/eligibility/{name}", OFFICERS_VERDICT))
    done(ask_then(here, "POST", f"{HERE}/eligibility/conclude"))
    return here


def ask_then(
    here: Running,
    method: str,
    path: str,
    body: Any = None,
    by: Actor = OFFICER,
) -> httpx.Response:
    """A request that is effective when the story's decision is made."""
    return here.as_(by).ask(method, path, body, effective_at=DECIDED_ON)


def in_selection(here: Running) -> Running:
    """The detailed version is confirmed and accepted."""
    here.hear(PROPOSAL, detailed)
    here.hear(PROPOSAL, confirmed(STARTUP, DETAILED))
    done(ask_then(here, "POST", f"{HERE}/detailed/accept"))
    return here


def review(here: Running, person: str, points: Sequence[str | None]) -> None:
    """One reviewer's whole work."""
    done(
        ask_then(here, "POST", f"{HERE}/reviewers", {"person": person, "affiliations": [OUTSIDER]})
    )
    by = actor(person, "reviewer")
    conflict = {"declaration": "none"}
    done(ask_then(here, "POST", f"{HERE}/conflict", conflict, by=by))
    for criterion, score in zip(CRITERIA, points, strict=True):
        body = {"score": score, "rationale": "As the pilot's figures show"}
        path = f"{HERE}/scores/{criterion}"
        done(ask_then(here, "PUT", path, body, by=by))
    done(ask_then(here, "POST", f"{HERE}/review/submit", by=by))


def at_committee(here: Running) -> Running:
    """Scored as in C-035, locked, cleared, recommended, and before the committee."""
    in_selection(eligible(submitted(here)))
    for number, points in enumerate(C_035, 1):
        review(here, f"reviewer-{number}", points)
    done(ask_then(here, "POST", f"{HERE}/lock"))
    cleared = {"reason": "Registers searched"}
    done(ask_then(here, "POST", f"{HERE}/due-diligence/clear", cleared))
    recommended = {"outcome": "approved", "reasons": ["Strong team"]}
    done(ask_then(here, "POST", f"{HERE}/recommendation", recommended))
    met = {"attendees": ["member-1", "member-2", "member-3"], "recusals": []}
    done(ask_then(here, "POST", f"{HERE}/committee", met))
    return here


def member(here: Running, person: str, path: str, body: Any = None) -> httpx.Response:
    """A request of a committee member."""
    return ask_then(here, "POST", f"{HERE}/{path}", body, by=actor(person, "committee"))


def said(here: Running, name: str) -> list[Envelope]:
    """All events of this name."""
    opened = [open_sealed(line.sealed) for line in here.stored()]
    return [event for event in opened if f".{name}.v" in event.type]


APPLICANT = actor("applicant-1", "applicant", organisation_id=LEAD)
REASONS = ["Looked at again"]


@contextmanager
def ruled(folder: Path, **parameters: Any) -> Iterator[Running]:
    """The service with a policy of these parameters, and nothing else."""
    with running(folder, "evaluation", heard_at=start_of_day(SUBMITTED_ON)) as here:
        done(here.as_(OFFICER).post("/v1/policies", {**POLICY, "parameters": parameters}))
        yield here


def tell(here: Running, path: str, body: Any = None, by: Actor = OFFICER) -> Any:
    """A request that goes well."""
    return done(ask_then(here, "POST", f"{HERE}/{path}", body, by))


def now(here: Running, by: Actor = OFFICER) -> Any:
    """The evaluation as this person sees it."""
    return done(here.as_(by).get(HERE))


def to_committee(here: Running, points: Sequence[Sequence[str | None]]) -> None:
    """Reviewed so, and before the committee."""
    in_selection(eligible(submitted(here)))
    for number, scores in enumerate(points, 1):
        review(here, f"reviewer-{number}", scores)
    tell(here, "lock")
    again_to_committee(here)


def again_to_committee(here: Running, outcome: str = "approved") -> None:
    """Cleared, recommended, convened."""
    tell(here, "due-diligence/clear", {"reason": "Registers searched"})
    tell(here, "recommendation", {"outcome": outcome, "reasons": REASONS})
    met = {"attendees": ["member-1", "member-2", "member-3"], "recusals": []}
    tell(here, "committee", met)


def decide(here: Running, **changes: Any) -> Any:
    """Two members of the committee decide."""
    done(member(here, "member-1", "decision", {**AWARD, **changes}))
    return done(member(here, "member-2", "decision/confirm"))


def refused(answer: httpx.Response, code: str) -> Mapping[str, Any]:
    """A problem with this code."""
    problem: Mapping[str, Any] = answer.json()
    assert problem["code"] == code, answer.text
    return problem


def run_timers(here: Running, day: str) -> None:
    """What falls due up to this business date."""
    done(here.as_(OPERATOR).post("/v1/timers/run", {"business_date": day}))
