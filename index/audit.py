"""The audit trail: who did what and when, in rows that seal each other, so that a change or a gap shows.

The hash of a row is an HMAC-SHA256, under the library's secret key, of the row and of the hash before it. Whoever can write to
the file but does not have the key cannot make a row that holds.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index import keys, store
from index.store import Connection, Row

_START = b"\0" * 32


class Event(StrEnum):
    """What is written down."""

    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGN_OUT = "sign-out"
    SEARCH = "search"
    OPEN = "document opened"
    DOWNLOAD = "original downloaded"
    EXPORT = "export"
    UPLOAD = "upload"
    EDIT = "catalogue edited"
    REMOVE = "document removed"
    BRING_BACK = "document brought back"
    INGEST = "ingest"
    REBUILD = "rebuild"
    USER = "user changed"
    TOKEN = "token changed"  # noqa: S105 - the name of an event, not a token
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row. `at`: ISO 8601, UTC; `detail`: what the event is about, JSON in the store."""

    entry_id: int
    at: str
    who: str
    event: str
    detail: Mapping[str, str]
    hash: str


class _Undone(Exception):
    """Nothing of a transaction is to stay."""


class Audit:
    """The trail of one data folder. Each call is one transaction, so it may be used from several threads and processes."""

    def __init__(self, data: Path, *, questions: bool = False) -> None:
        """`questions`: they are kept in full, rather than as keyed hashes."""
        self._data = data
        self._questions = questions
        self._key = b""

    def write(self, who: str, event: Event, **detail: str) -> None:
        """Add a row; it is on disk when this returns. Raises StoreError."""
        key = self._secret()
        if "question" in detail and not self._questions:
            detail["question"] = keys.keyed(key, "question", " ".join(detail["question"].split()).casefold())
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        with store.people(self._data) as connection:
            last = connection.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            previous, at = bytes(last["hash"]) if last else _START, store.now()
            entry_id = _next_id(connection)
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry_id, at, who, str(event), text, previous, _seal(key, previous, entry_id, at, who, str(event), text)),
            )

    def entries(self, *, since: str = "", newest_first: bool = False, limit: int = -1) -> list[Entry]:
        """The rows, from a moment on (ISO 8601, UTC; "": from the beginning)."""
        order = "DESC" if newest_first else "ASC"
        with store.people_seen(self._data) as connection:
            rows = connection.execute(f"SELECT * FROM audit WHERE at >= ? ORDER BY id {order} LIMIT ?", (since, limit)).fetchall()  # noqa: S608 - one of two words of ours
        return [_entry(row) for row in rows]

    def ready(self) -> None:
        """Make sure that a row can be added now, without adding one. Raises StoreError."""
        self._secret()
        with suppress(_Undone), store.people(self._data) as connection:
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", (_next_id(connection), "", "", "", "{}", b"", b"")
            )
            raise _Undone

    def found(self, *, who: str = "", event: str = "", day: str = "", before: int = 0, limit: int = -1) -> list[Entry]:
        """The rows of one person, of one kind and of one day (ISO 8601, UTC), as far as these are given, the latest first.

        `before`: only rows with a lower id (0: from the latest on).
        """
        with store.people_seen(self._data) as connection:
            rows = connection.execute(
                "SELECT * FROM audit WHERE (?1 = '' OR who = ?1) AND (?2 = '' OR event = ?2)"
                " AND (?3 = '' OR substr(at, 1, 10) = ?3) AND (?4 = 0 OR id < ?4) ORDER BY id DESC LIMIT ?5",
                (who, event, day, before, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def counts(self, *, since: str = "") -> dict[str, int]:
        """How often each event came about, the most frequent first: what an editor may know."""
        with store.people_seen(self._data) as connection:
            rows = connection.execute(
                "SELECT event, count(*) AS n FROM audit WHERE at >= ? GROUP BY event ORDER BY n DESC, event", (since,)
            ).fetchall()
        return {row["event"]: row["n"] for row in rows}

    def verify(self, *, holding: str = "") -> Iterator[str]:
        """A line for each thing that does not hold: a row that was changed, put in, or is missing.

        `holding`: the hash of a row that was exported earlier and has to be there still. It shows a trail cut off and begun anew.
        """
        key, previous, expected = self._secret(), _START, 1
        held = not holding
        with store.people_seen(self._data) as connection:
            for row in connection.execute("SELECT * FROM audit ORDER BY id"):
                if row["id"] != expected:
                    yield f"Rows {expected} to {row['id'] - 1} of the audit trail are missing."
                if bytes(row["previous"]) != previous:
                    yield f"Row {row['id']} of the audit trail does not follow from the row before it."
                sealed = _seal(key, bytes(row["previous"]), row["id"], row["at"], row["who"], row["event"], row["detail"])
                if not hmac.compare_digest(sealed, bytes(row["hash"])):
                    yield f"Row {row['id']} of the audit trail was changed after it was written ({row['at']}, {row['event']})."
                previous, expected = bytes(row["hash"]), row["id"] + 1
                held = held or previous.hex() == holding.lower()
            if _next_id(connection) != expected:
                yield f"Rows {expected} to {_next_id(connection) - 1} are missing at the end of the audit trail."
        if not held:
            yield f"The row with the hash {holding} is not in the audit trail any more."

    def _secret(self) -> bytes:
        if not self._key:
            self._key = keys.secret(self._data)
        return self._key


def _next_id(connection: Connection) -> int:
    """The id that the next row gets: SQLite remembers the highest that was ever given, also where that row was cut off."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return int(row["seq"]) + 1 if row else 1


def _seal(key: bytes, previous: bytes, entry_id: int, *columns: str) -> bytes:
    text = json.dumps([previous.hex(), entry_id, *columns], ensure_ascii=True)
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).digest()


def _entry(row: Row) -> Entry:
    return Entry(
        entry_id=row["id"], at=row["at"], who=row["who"], event=row["event"], detail=json.loads(row["detail"]),
        hash=bytes(row["hash"]).hex(),
    )  # fmt: skip
