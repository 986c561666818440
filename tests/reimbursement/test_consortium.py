"""Who joins, who leaves, and the rules that those left must keep (9.3, cases 4 and 13, C-039)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import ExecuteAgreement
from services.reimbursement.commands.consortium import (
    ExpireCurePeriod,
    JoinParticipant,
    WatchConsortium,
    WithdrawParticipant,
)
from services.reimbursement.domain.agreement import NotAParty
from services.reimbursement.domain.consortium import (
    AlreadyAParty,
    AlreadyWithdrawn,
    JoinerNotMember,
    JoinsOutsideAgreement,
)
from services.reimbursement.events.consortium import (
    ConsortiumRuleBreached,
    ConsortiumRuleCured,
    ParticipantJoined,
)
from services.reimbursement.inbound import (
    AffiliationDeclared,
    OrganisationDissolved,
    SelectionParameters,
    SelectionPolicyPublished,
    SizeAttested,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

SELECTED = eg.drafted.decided_on
AUTUMN = date(2020, 9, 15)
newcomer = "org_" + "44" * 16


def sized(organisation_id: str, fte: str, affiliates: str = "0", as_of: date = SELECTED) -> Any:
    return SizeAttested(
        organisation_id=organisation_id,
        fte=Decimal(fte),
        affiliates_fte=Decimal(affiliates),
        as_of=as_of,
    )


def affiliated(organisation_id: str, other: str, since: date = AUTUMN) -> AffiliationDeclared:
    return AffiliationDeclared(organisation_id=organisation_id, affiliate_id=other, since=since)


def consortium(**sizes: Any) -> Given:
    """The terminal and the institute are large, the makers of robots are an SME."""
    usual = {
        eg.terminal: [eg.admitted(eg.terminal), sized(eg.terminal, "1200")],
        eg.robots: [eg.admitted(eg.robots), sized(eg.robots, "85")],
        eg.institute: [sized(eg.institute, "700")],
        newcomer: [eg.admitted(newcomer, AUTUMN)],
    }
    history = eg.in_force()
    for organisation_id, heard in {**usual, **sizes}.items():
        history[f"organisation-{organisation_id}"] = heard
    return given(DOMAIN, history)


def on(day: date, by: Actor = eg.officer) -> dict[str, Any]:
    return eg.asked(by, eg.at(day.year, day.month, day.day))


def withdraw(organisation_id: str, last: date = AUTUMN, by: Actor = eg.officer) -> Command:
    return WithdrawParticipant(
        project_id=eg.project,
        organisation_id=organisation_id,
        reason="It was sold.",
        last_eligible_date=last,
        **on(AUTUMN, by),
    )


def watch(since: date, day: date = AUTUMN) -> WatchConsortium:
    return WatchConsortium(project_id=eg.project, on=since, **on(day, eg.this_service))


def join(day: date = date(2020, 11, 1), organisation_id: str = newcomer, **how: Any) -> Command:
    fields = {"name": "Atelier du froid", "funded": True, **how}
    return JoinParticipant(
        project_id=eg.project, organisation_id=organisation_id, **fields, **on(day)
    )


def expire(day: date, since: date = date(2020, 9, 16)) -> ExpireCurePeriod:
    return ExpireCurePeriod(
        project_id=eg.project, rule="min_smes", since=since, **on(day, eg.this_service)
    )


def without_its_sme() -> Given:
    """The only SME left; its last eligible day was 15 September."""
    return consortium().after(withdraw(eg.robots), watch(date(2020, 9, 16)))


def test_case_4_a_withdrawal_that_leaves_no_sme_is_recorded_and_breaches_the_rule() -> None:
    here = consortium()
    here.when(withdraw(eg.robots)).then_names("ParticipantWithdrew")
    gone = here.after(withdraw(eg.robots))
    [breach] = gone.when(watch(date(2020, 9, 16))).then_names("ConsortiumRuleBreached")
    assert isinstance(breach, ConsortiumRuleBreached)
    assert (breach.rule, breach.since) == ("min_smes", date(2020, 9, 16))
    assert (breach.counted, breach.at_least) == (0, 1)
    assert breach.cure_until == date(2020, 11, 15), "60 days from 16 September"
    agreement = gone.after(watch(date(2020, 9, 16))).state(eg.agreement_stream)
    assert agreement.breach.since == date(2020, 9, 16), "what was spent until the 15th is payable"
    without_its_sme().when(watch(date(2020, 9, 17))).then_nothing()


def test_case_4_one_participant_alone_breaches_the_other_rule_too() -> None:
    here = consortium().after(withdraw(eg.robots), withdraw(eg.institute))
    breached = here.when(watch(date(2020, 9, 16))).then_names(
        "ConsortiumRuleBreached", "ConsortiumRuleBreached"
    )
    assert [event.model_dump()["rule"] for event in breached] == ["min_participants", "min_smes"]


@pytest.mark.parametrize(
    ("fte", "affiliates", "cures"),
    [
        ("499", "0", True),
        ("500", "0", False),
        ("499.99", "0", True),
        ("499", "12", False),
    ],
)
def test_c039_a_replacement_partner_is_tested_at_its_own_accession_date(
    fte: str, affiliates: str, cures: bool
) -> None:
    """Its size of the day on which it joins counts, neither an earlier nor a later one."""
    day = date(2020, 11, 1)
    attested = [
        eg.admitted(newcomer, AUTUMN),
        sized(newcomer, "3000", as_of=date(2020, 1, 1)),
        sized(newcomer, fte, affiliates, as_of=date(2020, 10, 1)),
        sized(newcomer, "3000", as_of=date(2021, 1, 1)),
    ]
    here = consortium(**{newcomer: attested}).after(withdraw(eg.robots), watch(date(2020, 9, 16)))
    joined = here.after(join(day))
    [event] = [
        event
        for event in joined.history[eg.agreement_stream]
        if isinstance(event, ParticipantJoined)
    ]
    assert event.sme is cures
    asked = joined.when(watch(day, day))
    if not cures:
        asked.then_nothing()
        return
    [cured] = asked.then_names("ConsortiumRuleCured")
    assert isinstance(cured, ConsortiumRuleCured)
    assert (cured.rule, cured.since, cured.cured_on) == ("min_smes", date(2020, 9, 16), day)
    assert asked.recorded().state(eg.agreement_stream).breach is None


def test_c039_an_sme_that_outgrows_500_after_selection_does_not_breach() -> None:
    grown = [
        eg.admitted(eg.robots),
        sized(eg.robots, "499"),
        sized(eg.robots, "640", as_of=date(2021, 6, 1)),
    ]
    consortium(**{eg.robots: grown}).when(watch(date(2021, 6, 1))).then_nothing()


def test_c039_who_was_too_large_at_selection_is_no_sme_because_it_shrank() -> None:
    shrunk = [sized(eg.robots, "500"), sized(eg.robots, "20", as_of=date(2020, 9, 1))]
    [breach] = (
        consortium(**{eg.robots: shrunk}).when(watch(AUTUMN)).then_names("ConsortiumRuleBreached")
    )
    assert breach.model_dump()["rule"] == "min_smes"


def test_a_size_that_nobody_attested_breaches_nothing_by_itself() -> None:
    consortium(**{eg.robots: [eg.admitted(eg.robots)]}).when(watch(AUTUMN)).then_nothing()


def test_case_13_two_participants_that_merge_count_as_one_from_that_day_on() -> None:
    merged = [eg.admitted(eg.robots), sized(eg.robots, "85"), affiliated(eg.robots, eg.terminal)]
    here = consortium(**{eg.robots: merged})
    here.when(watch(date(2020, 9, 14), date(2020, 9, 14))).then_nothing()
    here.when(watch(AUTUMN)).then_nothing()
    without_the_institute = here.after(withdraw(eg.institute, date(2020, 8, 31)))
    [breach] = without_the_institute.when(watch(AUTUMN)).then_names("ConsortiumRuleBreached")
    assert breach.model_dump()["rule"] == "min_participants"


def test_case_13_a_common_parent_makes_them_one_as_well() -> None:
    parent = "org_" + "77" * 16
    both = {
        eg.robots: [sized(eg.robots, "85"), affiliated(eg.robots, parent)],
        eg.terminal: [sized(eg.terminal, "1200"), affiliated(eg.terminal, parent)],
    }
    here = consortium(**both).after(withdraw(eg.institute, date(2020, 8, 31)))
    here.when(watch(AUTUMN)).then_names("ConsortiumRuleBreached")


def test_a_body_that_was_dissolved_takes_part_no_more() -> None:
    gone = [
        sized(eg.robots, "85"),
        OrganisationDissolved(organisation_id=eg.robots, effective_on=AUTUMN),
    ]
    here = consortium(**{eg.robots: gone})
    here.when(watch(date(2020, 9, 14), date(2020, 9, 14))).then_nothing()
    [breach] = here.when(watch(AUTUMN)).then_names("ConsortiumRuleBreached")
    assert breach.model_dump()["rule"] == "min_smes"


def test_the_rules_are_those_of_the_policy_of_the_day_of_the_decision() -> None:
    stricter = SelectionPolicyPublished(
        programme="scale-ai",
        version="selection-1",
        parameters=SelectionParameters(min_participants=4),
        effective_from=date(2018, 4, 1),
        effective_to=None,
    )
    later = stricter.model_copy(
        update={
            "version": "selection-2",
            "parameters": SelectionParameters(),
            "effective_from": date(2020, 8, 1),
        }
    )
    here = consortium()
    history = {**here.history, "policy-evaluation": [stricter, later]}
    [breach] = given(DOMAIN, history).when(watch(AUTUMN)).then_names("ConsortiumRuleBreached")
    assert breach.model_dump()["policy_version"] == "selection-1"


def test_the_cure_period_ends_with_its_last_day() -> None:
    here = without_its_sme()
    here.when(expire(date(2020, 11, 15))).then_nothing()
    here.when(expire(date(2020, 11, 16), since=date(2020, 8, 1))).then_nothing()
    here.when(expire(date(2020, 11, 16))).then_names("CurePeriodExpired")
    expired = here.after(expire(date(2020, 11, 16)))
    expired.when(expire(date(2020, 11, 17))).then_nothing()
    breach = expired.state(eg.agreement_stream).breach
    assert breach.expired_on == date(2020, 11, 16)
    small = [eg.admitted(newcomer, AUTUMN), sized(newcomer, "12", as_of=date(2020, 10, 1))]
    late = given(DOMAIN, {**expired.history, f"organisation-{newcomer}": small})
    found = late.after(join(date(2020, 12, 1)))
    found.when(watch(date(2020, 12, 1), date(2020, 12, 1))).then_names("ConsortiumRuleCured")


def test_a_breach_that_was_cured_before_it_became_known_is_recorded_as_both() -> None:
    small = [eg.admitted(newcomer, AUTUMN), sized(newcomer, "12", as_of=AUTUMN)]
    here = consortium(**{newcomer: small}).after(withdraw(eg.robots), join(date(2020, 10, 1)))
    here.when(watch(date(2020, 9, 16), date(2020, 10, 2))).then_names(
        "ConsortiumRuleBreached", "ConsortiumRuleCured"
    )


def test_who_joins_claims_from_its_day_on_at_the_projects_rate() -> None:
    here = consortium()
    asked = here.when(join())
    joined, opened = asked.then_names("ParticipantJoined", "ClaimPeriodOpened")
    assert isinstance(joined, ParticipantJoined)
    assert joined.rate == eg.drafted.rate
    assert opened.model_dump()["opens_on"] == date(2020, 11, 1)
    here.when(join(funded=False)).then_names("ParticipantJoined")


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (join(organisation_id=eg.institute), AlreadyAParty),
        (join(organisation_id=eg.stranger), JoinerNotMember),
        (join(date(2020, 9, 14)), JoinerNotMember),
        (join(date(2021, 1, 1)), JoinsOutsideAgreement),
        (withdraw(eg.stranger), NotAParty),
        (withdraw(eg.robots, by=eg.terminal_lead), NotOnBehalf),
    ],
)
def test_who_cannot_join_or_leave(ask: Command, refusal: type[Refusal]) -> None:
    consortium().when(ask).then_refused(refusal)


def test_who_left_does_not_leave_or_join_again() -> None:
    here = consortium().after(withdraw(eg.robots, by=eg.robots_lead))
    here.when(withdraw(eg.robots)).then_refused(AlreadyWithdrawn)
    here.when(join(organisation_id=eg.robots)).then_refused(AlreadyAParty)


def test_who_left_before_the_execution_neither_signs_nor_waits_for_its_membership() -> None:
    history = eg.ready_to_execute()
    history[eg.agreement_stream] = [
        event for event in history[eg.agreement_stream] if event != eg.robots_signed
    ]
    history[f"organisation-{eg.robots}"] = []
    here = given(DOMAIN, history).after(withdraw(eg.robots))
    execute = ExecuteAgreement(
        project_id=eg.project, eligible_from=None, end_date=None, **eg.asked()
    )
    done = here.after(execute).state(eg.agreement_stream)
    assert done.organisation_ids == (eg.terminal, eg.institute)


def test_a_project_that_is_over_is_watched_no_more() -> None:
    here = consortium().after(withdraw(eg.robots))
    over = replace(here, history={**here.history, eg.agreement_stream: []})
    over.when(watch(date(2020, 9, 16))).then_nothing()
