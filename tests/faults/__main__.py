"""`python -m tests.faults --kills 20000 --seed 1`: run a campaign and print its figures as JSON."""

import argparse
import json
import logging
import sys
from time import monotonic

import structlog

from tests.faults.kills import Chain, Figures, in_parallel, report


def main() -> int:
    """Run what was asked; 1 if anything was found."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--kills", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--chain", type=int, help="replay one chain by its own seed")
    wants = asked.parse_args()
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
