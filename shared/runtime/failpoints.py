"""Named places between two steps, where a test may kill, stop or fail the process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

POINTS = (
    "writer.before_begin",
    "writer.after_lock",
    "writer.after_decide",
    "journal.after_lines",
    "writer.after_journal",
    "writer.before_commit",
    "writer.after_commit",
    "writer.before_answer",
    "writer.after_answer",
    "writer.before_task_commit",
    "writer.after_task_commit",
    "writer.before_cursor_commit",
    "writer.after_cursor_commit",
    "relay.before_publish",
    "relay.after_read",
    "relay.after_publish",
    "relay.after_note",
    "subscriber.after_poll",
    "subscriber.after_receive",
    "subscriber.after_settle",
    "rebuild.after_create",
    "rebuild.after_chunk",
    "rebuild.before_join",
    "rebuild.after_join",
    "rebuild.before_switch",
    "rebuild.after_show",
    "rebuild.after_drop",
    "rebuild.after_switch",
    "service.before_schema",
    "service.after_schema",
    "service.after_projections",
)
"""Every place; a test proves that each is reached."""

Hook = Callable[[str], None]


def _pass(_: str) -> None:
    """In production nothing happens here."""


_hook: Hook = _pass


def reach(point: str) -> None:
    """The running thread is at this place."""
    _hook(point)


@contextmanager
def on_reach(hook: Hook) -> Iterator[None]:
    """Have this called at every place that any thread reaches; it may kill the process."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
