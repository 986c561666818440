"""An audit over the interface: sample, finding, contest, correction, other projects (case 3)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.reimbursement.inbound import GracePeriodStarted
from shared.kernel.commands import Actor
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
    PAYERS_DAY,
    Desk,
    Money,
    agree,
    cad,
    cents,
    desk,
    done,
    on,
    path,
)
from tests.reimbursement.claim_examples import Q1, Q2
from tests.reimbursement.money_steps import paid

auditor = Actor(person="auditor-1", roles=frozenset({"auditor"}))
PROJECT = f"/v1/projects/{eg.project}"
TODAY = on(PAYERS_DAY)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def drawn(here: Desk, size: int) -> tuple[str, dict[str, Any]]:
    """An audit with a sample; its path and what it shows."""
    caller = here.here.as_(auditor)
    opened = done(caller.post(f"{PROJECT}/audits", {"reason": "Yearly audit."}, **TODAY))
    [audit_id] = opened["audits"]["audits"]
    population = done(caller.get(f"{PROJECT}/audit-population"))
    sample = {
        "method": "random",
        "size": size,
        "seed": "2026-05-20",
        "position": population["position"],
        "population_sha256": population["sha256"],
    }
    audit = f"{PROJECT}/audits/{audit_id}"
    done(caller.post(f"{audit}/samples", sample, **TODAY))
    return audit, done(caller.get(audit))


def test_case_3_from_a_sample_to_an_overpayment_and_other_projects(here: Desk) -> None:
    """25 lines of 400.00; two of them (8 %) do not stand: 800.00, at 40 % less holdback 288.00."""
    agree(here.here, money=Money(project_id=eg.other_project))
    assert paid(here, Q1, [40_000] * 25) == 360_000
    audit, shown = drawn(here, 5)
    [sample] = shown["samples"]
    assert (len(sample["lines"]), sample["drawn_again"]) == (5, True)
    caller, lead, officer = here.here.as_(auditor), here.lead(), here.here.as_(eg.officer)
    for line in sample["lines"][:2]:
        finding = {
            **line,
            "disallowed": cad(40_000),
            "systemic": True,
            "projected": cad(400_000),
            "reason": "Hours of another project.",
        }
        done(caller.post(f"{audit}/findings", finding, **TODAY))
    findings = done(caller.get(f"{PROJECT}/audit-findings"))["items"]
    for found in findings:
        one = f"{PROJECT}/audit-findings/{found['finding_id']}"
        verdict = {"outcome": "upheld", "disallowed": cad(40_000), "reason": "Timesheets."}
        early = officer.post(f"{one}/resolve", verdict, **TODAY)
        assert (early.status_code, early.json()["code"]) == (409, "contest-period-runs")
        done(lead.post(f"{one}/contest", {"reason": "They were ours."}, **TODAY))
        done(officer.post(f"{one}/resolve", verdict, **TODAY))
    filed = officer.get(f"{path(Q1)}/report?view=filed").content
    corrections = done(officer.get("/v1/corrections?origin=audit_finding"))["items"]
    assert [row["status"] for row in corrections] == ["assessed", "assessed"]
    for row in corrections:
        one = f"{path(Q1)}/corrections/{row['correction_id']}"
        content = {"content_hash": done(officer.get(one))["content_hash"]}
        done(here.here.as_(ce.approver).post(f"{one}/approve", content, **TODAY))
    account = here.account()
    assert (cents(account["overpaid"]), cents(account["entitled"])) == (28_800, 368_000)
    assert officer.get(f"{path(Q1)}/report?view=filed").content == filed
    assert cents(here.account(eg.terminal)["accepted"]["2/5"]) == 920_000
    extend = {"project_ids": [eg.other_project], "reason": "Likely there too."}
    done(caller.post(f"{PROJECT}/audit-findings/{findings[0]['finding_id']}/extend", extend))
    other = done(officer.get(f"/v1/agreements/{eg.other_project}"))
    [opened] = other["audits"]["audits"].values()
    assert opened["reason"] == "Likely there too."
    assert paid(here, Q2, [100_000]) == 36_000 - 28_800
    settled = done(officer.get("/v1/corrections?origin=audit_finding"))["items"]
    assert {(row["status"], row["settled_as"]) for row in settled} == {("settled", "offset")}


def test_r12_a_population_that_moved_is_looked_at_again(here: Desk) -> None:
    paid(here, Q1, [10_000, 20_000])
    audit, shown = drawn(here, 1)
    assert shown["samples"][0]["population_unchanged"] is True
    paid(here, Q2, [30_000])
    caller = here.here.as_(auditor)
    again = done(caller.get(audit))["samples"][0]
    assert (again["population_unchanged"], again["drawn_again"]) == (False, None)
    stale = {"method": "random", "size": 1, "seed": "x", "position": 1}
    sample = {**stale, "population_sha256": again["population_sha256"]}
    refused = caller.post(f"{audit}/samples", sample, **TODAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "population-moved")
    missing = caller.get(f"{PROJECT}/audits/aud_{0:032x}")
    assert (missing.status_code, missing.json()["code"]) == (404, "audit-not-found")


def test_domain_9_2_a_claim_approved_in_grace_is_held_from_the_first_moment(here: Desk) -> None:
    grace = GracePeriodStarted(organisation_id=eg.terminal, effective_on=date(2026, 5, 1))
    here.here.hear(f"organisation-{eg.terminal}", grace, eg.at(2026, 5, 1))
    here.enter(Q1, here.line(Q1, 10_000))
    assert here.through(Q1)["status"] == "approved"
    [hold] = done(here.here.as_(ce.payer).get("/v1/payment-holds"))["items"]
    assert (hold["claim_id"], hold["reason"]) == (ce.claim_id(Q1), "membership")


def test_a_person_holds_and_releases_and_a_recovery_takes_its_course(here: Desk) -> None:
    here.enter(Q1, here.line(Q1, 10_000))
    here.through(Q1)
    finance, payer, why = here.here.as_(eg.finance), here.here.as_(ce.payer), {"reason": "Why?"}
    done(finance.post(f"{path(Q1)}/hold", why, **TODAY))
    refused = payer.post(f"{path(Q1)}/payment/authorise", **TODAY)
    assert (refused.status_code, refused.json()["reasons"]) == (409, ["person"])
    done(finance.post(f"{path(Q1)}/hold/release", why, **TODAY))
    here.pay(Q1)
    account = f"/v1/accounts/{eg.project}.{eg.terminal}"
    money = {"amount": cad(5_000), "reference": "DUP-1"}
    done(payer.post(f"{account}/bank-excess", money, **TODAY))
    steps = (
        (finance, "request", why, 409, "holdback-comes-first"),
        (here.lead(), "contest", why, 409, "recovery-not-requested"),
        (here.here.as_(ce.approver), "waive", {**waiver(), **why}, 409, "recovery-not-requested"),
        (payer, "receive", {"amount": cad(5_000), "reference": "IN-1"}, 200, None),
    )
    for caller, step, body, status, code in steps:
        answer = caller.post(f"{account}/recovery/{step}", body, **TODAY)
        assert (answer.status_code, answer.json().get("code")) == (status, code), step
    assert cents(here.account()["overpaid"]) == 0


def waiver() -> dict[str, Any]:
    return {"amount": cad(1), "authority": "Decision 7"}
