"""Historic agreements from a published register: each once, with its totals as amendments."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.register import ImportRegister, PublishedRow, RowsAre
from services.reimbursement.domain.register import Register, import_register, register_id
from services.reimbursement.domain.single_precision import same_amount, shortest, single
from services.reimbursement.events.register import RefusedRow, RegisterImported
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.support.catalogue import ROOT
from tests.support.running import Running, running
from tests.support.spec import Given, given

DATA = ROOT / "tests" / "data"
ISED = "Innovation, Science and Economic Development"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


PAIRS = rows_of("value_precision_pairs.csv")
CLUSTERS = rows_of("cluster_agreements.csv")
SAMPLE = rows_of("proactive_disclosure_sample.csv")


def cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def published(row: int, recipient: str, value: str, **told: str) -> PublishedRow:
    facts = {"programme": "", "province": "", "city": "", "start_year": "2018", **told}
    return PublishedRow(row=row, recipient=recipient, value=value, **facts)


def ask(
    rows: Sequence[PublishedRow], source: str = "aa" * 32, rows_are: RowsAre = "agreements"
) -> ImportRegister:
    return ImportRegister(
        register_id=register_id(ISED),
        owner=ISED,
        source_sha256=source,
        part=0,
        rows_are=rows_are,
        rows=rows,
        **eg.asked(),
    )


def register_of(here: Given) -> Register:
    found: Register = here.state(f"register-{register_id(ISED)}")
    return found


def imported(here: Given, source: str = "aa" * 32) -> Any:
    return register_of(here).imports[f"{source}.0"]


def cluster_rows() -> list[PublishedRow]:
    return [
        published(
            number,
            row["recipient_legal_name"],
            row["agreement_value"],
            province=row["recipient_province"],
            city=row["recipient_city"],
            start_year=row["agreement_start_year"],
        )
        for number, row in enumerate(CLUSTERS, 1)
    ]


@pytest.mark.parametrize("pair", PAIRS, ids=[str(number) for number in range(len(PAIRS))])
def test_the_two_values_of_a_pair_are_one_amount_rounded(pair: Mapping[str, str]) -> None:
    exact = cents(pair["agreement_value_bulk_csv"])
    rounded = cents(pair["agreement_value_search_export"])
    assert exact != rounded
    assert same_amount(exact, rounded)
    assert same_amount(rounded, exact)


def test_an_amendment_is_no_rounding() -> None:
    for before, after in ((229_765_127_00, 283_615_900_00), (3_000_000_000, 3_000_001_000)):
        assert not same_amount(before, after)
    assert not same_amount(229_765_127_00, 229_765_121_00), "not the shortest decimal"


@for_all(st.integers(1, 10**14))
def test_a_shortest_decimal_reads_back_as_the_same_number(amount: int) -> None:
    value = Fraction(amount, 100)
    assert single(shortest(value)) == single(value)
    assert single(-value) == -single(value)
    assert abs(single(value) - value) <= value / 2**24


def test_two_publications_of_the_same_agreements_are_no_amendments() -> None:
    """All 586 pairs, first as the bulk file has them, then as the search export has them."""
    here = given(DOMAIN)
    for column, source in (
        ("agreement_value_bulk_csv", "aa" * 32),
        ("agreement_value_search_export", "bb" * 32),
    ):
        rows = [
            published(
                number,
                pair["recipient_legal_name"],
                pair[column],
                programme=pair["prog_name_en"],
                start_year=pair["agreement_start_year"],
            )
            for number, pair in enumerate(PAIRS, 1)
        ]
        here = here.after(ask(rows, source))
    first, second = imported(here), imported(here, "bb" * 32)
    assert (first.recorded, first.amended, first.repeated) == (586, 0, 0)
    assert (second.recorded, second.amended, second.repeated) == (0, 0, 586)
    assert not second.refused


def test_the_clusters_agreements_rise_by_their_amendments() -> None:
    here = given(DOMAIN).after(ask(cluster_rows(), rows_are="totals"))
    totals = {
        (agreement.recipient, agreement.start_year): agreement.totals_cents
        for agreement in register_of(here).agreements.values()
    }
    assert totals[("Next Generation Manufacturing Canada", 2018)] == (
        229_765_127_00,
        497_815_000_00,
    )
    assert totals[("Protein Industries Canada Inc.", 2018)][1:] == (326_818_340_00,)
    assert totals[("Canada's Ocean Supercluster", 2018)][1:] == (277_843_740_00,)
    assert totals[("10793574 Canada Association", 2018)] == (
        152_843_760_00,
        297_545_900_00,
        304_545_887_00,
    )
    assert totals[("SCALE AI - Canadian Artificial Intelligence S", 2022)] == (77_632_005_00,)
    done = imported(here)
    assert done.recorded + done.amended + done.repeated == len(CLUSTERS)
    assert done.accepted_cents == sum(cents(row["agreement_value"]) for row in CLUSTERS)


def test_totals_are_cumulative_and_never_added_up() -> None:
    rows = [published(1, "NGen", "100.00"), published(2, "NGen", "250.50")]
    here = given(DOMAIN).after(ask(rows, rows_are="totals"))
    assert register_of(here).value_cents == 25_050


def test_a_second_import_of_a_file_changes_nothing() -> None:
    here = given(DOMAIN).after(ask(cluster_rows(), rows_are="totals"))
    here.when(ask(cluster_rows(), rows_are="totals")).then_nothing()
    another = here.when(ask(cluster_rows(), "bb" * 32, rows_are="totals"))
    [said] = another.then_names("RegisterImported")
    assert isinstance(said, RegisterImported)
    assert (said.recorded, said.amended, said.repeated) == (0, 0, len(CLUSTERS))


def test_a_later_publication_amends_the_one_agreement_that_it_can_mean() -> None:
    here = given(DOMAIN).after(ask([published(1, "NGen", "100.00", programme="Superclusters")]))
    later = here.after(ask([published(1, "NGEN ", "80.00", city="Hamilton")], "bb" * 32))
    [agreement] = register_of(later).agreements.values()
    assert agreement.totals_cents == (10_000, 8_000)
    other = here.after(ask([published(1, "NGen", "80.00", programme="Clean Tech")], "bb" * 32))
    assert len(register_of(other).agreements) == 2


def test_equal_rows_are_agreements_of_their_own_and_stay_as_many() -> None:
    twice = [published(1, "WFP", "50000000.00"), published(2, "WFP", "50000000.00")]
    here = given(DOMAIN).after(ask(twice))
    assert len(register_of(here).agreements) == 2
    again = here.after(ask([*twice, published(3, "WFP", "50000000.00")], "bb" * 32))
    assert imported(again, "bb" * 32).recorded == 1


def test_what_may_be_one_agreement_or_another_is_refused() -> None:
    here = given(DOMAIN).after(ask([published(1, "WFP", "50.00"), published(2, "WFP", "60.00")]))
    later = here.after(ask([published(1, "WFP", "70.00"), published(2, "WFP", "60.00")], "bb" * 32))
    assert imported(later, "bb" * 32).amended == 1, "60.00 is known, so only the other one is left"
    unclear = here.after(ask([published(7, "WFP", "70.00")], "bb" * 32))
    assert imported(unclear, "bb" * 32).refused == (RefusedRow(row=7, reason="ambiguous"),)
    totals = [published(8, "WFP", "70.00"), published(9, "WFP", "80.00")]
    unclear = here.after(ask(totals, "bb" * 32, rows_are="totals"))
    assert [refused.row for refused in imported(unclear, "bb" * 32).refused] == [8, 9]
    clear = here.after(ask([published(8, "WFP", "50.00"), totals[0]], "bb" * 32, "totals"))
    assert imported(clear, "bb" * 32).amended == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (published(1, " ", "1.00"), "no_recipient"),
        (published(1, "NGen", "1.00", start_year=""), "no_year"),
        (published(1, "NGen", "1.00", start_year="18"), "no_year"),
        (published(1, "NGen", ""), "no_money"),
        (published(1, "NGen", "1,000.00"), "no_money"),
        (published(1, "NGen", "1.005"), "no_money"),
        (published(1, "NGen", "1e400"), "no_money"),
        (published(1, "NGen", "NaN"), "no_money"),
        (published(1, "N\u202egen", "1.00"), "unprintable"),
        (published(1, "N" * 401, "1.00"), "unprintable"),
    ],
)
def test_a_row_that_says_nothing_is_refused_with_its_reason(row: PublishedRow, reason: str) -> None:
    here = given(DOMAIN).after(ask([row, published(2, "Protein\n Industries", "-5.5")]))
    [refused] = imported(here).refused
    assert (refused.row, refused.reason) == (1, reason)
    [agreement] = register_of(here).agreements.values()
    assert (agreement.recipient, agreement.value_cents) == ("Protein Industries", -550)


def test_every_row_of_the_sample_becomes_an_agreement_and_the_sums_agree() -> None:
    owners: dict[str, list[PublishedRow]] = defaultdict(list)
    sums: dict[str, int] = defaultdict(int)
    for number, row in enumerate(SAMPLE, 1):
        owner = register_id(row["owner_org_title_en"])
        sums[owner] += cents(row["agreement_value"])
        owners[owner].append(
            published(
                number,
                row["recipient_legal_name"],
                row["agreement_value"],
                programme=row["prog_name_en"],
                province=row["recipient_province"],
                city=row["recipient_city"],
                start_year=row["agreement_start_year"],
            )
        )
    assert (len(SAMPLE), len(owners)) == (1954, 34)
    fold = DOMAIN.folds["register"]
    for owner, rows in owners.items():
        register = fold.of(import_register(ask(rows), Register()))
        assert len(register.agreements) == len(rows)
        assert register.value_cents == sums[owner]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "reimbursement") as found:
        yield found


def test_the_register_is_imported_and_read_through_the_interface(here: Running) -> None:
    officer = here.as_(eg.officer)
    row = {"row": 1, "recipient": "NGen", "start_year": "2018", "value": "229765127.00"}
    body = {
        "owner": ISED,
        "source_sha256": "aa" * 32,
        "rows_are": "totals",
        "rows": [row, {**row, "row": 2, "value": "497815000.00"}, {**row, "row": 3, "value": "x"}],
    }
    done = officer.post("/v1/register/imports", body)
    assert done.status_code == 200, done.text
    register = done.json()
    assert (register["agreements"], register["amendments"]) == (1, 1)
    assert register["value"]["amount"] == "497815000.00"
    [refused] = register["imports"][f"{'aa' * 32}.0"]["refused"]
    assert refused == {"row": 3, "reason": "no_money"}
    events = len(here.stored())
    assert officer.post("/v1/register/imports", body).json() == register
    assert len(here.stored()) == events
    [owner] = officer.get("/v1/register").json()["items"]
    assert (owner["owner"], owner["refused_rows"]) == (ISED, 1)
    path = f"/v1/register/agreements?register_id={owner['register_id']}"
    [agreement] = officer.get(path).json()["items"]
    assert (agreement["original"]["amount"], agreement["amendments"]) == ("229765127.00", 1)
    assert officer.get(f"/v1/register/{owner['register_id']}").json() == register
    assert here.as_(ce.payer).post("/v1/register/imports", body).status_code == 403
    rebuilt = here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
