"""Disks that are full, broken or shut, and bytes that changed: said by name, the store left alone, what is derived made again."""

import contextlib
import hashlib
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.desk import Desk
from index.errors import LibraryError, SnapshotError, StoreError
from index.models import is_whole
from index.result import Mode
from index.vectorfile import write
from index.vectors import VectorIndex, bitmap
from index.verify import verify
from tests.fakes import OWNER, Said, Shelf, Told

TEXT = "# Warning {n}\n\nThe siren number{n} sounds in the district. The police of number{n} decide who speaks.\n"
NAMES = {f"{number}.md" for number in range(6)}
EIO = Path("/proc/self/mem")  # the kernel answers a read of its first byte with EIO


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return filled(tmp_path, monkeypatch)


def filled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(folder / "docs", folder / "data", monkeypatch)
    for name in NAMES:
        shelf.put(name, TEXT.format(n=name[0]))
    shelf.catalogue(*({"file": name, "title": f"A warning {name}", "city": "Stockholm; London"} for name in sorted(NAMES)))
    shelf.ingest()
    assert shelf.index("rebuild").code == 0
    return shelf


def names(shelf: Shelf, **options: object) -> set[str]:
    return set(shelf.found("siren police district", top=50, **options))


def settle(shelf: Shelf) -> bytes:
    """The store as one file, of which the hash may be taken."""
    shelf.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        (shelf.data / (store.FILE + ending)).unlink(missing_ok=True)
    return (shelf.data / store.FILE).read_bytes()


def commands(shelf: Shelf) -> list[Said | Told]:
    return [shelf.ingest(), *(shelf.index(*words) for words in (["search", "siren"], ["status"], ["verify"], ["rebuild"]))]


# --- a full disk


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 3 MiB, where one may be mounted."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def full(folder: Path, data: Path, mounted: bool, room: int) -> Iterator[None]:
    """Leave so many bytes: on a disk of its own the disk is filled, elsewhere no file may grow beyond what the largest has."""
    if mounted:
        with (folder / "fill").open("wb", 0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        os.truncate(folder / "fill", max(0, (folder / "fill").stat().st_size - room))
        yield
        (folder / "fill").unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in data.rglob("*") if path.is_file())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 20_000])
@pytest.mark.parametrize("own", [True, False], ids=["a full disk", "files that may not grow"])
def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, own: bool) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        shelf = filled(tmp_path / "disk" if mounted and own else tmp_path / "other", monkeypatch)
        with contextlib.closing(shelf.library()) as reader:  # it holds the store open, as the page does
            assert len(reader.search("siren", principal=OWNER).hits) == 6
            for number in range(2):
                (tmp_path / "more").mkdir(exist_ok=True)
                (tmp_path / "more" / f"{number}.md").write_text(
                    TEXT.format(n=number) + "".join(f"Word{n}. " for n in range(3000))
                )
            with full(tmp_path / "disk", shelf.data, mounted and own, room):
                told = shelf.ingest(tmp_path / "more")
                rebuilt = shelf.index("rebuild")
                assert NAMES <= {Path(hit.path).name for hit in reader.search("siren", principal=OWNER, top=50).hits}
                with contextlib.suppress(StoreError):
                    Desk(shelf.data).follow(OWNER, "q=siren", 1)
        for said in (told, rebuilt):
            assert said.code in (0, 2) and (said.code == 0 or str(shelf.data) in said.errors), said.errors
            assert "Traceback" not in said.errors
        assert told.code == 2 and "Nothing" in told.errors
        assert shelf.ingest().code == 0 and list(verify(shelf.data)) == [] and NAMES <= names(shelf)


# --- a folder that may not be written


@contextlib.contextmanager
def shut(data: Path) -> Iterator[None]:
    """The data folder may be read, and not written: for root too, who becomes somebody else meanwhile."""
    inside = [data, *data.rglob("*")]
    modes = {path: path.stat().st_mode & 0o777 for path in (*inside, *data.parents)}
    for path in inside:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in data.parents:
        if modes[path] & 0o005 != 0o005:
            path.chmod(0o755)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)
        for path, mode in modes.items():
            if path.exists() and path.stat().st_mode & 0o777 != mode:
                path.chmod(mode)


@pytest.mark.parametrize("used", [True, False], ids=["while it is open", "that nobody has open"])
def test_a_folder_that_may_not_be_written_is_named(shelf: Shelf, used: bool) -> None:
    Desk(shelf.data).followed(OWNER)
    before = settle(shelf)
    with contextlib.closing(shelf.library()) as reader:
        if used:
            assert len(reader.search("siren", principal=OWNER).hits) == 6
        with shut(shelf.data):
            for said in (shelf.ingest(), shelf.index("rebuild"), shelf.index("calibrate")):
                assert said.code == 2 and str(shelf.data) in said.errors and "Traceback" not in said.errors
            with pytest.raises(StoreError, match=r"The data folder .*data cannot be written to"):
                Desk(shelf.data).follow(OWNER, "q=siren", 1)
            for said in (shelf.index("search", "siren"), shelf.index("status"), shelf.index("verify")):
                assert said.code == (0 if used else 2), said.errors
                assert used or f"The data folder {shelf.data} cannot be written to" in said.errors
            if used:
                assert len(reader.search("siren", principal=OWNER).hits) == 6
    assert settle(shelf) == before and names(shelf) == NAMES


