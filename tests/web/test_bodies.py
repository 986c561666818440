"""What a body may be, to the byte and to the digit, and that nothing of it comes back (C-031)."""

import json
from datetime import date
from decimal import Decimal

import pytest

from shared.runtime.web.forms import reader_of
from shared.runtime.web.problems import FAULTS_MAX
from tests.web.boxes import BOX, FillForm, LinesForm
from tests.web.world import World

pytestmark = pytest.mark.anyio

CANARY = "canary-046-454-286"
MONEY = b'"amount":{"amount":"10.00","currency":"CAD"}'


async def fill(world: World, raw: bytes, **headers: str) -> tuple[int, str, list[dict[str, str]]]:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/fill", raw, **headers)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert not world.writer.asked
    return answer.status_code, problem["code"], problem.get("errors", [])


def filled(raw: bytes) -> FillForm:
    return reader_of(FillForm)(raw)


# Not JSON: 400.


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nothing",
        b'{"amount":{"amount":NaN,"currency":"CAD"}}',
        b'{"amount":{"amount":Infinity,"currency":"CAD"}}',
        b'{"amount":{"amount":-Infinity,"currency":"CAD"}}',
        b'{"amount":{"amount":01,"currency":"CAD"}}',
        b'{"amount":{"amount":1.,"currency":"CAD"}}',
        b"{" + MONEY + b',"note":"\\ud800"}',
        b"{" + MONEY + b',"note":"\xff"}',
        b"\xef\xbb\xbf{" + MONEY + b"}",
        b"{'amount': 1}",
        b"[" * 100_000,
        b'{"a":' * 30 + b"1" + b"}" * 30,
        b"{" + MONEY + b"} {}",
    ],
)
async def test_what_is_no_json_is_400(world: World, raw: bytes) -> None:
    assert (await fill(world, raw))[:2] == (400, "not-json")


async def test_a_key_given_twice_is_400(world: World) -> None:
    raw = b"{" + MONEY + b"," + MONEY + b"}"
    assert (await fill(world, raw))[:2] == (400, "duplicate-key")
    nested = b'{"amount":{"amount":"1","amount":"2","currency":"CAD"}}'
    assert (await fill(world, nested))[:2] == (400, "duplicate-key")


# JSON, but no such value: 422.


@pytest.mark.parametrize(
    "amount",
    [
        b"1e400", b"true", b"null", b'"12,345.67"', b"1" + b"0" * 25, b'"NaN"', b'"1e5"', b"10.005",
        b'"10.005"', b'" 1"', b'"-1.00"', b"-1", b"0", b"[]", b"{}", b'""', b"1" * 5000,
        b"1e-400", b'"+1"', b'"1_000"', b"1E+1000000",
    ],
)  # fmt: skip
async def test_what_is_no_amount_is_422(world: World, amount: bytes) -> None:
    raw = b'{"amount":{"amount":' + amount + b',"currency":"CAD"}}'
    status, code, errors = await fill(world, raw)
    assert (status, code) == (422, "invalid-form")
    assert errors[0]["pointer"] == "/amount"


@pytest.mark.parametrize(
    ("field", "pointer", "code"),
    [
        (b'"pieces":["1"]', "/pieces/0", "whole-number"),
        (b'"pieces":[1,true]', "/pieces/1", "whole-number"),
        (b'"pieces":[1.0]', "/pieces/0", "whole-number"),
        (b'"pieces":"12"', "/pieces", "list"),
        (b'"filled_on":"2020-02-30"', "/filled_on", "date"),
        (b'"filled_on":"2020-07-20T00:00:00Z"', "/filled_on", "date"),
        (b'"filled_on":1595203200', "/filled_on", "date"),
        (b'"filled_on":"1595203200"', "/filled_on", "date"),
        (b'"filled_on":1595203200.5', "/filled_on", "date"),
        (b'"weight":true', "/weight", "decimal"),
        (b'"weight":"NaN"', "/weight", "decimal"),
        (b'"weight":1e1000000', "/weight", "decimal"),
        (b'"note":12', "/note", "text"),
        (b'"note":1.5', "/note", "text"),
        (b'"note":""', "/note", "invalid"),
        (b'"note":"a\\u0000b"', "/note", "invalid"),
        (b'"note":"a\\u202eb"', "/note", "invalid"),
        (b'"sealed":"yes"', "/sealed", "true-or-false"),
        (b'"sealed":1', "/sealed", "true-or-false"),
        (b'"counts":{"a":1.5}', "/counts/a", "whole-number"),
        (b'"counts":[]', "/counts", "object"),
        (b'"amount_cents":5', "/amount_cents", "unknown-field"),
        (b'"status":"approved"', "/status", "unknown-field"),
    ],
)
async def test_a_field_of_another_type_is_422(
    world: World, field: bytes, pointer: str, code: str
) -> None:
    status, _, errors = await fill(world, b"{" + MONEY + b"," + field + b"}")
    assert status == 422
    assert [(error["pointer"], error["code"]) for error in errors] == [(pointer, code)]


async def test_a_field_that_is_missing_is_named(world: World) -> None:
    status, _, errors = await fill(world, b"{}")
    assert status == 422
    assert errors == [{"pointer": "/amount", "code": "missing", "detail": "This is required."}]


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"12", b"1.5"])
async def test_a_body_is_an_object(world: World, raw: bytes) -> None:
    assert (await fill(world, raw))[0] == 422


# What is read, exactly.


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        (b"10.1", 1010),
        (b"10.10", 1010),
        (b'"0.07"', 7),
        (b"1", 100),
        (b"999999999999.99", 99_999_999_999_999),
    ],
)
def test_an_amount_is_read_to_the_cent(amount: bytes, cents: int) -> None:
    raw = b'{"amount":{"amount":' + amount + b',"currency":"CAD"}}'
    assert filled(raw).amount == cents


