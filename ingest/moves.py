"""What became of a file, told from its bytes: changed, moved, a copy of another, or only touched. No file is opened."""

import threading
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ingest.change import FileStamp
from ingest.paths import key_of
from ingest.scan import Found


class Fate(StrEnum):
    """What became of a path, compared with what was known."""

    UNCHANGED = "unchanged"  # the same bytes at the same path: at most the stamp is new
    CHANGED = "changed"  # a known path with other bytes, which have to be read
    ADDED = "added"  # a new path with bytes that have to be read
    MOVED = "moved"  # the bytes of a path that is gone
    DUPLICATE = "duplicate"  # bytes that another path has, or that more than one path took over


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of one path.

    `other` is where the library has these bytes (moved, duplicate): a path that keeps what it had, or is gone, or is
    itself read in this run. It is never one that in turn takes its bytes from another: any order of storing will do.
    """

    path: str
    sha256: str
    fate: Fate
    other: str = ""
    before: str = ""  # the hash that was known for this path, "" where it is new

    @property
    def must_be_read(self) -> bool:
        """Whether the library does not surely have the bytes."""
        return self.fate in (Fate.CHANGED, Fate.ADDED)


def decide(path: str, sha256: str, *, known: Mapping[str, str], sources: Mapping[str, str], movable: Container[str]) -> Decision:
    """Decide about one path that was hashed.

    `known` is the hash of each path before this run, `sources` a path for each hash that the library surely has or that
    this run reads, `movable` the paths that are gone and have not been found elsewhere yet.
    """
    before = known.get(path, "")
    if before == sha256:
        return Decision(path=path, sha256=sha256, fate=Fate.UNCHANGED, before=before)
    other = sources.get(sha256, "")
    if other:
        fate = Fate.MOVED if other in movable else Fate.DUPLICATE
    else:
        fate = Fate.CHANGED if before else Fate.ADDED
    return Decision(path=path, sha256=sha256, fate=fate, other=other, before=before)


class Ledger:
    """Decides about the files of a run, in any order and from any thread, and keeps in mind what it has decided.

    A known file that is still to be checked may no longer have its bytes: until then it is no source for others. Two
    files that swapped names are therefore read again, rather than each taken for what the other was.
    """

    def __init__(self, known: Iterable[FileStamp], gone: Iterable[FileStamp] = (), check: Iterable[Found] = ()) -> None:
        """`known` is all that the library knows; `gone` and `check` are those of the plan."""
        self._known = {stamp.path: stamp.sha256 for stamp in known if stamp.sha256}
        self._movable = {stamp.path for stamp in gone}
        unsure = {key_of(found.path) for found in check}
        staying = {path: sha256 for path, sha256 in self._known.items() if path not in self._movable | unsure}
        leaving = {path: sha256 for path, sha256 in self._known.items() if path in self._movable}
        self._sources: dict[str, str] = {}
        for paths in (staying, leaving):  # a file that stays is the better source
            for path in sorted(paths):
                self._sources.setdefault(paths[path], path)
        self._lock = threading.Lock()

    def decide(self, path: str, sha256: str) -> Decision:
        """Decide about a file that was hashed, and remember it."""
        with self._lock:
            decision = decide(path, sha256, known=self._known, sources=self._sources, movable=self._movable)
            self._movable.discard(decision.other)
            if not decision.other:
                self._sources.setdefault(sha256, path)
            return decision
