"""`python -m tests.faults --kills 20000 --seed 1`: run a campaign and print its figures as JSON.

With `--planted BUG` the campaign has to find that bug: 0 if one of its signs shows, 1 if none does;
`--planted every` looks for each of them and prints how many kills it took, or null.
"""

import argparse
import json
import logging
import sys
from time import monotonic

import structlog

from tests.faults.kills import Chain, campaign, hunted, in_parallel, kinds, report, warm_up
from tests.faults.planted import NOTHING, PLANTED
from tests.runtime import running

PATIENCE_WITH_BUGS_SECONDS = 6.0
"""What never comes because of a bug is not waited for as long as what may be slow."""


def main() -> int:
    """Run what was asked; 1 if something was found that should not be there, or the reverse."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--kills", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--chain", type=int, help="replay one chain by its own seed")
    asked.add_argument(
        "--planted", choices=[*PLANTED, "nothing", "every"], help="put this bug in and find it"
    )
    wants = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    warm_up()
    began = monotonic()
    bug = NOTHING
    if wants.planted:
        running.PATIENCE_SECONDS = PATIENCE_WITH_BUGS_SECONDS
    if wants.planted == "every":
        taken = {name: hunted(each, wants.kills, wants.seed) for name, each in PLANTED.items()}
        sys.stdout.write(json.dumps(taken, indent=1) + "\n")
        return int(None in taken.values())
    if wants.planted:
        bug = PLANTED.get(wants.planted, NOTHING)
        bug.put_in()
        figures = campaign(wants.kills, wants.seed, bug.signs)
    elif wants.chain is not None:
        figures = Chain(wants.chain).run()
    else:
        figures = in_parallel(wants.kills, wants.seed)
    sys.stdout.write(json.dumps(report(figures, began, wants.seed), indent=1) + "\n")
    if wants.planted:
        return int(not kinds(figures.anomalies) & bug.signs)
    return int(bool(figures.anomalies))


if __name__ == "__main__":
    sys.exit(main())
