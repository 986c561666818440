"""What agreements do by themselves: amendments take effect, consortia are watched (9.3, 9.4)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from services.reimbursement.commands.amendment import LetAmendmentTakeEffect
from services.reimbursement.commands.consortium import ExpireCurePeriod, WatchConsortium
from services.reimbursement.commands.course import CheckStacking, NoteCondition
from services.reimbursement.events.amendment import AmendmentSigned
from services.reimbursement.events.consortium import ParticipantJoined, ParticipantWithdrew
from services.reimbursement.inbound import (
    AffiliationDeclared,
    AwardConditionSatisfied,
    OrganisationDissolved,
    OtherFundingDeclared,
    SizeAttested,
)
from shared.kernel.decider import Policy, Reaction, due_command, no_earlier
from shared.kernel.events import Event, Heard
from shared.kernel.operations import TimersRun
from shared.kernel.periods import civil_date


def note_what_evaluation_found(
    heard: AwardConditionSatisfied, reaction: Reaction
) -> Sequence[NoteCondition]:
    """A satisfied condition of the award brings the signatures nearer (9.1)."""
    return [
        NoteCondition(
            project_id=heard.project_id,
            number=heard.number,
            condition=heard.condition,
            satisfied_on=heard.satisfied_on,
            **reaction.command,
        )
    ]


def check_the_stacking_limit_again(
    heard: OtherFundingDeclared, reaction: Reaction
) -> Sequence[CheckStacking]:
    """Other money that is declared, early or late, opens the check again (R-14, case 11)."""
    return [CheckStacking(project_id=heard.project_id, **reaction.command)]


def let_what_all_signed_take_effect(
    event: AmendmentSigned, reaction: Reaction
) -> Sequence[LetAmendmentTakeEffect]:
    """An amendment whose first day is past takes effect with the last signature.

    It takes effect now, even where that was signed earlier: accounts may have begun since (X5).
    """
    if event.makes_version is None:
        return []
    return [
        LetAmendmentTakeEffect(
            project_id=event.project_id,
            amendment_id=event.amendment_id,
            **no_earlier(reaction.command, reaction.command["now"]),
        )
    ]


def let_due_amendments_take_effect(
    run: TimersRun, reaction: Reaction
) -> Sequence[LetAmendmentTakeEffect]:
    """An amendment for a later day takes effect at the start of that day (X11).

    What is not allowed on that day, such as a budget below what was accepted, is tried on the next.
    """
    return [
        LetAmendmentTakeEffect(
            project_id=row["project_id"],
            amendment_id=row["amendment_id"],
            **due_command(reaction, run.business_date),
        )
        for row in reaction.due("amendment_list", run.business_date)
    ]


def watch_after_a_withdrawal(
    event: ParticipantWithdrew, reaction: Reaction
) -> Sequence[WatchConsortium]:
    """From the day after the last eligible one there is one participant less (case 4)."""
    first_without = event.last_eligible_date + timedelta(days=1)
    return [WatchConsortium(project_id=event.project_id, on=first_without, **reaction.command)]


def watch_after_an_accession(
    event: ParticipantJoined, reaction: Reaction
) -> Sequence[WatchConsortium]:
    """A member that joins may cure a breach (9.3)."""
    return [WatchConsortium(project_id=event.project_id, on=event.joined_on, **reaction.command)]


def watch_after_an_affiliation(
    heard: AffiliationDeclared, reaction: Reaction
) -> Sequence[WatchConsortium]:
    """Two participants that merge are one from then on, in every project (case 13)."""
    return _watch_all(heard.organisation_id, heard.since, reaction)


def watch_after_an_attestation(
    heard: SizeAttested, reaction: Reaction
) -> Sequence[WatchConsortium]:
    """A size that is attested late may show that there never was an SME, or that there is one."""
    today = civil_date(reaction.command["effective_at"])
    return _watch_all(heard.organisation_id, today, reaction)


def watch_after_a_dissolution(
    heard: OrganisationDissolved, reaction: Reaction
) -> Sequence[WatchConsortium]:
    """A body that exists no more takes part in nothing (9.3)."""
    return _watch_all(heard.organisation_id, heard.effective_on, reaction)


def _watch_all(organisation_id: str, on: date, reaction: Reaction) -> Sequence[WatchConsortium]:
    party = reaction.find("agreement_party", organisation_id)
    project_ids = party["project_ids"] if party else ()
    return [
        WatchConsortium(project_id=project_id, on=on, **reaction.command)
        for project_id in project_ids
    ]


def expire_cure_periods(run: TimersRun, reaction: Reaction) -> Sequence[ExpireCurePeriod]:
    """The day after the last one for a cure, a breach waits for a person (9.3)."""
    return [
        ExpireCurePeriod(
            project_id=row["project_id"],
            rule=row["rule"],
            since=date.fromisoformat(row["since"]),
            **due_command(reaction, date.fromisoformat(row["due_on"])),
        )
        for row in reaction.due("breach_list", run.business_date)
    ]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    AwardConditionSatisfied: [note_what_evaluation_found],
    OtherFundingDeclared: [check_the_stacking_limit_again],
    AmendmentSigned: [let_what_all_signed_take_effect],
    ParticipantWithdrew: [watch_after_a_withdrawal],
    ParticipantJoined: [watch_after_an_accession],
    AffiliationDeclared: [watch_after_an_affiliation],
    OrganisationDissolved: [watch_after_a_dissolution],
    SizeAttested: [watch_after_an_attestation],
    TimersRun: [let_due_amendments_take_effect, expire_cure_periods],
}
