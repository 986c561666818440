"""Introductions: who asked whom, and what became of it; no contact is in this list (M-14)."""

from datetime import date

from services.membership.events.partners import (
    IntroductionAccepted,
    IntroductionDeclined,
    IntroductionRequested,
)
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text

INTRODUCTIONS = table(
    "introduction_list",
    key("organisation_id"),
    key("introduction_id"),
    text("with_id"),
    text("asked_by"),
    text("status", index=True),
    text("requested_on"),
    text("answered_on"),
    integer("position", index=True),
)
"""One row for each side; `asked_by` is the side that asked."""

SIDES = table("introduction_sides", key("introduction_id"), text("asking_id"), text("asked_id"))


def show_introductions(rows: Rows, recorded: Recorded) -> None:
    """Two rows an introduction: one that either side may see."""
    match recorded.event:
        case IntroductionRequested() as event:
            pair = (event.organisation_id, event.partner_id)
            for place, (side, other) in enumerate((pair, pair[::-1])):
                rows.put(
                    "introduction_list",
                    organisation_id=side,
                    introduction_id=event.introduction_id,
                    with_id=other,
                    asked_by=event.organisation_id,
                    status="requested",
                    requested_on=event.requested_on.isoformat(),
                    position=recorded.position * 2 + place,
                )
            rows.put(
                "introduction_sides",
                introduction_id=event.introduction_id,
                asking_id=event.organisation_id,
                asked_id=event.partner_id,
            )
        case IntroductionAccepted() as event:
            _answer(rows, event.introduction_id, "accepted", event.accepted_on)
        case IntroductionDeclined() as event:
            _answer(rows, event.introduction_id, "declined", event.declined_on)
        case _:
            pass  # Everything else concerns no introduction.


def _answer(rows: Rows, introduction_id: str, status: str, day: date) -> None:
    sides = rows.get("introduction_sides", introduction_id)
    assert sides is not None, "what is answered was requested"
    for side in (sides["asking_id"], sides["asked_id"]):
        place = (side, introduction_id)
        rows.change("introduction_list", *place, status=status, answered_on=day.isoformat())


INTRODUCTION_LIST = Projection(
    "introduction_list", revision=1, tables=(INTRODUCTIONS, SIDES), apply=show_introductions
)
