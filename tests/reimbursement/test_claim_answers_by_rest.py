"""Questions to a participant, the check before filing, the chain of reasons, the report."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from services.reimbursement.inbound import ProposedCost
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import PAYERS_DAY, Desk, cad, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1, Q2, Q3
from tests.reimbursement.money_steps import corrected

BUDGET = (
    ProposedCost(organisation_id=eg.terminal, kind="labour", quarter=Q1, amount_cents=1_000_000),
    ProposedCost(organisation_id=eg.robots, kind="equipment", quarter=Q1, amount_cents=500_000),
    ProposedCost(organisation_id=eg.institute, kind="labour", quarter=Q1, amount_cents=100_000),
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def test_a_query_holds_the_assessment_until_it_is_answered(here: Desk) -> None:
    line_id = here.enter(Q1, here.line(Q1, 100_000))
    here.file(Q1)
    assessor, claim = here.here.as_(ce.assessor), path(Q1)
    question = {"question": "Which truck is it for?", "lines": [line_id]}
    queried = done(assessor.post(f"{claim}/queries", question, **on(PAYERS_DAY)))
    assert queried["status"] == "queried"
    [query] = queried["queries"]
    decided = {"eligible_amount": cad(100_000), "reason_code": "eligible"}
    held = assessor.put(f"{claim}/lines/{line_id}/assessment", decided, **on(PAYERS_DAY))
    assert (held.status_code, held.json()["code"]) == (409, "query-open")
    answer = f"{claim}/queries/{query['query_id']}/answer"
    body = {"answer": "The first one.", "evidence": "ab" * 32}
    assert here.lead(eg.robots).post(answer, body, **on(PAYERS_DAY)).status_code == 404
    wrong = f"{claim}/queries/query_{'0' * 32}/answer"
    assert here.lead().post(wrong, body, **on(PAYERS_DAY)).json()["code"] == "no-query-open"
    answered = done(here.lead().post(answer, body, **on(PAYERS_DAY)))
    assert (answered["status"], answered["queries"][0]["answered_by"]) == (
        "under_review",
        "terminal-lead",
    )
    here.assess(Q1)
    assert here.approve(Q1)["status"] == "approved"


def test_the_check_says_before_filing_what_would_be_cut_and_records_nothing(
    tmp_path: Path,
) -> None:
    with desk(tmp_path, budget=BUDGET) as here:
        related: dict[str, Any] = {"related_party": True, "market_value": cad(300_000)}
        first = here.enter(Q1, here.line(Q1, 400_000, **related))
        second = here.enter(Q1, here.line(Q1, 1_200_000))
        bare = done(here.lead().post(f"{path(Q1)}/lines", here.line(Q1, 7), **on(PAYERS_DAY)))
        [third] = set(bare["lines"]) - {first, second}
        before = len(here.here.stored())
        checked = done(here.lead().ask("POST", f"{path(Q1)}/check"))
        cuts = {
            line_id: [(cut["rule"], cut["reason_code"], cents(cut["cut"])) for cut in line["cuts"]]
            for line_id, line in checked["lines"].items()
        }
        # 11,000.00 is budgeted for labour; a fifth more is free.
        assert cuts == {
            first: [("R-6", "above_market_value", 100_000)],
            second: [("R-8", "kind_limit", 180_000)],
            third: [("R-6", "no_evidence", 7)],
        }
        assert cents(checked["eligible"]) == 1_320_000
        assert cents(checked["payable"]) == 475_200  # 40 %, less 10 % held back
        missing = {"evidence": [third], "rates": [], "necessity": ["labour"]}
        assert (checked["missing"], checked["late"]) == (missing, True)
        assert len(here.here.stored()) == before
        assert here.lead(eg.robots).ask("POST", f"{path(Q1)}/check").status_code == 404
        done(here.lead().post(f"{path(Q1)}/lines/{third}/withdraw", **on(PAYERS_DAY)))
        assert cents(here.through(Q1)["payable"]) == cents(checked["payable"])


def test_explain_follows_every_cent_to_its_line_and_rate(here: Desk) -> None:
    amounts = (1_000_010, 333_333, -5)
    ids = [here.enter(Q1, here.line(Q1, amount)) for amount in amounts]
    approved = here.through(Q1)
    here.pay(Q1)
    told = done(here.lead().get(f"{path(Q1)}/explain"))
    assert [line["line_id"] for line in told["lines"]] == sorted(ids)
    parts = [part for line in told["lines"] for part in line["parts"]]
    assert sum(cents(part["counted"]) for part in parts) == sum(amounts)
    assert {(part["rate"], part["agreement_version"]) for part in parts} == {("2/5", 1)}
    exact = sum((Fraction(part["earns"]) for part in parts), Fraction(0))
    assert Fraction(told["totals"]["earns"]) == exact == Fraction(2, 5) * sum(amounts)
    assert cents(told["assessment"]["entitled"]) == 533_335  # 533,335.2
    proofs = {proof["sha256"] for line in told["lines"] for proof in line["evidence"]}
    assert proofs == {sha256(line_id.encode()).hexdigest() for line_id in ids}
    assert {line["reason_code"] for line in told["lines"]} == {"eligible"}
    decision = told["decision"]
    assert (decision["content_hash"], decision["certifier"]) == (
        approved["content_hash"],
        "terminal-lead",
    )
    assert (decision["assessors"], decision["approvers"]) == (["assessor-1"], ["approver-1"])
    assert told["payment"]["status"] == "confirmed"
    assert told["agreement"]["policy_version"] == "2018-1"
    assert here.lead(eg.robots).get(f"{path(Q1)}/explain").status_code == 404


def test_r11_the_report_as_filed_stays_the_same_to_the_byte(here: Desk) -> None:
    report = f"{path(Q3)}/report"
    here.enter(Q3, here.line(Q3, 100_000))
    body = here.line(Q3, 50_000, paid_on=None)
    lead = here.lead()
    unpaid = done(lead.post(f"{path(Q3)}/lines", body, **on(PAYERS_DAY)))
    for line_id in unpaid["lines"]:
        here.prove(Q3, line_id)
    here.file(Q3, day=date(2026, 1, 15))
    early = lead.get(report)
    assert (early.status_code, early.json()["code"]) == (409, "no-report-yet")
    here.assess(Q3)
    here.approve(Q3)
    filed = lead.get(f"{report}?view=filed").content
    assert lead.get(report).content == filed
    assert cents(lead.get(report).json()["eligible"]) == 150_000
    here.run_timers(date(2026, 4, 16))
    here.pay(Q3)
    assert lead.get(f"{report}?view=filed").content == filed
    restated = done(lead.get(f"{report}?view=restated"))
    assert cents(restated["eligible"]) == 100_000
    assert sorted(cents(line["deducted"]) for line in restated["lines"]) == [0, 50_000]
    wrong = lead.get(f"{report}?view=other")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "no-such-view")
    assert here.lead(eg.robots).get(report).status_code == 404


def test_a_line_is_corrected_while_the_claim_is_a_draft(here: Desk) -> None:
    line_id = here.enter(Q1, here.line(Q1, 100_000))
    line, lead = f"{path(Q1)}/lines/{line_id}", here.lead()
    corrected = done(lead.put(line, here.line(Q1, 90_000, kind="capital"), **on(PAYERS_DAY)))
    found: dict[str, Any] = corrected["lines"][line_id]
    assert (found["kind"], cents(found["amount"])) == ("capital", 90_000)
    assert len(found["evidence"]) == 1, "what proves it stays"
    [row] = done(lead.get("/v1/cost-lines"))["items"]
    assert (row["kind"], cents(row["amount"]), row["evidence"]) == ("capital", 90_000, 1)
    listed = done(lead.get(f"/v1/claims?quarter={Q1}"))["items"]
    assert [cents(claim["claimed"]) for claim in listed] == [90_000]
    assert lead.put(f"{path(Q2)}/lines/{line_id}", here.line(Q2, 1)).status_code == 404
    here.file(Q1)
    late = lead.put(line, here.line(Q1, 1), **on(PAYERS_DAY))
    assert (late.status_code, late.json()["code"]) == (409, "claim-already-filed")
    rebuilt = here.here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_c014_late_is_decided_once_from_the_recorded_instant(tmp_path: Path) -> None:
    last = datetime(2026, 2, 15, 4, 59, 59, tzinfo=UTC)
    with desk(tmp_path, now=last) as here:
        kinds = {"necessity": {"labour": "Programming."}}
        earlier = on(date(2026, 1, 2))  # What is dated back is late all the same.
        found = []
        for party in (eg.terminal, eg.robots):
            here.enter(Q3, here.line(Q3, 1_000), party)
            filed = done(here.lead(party).post(f"{path(Q3, party)}/file", kinds, **earlier))
            found.append((filed["due_on"], filed["late"]))
            here.here.clock.advance(timedelta(seconds=1))
        assert found == [("2026-02-14", False), ("2026-02-14", True)]
        claims = f"/v1/claims?quarter={Q3}&status=filed"
        listed = done(here.here.as_(eg.officer).get(claims))["items"]
        assert sorted(row["late"] for row in listed) == [False, True]


def test_r8_a_correction_frees_the_budget_of_what_it_takes_off(tmp_path: Path) -> None:
    with desk(tmp_path, budget=BUDGET) as here:
        line_id = here.enter(Q1, here.line(Q1, 1_320_000))
        here.through(Q1)
        here.pay(Q1)
        here.enter(Q2, here.line(Q2, 200_000))

        def left() -> int:
            return cents(done(here.lead().ask("POST", f"{path(Q2)}/check"))["eligible"])

        assert left() == 0
        corrected(here, Q1, line_id, -150_000)
        assert left() == 150_000
