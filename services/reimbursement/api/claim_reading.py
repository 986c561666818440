"""Reads of one claim: the check before filing, the chain of reasons, and the quarter's report."""

from collections.abc import Mapping
from typing import Any

from services.reimbursement.api.claim import CLAIM_READERS, hide_others, show_claim
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.explain import explain
from services.reimbursement.domain.precheck import check
from services.reimbursement.domain.report import as_filed, as_restated
from shared.kernel.canonical import canonical
from shared.kernel.periods import end_of_day
from shared.kernel.refusals import Fault, Malformed
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Read, Written

api = Api(
    "reimbursement",
    access={
        "check_claim": CLAIM_READERS,
        "explain_claim": CLAIM_READERS,
        "report_claim": CLAIM_READERS,
    },
)

VIEWS = {"filed": as_filed, "restated": as_restated}


class NoSuchView(Malformed):
    """A report is asked for as it was `filed`, or as it is `restated`."""

    rule = "R-11"
    french = "Un rapport se demande tel que déposé (`filed`) ou redressé (`restated`)."


@api.question("/claims/{claim_id}/check", action="check_claim")
def check_claim(read: Read) -> Mapping[str, Any]:
    """What would be cut and why if the claim were filed now; nothing is recorded."""
    claim, agreement = _known(read)
    account = read.state(f"account-{claim.project_id}.{claim.organisation_id}")
    budget = read.state(f"budget-{claim.project_id}")
    late = read.now >= end_of_day(claim.due_on) if claim.filed_on is None else claim.late
    return {**shown(check(claim, account, agreement, budget)), "late": late}


@api.read("/claims/{claim_id}/explain", action="explain_claim")
def explain_claim(read: Read) -> Mapping[str, Any]:
    """From every cent back to its line, proof, reason, rate and decision."""
    claim, agreement = _known(read)
    explained = explain(claim, agreement)
    for line in explained["lines"]:
        hide_others(line["duplicate"], claim.organisation_id, read.actor)
    return explained


@api.read("/claims/{claim_id}/report", action="report_claim", query=("view",))
def report_claim(read: Read) -> Written:
    """The quarter's report: `view=filed`, the same bytes for ever, or `view=restated`."""
    claim, _ = _known(read)
    view = VIEWS.get(read.query.get("view", "filed"))
    if view is None:
        raise NoSuchView(Fault("query: view", "view"))
    return Written(canonical(view(claim)))


def _known(read: Read) -> tuple[Claim, Agreement]:
    """The claim and its agreement. Raises ClaimNotFound where this person may not know it."""
    claim: Claim = read.state(f"claim-{read.path['claim_id']}")
    show_claim(claim, read.actor)
    agreement: Agreement = read.state(f"agreement-{claim.project_id}")
    return claim, agreement
