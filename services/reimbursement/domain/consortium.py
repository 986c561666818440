"""Who joins and leaves, and whether those who are left keep the programme's rules (9.3, case 4)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from services.reimbursement.commands.consortium import (
    ExpireCurePeriod,
    JoinParticipant,
    WatchConsortium,
    WithdrawParticipant,
)
from services.reimbursement.domain.agreement import (
    Agreement,
    NotAParty,
    require_acting_unless_staff,
    require_known,
)
from services.reimbursement.domain.agreement_fold import evolve
from services.reimbursement.domain.agreement_table import TABLE
from services.reimbursement.domain.execution import open_periods
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.selection_policy import STREAM as SELECTION
from services.reimbursement.domain.selection_policy import SelectionPolicies, rules_for
from services.reimbursement.events.consortium import (
    ConsortiumRule,
    ConsortiumRuleBreached,
    ConsortiumRuleCured,
    CurePeriodExpired,
    ParticipantJoined,
    ParticipantWithdrew,
)
from services.reimbursement.inbound import SelectionParameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.events import Event
from shared.kernel.periods import quarters
from shared.kernel.refusals import Invalid, Refusal

Members = Mapping[str, Member]
WATCHED = frozenset({"active", "suspended"})
"""Where a breach matters: the work goes on, or may go on again."""


class AlreadyAParty(Refusal):
    """This organisation is, or was, a participant of this project; it does not join again."""

    rule = "R-25"
    french = "Cette organisation est ou fut participante au projet; elle n'y entre pas de nouveau."


class JoinerNotMember(Refusal):
    """Only an active member joins a project; it has to be admitted first."""

    rule = "R-1"
    french = "Seul un membre actif entre dans un projet; il doit d'abord être admis."


class JoinsOutsideAgreement(Invalid):
    """The day lies outside the eligible days of the agreement."""

    rule = "R-25"
    french = "Ce jour sort des jours admissibles de l'entente."


class AlreadyWithdrawn(Refusal):
    """This participant withdrew already; its last eligible day stands."""

    rule = "R-25"
    french = "Ce participant s'est déjà retiré; son dernier jour admissible demeure."


def present_on(agreement: Agreement, day: date) -> Sequence[str]:
    """The participants of a civil day: joined by then, and still eligible."""
    return [
        party.organisation_id
        for party in agreement.participants
        if agreement.joined.get(party.organisation_id, date.min)
        <= day
        <= agreement.withdrawn.get(party.organisation_id, date.max)
    ]


def distinct(organisation_ids: Sequence[str], members: Members, day: date) -> int:
    """How many there are when those under common control count as one (I-11, case 13)."""
    groups: list[set[str]] = []
    for organisation_id in organisation_ids:
        profile = members[f"organisation-{organisation_id}"].profile
        group = {organisation_id, *profile.affiliates_on(day)}
        for other in [other for other in groups if other & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    return len(groups)


def possible_smes(
    agreement: Agreement, organisation_ids: Sequence[str], members: Members, fte_lt: int
) -> int:
    """How many are SMEs by the day of their selection or accession, unknown sizes included.

    Who grows later stays one (C-039); a size that nobody attested breaks no rule by itself.
    """
    verdicts = [
        members[f"organisation-{organisation_id}"].profile.sme_on(
            agreement.joined.get(organisation_id, agreement.decided_on), fte_lt
        )
        for organisation_id in organisation_ids
    ]
    return sum(verdict is not False for verdict in verdicts)


def counts(
    agreement: Agreement, members: Members, rules: SelectionParameters, day: date
) -> Mapping[ConsortiumRule, tuple[int, int]]:
    """For each rule, how many there are on a civil day and how many there must be."""
    present = [
        organisation_id
        for organisation_id in present_on(agreement, day)
        if members[f"organisation-{organisation_id}"].profile.exists_on(day)
    ]
    smes = possible_smes(agreement, present, members, rules.sme_fte_lt)
    return {
        "min_participants": (distinct(present, members, day), rules.min_participants),
        "min_smes": (smes, rules.min_smes),
    }


def watch_consortium(
    ask: WatchConsortium,
    agreement: Agreement,
    policies: Policies,
    selection: SelectionPolicies,
    members: Members,
) -> Sequence[Event]:
    """Say that a rule is broken since a day, or kept again today; else stay quiet (9.3)."""
    if agreement.status not in WATCHED:
        return []
    pinned = policies.version(agreement.programme, agreement.policy_version)
    version, rules = rules_for(selection, agreement.programme, agreement.decided_on)
    today = max(ask.on, ask.effective_on)
    then, now = (counts(agreement, members, rules, day) for day in (ask.on, today))
    said: list[Event] = []
    for rule in then:
        breach = agreement.breaches.get(rule)
        broken = then[rule][0] < then[rule][1]
        if breach is None and broken:
            said.append(
                ConsortiumRuleBreached(
                    project_id=agreement.project_id,
                    rule=rule,
                    since=ask.on,
                    counted=then[rule][0],
                    at_least=then[rule][1],
                    cure_until=today + timedelta(days=pinned.parameters.consortium_cure_days),
                    policy_version=version,
                )
            )
        if (breach or broken) and now[rule][0] >= now[rule][1]:
            said.append(
                ConsortiumRuleCured(
                    project_id=agreement.project_id,
                    rule=rule,
                    since=breach.since if breach else ask.on,
                    counted=now[rule][0],
                    cured_on=today,
                )
            )
    return said


def expire_cure_period(ask: ExpireCurePeriod, agreement: Agreement) -> Sequence[CurePeriodExpired]:
    """Say once that the same breach still stands after its last day for a cure (9.3)."""
    breach = agreement.breaches.get(ask.rule)
    if agreement.status not in WATCHED or breach is None or breach.expired_on is not None:
        return []
    if breach.since != ask.since or ask.effective_on <= breach.cure_until:
        return []
    return [
        CurePeriodExpired(
            project_id=ask.project_id,
            rule=ask.rule,
            since=breach.since,
            expired_on=ask.effective_on,
        )
    ]


def join_participant(
    ask: JoinParticipant,
    agreement: Agreement,
    member: Member,
    policies: Policies,
    selection: SelectionPolicies,
    periods: Mapping[str, Any],
) -> Said:
    """A member joins, with the project's rate and periods of its own from that day on (C-039)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(JoinParticipant, agreement.status)
    if ask.organisation_id in agreement.organisation_ids:
        raise AlreadyAParty
    day = ask.effective_on
    if not member.active_on(day):
        raise JoinerNotMember
    if not agreement.eligible_from <= day <= agreement.end_date:
        raise JoinsOutsideAgreement
    _, rules = rules_for(selection, agreement.programme, agreement.decided_on)
    joined = ParticipantJoined(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        name=ask.name,
        funded=ask.funded,
        sme=member.profile.sme_on(day, rules.sme_fte_lt),
        rate=agreement.rate if ask.funded else Fraction(0),
        joined_on=day,
        recorded_by=ask.by.person,
    )
    pinned = policies.version(agreement.programme, agreement.policy_version)
    after = evolve(agreement, joined)
    opened = open_periods(after, periods, pinned.parameters.claim_due_days)
    return {"agreement": [joined], **opened}


