"""The read that explains a payment, down to the line."""

from collections.abc import Mapping
from typing import Any

from services.reimbursement.api.claim import CLAIM_READERS
from services.reimbursement.domain.agreement import Agreement, claim_ids
from services.reimbursement.domain.explain_payment import Before, explain_payment
from services.reimbursement.projections.payment import PAYMENTS
from shared.kernel.refusals import NotFound
from shared.runtime.web.routes import Api, Read

api = Api("reimbursement", access={"explain_payment": CLAIM_READERS})


class PaymentNotFound(NotFound):
    """There is no such payment, or it is not for you to know."""

    french = "Il n'y a pas de tel paiement, ou vous n'avez pas à le connaître."


@api.read("/payments/{payment_id}/explain", action="explain_payment")
def explain_one_payment(read: Read) -> Mapping[str, Any]:
    """From every cent of a payment back to lines, proofs, reasons, rates and decisions.

    All of it as it was just before the payment was authorised, whatever happened since.
    """
    row = read.row(PAYMENTS, read.path["payment_id"])
    if row is None or not read.actor.may_read((row["organisation_id"],)):
        raise PaymentNotFound
    project_id, party, place = row["project_id"], row["organisation_id"], row["position"]
    agreement: Agreement = read.state(f"agreement-{project_id}", place)
    own = [name for name in claim_ids(agreement) if name.split(".")[1] == party]
    before = Before(
        account=read.state(f"account-{project_id}.{party}", place),
        agreement=agreement,
        claims=[read.state(f"claim-{name}", place) for name in own],
    )
    found = explain_payment(row["claim_id"], row["amount_cents"], before)
    return {
        "payment_id": row["payment_id"],
        "claim_id": row["claim_id"],
        "status": row["status"],
        "reference": row["reference"],
        **found,
    }
