"""Files that are gone: which of them leave the library, and which are more likely out of reach than deleted."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ingest.change import FileStamp
from ingest.paths import display, key_of, path_of

KEPT = "gone, but kept in the library: its folder is empty or not there"
WAITING = "gone, but kept in the library for now"


class Gone(Enum):
    """What is to be done with files that are gone."""

    USUAL = "usual"  # they leave, unless their folder looks unmounted
    KEEP = "keep"  # they stay for now: somebody watches, and comes back to it
    PRUNE = "prune"  # they leave, whatever it looks like


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The files that are gone, by what becomes of them."""

    leave: tuple[FileStamp, ...]
    stay: tuple[FileStamp, ...]
    reason: str = ""  # of those that stay
    folders: tuple[Path, ...] = ()  # that look unmounted


def decide(gone: Sequence[FileStamp], roots: Sequence[Path], wish: Gone) -> Absence:
    """Decide about the files that are gone from below `roots`.

    A disk or network share that is not mounted leaves an empty folder, or none where the root itself is gone. So a file stays
    whose root is not there, or that stood below a folder that is there and holds nothing any more. A folder within the root
    that is gone itself was deleted or moved.
    """
    if wish is Gone.PRUNE or not gone:
        return Absence(leave=tuple(gone), stay=())
    if wish is Gone.KEEP:
        return Absence(leave=(), stay=tuple(gone), reason=WAITING)
    tops = [path_of(key_of(root)) for root in roots]
    looked_at: dict[Path, Path | None] = {}
    leave: list[FileStamp] = []
    stay: list[FileStamp] = []
    for stamp in gone:
        folder = path_of(stamp.path).parent
        if folder not in looked_at:
            looked_at[folder] = _out_of_reach(folder, tops)
        (leave if looked_at[folder] is None else stay).append(stamp)
    folders = {folder for folder in looked_at.values() if folder is not None}
    return Absence(leave=tuple(leave), stay=tuple(stay), reason=KEPT, folders=tuple(sorted(folders)))


def _out_of_reach(folder: Path, roots: Sequence[Path]) -> Path | None:
    """The nearest of a folder and those above it that looks unmounted, None where there is none up to its root."""
    for root in roots:
        if folder != root and root not in folder.parents:
            continue
        if not root.exists():
            return root
        for one in (folder, *folder.parents):
            if one.is_dir() and not any(files for _, _, files in os.walk(one)):
                return one
            if one == root:
                break
    return None


def told(absence: Absence, command: str = "python -m ingest --prune") -> list[str]:
    """A sentence for each folder that looks unmounted."""
    return [
        f"{display(folder)} is empty or not there: what the library holds of it stays."
        f" Is a disk or network share not mounted? If its files are meant to leave, run: {command} {display(folder)}"
        for folder in absence.folders
    ]
