"""Amendments, partners, envelopes and conditions as callers see them, timers included."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.reimbursement.inbound import (
    AffiliationDeclared,
    AwardConditionSatisfied,
    CandidacyClosed,
    OrganisationDissolved,
    OtherFundingDeclared,
    SizeAttested,
)
from shared.kernel.periods import rfc3339
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.test_agreement_by_rest import (
    agreement_path,
    envelope_body,
    hear_members,
    prepared,
    signed_by_all,
    terms_body,
)
from tests.reimbursement.test_claim_by_rest import in_force, paid
from tests.support.running import OPERATOR, Running, running

CAD = {"currency": "CAD"}
newcomer = "org_" + "44" * 16

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "reimbursement", heard_at=eg.at(2020, 6, 1)) as found:
        yield found


def on(year: int, month: int, day: int) -> dict[str, str]:
    return {"effective_at": rfc3339(eg.at(year, month, day))}


def done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    state: dict[str, Any] = answer.json()
    return state


def run_timers(here: Running, day: str) -> None:
    done(here.as_(OPERATOR).post("/v1/timers/run", {"business_date": day}))


def agreed_amendment(here: Running, body: dict[str, Any]) -> str:
    """Proposed, approved by another person, signed by all; returns its id."""
    officer, second = here.as_(eg.officer), here.as_(eg.second_officer)
    amendments = f"{agreement_path}/amendments"
    proposed = done(officer.post(amendments, body, **on(2020, 10, 1)))
    amendment_id: str = next(
        name for name, each in proposed["amendments"].items() if each["status"] == "proposed"
    )
    one = f"{amendments}/{amendment_id}"
    done(second.post(f"{one}/approve", **on(2020, 10, 1)))
    signatures = f"{one}/signatures"
    terminal, robots = here.as_(eg.terminal_lead), here.as_(eg.robots_lead)
    for caller, party, how in (
        (terminal, {"organisation_id": eg.terminal}, {}),
        (robots, {"organisation_id": eg.robots}, {}),
        (officer, {"organisation_id": eg.institute}, {"on_behalf_of": eg.institute}),
        (here.as_(eg.finance), {"party": "funder"}, {}),
    ):
        done(caller.post(signatures, party, **how, **on(2020, 10, 1)))
    return amendment_id


def rate_body(since: str, rate: str) -> dict[str, Any]:
    rates = [{"organisation_id": eg.terminal, "kind": "labour", "rate": rate}]
    return {
        "base_version": 1,
        "changes": {"rates": rates},
        "effective_from": since,
        "reason": "Wages rose.",
    }


def test_case_1_a_past_amendment_takes_effect_with_its_last_signature(here: Running) -> None:
    """10,000.01 at 1/3 are 3,333.34; at 2/5 they are 4,000.00; 3,000.01 are paid already."""
    in_force(here)
    paid(here)
    agreed_amendment(here, rate_body("2020-07-20", "2/5"))
    agreement = done(here.as_(eg.officer).get(agreement_path))
    [amendment] = agreement["amendments"].values()
    assert (amendment["status"], agreement["version"]) == ("in_effect", 2)
    account = done(here.as_(eg.officer).get(f"/v1/accounts/{eg.project}.{eg.terminal}"))
    assert account["entitled"]["amount"] == "4000.00"
    assert account["holdback"]["amount"] == "400.00"
    assert account["paid"]["amount"] == "3000.01"
    rebuilt = here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_x11_a_future_amendment_takes_effect_at_the_start_of_its_day(here: Running) -> None:
    in_force(here)
    amendment_id = agreed_amendment(here, rate_body("2021-07-02", "2/5"))
    here.clock.advance(timedelta(days=3))
    officer = here.as_(eg.officer)
    run_timers(here, "2021-07-01")
    [row] = done(officer.get(f"/v1/amendments?project_id={eg.project}"))["items"]
    assert (row["amendment_id"], row["status"]) == (amendment_id, "agreed")
    run_timers(here, "2021-07-02")
    [row] = done(officer.get("/v1/amendments?status=in_effect"))["items"]
    assert row["due_on"] is None
    rates = done(officer.get(agreement_path))["rates"]
    assert [rate["rate"] for rate in rates if rate["applies_from"] == "2021-07-02"] == ["2/5"]
    assert here.state("operations-reimbursement").refused == 0


def test_r9_an_amendment_of_another_version_is_refused_with_the_difference(here: Running) -> None:
    in_force(here)
    agreed_amendment(here, rate_body("2020-07-20", "2/5"))
    body = {**rate_body("2020-07-20", "2/5"), "changes": {"end_date": "2021-03-31"}}
    refused = here.as_(eg.officer).post(f"{agreement_path}/amendments", body, **on(2020, 10, 2))
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["rule"]) == (
        409,
        "amendment-outdated",
        "R-9",
    )
    assert problem["difference"][0]["topic"] == "rates"
    rebased = done(
        here.as_(eg.officer).post(
            f"{agreement_path}/amendments", {**body, "base_version": 2}, **on(2020, 10, 2)
        )
    )
    [amendment_id] = [
        name for name, each in rebased["amendments"].items() if each["status"] == "proposed"
    ]
    one = f"{agreement_path}/amendments/{amendment_id}"
    terminal = here.as_(eg.terminal_lead)
    done(terminal.post(f"{one}/rebase", {"base_version": 2}, **on(2020, 10, 3)))
    second = here.as_(eg.second_officer)
    done(second.post(f"{one}/reject", {"reason": "The hall is let."}, **on(2020, 10, 4)))
    late = terminal.post(f"{one}/withdraw", {"reason": "Never mind."}, **on(2020, 10, 5))
    assert late.json()["code"] == "amendment-not-open"


def hear_sizes(here: Running) -> None:
    """Only the robots' makers are an SME; the newcomer is one too, and a member."""
    sizes = {eg.terminal: "1200", eg.robots: "85", eg.institute: "700", newcomer: "499.99"}
    for organisation_id, fte in sizes.items():
        attested = SizeAttested(
            organisation_id=organisation_id,
            fte=Decimal(fte),
            affiliates_fte=Decimal(0),
            as_of=date(2020, 5, 1),
        )
        here.hear(f"organisation-{organisation_id}", attested, eg.at(2020, 6, 1))
    here.hear(f"organisation-{newcomer}", eg.admitted(newcomer), eg.at(2020, 6, 12))


