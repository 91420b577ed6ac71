"""The store: one commit point, migrations, and failures in words."""

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index import schema, store
from index.errors import Busy, StoreError
from index.result import Mode
from index.schema import Migration
from index.verify import verify
from tests.fakes import OWNER, Shelf, as_version_0_1

TEXT = "# Warning the public\n\nThe siren sounds in four minutes. The police decide who speaks to the press.\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    for number in range(30):
        shelf.put(f"{number:02}.md", TEXT.replace("four", str(number)))
    assert shelf.ingest().code == 0
    return shelf


def tables(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / store.FILE)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


# --- migrations


def test_a_new_store_has_every_migration_recorded(tmp_path: Path) -> None:
    store.prepare(tmp_path / "new" / "data")
    with closing(store.open_reader(tmp_path / "new" / "data")) as connection:
        names = [row["name"] for row in connection.execute("SELECT name FROM migrations ORDER BY name")]
        assert names == [migration.name for migration in schema.MIGRATIONS]
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert os.stat(tmp_path / "new" / "data").st_mode & 0o077 == 0  # other people of this machine see nothing


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    with closing(sqlite3.connect(tmp_path / store.FILE)) as connection:
        before = list(connection.iterdump())
    store.prepare(tmp_path)
    with closing(sqlite3.connect(tmp_path / store.FILE)) as connection:
        assert list(connection.iterdump()) == before


def _migrations(*more: Migration) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(store, "MIGRATIONS", (*schema.MIGRATIONS, *more))


SECOND = Migration(name="9999 notes", statements=("CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('kept')"))
BROKEN = Migration(name="9999 broken", statements=("CREATE TABLE notes (text TEXT)", "INSERT INTO nowhere VALUES (1)"))