# --- a disk that fails


@pytest.mark.parametrize("ending", [".faiss", ".words"])
def test_a_derived_file_that_the_disk_cannot_read_costs_no_answer(shelf: Shelf, ending: str) -> None:
    (path,) = [path for path in shelf.derived() if path.suffix == ending]
    path.unlink()
    path.symlink_to(EIO)
    before = settle(shelf)
    assert names(shelf) == NAMES and any("Input/output error" in line and path.name in line for line in verify(shelf.data))
    assert settle(shelf) == before
    assert shelf.ingest().code == 0
    assert list(verify(shelf.data)) == [] and names(shelf) == NAMES


def test_a_source_that_the_disk_cannot_read_has_its_outcome(shelf: Shelf) -> None:
    (shelf.folder / "new.md").symlink_to(EIO)
    told = shelf.ingest()
    assert told.code == 1 and told.outcomes()["new.md"] == "failed" and "Traceback" not in told.errors
    assert told.summary["unchanged"] == 6 and names(shelf) == NAMES


def test_a_store_that_the_disk_cannot_read_is_left_alone(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    before = settle(shelf)

    class Failing(sqlite3.Connection):
        def execute(self, *arguments: object) -> sqlite3.Cursor:  # type: ignore[override]
            raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_connect", lambda path, writing: sqlite3.connect(path, factory=Failing))
        for said in commands(shelf):
            assert said.code == 2 and "the disk reports an error. Nothing was overwritten" in said.errors
    assert settle(shelf) == before and names(shelf) == NAMES


# --- a model that is damaged


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "kalla.json"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"\x00rubbish"), "unreadable"])
def test_a_damaged_model_is_named_and_made_again_by_the_next_ingest(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, file: str, damage: Callable[[Path], object] | str
) -> None:
    (folder,) = (shelf.data / "models").iterdir()
    if callable(damage):
        damage(folder / file)
    else:
        (folder / file).unlink()
        (folder / file).symlink_to(EIO)

    def export(name: str, models: Path, **_: object) -> Path:
        shutil.rmtree(models / "fake")
        return shelf._export(name, models)

    monkeypatch.setattr("index.models.export", export)
    assert any(f"The exported model in {folder} is missing or damaged" in line for line in verify(shelf.data))
    assert shelf.ingest().code == 0 and is_whole(folder)
    assert list(verify(shelf.data)) == [] and names(shelf, mode=Mode.DENSE) == NAMES


# --- bytes that changed


def test_a_bit_that_flips_in_the_store_is_found_or_costs_nothing(shelf: Shelf) -> None:
    """Each flip: `verify` names it, or all that is read is what it was; and nothing ends in anything but a message."""
    good, random = settle(shelf), np.random.default_rng(7)
    before, found, changed = seen(shelf), 0, 0
    for _ in range(int(os.environ.get("KALLA_FLIPS", "60"))):  # more of them where it is told
        data = bytearray(good)
        data[int(random.integers(0, len(data)))] ^= 1 << int(random.integers(0, 8))
        settle_as(shelf, bytes(data))
        said = findings(shelf)
        after = seen(shelf)
        found, changed = found + bool(said), changed + (after != before)
        assert said or after == before, [(a, b) for a, b in zip(before.split(", "), after.split(", "), strict=False) if a != b][
            :3
        ]
    assert found > changed > 0
    settle_as(shelf, good)
    assert seen(shelf) == before


def settle_as(shelf: Shelf, data: bytes) -> None:
    for ending in ("-wal", "-shm"):
        (shelf.data / (store.FILE + ending)).unlink(missing_ok=True)
    (shelf.data / store.FILE).unlink()  # another file: SQLite shares what it knows of one with all of this process
    (shelf.data / store.FILE).write_bytes(data)


def findings(shelf: Shelf) -> list[str]:
    try:
        return list(verify(shelf.data))
    except StoreError as exc:
        return [str(exc)]


def seen(shelf: Shelf) -> str:
    """All that can be read: answers, documents, pages, passages. When a file was read is left out: it has no seal."""
    with contextlib.closing(shelf.library()) as library:
        try:
            results = [library.search(question, principal=OWNER, top=50) for question in ("siren number3", "Who decides?")]
            documents = library.documents(OWNER)
            return repr(
                (
                    [(result.quotes, result.hits, result.notes, result.searched) for result in results],
                    documents,
                    [library.page(document.document_id, 1, OWNER) for document in documents],
                    [library.passages(document.document_id, principal=OWNER) for document in documents],
                )
            )
        except LibraryError as exc:
            return str(exc)


