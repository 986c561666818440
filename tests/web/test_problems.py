"""Refusals as problem documents: two languages, stable codes, and no word about our insides."""

import pytest
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.kernel.refusals import Refusal
from shared.runtime.web.gate import BrokeOff, Durations, Gate
from shared.runtime.web.problems import catalogue
from tests.support.client import Client
from tests.web.boxes import BOX
from tests.web.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("fr", "fr"), ("fr-CA", "fr"), ("en", "en"), ("en-CA,fr-CA;q=0.8", "en"),
        ("en;q=0.3, fr;q=0.9", "fr"), ("de", "en"), ("de, fr;q=0.5", "fr"), ("*", "en"),
        ("*;q=0.9, en;q=0.1", "fr"), ("en;q=0, fr;q=0.1", "fr"), ("nonsense;;;q", "en"),
    ],
)  # fmt: skip
async def test_a_problem_speaks_the_callers_language(
    world: World, accepts: str, language: str
) -> None:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/close", accept_language=accepts)
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "accept-language"
    expected = {"en": "Nothing was put in yet", "fr": "Rien n'y a été mis"}
    assert answer.json()["title"] == expected[language]
    assert "title_fr" not in answer.json()


async def test_places_are_explained_in_the_callers_language(world: World) -> None:
    answer = await world.officer.post("/v1/boxes", {}, accept_language="fr")
    assert answer.json()["errors"][0]["detail"] == "Ceci est obligatoire."


async def test_an_unknown_address_is_a_problem(world: World) -> None:
    answer = await world.officer.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no-route"
    assert (await world.nobody.get("/nothing")).json()["code"] == "no-route"


async def test_another_method_names_all_methods_of_the_address(world: World) -> None:
    answer = await world.officer.send("DELETE", "/v1/boxes")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST"


async def test_an_address_with_a_slash_too_many_is_not_redirected(world: World) -> None:
    assert (await world.officer.get("/v1/boxes/")).status_code == 404


async def test_what_the_framework_refuses_is_told_in_our_words(world: World) -> None:
    async def refuse(request: Request) -> Response:
        raise HTTPException(400, "the secret is in this message")

    world.app.add_api_route("/refusing", refuse, methods=["GET"])
    answer = await world.nobody.get("/refusing")
    assert (answer.status_code, answer.json()["code"]) == (400, "refused")
    assert "secret" not in answer.text


async def test_the_trace_id_is_the_callers_or_a_new_one(world: World) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await world.nobody.get("/v1/x", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert answer.json()["trace_id"] == trace
    for broken in ("", "x", f"00-{'0' * 32}-b7ad6b7169203331-01", trace):
        fresh = (await world.nobody.get("/v1/x", traceparent=broken)).json()["trace_id"]
        assert len(fresh) == 32
        assert fresh != trace


async def test_a_fault_of_ours_says_nothing_but_its_trace(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await world.officer.post(f"/v1/boxes/{BOX}/break")
    assert answer.status_code == 500
    assert answer.json()["code"] == "unexpected"
    logged = "".join(capsys.readouterr())
    assert answer.json()["trace_id"] in logged
    assert "RuntimeError" in logged
    assert "break_box" in logged
    for secret in ("046 454 286", "secret"):
        assert secret not in answer.text
        assert secret not in logged


async def test_an_answer_that_breaks_off_tells_the_server_nothing_but_the_trace(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("the secret is in this message")

    verifier, durations = world.issuer.verifier(), Durations(CollectorRegistry())
    gate = Gate(breaks, service=world, verifier=verifier, durations=durations)
    with pytest.raises(BrokeOff) as caught:
        await Client(gate).get("/livez")
    assert caught.value.__suppress_context__
    assert "secret" not in "".join(capsys.readouterr())


def all_kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(more for sub in kind.__subclasses__() for more in all_kinds(sub))]


def test_every_refusal_of_ours_has_its_own_code_and_both_languages() -> None:
    ours = [kind for kind in all_kinds(Refusal) if kind.__module__.startswith("shared.")]
    assert {"__doc__", "french"} <= set.intersection(*(set(vars(kind)) for kind in ours))
    codes = [kind.code() for kind in ours]
    assert len(codes) == len(set(codes))
    assert set(codes) <= catalogue().keys()


async def test_the_type_of_a_problem_leads_to_its_explanation(world: World) -> None:
    problem = (await world.officer.post(f"/v1/boxes/{BOX}/close")).json()
    entry = (await world.nobody.get(problem["type"])).json()
    assert entry["status"] == 409
    assert entry["rule"] == "R-7"
    assert entry["title_fr"] == "Rien n'y a été mis"
    assert (await world.nobody.get("/problems/nothing")).status_code == 404
