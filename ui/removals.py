"""Files laid aside: taken out of the corpus folder, remembered at the desk, and brought back until the next rebuild.

The desk knows of a file before it is moved, and forgets it after it is back: whatever is cut off in between, the file is whole in
one of the two places, and the desk says where.
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from index.access import Principal
from index.deskitems import Removed
from ui import moving
from ui.ports import Desk

FOLDER = "removed"  # in the data folder; index.removal empties it after a rebuild
_LOCK = threading.Lock()  # files are moved by one at a time


class Occupied(Exception):
    """Another file lies at the place by now."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class NotMoved(Exception):
    """The files could not be moved; they lie where they lay. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What took the place of a file that was replaced: where it was put, its bytes, and what the catalogue said before."""

    path: str
    sha256: str
    before: Mapping[str, str] = field(default_factory=dict)  # field of the catalogue -> its value
    handling: str = ""  # of what took the place


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Files that were taken out together, those of one document."""

    removed_id: int
    title: str
    when: str  # ISO 8601, UTC
    files: tuple[Removed, ...]
    instead: Instead | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where the files were."""
        return tuple(Path(file.path) for file in self.files)


def listed(desk: Desk, principal: Principal) -> list[Removal]:
    """What can be brought back, the latest first."""
    groups: dict[Path, list[Removed]] = {}
    for row in desk.removed(principal):
        if os.path.lexists(row.aside):
            groups.setdefault(Path(row.aside).parent, []).append(row)
    return [_removal(tuple(rows), _instead(folder)) for folder, rows in groups.items()]


def find(desk: Desk, principal: Principal, removed_id: int) -> Removal | None:
    """A removal by the id of one of its files; None where it does not exist for this person, or is over."""
    return next((one for one in listed(desk, principal) if any(file.removed_id == removed_id for file in one.files)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Where files are laid aside, and who remembers them. Each call is made for one person, about a document of `groups`."""

    desk: Desk
    data: Path
    principal: Principal
    groups: tuple[str, ...] = ()

    def take_out(self, paths: Sequence[Path], title: str, handling: str, instead: Instead | None = None) -> Removal:
        """Lay files aside, those of one document. Raises NotMoved, and LibraryError; in both cases they lie where they lay."""
        with _LOCK:
            return _removal(self._take_out(paths, title, handling, instead), instead)

    def put_in(self, file: Path, paths: Sequence[Path], title: str, handling: str, instead: Instead) -> Removal:
        """Lay the old files aside and put a new one, which lies beside its place, into it. Raises as `take_out` does."""
        with _LOCK:
            rows = self._take_out(paths, title, handling, instead)
            try:
                moving.bring(file, Path(instead.path))
            except OSError as exc:
                self._undo(rows)
                raise NotMoved(_why(exc)) from exc
            return _removal(rows, instead)

    def bring_back(self, removal: Removal) -> list[Path]:
        """Put the files back, and lay aside what replaced them; all the places that changed.

        Raises Occupied where another file lies there, and NotMoved; then everything lies where it lay. And LibraryError.
        """
        with _LOCK:
            new = _still_there(removal.instead)
            for file in removal.files:
                _check(file, new)
            replaced = self._take_out(new, removal.title, removal.instead.handling, None) if new and removal.instead else ()
            try:
                for file in removal.files:
                    _put_back(file)
            except BaseException:
                self._undo(replaced)
                raise
            self._forget(removal.files)
        return [*dict.fromkeys((*removal.paths, *new))]

    def _take_out(self, paths: Sequence[Path], title: str, handling: str, instead: Instead | None) -> tuple[Removed, ...]:
        try:
            folder = self._new_folder(instead)
        except OSError as exc:
            raise NotMoved(_why(exc)) from exc
        try:
            for path in paths:
                aside = _free(folder, path.name)
                self.desk.take_out(str(path), str(aside), title, handling, self.groups)
                moving.move(path, aside)
        except BaseException as exc:
            self._undo(self._rows(folder))
            if isinstance(exc, OSError):
                raise NotMoved(_why(exc)) from exc
            raise
        return self._rows(folder)

    def _new_folder(self, instead: Instead | None) -> Path:
        parent = self.data.absolute() / FOLDER
        parent.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        for number in count(1):
            folder = parent / f"{stamp}-{number}"
            with suppress(FileExistsError):
                folder.mkdir()
                break
        if instead is not None:
            _write(_beside(folder), _as_json(instead))
        moving.sync(parent)
        return folder

    def _rows(self, folder: Path) -> tuple[Removed, ...]:
        return tuple(row for row in self.desk.removed(self.principal) if Path(row.aside).parent == folder)

    def _undo(self, files: Iterable[Removed]) -> None:
        for file in files:
            with suppress(OSError):
                moving.move(Path(file.aside), Path(file.path))
        self._forget(files)

    def _forget(self, files: Iterable[Removed]) -> None:
        """Forget what is in its place again, and clear up."""
        for file in files:
            aside = Path(file.aside)
            if os.path.lexists(aside):
                continue
            self.desk.brought_back(file.removed_id)
            with suppress(OSError):
                aside.parent.rmdir()
                _beside(aside.parent).unlink()


def _removal(rows: tuple[Removed, ...], instead: Instead | None) -> Removal:
    """`rows`: the latest first, as the desk gives them."""
    first = rows[-1]
    return Removal(removed_id=first.removed_id, title=first.title, when=first.removed, files=rows[::-1], instead=instead)


def _still_there(new: Instead | None) -> tuple[Path, ...]:
    """What replaced files, where it still is what was put there."""
    return (Path(new.path),) if new is not None and _holds(Path(new.path), new.sha256) else ()


def _check(file: Removed, leaving: Sequence[Path]) -> None:
    """Make sure that a file can be put back, once what is `leaving` has left."""
    path, aside = Path(file.path), Path(file.aside)
    if os.path.lexists(aside) and os.path.lexists(path) and path not in leaving and not moving.same(path, aside):
        raise Occupied(path)
    if not os.path.lexists(aside) and not os.path.lexists(path):
        raise NotMoved(f"{path.name} is no longer there")


def _put_back(file: Removed) -> None:
    path, aside = Path(file.path), Path(file.aside)
    if not os.path.lexists(aside):
        return  # it was put back before, and the desk was not told
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path) and moving.same(path, aside):
            aside.unlink()
        else:
            moving.move(aside, path)
    except FileExistsError as exc:
        raise Occupied(path) from exc
    except OSError as exc:
        raise NotMoved(_why(exc)) from exc


def _free(folder: Path, name: str) -> Path:
    stem, extension = os.path.splitext(name)
    names = (name if number == 1 else f"{stem} ({number}){extension}" for number in count(1))
    return next(path for path in (folder / one for one in names) if not os.path.lexists(path))


def _beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _as_json(instead: Instead) -> dict[str, Any]:
    return {
        "path": instead.path, "sha256": instead.sha256, "before": dict(instead.before), "handling": instead.handling,
    }  # fmt: skip


def _write(path: Path, value: Mapping[str, Any]) -> None:
    part = path.with_name(f".{path.name}")
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _instead(folder: Path) -> Instead | None:
    try:
        value = json.loads(_beside(folder).read_text("utf-8"))
        before = {str(name): str(text) for name, text in value["before"].items()}
        return Instead(path=value["path"], sha256=value["sha256"], before=before, handling=value["handling"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def digest(path: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _holds(path: Path, sha256: str) -> bool:
    try:
        return digest(path) == sha256
    except OSError:
        return False


def _why(exc: OSError) -> str:
    return exc.strerror or str(exc)
