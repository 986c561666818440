"""Cursor pages that stay stable while rows come and go, and what reads see."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, Table, TableClause, func, select

from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor
from shared.kernel.refusals import Fault, Malformed
from shared.runtime.reading import NOW, Point
from shared.runtime.vault import Kept, Vault
from shared.runtime.web.ports import Snapshot

_SEAL_BYTES = 16
CURSOR_CHARS_MAX = 400


class BadCursor(Malformed):
    """This cursor does not belong to this list and these filters; follow `next` as it was given."""

    french = "Ce curseur n'est pas de cette liste et de ces filtres; suivez `next` tel que donné."


class BadLimit(Malformed):
    """The limit is a whole number from 1 to the largest page size."""

    french = "La limite est un entier de 1 à la taille maximale d'une page."


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, in its order."""

    items: Sequence[Mapping[str, Any]]
    next: str | None = None
    """Path and query of the following page; absent on the last one."""
    total: int | None = None
    """How many rows match, at the same position as the rows themselves; absent if not asked."""

    def map(self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> "Page":
        """The same page with each row in another form."""
        return Page([change(item) for item in self.items], self.next, self.total)

    def document(self) -> dict[str, Any]:
        """The page as it is sent."""
        total = {} if self.total is None else {"total": self.total}
        return {"items": self.items, "next": self.next, **total}


@dataclass(frozen=True, slots=True)
class Written:
    """An answer made of JSON texts that are sent as they are stored, never encoded again."""

    text: str
    next: str | None = None
    """Path and query of what follows; absent at the end."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Seals places in lists, so that a cursor serves no other list, filter or value."""

    secret: bytes

    def seal(self, scope: str, place: int | str) -> str:
        """A cursor for going on after this place."""
        body = canonical(place).encode()
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).rstrip(b"=").decode()

    def open(self, scope: str, cursor: str) -> int | str:
        """The place that a cursor of this scope names. Raises BadCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise BadCursor(Fault("query: cursor", "cursor")) from None
        seal, body = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._mac(scope, body)):
            raise BadCursor(Fault("query: cursor", "cursor"))
        place: int | str = json.loads(body)
        return place

    def _mac(self, scope: str, body: bytes) -> bytes:
        sealed = len(scope).to_bytes(4, "big") + scope.encode() + body
        return hmac.new(self.secret, sealed, sha256).digest()[:_SEAL_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What the request asked about pages, already checked."""

    cursors: Cursors
    address: str
    """The path that `next` begins with, mount point included."""
    limit: int
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One read on one snapshot: everything it sees belongs to the same position."""

    actor: Actor
    now: datetime
    """When it was asked, UTC."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    """The declared parameters that were given; others were refused."""
    language: str | None
    """`en` or `fr` where the caller said which; absent means both."""
    snapshot: Snapshot
    paging: Paging
    vault: Callable[[], Vault]
    """Opened only by what reads confidential content."""

    def page(
        self,
        table: TableClause,
        *,
        order: str,
        descending: bool = False,
        with_total: bool = False,
        **equal: str | int | None,
    ) -> Page:
        """Rows whose columns equal the given values, in the order of one column.

        The column must be unique and unchanging: pages then neither repeat nor skip a row that
        stays. Filters that are None are ignored. Raises BadCursor.
        """
        asked = {name: value for name, value in equal.items() if value is not None}
        matching = [table.c[name] == value for name, value in asked.items()]
        column = table.c[order]
        scope = (table.name, order, descending, asked)
        rows = select(table).where(*matching)
        if (after := self.after(*scope)) is not None:
            rows = rows.where(column < after if descending else column > after)
        rows = rows.order_by(column.desc() if descending else column).limit(self.paging.limit + 1)
        found = self.select(rows)
        following = None
        if len(found) > self.paging.limit:
            found.pop()
            following = self.following(found[-1][order], *scope)
        total = None
        if with_total:
            counted = select(func.count()).select_from(table).where(*matching)
            total = self.snapshot.connection.execute(counted).scalar_one()
        return Page(found, following, total)

    def row(self, table: Table, *key: str) -> dict[str, Any] | None:
        """The row with this primary key, or nothing."""
        query = select(table)
        for column, value in zip(table.primary_key.columns, key, strict=True):
            query = query.where(column == value)
        found = self.snapshot.connection.execute(query).mappings().first()
        return None if found is None else dict(found)

    def select(self, query: Select[Any]) -> list[dict[str, Any]]:
        """All rows of a query."""
        return [dict(row) for row in self.snapshot.connection.execute(query).mappings()]

    def state(self, stream: str, before: int | None = None) -> Any:
        """The folded state of a stream, or as it was before a place in this journal.

        The initial one when it has no event.
        """
        point = NOW if before is None else Point(position=before - 1)
        return self.snapshot.state(stream, point)[0]

    def kept(self, subject: str, kept: Kept, *, erased: bool = False) -> str:
        """Confidential content, for who was let in. Raises Erased, VaultFault (X8)."""
        return self.vault().read(self.snapshot.connection, subject, kept, erased=erased)

    def after(self, *scope: Any) -> int | str | None:
        """The place that the cursor names, if one was given. Raises BadCursor."""
        cursor = self.paging.cursor
        return None if cursor is None else self.paging.cursors.open(self._scope(scope), cursor)

    def following(self, place: int | str, *scope: Any) -> str:
        """Path and query of what follows this place, for this list and these filters alone."""
        cursor = self.paging.cursors.seal(self._scope(scope), place)
        asked = {**self.query, "limit": self.paging.limit, "cursor": cursor}
        return f"{self.paging.address}?{urlencode(asked)}"

    def _scope(self, scope: Sequence[Any]) -> str:
        return canonical([self.paging.address, self.query, *scope])
