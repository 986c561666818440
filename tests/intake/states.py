"""A history for every state, and for every command a question that is legal somewhere."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from services.intake import commands, inbound
from services.intake.domain.status import Status
from services.intake.events.parties import ParticipantConfirmed, ParticipantInvited
from shared.kernel.commands import Command
from tests.intake.examples import (
    CARRIER,
    FIRM,
    JULY_20,
    MINISTRY,
    PORT,
    PROJECT,
    accepted,
    approved,
    by_the_officer,
    by_the_port,
    confirm,
    declare_ip_plan,
    decline,
    declined_by_committee,
    draft,
    eligible,
    endorse,
    endorsed,
    ineligible,
    ip_plan_declared,
    open_detail,
    planned,
    proposal_of,
    propose_budget,
    propose_work_plan,
    returned,
    revise_summary,
    story,
    submit,
    submit_detail,
    with_evaluation,
    withdraw,
)
from tests.support.spec import Given

ANOTHER_PROJECT = "prj_" + "2" * 32

carrier_invited = ParticipantInvited(
    project_id=PROJECT, organisation_id=CARRIER, name="Remorqueurs", invited_by="applicant-1"
)
firm_agreed = ParticipantConfirmed(
    project_id=PROJECT, organisation_id=FIRM, content_hash="9" * 64, confirmed_by="partner-1"
)
asked = inbound.InformationRequested(
    project_id=PROJECT, request_id="request-1", question="Which berths?", blocking=True
)

expire = commands.ExpireProposal(project_id=PROJECT, idle_since=date(2019, 7, 20), **by_the_officer)
reinstate = commands.ReinstateProposal(
    project_id=PROJECT, reason="the quay is free again", **by_the_port
)
object_to_it = commands.RequestReassessment(
    project_id=PROJECT, reason="the partner has confirmed", **by_the_port
)
answer = commands.ProvideInformation(
    project_id=PROJECT, request_id="request-1", answer="Berths 3 and 4.", **by_the_port
)
resubmit = commands.ResubmitProposal(
    project_id=ANOTHER_PROJECT, earlier_project_id=PROJECT, **by_the_port
)
hand_over = commands.ChangeLead(
    project_id=PROJECT, organisation_id=FIRM, reason="the firm does most of it", **by_the_port
)
hold_distinct = commands.HoldParticipantsDistinct(
    project_id=PROJECT, organisation_ids=(FIRM, PORT), reason="no common control", **by_the_officer
)
unendorse = commands.WithdrawExecutiveEndorsement(
    project_id=PROJECT, reason="a new executive", withdrawn_on=JULY_20, **by_the_port
)
declare_funding = commands.DeclareOtherFunding(
    project_id=PROJECT,
    source="Province of Québec",
    kind="government",
    amount_cents=5_000_000,
    declared_on=JULY_20,
    **by_the_port,
)
ask_for_nda = commands.RequestNda(project_id=PROJECT, **by_the_port)
sign_nda = commands.RecordNda(project_id=PROJECT, executed_on=JULY_20, **by_the_port)
coach = commands.RecordCoachingNote(
    project_id=PROJECT, topic="investment", note="Look at the cash flow.", **by_the_officer
)
invite_the_ministry = commands.InviteParticipant(
    project_id=PROJECT, organisation_id=MINISTRY, name="Ministère", **by_the_port
)
remove_the_carrier = commands.RemoveParticipant(
    project_id=PROJECT, organisation_id=CARRIER, **by_the_port
)

complete = story(*planned, carrier_invited, firm_agreed, ip_plan_declared, endorsed)
"""A draft with everything in it that any command needs."""
_sent = complete.after(submit)
_found_eligible = with_evaluation(_sent, eligible)
_found_ineligible = with_evaluation(_sent, ineligible)
_detailing = _found_eligible.after(open_detail)
_detailed = _detailing.after(submit_detail)
_selecting = with_evaluation(_detailed, eligible, accepted, asked)

HISTORIES: Mapping[Status, Given] = {
    "absent": story(),
    "draft": complete,
    "submitted": _sent,
    "information_requested": with_evaluation(_sent, asked),
    "ineligible": _found_ineligible,
    "reassessment_requested": _found_ineligible.after(object_to_it),
    "eligible": _found_eligible,
    "detailing": _detailing,
    "detailed_submitted": _detailed,
    "returned": with_evaluation(_detailed, eligible, returned),
    "in_selection": _selecting,
    "selected": with_evaluation(_selecting, eligible, accepted, approved),
    "not_selected": with_evaluation(_selecting, eligible, accepted, declined_by_committee),
    "withdrawn": complete.after(withdraw),
    "expired": complete.after(expire),
}


def current(here: Given) -> Command:
    """The firm confirms the content as it stands."""
    return confirm(proposal_of(here).content_hash or "9" * 64)


QUESTIONS: Mapping[type[Command], Callable[[Given], Command]] = {
    commands.ConfirmParticipation: current,
    **{
        type(question): lambda _, question=question: question  # type: ignore[misc]
        for question in (
            draft,
            invite_the_ministry,
            remove_the_carrier,
            decline,
            hand_over,
            hold_distinct,
            replace(revise_summary, sha256="7" * 64),
            replace(propose_budget, lines=propose_budget.lines[:1]),
            replace(propose_work_plan, packages=propose_work_plan.packages[:1]),
            replace(declare_ip_plan, protection="patent"),
            replace(endorse, executive_title="chair"),
            unendorse,
            declare_funding,
            ask_for_nda,
            sign_nda,
            coach,
            submit,
            answer,
            object_to_it,
            open_detail,
            submit_detail,
            withdraw,
            expire,
            reinstate,
            resubmit,
        )
    },
}
"""One question of each kind, to be asked anywhere."""
