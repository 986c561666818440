"""The stack out of images: what its file says is valid, and what the stack out of wheels uses."""

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml

from services.main.checkup import SERVICES
from services.main.stacks.preparing import GRANTS_FILE
from services.main.stacks.servers import (
    KAFKA,
    KAFKA_SETTINGS,
    POSTGRES_INITIAL,
    POSTGRES_SETTINGS,
)
from shared.runtime.settings import PREFIX, Settings
from shared.runtime.topics import TOPICS_FILE
from tests.support.catalogue import ROOT, module

FILE = ROOT / "docker-compose.yml"
STATED: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
PARTS: dict[str, dict[str, Any]] = STATED["services"]
_DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
INSTRUCTIONS = re.findall(r"^([A-Z]+) +(.+)$", _DOCKERFILE, re.MULTILINE)


def test_the_file_follows_the_compose_specification() -> None:
    checker = str(Path(sysconfig.get_path("scripts")) / "check-jsonschema")
    words = [checker, "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_service_listens_on_its_port_of_the_loopback() -> None:
    for name in SERVICES:
        workers = module(name, "workers")
        assert workers is not None
        port = workers.PORT
        assert PARTS[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert PARTS[name]["environment"][f"{PREFIX}PORT"] == str(port)
        assert f":{port}/readyz" in PARTS[name]["healthcheck"]["test"][-1]
        assert PARTS[name]["build"]["args"] == {"SERVICE": name}


def test_nothing_is_reached_from_outside_of_this_machine() -> None:
    ports = [port for part in PARTS.values() for port in part.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "ports" not in PARTS["postgres"]
    assert "ports" not in PARTS["kafka"]


def test_services_start_after_what_they_need() -> None:
    needed = {
        "postgres": {"condition": "service_healthy"},
        "kafka": {"condition": "service_healthy"},
        "prepare": {"condition": "service_completed_successfully"},
    }
    assert all(PARTS[name]["depends_on"] == needed for name in SERVICES)
    assert all("healthcheck" in PARTS[name] for name in ("postgres", "kafka", *SERVICES))


def test_every_variable_is_a_setting_with_a_value_that_fits() -> None:
    for name in ("prepare", *SERVICES):
        given = PARTS[name]["environment"]
        fields = {key.removeprefix(PREFIX).lower(): value for key, value in given.items()}
        assert fields.keys() <= Settings.model_fields.keys()
        settings = Settings.model_validate(fields)
        assert settings.postgres is not None
        database = settings.postgres.format(service=name).rpartition("/")[2]
        assert database == f"grantline_{name}"


def test_the_servers_are_set_as_those_out_of_wheels() -> None:
    broker = PARTS["kafka"]["environment"]
    named = {
        f"KAFKA_{name.upper().replace('.', '_')}": text for name, text in KAFKA_SETTINGS.items()
    }
    assert named.items() <= broker.items()
    assert PARTS["kafka"]["image"] == f"apache/kafka:{KAFKA}"
    database = PARTS["postgres"]
    assert database["environment"]["POSTGRES_INITDB_ARGS"].split() == list(POSTGRES_INITIAL)
    stated = [f"{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    assert [word for word in database["command"] if "=" in word] == stated


def test_what_watches_is_started_only_where_asked_for_and_changes_nothing() -> None:
    watching = {name for name, part in PARTS.items() if part.get("profiles") == ["watch"]}
    assert watching == {"kafbat", "prometheus", "grafana"}
    assert PARTS["kafbat"]["environment"]["KAFKA_CLUSTERS_0_READONLY"] == "true"


def test_an_image_runs_as_nobody_in_particular() -> None:
    users = [rest for word, rest in INSTRUCTIONS if word == "USER"]
    assert users == ["10001:10001"]
    assert ("ARG", "SERVICE") in INSTRUCTIONS
    for name in ("prepare", *SERVICES):
        part = PARTS[name]
        assert part["read_only"] is True
        assert (part["cap_drop"], part["tmpfs"]) == (["ALL"], ["/tmp"])
        assert part["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in part
        assert part["build"]["dockerfile"] == "deploy/Dockerfile"


def test_what_an_image_is_made_of_is_there_and_is_let_in() -> None:
    copied = [
        word
        for instruction, rest in INSTRUCTIONS
        if instruction == "COPY" and not rest.startswith("--from")
        for word in rest.split()[:-1]
    ]
    needed = {TOPICS_FILE, GRANTS_FILE, ROOT / "requirements" / "runtime.txt"}
    assert needed <= {ROOT / word for word in copied}
    assert all((ROOT / word).exists() for word in copied)
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{word}" for word in copied} <= set(let_in)


def test_every_image_has_a_tag_that_stays() -> None:
    bases = [rest.split()[0] for word, rest in INSTRUCTIONS if word == "FROM"]
    images = [*bases, *(part["image"] for part in PARTS.values() if "image" in part)]
    for image in images:
        _, _, tag = image.rpartition(":")
        assert re.match(r"v?[0-9]+\.[0-9]+", tag), image


def test_everything_that_is_mounted_from_here_is_here() -> None:
    mounted = [
        volume.split(":")[0] for part in PARTS.values() for volume in part.get("volumes", [])
    ]
    assert {name for name in mounted if not name.startswith(".")} == set(STATED["volumes"])
    assert all((ROOT / name).exists() for name in mounted if name.startswith("."))
