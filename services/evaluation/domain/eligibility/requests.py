"""Asking the applicant: a blocking question holds up what comes next and stops the clock."""

from collections.abc import Collection, Sequence
from datetime import date

from services.evaluation.commands import CloseInformationRequest, RequestInformation
from services.evaluation.domain.clock import answered, waiting_for_answer
from services.evaluation.domain.conditions import condition_named
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.eligibility import InformationRequestClosed, InformationRequested
from services.evaluation.events.policy import Parameters
from services.evaluation.events.vocabulary import RequestClosed
from shared.kernel.commands import Command
from shared.kernel.eligibility import Condition
from shared.kernel.refusals import NotFound, Refusal


class RequestNotFound(NotFound):
    """The applicant was never asked a question of that id in this project."""

    french = "Aucune question de cet identifiant n'a été posée au demandeur dans ce projet."


class RequestIsClosed(Refusal):
    """Nobody waits for the answer to this question any more."""

    french = "Plus personne n'attend la réponse à cette question."


class InformationAwaited(Refusal):
    """The listed questions are blocking and not answered yet; wait, or close them."""

    rule = "E-0"
    french = "Les questions énumérées bloquent et sont sans réponse; attendez ou fermez-les."


def request_information(
    ask: RequestInformation, evaluation: Evaluation, policies: Policies
) -> Sequence[EvaluationEvent]:
    """Ask the applicant something. Raises ConditionUnknown (E-0)."""
    must_allow(ask, evaluation)
    about = None if ask.condition is None else condition_named(ask.condition)
    question = _question(
        ask, evaluation, ask.question, blocking=ask.blocking, about=about, due_on=ask.due_on
    )
    return _asked(ask, evaluation, question, pinned(evaluation, policies))


def close_request(
    ask: CloseInformationRequest, evaluation: Evaluation, policies: Policies
) -> Sequence[EvaluationEvent]:
    """Wait for an answer no longer. Raises RequestNotFound and RequestIsClosed."""
    must_allow(ask, evaluation)
    asked = evaluation.requests.get(ask.request_id)
    if asked is None:
        raise RequestNotFound
    if asked.closed is not None:
        raise RequestIsClosed
    parameters = pinned(evaluation, policies)
    return closing(ask, evaluation, [ask.request_id], ask.because, parameters)


def settle(
    ask: Command,
    evaluation: Evaluation,
    condition: Condition,
    reason: str | None,
    rules: Parameters,
) -> Sequence[EvaluationEvent]:
    """What a condition's verdict does to questions about it.

    Unknown for a reason, the applicant is asked (E-0), once; settled, an open question is over.
    """
    about = [name for name, each in evaluation.open_requests.items() if each.condition == condition]
    if reason is None:
        return closing(ask, evaluation, about, "not_needed", rules) if about else []
    if about:
        return []
    question = _question(ask, evaluation, reason, blocking=True, about=condition)
    return _asked(ask, evaluation, question, rules)


def _question(
    ask: Command,
    evaluation: Evaluation,
    text: str,
    *,
    blocking: bool,
    about: Condition | None,
    due_on: date | None = None,
) -> InformationRequested:
    return InformationRequested(
        project_id=evaluation.project_id,
        request_id=f"request-{len(evaluation.requests) + 1}",
        condition=about,
        question=text,
        blocking=blocking,
        due_on=due_on,
        requested_by=ask.by.person,
        requested_on=ask.effective_on,
    )


def _asked(
    ask: Command, evaluation: Evaluation, question: InformationRequested, rules: Parameters
) -> Sequence[EvaluationEvent]:
    if not question.blocking:
        return [question]
    return [question, *waiting_for_answer(ask, evaluation, question.request_id, rules)]


def closing(
    ask: Command,
    evaluation: Evaluation,
    request_ids: Collection[str],
    because: RequestClosed,
    rules: Parameters,
) -> Sequence[EvaluationEvent]:
    """These questions are over; with the last blocking one, so is the wait."""
    closed = [
        InformationRequestClosed(
            project_id=evaluation.project_id,
            request_id=request_id,
            because=because,
            closed_by=ask.by.person,
            closed_on=ask.effective_on,
        )
        for request_id in sorted(request_ids)
    ]
    waiting = set(evaluation.blocking) - set(request_ids)
    return closed if waiting else [*closed, *answered(ask, evaluation, rules)]
