"""What operators, timers and policies did, in the stream `operations-<service>` of each service."""

from dataclasses import dataclass
from typing import TypeAlias

from shared.kernel.commands import Command
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, Sha256


class PolicyRefused(Event, name="PolicyRefused"):
    """A reaction of this service was refused; the event it reacted to stands all the same."""

    policy: str
    event_id: str
    stream: str
    """The stream of the event reacted to."""
    subject: str
    """Its project or organisation, in whose history this stands as well."""
    code: str
    rule: str | None = None


class ProjectionsRebuilt(Event, name="ProjectionsRebuilt"):
    """Somebody rebuilt all projections of this service from its journal and switched to them."""

    events: int
    position: int
    digest_before: Sha256
    digest_after: Sha256
    rebuilt_by: PersonId
    reason: Line


OPERATIONS: tuple[type[Event], ...] = (PolicyRefused, ProjectionsRebuilt)
OperationsEvent: TypeAlias = PolicyRefused | ProjectionsRebuilt


@dataclass(frozen=True, slots=True)
class Operations:
    """How often each kind of operation happened."""

    refused: int = 0
    rebuilt: int = 0


def evolve_operations(state: Operations, event: OperationsEvent) -> Operations:
    """Count; nothing decides upon these."""
    if isinstance(event, PolicyRefused):
        return Operations(state.refused + 1, state.rebuilt)
    return Operations(state.refused, state.rebuilt + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOperation(Command):
    """Record what was done to this service."""

    service: str
    event: OperationsEvent


def record_operation(ask: RecordOperation, operations: Operations) -> list[Event]:
    """Whatever was done is recorded as it is."""
    return [ask.event]
