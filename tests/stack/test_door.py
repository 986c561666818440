"""The front door of a stack: everything passes as it is, and who is away is said to be away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.main.stacks.door import Door, ServiceAway, front_door
from services.main.stacks.processes import free_port
from shared.runtime.web.door import BehindDoor
from tests.main.system import NOBODY, until


async def echo(request: Request) -> Response:
    """What arrived, as it arrived."""
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["path"],
            "root": request.scope["root_path"],
            "query": request.url.query,
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": (await request.body()).decode(),
        },
        status_code=207,
        headers={"etag": '"7"', "connection": "keep-alive, x-own", "x-own": "1", "x-kept": "2"},
    )


async def stream(_: Request) -> Response:
    """Two pieces, the second of which is never sent."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def break_off(_: Request) -> Response:
    """An answer that ends before its end."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    return StreamingResponse(pieces(), headers={"content-length": "8"})


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SERVICE = Starlette(
    routes=[
        Route("/v1/stream", stream),
        Route("/v1/broken", break_off),
        Route("/{path:path}", echo, methods=METHODS),
    ]
)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """This application, answering on a port of the loopback."""
    port = free_port()
    config = uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = Thread(target=server.run)
    serving.start()
    until(lambda: server.started, "a server")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        serving.join()


@contextmanager
def through(addresses: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of the front door to these."""

    door = Door(addresses)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await door.close()

    with (
        served(front_door(door, list(addresses), lifespan)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        served(BehindDoor(SERVICE, "intake")) as url,
        through({"intake": url, "audit": NOBODY}) as client,
    ):
        yield client


def test_a_request_arrives_as_it_was_sent(client: httpx.Client) -> None:
    sent = {"idempotency-key": "k-1", "if-match": '"3"', "authorization": "Bearer x"}
    path = "/intake/v1/a%2Fb%20c?after=1&q=%C3%A9&q=2"
    answer = client.request("PUT", path, content=b'{"a": 1}', headers=sent)
    assert answer.status_code == 207
    arrived = answer.json()
    assert (arrived["method"], arrived["query"]) == ("PUT", "after=1&q=%C3%A9&q=2")
    assert (arrived["path"], arrived["root"]) == ("/intake/v1/a/b c", "/intake")
    assert arrived["body"] == '{"a": 1}'
    headers = dict(arrived["headers"])
    assert sent.items() <= headers.items()
    assert headers["host"] == client.base_url.netloc.decode()
    assert headers["content-length"] == "8"
    assert headers["x-forwarded-prefix"] == "/intake"


def test_an_answer_comes_back_as_it_was_given(client: httpx.Client) -> None:
    answer = client.get("/intake/v1/x")
    assert (answer.headers["etag"], answer.headers["x-kept"]) == ('"7"', "2")
    assert "x-own" not in answer.headers  # It was about the connection behind the door.
    assert answer.headers.get_list("date") == [answer.headers["date"]]
    assert "content-encoding" not in answer.headers


def test_the_door_adds_no_header_of_its_client(client: httpx.Client) -> None:
    request = httpx.Request("GET", client.base_url.join("/intake/v1/x"), headers={"accept": "*/*"})
    names = {name for name, _ in client.send(request).json()["headers"]}
    assert names == {"host", "accept", "x-forwarded-prefix"}


def test_nobody_outside_says_what_the_prefix_is(client: httpx.Client) -> None:
    answer = client.get("/intake/v1/x", headers={"x-forwarded-prefix": "/elsewhere"}).json()
    assert [value for name, value in answer["headers"] if name == "x-forwarded-prefix"] == [
        "/intake"
    ]


@pytest.mark.parametrize("prefix", ["/elsewhere", "/intake/", ""])
def test_a_service_takes_no_prefix_but_its_own_name(prefix: str) -> None:
    with served(BehindDoor(SERVICE, "intake")) as url:
        arrived = httpx.get(f"{url}/v1/x", headers={"x-forwarded-prefix": prefix}).json()
    assert (arrived["root"], arrived["path"]) == ("", "/v1/x")


def test_a_body_without_a_length_is_passed_on_in_pieces(client: httpx.Client) -> None:
    answer = client.post("/intake/v1/x", content=iter([b"one ", b"two"]))
    assert answer.json()["body"] == "one two"


def test_a_head_has_no_body_and_keeps_its_length(client: httpx.Client) -> None:
    answer = client.head("/intake/v1/x")
    assert (answer.content, answer.status_code) == (b"", 207)
    assert int(answer.headers["content-length"]) > 0


def test_a_live_stream_comes_through_as_it_is_said(client: httpx.Client) -> None:
    with client.stream("GET", "/intake/v1/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert next(answer.iter_lines()) == "data: first"


def test_an_answer_that_breaks_off_is_not_taken_for_whole(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/intake/v1/broken")


def test_a_service_that_is_away_is_said_to_be_away(client: httpx.Client) -> None:
    answer = client.post("/audit/v1/x", json={}, headers={"accept-language": "fr"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["retryable"]) == (ServiceAway.code(), True)
    assert problem["detail"] == ServiceAway.french


@pytest.mark.parametrize("path", ["/nothing/v1/x", "/nothing"])
def test_an_address_that_leads_nowhere_is_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-route")


def test_the_front_page_leads_to_every_service(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-security-policy"] == "default-src 'self'"
    assert "/intake/docs" in page.text
    assert "/audit/docs" in page.text
