"""Where the time goes, thread by thread: the writer and the rebuild each have one of their own."""

import cProfile
import io
import pstats
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LINES = 32
SECONDS_MIN = 0.2
"""Threads that did less are not shown."""


@contextmanager
def profiled() -> Iterator[dict[str, cProfile.Profile]]:
    """Profile this thread and all that begin inside; yields the profiles by the thread's name."""
    found: dict[str, cProfile.Profile] = {}

    def begin(*_: object) -> None:
        found[threading.current_thread().name] = mine = cProfile.Profile()
        mine.enable()

    threading.setprofile(begin)
    begin()
    try:
        yield found
    finally:
        found[threading.current_thread().name].disable()
        threading.setprofile(None)


def told(profiles: dict[str, cProfile.Profile]) -> str:
    """The most expensive functions of each thread, by their own time."""
    out = io.StringIO()
    for name, profile in profiles.items():
        stats = pstats.Stats(profile, stream=out)
        if stats.total_tt >= SECONDS_MIN:  # type: ignore[attr-defined]
            out.write(f"== {name}\n")
            stats.strip_dirs().sort_stats("tottime").print_stats(LINES)
    return out.getvalue()
