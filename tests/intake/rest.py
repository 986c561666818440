"""What the tests over HTTP send, and who sends it."""

from datetime import date
from typing import Any

import httpx

from shared.kernel.events import Heard
from tests.intake.examples import FIRM, PORT
from tests.support.running import Running

POLICY = {
    "programme": "scale-ai",
    "version": "2019",
    "parameters": {},
    "effective_from": "2019-04-01",
    "reason": "first policy of the programme",
}
DRAFT = {
    "programme": "scale-ai",
    "title": "Berth planning for the Port of Montréal",
    "lead_organisation_id": PORT,
    "lead_name": "Port de Montréal",
    "sector": "Port operations",
    "planned_start": "2020-09-01",
}
BUDGET = {
    "lines": [
        {
            "organisation_id": FIRM,
            "kind": "labour",
            "quarter": "2020-21Q3",
            "amount": {"amount": "10000.50", "currency": "CAD"},
        }
    ]
}
WORK_PLAN = {
    "packages": [
        {
            "name": "Model",
            "place": "QC",
            "organisation_id": FIRM,
            "starts_on": "2020-09-01",
            "ends_on": "2020-12-31",
        }
    ]
}
IP_PLAN = {
    "owners": [{"owner": PORT, "share": "1/3"}, {"owner": FIRM, "share": "2/3"}],
    "protection": "trade secret",
    "benefit_to_others": "none",
}
ENDORSEMENT = {"executive_title": "chief executive officer", "endorsed_on": "2020-07-20"}
THE_LIMITS = {
    "programme": "scale-ai",
    "version": "2019",
    "parameters": {
        "min_participants": 2,
        "min_smes": 1,
        "sme_fte_lt": 500,
        "ready_within_days": 90,
    },
    "effective_from": date(2019, 4, 1),
}
"""What evaluation publishes, as far as intake hears it."""


def by_the_port(intake: Running, method: str, path: str, body: Any = None) -> httpx.Response:
    return intake.by("applicant", organisation_id=PORT).ask(method, path, body)


def by_the_firm(intake: Running, method: str, path: str, body: Any = None) -> httpx.Response:
    return intake.by("applicant", organisation_id=FIRM).ask(method, path, body)


def drafted(intake: Running, **changes: str) -> str:
    """The address of a proposal that the port drafted and the firm was invited to."""
    answer = by_the_port(intake, "POST", "/v1/proposals", {**DRAFT, **changes})
    assert answer.status_code == 201, answer.text
    address = f"/v1/proposals/{answer.json()['project_id']}"
    party = {"organisation_id": FIRM, "name": "Logiciels du Quai"}
    assert by_the_port(intake, "POST", f"{address}/participants", party).status_code == 200
    return address


def hear(intake: Running, address: str, kind: type[Heard], **data: Any) -> None:
    project_id = address.rpartition("/")[2]
    intake.hear(f"evaluation-{project_id}", kind.model_validate({"project_id": project_id, **data}))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def ready(intake: Running) -> str:
    """The address of a draft with all plans and the endorsement, confirmed by both parties."""
    address = drafted(intake)
    for method, path, body in (
        ("PUT", "/sections/summary", {"sha256": "5" * 64}),
        ("PUT", "/budget", BUDGET),
        ("PUT", "/work-plan", WORK_PLAN),
        ("PUT", "/ip-plan", IP_PLAN),
        ("POST", "/endorsement", {**ENDORSEMENT, "endorsed_on": "2020-01-31"}),
    ):
        answer = by_the_port(intake, method, address + path, body)
        assert answer.status_code == 200, answer.text
    agreed = {"content_hash": answer.json()["content_hash"]}
    done = by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/confirm", agreed)
    assert done.status_code == 200, done.text
    return address


def status_page(intake: Running, address: str, **headers: str) -> dict[str, Any]:
    """The status of a proposal as its lead reads it."""
    caller = intake.by("applicant", organisation_id=PORT)
    answer = caller.get(f"{address}/status", **headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
