"""Restore: a library from a backup, checked to its last byte before anything is touched, then put in place in one step."""

import ctypes
import errno
import glob
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from index import keys, store
from index.backup import SOURCES, BackupError, Manifest, Member, read_manifest, room_for, unpack
from index.files import process_lives, sync_folder
from index.verify import verify
from index.writer import Writer
from ingest.paths import key_of, path_of

_OWN = (store.FILE, store.DESK_FILE, store.PEOPLE_FILE, keys.FILE)
_RENAME_EXCHANGE = 2  # linux/fs.h
_AT_FDCWD = -100  # fcntl.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. `kept_aside`: where the library before it lies, None where there was none."""

    manifest: Manifest
    kept_aside: Path | None
    problems: tuple[str, ...]


def restore(file: Path, data: Path, *, replace_present: bool = False, sources: Path | None = None) -> Restored:
    """Put the library of a backup at `data`. `sources`: the folder that its source files are unpacked into.

    Until the very end nothing of what is there is touched; the library before is kept beside the new one. Whoever has the old
    one open moves over at the next question. Raises BackupError where the backup does not hold or something is in the way.
    """
    present = data.exists() and (not data.is_dir() or any(data.iterdir()))
    if present and not replace_present:
        raise BackupError(f"{data} is not empty. To put the backup in its place, and keep what is there aside: --replace")
    if os.path.ismount(data):
        raise BackupError(f"{data} is a mount point, and cannot be exchanged. Restore into a folder in it: --data {data}/kalla")
    try:
        return _restore(file.expanduser(), data, sources, present)
    except OSError as exc:
        raise BackupError(f"The backup cannot be restored to {data}: {exc.strerror or exc} ({exc.filename}).") from exc


def _restore(file: Path, data: Path, sources: Path | None, present: bool) -> Restored:
    with _opened(file) as archive:
        manifest = read_manifest(archive, file)
        _check(archive, manifest, sources)
        data.parent.mkdir(parents=True, exist_ok=True)
        _sweep(data)
        room_for(data.parent, 2 * sum(member.size for member in manifest.members.values()))
        made = data.with_name(f".{data.name}.restoring-{os.getpid()}")
        try:
            _unpack(archive, manifest, made, data, sources)
            problems = tuple(verify(made, sources=sources is not None))
            with _locked(data, present):
                kept = _put_in_place(made, data, present)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return Restored(manifest=manifest, kept_aside=kept, problems=problems)


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError as exc:
        raise BackupError(f"There is no file {file}.") from exc
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise BackupError(f"{file} is no backup of Källa, or is damaged.") from exc
    with archive:
        yield archive


@contextmanager
def _locked(data: Path, present: bool) -> Iterator[None]:
    """Nobody may write to the library that is replaced. Raises Busy."""
    if present and data.is_dir():
        with store.writer_lock(data, "a restore"):
            yield
    else:
        yield


def _check(archive: zipfile.ZipFile, manifest: Manifest, sources: Path | None) -> None:
    """Refuse what is not exactly what a backup holds. Raises BackupError; nothing has been written by then."""
    packed = [info.filename for info in archive.infolist()]
    if sorted(packed) != sorted([*manifest.members, "manifest.json"]) or store.FILE not in manifest.members:
        raise BackupError("The backup is damaged: it does not hold the files that it lists. Nothing was changed.")
    for name, member in manifest.members.items():
        if not _is_own(name):
            raise BackupError(f"The backup holds a file {name!r} that no backup holds. Nothing was changed.")
        unpack(archive, name, member, None)
    if sources is not None:
        if not manifest.has_sources:
            raise BackupError("The backup was made without the source files: restore it without --sources.")
        _places(manifest, sources)


def _is_own(name: str) -> bool:
    path = PurePosixPath(name)
    if name in _OWN or (name.startswith(SOURCES) and name[len(SOURCES) :].isdigit()):
        return True
    return len(path.parts) == 3 and path.parts[0] == "models" and ".." not in path.parts and str(path) == name


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, made: Path, data: Path, sources: Path | None) -> None:
    made.mkdir(mode=0o700)
    for name, member in manifest.members.items():
        if name.startswith(SOURCES):
            continue
        target = made / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unpack(archive, name, member, target)
        target.chmod(0o600)
    places = _places(manifest, sources) if sources is not None else {}
    for name, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            raise BackupError(f"{place} is there already. Name an empty folder for the sources.")
        unpack(archive, name, manifest.members[name], place)
    store.prepare(made)
    _forget_sessions(made)
    writer = Writer(made)
    try:
        if places:
            moved = {manifest.members[name].path: key_of(place) for name, place in places.items()}
            writer.commit(lambda connection: _move_sources(connection, moved))
        served = writer.generations.served()
        if served is not None:
            writer.generations.fold(served.generation)
    finally:
        writer.close()


def _move_sources(connection: store.Connection, moved: Mapping[str, str]) -> None:
    """Have the library know its files by the paths that they have now."""
    for before, after in moved.items():
        for table in ("files", "file_documents"):
            connection.execute(f"UPDATE {table} SET path = ? WHERE path = ?", (after, before))  # noqa: S608 - names of tables of ours
        folders = str(path_of(before).parent), str(path_of(after).parent)
        connection.execute("UPDATE OR REPLACE glossary SET folder = ? WHERE folder = ?", folders[::-1])


def _forget_sessions(made: Path) -> None:
    """Whoever was signed in when the backup was made has to sign in again."""
    if (made / store.PEOPLE_FILE).is_file():
        with store.people(made) as connection:
            connection.execute("DELETE FROM sessions")


def _places(manifest: Manifest, sources: Path) -> dict[str, Path]:
    """Where each source goes: as it lay below the folder that all of them shared."""
    named: Mapping[str, Member] = {name: member for name, member in manifest.members.items() if name.startswith(SOURCES)}
    paths = {name: path_of(member.path) for name, member in named.items()}
    for path in paths.values():
        if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
            raise BackupError(f"The backup names a source {str(path)!r} that has no place. Nothing was changed.")
    shared = Path(os.path.commonpath([path.parent for path in paths.values()]))
    root = sources.expanduser().absolute()
    return {name: root / path.relative_to(shared) for name, path in paths.items()}


def _put_in_place(made: Path, data: Path, present: bool) -> Path | None:
    if not present:
        with suppress(FileNotFoundError):
            data.rmdir()
        made.rename(data)
        sync_folder(data.parent)
        return None
    kept = _kept_name(data)
    made.rename(kept)  # the name that it has when it is exchanged: what is there was the new library, and is then the old one
    if not _exchange(kept, data):  # a file system that cannot exchange two names at once: for a moment there is none of that name
        kept.rename(made)
        data.rename(kept)
        made.rename(data)
    sync_folder(data.parent)
    return kept


def _kept_name(data: Path) -> Path:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (data.with_name(f"{data.name}.before-{moment}{more}") for more in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not name.exists())


def _sweep(data: Path) -> None:
    """Remove what a restore that was killed had begun to unpack."""
    for left in data.parent.glob(f".{glob.escape(data.name)}.restoring-*"):
        if not process_lives(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where this system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(code, os.strerror(code), str(other))
