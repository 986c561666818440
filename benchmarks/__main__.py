"""`python -m benchmarks`: measure, print a table, write `benchmarks/results/latest.json`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import answering, appending, commanding, rebuilding
from benchmarks.profiling import profiled, told
from benchmarks.rounds import LONG, SHORT, Result, Size, table, write
from shared.runtime.serving import write_logs
from shared.runtime.settings import Settings

MEASURED: Mapping[str, Callable[[Path, Size], list[Result]]] = {
    "P1": appending.run,
    "P2": answering.run,
    "P4": commanding.run,
    "P8": rebuilding.run,
}
IN_PROCESS = [name for name in MEASURED if name != "P2"]


def main() -> None:
    """Measure what is asked for; a profile slows everything down and is no result."""
    options = _parser().parse_args()
    size = SHORT if options.short else LONG
    write_logs(Settings(log_level="warning"))  # The interpreter set up as a service sets it up.
    if options.profile:
        with profiled() as profiles:
            _measured(options.profile, replace(SHORT, rounds=2))
        sys.stdout.write(told(profiles))
        return
    names = options.only or list(MEASURED)
    results = [result for name in names for result in _measured(name, size)]
    sys.stdout.write(table(results) + "\n")
    if not options.only:
        sys.stdout.write(f"{write(results)}\n")


def _measured(name: str, size: Size) -> list[Result]:
    sys.stderr.write(f"measuring {name}\n")
    with TemporaryDirectory(prefix="grantline-bench-") as folder:
        return MEASURED[name](Path(folder), size)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="under two minutes")
    parser.add_argument("--only", nargs="+", choices=MEASURED, help="these; keeps no results")
    parser.add_argument("--profile", choices=IN_PROCESS, help="show where the time goes instead")
    return parser


if __name__ == "__main__":
    main()
