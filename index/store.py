"""The store: one SQLite file in WAL mode, the only place where anything becomes true. The only module that imports sqlite3."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from index.errors import Busy, StoreError
from index.people_schema import PEOPLE_MIGRATIONS
from index.schema import DESK_MIGRATIONS, MIGRATIONS, Migration

Connection = sqlite3.Connection
Row = sqlite3.Row
DatabaseError = sqlite3.Error

FILE = "kalla.sqlite"
DESK_FILE = "desk.sqlite"  # what people keep: apart from the library, so that neither waits for the other
PEOPLE_FILE = "people.sqlite"  # users, their sessions, and the audit trail
_LOCK = "writer.lock"
_ROOM = 16  # blocks: SQLite needs some to share what is being written, if only to read


def now() -> str:
    """The present moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def prepare(data: Path) -> None:
    """Make the data folder and bring its tables up to date. Raises StoreError where that cannot be done."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise StoreError(f"The data folder {data} cannot be made: {exc.strerror}. Name another with --data.") from exc
    with explained(data):
        connection = _connect(data / FILE, writing=True)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            _migrate(connection, data, MIGRATIONS)
        finally:
            connection.close()


@contextmanager
def desk(data: Path) -> Iterator[Connection]:
    """One transaction on what people keep. Its tables are made at the first; writers wait for each other for some seconds."""
    with _beside(data, DESK_FILE, DESK_MIGRATIONS) as connection:
        yield connection


@contextmanager
def people(data: Path) -> Iterator[Connection]:
    """One transaction on who may sign in, who has, and what they did. As with `desk`, it waits for no ingest or rebuild."""
    with _beside(data, PEOPLE_FILE, PEOPLE_MIGRATIONS) as connection:
        yield connection


@contextmanager
def people_seen(data: Path) -> Iterator[Connection]:
    """One view of the same, which waits for nobody who writes."""
    with _beside(data, PEOPLE_FILE, PEOPLE_MIGRATIONS, seen=True) as connection:
        yield connection


def has_people(data: Path) -> bool:
    """Whether anything was ever written of people in this folder."""
    return (data / PEOPLE_FILE).is_file()


@contextmanager
def _beside(data: Path, file: str, migrations: Sequence[Migration], *, seen: bool = False) -> Iterator[Connection]:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise StoreError(f"The data folder {data} cannot be made: {exc.strerror}. Name another with --data.") from exc
    with explained(data, file):
        connection = _connect(data / file, writing=True)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != len(migrations):
                _migrate(connection, data, migrations)
                connection.execute(f"PRAGMA user_version = {len(migrations)}")
            with reading(connection) if seen else writing(connection, data):
                yield connection
        finally:
            connection.close()


def exists(data: Path) -> bool:
    """Whether there is a store in this folder."""
    return (data / FILE).is_file()


def open_reader(data: Path) -> Connection:
    """A connection that cannot write, for one thread at a time. A store of an older version is brought up to date first."""
    with explained(data):
        connection = _connect(data / FILE, writing=False)
        if _is_older(connection, data):  # each migration so far only adds: that takes no longer than opening
            connection.close()
            with writer_lock(data, "an update of its tables"):
                prepare(data)
            connection = _connect(data / FILE, writing=False)
        connection.execute("PRAGMA query_only = ON")
        return connection


def open_writer(data: Path) -> Connection:
    """A connection for the holder of `writer_lock`. Each commit is on disk when it returns."""
    with explained(data):
        connection = _connect(data / FILE, writing=True)
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def copy(data: Path, file: str, target: Path) -> None:
    """Copy a SQLite file as of one commit, while others read and write it (SQLite's online backup, in one step)."""
    with explained(data, file), closing(_connect(data / file, writing=False)) as source:
        with closing(_connect(target, writing=True)) as made:
            source.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it


def open_beside(data: Path, file: str) -> Connection:
    """A connection that reads one of the files beside the library, also where the folder may not be written."""
    connection = _connect(data / file, writing=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except sqlite3.OperationalError:
        connection.close()
    connection = sqlite3.connect(f"file:{_quoted(data / file)}?mode=ro&immutable=1", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def open_copy(file: Path) -> Connection:
    """A connection to a file that `copy` made, to be read and changed."""
    return _connect(file, writing=True)


def refuse_newer(connection: Connection, data: Path, file: str) -> None:
    """Raise StoreError where a file was made by a newer Källa."""
    known = {FILE: MIGRATIONS, DESK_FILE: DESK_MIGRATIONS, PEOPLE_FILE: PEOPLE_MIGRATIONS}
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return  # it was only begun: its tables are made at the next use
    _refuse_newer(set(migrations(connection)), data, known[file])


def migrations(connection: Connection) -> list[str]:
    """The names of the migrations that a store has had, in order."""
    return [str(row["name"]) for row in connection.execute("SELECT name FROM migrations ORDER BY name")]


def counts(connection: Connection) -> dict[str, int]:
    """How many documents, files and passages that are served a store holds."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM files) AS files, (SELECT count(*)"
        " FROM passages p JOIN generations g ON g.id = p.generation_id WHERE g.state = 'serving') AS passages"
    ).fetchone()
    return {name: int(row[name]) for name in row.keys()}


def stamp(data: Path) -> tuple[int, int] | None:
    """Which file the store is: another one is there after a restore. None where there is none."""
    try:
        found = (data / FILE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def reading(connection: Connection) -> Iterator[Connection]:
    """One view of the store: everything read inside is as of the same commit."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def writing(connection: Connection, data: Path) -> Iterator[Connection]:
    """One transaction: all of it becomes true at the end, or none of it."""
    with explained(data):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def writer_lock(data: Path, purpose: str) -> Iterator[None]:
    """Hold the library for writing. Raises Busy, naming who holds it. A dead holder's lock is gone with its process."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StoreError(f"The data folder {data} cannot be used: {exc.strerror}. Name another with --data.") from exc
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "another process"
            raise Busy(f"This library is being written by {holder}. Wait until it has finished, then try again.") from exc
        with suppress(OSError):  # it tells others who holds it, where the disk has room for that
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{purpose} (process {os.getpid()}, since {datetime.now():%H:%M})\n".encode(), 0)
        with explained(data):
            yield
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def writer_now(data: Path) -> str:
    """Who is writing to the library at this moment, "" where nobody is."""
    try:
        descriptor = os.open(data / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
    finally:
        os.close(descriptor)
    return ""


def _connect(path: Path, *, writing: bool) -> Connection:
    mode = "rwc" if writing else "rw"  # WAL readers need to write the shared-memory file
    if writing and not path.exists():  # SQLite would make it readable by all; the files beside it take its rights
        with suppress(OSError):  # what is wrong with the folder, SQLite says too
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    uri = f"file:{_quoted(path)}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA mmap_size = 0")  # a mapped page that the disk fails to give would end the process (SIGBUS)
    return connection


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.absolute()))


def _migrate(connection: Connection, data: Path, migrations: Sequence[Migration]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied TEXT NOT NULL)")
        done = {row["name"] for row in connection.execute("SELECT name FROM migrations")}
        _refuse_newer(done, data, migrations)
        for migration in migrations:
            if migration.name not in done:
                for statement in migration.statements:
                    connection.execute(statement)
                connection.execute("INSERT INTO migrations VALUES (?, ?)", (migration.name, now()))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has ended it already where the disk is full
            connection.execute("ROLLBACK")
        raise


def _is_older(connection: Connection, data: Path) -> bool:
    done = {row["name"] for row in connection.execute("SELECT name FROM migrations")}
    _refuse_newer(done, data, MIGRATIONS)
    return len(done) < len(MIGRATIONS)


def _refuse_newer(done: set[str], data: Path, migrations: Sequence[Migration]) -> None:
    unknown = done - {migration.name for migration in migrations}
    if unknown:
        raise StoreError(
            f"The library in {data} was made by a newer Källa ({max(unknown)}). Install that version, or name another folder."
        )


# What SQLite says in short, and what it means for a user. {data} is the folder, {file} the store in it.
_REASONS = (
    ("full", "The disk of {data} is full. Nothing stored is lost. Free some space, then run the same command again."),
    ("readonly", "The data folder {data} cannot be written to. Check its permissions, or name another with --data."),
    ("unable to open", "There is no library in {data} that can be opened. Run `python -m ingest`, or name another with --data."),
    ("no such table", "{file} is not a library of Källa. Name another folder with --data."),
    ("not a database", "{file} is no database any more. Restore a backup, or move it away and run `python -m ingest`."),
    ("malformed", "{file} is damaged. Restore a backup, or move it away and run `python -m ingest`."),
    ("disk i/o", "{file} cannot be read or written: the disk reports an error. Nothing was overwritten."),
    ("locked", "{file} is held by another program. Close it, then try again."),
)


@contextmanager
def explained(data: Path, file: str = FILE) -> Iterator[None]:
    """Say in words what SQLite says in codes: its errors become StoreError."""
    try:
        yield
    except (UnicodeDecodeError, json.JSONDecodeError) as exc:  # text of the store that nobody wrote
        raise _not_understood(data, file, exc) from exc
    except sqlite3.Error as exc:
        message = _cause(str(exc).lower(), data)
        for part, meaning in _REASONS:
            if part in message:
                raise StoreError(meaning.format(data=data, file=data / file)) from exc
        raise StoreError(f"The library in {data} cannot be used: {exc}") from exc


@contextmanager
def understood(data: Path) -> Iterator[None]:
    """Where nothing but what is stored is read: what cannot be understood of it has been changed, and is a StoreError."""
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError) as exc:
        raise _not_understood(data, FILE, exc) from exc


def _not_understood(data: Path, file: str, exc: Exception) -> StoreError:
    what = f"{type(exc).__name__}: {exc}"
    return StoreError(f"{data / file} cannot be understood ({what}). Run `python -m index verify`: it says what is damaged.")


def _cause(message: str, data: Path) -> str:
    """What SQLite does not tell apart: a full disk from a broken one, and a folder that it may not write to from none."""
    with suppress(OSError):
        if "disk i/o" in message and os.statvfs(data).f_bavail < _ROOM:
            return "full"
        if (
            "unable to open" in message
            and data.is_dir()
            and not os.access(data, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
        ):
            return "readonly"
    return message
