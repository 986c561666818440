"""The table of states and commands: what is legal, what is refused and how it is drawn."""

from typing import Literal

import pytest

from shared.kernel.commands import Command
from shared.kernel.refusals import NotFound, Refusal
from shared.kernel.transitions import BadTable, Transitions, moves, stays


class NoLamp(NotFound):
    """There is no lamp."""

    french = "Il n'y a pas de lampe."


class IsBroken(Refusal):
    """The lamp is broken; nothing can be done with it."""

    french = "La lampe est cassée."


class AlreadyLit(Refusal):
    """The lamp is lit; put it out first."""

    french = "La lampe est allumée."


class NotPossible(Refusal):
    """This cannot be done with the lamp as it is."""

    french = "Impossible avec la lampe dans cet état."


class Buy(Command):
    """Buy a lamp."""


class Light(Command):
    """Light the lamp."""


class Dust(Command):
    """Dust the lamp."""


Lamp = Literal["absent", "dark", "lit", "broken"]
STATES: tuple[Lamp, ...] = ("absent", "dark", "lit", "broken")
LAMP: Transitions[Lamp] = Transitions(
    STATES,
    {
        Buy: moves({"absent": "dark"}, otherwise=NotPossible),
        Light: moves(
            {"dark": ("lit", "broken")}, otherwise=NotPossible, refused={"lit": AlreadyLit}
        ),
        Dust: stays("dark", "broken", otherwise=NotPossible),
    },
    refused={"absent": NoLamp, "broken": IsBroken},
    heard={"PowerFailed": {"lit": "dark"}},
)


@pytest.mark.parametrize(
    ("command", "state", "outcome"),
    [
        (Light, "dark", ("lit", "broken")),
        (Dust, "broken", ("broken",)),
        (Light, "lit", AlreadyLit),
        (Light, "broken", IsBroken),
        (Light, "absent", NoLamp),
        (Dust, "lit", NotPossible),
    ],
    ids=["moves", "legal in a closed state", "own for the state", "closed", "none", "otherwise"],
)
def test_the_most_exact_answer_counts(
    command: type[Command], state: Lamp, outcome: tuple[Lamp, ...] | type[Refusal]
) -> None:
    assert LAMP.outcome(command, state) == outcome


def test_what_is_legal_passes() -> None:
    LAMP.must_allow(Light, "dark")


def test_a_refusal_says_where_it_stands_and_where_it_would_be_possible() -> None:
    with pytest.raises(AlreadyLit) as refused:
        LAMP.must_allow(Light, "lit")
    assert refused.value.facts == {"status": "lit", "possible_at": ["dark"]}


def test_what_does_not_exist_is_told_nothing_about() -> None:
    with pytest.raises(NoLamp) as refused:
        LAMP.must_allow(Light, "absent")
    assert refused.value.facts == {}


def test_the_diagram_draws_the_moves_and_nothing_that_stays() -> None:
    assert LAMP.diagram("absent").splitlines() == [
        "stateDiagram-v2",
        "    [*] --> dark: Buy",
        "    dark --> lit: Light",
        "    dark --> broken: Light",
        "    lit --> dark: PowerFailed",
    ]


def test_a_table_that_contradicts_itself_is_not_made() -> None:
    with pytest.raises(BadTable, match="no such state: green"):
        Transitions(STATES, {Light: moves({"dark": "green"}, otherwise=NotPossible)})
    with pytest.raises(BadTable, match="Light: legal and refused in dark"):
        Transitions(
            STATES,
            {Light: stays("dark", otherwise=NotPossible, refused={"dark": AlreadyLit})},
        )
