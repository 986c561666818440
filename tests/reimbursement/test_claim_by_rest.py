"""From the first cost line to the last payment and the closing, over the interface."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.periods import rfc3339
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.test_agreement_by_rest import (
    agreement_path,
    hear_members,
    prepared,
    signed_by_all,
    terms_body,
)
from tests.support.running import Running, running

QUARTER = "2020-21Q2"
claim_id = f"{eg.project}.{eg.terminal}.{QUARTER}"
claim_path = f"/v1/claims/{claim_id}"
account_path = f"/v1/accounts/{eg.project}.{eg.terminal}"
AUTUMN = {"effective_at": rfc3339(eg.at(2020, 11, 10))}
SPRING = {"effective_at": rfc3339(eg.at(2021, 4, 10))}
CAD = {"currency": "CAD"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "reimbursement", heard_at=eg.at(2020, 6, 1)) as found:
        yield found


def line_body(**changes: Any) -> dict[str, Any]:
    body = {
        "kind": "labour",
        "description": "Programming of the yard trucks",
        "supplier": "Ateliers Boréal inc.",
        "invoice_number": "INV-42/17",
        "invoiced_on": "2020-08-31",
        "incurred_from": "2020-08-01",
        "incurred_to": "2020-08-31",
        "paid_on": "2020-09-15",
        "amount": {"amount": "10000.01", **CAD},
        "tax": {"amount": "1497.50", **CAD},
        "place": "QC",
        "related_party": False,
    }
    return {**body, **changes}


def in_force(here: Running) -> None:
    """The agreement is in force and its two quarters are open."""
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    signed_by_all(here)
    hear_members(here)
    soon = {"effective_at": rfc3339(eg.at(2020, 6, 15))}
    done = officer.post(f"{agreement_path}/execute", terms_body, **soon)
    assert done.status_code == 200


def filed(here: Running) -> dict[str, Any]:
    """A claim of one line, filed with its evidence; returns its state."""
    terminal = here.as_(eg.terminal_lead)
    recorded = terminal.post(f"{claim_path}/lines", line_body(), **AUTUMN)
    assert recorded.status_code == 200
    [line_id] = recorded.json()["lines"]
    proof = {"sha256": "ab" * 32, "kind": "invoice"}
    path = f"{claim_path}/lines/{line_id}/evidence"
    assert terminal.post(path, proof, **AUTUMN).status_code == 200
    necessity = {"necessity": {"labour": "The trucks are programmed here."}}
    answer = terminal.post(f"{claim_path}/file", necessity, **AUTUMN)
    assert answer.status_code == 200
    state: dict[str, Any] = answer.json()
    return state


def paid(here: Running) -> None:
    """The claim is assessed, approved and paid, each by another person."""
    claim = filed(here)
    [line_id] = claim["lines"]
    assessor, approver = here.as_(ce.assessor), here.as_(ce.approver)
    payer = here.as_(ce.payer)
    decided = {"eligible_amount": {"amount": "10000.01", **CAD}, "reason_code": "eligible"}
    steps = [
        assessor.put(f"{claim_path}/lines/{line_id}/assessment", decided, **AUTUMN),
        assessor.post(f"{claim_path}/assess", **AUTUMN),
        approver.post(f"{claim_path}/approve", {"content_hash": claim["content_hash"]}, **AUTUMN),
        payer.post(f"{claim_path}/payment/authorise", **AUTUMN),
        payer.post(f"{claim_path}/payment/issue", {"reference": "EFT-1"}, **AUTUMN),
        payer.post(f"{claim_path}/payment/confirm", {"reference": "EFT-1"}, **AUTUMN),
    ]
    assert [step.status_code for step in steps] == [200] * 6
    assert [step.json()["status"] for step in steps] == [
        "under_review",
        "assessed",
        "approved",
        "payment_authorised",
        "issued",
        "paid",
    ]


def test_a_claim_is_filed_assessed_approved_and_paid(here: Running) -> None:
    in_force(here)
    paid(here)
    officer = here.as_(eg.officer)
    claim = officer.get(claim_path).json()
    assert claim["payable"] == {"amount": "3000.01", **CAD}
    assert claim["late"] is True  # Entered much later than the day it is dated.
    account = officer.get(account_path).json()
    assert account["entitled"]["amount"] == "3333.34"
    assert account["holdback"]["amount"] == "333.33"
    assert account["paid"]["amount"] == "3000.01"
    listed = officer.get(f"/v1/claims?project_id={eg.project}&status=paid").json()
    assert [row["claim_id"] for row in listed["items"]] == [claim_id]
    assert listed["items"][0]["paid"]["amount"] == "3000.01"
    [line] = officer.get(f"/v1/cost-lines?claim_id={claim_id}").json()["items"]
    assert (line["evidence"], line["eligible"]["amount"]) == (1, "10000.01")


def test_the_holdback_is_paid_and_the_agreement_closed(here: Running) -> None:
    in_force(here)
    paid(here)
    officer, payer = here.as_(eg.officer), here.as_(ce.payer)
    terminal = here.as_(eg.terminal_lead)
    released = f"{agreement_path}/holdback/release"
    early = officer.post(released, {"organisation_id": eg.terminal}, **SPRING)
    assert (early.status_code, early.json()["rule"]) == (409, "R-13")
    report = {"sha256": "fe" * 32}
    outcome = {"results": [], "benefit_to_others": "The method is published."}
    steps = [
        terminal.post(f"{agreement_path}/final-report", report, **SPRING),
        officer.post(f"{agreement_path}/final-report/accept", **SPRING),
        officer.post(released, {"organisation_id": eg.terminal}, **SPRING),
        payer.post(f"{account_path}/payment/authorise", **SPRING),
        payer.post(f"{account_path}/payment/issue", {"reference": "EFT-2"}, **SPRING),
        payer.post(f"{account_path}/payment/confirm", {"reference": "EFT-2"}, **SPRING),
        terminal.post(f"{agreement_path}/ip-outcome", outcome, **SPRING),
        officer.post(f"{agreement_path}/complete", **SPRING),
        officer.post(f"{agreement_path}/close", **SPRING),
    ]
    assert [step.status_code for step in steps] == [200] * 9
    payments = officer.get(f"/v1/projects/{eg.project}/payments").json()
    amounts = [(row["amount"]["amount"], row["status"]) for row in payments["items"]]
    assert amounts == [("3000.01", "confirmed"), ("333.33", "confirmed")]
    totals = officer.get(f"/v1/projects/{eg.project}/payments/totals").json()
    assert totals["confirmed"]["amount"] == "3333.34"
    rebuilt = here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_claims_and_accounts_are_known_to_their_participant_alone(here: Running) -> None:
    in_force(here)
    paid(here)
    partner, own = here.as_(eg.robots_lead), here.as_(eg.terminal_lead)
    for path in (claim_path, account_path):
        assert own.get(path).status_code == 200
        assert partner.get(path).status_code == 404
    assert partner.post(f"{claim_path}/lines", line_body()).status_code == 404
    payments = f"/v1/projects/{eg.project}/payments"
    assert len(own.get(payments).json()["items"]) == 1
    assert partner.get(payments).json()["items"] == []
    assert partner.get(f"{payments}/totals").json()["confirmed"]["amount"] == "0.00"
    listed = partner.get("/v1/claims").json()["items"]
    assert {row["organisation_id"] for row in listed} == {eg.robots}


def test_a_line_is_taken_back_and_entered_again(here: Running) -> None:
    in_force(here)
    terminal = here.as_(eg.terminal_lead)
    recorded = terminal.post(f"{claim_path}/lines", line_body(), **AUTUMN)
    repeated = terminal.post(f"{claim_path}/lines", line_body(), **AUTUMN)
    assert (repeated.status_code, repeated.json()["rule"]) == (409, "R-23")
    [line_id] = recorded.json()["lines"]
    gone = terminal.post(f"{claim_path}/lines/{line_id}/withdraw", **AUTUMN)
    assert (gone.status_code, gone.json()["lines"]) == (200, {})
    again = terminal.post(f"{claim_path}/lines", line_body(), **AUTUMN)
    assert len(again.json()["lines"]) == 1


def test_a_line_over_two_quarters_comes_back_with_its_parts(here: Running) -> None:
    in_force(here)
    body = line_body(incurred_from="2020-09-21", incurred_to="2020-10-10")
    answer = here.as_(eg.terminal_lead).post(f"{claim_path}/lines", body, **AUTUMN)
    assert (answer.status_code, answer.json()["rule"]) == (409, "R-18")
    parts = answer.json()["parts"]
    assert [(part["quarter"], part["amount"]["amount"]) for part in parts] == [
        ("2020-21Q2", "5000.01"),
        ("2020-21Q3", "5000.00"),
    ]


@pytest.mark.parametrize(
    "amount",
    [
        b"NaN",
        b"Infinity",
        b"1e400",
        b'"12,345.67"',
        b"true",
        b"10000000000000000000000000",
        b'"10.001"',
    ],
)
def test_a_number_that_is_no_amount_is_refused_and_not_repeated(
    here: Running, amount: bytes
) -> None:
    in_force(here)
    whole = b'{"kind":"labour","supplier":"Secret Supplier","invoice_number":"1",'
    days = b'"invoiced_on":"2020-08-31","incurred_from":"2020-08-01","incurred_to":"2020-08-31",'
    money = b'"amount":{"amount":' + amount + b',"currency":"CAD"},"place":"QC"}'
    answer = here.as_(eg.terminal_lead).post(f"{claim_path}/lines", whole + days + money)
    assert answer.status_code in (400, 422)
    assert "Secret Supplier" not in answer.text
    assert here.state(f"claim-{claim_id}").status == "open"


def test_minus_zero_is_nothing(here: Running) -> None:
    in_force(here)
    body = line_body(amount={"amount": "-0.00", **CAD}, tax={"amount": "0.00", **CAD})
    answer = here.as_(eg.terminal_lead).post(f"{claim_path}/lines", body, **AUTUMN)
    [line] = answer.json()["lines"].values()
    assert line["amount"]["amount"] == "0.00"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{claim_path}/lines/x/assessment"),
        ("POST", f"{claim_path}/assess"),
        ("POST", f"{claim_path}/approve"),
        ("POST", f"{claim_path}/payment/authorise"),
        ("POST", f"{account_path}/payment/confirm"),
        ("POST", f"{agreement_path}/holdback/release"),
    ],
)
def test_a_participant_decides_nothing_about_its_own_money(
    here: Running, method: str, path: str
) -> None:
    assert here.as_(eg.terminal_lead).ask(method, path, {}).status_code == 403


@pytest.mark.parametrize("path", ["/v1/claims/nothing", "/v1/accounts/nothing"])
def test_what_there_is_not_is_not_found(here: Running, path: str) -> None:
    assert here.as_(eg.officer).get(path).status_code == 404


def test_a_claim_is_rejected_and_a_payment_fails(here: Running) -> None:
    in_force(here)
    claim = filed(here)
    [line_id] = claim["lines"]
    assessor, approver, payer = (here.as_(who) for who in (ce.assessor, ce.approver, ce.payer))
    decided = {"eligible_amount": {"amount": "10000.01", **CAD}, "reason_code": "eligible"}
    assessor.put(f"{claim_path}/lines/{line_id}/assessment", decided, **AUTUMN)
    assessor.post(f"{claim_path}/assess", **AUTUMN)
    named = {"content_hash": claim["content_hash"]}
    approver.post(f"{claim_path}/approve", named, **AUTUMN)
    late = approver.post(f"{claim_path}/reject", {**named, "reason": "Too late."}, **AUTUMN)
    assert (late.status_code, late.json()["code"]) == (409, "claim-already-decided")
    payer.post(f"{claim_path}/payment/authorise", **AUTUMN)
    failed = payer.post(f"{claim_path}/payment/fail", {"reason": "Closed."}, **AUTUMN)
    assert failed.json()["status"] == "failed"
    again = payer.post(f"{claim_path}/payment/authorise", **AUTUMN)
    assert again.json()["status"] == "payment_authorised"
    totals = f"/v1/projects/{eg.project}/payments/totals"
    found = payer.get(totals).json()
    assert (found["failed"]["amount"], found["authorised"]["amount"]) == ("3000.01", "3000.01")
    body = {"reason": "Closed."}
    unknown = payer.post(f"{account_path}/payment/fail", body, **AUTUMN)
    assert unknown.status_code == 409
