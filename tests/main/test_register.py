"""The registers are read as they are: names to the letter, and what is not known as unknown."""

import csv
import unicodedata
from dataclasses import fields
from importlib import resources

import pytest

from services.main.demo.register import (
    SAME_BODY,
    SAME_GROUP,
    OrganisationRow,
    ProjectRow,
    canonical_name,
    organisations,
    projects,
)
from shared.kernel.identifiers import same_name

CLUSTERS = {
    "Scale AI": 28,
    "NGen": 4,
    "Protein Industries Canada": 10,
    "Canada's Ocean Supercluster": 10,
    "DIGITAL": 9,
}
MOJIBAKE = ("Ã", "Â", "â€", "\ufffd")
"""What UTF-8 looks like after it was read as something else."""


def names() -> list[str]:
    return [row.name for row in organisations()]


def cells(file: str, column: str) -> list[str]:
    """A column as another reader finds it: the bytes decoded here, split by the csv module."""
    raw = (resources.files("services.main") / "data" / file).read_bytes()
    return [row[column] for row in csv.DictReader(raw.decode("utf-8").splitlines(keepends=True))]


def test_there_are_61_projects_of_five_clusters() -> None:
    found = [row.cluster for row in projects()]
    assert len(found) == 61
    assert {cluster: found.count(cluster) for cluster in CLUSTERS} == CLUSTERS


def test_projects_are_numbered_in_the_order_of_the_file() -> None:
    assert [row.number for row in projects()] == list(range(1, 62))
    assert [row.title for row in projects()] == cells("projects.csv", "project_title")


def test_there_are_138_organisations_each_spelled_once() -> None:
    assert len(names()) == len(set(names())) == 138
    assert names() == cells("organisations.csv", "name")


@pytest.mark.parametrize(
    "name",
    [
        "Centre Hospitalier de l'Université de Montréal",
        "Hôpital Maisonneuve-Rosemont",
        "Université Laval",
        "Canada Protein Ingredients Ltd. - Ingrédients Protéiques du Canada Ltée (CPI-IPC)",
        "Princess Margaret Cancer Centre, UHN",
        "CIUSSS de l’Estrie - Sherbrooke",
        "CIUSSS de l’Estrie – Sherbrooke",
        "10793574 Canada Association",
        "SCALE AI - Canadian Artificial Intelligence S",
    ],
)
def test_accents_commas_dashes_and_figures_stay_in_a_name(name: str) -> None:
    assert name in names()


def test_quotation_marks_are_part_of_a_title() -> None:
    [chatbot] = [row for row in projects() if row.lead == "Dialogue Technologies"]
    assert chatbot.title == 'Automated public chatbot "Chloé"'


def test_an_en_dash_is_part_of_a_title() -> None:
    titles = {row.title for row in projects()}
    assert {"Healthcare Optimization – Agentic AI", "Tailored Health – Pharmacogenetics"} <= titles


def test_a_comma_inside_a_name_does_not_split_a_list_of_partners() -> None:
    [oncology] = [row for row in projects() if row.title.startswith("Patient-centric")]
    assert "Princess Margaret Cancer Centre, UHN" in oncology.partners
    assert len(oncology.partners) == 10


def test_no_text_was_decoded_twice() -> None:
    texts = [*names(), *(row.title for row in projects()), *(row.cluster for row in projects())]
    texts += [name for row in projects() for name in row.named]
    assert [text for text in texts if any(trace in text for trace in MOJIBAKE)] == []
    assert [text for text in texts if unicodedata.normalize("NFC", text) != text] == []
    assert [text for text in texts if text != text.strip() or "\r" in text] == []


def test_every_organisation_that_a_project_names_is_in_the_register() -> None:
    named = {name for row in projects() for name in row.named}
    assert named - set(names()) == set()


def test_a_missing_cell_is_unknown_and_never_an_empty_text() -> None:
    rows: list[OrganisationRow | ProjectRow] = [*organisations(), *projects()]
    left_open = {
        field.name for row in rows for field in fields(row) if getattr(row, field.name) == ""
    }
    assert left_open == {"announced"}  # A date as printed: a year, a month, a day, or nothing.
    [carrier] = [row for row in organisations() if row.name == "OEC Group"]
    assert (carrier.kind, carrier.country, carrier.province) == (None, None, None)
    mila = next(row for row in projects() if row.lead == "Mila")
    assert (mila.total, mila.contribution, mila.provinces) == (None, 125_000, ("QC",))
    nobody = next(row for row in projects() if row.title == "High-protein canola hybrids")
    assert (nobody.lead, nobody.partners, nobody.round_id) == (None, (), None)
    assert (nobody.total, nobody.contribution, nobody.announced) == (27_600_000, None, "")


def test_sixteen_rows_publish_both_figures() -> None:
    funded = [row for row in projects() if row.funded]
    assert len(funded) == 16
    assert sum(row.contribution or 0 for row in funded) * 100 == 7_605_150_000


def test_ten_rows_name_nobody_and_ten_more_no_lead() -> None:
    rows = projects()
    assert len([row for row in rows if not row.named]) == 10
    assert len([row for row in rows if row.partners and row.lead is None]) == 10


def test_a_row_without_a_lead_is_led_by_its_first_partner() -> None:
    pulses = next(row for row in projects() if row.title.startswith("Texturised pulse"))
    assert (pulses.lead, pulses.named) == (None, ("AGT", "ulivit"))


def test_two_spellings_of_one_body_are_one_body() -> None:
    hyphen, dash = "CIUSSS de l’Estrie - Sherbrooke", "CIUSSS de l’Estrie – Sherbrooke"
    assert hyphen != dash
    assert canonical_name(dash) == canonical_name(hyphen) == hyphen
    named = {canonical_name(name) for row in projects() for name in row.named}
    assert dash not in named


def test_every_other_spelling_is_one_that_the_register_notes() -> None:
    noted = dict(zip(names(), cells("organisations.csv", "name_note"), strict=True))
    for other, name in SAME_BODY.items():
        assert {other, name} <= set(noted)
        note = noted[other] + noted[name]
        assert "same body" in note or "spellings" in note or "cut at" in note
    for one, other in SAME_GROUP:
        assert "same group" in noted[one] + noted[other]


def test_bodies_with_names_alike_stay_two_where_no_note_says_otherwise() -> None:
    assert canonical_name("Nunavut Fisheries") != canonical_name("Nunavut Fisheries Association")
    assert same_name("AGT") != same_name("AGT Food and Ingredients")
