"""Personal tokens: how a program of somebody's asks in their name. Only their hash is kept; each has a scope and an end."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index import store
from index.access import Handling, Principal
from index.errors import AccountError
from index.store import Row
from index.users import User, user_of

DAY = 86_400.0
LONGEST_DAYS = 366
_PREFIX = "kalla_"
_FORM = re.compile(r"kalla_[A-Za-z0-9_-]{43}")
_MOST = 20  # of one account


class Scope(StrEnum):
    """What a token is for."""

    READ = "read"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its owner sees it later. Times are seconds since 1970; `used`: the last time, to the hour, None for never."""

    token_id: int
    name: str
    scopes: tuple[Scope, ...]
    clearance: Handling
    created: float
    expires: float
    used: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a token speaks for, and what for. `name` and `expires` are those of the token, "" and None where none is needed."""

    principal: Principal
    scopes: tuple[Scope, ...]
    token_id: int
    name: str = ""
    expires: float | None = None


class Tokens:
    """The tokens of one data folder. Each call is one transaction. Raises AccountError for what cannot be, StoreError."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.time) -> None:
        self._data = data
        self._clock = clock

    def make(self, user: User, name: str, *, scopes: Collection[Scope], clearance: Handling, days: int) -> str:
        """Make a token and return it: it cannot be shown again. It never sees more than `clearance`, nor than its owner."""
        shown = " ".join(name.split())[:80]
        if not shown:
            raise AccountError("A token needs a name by which you will know it, such as: report script.")
        if not scopes or not 1 <= days <= LONGEST_DAYS:
            raise AccountError(f"A token needs something it may do, and an end within 1 to {LONGEST_DAYS} days.")
        made, now = _PREFIX + secrets.token_urlsafe(32), self._clock()
        with store.people(self._data) as connection:
            connection.execute("DELETE FROM tokens WHERE expires < ?", (now,))
            held = connection.execute("SELECT count(*) AS n FROM tokens WHERE user_id = ?", (user.user_id,)).fetchone()["n"]
            if held >= _MOST:
                raise AccountError(f"You have {_MOST} tokens already. Take one away that is not in use any more.")
            connection.execute(
                "INSERT INTO tokens (user_id, name, hash, scopes, clearance, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    user.user_id, shown, _hash(made), json.dumps(sorted(scopes)), int(min(clearance, user.clearance)),
                    now, now + days * DAY,
                ),
            )  # fmt: skip
        return made

    def of(self, user: User) -> list[Token]:
        """The tokens of an account, the latest first."""
        with store.people_seen(self._data) as connection:
            rows = connection.execute("SELECT * FROM tokens WHERE user_id = ? ORDER BY id DESC", (user.user_id,)).fetchall()
        return [_token(row) for row in rows]

    def take_away(self, user: User, token_id: int) -> bool:
        """Take a token away; False where this account has no such token."""
        with store.people(self._data) as connection:
            gone = connection.execute("DELETE FROM tokens WHERE id = ? AND user_id = ?", (token_id, user.user_id))
        return gone.rowcount == 1

    def find(self, token: str) -> Bearer | None:
        """Whom a token speaks for; None where it is unknown, over, or of an account that was disabled or removed."""
        if not _FORM.fullmatch(token) or not store.has_people(self._data):
            return None
        now = self._clock()
        with store.people_seen(self._data) as connection:
            row = connection.execute("SELECT * FROM tokens WHERE hash = ? AND expires > ?", (_hash(token), now)).fetchone()
            if row is None:
                return None
            user = user_of(connection.execute("SELECT * FROM users WHERE id = ?", (row["user_id"],)).fetchone())
        if user.disabled:
            return None
        if row["used"] is None or now - row["used"] > 3600:
            with store.people(self._data) as connection:
                connection.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, row["id"]))
        kept = _token(row)
        return Bearer(
            principal=user.principal(kept.clearance), scopes=kept.scopes, token_id=kept.token_id, name=kept.name,
            expires=kept.expires,
        )  # fmt: skip


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _token(row: Row) -> Token:
    return Token(
        token_id=row["id"], name=row["name"], scopes=tuple(Scope(one) for one in json.loads(row["scopes"])),
        clearance=Handling(row["clearance"]), created=row["created"], expires=row["expires"], used=row["used"],
    )  # fmt: skip
