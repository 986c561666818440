"""Given a history, when asked, then this is recorded: the language in which rules are tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from shared.kernel.commands import Command
from shared.kernel.decider import Decision, Domain, decide
from shared.kernel.events import Event, Heard
from shared.kernel.refusals import Refusal

History = Mapping[str, Sequence[Event | Heard]]


def given(domain: Domain, history: History | None = None) -> "Given":
    """Start from these events, by stream."""
    return Given(domain, dict(history or {}))


@dataclass(frozen=True)
class Given:
    """A history; nothing was asked yet."""

    domain: Domain
    history: History

    def state(self, stream: str) -> Any:
        """The folded state of one stream."""
        fold = self.domain.fold_of(stream)
        assert fold is not None, f"no fold for {stream}"
        return fold.of(self.history.get(stream, ()))

    def when(self, command: Command) -> "Asked":
        """Ask this."""
        return Asked(self, command)

    def after(self, *commands: Command) -> "Given":
        """This history and what these commands add to it."""
        here = self
        for command in commands:
            here = here.when(command).recorded()
        return here


@dataclass(frozen=True)
class Asked:
    """A history and one question."""

    given: Given
    command: Command

    def decision(self) -> Decision:
        """The decision itself, for what the shorter forms do not say."""
        return decide(self.given.domain, self.command, self.given.state)

    def recorded(self) -> Given:
        """The history with the decision added."""
        history = {stream: list(events) for stream, events in self.given.history.items()}
        for stream, event in self.decision().says:
            history.setdefault(stream, []).append(event)
        return Given(self.given.domain, history)

    def then(self, *events: Event) -> None:
        """Exactly these events are recorded, on whatever streams, in this order."""
        assert [event for _, event in self.decision().says] == list(events)

    def then_names(self, *names: str) -> list[Event]:
        """Events of exactly these names are recorded; returns them for a closer look."""
        events = [event for _, event in self.decision().says]
        assert [event.event_name for event in events] == list(names)
        return events

    def then_on(self, stream: str, *events: Event) -> None:
        """Exactly these events are recorded on this stream, whatever is on others."""
        assert [event for to, event in self.decision().says if to == stream] == list(events)

    def then_nothing(self) -> None:
        """Asking changes nothing, and is no fault."""
        assert not self.decision().says

    def then_refused(self, refusal: type[Refusal]) -> Refusal:
        """Exactly this refusal; returns it for a look at its facts."""
        with pytest.raises(refusal) as caught:
            self.decision()
        assert type(caught.value) is refusal
        return caught.value
