"""Staff act for an applicant only with On-Behalf-Of, on every route of an applicant (I-13)."""

from typing import Any

import pytest

from services.intake.api import api
from services.intake.api.roles import APPLICANT
from shared.runtime.web.routes import CommandRoute
from tests.intake.examples import FIRM, PORT, officer
from tests.intake.rest import BUDGET, DRAFT, ENDORSEMENT, IP_PLAN, WORK_PLAN, code_of, drafted
from tests.support.running import Running

DAY = "2020-07-20"
REASON = {"reason": "the lead asked for it"}
CAD_1 = {"amount": "1.00", "currency": "CAD"}
BODIES: dict[str, Any] = {
    "draft_proposal": DRAFT,
    "invite_participant": {"organisation_id": FIRM, "name": "Logiciels du Quai"},
    "confirm_participation": {"content_hash": "0" * 64},
    "decline_participation": None,
    "remove_participant": None,
    "change_lead": {"organisation_id": FIRM, **REASON},
    "revise_section": {"sha256": "5" * 64},
    "propose_budget": BUDGET,
    "propose_work_plan": WORK_PLAN,
    "declare_ip_plan": IP_PLAN,
    "record_endorsement": ENDORSEMENT,
    "withdraw_endorsement": {**REASON, "withdrawn_on": DAY},
    "declare_other_funding": {
        "source": "Québec",
        "kind": "government",
        "amount": CAD_1,
        "declared_on": DAY,
    },
    "request_nda": {},
    "record_nda": {"executed_on": DAY},
    "submit_proposal": None,
    "provide_information": {"request_id": "request-1", "answer": "yes"},
    "request_reassessment": REASON,
    "open_detailed_proposal": None,
    "submit_detailed_proposal": None,
    "withdraw_proposal": REASON,
    "reinstate_proposal": REASON,
    "resubmit_proposal": {},
}
ROUTES = [
    route
    for route in api.routes
    if isinstance(route, CommandRoute) and api.access[route.action] == APPLICANT
]


def test_i13_every_route_of_an_applicant_is_looked_at() -> None:
    assert {route.name for route in ROUTES} == set(BODIES)


@pytest.fixture(scope="module")
def untouched(refusing: Running) -> str:
    """The address of a draft."""
    return drafted(refusing)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_i13_staff_in_their_own_name_do_nothing_for_an_applicant(
    refusing: Running, untouched: str, route: CommandRoute
) -> None:
    project_id = untouched.rpartition("/")[2]
    path = route.path.format(project_id=project_id, organisation_id=FIRM, section="summary")
    body = BODIES[route.name]
    in_own_name = refusing.as_(officer).ask(route.method, path, body)
    assert code_of(in_own_name) == (403, "not-on-behalf-of-the-applicant"), in_own_name.text
    assert in_own_name.json()["rule"] == "I-13"
    for_another = {"on_behalf_of": f"org_{'f' * 32}"}
    refused = refusing.as_(officer).ask(route.method, path, body, **for_another)
    assert code_of(refused) == (403, "not-on-behalf-of-the-applicant")
    assert refusing.as_(officer).get(untouched).headers["etag"] == '"2"'


def test_i13_what_staff_did_for_an_applicant_says_so(intake: Running) -> None:
    answer = intake.as_(officer).post("/v1/proposals", DRAFT, on_behalf_of=PORT)
    address = f"/v1/proposals/{answer.json()['project_id']}"
    path = f"{address}/withdraw"
    done = intake.as_(officer).post(path, REASON, on_behalf_of=PORT)
    assert (done.status_code, done.json()["stage"]) == (200, "withdrawn")
    (event,) = intake.by("auditor").get("/v1/events?type=ProposalWithdrawn").json()
    assert (event["actor"], event["onbehalfof"]) == ("officer-1", PORT)
