"""What the conditions of the version under review are judged upon."""

from datetime import date
from typing import Any

from services.evaluation.domain.conditions import Case
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.proposals import Proposal, Submission
from services.evaluation.domain.state import Evaluation
from services.evaluation.events.policy import Parameters
from shared.kernel.eligibility import CONDITIONS, Registry, compute
from shared.kernel.refusals import Invalid
from shared.kernel.shown import shown


class NoSuchDay(Invalid):
    """A day is written as year, month and day, such as 2020-07-20."""

    french = "Un jour s'écrit année, mois et jour, par exemple 2020-07-20."


def case_of(
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
    today: date,
) -> Case:
    """What the version under review is judged upon.

    Sizes are those in force on the day of submission (E-0); once a detailed version is accepted,
    those in force today (E-8). Raises VersionNotSubmitted, ProposalIsWithdrawn and
    ProposalIsExpired.
    """
    find = proposal.detailed_version if evaluation.detailed else proposal.initial_version
    submission = find(evaluation.proposal_hash)
    on = today if evaluation.detailed else submission.submitted_on
    parameters = pinned(evaluation, policies)
    return case_by(submission, proposal, organisations, parameters, on, evaluation.detailed)


def case_by(
    submission: Submission,
    proposal: Proposal,
    organisations: Registry,
    parameters: Parameters,
    on: date,
    selecting: bool,
) -> Case:
    """What one version is judged upon, by these parameters and what is in force on that day."""
    return Case(
        submission=submission,
        confirmed=proposal.confirmed(submission),
        registry=organisations,
        parameters=parameters,
        on=on,
        selecting=selecting,
        held_distinct=proposal.held_distinct,
    )


def day_of(text: str | None, otherwise: date) -> date:
    """A civil day as it is written. Raises NoSuchDay."""
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchDay from None


def computed_conditions(evaluation: Evaluation, case: Case) -> list[dict[str, Any]]:
    """Each condition with what it computes to now, and the verdict given, if any."""
    return [
        {
            "condition": condition,
            "computed": shown(compute(condition, case)),
            "given": shown(evaluation.verdicts.get(condition)),
        }
        for condition in CONDITIONS
    ]
