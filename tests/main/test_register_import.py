"""`grantline import-register` on real files: rows, sums, refusals, and honest exit codes."""

from pathlib import Path

import pytest

from services.main.embedded import embedded_fleet
from shared.runtime.settings import Settings
from tests.main.system import NOBODY, Said, grantline
from tests.support.catalogue import ROOT

DATA = ROOT / "tests" / "data"
HEADER = "recipient_legal_name,agreement_start_year,agreement_value,owner_org_title_en\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a system that is not running."""
    fleet = embedded_fleet(Settings(data=tmp_path))
    fleet.open()
    fleet.close()
    return tmp_path


def imported(data: Path, file: Path, *words: str) -> Said:
    return grantline("import-register", str(file), "--data", str(data), "--url", NOBODY, *words)


def test_the_published_sample_is_imported_and_a_second_time_changes_nothing(data: Path) -> None:
    file = DATA / "proactive_disclosure_sample.csv"
    said = imported(data, file, "--json")
    first = said.document
    assert (said.code, first["agrees"], first["refused"]) == (0, True, [])
    assert (first["rows"], first["recorded"], first["amended"]) == (1954, 1954, 0)
    assert len(first["owners"]) == 34
    assert all(owner["published"] == owner["accepted"] for owner in first["owners"])
    said = imported(data, file, "--json")
    assert (said.code, said.document["recorded"], said.document["repeated"]) == (0, 0, 1954)


def test_the_clusters_agreements_are_told_for_people(data: Path) -> None:
    said = imported(data, DATA / "cluster_agreements.csv")
    assert said.code == 0
    assert "21 rows, 10 agreements recorded, 6 amendments, 5 known already, 0 refused" in said.out
    assert "the sums agree with the file" in said.out


def test_a_refused_row_is_named_and_ends_with_1(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    rows = "NGen,2018,1.00,ISED\nNGen,2018,a lot,ISED\nNGen,2018,1.00,\n"
    file.write_text(HEADER + rows, encoding="utf-8-sig")
    said = imported(data, file, "--json")
    assert said.code == 1
    assert said.document["refused"] == [
        {"row": 2, "reason": "no_money"},
        {"row": 3, "reason": "no_owner"},
    ]
    assert imported(data, file).err.splitlines()[-2:] == [
        "row 2 refused: no_money",
        "row 3 refused: no_owner",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, 3), (b"a,b\n1,2\n", 2), (b"\xff\xfe\x00", 2)],
)
def test_what_is_no_register_is_said_in_one_line(
    data: Path, tmp_path: Path, content: bytes | None, code: int
) -> None:
    file = tmp_path / "rows.csv"
    if content is not None:
        file.write_bytes(content)
    said = imported(data, file)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("grantline: ")
    assert said.err.count("\n") == 1