def leave(here: Running, organisation_id: str, last: str) -> dict[str, Any]:
    path = f"{agreement_path}/participants/{organisation_id}/withdraw"
    body = {"reason": "It was sold.", "last_eligible_date": last}
    return done(here.as_(eg.officer).post(path, body, **on(2020, 9, 20)))


def test_case_4_the_only_sme_leaves_and_another_member_cures_it(here: Running) -> None:
    in_force(here)
    hear_sizes(here)
    leave(here, eg.robots, "2020-09-15")
    officer = here.as_(eg.officer)
    [breach] = done(officer.get("/v1/breaches?status=open"))["items"]
    assert (breach["rule"], breach["since"]) == ("min_smes", "2020-09-16")
    joins = {"organisation_id": newcomer, "name": "Atelier du froid"}
    done(officer.post(f"{agreement_path}/participants", joins, **on(2020, 10, 1)))
    [breach] = done(officer.get("/v1/breaches"))["items"]
    assert breach["status"] == "cured"
    assert done(officer.get(agreement_path))["breaches"] == {}
    claim = here.state(f"claim-{eg.project}.{newcomer}.2020-21Q3")
    assert claim.status == "open"


def test_case_4_an_uncured_breach_expires_and_the_agreement_is_terminated(here: Running) -> None:
    in_force(here)
    hear_sizes(here)
    leave(here, eg.robots, "2020-09-15")
    for day in ("2020-11-19", "2020-11-20"):
        run_timers(here, day)
    officer = here.as_(eg.officer)
    [breach] = done(officer.get("/v1/breaches"))["items"]
    assert breach["status"] == "expired"
    body = {"reason": "No SME was found.", "last_eligible_date": "2020-09-15"}
    ended = done(officer.post(f"{agreement_path}/terminate", body, **on(2020, 11, 25)))
    assert ended["status"] == "terminated"