def test_a_damaged_wal_is_cut_off_at_its_last_whole_commit(shelf: Shelf) -> None:
    settle(shelf)
    kept = store.open_reader(shelf.data)  # the last to close would fold the log into the store
    shelf.put("late.md", TEXT.format(n="late"))
    assert shelf.ingest().code == 0
    held = {name: (shelf.data / (store.FILE + name)).read_bytes() for name in ("", "-wal")}
    kept.close()
    random = np.random.default_rng(5)
    for _ in range(15):
        log = bytearray(held["-wal"])
        log[int(random.integers(0, len(log)))] ^= 1 << int(random.integers(0, 8))
        settle_as(shelf, held[""])
        (shelf.data / f"{store.FILE}-wal").write_bytes(log)
        assert names(shelf) in (NAMES, NAMES | {"late.md"})
        assert [line for line in verify(shelf.data)] == []
    assert shelf.ingest().code == 0 and names(shelf) == NAMES | {"late.md"}


# --- files of anything, with the hash that is asked for


DIMENSION, ROWS = 16, 40


def _anything(data: bytes, random: np.random.Generator) -> bytes:
    return random.bytes(int(random.integers(0, 4000)))


def _headed(data: bytes, random: np.random.Generator) -> bytes:
    return data[: int(random.integers(4, 130))] + random.bytes(int(random.integers(0, 2000)))


def _cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[: int(random.integers(0, len(data)))]


def _lying(data: bytes, random: np.random.Generator) -> bytes:
    """A number of the head says something else."""
    at = int(random.integers(0, 118))
    return data[:at] + random.bytes(int(random.integers(1, 9))) + data[at + 8 :]


def _other_ids(data: bytes, random: np.random.Generator) -> bytes:
    return data[: -8 * ROWS] + random.bytes(8 * ROWS)


@pytest.mark.parametrize("made", [_anything, _headed, _cut, _lying, _other_ids])
def test_three_thousand_files_of_anything_raise_and_never_crash(
    tmp_path: Path, made: Callable[[bytes, np.random.Generator], bytes]
) -> None:
    path, random = tmp_path / "blob.faiss", np.random.default_rng(3)
    rows = random.normal(size=(ROWS, DIMENSION)).astype(np.float32)
    whole = write(path, np.arange(1, ROWS + 1), rows)
    data = path.read_bytes()
    for _ in range(600):
        blob = made(data, random)
        path.write_bytes(blob)
        digest = hashlib.sha256(blob).hexdigest()
        if digest != whole:
            with pytest.raises(SnapshotError, match=r"blob\.faiss"):
                VectorIndex(path, digest, DIMENSION)


def test_vectors_of_any_bytes_are_searched_without_a_crash(tmp_path: Path) -> None:
    """What the layout cannot show: half floats that are no numbers."""
    path, random = tmp_path / "blob.faiss", np.random.default_rng(4)
    write(path, np.arange(1, ROWS + 1), np.ones((ROWS, DIMENSION), np.float32))
    data = path.read_bytes()
    for _ in range(100):
        blob = data[:118] + random.bytes(ROWS * DIMENSION * 2) + data[118 + ROWS * DIMENSION * 2 :]
        path.write_bytes(blob)
        index = VectorIndex(path, hashlib.sha256(blob).hexdigest(), DIMENSION)
        ids, _ = index.search(np.ones(DIMENSION, np.float32), 10, bitmap(np.arange(1, 21), ROWS))
        assert set(ids.tolist()) <= set(range(1, 21))


def test_the_file_is_what_faiss_reads_and_writes(tmp_path: Path) -> None:
    import faiss

    rows = np.random.default_rng(6).normal(size=(ROWS, DIMENSION)).astype(np.float16).astype(np.float32)
    ids = np.arange(5, 5 + ROWS)
    write(tmp_path / "ours.faiss", ids, rows)
    theirs = faiss.IndexIDMap(faiss.IndexScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT))
    theirs.add_with_ids(rows, ids)
    faiss.write_index(theirs, str(tmp_path / "theirs.faiss"))
    assert (tmp_path / "ours.faiss").read_bytes() == (tmp_path / "theirs.faiss").read_bytes()


def test_the_store_is_never_taken_for_lost(shelf: Shelf) -> None:
    """A store that cannot be read stays as it is, whatever is run."""
    good = settle(shelf)
    shutil.rmtree(shelf.data / "vectors")
    for damaged in (good[:5000], b"rubbish" * 3000, good[:100] + b"\xff" * 4000 + good[4100:]):
        settle_as(shelf, damaged)
        for said in commands(shelf):
            assert said.code in (1, 2) and "Traceback" not in said.errors and "kalla.sqlite" in said.errors + str(said), said
        assert (shelf.data / store.FILE).read_bytes() == damaged
