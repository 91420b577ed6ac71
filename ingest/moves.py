"""What became of a file, told from its bytes: changed, moved, a copy of another, or only touched. No file is opened."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ingest.change import FileStamp


class Fate(StrEnum):
    """What became of a path, compared with what was known."""

    UNCHANGED = "unchanged"  # the same bytes at the same path: at most the stamp is new
    CHANGED = "changed"  # a known path with bytes that are nowhere known
    ADDED = "added"  # a new path with bytes that are nowhere known
    MOVED = "moved"  # bytes that another path had, and has no longer
    DUPLICATE = "duplicate"  # bytes that another path still has


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of one path. Only `CHANGED` and `ADDED` need the file to be read."""

    path: str
    sha256: str
    fate: Fate
    other: str = ""  # where the bytes come from (moved) or also are (duplicate)
    before: str = ""  # the hash that was known for this path, "" where it is new

    @property
    def is_new_content(self) -> bool:
        """Whether the bytes have to be read."""
        return self.fate in (Fate.CHANGED, Fate.ADDED)


def decide(
    path: str, sha256: str, *, known: Mapping[str, str], current: Mapping[str, str], holders: Collection[str]
) -> Decision:
    """Decide about one path that was hashed.

    `known` gives the hash of each path before this run; `current` the hash of each path that has not gone, as far as is
    known now; `holders` all paths that have or had these bytes.
    """
    before = known.get(path, "")
    if before == sha256:
        return Decision(path=path, sha256=sha256, fate=Fate.UNCHANGED, before=before)
    others = sorted(other for other in holders if other != path)
    still = [other for other in others if current.get(other) == sha256]
    if still:
        return Decision(path=path, sha256=sha256, fate=Fate.DUPLICATE, other=still[0], before=before)
    if others:
        return Decision(path=path, sha256=sha256, fate=Fate.MOVED, other=others[0], before=before)
    return Decision(path=path, sha256=sha256, fate=Fate.CHANGED if before else Fate.ADDED, before=before)


class Ledger:
    """Decides about the files of a run one after another, in any order, and keeps in mind what it has decided.

    Until a known file is hashed it counts as still having its bytes. Two files that swapped names are therefore a
    duplicate and a move, whichever comes first; no bytes are read again, and each path ends with the right ones.
    """

    def __init__(self, known: Iterable[FileStamp], gone: Iterable[FileStamp] = ()) -> None:
        """`known` are all files of the library that could be read, `gone` those of them that are no longer there."""
        self._known = {stamp.path: stamp.sha256 for stamp in known if stamp.sha256}
        lost: Container[str] = {stamp.path for stamp in gone}
        self._current = {path: sha256 for path, sha256 in self._known.items() if path not in lost}
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        for path, sha256 in self._known.items():
            self._holders[sha256].add(path)

    def decide(self, path: str, sha256: str) -> Decision:
        """Decide about a file that was hashed, and remember it."""
        decision = decide(path, sha256, known=self._known, current=self._current, holders=self._holders.get(sha256, ()))
        self._current[path] = sha256
        self._holders[sha256].add(path)
        return decision
