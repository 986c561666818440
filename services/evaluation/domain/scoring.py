"""The weighted score, exact: what is not applicable is no zero, and nothing is rounded (E-4)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from services.evaluation.events.policy import Parameters
from services.evaluation.events.review import CriterionResult
from shared.kernel.canonical import canonical
from shared.kernel.money import dollars, half_up
from shared.kernel.refusals import Refusal
from shared.kernel.shown import shown


class CriterionUnscored(Refusal):
    """No valid score exists for the listed criteria; the total is incomplete, so don't lock yet."""

    rule = "E-4"
    french = "Aucune note valide n'existe pour les critères énumérés; le total est incomplet."


Scores = Mapping[str, Decimal | None]
"""One valid review: points by criterion, absent points where it does not apply."""


def weigh(
    parameters: Parameters, reviews: Mapping[str, Scores]
) -> tuple[tuple[CriterionResult, ...], Fraction]:
    """Σ weight × mean(valid scores) ÷ scale, from 0 to 100, with each criterion's part.

    `reviews` holds valid reviews only, by person. Raises CriterionUnscored (E-4).
    """
    if missing := unscored(parameters, reviews):
        raise CriterionUnscored(criteria=missing)
    weights, valid = parameters.criterion_weights, _by_criterion(parameters, reviews)
    criteria = tuple(
        _result(criterion, weights[criterion], valid[criterion], parameters.score_spread_alert)
        for criterion in sorted(weights)
    )
    total = sum((part.weight * part.mean for part in criteria), Fraction(0))
    return criteria, total / parameters.score_scale


def unscored(parameters: Parameters, reviews: Mapping[str, Scores]) -> list[str]:
    """The criteria without any valid score: with one, a total is incomplete (E-4)."""
    valid = _by_criterion(parameters, reviews)
    return sorted(criterion for criterion, scores in valid.items() if not scores)


def _by_criterion(
    parameters: Parameters, reviews: Mapping[str, Scores]
) -> Mapping[str, Sequence[Decimal]]:
    return {
        criterion: [
            score for scores in reviews.values() if (score := scores.get(criterion)) is not None
        ]
        for criterion in parameters.criterion_weights
    }


def _result(
    criterion: str, weight: int, scores: Sequence[Decimal], alert_from: Decimal
) -> CriterionResult:
    spread = max(scores) - min(scores)
    return CriterionResult(
        criterion=criterion,
        weight=weight,
        mean=sum(map(Fraction, scores), Fraction(0)) / len(scores),
        scores=len(scores),
        spread=spread,
        spread_alert=spread >= alert_from,
    )


def scores_hash(parameters: Parameters, reviews: Mapping[str, Scores]) -> str:
    """The hash of everything that a weighted score is computed from (X7)."""
    inputs = {
        "weights": parameters.criterion_weights,
        "scale": parameters.score_scale,
        "reviews": reviews,
    }
    return sha256(canonical(shown(inputs)).encode()).hexdigest()


def two_decimals(score: Fraction) -> str:
    """A score as it is shown: two decimals, HALF_UP; it is compared exactly, never by this."""
    return dollars(half_up(score * 100))


def ranks(scores: Mapping[str, Fraction]) -> dict[str, str]:
    """Ranks by exact score, best first; equal scores share one: 1, 2=, 2=, 4 (E-4).

    A rank orders a list and decides nothing (S12).
    """
    values = list(scores.values())
    return {
        name: f"{1 + sum(other > score for other in values)}"
        + ("=" if values.count(score) > 1 else "")
        for name, score in scores.items()
    }
