"""Backup: a library in one file, made while it is in use.

A ZIP archive: a consistent copy of each SQLite file (SQLite's online backup), the model that serves, the key of the audit trail,
the source files if wanted, and at the end `manifest.json` with the size and SHA-256 of each. What is derived (vector files, page
images) is left out: a restore makes it anew.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index import keys, store
from index.errors import LibraryError
from index.files import sync_folder
from index.settings import models_folder
from ingest.paths import path_of

FORMAT = 1
MANIFEST = "manifest.json"
SOURCES = "sources/"
_BESIDE = ("catalogue.csv", "glossary.csv")  # what describes the sources, in their folder or one above
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error)


class BackupError(LibraryError):
    """A backup cannot be written, or is none that can be restored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in the archive. `path`: the stored key of a source, "" for a file of the data folder."""

    size: int
    sha256: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. `members`: by their name in the archive. `changed`: sources that are not as they were read."""

    format: int
    created: str
    migrations: tuple[str, ...]
    counts: dict[str, int]
    members: dict[str, Member]
    changed: tuple[str, ...] = field(default=())

    @property
    def has_sources(self) -> bool:
        """Whether the source files are in it."""
        return any(name.startswith(SOURCES) for name in self.members)


def backup(data: Path, target: Path, *, sources: bool = False, overwrite: bool = False) -> Manifest:
    """Write a library to `target`, aside first, so that a whole file is there or none. Raises BackupError, StoreError."""
    if target.exists() and not overwrite:
        raise BackupError(f"{target} is there already. Name another file, or say --overwrite.")
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".kalla-backup-", dir=target.parent)))
            stack.callback(aside.unlink, missing_ok=True)
            descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            file = stack.enter_context(os.fdopen(descriptor, "w+b"))
            manifest = _write(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3), data, folder, sources)
            file.flush()
            os.fsync(file.fileno())
            aside.replace(target)
            sync_folder(target.parent)
    except OSError as exc:
        raise BackupError(
            f"The backup {target} cannot be written: {exc.strerror or exc}. Nothing in {data} was changed."
        ) from exc
    return manifest


def _write(archive: zipfile.ZipFile, data: Path, folder: Path, sources: bool) -> Manifest:
    members: dict[str, Member] = {}
    changed: list[str] = []
    with archive:
        for name in (store.FILE, store.DESK_FILE, store.PEOPLE_FILE):
            if (data / name).is_file():
                store.copy(data, name, folder / name)
                with closing(store.open_copy(folder / name)) as connection:
                    store.refuse_newer(connection, data, name)
                members[name] = _add(archive, name, folder / name)
        connection = store.open_copy(folder / store.FILE)
        try:
            for path in _models(connection, data):
                name = str(path.relative_to(data))
                members[name] = _add(archive, name, path)
            if (data / keys.FILE).is_file():
                members[keys.FILE] = _add(archive, keys.FILE, data / keys.FILE)
            if sources:
                for number, (key, sha256) in enumerate(_sources(connection)):
                    name = f"{SOURCES}{number:06}"
                    try:
                        members[name] = _add(archive, name, path_of(key), key)
                    except FileNotFoundError:
                        changed.append(key)
                        continue
                    if sha256 and members[name].sha256 != sha256:
                        changed.append(key)
            manifest = Manifest(
                format=FORMAT, created=store.now(), migrations=tuple(store.migrations(connection)),
                counts=store.counts(connection), members=members, changed=tuple(changed),
            )  # fmt: skip
        finally:
            connection.close()
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False))
    return manifest


def _add(archive: zipfile.ZipFile, name: str, path: Path, key: str = "") -> Member:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as inside:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            inside.write(chunk)
    return Member(size=size, sha256=digest.hexdigest(), path=key)


def _models(connection: store.Connection, data: Path) -> Iterator[Path]:
    """The files of the model that serves: one from a hub may not be there any more when it is needed."""
    query = "SELECT m.folder FROM generations g JOIN models m ON m.id = g.model_id WHERE g.state = 'serving'"
    for row in connection.execute(query):
        folder = models_folder(data) / row["folder"]
        yield from sorted(path for path in folder.glob("*") if path.is_file())


def _sources(connection: store.Connection) -> Iterator[tuple[str, str]]:
    """The files that documents came from, by stored key with their hash, and what describes them, without one."""
    folders: set[Path] = set()
    for row in connection.execute("SELECT path, sha256 FROM files WHERE outcome != 'failed' ORDER BY path"):
        folders |= set(path_of(row["path"]).parents)
        yield row["path"], row["sha256"]
    for folder in sorted(folders):
        for name in _BESIDE:
            if (folder / name).is_file():
                yield str(folder / name), ""


def read_manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """What a backup says that it holds. Raises BackupError where it is none, or of a newer Källa."""
    try:
        told: dict[str, Any] = json.loads(archive.read(MANIFEST))
        if int(told["format"]) > FORMAT:
            raise BackupError(f"{file} was made by a newer Källa (format {told['format']}). Install that version to restore it.")
        members = {str(name): Member(**member) for name, member in told["members"].items()}
        return Manifest(
            format=int(told["format"]), created=str(told["created"]), migrations=tuple(told["migrations"]),
            counts=dict(told["counts"]), members=members, changed=tuple(told["changed"]),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError, NotImplementedError, *_BROKEN) as exc:
        raise BackupError(f"{file} is no backup of Källa, or is damaged: its list of contents cannot be read.") from exc


def unpack(archive: zipfile.ZipFile, name: str, member: Member, target: Path | None) -> None:
    """Read a file of the archive to its end, into `target` or nowhere. Raises BackupError where it is not what was packed."""
    digest, size = hashlib.sha256(), 0
    try:
        with ExitStack() as stack:
            inside = stack.enter_context(archive.open(name))
            out = stack.enter_context(target.open("xb")) if target else None
            while size <= member.size and (chunk := inside.read(_CHUNK)):
                size += len(chunk)
                digest.update(chunk)
                if out:
                    out.write(chunk)
            if out:
                out.flush()
                os.fsync(out.fileno())
    except (KeyError, ValueError, RuntimeError, EOFError, NotImplementedError, *_BROKEN) as exc:
        raise BackupError(f"The backup is damaged: {name} cannot be read from it. Nothing was changed.") from exc
    if size != member.size or digest.hexdigest() != member.sha256:
        raise BackupError(f"The backup is damaged: {name} is not what was packed. Nothing was changed.")


def room_for(folder: Path, size: int) -> None:
    """Raise BackupError where `folder` has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise BackupError(f"{folder} has {free >> 20} MiB free, but {size >> 20} MiB are needed. Nothing was changed.")