def test_case_13_a_merger_heard_from_membership_breaches_where_two_remain(here: Running) -> None:
    in_force(here)
    hear_sizes(here)
    leave(here, eg.institute, "2020-09-15")
    assert done(here.as_(eg.officer).get("/v1/breaches"))["items"] == []
    for one, other in ((eg.robots, eg.terminal), (eg.terminal, eg.robots)):
        merged = AffiliationDeclared(
            organisation_id=one, affiliate_id=other, since=date(2020, 10, 1)
        )
        here.hear(f"organisation-{one}", merged, eg.at(2020, 10, 2))
    [breach] = done(here.as_(eg.officer).get("/v1/breaches"))["items"]
    assert (breach["rule"], breach["since"]) == ("min_participants", "2020-10-01")


def test_case_4_a_dissolution_heard_from_membership_breaches_too(here: Running) -> None:
    in_force(here)
    hear_sizes(here)
    dissolved = OrganisationDissolved(organisation_id=eg.robots, effective_on=date(2020, 10, 5))
    here.hear(f"organisation-{eg.robots}", dissolved, eg.at(2020, 10, 5))
    [breach] = done(here.as_(eg.officer).get("/v1/breaches"))["items"]
    assert (breach["rule"], breach["since"]) == ("min_smes", "2020-10-05")


@pytest.mark.parametrize(
    ("organisation_id", "because", "status"),
    [
        (eg.robots, "expired", "released"),
        (eg.robots, "admitted", "reserved"),
        (eg.institute, "expired", "reserved"),
    ],
)
def test_c040_the_candidacy_of_a_funded_party_that_expires_releases_the_commitment_once(
    here: Running, organisation_id: str, because: str, status: str
) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    closed = CandidacyClosed(
        organisation_id=organisation_id, project_id=eg.project, because=because
    )
    for day in (8, 9):
        here.hear(f"organisation-{organisation_id}", closed, eg.at(2020, 9, day))
    [award] = done(officer.get("/v1/awards"))["items"]
    assert award["status"] == status
    envelope = done(officer.get("/v1/envelopes/federal-2018"))
    left = "53400000.00" if status == "released" else "53100000.00"
    assert envelope["left"]["amount"] == left
    assert here.state("operations-reimbursement").refused == 0


def test_r10_suspended_and_resumed(here: Running) -> None:
    in_force(here)
    officer = here.as_(eg.officer)
    why = {"reason": "The terminal burnt."}
    assert done(officer.post(f"{agreement_path}/suspend", why, **on(2020, 9, 1)))["suspensions"]
    again = officer.post(f"{agreement_path}/suspend", why, **on(2020, 9, 2))
    assert (again.status_code, again.json()["rule"]) == (409, "R-10")
    assert done(officer.post(f"{agreement_path}/resume", **on(2020, 9, 10)))["status"] == "active"
    reached = {"milestone": "It drives.", "reached_on": "2020-09-11"}
    milestones = f"{agreement_path}/milestones"
    done(here.as_(eg.robots_lead).post(milestones, reached, **on(2020, 9, 12)))
    [row] = done(officer.get("/v1/agreements?status=active"))["items"]
    assert row["project_id"] == eg.project


def test_r1_nobody_signs_before_the_conditions_of_the_award_are_satisfied(here: Running) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    conditional = eg.approved.model_copy(update={"conditions": ("The rink is for rent.",)})
    here.hear(eg.award_stream, conditional)
    path = f"{agreement_path}/signatures"
    early = here.as_(eg.terminal_lead).post(
        path, {"organisation_id": eg.terminal}, **on(2020, 6, 10)
    )
    assert (early.status_code, early.json()["code"]) == (409, "conditions-pending")
    satisfied = AwardConditionSatisfied(
        project_id=eg.project,
        number=1,
        condition="The rink is for rent.",
        satisfied_on=date(2020, 6, 5),
    )
    here.hear(eg.award_stream, satisfied, eg.at(2020, 6, 5))
    [row] = done(officer.get("/v1/agreements"))["items"]
    assert row["status"] == "signature_pending"
    signed_by_all(here)
    hear_members(here)
    done(officer.put(f"{agreement_path}/terms", terms_body, **on(2020, 6, 15)))
    assert done(officer.get(agreement_path))["status"] == "active"


