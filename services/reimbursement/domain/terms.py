"""What was agreed upon, and what amendments make of it, by the day from which each applies.

Amendments are laid over what was executed in the order of their first days, equal days in the order
of their versions; so what applies on a day does not depend on which of them was signed first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.reimbursement.events.agreement import (
    AgreedRate,
    BudgetLine,
    CostKind,
    ParticipantCap,
)
from services.reimbursement.events.amendment import Changes, RateChange


@dataclass(frozen=True, slots=True)
class Terms:
    """Between which civil days costs count, both inclusive, and who is capped at what."""

    eligible_from: date
    end_date: date
    participant_caps: tuple[ParticipantCap, ...] = ()
    rates: tuple[AgreedRate, ...] = ()
    """Where they differ from the decision's one rate."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Everything that an amendment may change; amounts are cents, rates exact, days inclusive."""

    budget: tuple[BudgetLine, ...] = ()
    rates: tuple[AgreedRate, ...] = ()
    ceiling_cents: int = 0
    participant_caps: tuple[ParticipantCap, ...] = ()
    end_date: date = date.min

    def budget_of(self, kind: CostKind) -> int:
        """The project's budget of one cost kind, in cents."""
        return sum(line.amount_cents for line in self.budget if line.kind == kind)


@dataclass(frozen=True, slots=True)
class Amended:
    """Changes that all parties signed, as one version of the agreement."""

    version: int
    effective_from: date
    changes: Changes


def with_amendments(agreed: Agreed, amendments: Sequence[Amended]) -> Agreed:
    """What these amendments make of what was agreed, in the order of their first days."""
    for amendment in sorted(amendments, key=lambda each: (each.effective_from, each.version)):
        agreed = _changed(agreed, amendment.changes, amendment.effective_from)
    return agreed


def _changed(agreed: Agreed, changes: Changes, first: date) -> Agreed:
    caps = {
        cap.organisation_id: cap for cap in (*agreed.participant_caps, *changes.participant_caps)
    }
    return Agreed(
        budget=_budget(agreed.budget, changes.budget),
        rates=rates_with(agreed.rates, changes.rates, first),
        ceiling_cents=changes.ceiling_cents or agreed.ceiling_cents,
        participant_caps=tuple(caps.values()),
        end_date=changes.end_date or agreed.end_date,
    )


def _budget(
    lines: tuple[BudgetLine, ...], changed: tuple[BudgetLine, ...]
) -> tuple[BudgetLine, ...]:
    by_place = {
        (line.organisation_id, line.kind, line.quarter): line for line in (*lines, *changed)
    }
    return tuple(line for line in by_place.values() if line.amount_cents)


def rates_with(
    rates: tuple[AgreedRate, ...], changes: Sequence[RateChange], first: date
) -> tuple[AgreedRate, ...]:
    """The periods of all rates when these changes apply from a day on; none overlaps another."""
    for change in changes:
        kept = [piece for rate in rates for piece in _outside(rate, change, first)]
        new = AgreedRate(
            organisation_id=change.organisation_id,
            kind=change.kind,
            rate=change.rate,
            applies_from=first,
            applies_to=change.applies_to,
        )
        rates = (*kept, new)
    return rates


def _outside(rate: AgreedRate, change: RateChange, first: date) -> Sequence[AgreedRate]:
    """What is left of a period when another rate takes the days of a change."""
    if (rate.organisation_id, rate.kind) != (change.organisation_id, change.kind):
        return [rate]
    ends, last = rate.applies_to or date.max, change.applies_to or date.max
    pieces = []
    if rate.applies_from < first:
        until = first if first < ends else rate.applies_to
        pieces.append(rate.model_copy(update={"applies_to": until}))
    if last < ends:
        pieces.append(rate.model_copy(update={"applies_from": max(rate.applies_from, last)}))
    return pieces


def difference(before: Agreed, after: Agreed) -> Sequence[Mapping[str, str]]:
    """What one version says otherwise than another: topic, what it is about, was, is."""
    was, now = _told(before), _told(after)
    return [
        {"topic": topic, "about": about, "was": was.get(place, ""), "is": now.get(place, "")}
        for place in sorted(was.keys() | now.keys())
        if was.get(place) != now.get(place)
        for topic, about in [place]
    ]


def _told(agreed: Agreed) -> Mapping[tuple[str, str], str]:
    """Every single term by topic and by what it is about, as text; amounts in cents."""
    told = {
        ("ceiling", "project"): str(agreed.ceiling_cents),
        ("end_date", "project"): agreed.end_date.isoformat(),
    }
    for line in agreed.budget:
        place = f"{line.organisation_id} {line.kind} {line.quarter}"
        told["budget", place] = str(line.amount_cents)
    for rate in agreed.rates:
        place = f"{rate.organisation_id} {rate.kind} {rate.applies_from.isoformat()}"
        told["rates", place] = f"{rate.rate} until {rate.applies_to or 'changed'}"
    for cap in agreed.participant_caps:
        told["caps", cap.organisation_id] = str(cap.cap_cents)
    return told


def stated(agreed: Agreed, terms: Terms) -> Agreed:
    """The rates that the parties stated for periods, laid over the one rate for all."""
    rates = agreed.rates
    for own in terms.rates:
        change = RateChange(
            organisation_id=own.organisation_id,
            kind=own.kind,
            rate=own.rate,
            applies_to=own.applies_to,
        )
        rates = rates_with(rates, [change], own.applies_from)
    return replace(agreed, rates=rates)
