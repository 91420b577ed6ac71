"""How often somebody may try to sign in: each failure makes the next attempt wait longer, for the account and the address.

It counts names that do not exist as well, so that a wait tells nothing of who has an account.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from index import keys, store

_FORGET = 24 * 3600.0  # seconds after which failures are forgotten


class Throttle:
    """The failed attempts of one data folder, shared by all its servers. Each call is one transaction."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.time) -> None:
        self._data = data
        self._clock = clock
        self._key = b""

    def wait(self, name: str, address: str) -> float:
        """The seconds that this attempt would still have to wait, 0.0 where it may be made now."""
        now, longest = self._clock(), 0.0
        with store.people_seen(self._data) as connection:
            for key, free, most in self._counted(name, address):
                row = connection.execute("SELECT failures, last FROM attempts WHERE key = ?", (key,)).fetchone()
                if row is not None and row["failures"] >= free:
                    held = min(most, 2.0 ** min(row["failures"] - free, 20))
                    longest = max(longest, row["last"] + held - now)
        return max(0.0, longest)

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        now = self._clock()
        with store.people(self._data) as connection:
            connection.execute("DELETE FROM attempts WHERE last < ?", (now - _FORGET,))
            for key, _, _ in self._counted(name, address):
                connection.execute(
                    "INSERT INTO attempts VALUES (?, 1, ?)"
                    " ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last = excluded.last",
                    (key, now),
                )

    def worked(self, name: str, address: str) -> None:
        """Forget the failures of somebody who has signed in; those of others from the same address stay."""
        with store.people(self._data) as connection:
            for key, _, _ in list(self._counted(name, address))[:-1]:
                connection.execute("DELETE FROM attempts WHERE key = ?", (key,))

    def _counted(self, name: str, address: str) -> Iterator[tuple[bytes, int, float]]:
        """What is counted: its key, the failures that are free, and the longest wait in seconds.

        An account alone waits little, or anybody could shut somebody out by failing in their name from elsewhere. Without a
        name, as of those who sign in at another place, the address alone is counted.
        """
        self._key = self._key or keys.secret(self._data)
        folded = " ".join(name.split()).lower()
        named = ((f"{folded}\0{address}", 5, 900.0), (folded, 30, 30.0)) if folded else ()
        for what, free, most in (*named, (f"\0{address}", 30, 900.0)):
            yield bytes.fromhex(keys.keyed(self._key, "attempt", what)), free, most
