"""How often one token may ask: some requests at once, then so many a minute. In this process; nothing is kept."""

import threading
import time
from collections.abc import Callable

AT_ONCE = 60
A_MINUTE = 120


class Rates:
    """A bucket for each token, which fills again while it rests (a token bucket, as RFC 2697 describes it)."""

    def __init__(
        self, *, at_once: int = AT_ONCE, a_minute: float = A_MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._each = float(at_once), 60.0 / a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}  # token -> what is left, as of when

    def wait(self, token_id: int) -> float:
        """Take one from the bucket: 0.0; where it is empty, take nothing and tell the seconds until there is one."""
        now = self._clock()
        with self._lock:
            left, since = self._left.get(token_id, (self._most, now))
            left = min(self._most, left + (now - since) / self._each)
            if left < 1:
                self._left[token_id] = (left, now)
                return (1 - left) * self._each
            self._left[token_id] = (left - 1, now)
            return 0.0
