"""An award that lapses, is rescinded or revised gives its money back (R-15; domain 9, award)."""

from pathlib import Path

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.envelope import (
    ReleaseCommitment,
    ReserveCommitment,
    ReserveWhenHeard,
)
from services.reimbursement.domain.reserving import AwardIsVoid, CommitmentStillNeeded
from services.reimbursement.inbound import (
    AwardConditionExpired,
    DecisionRescinded,
    ProjectDeclined,
)
from shared.kernel.decider import Reaction
from shared.kernel.events import Heard
from shared.kernel.periods import to_micros
from tests.reimbursement import examples as eg
from tests.reimbursement.test_agreement_by_rest import prepared
from tests.support.running import Caller, running
from tests.support.spec import given

expired = AwardConditionExpired(project_id=eg.project)
rescinded = DecisionRescinded(project_id=eg.project)
declined = ProjectDeclined(project_id=eg.project)
each_end = pytest.mark.parametrize("end", [expired, rescinded, declined])


def asked_for(end: Heard, status: str) -> list[ReleaseCommitment]:
    """What the policy asks for while the award's money stands so."""
    who = eg.asked(eg.this_service)
    row = {
        "status": status,
        "envelope_id": "federal-2018",
        "approved_at": to_micros(who["effective_at"]),
    }
    reaction = Reaction(command=who, find=lambda table, *key: row)
    (policy,) = DOMAIN.policies[type(end)]
    return list(policy(end, reaction))  # type: ignore[arg-type]


@each_end
def test_r15_what_was_reserved_for_an_award_that_is_gone_is_released(end: Heard) -> None:
    (command,) = asked_for(end, "reserved")
    assert (command.envelope_id, command.project_id) == ("federal-2018", eg.project)
    history: eg.History = {**eg.award_heard(), eg.award_stream: [eg.approved, end]}
    reserved = given(DOMAIN, {**history, eg.award_stream: [eg.approved]}).after(
        ReserveWhenHeard(project_id=eg.project, **eg.asked(eg.this_service))
    )
    reserved.when(command).then_names("CommitmentReleased")
    envelope = reserved.after(command).state(eg.envelope_stream)
    assert (envelope.committed_cents, envelope.left_cents) == (0, 5_340_000_000)


@each_end
@pytest.mark.parametrize("status", ["awaiting", "refused", "released"])
def test_what_was_never_reserved_is_not_released(end: Heard, status: str) -> None:
    assert asked_for(end, status) == []


@each_end
def test_r15_nothing_is_reserved_for_an_award_that_is_gone(end: Heard) -> None:
    history: eg.History = {**eg.award_heard(), eg.award_stream: [eg.approved, end]}
    gone = given(DOMAIN, history)
    gone.when(ReserveCommitment(project_id=eg.project, **eg.asked())).then_refused(AwardIsVoid)
    gone.when(ReserveWhenHeard(project_id=eg.project, **eg.asked())).then_nothing()


def test_an_award_decided_anew_is_reserved_anew() -> None:
    history: eg.History = {
        **eg.award_heard(),
        eg.award_stream: [eg.approved, rescinded, eg.approved],
    }
    by_itself = ReserveWhenHeard(project_id=eg.project, **eg.asked(eg.this_service))
    given(DOMAIN, history).when(by_itself).then_on(eg.envelope_stream, eg.reserved)


@each_end
def test_r15_money_of_an_agreement_in_force_stays_committed_until_people_end_it(end: Heard) -> None:
    (command,) = asked_for(end, "reserved")
    given(DOMAIN, eg.in_force()).when(command).then_refused(CommitmentStillNeeded)


@each_end
def test_over_rest_the_envelope_has_its_money_back(tmp_path: Path, end: Heard) -> None:
    with running(tmp_path, "reimbursement", heard_at=eg.at(2020, 6, 1)) as here:
        officer = prepared(here)
        here.hear(eg.award_stream, eg.approved)
        here.hear(eg.proposal_stream, eg.detailed)
        assert statuses(officer) == ["reserved"]
        here.hear(eg.award_stream, end, eg.at(2020, 9, 14))
        assert statuses(officer) == ["released"]
        envelope = officer.get("/v1/envelopes/federal-2018").json()
        assert envelope["committed"] == {"amount": "0.00", "currency": "CAD"}


def statuses(client: Caller) -> list[str]:
    """Whether each award has its money."""
    return [award["status"] for award in client.get("/v1/awards").json()["items"]]