def test_an_older_store_is_brought_up_to_date_with_what_it_holds(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    _migrations(SECOND)(monkeypatch)
    with store.writer_lock(shelf.data, "an ingest"), pytest.raises(Busy, match="an ingest"):
        store.open_reader(shelf.data)
    store.open_reader(shelf.data).close()
    assert shelf.sql("SELECT text FROM notes") == [("kept",)]
    assert shelf.ingest().summary["unchanged"] == 30
    assert shelf.sql("SELECT text FROM notes") == [("kept",)]
    assert len(shelf.found("siren", top=50)) == 30


@pytest.mark.parametrize("folded", [False, True], ids=["without a vector file", "with a vector file"])
def test_a_store_of_version_0_1_is_opened_and_found_in(shelf: Shelf, folded: bool) -> None:
    def found() -> list[list[tuple[str, float]]]:
        asked = [(mode, text) for mode in (Mode.DENSE, Mode.LEXICAL) for text in ("siren 7 minutes", "who speaks to the press?")]
        return [[(hit.path, hit.score) for hit in shelf.search(text, mode=mode, top=50).hits] for mode, text in asked]

    if folded:
        assert shelf.index("rebuild").code == 0
    before = found()
    as_version_0_1(shelf.data)
    assert {name for name in tables(shelf.data) if name.startswith("lexical_")} >= {"lexical_2" if folded else "lexical_1"}
    assert found() == before
    with shelf.writer():
        pass
    assert not [name for name in tables(shelf.data) if name.startswith("lexical_")]
    assert found() == before and len(before[0]) == len(before[2]) == 30
    assert Path(shelf.found("siren 7 minutes")[0]).name == "07.md"
    assert shelf.search("Who speaks to the press?").quotes
    assert list(verify(shelf.data)) == []


def test_a_store_of_version_0_1_is_made_whole_by_what_follows(shelf: Shelf) -> None:
    assert shelf.index("rebuild").code == 0
    as_version_0_1(shelf.data)
    shelf.put("new.md", TEXT.replace("four", "ninety"))
    assert shelf.ingest().summary["unchanged"] == 30
    assert [path.suffix for path in shelf.derived()] == [".faiss", ".words"]  # the words were made, beside the vectors
    assert len(shelf.found("siren", top=50)) == 31 and shelf.found("ninety")[0] == "new.md"
    assert shelf.sql("SELECT count(*) FROM vectors WHERE sentences = x''") == [(30,)]
    assert shelf.index("rebuild").code == 0
    assert shelf.sql("SELECT count(*) FROM vectors WHERE sentences = x''") == [(0,)]
    assert len(shelf.found("siren", top=50)) == 31 and list(verify(shelf.data)) == []


def test_a_store_of_a_newer_version_is_refused_and_left_alone(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _migrations(SECOND)(patch)
        store.prepare(shelf.data)
    before = (shelf.data / store.FILE).read_bytes()
    for use in (store.open_reader, store.prepare):
        with pytest.raises(StoreError, match=r"newer Källa \(9999 notes\)"):
            use(shelf.data)
    told = shelf.ingest()
    assert told.code == 2 and "newer Källa" in told.errors
    assert (shelf.data / store.FILE).read_bytes() == before


def test_a_migration_that_fails_in_the_middle_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables(shelf.data)
    with monkeypatch.context() as patch:
        _migrations(BROKEN)(patch)
        with pytest.raises(StoreError):
            store.prepare(shelf.data)
    assert tables(shelf.data) == before
    assert len(shelf.found("siren", top=50)) == 30


# --- transactions


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    with closing(store.open_writer(tmp_path)) as writer, closing(store.open_reader(tmp_path)) as reader:
        with pytest.raises(ZeroDivisionError), store.writing(writer, tmp_path) as connection:
            connection.execute("INSERT INTO state VALUES ('one', 1)")
            1 / 0  # noqa: B018
        with store.writing(writer, tmp_path) as connection:
            connection.execute("INSERT INTO state VALUES ('two', 2)")
            assert reader.execute("SELECT count(*) FROM state WHERE key = 'two'").fetchone()[0] == 0
        assert [row["key"] for row in reader.execute("SELECT key FROM state ORDER BY key")] == ["seq", "two"]


def test_a_reader_sees_one_moment_while_others_write(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    with closing(store.open_writer(tmp_path)) as writer, closing(store.open_reader(tmp_path)) as reader:
        with store.reading(reader):
            assert reader.execute("SELECT value FROM state").fetchone()[0] == 0
            with store.writing(writer, tmp_path) as connection:
                connection.execute("UPDATE state SET value = 1")
            assert reader.execute("SELECT value FROM state").fetchone()[0] == 0
        assert reader.execute("SELECT value FROM state").fetchone()[0] == 1


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    with closing(store.open_reader(tmp_path)) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM state")


def test_a_row_cannot_point_to_nothing(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    with closing(store.open_writer(tmp_path)) as writer:
        with pytest.raises(StoreError, match="FOREIGN KEY"), store.writing(writer, tmp_path) as connection:
            connection.execute("INSERT INTO file_documents VALUES ('/a', 99)")


# --- the writer lock

_HOLD = "import sys, pathlib; from index import store\nwith store.writer_lock(pathlib.Path(sys.argv[1]), 'a rebuild'): print('held', flush=True); input()"


def test_a_second_writer_is_told_who_is_writing(tmp_path: Path) -> None:
    assert store.writer_now(tmp_path) == ""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=rf"a rebuild \(process {other.pid}, since \d\d:\d\d\).*try again"):
            with store.writer_lock(tmp_path, "an ingest"):
                raise AssertionError("two writers")
        assert store.writer_now(tmp_path).startswith(f"a rebuild (process {other.pid}")
        other.kill()
    assert store.writer_now(tmp_path) == ""  # what a dead process held is free
    with store.writer_lock(tmp_path, "an ingest"):
        assert "an ingest" in store.writer_now(tmp_path)
        with pytest.raises(Busy, match="an ingest"), store.writer_lock(tmp_path, "another"):
            raise AssertionError("two writers")
    assert store.writer_now(tmp_path) == ""


# --- what may be wrong with a folder


def test_a_data_folder_that_cannot_be_made_is_said_so(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    for data in (tmp_path / "a file", tmp_path / "a file" / "data"):
        shelf.data = data
        told = shelf.ingest()
        assert told.code == 2 and str(data) in told.errors and "--data" in told.errors


def test_there_is_no_library_in_an_empty_folder(tmp_path: Path) -> None:
    assert not store.exists(tmp_path)
    with pytest.raises(StoreError, match=r"python -m ingest"):
        store.open_reader(tmp_path)
    assert not (tmp_path / store.FILE).exists()


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / store.FILE)) as connection:
        connection.execute("CREATE TABLE songs (title)")
        connection.commit()
    with pytest.raises(StoreError, match="not a library"):
        store.open_reader(tmp_path)


def test_a_file_that_is_no_database_is_said_so(shelf: Shelf) -> None:
    for name in ("-wal", "-shm"):
        (shelf.data / (store.FILE + name)).unlink(missing_ok=True)
    (shelf.data / store.FILE).write_bytes(b"This was a database once. " * 400)
    for use in (store.open_reader, store.prepare):
        with pytest.raises(StoreError, match=r"no database.*backup"):
            use(shelf.data)
    with pytest.raises(StoreError):
        shelf.search("siren")
    told = shelf.ingest()
    assert told.code == 2 and "backup" in told.errors


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_database_ends_in_a_message_and_never_in_a_crash(shelf: Shelf, seed: int) -> None:
    shelf.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    random = np.random.default_rng(seed)
    path = shelf.data / store.FILE
    data = bytearray(path.read_bytes())
    if seed % 3 == 0:
        del data[int(random.integers(4096, len(data))) :]
    else:
        for _ in range(6):  # whole pages of rubbish, behind the first
            at = int(random.integers(1, len(data) // 4096)) * 4096
            data[at : at + 4096] = random.bytes(4096)
    path.write_bytes(data)
    library = shelf.library()

    def read_all() -> None:
        library.search("siren police", principal=OWNER, top=50)
        for info in library.documents(OWNER):
            library.page(info.document_id, 1, OWNER)
        library.files(OWNER)
        library.status()

    try:
        read_all()
    except StoreError as exc:
        assert str(shelf.data) in str(exc)
    try:
        assert list(verify(shelf.data, sources=False)) != []
    except StoreError as exc:  # not even its tables could be found
        assert str(shelf.data) in str(exc)
    shelf.put("new.md", TEXT.replace("four", "ninety"))
    (shelf.folder / "00.md").unlink()
    told = shelf.ingest()
    assert told.code == 0 or (told.code == 2 and str(shelf.data) in told.errors and "Traceback" not in told.errors)


def test_a_full_disk_is_said_so_and_loses_nothing(shelf: Shelf) -> None:
    """SQLite meets the limit as it meets a full disk: its page count may not grow."""
    shelf.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    real = store._connect

    def small(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = real(path, writing=writing)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        return connection

    for number in range(40):
        shelf.put(f"more-{number}.md", TEXT * 40 + str(number))
    shelf.patch.setattr(store, "_connect", small)
    told = shelf.ingest()
    assert told.code == 2 and "full" in told.errors and "Free some space" in told.errors
    shelf.patch.setattr(store, "_connect", real)
    assert len(shelf.found("siren", top=50)) >= 30
    assert list(verify(shelf.data)) == []
    assert shelf.ingest().code == 0


_FILL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from index import store
from pathlib import Path
data = Path(sys.argv[1])
connection = store.open_writer(data)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    with store.writing(connection, data) as inner:
        for number in range(5000):
            inner.execute("INSERT INTO state VALUES (?, 1)", ("x" * 500 + str(number),))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_file_that_may_not_grow_is_a_store_error(tmp_path: Path) -> None:
    store.prepare(tmp_path)
    out = subprocess.run([sys.executable, "-c", _FILL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("StoreError") and str(tmp_path) in out.stdout
    with closing(store.open_reader(tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM state").fetchone()[0] == 1
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 300_000


def test_a_store_that_may_not_be_written_is_said_so(shelf: Shelf) -> None:
    shelf.sql("PRAGMA journal_mode = DELETE")
    real = store._connect

    def read_only(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = real(path, writing=writing)
        connection.execute("PRAGMA query_only = ON")
        return connection

    shelf.patch.setattr(store, "_connect", read_only)
    shelf.put("more.md", TEXT.replace("four", "ninety"))
    told = shelf.ingest()
    assert told.code == 2 and "cannot be written" in told.errors and "permissions" in told.errors


@pytest.mark.parametrize("name", ["plain", "with space", "hash#mark", "question?mark", "per%20cent", "åäö", "a;b", "quote'\""])
def test_a_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    store.prepare(tmp_path / name)
    assert (tmp_path / name / store.FILE).is_file()
    store.open_reader(tmp_path / name).close()
    assert {entry.name for entry in tmp_path.iterdir()} == {name}
