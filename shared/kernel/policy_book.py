"""Policies of a programme: how versions are published, and which one is in force on a date.

Every service has a book of its own, on the stream `policy-<service>`, with the event
PolicyPublished and the parameters that it owns; what is pinned never moves (X7).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import Fault, Invalid, Refusal

P = TypeVar("P")
Q = TypeVar("Q", covariant=True)


class Published(Protocol[Q]):
    """What the event PolicyPublished of any service has."""

    @property
    def programme(self) -> str:
        """The programme that the version is for."""

    @property
    def version(self) -> str:
        """Its name; never used twice in a programme."""

    @property
    def parameters(self) -> Q:
        """The values themselves."""

    @property
    def effective_from(self) -> date:
        """The first civil day on which it applies."""

    @property
    def effective_to(self) -> date | None:
        """The first day on which it no longer does; absent means open."""


class NoPolicyInForce(Refusal):
    """No policy of this programme is in force on that date; publish one first."""

    rule = "X7"
    french = "Aucune politique de ce programme n'est en vigueur à cette date; publiez-en une."


class PolicyVersionTaken(Refusal):
    """This programme already has a policy version of that name; versions never change."""

    rule = "X1"
    french = "Ce programme a déjà une version de politique de ce nom; une version ne change pas."


class PolicyEndsBeforeItBegins(Invalid):
    """A policy ends after the day on which it begins; `effective_to` is the first day after it."""

    rule = "X7"
    french = "Une politique finit après le jour où elle commence; `effective_to` en est exclu."


@dataclass(frozen=True)  # Generic, frozen and slotted together cannot be made by `Pinned[P](…)`.
class Pinned(Generic[P]):
    """One published version: what a verdict or amount is computed by (X7)."""

    version: str
    parameters: P
    effective_from: date
    effective_to: date | None
    """Exclusive; absent means open."""

    def in_force(self, on: date) -> bool:
        """Whether this version applies on a civil day."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True)  # As above.
class PolicyBook(Generic[P]):
    """All versions of all programmes; where two are in force, the one published later counts."""

    versions: dict[str, tuple[Pinned[P], ...]] = field(default_factory=dict)

    def with_published(self, event: Published[P]) -> "PolicyBook[P]":
        """This book with one version more."""
        pinned = Pinned(event.version, event.parameters, event.effective_from, event.effective_to)
        earlier = self.versions.get(event.programme, ())
        return PolicyBook({**self.versions, event.programme: (*earlier, pinned)})

    def has(self, programme: str, version: str) -> bool:
        """Whether this version was already published."""
        return any(pinned.version == version for pinned in self.versions.get(programme, ()))

    def in_force(self, programme: str, on: date) -> Pinned[P]:
        """The version that applies on a civil day. Raises NoPolicyInForce."""
        for pinned in reversed(self.versions.get(programme, ())):
            if pinned.in_force(on):
                return pinned
        raise NoPolicyInForce(programme=programme)

    def version(self, programme: str, version: str) -> Pinned[P]:
        """A version by name, as pinned by an earlier verdict. Raises NoPolicyInForce."""
        for pinned in self.versions.get(programme, ()):
            if pinned.version == version:
                return pinned
        raise NoPolicyInForce(programme=programme)


@dataclass(frozen=True, kw_only=True)  # As above.
class PublishPolicy(Command, Generic[P]):
    """Publish a version of a programme's parameters; versions never change afterwards."""

    programme: str
    version: str
    parameters: P
    effective_from: date
    effective_to: date | None
    """Exclusive; absent means open."""
    reason: str


def publishing(
    published: Callable[..., Event],
    *,
    stream: str,
    check: Callable[[Any], None] = lambda _: None,
) -> Decider:
    """How a service decides PublishPolicy, by its own event and its own check of the parameters.

    Refused: PolicyVersionTaken (X1), PolicyEndsBeforeItBegins where no day is left between the two
    dates, and whatever `check` raises.
    """

    def publish_policy(ask: PublishPolicy[Any], policies: PolicyBook[Any]) -> Sequence[Event]:
        if policies.has(ask.programme, ask.version):
            raise PolicyVersionTaken
        if ask.effective_to is not None and ask.effective_to <= ask.effective_from:
            raise PolicyEndsBeforeItBegins(Fault("/effective_to", "before_beginning"))
        check(ask.parameters)
        event = published(
            programme=ask.programme,
            version=ask.version,
            parameters=ask.parameters,
            effective_from=ask.effective_from,
            effective_to=ask.effective_to,
            reason=ask.reason,
            published_by=ask.by.person,
        )
        return [event]

    return Decider(publish_policy, policies=stream)
