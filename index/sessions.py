"""Who is signed in. What a browser holds is random; only its hash is kept, so that a copy of the file opens nothing."""

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from index import store
from index.users import User, user_of

IDLE = 2 * 3600.0  # seconds without a request after which a session is over
ABSOLUTE = 12 * 3600.0  # seconds after which it is over in any case
_SEEN_EVERY = 60.0  # seconds: to note each request would cost a write


class Sessions:
    """The sessions of one data folder. Each call is one transaction, so it may be used from several threads and processes."""

    def __init__(
        self, data: Path, *, idle: float = IDLE, absolute: float = ABSOLUTE, clock: Callable[[], float] = time.time
    ) -> None:
        self._data = data
        self._idle, self._absolute = idle, absolute
        self._clock = clock

    def begin(self, user: User, before: str = "") -> str:
        """Begin a session and return its secret, for the cookie. The one `before` ends: a secret does not outlive a sign-in."""
        made, now = secrets.token_urlsafe(32), self._clock()
        with store.people(self._data) as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(before),))
            connection.execute("DELETE FROM sessions WHERE seen < ? OR began < ?", (now - self._idle, now - self._absolute))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_hash(made), user.user_id, now, now))
        return made

    def find(self, secret: str, *, seen: bool = True) -> User | None:
        """Who this is; None where the session is over, unknown, or of an account that was disabled or removed.

        `seen`: this is a request of theirs, so the session is not idle.
        """
        if not secret or len(secret) > 200 or not store.has_people(self._data):
            return None
        now, name = self._clock(), _hash(secret)
        with store.people_seen(self._data) as connection:
            row = connection.execute(
                "SELECT u.*, s.began, s.seen FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ?", (name,)
            ).fetchone()
        if row is None:
            return None
        if row["disabled"] or now - row["seen"] > self._idle or now - row["began"] > self._absolute:
            self.end(secret)
            return None
        if seen and now - row["seen"] > _SEEN_EVERY:
            with store.people(self._data) as connection:
                connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (now, name))
        return user_of(row)

    def end(self, secret: str) -> None:
        """End a session."""
        with store.people(self._data) as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(secret),))

    def end_all(self, user: User) -> int:
        """End all sessions of an account; how many there were."""
        with store.people(self._data) as connection:
            return connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,)).rowcount


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
