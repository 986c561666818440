"""Tokens: who is let in, and the many ways in which a token is none."""

import base64
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.kernel.commands import Actor
from shared.runtime.clock import SetClock
from shared.runtime.web.answers import Unauthenticated
from shared.runtime.web.tokens import KEY_FILE, LocalIssuer, UnknownRole, Verifier
from tests.web.boxes import ORGANISATION
from tests.web.world import START, World, later

NOW = int(START.timestamp())


def issuer_at(clock: SetClock) -> LocalIssuer:
    return LocalIssuer(Ed25519PrivateKey.generate(), clock.now, lambda: "jti-1")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def issuer(clock: SetClock) -> LocalIssuer:
    return issuer_at(clock)


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": "grantline-local", "aud": "grantline", "sub": "p", "person": "p",
        "roles": ["auditor"], "iat": NOW, "exp": NOW + 60, "jti": "j",
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def signed(issuer: LocalIssuer, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    named = {"kid": issuer.kid} if headers is None else headers
    return jwt.encode(claims(**changes), issuer.key, "EdDSA", named)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(issuer: LocalIssuer) -> str:
    return f"{part({'alg': 'none', 'kid': issuer.kid})}.{part(claims())}."


def signed_with_the_public_key(issuer: LocalIssuer) -> str:
    public = issuer.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    header, body = part({"alg": "HS256", "kid": issuer.kid}), part(claims())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    seal = mac.sign(f"{header}.{body}".encode(), public)
    return f"{header}.{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def with_another_body(issuer: LocalIssuer) -> str:
    header, _, seal = signed(issuer).split(".")
    return f"{header}.{part(claims(roles=['operator']))}.{seal}"


BROKEN: dict[str, Callable[[LocalIssuer], str]] = {
    "empty": lambda issuer: "",
    "garbage": lambda issuer: "garbage",
    "three dots": lambda issuer: "...",
    "not base64": lambda issuer: "%.%.%",
    "huge": lambda issuer: signed(issuer, person="p" * 50, more="x" * 5000),
    "alg none": unsigned,
    "HS256 with the public key": signed_with_the_public_key,
    "signature cut off": lambda issuer: signed(issuer).rpartition(".")[0] + ".",
    "signature of another body": with_another_body,
    "another key": lambda issuer: jwt.encode(
        claims(), Ed25519PrivateKey.generate(), "EdDSA", {"kid": issuer.kid}
    ),
    "no kid": lambda issuer: signed(issuer, {}),
    "unknown kid": lambda issuer: signed(issuer, {"kid": "x"}),
    "kid is a path": lambda issuer: signed(issuer, {"kid": "../../dev/null"}),
    "key in the header": lambda issuer: signed(issuer, {"kid": issuer.kid, "jwk": {"kty": "OKP"}}),
    "address of a key": lambda issuer: signed(issuer, {"kid": issuer.kid, "jku": "http://x"}),
    "another type of token": lambda issuer: signed(issuer, {"kid": issuer.kid, "typ": "at+jwt"}),
    "other audience": lambda issuer: signed(issuer, aud="other"),
    "no audience": lambda issuer: signed(issuer, aud=...),
    "other issuer": lambda issuer: signed(issuer, iss="other"),
    "no issuer": lambda issuer: signed(issuer, iss=...),
    "expired": lambda issuer: signed(issuer, exp=NOW - 6),
    "no end": lambda issuer: signed(issuer, exp=...),
    "end is no whole number": lambda issuer: signed(issuer, exp=NOW + 0.5),
    "end is true": lambda issuer: signed(issuer, exp=True),
    "not yet valid": lambda issuer: signed(issuer, nbf=NOW + 60),
    "issued in the future": lambda issuer: signed(issuer, iat=NOW + 60),
    "no subject": lambda issuer: signed(issuer, sub=...),
    "no person": lambda issuer: signed(issuer, person=...),
    "empty person": lambda issuer: signed(issuer, person=""),
    "person is a list": lambda issuer: signed(issuer, person=["p"]),
    "no roles": lambda issuer: signed(issuer, roles=...),
    "empty roles": lambda issuer: signed(issuer, roles=[]),
    "roles is a text": lambda issuer: signed(issuer, roles="auditor"),
    "unknown role": lambda issuer: signed(issuer, roles=["auditor", "root"]),
    "role is a list": lambda issuer: signed(issuer, roles=[["auditor"]]),
    "no id": lambda issuer: signed(issuer, jti=...),
    "organisation is none": lambda issuer: signed(issuer, organisation_id="org_x"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_token_is_nobody(issuer: LocalIssuer, kind: str) -> None:
    with pytest.raises(Unauthenticated):
        issuer.verifier().verify(BROKEN[kind](issuer))


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["", "garbage", "Bearer", "Basic dXNlcjpwYXNz", "Bearer a b"])
async def test_a_header_without_token_is_401(world: World, kind: str) -> None:
    answer = await world.nobody.get("/v1/boxes", authorization=kind)
    assert answer.status_code == 401


@pytest.mark.anyio
async def test_two_tokens_are_none(world: World) -> None:
    token = ("authorization", f"Bearer {world.officer.token}")
    answer = await world.nobody.send("GET", "/v1/boxes", headers=[token, token])
    assert answer.status_code == 401


@pytest.mark.anyio
async def test_a_token_ends_in_the_middle_of_its_use(world: World) -> None:
    officer = world.officer
    assert (await officer.get("/v1/boxes")).status_code == 200
    later(world, hours=12, seconds=4)
    assert (await officer.get("/v1/boxes")).status_code == 200
    later(world, seconds=1)
    assert (await officer.get("/v1/boxes")).status_code == 401


def test_a_good_token_is_its_person(issuer: LocalIssuer) -> None:
    token = issuer.issue(("certifier", "payer"), "person-7", ORGANISATION)
    roles = frozenset({"certifier", "payer"})
    assert issuer.verifier().verify(token) == Actor(
        person="person-7", roles=roles, organisation_id=ORGANISATION
    )
    assert issuer.verifier().verify(issuer.issue("auditor", "p")).organisation_id is None


def test_a_role_must_exist(issuer: LocalIssuer) -> None:
    for roles in ("root", [], ["auditor", "root"]):
        with pytest.raises(UnknownRole):
            issuer.issue(roles, "p")


def test_only_so_many_tokens_are_remembered(clock: SetClock, issuer: LocalIssuer) -> None:
    verifier = Verifier(
        keys={issuer.kid: issuer.key.public_key()},
        issuer=issuer.issuer,
        audience=issuer.audience,
        now=clock.now,
        remembered_max=3,
    )
    for number in range(10):
        verifier.verify(signed(issuer, jti=str(number)))
    assert len(verifier._remembered) == 3


def test_a_refused_token_is_not_remembered(issuer: LocalIssuer) -> None:
    verifier = issuer.verifier()
    with pytest.raises(Unauthenticated):
        verifier.verify("garbage")
    assert not verifier._remembered


def test_the_key_stays_in_its_folder_and_is_its_owners_alone(
    clock: SetClock, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    first = LocalIssuer.open(folder, clock.now, lambda: "j")
    second = LocalIssuer.open(folder, clock.now, lambda: "j")
    assert first.kid == second.kid
    second.verifier().verify(first.issue("auditor", "p"))
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert first.secret("cursor") == second.secret("cursor")
    assert first.secret("cursor") != first.secret("other")


def test_a_short_life_is_possible(clock: SetClock, issuer: LocalIssuer) -> None:
    token = issuer.issue("auditor", "p", ttl=timedelta(minutes=1))
    clock.advance(timedelta(minutes=2))
    with pytest.raises(Unauthenticated):
        issuer.verifier().verify(token)
