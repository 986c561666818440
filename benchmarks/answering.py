"""P2 and P3: commands over HTTP on 32 connections, beside a FastAPI route that does nothing.

Ours checks token, key and form, decides, and answers when journal and projections are committed.
The other one reads the same form by FastAPI and answers. Same server (uvicorn), same client, each
server in a process of its own.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from benchmarks.asking import Caller, Load, open_files, served, token_of
from benchmarks.rounds import Against, Result, Size, compared, in_turns
from benchmarks.site import Kind, Site

CONNECTIONS = 32
GOALS: dict[Kind, float] = {"SQLite": 0.50, "PostgreSQL": 0.42}
P99_GOAL = 3.0
OTHER = "FastAPI no-op (async), same 1 KiB form, same client, uvicorn"
NO_OP = "no-op"


def run(site: Site, size: Size) -> list[Result]:
    """P2 and P3 on both databases."""
    with ExitStack() as servers:
        callers: dict[str, Caller] = {}
        for kind in GOALS:
            place = site.place(kind)
            token = token_of(place.folder)
            port = servers.enter_context(served("ours", place))
            open_files([port], token, CONNECTIONS)
            load = Load(token=token, connections=CONNECTIONS, requests=size.requests)
            callers[kind] = Caller([port], load)
        port = servers.enter_context(served(NO_OP, site.place("SQLite")))
        callers[NO_OP] = Caller([port], load)
        name = "P2 command over HTTP"
        rates = {each: caller.rate for each, caller in callers.items()}
        found = in_turns(name, size.rounds, rates)
    return [
        result
        for kind in GOALS
        for result in (
            compared(
                f"{name}, {CONNECTIONS} connections, {kind}",
                found[kind],
                found[NO_OP],
                Against(other_is=OTHER, goal=GOALS[kind]),
            ),
            _p99(kind, callers[kind].p99[1:], callers[NO_OP].p99[1:]),
        )
    ]


def _p99(kind: Kind, ours: Sequence[float], other: Sequence[float]) -> Result:
    against = Against(other_is=OTHER, goal=P99_GOAL, better="lower", unit="milliseconds")
    assert median(other) > 0, "the first round is not counted here either"
    return compared(f"P3 its p99, {kind}", ours, other, against)
