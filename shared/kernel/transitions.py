"""Which command is legal in which state: one table as data, for deciders, tests and diagrams.

TABLE = Transitions(
    STATES,
    {SubmitProposal: moves({"draft": "submitted"}, otherwise=ProposalAlreadySubmitted), …},
    refused={"absent": ProposalNotFound, …},
    heard={"EligibilityAssessed": {"submitted": ("eligible", "ineligible")}, …},
)
TABLE.must_allow(SubmitProposal, state)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from shared.kernel.commands import Command
from shared.kernel.refusals import NotFound, Refusal

S = TypeVar("S", bound=str)
Moves: TypeAlias = Mapping[S, S | tuple[S, ...]]
"""By state, the state that may follow, or several; the state itself where nothing moves."""


@dataclass(frozen=True)  # Generic, frozen and slotted together cannot be made by `Row[S](…)`.
class Row(Generic[S]):
    """One command: where it is legal and what follows, and why not elsewhere."""

    moves: Moves[S]
    otherwise: type[Refusal]
    """The refusal where nothing more exact is named."""
    refused: Mapping[S, type[Refusal]] = field(default_factory=dict)
    """More exact refusals, by state."""


def moves(
    to: Moves[S], *, otherwise: type[Refusal], refused: Mapping[S, type[Refusal]] | None = None
) -> Row[S]:
    """A command that is legal in some states and leads on from there."""
    return Row(to, otherwise, refused or {})


def stays(
    *states: S, otherwise: type[Refusal], refused: Mapping[S, type[Refusal]] | None = None
) -> Row[S]:
    """A command that is legal in these states and leads to no other."""
    return Row({state: state for state in states}, otherwise, refused or {})


class BadTable(ValueError):
    """The table contradicts itself: a fault of ours, found when it is made."""


@dataclass(frozen=True)  # As above.
class Transitions(Generic[S]):
    """All states, all commands, and what each command does in each state.

    A refusal is looked up from the most exact to the least: the command's own for that state, the
    state's own for all commands, the command's own for all states.
    """

    states: Sequence[S]
    rows: Mapping[type[Command], Row[S]]
    refused: Mapping[S, type[Refusal]] = field(default_factory=dict)
    """By state, why nothing is legal there, unless a command is."""
    heard: Mapping[str, Moves[S]] = field(default_factory=dict)
    """What others' events do, by their names: they are facts, so none is ever refused."""

    def __post_init__(self) -> None:
        """Raise BadTable for an unknown state, or one both legal and refused for a command."""
        named = {*self.refused, *(state for row in self.rows.values() for state in row.refused)}
        for _, state, to in self._arrows():
            named |= {state, to}
        if unknown := named - set(self.states):
            raise BadTable(f"no such state: {', '.join(sorted(unknown))}")
        for command, row in self.rows.items():
            if both := row.moves.keys() & row.refused.keys():
                raise BadTable(f"{command.__name__}: legal and refused in {', '.join(both)}")

    def outcome(self, command: type[Command], state: S) -> tuple[S, ...] | type[Refusal]:
        """The states that may follow a command, or the refusal that it meets in this state."""
        row = self.rows[command]
        if state in row.moves:
            return _several(row.moves[state])
        return row.refused.get(state) or self.refused.get(state) or row.otherwise

    def must_allow(self, command: type[Command], state: S) -> None:
        """Go on only where the command is legal. Raises the refusal that the table names."""
        outcome = self.outcome(command, state)
        if isinstance(outcome, tuple):
            return
        if issubclass(outcome, NotFound):
            raise outcome
        raise outcome(status=state, possible_at=list(self.rows[command].moves))

    def diagram(self, start: S) -> str:
        """The moves between states as a Mermaid state diagram; `start` is where all begins."""
        labels: dict[tuple[str, str], list[str]] = {}
        for name, state, to in self._arrows():
            if state != to:
                labels.setdefault(("[*]" if state == start else state, to), []).append(name)
        lines = [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in labels.items()]
        return "\n".join(["stateDiagram-v2", *lines])

    def _arrows(self) -> Iterator[tuple[str, S, S]]:
        """Every move: what makes it, from where, to where; commands first."""
        named = {command.__name__: row.moves for command, row in self.rows.items()}
        for name, moved in (*named.items(), *self.heard.items()):
            for state, to in moved.items():
                yield from ((name, state, following) for following in _several(to))


def _several(to: "S | tuple[S, ...]") -> tuple[S, ...]:
    return to if isinstance(to, tuple) else (to,)
