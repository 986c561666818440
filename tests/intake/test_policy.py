"""The policy of a programme, and that every event is folded."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.intake.app import DOMAIN
from services.intake.events import EVENTS
from services.intake.events.course import (
    DetailedProposalSubmitted,
    ProposalResubmitted,
    ProposalSubmitted,
)
from services.intake.events.policy import Parameters, PolicyPublished
from services.intake.inbound import HEARD
from services.intake.inbound import PolicyPublished as PolicyHeard
from shared.kernel.commands import Command
from shared.kernel.events import Event, Heard, body_of
from shared.kernel.policy_book import PolicyEndsBeforeItBegins, PolicyVersionTaken
from shared.kernel.refusals import Refusal
from shared.kernel.shown import shown
from shared.kernel.streams import named_in
from tests.intake import examples, states
from tests.intake.examples import (
    FIRM,
    POLICIES_STREAM,
    PORT,
    confirm,
    declare_ip_plan,
    decline,
    draft,
    endorse,
    ineligible,
    invite_the_firm,
    open_detail,
    planned,
    policy_published,
    proposal_of,
    propose_budget,
    propose_work_plan,
    publish,
    remove_the_firm,
    revise_summary,
    story,
    submit,
    submit_detail,
    with_evaluation,
    withdraw,
)
from tests.support.spec import Given, given

published_once = given(DOMAIN, {POLICIES_STREAM: [policy_published]})


def test_a_policy_is_published_with_the_defaults_of_the_programme() -> None:
    given(DOMAIN).when(publish).then(policy_published)
    assert policy_published.parameters == Parameters(
        proposal_inactive_days=180, associate_lead="deny"
    )


def test_another_programme_may_use_the_same_version_name() -> None:
    published_once.when(replace(publish, programme="ocean")).then_names("PolicyPublished")


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (published_once, publish, PolicyVersionTaken),
        (
            given(DOMAIN),
            replace(publish, effective_to=date(2019, 4, 1)),
            PolicyEndsBeforeItBegins,
        ),
    ],
)
def test_every_refusal_about_policies(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)


@pytest.mark.parametrize(
    "parameters", [{"associate_lead": "maybe"}, {"proposal_inactive_days": 0}, {"other": 1}]
)
def test_a_parameter_has_only_values_that_mean_something(parameters: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Parameters.model_validate(parameters)


def whole_life() -> Given:
    """A history in which every event of intake occurs once at least."""
    begun = given(DOMAIN).after(publish, draft, invite_the_firm, decline, remove_the_firm)
    invited = begun.after(invite_the_firm, states.hold_distinct)
    agreed = invited.after(confirm(proposal_of(invited).content_hash), revise_summary)
    told = agreed.after(
        states.declare_funding, states.ask_for_nda, states.sign_nda, states.coach, endorse
    )
    sent = told.after(states.unendorse, endorse, propose_budget, propose_work_plan, submit)
    judged = with_evaluation(with_evaluation(sent, states.asked).after(states.answer), ineligible)
    eligible = with_evaluation(judged.after(states.object_to_it), ineligible, examples.eligible)
    detailing = eligible.after(open_detail, declare_ip_plan, states.expire, states.reinstate)
    handed_over = detailing.after(states.hand_over)
    return handed_over.after(
        replace(submit_detail, by=examples.of_the_firm),
        replace(withdraw, by=examples.of_the_firm),
        replace(states.resubmit, by=examples.of_the_firm),
    )


def own_events(here: Given) -> list[Event]:
    return [
        event for events in here.history.values() for event in events if isinstance(event, Event)
    ]


def test_every_event_is_folded_and_the_state_can_be_shown() -> None:
    here = whole_life()
    assert {type(event) for event in own_events(here)} == set(EVENTS)
    seen = shown(proposal_of(here))
    assert seen["requested"] == {"amount": "169134.00", "currency": "CAD"}
    assert seen["ip_plan"]["owners"][0]["share"] == "1/3"
    assert shown(here.state(POLICIES_STREAM))["versions"]["scale-ai"][0]["version"] == "2019"


FIELDS = {
    "project_id": examples.PROJECT,
    "organisation_id": PORT,
    "affiliate_id": FIRM,
    "eligible": True,
    "proposal_version": 2,
    "kind": "SME",
    "name": "Port",
    "request_id": "request-1",
    "question": "Which berths?",
    "blocking": True,
    "condition": "sme",
    "verdict": "met",
    "reason": "it has 40 FTE",
    "reasons": ("no budget left",),
    "because": "a late fact",
    "waiting_on": "applicant",
    "earlier_outcome": "approved",
    "programme": "scale-ai",
    "version": "2019",
    "parameters": {
        "min_participants": 2,
        "min_smes": 1,
        "sme_fte_lt": 500,
        "ready_within_days": 90,
    },
    "effective_from": date(2019, 4, 1),
    "fte": Decimal(40),
    "affiliates_fte": Decimal(0),
    "as_of": date(2020, 1, 1),
    "evidence_sha256": "5" * 64,
    "since": date(2020, 1, 1),
}
STREAMS = {"evaluation": examples.EVALUATION, "membership": examples.PORT_STREAM}


@pytest.mark.parametrize("kind", HEARD, ids=lambda kind: kind.event_name)
def test_every_heard_event_is_folded(kind: type[Heard]) -> None:
    stream = STREAMS[kind.origin] if kind is not PolicyHeard else "policy-evaluation"
    fold = DOMAIN.fold_of(stream)
    assert fold is not None
    assert fold.of([kind.model_validate(FIELDS)]) != fold.initial


def test_every_event_survives_the_wire() -> None:
    for event in own_events(whole_life()):
        assert type(event).model_validate_json(event.model_dump_json()) == event


def test_an_organisation_finds_the_proposals_that_name_it() -> None:
    named = {
        type(event): named_in(body_of(event), examples.PROJECT)
        for event in own_events(whole_life())
    }
    assert named[ProposalSubmitted] == named[DetailedProposalSubmitted] == sorted([PORT, FIRM])
    assert named[ProposalResubmitted] == [states.ANOTHER_PROJECT]
    assert named[PolicyPublished] == []


def test_the_policy_in_force_is_pinned_in_what_it_decides() -> None:
    (event,) = story(*planned).when(submit).then_names("ProposalSubmitted")
    assert isinstance(event, ProposalSubmitted)
    assert event.policy_version == "2019"
