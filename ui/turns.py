"""Whose turn it is: one person cannot take the machine from the others. So much at once, and so much a minute, for each."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# A person who types asks a question every few seconds at most, and a filter that is clicked asks it again.
AT_ONCE = 4  # questions of one person that are being answered
A_MINUTE = 60  # questions of one person
_EVENTS = 300  # of Gradio's, a minute: a click is two or three
_PICTURES = 8  # of pages, that are being drawn for one person: a browser asks for six at once
_MINUTE = 60.0  # seconds
_MOST = 10_000  # who are remembered


class Crowded(Exception):
    """It is not their turn. `seconds`: when it will be."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too much at once. Wait {seconds:.0f} seconds, then ask again.")
        self.seconds = seconds


@dataclass(slots=True)
class _One:
    """What somebody does: how much now, and when they began what they did in the last minute (seconds)."""

    now: int = 0
    began: deque[float] = field(default_factory=deque)


def events() -> "Turns":
    """For what Gradio is asked: much of it is no question, and takes no time."""
    return Turns(_EVENTS, _EVENTS)


def pictures() -> "Turns":
    """For pictures of pages: they are leafed through as fast as one likes."""
    return Turns(_PICTURES, 100 * A_MINUTE)


class Turns:
    """Who may begin something. Safe to use from several threads; of one process."""

    def __init__(self, at_once: int = AT_ONCE, a_minute: int = A_MINUTE, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_minute = at_once, a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _One] = OrderedDict()

    def begin(self, who: str) -> None:
        """Begin something, which `end` ends. Raises Crowded, and then nothing was begun."""
        with self._lock:
            one, now = self._known.setdefault(who, _One()), self._clock()
            self._known.move_to_end(who)
            self._forget()
            while one.began and now - one.began[0] >= _MINUTE:
                one.began.popleft()
            if len(one.began) >= self._a_minute:
                raise Crowded(_MINUTE - (now - one.began[0]))
            if one.now >= self._at_once:
                raise Crowded(1.0)
            one.now += 1
            one.began.append(now)

    def end(self, who: str) -> None:
        """End what was begun."""
        with self._lock:
            one = self._known.get(who)
            if one is not None:
                one.now = max(0, one.now - 1)

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """Do something. Raises Crowded."""
        self.begin(who)
        try:
            yield
        finally:
            self.end(who)

    def _forget(self) -> None:
        """Forget those who were here longest ago; never one who is doing something."""
        if len(self._known) <= _MOST:
            return
        idle = next((who for who, one in self._known.items() if not one.now), None)
        if idle is not None:
            del self._known[idle]