@pytest.mark.parametrize("weight", ["0.1234567890123456789", "12345678901234567.891", "-1.50", "7"])
def test_a_decimal_is_read_to_the_digit_as_number_and_as_text(weight: str) -> None:
    number = b"{" + MONEY + b',"weight":' + weight.encode() + b"}"
    text = b"{" + MONEY + b',"weight":"' + weight.encode() + b'"}'
    assert str(filled(number).weight) == str(filled(text).weight) == weight


def test_dates_lists_and_texts_are_read() -> None:
    raw = b"{" + MONEY + b',"filled_on":"2020-07-20","pieces":[1,2],"note":"R\xc3\xa9solu 1.5"}'
    form = filled(raw)
    assert form.filled_on == date(2020, 7, 20)
    assert form.pieces == (1, 2)
    assert form.note == "Résolu 1.5"


def test_a_number_beside_texts_leaves_them_texts() -> None:
    raw = b"{" + MONEY + b',"weight":1.25,"note":"1.25","pieces":[3]}'
    form = filled(raw)
    assert (form.weight, form.note) == (Decimal("1.25"), "1.25")


# Size and type.


@pytest.mark.parametrize("size", [262_145, 1_048_576])
async def test_a_body_beyond_the_limit_is_413(world: World, size: int) -> None:
    status, code, _ = await fill(world, b'{"note":"' + b"x" * size + b'"}')
    assert (status, code) == (413, "too-large")


async def test_the_limit_counts_what_arrives_not_what_is_announced(world: World) -> None:
    sent = 0

    async def receive() -> dict[str, object]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    answers: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    token = world.officer.token
    scope = {
        "type": "http", "method": "POST", "path": "/v1/boxes", "query_string": b"",
        "root_path": "", "http_version": "1.1", "scheme": "http", "server": ("s", 1),
        "headers": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"idempotency-key", b"k"), (b"content-type", b"application/json"),
            (b"content-length", b"10"),
        ],
    }  # fmt: skip
    await world.app(scope, receive, send)  # type: ignore[arg-type]
    assert answers[0]["status"] == 413
    assert sent == 5


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""],
)
async def test_only_json_is_read(world: World, content_type: str) -> None:
    raw = b"{" + MONEY + b"}"
    assert (await fill(world, raw, content_type=content_type))[:2] == (415, "not-json-type")


async def test_compressed_bodies_are_not_read(world: World) -> None:
    raw = b"{" + MONEY + b"}"
    assert (await fill(world, raw, content_encoding="gzip"))[0] == 415


async def test_a_command_without_form_takes_nothing_or_an_empty_object(world: World) -> None:
    path = f"/v1/boxes/{BOX}/close"
    assert (await world.officer.post(path, b"")).status_code == 409
    assert (await world.officer.post(path, b"{}")).status_code == 409
    refused = await world.officer.post(path, b'{"force":true}')
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-form")


# Nothing comes back.


@pytest.mark.parametrize(
    "raw",
    [
        b"{" + MONEY + b',"note":"%s","filled_on":"20-20"}' % CANARY.encode(),
        b'{"%s":1}' % CANARY.encode(),
        b'{"counts":{"%s":"x"}}' % CANARY.encode(),
        b'{"amount":"%s"}' % CANARY.encode(),
        b'{"amount":{"amount":"%s","currency":"%s"}}' % (CANARY.encode(), CANARY.encode()),
        b'{"note":"%s' % CANARY.encode(),
        b'["%s"]' % CANARY.encode(),
        b'{"filled_on":"%s","pieces":["%s"]}' % (CANARY.encode(), CANARY.encode()),
    ],
)
async def test_no_reply_holds_what_was_sent(
    world: World, raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/fill", raw)
    assert answer.status_code in (400, 422)
    shown = answer.text + str(answer.headers) + "".join(capsys.readouterr())
    assert CANARY not in shown
    assert "046" not in shown


async def test_ten_thousand_bad_lines_have_a_short_reply(world: World) -> None:
    raw = json.dumps({"lines": [{"a": 1}] * 10_000}).encode()
    answer = await world.officer.put(f"/v1/boxes/{BOX}/lines", raw)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == FAULTS_MAX
    assert answer.json()["error_count"] == 20_000
    assert len(answer.content) < 10_000


async def test_pointers_lead_to_the_place(world: World) -> None:
    line = {"amount": {"amount": "1.00", "currency": "CAD"}}
    body = {"lines": [line, line, {**line, "pieces": [1, "2"]}]}
    answer = await world.officer.put(f"/v1/boxes/{BOX}/lines", body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/lines/2/pieces/1"]


def test_a_form_is_frozen_and_hides_its_input() -> None:
    read = reader_of(LinesForm)
    with pytest.raises(ValueError, match="Field required") as caught:
        read(b'{"note":"' + CANARY.encode() + b'"}')
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "note",
    ['1.5', 'say \\"1.5\\" ', '\\\\', 'back\\\\\\" 2.5', "1e5", "\\u00e9", "9" * 45],
)  # fmt: skip
def test_numbers_inside_texts_are_texts_and_those_beside_them_are_exact(note: str) -> None:
    texts = MONEY + b',"note":"' + note.encode() + b'"'
    numbers = texts.replace(b'"10.00"', b"10.10") + b',"weight":0.12345678901234567'
    read = json.loads(b"{" + texts + b"}")["note"]
    assert filled(b"{" + texts + b"}").note == read
    form = filled(b"{" + numbers + b"}")
    assert (form.amount, form.note, str(form.weight)) == (1010, read, "0.12345678901234567")
