"""Drawing an audit sample: by its seed alone, so that anybody draws the same lines again."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeAlias

from services.reimbursement.events.audit import Method, SampledLine
from shared.kernel.canonical import canonical

Population: TypeAlias = tuple[tuple[str, str, int], ...]
"""Claim, line and counted cents of every line, in the order of the ids."""


def population_hash(population: Population) -> str:
    """SHA-256 over the whole population, in order: it is frozen by this."""
    rows = [[claim_id, line_id, str(cents)] for claim_id, line_id, cents in population]
    return sha256(canonical(rows).encode()).hexdigest()


def draw(population: Population, method: Method, size: int, seed: str) -> tuple[SampledLine, ...]:
    """The lines that a seed draws.

    `random`: those whose SHA-256 of seed and ids is smallest, so each line is as likely as any
    other. `monetary_unit`: the lines in which every n-th cent falls, from a start that the seed
    gives; a large line may be hit more than once and is drawn once.
    """
    chosen = _random(population, size, seed) if method == "random" else _mus(population, size, seed)
    return tuple(SampledLine(claim_id=claim_id, line_id=line_id) for claim_id, line_id, _ in chosen)


def _number(*parts: str) -> int:
    return int.from_bytes(sha256("\n".join(parts).encode()).digest(), "big")


def _random(population: Population, size: int, seed: str) -> Population:
    ranked = sorted(population, key=lambda row: (_number(seed, row[0], row[1]), row))
    return tuple(sorted(ranked[:size]))


def _mus(population: Population, size: int, seed: str) -> Population:
    total = sum(abs(cents) for _, _, cents in population)
    start = _number(seed) % total
    points = sorted((start + number * total // size) % total for number in range(size))
    return tuple(_hit(population, points))


def _hit(population: Population, points: Sequence[int]) -> Sequence[tuple[str, str, int]]:
    hit, reached, waiting = [], 0, list(points)
    for row in population:
        reached += abs(row[2])
        if waiting and waiting[0] < reached:
            hit.append(row)
            waiting = [point for point in waiting if point >= reached]
    return hit
