"""`python -m tests.faults.on_postgres --each 2 --seed 1`: the campaign of kills on a PostgreSQL.

The server lives on; what is killed are its clients, in the middle of whatever they did. The places
take turns, so that each of them comes equally often.
"""

import argparse
import json
import logging
import sys
from dataclasses import replace
from time import monotonic

import structlog

from shared.runtime.failpoints import POINTS
from tests.faults.kills import Chain, Figures, report
from tests.faults.lives import TOYS, Plan
from tests.support.databases import on_postgresql, url_of

AT_MOST = {"service": 3, "rebuild": 1}
"""How often a life comes to such a place for certain; to the others more often."""
CHAINS_FOR_ONE = 10
"""After so many there is a place that lives do not come to."""


class PostgresChain(Chain):
    """Lives on three databases, killed at one place after the other from a number on."""

    def __init__(self, seed: int, turn: int) -> None:
        super().__init__(seed)
        self.carrying = True
        self._turn = turn

    def run(self) -> Figures:
        """On databases of its own, which are taken back at the end."""
        with on_postgresql():
            for name in TOYS:
                url_of(self.folder, name)
            return super().run()

    def plan(self, *, killed: bool) -> Plan:
        plan = super().plan(killed=killed)
        if not killed:
            return plan
        place = POINTS[self._turn % len(POINTS)]
        self._turn += 1
        part = place.partition(".")[0]
        rebuild = plan.rebuild or part == "rebuild" or "task" in place
        times = self.chance.randint(1, AT_MOST.get(part, 2))
        return replace(plan, kill=(place, times), rebuild=rebuild)


def campaign(each: int, seed: int) -> Figures:
    """Chain after chain, until there were so many kills at each place or something was found."""
    figures = Figures()
    for number in range(CHAINS_FOR_ONE * each):
        if figures.anomalies or all(figures.killed_at[place] >= each for place in POINTS):
            break
        figures.add(PostgresChain(seed * 1_000_003 + number, figures.lives - number).run())
    return figures


def main() -> int:
    """Run what was asked; 1 if anything was found."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults.on_postgres")
    asked.add_argument("--each", type=int, default=2, help="kills at each place")
    asked.add_argument("--seed", type=int, default=1)
    wants = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = monotonic()
    figures = campaign(wants.each, wants.seed)
    sys.stdout.write(json.dumps(report(figures, began, wants.seed), indent=1) + "\n")
    return int(bool(figures.anomalies))


if __name__ == "__main__":
    sys.exit(main())
