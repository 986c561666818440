"""`python -m tests.faults --kills 20000 --seed 1`: run a campaign and print its figures as JSON."""

import argparse
import json
import logging
import sys
from time import monotonic

import structlog

from tests.faults.kills import Chain, Figures, in_parallel, report
from tests.faults.planted import PLANTED


def main() -> int:
    """Run what was asked; 1 if anything was found."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--kills", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--chain", type=int, help="replay one chain by its own seed")
    asked.add_argument("--planted", choices=sorted(PLANTED), help="put this bug in first")
    wants = asked.parse_args()
    if wants.planted:
        PLANTED[wants.planted]()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = monotonic()
    figures: Figures
    if wants.chain is not None:
        figures = Chain(wants.chain).run()
    else:
        figures = in_parallel(wants.kills, wants.seed)
    sys.stdout.write(json.dumps(report(figures, began, wants.seed), indent=1) + "\n")
    return int(bool(figures.anomalies))


if __name__ == "__main__":
    sys.exit(main())