def withdraw_participant(
    ask: WithdrawParticipant, agreement: Agreement
) -> Sequence[ParticipantWithdrew]:
    """Always recordable, whatever rule it breaks; what was spent until then is payable (case 4)."""
    require_known(agreement, ask.by)
    require_acting_unless_staff([ask.organisation_id], ask.by)
    TABLE.must_allow(WithdrawParticipant, agreement.status)
    if ask.organisation_id not in agreement.organisation_ids:
        raise NotAParty
    if ask.organisation_id in agreement.withdrawn:
        raise AlreadyWithdrawn
    return [
        ParticipantWithdrew(
            project_id=ask.project_id,
            organisation_id=ask.organisation_id,
            reason=ask.reason,
            last_eligible_date=ask.last_eligible_date,
            recorded_by=ask.by.person,
        )
    ]


def _members(_: object, states: States) -> Sequence[str]:
    agreement: Agreement = states["agreement"]
    return [f"organisation-{organisation_id}" for organisation_id in agreement.organisation_ids]


def _joiners_periods(ask: JoinParticipant, states: States) -> Sequence[str]:
    """The periods from the day on; none where that day is refused anyway."""
    agreement: Agreement = states["agreement"]
    if not ask.funded or not agreement.eligible_from <= ask.effective_on <= agreement.end_date:
        return []
    return [
        f"claim-{ask.project_id}.{ask.organisation_id}.{quarter}"
        for quarter in quarters(ask.effective_on, agreement.ended_latest)
    ]


_AGREEMENT = "agreement-{project_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    WatchConsortium: Decider(
        watch_consortium,
        agreement=_AGREEMENT,
        policies=POLICIES,
        selection=SELECTION,
        members=_members,
    ),
    ExpireCurePeriod: Decider(expire_cure_period, agreement=_AGREEMENT),
    JoinParticipant: Decider(
        join_participant,
        agreement=_AGREEMENT,
        member="organisation-{organisation_id}",
        policies=POLICIES,
        selection=SELECTION,
        periods=_joiners_periods,
    ),
    WithdrawParticipant: Decider(withdraw_participant, agreement=_AGREEMENT),
}
