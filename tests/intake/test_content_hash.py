"""One name for one content: the hash that is confirmed and assessed (I-9, I-10)."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.intake.domain.content import IpPlan, content_hash
from services.intake.events.content import BudgetProposed
from services.intake.events.parties import ParticipantDeclined, ParticipantInvited
from services.intake.events.vocabulary import BudgetLine, IpOwner, WorkPackage
from shared.kernel.events import Event
from tests.intake.examples import (
    CARRIER,
    FIRM,
    PROJECT,
    a_third,
    at_the_quay,
    budget_proposed,
    confirm,
    drafted,
    endorsed,
    firm_equipment,
    firm_invited,
    in_the_office,
    ip_plan_declared,
    planned,
    port_labour,
    proposal_of,
    story,
    submit,
    summary_revised,
    two_thirds,
    work_plan_proposed,
)

organisations = some.integers(0, 2**16).map(lambda number: f"org_{number:032x}")
lines = some.builds(
    BudgetLine,
    organisation_id=organisations,
    kind=some.sampled_from(["labour", "equipment", "dissemination", "capital"]),
    quarter=some.sampled_from(["2020-21Q1", "2020-21Q4", "2021-22Q2"]),
    amount_cents=some.integers(1, 10**12),
)
packages = some.builds(
    WorkPackage,
    name=some.sampled_from(["Quay", "Model", "Étude"]),
    place=some.sampled_from(["QC", "CA-NL", "DE"]),
    organisation_id=organisations,
    starts_on=some.dates(),
    ends_on=some.dates(),
)
sections = some.dictionaries(
    some.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), some.just("5")
)


@for_all(
    some.data(),
    sections,
    some.lists(lines, max_size=6),
    some.lists(packages, max_size=4),
    some.lists(organisations, max_size=6, unique=True),
)
def test_the_order_of_what_is_named_does_not_change_the_hash(
    data: Any,
    chapters: dict[str, str],
    budget: list[BudgetLine],
    work_plan: list[WorkPackage],
    parties: list[str],
) -> None:
    def shuffled(items: Any) -> Any:
        return data.draw(some.permutations(list(items)))

    owners = (a_third, two_thirds)
    plan = IpPlan(owners, "patent", "none")
    other_plan = IpPlan(tuple(shuffled(owners)), "patent", "none")
    assert content_hash(chapters, budget, work_plan, plan, parties) == content_hash(
        dict(shuffled(chapters.items())),
        shuffled(budget),
        shuffled(work_plan),
        other_plan,
        shuffled(parties),
    )


@for_all(some.permutations([firm_invited, summary_revised, budget_proposed, work_plan_proposed]))
def test_the_order_of_the_events_does_not_change_the_hash(events: list[Event]) -> None:
    assert _hash(drafted, *events) == _hash(*planned)


def _hash(*events: Event) -> str:
    return proposal_of(story(*events)).content_hash


dearer = BudgetProposed(
    project_id=PROJECT,
    lines=(port_labour, firm_equipment.model_copy(update={"amount_cents": 4_567_801})),
    proposed_by="applicant-1",
)
elsewhere = work_plan_proposed.model_copy(
    update={"packages": (at_the_quay, in_the_office.model_copy(update={"place": "DE"}))}
)
carrier_invited = ParticipantInvited(
    project_id=PROJECT, organisation_id=CARRIER, name="Transporteur", invited_by="applicant-1"
)
halves = ip_plan_declared.model_copy(
    update={
        "owners": tuple(
            IpOwner(owner=party.owner, share=Fraction(1, 2)) for party in ip_plan_declared.owners
        )
    }
)


@pytest.mark.parametrize(
    "change",
    [
        summary_revised.model_copy(update={"sha256": "6" * 64}),
        summary_revised.model_copy(update={"section": "risks"}),
        dearer,
        elsewhere,
        carrier_invited,
        halves,
    ],
)
def test_any_change_of_the_content_changes_the_hash(change: Event) -> None:
    assert _hash(*planned, ip_plan_declared, change) != _hash(*planned, ip_plan_declared)


declined = ParticipantDeclined(project_id=PROJECT, organisation_id=FIRM, declined_by="partner-1")


@pytest.mark.parametrize(
    "answer",
    [
        endorsed,
        declined,
        budget_proposed.model_copy(update={"proposed_by": "officer-1"}),
        firm_invited.model_copy(update={"name": "Logiciels du quai inc."}),
    ],
)
def test_answers_and_endorsements_do_not_change_the_hash(answer: Event) -> None:
    assert _hash(*planned, answer) == _hash(*planned)


def test_confirming_and_submitting_do_not_change_the_hash() -> None:
    here = story(*planned)
    later = here.after(confirm(proposal_of(here).content_hash), submit)
    assert proposal_of(later).content_hash == proposal_of(here).content_hash


def test_going_back_to_an_earlier_content_goes_back_to_its_hash() -> None:
    changed = summary_revised.model_copy(update={"sha256": "6" * 64})
    assert _hash(*planned, changed, summary_revised) == _hash(*planned)
