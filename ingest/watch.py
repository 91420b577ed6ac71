"""Watching folders: telling when it is time for a run. The only module that imports watchfiles.

The kernel tells of changes (inotify); on network shares, which do not tell, and where it cannot watch any more, folders are
looked through every two seconds. What was missed is found by a run every few minutes, in which unchanged files cost little.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.paths import display

if TYPE_CHECKING:
    from threading import Event

    from watchfiles import Change

GRACE = 60.0  # seconds that a file has to be gone before it leaves the library
_STILL = 2.0  # seconds without a change after which files count as whole
_EVERY = 300.0  # seconds after which there is a run in any case
_TICK = 500  # milliseconds
_POLL = 2000  # milliseconds
_MOUNTS = Path("/proc/mounts")
_REMOTE = ("nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "davfs", "ncp", "vboxsf", "prl_fs", "lustre", "glusterfs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: until files stand still, until what is gone leaves, and until a run in any case."""

    still: float = _STILL
    grace: float = GRACE
    every: float = _EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """It is time for a run. `keep_gone`: files that are gone are to stay, because they may come back."""

    keep_gone: bool


class Watch:
    """Watches folders and files. Iterate over `due()`; what happens during a run is told after it."""

    def __init__(
        self,
        roots: Sequence[Path],
        stop: "Event",
        patience: Patience = Patience(),
        say: Callable[[str], None] = lambda _: None,
        polling: bool = False,
    ) -> None:
        """`stop` ends it; `say` is told of what cannot be watched; `polling`: look through the folders in any case."""
        self._roots = [Path(os.path.abspath(root)) for root in roots]
        self._stop = stop
        self._patience = patience
        self._say = say
        self._polling = polling
        self._changed = 0.0  # when something last did, on the monotonic clock; 0.0: nothing since the last run
        self._gone = 0.0  # when something last left, and has not been settled

    def again(self) -> None:
        """Have another run soon: files changed while they were read, or the run could not begin."""
        self._changed = time.monotonic()

    def due(self) -> Iterator[Due]:
        """Tell when it is time for a run: at once, then after changes and after a while; until `stop`."""
        began = time.monotonic()
        self._gone = began if self._patience.grace else 0.0  # what left while nobody watched has its grace as well
        yield Due(keep_gone=self._patience.grace > 0)
        last = time.monotonic()
        for _ in self._ticks():
            now = time.monotonic()
            settled = bool(self._gone) and now - self._gone >= self._patience.grace
            still = bool(self._changed) and now - self._changed >= self._patience.still
            if (settled and not self._changed) or still or now - last >= self._patience.every:
                waiting = bool(self._gone) and not settled
                self._changed = 0.0
                if settled:
                    self._gone = 0.0
                yield Due(keep_gone=waiting)
                last = time.monotonic()

    # -- what changes

    def _ticks(self) -> Iterator[None]:
        """About twice a second, having taken in what has changed."""
        watched = _identity(self._roots)
        while not self._stop.is_set():
            for changes in self._changes([root for root in self._roots if root.is_dir()]):
                self._take_in(changes)
                current = _identity(self._roots)
                if current != watched:  # a root that came or went, or a named file that changed
                    gone = [root for root, now in zip(self._roots, current, strict=True) if now is None]
                    watched, self._changed = current, time.monotonic()
                    self._gone = time.monotonic() if gone else self._gone
                    break
                yield
            else:
                yield

    def _changes(self, folders: list[Path]) -> Iterator[set[tuple["Change", str]]]:
        if not folders:
            self._stop.wait(_TICK / 1000)
            yield set()
            return
        from watchfiles import watch

        polling = self._polling or any(is_remote(folder) for folder in folders)
        try:
            yield from watch(
                *folders, watch_filter=None, debounce=200, step=50, stop_event=self._stop, rust_timeout=_TICK,
                yield_on_timeout=True, force_polling=polling, poll_delay_ms=_POLL, ignore_permission_denied=True,
            )  # fmt: skip
        except (OSError, RuntimeError) as exc:  # watchfiles 1.3 raises either, by where in the kernel it went wrong
            if not polling:
                self._say(f"The folders cannot be watched ({exc}). They are looked through every {_POLL // 1000} s instead.")
                self._polling = True
            else:  # a folder that went while it was looked through: the roots are looked at anew
                self._stop.wait(_TICK / 1000)
            yield set()

    def _take_in(self, changes: set[tuple["Change", str]]) -> None:
        now = time.monotonic()
        for change, path in changes:
            self._changed = now
            if change.name == "deleted" and not os.path.lexists(path):
                self._gone = now


def is_remote(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether a folder is on a network share, whose changes by others the kernel is not told of."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    kinds: dict[str, str] = {}
    for line in lines:
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        kinds[where.replace("\\040", " ")] = kind  # the latest mount at a place is the one that is seen
    path = folder.resolve()
    nearest = next((kinds[str(one)] for one in (path, *path.parents) if str(one) in kinds), "")
    return nearest.startswith(_REMOTE)


def described(roots: Sequence[Path]) -> str:
    """Name what is watched, for people."""
    return ", ".join(display(root) for root in roots)


def _identity(roots: Sequence[Path]) -> list[tuple[int, ...] | None]:
    """Which folder or file stands at each root. Of a folder, what is in it is told otherwise."""
    found: list[tuple[int, ...] | None] = []
    for root in roots:
        try:
            status = root.stat()
        except OSError:
            found.append(None)
            continue
        of_file = () if root.is_dir() else (status.st_size, status.st_mtime_ns)
        found.append((status.st_dev, status.st_ino, *of_file))
    return found