def test_case_11_other_funding_found_after_the_award_opens_the_check_again(here: Running) -> None:
    in_force(here)
    told = OtherFundingDeclared(
        project_id=eg.project, source="Québec", kind="government", amount_cents=60_000_001
    )
    here.hear(eg.proposal_stream, told, eg.at(2020, 12, 1))
    agreement = done(here.as_(eg.officer).get(agreement_path))
    assert (agreement["stacking_exceeded"], agreement["status"]) == (True, "active")


def test_r15_payments_are_drawn_from_the_envelope_moved_and_forecast(here: Running) -> None:
    in_force(here)
    paid(here)
    finance, officer = here.as_(eg.finance), here.as_(eg.officer)
    forecast = done(officer.get("/v1/envelopes/federal-2018/forecast"))
    assert forecast["consumed"]["amount"] == "3000.01"
    assert [
        (year["fiscal_year"], year["expected"]["amount"], year["consumed"]["amount"])
        for year in forecast["years"]
    ] == [("2020-21", "300000.00", "3000.01")]
    body = {**envelope_body, "envelope_id": "federal-2023", "valid_from": "2020-04-01"}
    done(finance.post("/v1/envelopes", body, **on(2020, 4, 1)))
    move = {"envelope_id": "federal-2023", "reason": "The window ends."}
    moved = done(finance.post(f"{agreement_path}/commitment/move", move, **on(2021, 1, 5)))
    assert moved["envelope_id"] == "federal-2023"
    left = {
        row["envelope_id"]: (row["committed"]["amount"], row["consumed"]["amount"])
        for row in done(officer.get("/v1/envelopes"))["items"]
    }
    assert left == {"federal-2018": ("3000.01", "3000.01"), "federal-2023": ("296999.99", "0.00")}
    closed = done(
        finance.post(
            "/v1/envelopes/federal-2018/close", {"reason": "It is over."}, **on(2021, 2, 1)
        )
    )
    assert closed["closed_on"] == "2021-02-01"
    refused = officer.get("/v1/envelopes/federal-2050/forecast")
    assert refused.status_code == 404
    rebuilt = here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_rates_by_participant_kind_and_period_are_stated_before_the_signatures(
    here: Running,
) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    own = {
        "organisation_id": eg.robots,
        "kind": "equipment",
        "rate": "1/4",
        "applies_from": "2020-10-01",
    }
    too_high = {**terms_body, "rates": [{**own, "rate": "1/2"}]}
    refused = officer.put(f"{agreement_path}/terms", too_high, **on(2020, 6, 5))
    assert refused.json()["code"] == "rate-above-policy"
    empty = {**terms_body, "rates": [{**own, "applies_to": "2020-10-01"}]}
    refused = officer.put(f"{agreement_path}/terms", empty, **on(2020, 6, 5))
    assert refused.json()["code"] == "rate-ends-before-it-begins"
    done(officer.put(f"{agreement_path}/terms", {**terms_body, "rates": [own]}, **on(2020, 6, 5)))
    signed_by_all(here)
    hear_members(here)
    agreement = here.state(eg.agreement_stream)
    assert agreement.status == "active"
    assert str(agreement.rate_on(eg.robots, "equipment", date(2020, 9, 30))) == "1/3"
    assert str(agreement.rate_on(eg.robots, "equipment", date(2020, 10, 1))) == "1/4"


def test_who_may_not_change_an_agreement(here: Running) -> None:
    in_force(here)
    why = {"reason": "For no reason."}
    outsider, payer = here.as_(eg.outsider), here.as_(ce.payer)
    assert outsider.post(f"{agreement_path}/suspend", why).status_code == 403
    assert (
        payer.post(f"{agreement_path}/amendments", rate_body("2020-08-01", "2/5")).status_code
        == 403
    )
    hidden = outsider.post(f"{agreement_path}/amendments", rate_body("2020-08-01", "2/5"))
    assert hidden.status_code == 404
