"""Intake reacts to nothing: what it hears is read by its deciders, so no command follows alone."""

from collections.abc import Mapping, Sequence

from shared.kernel.decider import Policy
from shared.kernel.events import Event, Heard

POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {}
"""Empty on purpose: the status of a proposal mirrors evaluation by folding, not by commanding."""
