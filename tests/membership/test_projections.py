"""What the lists show follows from the recorded events alone."""

from typing import Any

from services.membership.projections import PROJECTIONS
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    PROJECT,
    TODAY,
    admit_associate,
    amend,
    ask_associate,
    open_candidacy,
    pay,
    record_alias,
    waive,
)
from tests.membership.history import applicant, candidate, fee_due, member, registered
from tests.support.rows import rows_after
from tests.support.spec import Given


def row_of(here: Given, table: str, *key: str) -> Any:
    """The row after one organisation's history."""
    rows = rows_after(PROJECTIONS, FLEUVE_STREAM, here.history[FLEUVE_STREAM], TODAY)
    return rows.get(table, *key)


def test_an_organisation_is_listed_as_registered_spelled_as_given() -> None:
    assert row_of(registered, "organisation_list", FLEUVE) == {
        "organisation_id": FLEUVE,
        "name": "Société Énergétique du Fleuve inc.",
        "kind": "SME",
        "country": "CA",
        "province": "QC",
        "business_number": "123456789RC0001",
        "aliases": [],
        "status": "registered",
        "member_since": None,
        "position": 1,
    }


def test_the_list_follows_amendments_and_aliases() -> None:
    row = row_of(registered.after(record_alias, amend), "organisation_list", FLEUVE)
    assert (row["name"], row["aliases"]) == ("Énergie du Fleuve", ["Fleuve (SEF)"])


def test_the_list_shows_how_far_each_party_is() -> None:
    asked = registered.after(ask_associate)
    stages = [
        registered,
        asked,
        asked.after(admit_associate),
        candidate,
        applicant,
        fee_due,
        member,
    ]
    assert [row_of(here, "organisation_list", FLEUVE)["status"] for here in stages] == [
        "registered",
        "registered",
        "associate",
        "candidate",
        "application_submitted",
        "fee_due",
        "active",
    ]
    assert row_of(member, "organisation_list", FLEUVE)["member_since"] == "2020-05-08"


def test_a_late_admission_as_associate_throws_nobody_back_in_the_list() -> None:
    late = registered.after(ask_associate, open_candidacy, admit_associate)
    assert row_of(late, "organisation_list", FLEUVE)["status"] == "candidate"


def test_candidacies_are_listed_until_they_led_to_an_admission() -> None:
    statuses = [
        row_of(here, "candidacy_list", FLEUVE, PROJECT)["status"]
        for here in (candidate, applicant, member)
    ]
    assert statuses == ["open", "applied", "admitted"]


def test_fees_are_listed_with_what_came_in_and_what_is_owed() -> None:
    figures = ("amount_cents", "paid_cents", "waived_cents", "outstanding_cents")

    def fee(here: Given) -> list[int]:
        row = row_of(here, "fee_list", FLEUVE, "1")
        return [row[name] for name in figures]

    assert fee(fee_due) == [50_000, 0, 0, 50_000]
    assert fee(fee_due.after(pay)) == [50_000, 50_000, 0, 0]
    assert fee(fee_due.after(waive)) == [50_000, 0, 50_000, 0]
