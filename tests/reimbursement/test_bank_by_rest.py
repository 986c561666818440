"""From an authorised payment to the bank and back, and why it is what it is, over the interface."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Actor
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import PAYERS_DAY, Desk, cad, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1, Q2
from tests.reimbursement.money_steps import claimed, corrected, paid
from tests.reimbursement.test_bank import BOMB, CAMT_054, PAIN_002

NUMBERS = {"institution": "815", "transit": "30000", "account": "7654321", "holder": "Boréal & co"}
FUNDER = {"institution": "001", "transit": "00011", "account": "1000001", "holder": "The funder"}
TERMINAL = f"/v1/payees/{eg.terminal}"
privacy = Actor(person="privacy-1", roles=frozenset({"privacy_officer"}))

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        done(found.lead().put(f"{TERMINAL}/bank-account", NUMBERS))
        finance = found.here.as_(eg.finance)
        done(finance.put("/v1/payees/funder/bank-account", FUNDER))
        yield found


def authorised(here: Desk, quarter: str = Q1) -> dict[str, str]:
    claimed(here, quarter, [10_000])
    payer = here.here.as_(ce.payer)
    state = done(payer.post(f"{path(quarter)}/payment/authorise", **on(PAYERS_DAY)))
    return {"payment_id": state["payment"]["payment_id"], "claim_id": ce.claim_id(quarter)}


def made(here: Desk, *payments: dict[str, str]) -> dict[str, Any]:
    body = {"execute_on": "2026-05-21", "payments": list(payments)}
    return done(here.here.as_(ce.payer).post("/v1/payment-files", body, **on(PAYERS_DAY)))


def report(here: Desk, document: str) -> dict[str, Any]:
    payer = here.here.as_(ce.payer)
    got = done(payer.post("/v1/bank-reports", {"document": document}, **on(PAYERS_DAY)))
    return done(payer.get(f"/v1/bank-reports/{got['report_id']}"))


def test_a_payment_leaves_as_a_file_and_comes_back_confirmed(here: Desk) -> None:
    payment = authorised(here)
    file = made(here, payment)
    payer = here.here.as_(ce.payer)
    read = done(payer.get(f"/v1/payment-files/{file['file_id']}/document"))
    assert read["sha256"] == sha256(read["document"].encode()).hexdigest()
    assert (read["number"], cents(read["control_sum"])) == (1, 3_600)
    assert "<MmbId>081530000</MmbId>" in read["document"]
    again = made(here, payment)
    assert again == file
    assert payer.get(f"/v1/payment-files/{file['file_id']}/document").json() == read
    [reference] = re.findall(r"<EndToEndId>(.*?)<", read["document"])
    found = report(here, PAIN_002.format(e2e=reference, status="ACSC"))
    assert found["outcomes"] == {"1": {"effect": "confirmed", "refused": None}}
    assert here.claim(Q1)["status"] == "paid"


def test_a_second_import_changes_nothing(here: Desk) -> None:
    payment = authorised(here)
    made(here, payment)
    document = PAIN_002.format(e2e=payment["payment_id"][4:], status="ACSC")
    first = report(here, document)
    events = len(here.here.stored())
    assert report(here, document) == first
    assert len(here.here.stored()) == events


def test_each_row_is_applied_or_refused_with_its_reason(here: Desk) -> None:
    payment = authorised(here)
    made(here, payment)
    number = payment["payment_id"][4:]
    rejected = report(here, PAIN_002.format(e2e=number, status="RJCT"))
    assert rejected["outcomes"]["1"]["effect"] == "failed"
    assert here.claim(Q1)["status"] == "failed"
    unknown = report(here, CAMT_054.format(e2e="f" * 32, side="DBIT"))
    assert unknown["outcomes"]["1"] == {"effect": None, "refused": "payment-not-ours"}
    late = report(here, CAMT_054.format(e2e=number, side="DBIT"))
    assert late["outcomes"]["1"]["effect"] == "alert"
    payer = here.here.as_(ce.payer)
    bomb = payer.post("/v1/bank-reports", {"document": BOMB}, **on(PAYERS_DAY))
    assert (bomb.status_code, bomb.json()["code"]) == (400, "bank-report-unreadable")


def test_c018_what_the_bank_took_twice_is_owed(here: Desk) -> None:
    payment = authorised(here)
    made(here, payment)
    document = CAMT_054.format(e2e=payment["payment_id"][4:], side="DBIT")
    report(here, document)
    twice = report(here, document.replace("B-1", "B-2"))
    assert twice["outcomes"]["1"]["effect"] == "excess"
    assert cents(here.account()["overpaid"]) == 3_600


def test_x8_a_bank_account_is_in_no_event_and_no_answer_but_its_own(here: Desk) -> None:
    payer = here.here.as_(ce.payer)
    shown = done(payer.get(TERMINAL))
    assert shown["account"]["reference"].startswith("vault_")
    stored = [found.sealed for found in here.here.stored()]
    everything = "".join(sealed.body + sealed.envelope for sealed in stored)
    assert "7654321" not in everything + str(shown)
    assert done(payer.get(f"{TERMINAL}/bank-account")) == NUMBERS
    assert done(here.lead().get(f"{TERMINAL}/bank-account")) == NUMBERS
    other = here.lead(eg.robots).get(f"{TERMINAL}/bank-account")
    assert (other.status_code, other.json()["code"]) == (404, "payee-not-found")
    wrong = here.lead(eg.robots).put(f"{TERMINAL}/bank-account", NUMBERS)
    assert (wrong.status_code, wrong.json()["rule"]) == (403, "I-13")
    assert done(payer.get(f"{TERMINAL}/bank-account")) == NUMBERS


def test_x8_the_vault_keeps_only_what_an_event_tells_of(here: Desk) -> None:
    kept = [row["reference"] for row in here.here.rows("vault_content", "reference")]
    refused = here.lead(eg.robots).put(f"{TERMINAL}/bank-account", NUMBERS)
    assert refused.status_code == 403
    again = {"idempotency_key": "account-1"}
    one = done(here.lead().put(f"{TERMINAL}/bank-account", NUMBERS, **again))
    assert done(here.lead().put(f"{TERMINAL}/bank-account", NUMBERS, **again)) == one
    now = {row["reference"] for row in here.here.rows("vault_content", "reference")}
    assert now == {*kept, one["account"]["reference"]}


def test_x8_an_erased_account_is_gone_and_a_new_one_is_another(here: Desk) -> None:
    payer, body = here.here.as_(ce.payer), {"reason": "The participant asked."}
    file = made(here, authorised(here))
    erase, key = f"{TERMINAL}/bank-account/erase", {"idempotency_key": "erase-1"}
    done(here.here.as_(privacy).post(erase, body, **key))
    gone = payer.get(f"{TERMINAL}/bank-account")
    assert (gone.status_code, gone.json()["code"]) == (404, "erased")
    unreadable = payer.get(f"/v1/payment-files/{file['file_id']}/document")
    assert (unreadable.status_code, unreadable.json()["code"]) == (404, "erased")
    assert payer.get(f"/v1/payment-files/{file['file_id']}").json()["instructions_sha256"]
    done(here.lead().put(f"{TERMINAL}/bank-account", NUMBERS))
    done(here.here.as_(privacy).post(erase, body, **key))
    assert done(payer.get(f"{TERMINAL}/bank-account")) == NUMBERS
    still = payer.get(f"/v1/payment-files/{file['file_id']}/document")
    assert (still.status_code, still.json()["code"]) == (404, "erased")


def test_a_payment_file_that_is_none_is_not_found(here: Desk) -> None:
    payer = here.here.as_(ce.payer)
    for named in ("file_" + "0" * 32, "nothing"):
        answer = payer.get(f"/v1/payment-files/{named}/document")
        assert (answer.status_code, answer.json()["code"]) == (404, "payment-file-not-found")


def test_r2_every_cent_of_a_payment_is_explained_as_it_was_then(here: Desk) -> None:
    paid(here, Q1, [10_000, 20_000])
    line_id = sorted(here.claim(Q1)["lines"])[0]
    assert paid(here, Q2, [5_000]) == 1_800
    payer = here.here.as_(ce.payer)
    listed = done(payer.get(f"/v1/projects/{eg.project}/payments"))["items"]
    second = f"/v1/payments/{listed[1]['payment_id']}/explain"
    found = done(payer.get(second))
    computed = found["computation"]
    assert cents(found["amount"]) == 1_800
    assert (cents(computed["entitled"]), cents(computed["holdback"])) == (14_000, 1_400)
    assert cents(computed["paid_before"]) == 10_800
    assert 14_000 - 1_400 - 10_800 == 1_800 == cents(found["left"])
    lines = [line for claim in found["claims"] for line in claim["lines"]]
    assert sum(cents(line["counted"]) for line in lines) == 35_000
    assert all(line["evidence"][0]["sha256"] for line in lines)
    assert {part["rate"] for line in lines for part in line["parts"]} == {"2/5"}
    assert found["claims"][1]["decision"]["approvers"] == ["approver-1"]
    corrected(here, Q1, line_id, -1_000)
    assert done(payer.get(second)) == found
    hidden = here.lead(eg.robots).get(second)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "payment-not-found")


def test_money_of_a_form_is_read_exactly(here: Desk) -> None:
    paid(here, Q1, [10_000])
    body = {"amount": {**cad(1), "amount": "0.001"}, "reference": "X"}
    account = f"/v1/accounts/{eg.project}.{eg.terminal}/bank-excess"
    assert here.here.as_(ce.payer).post(account, body).status_code == 422
