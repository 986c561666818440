"""Envelopes and commitments: what is promised never exceeds what was put in (R-15)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.envelope import (
    OpenEnvelope,
    ReleaseCommitment,
    ReserveCommitment,
    ReserveWhenHeard,
)
from services.reimbursement.domain.envelope import (
    EnvelopeAlreadyOpened,
    EnvelopeEndsBeforeItBegins,
    EnvelopeNotFound,
)
from services.reimbursement.domain.reserving import (
    AwardNotFound,
    CommitmentNotFound,
    CommitmentStillNeeded,
)
from services.reimbursement.events.envelope import CommitmentRefused, CommitmentReleased
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.policy_book import (
    NoPolicyInForce,
    PolicyEndsBeforeItBegins,
    PolicyVersionTaken,
    PublishPolicy,
)
from shared.kernel.refusals import Refusal
from tests.reimbursement import examples as eg
from tests.support.spec import given

open_it = OpenEnvelope(
    envelope_id="federal-2018",
    source="Innovation Superclusters Initiative",
    programme="scale-ai",
    amount_cents=5_340_000_000,
    valid_from=date(2018, 4, 1),
    valid_to=date(2023, 3, 31),
    **eg.asked(eg.finance),
)
reserve = ReserveCommitment(project_id=eg.project, **eg.asked())
reserve_when_heard = ReserveWhenHeard(project_id=eg.project, **eg.asked(eg.this_service))
release = ReleaseCommitment(
    envelope_id="federal-2018",
    project_id=eg.project,
    reason="The decision lapsed.",
    **eg.asked(eg.finance),
)
publish = PublishPolicy(
    programme="scale-ai",
    version="2018-1",
    parameters=Parameters(),
    effective_from=date(2018, 4, 1),
    effective_to=None,
    reason="The usual rules.",
    **eg.asked(),
)


def refused(reason: Any, left_cents: int = 5_340_000_000) -> CommitmentRefused:
    return CommitmentRefused(
        envelope_id="federal-2018",
        project_id=eg.project,
        amount_cents=30_000_000,
        left_cents=left_cents,
        reason=reason,
        decided_on=date(2020, 6, 1),
        policy_version="2018-1",
        refused_by="officer-1",
    )


def test_a_policy_version_is_published() -> None:
    given(DOMAIN).when(publish).then(eg.policy)


def test_an_envelope_is_opened() -> None:
    given(DOMAIN).when(open_it).then(eg.envelope)


def test_an_approval_reserves_its_ceiling_and_drafts_its_agreement() -> None:
    asked = given(DOMAIN, eg.award_heard()).when(reserve_when_heard)
    asked.then_on(eg.envelope_stream, eg.reserved)
    asked.then_on(eg.agreement_stream, eg.drafted)


def test_without_a_budget_every_participant_is_funded() -> None:
    unbudgeted = eg.detailed.model_copy(update={"budget_lines": ()})
    history: eg.History = {**eg.award_heard(), eg.proposal_stream: [unbudgeted]}
    drafted = given(DOMAIN, history).after(reserve_when_heard).state(eg.agreement_stream)
    assert drafted.funded == (eg.terminal, eg.robots, eg.institute)
    assert drafted.budget == ()


def test_a_budget_of_who_is_no_participant_is_left_out() -> None:
    foreign = eg.detailed.budget_lines[0].model_copy(update={"organisation_id": eg.stranger})
    detailed = eg.detailed.model_copy(update={"budget_lines": (foreign, *eg.detailed.budget_lines)})
    history: eg.History = {**eg.award_heard(), eg.proposal_stream: [detailed]}
    given(DOMAIN, history).when(reserve).then_on(eg.agreement_stream, eg.drafted)


def test_the_reservation_waits_for_the_approved_version() -> None:
    history: eg.History = {**eg.award_heard(), eg.proposal_stream: []}
    given(DOMAIN, history).when(reserve_when_heard).then_nothing()


def test_another_version_than_the_approved_one_is_not_enough() -> None:
    other = eg.detailed.model_copy(update={"content_hash": "00" * 32})
    history: eg.History = {**eg.award_heard(), eg.proposal_stream: [other]}
    given(DOMAIN, history).when(reserve_when_heard).then_nothing()


def test_a_version_without_approval_reserves_nothing() -> None:
    history: eg.History = {**eg.award_heard(), eg.award_stream: []}
    given(DOMAIN, history).when(reserve_when_heard).then_nothing()


def test_a_person_may_reserve_before_the_version_is_heard() -> None:
    history: eg.History = {**eg.award_heard(), eg.proposal_stream: []}
    given(DOMAIN, history).when(reserve).then_names("CommitmentReserved", "AgreementDrafted")


def test_a_commitment_is_made_once() -> None:
    given(DOMAIN, eg.award_heard()).after(reserve).when(reserve).then_nothing()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rate": Fraction(2, 5) + Fraction(1, 10**12)}, "rate_above_policy"),
        ({"valid_to": date(2020, 5, 31)}, "outside_validity"),
        ({"valid_from": date(2020, 6, 2)}, "outside_validity"),
        ({"programme": "ocean"}, "other_programme"),
        ({"amount_cents": 29_999_999}, "envelope_exhausted"),
    ],
)
def test_the_envelope_says_why_it_refuses(change: dict[str, Any], reason: str) -> None:
    history = eg.award_heard()
    if "rate" in change:
        history[eg.award_stream] = [eg.approved.model_copy(update=change)]
    else:
        history[eg.envelope_stream] = [eg.envelope.model_copy(update=change)]
    left = change.get("amount_cents", 5_340_000_000)
    given(DOMAIN, history).when(reserve).then(refused(reason, left))


@pytest.mark.parametrize(
    "change",
    [
        {"rate": Fraction(2, 5)},
        {"valid_to": date(2020, 6, 1)},
        {"valid_from": date(2020, 6, 1)},
        {"amount_cents": 30_000_000},
    ],
)
def test_what_fits_exactly_is_reserved(change: dict[str, Any]) -> None:
    history = eg.award_heard()
    if "rate" in change:
        history[eg.award_stream] = [eg.approved.model_copy(update=change)]
    else:
        history[eg.envelope_stream] = [eg.envelope.model_copy(update=change)]
    given(DOMAIN, history).when(reserve).then_names("CommitmentReserved", "AgreementDrafted")


def test_a_refused_award_is_reserved_later_by_a_person() -> None:
    small = eg.envelope.model_copy(update={"amount_cents": 1})
    history: eg.History = {**eg.award_heard(), eg.envelope_stream: [small]}
    refused_once = given(DOMAIN, history).after(reserve)
    assert refused_once.state(eg.agreement_stream).status == "absent"
    refused_once.when(reserve).then(refused("envelope_exhausted", 1))
    before = refused("envelope_exhausted")
    room: eg.History = {**eg.award_heard(), eg.envelope_stream: [eg.envelope, before]}
    given(DOMAIN, room).when(reserve).then_on(
        eg.envelope_stream, eg.reserved.model_copy(update={"reserved_by": "officer-1"})
    )


def test_the_rate_is_judged_by_the_policy_of_the_day_of_the_decision() -> None:
    covid = eg.policy.model_copy(
        update={
            "version": "2020-covid",
            "parameters": Parameters(reimbursement_rate_max=Fraction(1)),
            "effective_from": date(2020, 5, 1),
            "effective_to": date(2020, 7, 1),
        }
    )
    whole = eg.approved.model_copy(update={"rate": Fraction(1)})
    history: eg.History = {
        **eg.award_heard(),
        eg.policy_stream: [eg.policy, covid],
        eg.award_stream: [whole],
    }
    _, drafted = (
        given(DOMAIN, history).when(reserve).then_names("CommitmentReserved", "AgreementDrafted")
    )
    assert drafted.policy_version == "2020-covid"  # type: ignore[attr-defined]
    later = whole.model_copy(update={"decided_on": date(2020, 7, 1)})
    history[eg.award_stream] = [later]
    given(DOMAIN, history).when(reserve).then_names("CommitmentRefused")


def test_a_commitment_is_released_once_only() -> None:
    held = given(DOMAIN, eg.award_heard()).after(reserve)
    held.when(release).then(
        CommitmentReleased(
            envelope_id="federal-2018",
            project_id=eg.project,
            amount_cents=30_000_000,
            left_cents=5_340_000_000,
            reason="The decision lapsed.",
            released_by="finance-1",
        )
    )
    freed = held.after(release)
    assert freed.state(eg.envelope_stream).left_cents == 5_340_000_000
    freed.when(release).then_refused(CommitmentNotFound)


def test_what_was_released_may_be_reserved_again_for_the_same_draft() -> None:
    given(DOMAIN, eg.award_heard()).after(reserve, release).when(reserve).then_names(
        "CommitmentReserved"
    )


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # what is known                          asked               why not
        ({eg.policy_stream: [eg.policy]}, publish, PolicyVersionTaken),
        ({eg.envelope_stream: [eg.envelope]}, open_it, EnvelopeAlreadyOpened),
        ({}, reserve, AwardNotFound),
        ({eg.award_stream: [eg.approved]}, reserve, EnvelopeNotFound),
        (
            {eg.award_stream: [eg.approved], eg.envelope_stream: [eg.envelope]},
            reserve,
            NoPolicyInForce,
        ),
        ({}, release, EnvelopeNotFound),
        ({eg.envelope_stream: [eg.envelope]}, release, CommitmentNotFound),
        (eg.in_force(), release, CommitmentStillNeeded),
    ],
)
def test_every_refusal_about_envelopes(
    history: eg.History, ask: Command, refusal: type[Refusal]
) -> None:
    given(DOMAIN, history).when(ask).then_refused(refusal)


def test_an_envelope_has_a_window() -> None:
    backwards = OpenEnvelope(
        envelope_id="back",
        source="A ministry",
        programme="scale-ai",
        amount_cents=1,
        valid_from=date(2020, 4, 2),
        valid_to=date(2020, 4, 1),
        **eg.asked(),
    )
    given(DOMAIN).when(backwards).then_refused(EnvelopeEndsBeforeItBegins)


def test_a_policy_begins_before_it_ends() -> None:
    empty = PublishPolicy(
        programme="scale-ai",
        version="empty",
        parameters=Parameters(),
        effective_from=date(2020, 4, 1),
        effective_to=date(2020, 4, 1),
        reason="No day at all.",
        **eg.asked(),
    )
    given(DOMAIN).when(empty).then_refused(PolicyEndsBeforeItBegins)
