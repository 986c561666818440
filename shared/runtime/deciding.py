"""From items to drafts: commands are decided, foreign events taken in, policies followed.

Nothing here commits. Whatever raises leaves its draft behind and the layers below untouched.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from shared.kernel.canonical import has_nul
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Decision, Domain, Policy, Reaction, decide
from shared.kernel.envelope import BrokenEvent, Envelope, Sealed, seal
from shared.kernel.events import Event, body_of, wire_type
from shared.kernel.operations import (
    UNASKED,
    PolicyRefused,
    RecordOperation,
    RunTimers,
    TimersContinued,
    TimersRun,
)
from shared.kernel.periods import from_micros, rfc3339_micros, start_of_day, to_micros
from shared.kernel.refusals import EffectiveBeforeBeginning, NulInText, Refusal
from shared.kernel.streams import named_in, subject_of
from shared.runtime.drafts import Draft
from shared.runtime.due import Part, all_due
from shared.runtime.generations import Generation
from shared.runtime.journal import Entry, Line, Waiting, followed, line_of, read_event
from shared.runtime.new_ids import Ids, derived
from shared.runtime.projections import Recorded

REACTIONS_DEEP = 100
"""Reactions to reactions to one event; a longer chain is a loop between policies."""
REACTIONS_MAX = 10_000
"""Commands that one event, or one part of what is due on a date, may set off in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why something is recorded: on whose behalf, after what, as part of what."""

    command_id: str
    correlation_id: str
    causation_id: str | None = None


class Cause(NamedTuple):
    """What policies react to: an event, where it stands, and what it all belongs to."""

    event: Any
    event_id: str
    stream: str
    subject: str
    effective_micros: int
    correlation_id: str

    @classmethod
    def of(cls, recorded: Recorded, correlation_id: str) -> "Cause":
        """An event that was recorded just now."""
        return cls(
            recorded.event, recorded.event_id, recorded.stream, recorded.subject,
            recorded.effective_micros, correlation_id,
        )  # fmt: skip


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
        self._operations = f"operations-{domain.service}"
        self._hears = domain.hears
        self._read = {type_.rpartition(".")[0] for type_ in domain.known}
        """What is read here, whatever its schema version."""

    def named(self, command: Command) -> list[str]:
        """The streams that a command is decided on, as far as it names them itself."""
        decider: Decider | None = self.domain.deciders.get(type(command))
        return decider.named(command) if decider else []

    def command(self, draft: Draft, command: Command, context: Context) -> Decision:
        """Decide one command and what policies make of its events. Raises Refusal."""
        if isinstance(command, RunTimers):
            return self._run_timers(draft, command, context)
        decision, said = self._decide(draft, command, context)
        self._react(draft, said)
        return decision

    def _run_timers(self, draft: Draft, command: RunTimers, context: Context) -> Decision:
        """Begin the next date, or go on with one of which something is left."""
        begun: TimersContinued | None = draft.entry(self._operations).state.unfinished
        decision, said = self._decide(draft, command, context)
        if begun is not None:
            said = [self._begun(begun, context)]
        part = Part(begun.after if begun else {})
        self._react(draft, said, part)
        if begun or part.left:
            [run] = said
            self._note(
                draft,
                TimersContinued(
                    business_date=run.event.business_date,
                    run_id=run.event_id,
                    run_by=run.event.run_by,
                    after=part.left,
                ),
                command,
                replace(context, causation_id=run.event_id),
            )
        return decision

    def _begun(self, begun: TimersContinued, context: Context) -> Cause:
        """The run that a part belongs to, as policies saw it the first time."""
        run = TimersRun(business_date=begun.business_date, run_by=begun.run_by)
        stream, at = self._operations, to_micros(start_of_day(begun.business_date))
        return Cause(run, begun.run_id, stream, stream, at, context.correlation_id)

    def _decide(
        self, draft: Draft, command: Command, context: Context
    ) -> tuple[Decision, list[Cause]]:
        decision = decide(self.domain, command, lambda stream: draft.entry(stream).state)
        said = [
            Cause.of(self._say(draft, stream, event, command, context), context.correlation_id)
            for stream, event in decision.says
        ]
        return decision, said

    def _say(
        self, draft: Draft, stream: str, event: Event, command: Command, context: Context
    ) -> Recorded:
        entry = draft.entry(stream)
        effective_at = _effective(entry, event, command)
        head = draft.head
        recorded_at = max(head.recorded_at + 1, to_micros(self._now()))
        event_id = self._ids.uuid7_at(recorded_at)
        service, schema = self.domain.service, event.schema_version
        subject = subject_of(stream)
        type_ = wire_type(service, event.event_name, schema)
        envelope = {
            **self._who(command, context),
            "time": rfc3339_micros(effective_at),
            "dataschema": f"/schemas/{event.event_name}.v{schema}.json",
            "id": event_id,
            "originsequence": head.sequence + 1,
            "partitionkey": subject,
            "prevhash": entry.hash,
            "recordedtime": rfc3339_micros(recorded_at),
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
        }
        if context.causation_id is not None:
            shared["causationid"] = context.causation_id
        if command.by.on_behalf_of is not None:
            shared["onbehalfof"] = command.by.on_behalf_of
        return shared

    def _show(self, draft: Draft, line: Line, event: Any, actor: str) -> Recorded:
        recorded = Recorded(
            event, line.position, line.origin, line.sequence, line.event_id, line.type,
            line.stream, line.version, line.subject, line.recorded_at, line.effective_at,
            actor, line.body,
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
        self._react(draft, [Cause.of(recorded, envelope.correlation_id)])

    def _released(self, draft: Draft, envelope: Envelope) -> list[Waiting]:
        if not self.waiting:
            return []
        needs = [envelope.event_id, f"{envelope.stream}@{envelope.version}"]
        free = draft.waiting_for(needs)
        draft.batch.waits.update((held.event_id, None) for held in free)
        return free

    def _react(self, draft: Draft, said: Sequence[Cause], part: Part | None = None) -> None:
        todo = deque((cause, 1) for cause in said)
        done = 0
        while todo:
            cause, depth = todo.popleft()
            assert depth <= REACTIONS_DEEP, "policies set each other off without end"
            for policy in self.domain.policies.get(type(cause.event), ()):
                name = policy_name(policy)
                of_run = part if isinstance(cause.event, TimersRun) else None
                if of_run and not of_run.concerns(name):
                    continue
                reaction = self._reaction(draft, cause, name, of_run)
                place = of_run.place(name) if of_run else name
                for number, command in enumerate(policy(cause.event, reaction)):
                    done += 1
                    assert done <= REACTIONS_MAX, "policies set each other off without end"
                    command_id = derived(cause.event_id, place, number)
                    followed_by = self._follow(draft, command, command_id, (cause, name))
                    todo.extend((each, depth + 1) for each in followed_by)

    def _reaction(self, draft: Draft, cause: Cause, policy: str, part: Part | None) -> Reaction:
        service = Actor(person=f"service:{self.domain.service}", roles=frozenset({"service"}))
        effective_at = from_micros(cause.effective_micros)
        who = {"by": service, "now": self._now(), "effective_at": effective_at}
        if not draft.rows:
            return Reaction(command=who, find=_nothing)
        rows = draft.rows[0]
        due = part.of(policy, rows) if part else all_due(rows)
        return Reaction(command=who, find=rows.get, due=due)

    def _follow(
        self, draft: Draft, command: Command, command_id: str, why: tuple[Cause, str]
    ) -> list[Cause]:
        cause, policy = why
        context = Context(
            command_id=command_id,
            correlation_id=cause.correlation_id,
            causation_id=cause.event_id,
        )
        above = draft.above()
        try:
            _, said = self._decide(above, command, context)
        except Refusal as refusal:
            refused = PolicyRefused(
                policy=policy,
                event_id=cause.event_id,
                stream=cause.stream,
                subject=self._concerned(cause, command),
                code=refusal.code(),
                rule=refusal.rule,
            )
            above = draft.above()
            said = self._note(above, refused, command, context)
        draft.keep(above)
        return said

    def _concerned(self, cause: Cause, command: Command) -> str:
        """In whose history a refusal stands: the cause's, unless that is the passing of time."""
        if cause.stream != self._operations:
            return cause.subject
        return subject_of(self.domain.deciders[type(command)].first_stream(command))

    def _note(
        self, draft: Draft, event: PolicyRefused | TimersContinued, why: Command, context: Context
    ) -> list[Cause]:
        """Record what nobody asked for, now."""
        service = self.domain.service
        note = RecordOperation(
            service=service, event=event, by=why.by, now=why.now, effective_at=why.now
        )
        return self._decide(draft, note, context)[1]


def _effective(entry: Entry, event: Event, command: Command) -> int:
    """When an event is true, in microseconds. Raises EffectiveBeforeBeginning."""
    at = to_micros(command.effective_at)
    if isinstance(event, TimersRun):
        at = to_micros(start_of_day(event.business_date))
    if not entry.version or at >= entry.first_effective:
        return at
    if isinstance(event, UNASKED):  # A clock set back, or an old date, shall not block it.
        return entry.first_effective
    raise EffectiveBeforeBeginning


def policy_name(policy: Policy) -> str:
    """The sentence that a policy is called by."""
    return getattr(policy, "__name__", type(policy).__name__)


def _nothing(_: str, *__: str) -> None:
    return None
