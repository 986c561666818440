"""Who controls a body, since when, and what its end brings with it."""

from dataclasses import replace

import pytest

from services.membership.commands import DeclareControlChange
from services.membership.domain.organisation import Control
from services.membership.domain.refusals import (
    ControllerNamedTwice,
    ControllerUnknown,
    MembershipEnded,
    OrganisationNotFound,
)
from services.membership.events.candidacy import CandidacyClosed
from services.membership.events.course import MembershipTerminated
from services.membership.events.register import (
    AffiliationDeclared,
    ControlChanged,
    OrganisationDissolved,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    MAY_05,
    MAY_06,
    MAY_09,
    PORT,
    PORT_STREAM,
    PROJECT,
    STRANGER,
    TODAY,
    ask_associate,
    assess,
    attest,
    fleuve,
    noon,
    stranger,
)
from tests.membership.history import candidate, member, nothing, registered
from tests.membership.members import dissolving, organisation_of, statuses, timers
from tests.support.spec import Given

sold = DeclareControlChange(
    organisation_id=FLEUVE,
    controller_id=PORT,
    controller_name=None,
    evidence_sha256="c" * 64,
    by=fleuve,
    now=TODAY,
    effective_at=noon(MAY_05),
)
sold_to_a_fund = replace(sold, controller_id=None, controller_name="Fonds du Quai")
nobodys = replace(sold, controller_id=None, effective_at=noon(MAY_06))

changed = ControlChanged(
    organisation_id=FLEUVE,
    effective_on=MAY_05,
    controller_id=PORT,
    controller_name=None,
    evidence_sha256="c" * 64,
    declared_by="applicant-1",
)


def test_a_registered_controller_is_an_affiliate_in_both_histories() -> None:
    asked = registered.when(sold)
    here = AffiliationDeclared(
        organisation_id=FLEUVE, affiliate_id=PORT, since=MAY_05, declared_by="applicant-1"
    )
    asked.then_on(FLEUVE_STREAM, changed, here)
    there = here.model_copy(update={"organisation_id": PORT, "affiliate_id": FLEUVE})
    asked.then_on(PORT_STREAM, there)
    after = registered.after(sold)
    assert after.state(PORT_STREAM).affiliates == {FLEUVE: MAY_05}
    after.when(sold).then_nothing()


def test_another_controller_is_named_and_nobody_is_an_answer_too() -> None:
    by_name = changed.model_copy(update={"controller_id": None, "controller_name": "Fonds du Quai"})
    registered.when(sold_to_a_fund).then(by_name)
    here = organisation_of(registered.after(nobodys, sold_to_a_fund))
    assert here.controls == (
        Control(MAY_05, None, "Fonds du Quai"),
        Control(MAY_06, None, None),
    )


def test_a_dissolved_body_ends_as_a_candidate() -> None:
    closed = CandidacyClosed(
        organisation_id=FLEUVE,
        project_id=PROJECT,
        programme="scale-ai",
        closed_on=MAY_09,
        because="dissolved",
    )
    dissolved = OrganisationDissolved(
        organisation_id=FLEUVE,
        effective_on=MAY_09,
        reason="struck off the register, fictitious",
        recorded_by="officer-1",
    )
    candidate.when(dissolving(MAY_09)).then(dissolved, closed)
    here = candidate.after(dissolving(MAY_09))
    assert statuses(here, MAY_06, MAY_09) == ["candidate", "terminated"]
    here.when(dissolving(MAY_09)).then_nothing()


def test_m12_a_dissolved_member_is_terminated_and_its_history_stays() -> None:
    ended = MembershipTerminated(
        organisation_id=FLEUVE,
        effective_on=MAY_09,
        reason="struck off the register, fictitious",
        decided_by="officer-1",
    )
    _, event = member.when(dissolving(MAY_09)).then_names(
        "OrganisationDissolved", "MembershipTerminated"
    )
    assert event == ended
    here = member.after(dissolving(MAY_09))
    assert statuses(here, MAY_06, MAY_09) == ["application_submitted", "terminated"]
    assert timers(here, MAY_09) is not None
    # A fact of its past is recorded all the same (M-13).
    here.when(replace(attest, as_of=MAY_05, effective_at=noon(MAY_09))).then_names("SizeAttested")


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing, sold, OrganisationNotFound),
        (registered, replace(sold, by=stranger), OrganisationNotFound),
        (registered, replace(sold, controller_id=STRANGER), ControllerUnknown),
        (registered, replace(sold, controller_id=FLEUVE), ControllerNamedTwice),
        (registered, replace(sold, controller_name="Port"), ControllerNamedTwice),
        (nothing, dissolving(MAY_09), OrganisationNotFound),
        (
            registered.after(dissolving(MAY_09)),
            replace(ask_associate, effective_at=noon(MAY_09)),
            MembershipEnded,
        ),
        (
            candidate.after(dissolving(MAY_09)),
            replace(assess, effective_at=noon(MAY_09)),
            MembershipEnded,
        ),
    ],
)
def test_control_refuses(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
