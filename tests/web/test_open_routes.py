"""Routes that need no token: health, figures, documents; and that no other route is open."""

import hashlib
import json
import re

import pytest
from jsonschema import Draft202012Validator

from shared.kernel.decider import Fold
from shared.runtime.web.access import NoPolicy
from shared.runtime.web.app import UnknownStream, mount
from shared.runtime.web.docs import FOLDER
from shared.runtime.web.routes import PREFIX, Api, Ask
from tests.web.boxes import BOX, Box, OpenBox, evolve
from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_alive_and_ready(world: World) -> None:
    assert (await world.nobody.get("/livez")).json() == {"status": "alive"}
    ready = await world.nobody.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_not_ready_names_what_fails(world: World) -> None:
    world.checks["relay"] = "no connection for 30 s"
    answer = await world.nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["relay"]
    assert answer.headers["retry-after"] == "1"


async def test_not_ready_once_it_stops_but_still_alive(world: World) -> None:
    world.stopping = True
    answer = await world.nobody.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["service"])
    assert (await world.nobody.get("/livez")).status_code == 200


async def test_metrics_count_requests_by_template_not_by_address(world: World) -> None:
    await world.officer.post("/v1/boxes", {"label": "A"})
    await world.officer.get(f"/v1/boxes/{BOX}")
    await world.nobody.get("/v1/boxes")
    await world.nobody.get("/some/random/address")
    text = (await world.nobody.get("/metrics")).text
    name = "http_server_request_duration_seconds_count"
    assert f'{name}{{method="POST",route="/v1/boxes",status="201"}} 1.0' in text
    assert f'{name}{{method="GET",route="/v1/boxes/{{project_id}}",status="404"}} 1.0' in text
    assert f'{name}{{method="GET",route="none",status="401"}} 1.0' in text
    assert 'grantline_journal_position{service="intake"} 1.0' in text
    assert "random" not in text
    assert BOX not in text


async def test_a_strange_method_makes_no_label(world: World) -> None:
    await world.nobody.send("BREW", "/v1/boxes")
    assert 'method="other"' in (await world.nobody.get("/metrics")).text


async def test_two_services_in_one_process_keep_their_figures_apart() -> None:
    one, other = World(), World()
    await one.nobody.get("/livez")
    assert 'route="/livez"' not in (await other.nobody.get("/metrics")).text


# Documents.


async def test_openapi_describes_every_route(world: World) -> None:
    document = (await world.nobody.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/v1/boxes"]["post"]
    assert post["operationId"] == "open_a_box"
    assert post["summary"] == "Open a box"
    assert post["description"] == "Open a box. It is empty."
    assert post["tags"] == ["boxes"]
    body = post["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/OpenForm"}
    assert {"ETag", "Event-Position"} <= post["responses"]["201"]["headers"].keys()
    assert "application/problem+json" in post["responses"]["4XX"]["content"]
    fill = document["paths"]["/v1/boxes/{project_id}/fill"]["post"]
    named = {(parameter["in"], parameter["name"]) for parameter in fill["parameters"]}
    assert named == {
        ("path", "project_id"), ("header", "Idempotency-Key"), ("header", "If-Match"),
        ("header", "Effective-At"), ("header", "On-Behalf-Of"),
    }  # fmt: skip
    assert "/v1/events/stream" in document["paths"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_openapi_refers_only_to_what_it_holds(world: World) -> None:
    text = (await world.nobody.get("/openapi.json")).text
    held = json.loads(text)["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        Draft202012Validator.check_schema(held[name])


async def test_every_operation_has_a_name_of_its_own(world: World) -> None:
    document = (await world.nobody.get("/openapi.json")).json()
    names = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(names) == len(set(names)) >= 21


async def test_asyncapi_says_what_is_said_and_where(world: World) -> None:
    document = (await world.nobody.get("/asyncapi.json")).json()
    assert document["asyncapi"] == "3.0.0"
    channel = document["channels"]["intake"]
    assert channel["address"] == "grantline.intake.events.v1"
    message = document["components"]["messages"]["intake.BoxOpened.v1"]
    assert message["name"] == "grantline.intake.BoxOpened.v1"
    assert message["payload"]["schema"]["properties"].keys() == {"project_id", "label"}
    assert channel["messages"]["intake.BoxOpened.v1"] == {
        "$ref": "#/components/messages/intake.BoxOpened.v1"
    }


async def test_schemas_are_served_by_name_and_version(world: World) -> None:
    schema = (await world.nobody.get("/schemas/BoxFilled.v1.json")).json()
    Draft202012Validator.check_schema(schema)
    valid = Draft202012Validator(schema)
    assert valid.is_valid({"project_id": BOX, "amount_cents": 5})
    assert not valid.is_valid({"project_id": BOX, "amount_cents": "5"})
    assert (await world.nobody.get("/schemas/BoxFilled.v2.json")).status_code == 404


# The page.


async def test_the_page_asks_no_other_host_and_runs_nothing_inline(world: World) -> None:
    answer = await world.nobody.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    for name in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert (await world.nobody.get(f"/{name}")).status_code == 200
    assert (await world.nobody.get("/docs/manifest.json")).status_code == 404
    assert (await world.nobody.get("/docs/..%2fapp.py")).status_code == 404


def test_the_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert (manifest["package"], manifest["version"]) == ("swagger-ui-dist", "5.35.0")
    assert manifest["licence"] == "Apache-2.0"
    for name, expected in manifest["files"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == expected, name
    own = {"manifest.json", "init.js", "docs.html"}
    assert {path.name for path in FOLDER.iterdir()} == own | manifest["files"].keys()


# Deny by default.


async def test_every_route_of_the_interface_asks_for_a_token(world: World) -> None:
    document = (await world.nobody.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        assert path.startswith(PREFIX)
        for method in operations:
            address = path.replace("{project_id}", BOX).replace("{name}", "x")
            answer = await world.nobody.send(method.upper(), address)
            assert answer.status_code == 401, (method, path)


def mounted(api: Api) -> None:
    world = World()
    mount(api, world, verifier=world.issuer.verifier(), cursor_secret=b"s")


@pytest.mark.parametrize(
    "access", [{}, {"other": {"auditor"}}, {"open_box": set()}, {"open_box": {"root"}}]
)
def test_no_policy_no_start(access: dict[str, set[str]]) -> None:
    api = Api("intake", access=access)

    @api.command("POST", "/boxes", action="open_box")
    def open_it(ask: Ask) -> OpenBox:
        """Open."""
        raise AssertionError

    with pytest.raises(NoPolicy):
        mounted(api)


def test_no_fold_no_start() -> None:
    api = Api("intake", access={"read": {"auditor"}})

    @api.resource("/claims/{claim_id}", stream="claim-{claim_id}", action="read")
    def read_claim() -> None:
        """A claim."""

    with pytest.raises(UnknownStream):
        mounted(api)


def test_a_command_is_declared_as_one() -> None:
    api = Api("intake", access={})
    with pytest.raises(ValueError, match="POST or a PUT"):
        api.command("GET", "/x", action="x")
    with pytest.raises(TypeError):

        @api.command("POST", "/x", action="x")
        def wrong(other: int) -> OpenBox:
            """Wrong."""
            raise AssertionError

    with pytest.raises(TypeError):

        @api.command("POST", "/x", action="x")
        def no_form(form: int, ask: Ask) -> OpenBox:
            """Wrong."""
            raise AssertionError


def test_the_world_folds() -> None:
    assert Fold(Box(), evolve).of([]) == Box()
