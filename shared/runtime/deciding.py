"""From items to drafts: commands are decided, foreign events taken in, policies followed.

Nothing here commits. Whatever raises leaves its draft behind and the layers below untouched.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.canonical import has_nul
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Decision, Domain, Policy, Reaction, decide
from shared.kernel.envelope import BrokenEvent, Envelope, Sealed, seal
from shared.kernel.events import Event, body_of, wire_type
from shared.kernel.operations import PolicyRefused, RecordOperation
from shared.kernel.periods import from_micros, rfc3339, to_micros
from shared.kernel.refusals import EffectiveBeforeBeginning, NulInText, Refusal
from shared.kernel.streams import named_in, subject_of
from shared.runtime.drafts import Draft
from shared.runtime.generations import Generation
from shared.runtime.journal import Entry, Line, Waiting, followed, line_of, read_event
from shared.runtime.new_ids import Ids, derived
from shared.runtime.projections import Recorded

REACTIONS_MAX = 1_000
"""Commands that one event may set off; more is a loop between policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why something is recorded: on whose behalf, after what, as part of what."""

    command_id: str
    correlation_id: str
    causation_id: str | None = None


class Diverged(BrokenEvent):
    """Two different events claim the same place of one stream; one of them was tampered with."""

    french = "Deux événements différents revendiquent la même place d'un flux."


class FutureEvent(LookupError):
    """An event that is read here has a schema version of a later release; install that first."""


class Deciding:
    """Turns items into drafts, for one service."""

    def __init__(
        self,
        domain: Domain,
        generations: list[Generation],
        ids: Ids,
        now: Callable[[], datetime],
    ) -> None:
        self.domain = domain
        self.generations = generations
        self.waiting = 0
        self._ids = ids
        self._now = now
        self._causal = bool(domain.witnesses)
        self._hears = domain.hears
        self._read = {type_.rpartition(".")[0] for type_ in domain.known}
        """What is read here, whatever its schema version."""

    def named(self, command: Command) -> list[str]:
        """The streams that a command is decided on, as far as it names them itself."""
        decider: Decider | None = self.domain.deciders.get(type(command))
        return decider.named(command) if decider else []

    def command(self, draft: Draft, command: Command, context: Context) -> Decision:
        """Decide one command and what policies make of its events. Raises Refusal."""
        decision, said = self._decide(draft, command, context)
        self._react(draft, said)
        return decision

    def _decide(
        self, draft: Draft, command: Command, context: Context
    ) -> tuple[Decision, list[tuple[Recorded, str]]]:
        decision = decide(self.domain, command, lambda stream: draft.entry(stream).state)
        effective_at = to_micros(command.effective_at)
        said = [
            (
                self._say(draft, stream, event, (command, effective_at, context)),
                context.correlation_id,
            )
            for stream, event in decision.says
        ]
        return decision, said

    def _say(
        self,
        draft: Draft,
        stream: str,
        event: Event,
        asked: tuple[Command, int, Context],
    ) -> Recorded:
        command, effective_at, context = asked
        entry = draft.entry(stream)
        first = entry.first_effective if entry.version else effective_at
        if effective_at < first:
            raise EffectiveBeforeBeginning
        head = draft.head
        recorded_at = max(head.recorded_at + 1, to_micros(self._now()))
        event_id = self._ids.uuid7_at(recorded_at)
        service, schema = self.domain.service, event.schema_version
        subject = subject_of(stream)
        type_ = wire_type(service, event.event_name, schema)
        envelope = {
            **self._who(command, context),
            "dataschema": f"/schemas/{event.event_name}.v{schema}.json",
            "id": event_id,
            "originsequence": head.sequence + 1,
            "partitionkey": subject,
            "prevhash": entry.hash,
            "recordedtime": rfc3339(from_micros(recorded_at)),
            "stream": stream,
            "streamversion": entry.version + 1,
            "subject": subject,
            "type": type_,
        }
        if isinstance(version := vars(event).get("policy_version"), str):
            envelope["policyversion"] = version
        body = body_of(event)
        if has_nul(body):
            raise NulInText
        sealed = seal(envelope, body)
        line = Line(
            head.position + 1, service, head.sequence + 1, event_id, stream, entry.version + 1,
            type_, schema, subject, recorded_at, effective_at, None,
            sealed.envelope, body, entry.hash, sealed.hash,
        )  # fmt: skip
        assert self.domain.fold_of(stream) is not None, f"nobody folds {stream}"
        newer = followed(
            self.domain, entry, stream, event, (line.version, sealed.hash, effective_at)
        )
        draft.record(line, newer, named_in(body, subject))
        return self._show(draft, line, event, command.by.person)

    def _who(self, command: Command, context: Context) -> dict[str, Any]:
        """The attributes that all events of one command share."""
        shared = {
            "actor": command.by.person,
            "commandid": context.command_id,
            "correlationid": context.correlation_id,
            "dataclassification": "internal",
            "datacontenttype": "application/json",
            "source": f"/grantline/{self.domain.service}",
            "specversion": "1.0",
            "time": rfc3339(command.effective_at),
        }
        if context.causation_id is not None:
            shared["causationid"] = context.causation_id
        if command.by.on_behalf_of is not None:
            shared["onbehalfof"] = command.by.on_behalf_of
        return shared

    def _show(self, draft: Draft, line: Line, event: Any, actor: str) -> Recorded:
        recorded = Recorded(
            event=event, position=line.position, origin=line.origin, sequence=line.sequence,
            event_id=line.event_id, type=line.type, stream=line.stream, version=line.version,
            subject=line.subject, recorded_at=from_micros(line.recorded_at),
            effective_at=from_micros(line.effective_at), actor=actor, body=line.body,
        )  # fmt: skip
        for generation, rows in zip(self.generations, draft.rows, strict=True):
            generation.apply(rows, recorded)
        return recorded

    def received(
        self, draft: Draft, envelope: Envelope, sealed: Sealed, received_at: int
    ) -> list[Waiting]:
        """Take in one foreign event: journal it, let it wait for what is missing, or know it.

        Returns what waited for it. Raises BrokenEvent when it comes from a service that this one
        does not hear, Diverged when it does not follow its stream, and whatever its handlers raise.
        """
        if envelope.origin not in self._hears:
            raise BrokenEvent
        draft.arrived[envelope.origin, envelope.sequence] = None
        entry = draft.entry(envelope.stream)
        if envelope.version <= entry.version:
            if draft.hash_at(envelope.stream, envelope.version) != sealed.hash:
                raise Diverged
            return []
        if need := self._missing(draft, envelope, entry):
            self._wait(draft, envelope, sealed, need, received_at)
            return []
        if envelope.prevhash != entry.hash:
            raise Diverged
        self._take(draft, envelope, sealed, entry, received_at)
        return self._released(draft, envelope)

    def _missing(self, draft: Draft, envelope: Envelope, entry: Entry) -> str | None:
        if envelope.version > entry.version + 1:
            return f"{envelope.stream}@{envelope.version - 1}"
        cause = envelope.causation_id
        if self._causal and cause is not None and not draft.has(cause):
            return cause
        return None

    def _wait(
        self, draft: Draft, envelope: Envelope, sealed: Sealed, need: str, received_at: int
    ) -> None:
        held = Waiting(
            envelope.event_id, envelope.origin, envelope.sequence, need, received_at,
            sealed.envelope, sealed.body, sealed.hash,
        )  # fmt: skip
        draft.batch.waits[held.event_id] = held
        self.waiting += 1

    def _take(
        self, draft: Draft, envelope: Envelope, sealed: Sealed, entry: Entry, received_at: int
    ) -> None:
        line = line_of(envelope, sealed, draft.head.position + 1, received_at)
        event = read_event(self.domain, line.type, line.schema, line.body)
        if event is None and line.type.rpartition(".")[0] in self._read:
            raise FutureEvent
        at = (line.version, line.hash, line.effective_at)
        newer = followed(self.domain, entry, line.stream, event, at)
        draft.record(line, newer, named_in(line.body, line.subject))
        recorded = self._show(draft, line, event, envelope.actor)
        self._react(draft, [(recorded, envelope.correlation_id)])

    def _released(self, draft: Draft, envelope: Envelope) -> list[Waiting]:
        if not self.waiting:
            return []
        needs = [envelope.event_id, f"{envelope.stream}@{envelope.version}"]
        free = draft.waiting_for(needs)
        draft.batch.waits.update((held.event_id, None) for held in free)
        return free

    def _react(self, draft: Draft, said: Sequence[tuple[Recorded, str]]) -> None:
        todo = deque(said)
        done = 0
        while todo:
            recorded, correlation_id = todo.popleft()
            for policy in self.domain.policies.get(type(recorded.event), ()):  # type: ignore[arg-type]
                reaction = self._reaction(draft, recorded)
                for number, command in enumerate(policy(recorded.event, reaction)):
                    done += 1
                    assert done <= REACTIONS_MAX, "policies set each other off without end"
                    name = policy_name(policy)
                    context = Context(
                        command_id=derived(recorded.event_id, name, number),
                        correlation_id=correlation_id,
                        causation_id=recorded.event_id,
                    )
                    todo.extend(self._follow(draft, command, context, (recorded, name)))

    def _reaction(self, draft: Draft, recorded: Recorded) -> Reaction:
        service = Actor(person=f"service:{self.domain.service}", roles=frozenset({"service"}))
        who = {"by": service, "now": self._now(), "effective_at": recorded.effective_at}
        find = draft.rows[0].get if draft.rows else _nothing
        return Reaction(command=who, find=find)

    def _follow(
        self, draft: Draft, command: Command, context: Context, why: tuple[Recorded, str]
    ) -> list[tuple[Recorded, str]]:
        above = draft.above()
        try:
            _, said = self._decide(above, command, context)
        except Refusal as refusal:
            recorded, name = why
            refused = PolicyRefused(
                policy=name,
                event_id=recorded.event_id,
                stream=recorded.stream,
                subject=recorded.subject,
                code=refusal.code(),
                rule=refusal.rule,
            )
            above = draft.above()
            service = self.domain.service
            begun = from_micros(above.entry(f"operations-{service}").first_effective)
            note = RecordOperation(
                service=service,
                event=refused,
                by=command.by,
                now=command.now,
                effective_at=max(command.now, begun),  # A clock set back shall not block it.
            )
            _, said = self._decide(above, note, context)
        draft.keep(above)
        return said


def policy_name(policy: Policy) -> str:
    """The sentence that a policy is called by."""
    return getattr(policy, "__name__", type(policy).__name__)


def _nothing(_: str, *__: str) -> None:
    return None
