"""Bearer tokens: a local issuer for one machine, and a verifier that takes nothing else for one."""

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.kernel.commands import Actor
from shared.runtime.web.answers import Unauthenticated

PublicKey: TypeAlias = "Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey"

ISSUER = "grantline-local"
AUDIENCE = "grantline"
ALGORITHM = "EdDSA"
KEY_FILE = "issuer-key.pem"
TOKEN_CHARS_MAX = 4096
"""A token travels in a header; longer ones are not looked at."""
TTL = timedelta(hours=12)
ROLES = frozenset(
    {
        "applicant", "partner", "reviewer", "programme_officer", "committee", "certifier", "payer",
        "finance", "auditor", "operator", "privacy_officer", "service",
    }
)  # fmt: skip
_REQUIRED = ("iss", "aud", "sub", "person", "roles", "iat", "exp", "jti")
_ORGANISATION = re.compile(r"org_[0-9a-f]{32}")


class UnknownRole(ValueError):
    """There is no such role in this system."""


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Issues tokens with a key of its own, made at the first start and kept in the data folder."""

    key: Ed25519PrivateKey
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    issuer: str = ISSUER
    audience: str = AUDIENCE

    @classmethod
    def open(
        cls,
        folder: Path,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
    ) -> "LocalIssuer":
        """The issuer of this data folder; its key file is readable by the owner alone."""
        return cls(_key_in(folder), now, new_id, issuer, audience)

    @property
    def kid(self) -> str:
        """The name of the key, a hash of its public half."""
        return kid_of(self.key.public_key())

    def issue(
        self,
        roles: str | Collection[str],
        person: str,
        organisation_id: str | None = None,
        ttl: timedelta = TTL,
    ) -> str:
        """A token for this person. Raises UnknownRole."""
        named = sorted({roles} if isinstance(roles, str) else set(roles))
        if not named or not set(named) <= ROLES:
            raise UnknownRole(", ".join(sorted(ROLES)))
        issued = int(self.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": person,
            "person": person,
            "roles": named,
            "iat": issued,
            "exp": issued + int(ttl.total_seconds()),
            "jti": self.new_id(),
        }
        if organisation_id is not None:
            claims["organisation_id"] = organisation_id
        return jwt.encode(claims, self.key, ALGORITHM, {"kid": self.kid})

    def verifier(self) -> "Verifier":
        """A verifier of this issuer's tokens."""
        return Verifier(
            keys={self.kid: self.key.public_key()},
            issuer=self.issuer,
            audience=self.audience,
            now=self.now,
        )

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose, such as sealing cursors, the same at every start."""
        private = self.key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return HKDF(SHA256(), 32, b"grantline", purpose.encode()).derive(private)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Reads tokens of one issuer for one audience; verified ones are remembered until they end."""

    keys: Mapping[str, PublicKey]
    issuer: str
    audience: str
    now: Callable[[], datetime]
    algorithms: Collection[str] = (ALGORITHM,)
    leeway: timedelta = timedelta(seconds=5)
    """How far the issuer's clock may be off."""
    remembered_max: int = 4096
    _remembered: OrderedDict[str, tuple[float, Actor]] = field(default_factory=OrderedDict)

    def verify(self, token: str) -> Actor:
        """The person behind a token. Raises Unauthenticated, and never says why."""
        now = self.now().timestamp()
        known = self._remembered.get(token)
        if known is not None and now < known[0]:
            return known[1]
        if known is not None:
            del self._remembered[token]
        ends, actor = self._read(token, now)
        self._remembered[token] = ends, actor
        if len(self._remembered) > self.remembered_max:
            self._remembered.popitem(last=False)
        return actor

    def _read(self, token: str, now: float) -> tuple[float, Actor]:
        if len(token) > TOKEN_CHARS_MAX:
            raise Unauthenticated
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=list(self.algorithms),
                audience=self.audience,
                issuer=self.issuer,
                # Times are checked below, against the injected clock.
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            return self._end_of(claims, now), _actor_of(claims)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Unauthenticated from None

    def _key_of(self, token: str) -> PublicKey:
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if not isinstance(kid, str) or kid not in self.keys:
            raise ValueError("not a key of ours")
        if not {"alg", "kid", "typ"} >= header.keys() or header.get("typ", "JWT") != "JWT":
            raise ValueError("a header that we do not use")
        return self.keys[kid]

    def _end_of(self, claims: Mapping[str, Any], now: float) -> float:
        """When the token ends, in seconds since 1970. Raises ValueError outside its time."""
        leeway = self.leeway.total_seconds()
        times = [claims["exp"], claims["iat"], claims.get("nbf", 0)]
        if not all(type(time) is int for time in times):
            raise ValueError("times are whole seconds")
        ends, issued, begins = times
        if not max(issued, begins) - leeway <= now < ends + leeway:
            raise ValueError("not now")
        return float(ends + leeway)


def kid_of(key: Ed25519PublicKey) -> str:
    """The name of a key, a hash of itself."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def _actor_of(claims: Mapping[str, Any]) -> Actor:
    """The person that the claims describe. Raises ValueError."""
    person, roles, organisation = claims["person"], claims["roles"], claims.get("organisation_id")
    if not isinstance(person, str) or not 1 <= len(person) <= 100 or not person.isprintable():
        raise ValueError("person")
    if not isinstance(roles, list) or not roles or not all(role in ROLES for role in roles):
        raise ValueError("roles")
    if organisation is not None and not (
        isinstance(organisation, str) and _ORGANISATION.fullmatch(organisation)
    ):
        raise ValueError("organisation_id")
    return Actor(person=person, roles=frozenset(roles), organisation_id=organisation)


def _key_in(folder: Path) -> Ed25519PrivateKey:
    """The folder's key, made if there is none; of two processes that make one, one wins."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        draft = folder / f".{KEY_FILE}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # Another process was first, and its key is the one.
            os.link(draft, path)
        draft.unlink()
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{KEY_FILE} is not an Ed25519 key")
    return key
