"""`python -m benchmarks`: measure, print a table, write `benchmarks/results/latest.json`.

The short run takes some minutes; `--full` takes larger samples, and journals of 1,000,000 events.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

from benchmarks import (
    answering,
    appending,
    carrying,
    commanding,
    growing,
    rebuilding,
    receiving,
    remembering,
    spreading,
    travelling,
)
from benchmarks.profiling import profiled, told
from benchmarks.report import table, write
from benchmarks.rounds import FULL, SHORT, Result, Size, say
from benchmarks.site import Site, site
from shared.runtime.serving import write_logs
from shared.runtime.settings import Settings

MEASURED: Mapping[str, Callable[[Site, Size], list[Result]]] = {
    "P1": appending.run,
    "P2": answering.run,
    "P4": commanding.run,
    "P5": carrying.run,
    "P6": receiving.run,
    "P7": travelling.run,
    "P8": rebuilding.run,
    "G1": growing.run,
    "G3": remembering.run,
    "G5": spreading.run,
}


def main() -> None:
    """Measure what is asked for; a profile slows everything down and is no result."""
    options = _parser().parse_args()
    write_logs(Settings(log_level="warning"))  # The interpreter set up as a service sets it up.
    logging.getLogger("kafka").setLevel(logging.ERROR)  # It warns while topics are made anew.
    if options.profile:
        with site() as here, profiled() as profiles:
            MEASURED[options.profile](here, replace(SHORT, rounds=2))
        sys.stdout.write(told(profiles))
        return
    began = monotonic()
    with site() as here:
        results = _measured(here, options.only or list(MEASURED), FULL if options.full else SHORT)
    sys.stdout.write(table(results) + "\n")
    if not options.only:
        kept = write(results, full=options.full, seconds=monotonic() - began)
        sys.stdout.write(f"{kept}\n")


def _measured(here: Site, names: list[str], size: Size) -> list[Result]:
    results: list[Result] = []
    for name in names:
        say(f"measuring {name}")
        results += MEASURED[name](here, size)
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="longer rounds, larger journals")
    parser.add_argument("--only", nargs="+", choices=MEASURED, help="these; keeps no results")
    parser.add_argument("--profile", choices=MEASURED, help="show where the time goes instead")
    return parser


if __name__ == "__main__":
    main()
