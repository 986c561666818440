"""Where a proposal stands, whose turn it is, what blocks it and what happened, in two languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.intake import inbound
from services.intake.api.wording import HAPPENED, TURNS
from services.intake.app import DOMAIN
from services.intake.domain.status import STATES
from services.intake.events import content, course, parties
from tests.intake.examples import CARRIER, FIRM, PORT, officer
from tests.intake.rest import by_the_firm, by_the_port, code_of, drafted, hear, ready, status_page
from tests.support.running import Running

QUESTION = {"request_id": "request-1", "question": "Which berths?", "blocking": True}


def blocks(page: dict[str, Any]) -> list[str]:
    return [block["code"] for block in page["blocked_by"]]


def submitted(intake: Running) -> str:
    address = ready(intake)
    by_the_port(intake, "POST", f"{address}/submit")
    return address


def in_selection(intake: Running) -> str:
    address = submitted(intake)
    hear(intake, address, inbound.EligibilityAssessed, eligible=True)
    by_the_port(intake, "POST", f"{address}/detailed")
    by_the_port(intake, "POST", f"{address}/detailed/submit")
    hear(intake, address, inbound.DetailedProposalAccepted)
    return address


def test_every_state_has_a_meaning_and_a_turn() -> None:
    assert set(TURNS) == set(STATES)
    assert {turn.holder for turn in TURNS.values()} == {"applicant", "programme", "nobody"}


def test_everything_that_may_happen_to_a_proposal_is_told_in_both_languages() -> None:
    told = {event.event_name for event in (*course.EVENTS, *parties.EVENTS, *content.EVENTS)}
    heard = {
        event.event_name
        for event in DOMAIN.heard
        if event.origin == "evaluation" and event is not inbound.PolicyPublished
    }
    assert set(HAPPENED) == told | heard
    for sentence in HAPPENED.values():
        assert sentence.english.endswith(".")
        assert sentence.french.endswith(".")
        assert sentence.english != sentence.french


def test_a_draft_is_the_applicants_turn_and_says_what_it_lacks(intake: Running) -> None:
    page = status_page(intake, drafted(intake))
    assert (page["status"], page["turn"]) == ("draft", "applicant")
    assert page["means"] == {
        "en": "The proposal is being drafted.",
        "fr": "La proposition est en rédaction.",
    }
    assert [(b["code"], b.get("organisation_id")) for b in page["blocked_by"]] == [
        ("unconfirmed", FIRM),
        ("endorsement", None),
    ]
    assert [each["event"] for each in page["happened"]] == [
        "ProposalDrafted",
        "ParticipantInvited",
    ]


def test_a_declined_participant_blocks_until_it_is_removed(intake: Running) -> None:
    address = drafted(intake)
    by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/decline")
    assert blocks(status_page(intake, address)) == ["declined", "endorsement"]
    by_the_port(intake, "POST", f"{address}/participants/{FIRM}/remove")
    assert blocks(status_page(intake, address)) == ["endorsement"]


def test_it_is_told_since_when_a_proposal_stands_where_it_stands(intake: Running) -> None:
    address = ready(intake)
    intake.clock.instant = datetime(2021, 7, 2, 12, tzinfo=UTC)
    by_the_port(intake, "POST", f"{address}/submit")
    page = status_page(intake, address)
    assert (page["status"], page["since"]) == ("submitted", "2021-07-02T12:00:00.000000Z")
    intake.clock.instant = datetime(2021, 7, 3, 12, tzinfo=UTC)
    endorsement = {"executive_title": "chair", "endorsed_on": "2021-07-03"}
    by_the_port(intake, "POST", f"{address}/endorsement", endorsement)
    assert status_page(intake, address)["since"] == "2021-07-02T12:00:00.000000Z"


def test_a_request_blocks_and_is_the_applicants_turn_until_it_is_answered(intake: Running) -> None:
    address = submitted(intake)
    assert status_page(intake, address)["turn"] == "programme"
    hear(intake, address, inbound.InformationRequested, **QUESTION, due_on=date(2021, 7, 31))
    page = status_page(intake, address)
    assert (page["status"], page["turn"]) == ("information_requested", "applicant")
    (block,) = page["blocked_by"]
    assert block["question"] == "Which berths?"
    assert (block["request_id"], block["due_on"]) == ("request-1", "2021-07-31")
    said = {"request_id": "request-1", "answer": "Berths 3 and 4."}
    answer = by_the_port(intake, "POST", f"{address}/information", said)
    assert answer.status_code == 200, answer.text
    page = status_page(intake, address)
    assert (page["status"], page["turn"], page["blocked_by"]) == ("submitted", "programme", [])
    (asked, answered) = page["happened"][-2:]
    assert (asked["event"], asked["question"]) == ("InformationRequested", "Which berths?")
    assert (answered["event"], answered["answer"]) == ("InformationProvided", "Berths 3 and 4.")


def test_e2_an_ineligible_applicant_reads_every_verdict_and_its_reason(intake: Running) -> None:
    address = submitted(intake)
    verdicts = (
        {"condition": "scope", "verdict": "met", "reason": "it is about supply chains"},
        {"condition": "sme", "verdict": "not_met", "reason": "both have 812 FTE"},
    )
    hear(intake, address, inbound.EligibilityAssessed, eligible=False, verdicts=verdicts)
    page = status_page(intake, address)
    (block,) = page["blocked_by"]
    assert (block["condition"], block["reason"]) == ("sme", "both have 812 FTE")
    assert page["happened"][-1]["verdicts"] == list(verdicts)
    corrected = {"condition": "sme", "verdict": "met", "reason": "it has 40", "eligible": True}
    hear(intake, address, inbound.EligibilityVerdictCorrected, **corrected)
    page = status_page(intake, address)
    assert (page["status"], page["blocked_by"]) == ("eligible", [])
    assert page["happened"][-1]["reason"] == "it has 40"


def test_the_gaps_of_a_returned_version_are_told(intake: Running) -> None:
    address = submitted(intake)
    hear(intake, address, inbound.EligibilityAssessed, eligible=True)
    by_the_port(intake, "POST", f"{address}/detailed")
    by_the_port(intake, "POST", f"{address}/detailed/submit")
    gaps = ("no quote for the sensors", "no plan for the winter")
    hear(intake, address, inbound.DetailedProposalReturned, proposal_version=2, gaps=gaps)
    page = status_page(intake, address)
    assert (page["status"], page["turn"]) == ("returned", "applicant")
    assert [block["gap"] for block in page["blocked_by"]] == list(gaps)


@pytest.mark.parametrize(
    ("heard", "turn"),
    [
        ((inbound.SelectionClockPaused, {"waiting_on": "applicant"}), "applicant"),
        ((inbound.SelectionClockPaused, {"waiting_on": "third_party"}), "programme"),
        ((inbound.InformationRequested, QUESTION), "applicant"),
        ((inbound.SelectionTargetMissed, {}), "programme"),
        ((inbound.DecisionDeferred, {"reasons": ("no quorum",)}), "programme"),
    ],
)
def test_e3_in_selection_the_turn_is_of_who_is_waited_for(
    intake: Running, heard: tuple[Any, dict[str, Any]], turn: str
) -> None:
    address = in_selection(intake)
    hear(intake, address, heard[0], **heard[1])
    page = status_page(intake, address)
    assert (page["status"], page["turn"]) == ("in_selection", turn)
    hear(intake, address, inbound.SelectionClockResumed)
    resumed = status_page(intake, address)["turn"]
    assert resumed == ("applicant" if heard[0] is inbound.InformationRequested else "programme")


@pytest.mark.parametrize(
    ("heard", "told", "status"),
    [
        (inbound.ProjectApproved, {"conditions": ("a permit",)}, "selected"),
        (inbound.ProjectDeclined, {"reasons": ("no budget left",)}, "not_selected"),
        (inbound.DecisionDeferred, {"reasons": ("no quorum",)}, "in_selection"),
        (inbound.DecisionCommunicated, {}, "in_selection"),
        (inbound.EvaluationReopened, {"reason": "a late fact"}, "in_selection"),
        (inbound.DecisionConfirmed, {"reasons": ("nothing changed",)}, "in_selection"),
        (inbound.DecisionRevised, {"reasons": ("a new score",)}, "in_selection"),
        (inbound.AwardConditionSatisfied, {"condition": "a permit"}, "in_selection"),
        (inbound.EligibilityCheckReopened, {"condition": "sme", "because": "x"}, "in_selection"),
    ],
)
def test_what_is_decided_is_told_with_its_reasons(
    intake: Running, heard: Any, told: dict[str, Any], status: str
) -> None:
    address = in_selection(intake)
    hear(intake, address, heard, **told)
    page = status_page(intake, address)
    assert page["status"] == status
    happened = page["happened"][-1]
    assert happened["event"] == heard.event_name
    for name, value in told.items():
        assert happened[name] == (list(value) if isinstance(value, tuple) else value)


def test_the_page_speaks_the_callers_language_or_both(intake: Running) -> None:
    address = drafted(intake)
    by_the_port(intake, "POST", f"{address}/withdraw", {"reason": "un autre port"})
    french = status_page(intake, address, accept_language="fr-CA, en;q=0.5")
    assert french["means"] == "La proposition a été retirée."
    assert french["happened"][-1]["means"] == "La proposition a été retirée."
    english = status_page(intake, address, accept_language="en")
    assert english["means"] == "The proposal was withdrawn."
    assert english["happened"][-1]["reason"] == "un autre port"
    assert set(status_page(intake, address)["means"]) == {"en", "fr"}


def _of(role: str, organisation_id: str | None = None) -> Callable[[Running], Any]:
    return lambda intake: intake.by(role, organisation_id=organisation_id)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (_of("applicant", PORT), 200),
        (_of("applicant", FIRM), 200),
        (_of("partner", FIRM), 200),
        (_of("applicant", CARRIER), 404),
        (_of("applicant"), 404),
        (lambda intake: intake.as_(officer), 200),
        (_of("auditor"), 200),
        (_of("reviewer"), 403),
    ],
)
def test_only_parties_staff_and_auditors_see_a_status(
    intake: Running, caller: Callable[[Running], Any], expected: int
) -> None:
    assert caller(intake).get(f"{drafted(intake)}/status").status_code == expected


def test_an_expired_and_an_unknown_proposal(intake: Running) -> None:
    unknown = by_the_port(intake, "GET", f"/v1/proposals/prj_{'0' * 32}/status")
    assert code_of(unknown) == (404, "proposal-not-found")
    address = drafted(intake)
    intake.clock.instant = datetime(2022, 6, 30, 16, tzinfo=UTC)
    intake.by("operator").post("/v1/timers/run", {"business_date": "2022-06-30"})
    page = status_page(intake, address)
    assert (page["status"], blocks(page)[0]) == ("expired", "expired")
    assert page["happened"][-1]["idle_days"] == 180


def test_nothing_of_what_is_told_names_who_recorded_it(intake: Running) -> None:
    address = submitted(intake)
    hear(intake, address, inbound.InformationRequested, **QUESTION)
    assert "applicant-1" not in str(status_page(intake, address))


def test_the_lists_follow_the_lead_that_changed(intake: Running) -> None:
    address = ready(intake)
    hand_over = {"organisation_id": FIRM, "reason": "the firm does most of it"}
    assert by_the_port(intake, "POST", f"{address}/lead", hand_over).status_code == 200
    (row,) = by_the_firm(intake, "GET", "/v1/proposals").json()["items"]
    assert (row["lead_organisation_id"], row["lead_name"]) == (FIRM, "Logiciels du Quai")
    assert by_the_port(intake, "GET", "/v1/proposals").json()["items"] == []
    rebuilt = intake.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
