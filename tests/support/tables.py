"""What is asked of every table of transitions: who refuses what, where it leads, how it looks."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import pytest

from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from shared.kernel.transitions import Transitions
from tests.support.catalogue import ROOT

S = TypeVar("S", bound=str)


def every_pair(table: Transitions[S]) -> pytest.MarkDecorator:
    """The test runs for each state and each command, as `state` and `command`."""
    pairs = [(state, command) for state in table.states for command in table.rows]
    ids = [f"{state}-{command.__name__}" for state, command in pairs]
    return pytest.mark.parametrize(("state", "command"), pairs, ids=ids)


def leading_to(table: Transitions[S], state: S) -> set[S]:
    """The states that any command leads to from one state."""
    return {
        following
        for outcome in _outcomes(table, [state])
        if isinstance(outcome, tuple)
        for following in outcome
    }


def refusals_of(table: Transitions[S], *states: S) -> set[type[Refusal]]:
    """The refusals that any command meets in these states, or in any."""
    outcomes = _outcomes(table, states or table.states)
    return {outcome for outcome in outcomes if not isinstance(outcome, tuple)}


def drawn_for(service: str) -> list[str]:
    """The diagrams of a service's README."""
    page = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```mermaid\n(.*?)\n```", page, re.DOTALL)


def _outcomes(table: Transitions[S], states: Iterable[S]) -> Iterable[Any]:
    commands: Iterable[type[Command]] = table.rows
    return [table.outcome(command, state) for state in states for command in commands]
