"""Who has a folder: one process at a time, for as long as it lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shared.runtime.database import DataInUse


def exclusive(path: Path) -> IO[bytes]:
    """Lock this file, made with its folders, until the handle is closed. Raises DataInUse."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("wb")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise DataInUse from None
    return handle


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Do something that no other process does at the same time, after waiting for the others."""
    with path.open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
