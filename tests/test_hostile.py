"""Bombs, odd names and moving files in one folder with good ones: each has its outcome, nothing hangs, nothing is fetched.

The bombs are those of `benchmarks/bombs.py`, smaller where that is as hostile, read by real reading processes with small limits, in one run of the ingest command.
"""

import contextlib
import importlib.util
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import scan
from ingest.document import LARGEST_PAGE, Format
from ingest.limits import Limits
from ingest.pool import ReaderPool
from tests.conftest import ROOT
from tests.fakes import Shelf, Told, settle

_spec = importlib.util.spec_from_file_location("bombs", ROOT / "benchmarks" / "bombs.py")
assert _spec is not None and _spec.loader is not None
bombs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bombs)
MIB = bombs.MIB
LIMITS = Limits(seconds=3, memory_bytes=400 * MIB, output_bytes=4 * MIB)
NOTE = "# Siren {0}\n\nThe siren number{0} sounds in four minutes and the police decide who speaks to the press.\n"
MEMORY = r"reading needed more than 400 MiB of memory|the reader crashed on this file \(signal 6\)"  # PDFium aborts
TIME, OUTPUT = r"reading took longer than 3 s and was stopped", r"reading gave more than 4 MiB"
BROKEN = r"It is not a PDF that can be opened, or it is broken\.|It is so entangled .*"
NOTHING = r"no readable text on .*|there is no text in this file"

# What each bomb ends in: the reason by which it failed, or None where it is read.
FATES: dict[str, str | None] = {
    "deflate.pdf": f"{MEMORY}|{TIME}|{NOTHING}",
    "deflate-twice.pdf": f"{MEMORY}|{TIME}|{NOTHING}",
    "operators.pdf": f"{TIME}|{NOTHING}",
    "texts.pdf": None,
    "cyclic.pdf": f"{NOTHING}|{BROKEN}",
    "endless.pdf": f"{TIME}|{NOTHING}",
    "doubling.pdf": f"{BROKEN}|{TIME}",
    "deep.pdf": f"{NOTHING}|{BROKEN}|{TIME}",
    "object-stream.pdf": f"{MEMORY}|{TIME}|{BROKEN}",
    "xref-loop.pdf": BROKEN,
    "arrays.pdf": BROKEN,
    "form-loop.pdf": f"{MEMORY}|{TIME}",
    "picture.pdf": f"{NOTHING}|{MEMORY}",
    "fetching.pdf": NOTHING,
    "bomb.docx": "the file unpacks to 40 MB of text, .*",
    "bomb.pptx": "the file unpacks to 40 MB of text, .*",
    "lying.docx": r"the file is damaged: .*",
    "members.docx": "the file holds 30004 parts; 20000 are allowed",
    "members.pptx": "the file holds 30004 parts; 20000 are allowed",
    "overlapping.docx": "the file unpacks to 16000 MB of text, .*",
    "overlapping.pptx": "the file unpacks to 16000 MB of text, .*",
    "laughs.docx": "the part word/document.xml declares a document type, .*",
    "outside.docx": "the part word/document.xml declares a document type, .*",
    "fetching.docx": None,
    "deep.docx": "this is no Word document, .*",
    "deep.html": "the page's tags are nested more than 255 deep",
    "active.html": None,
    "line.md": f"{OUTPUT}|{MEMORY}|{TIME}",
    "line.txt": f"{OUTPUT}|{MEMORY}|{TIME}",
    "line.html": f"the page holds more than 10 MB without a tag, .*|{MEMORY}",
    "emphasis.md": TIME,
    "records.jsonl": None,
    "deep.jsonl": "1 line could not be read: .*",
}
SMALLER: dict[str, Callable[[], bytes]] = {  # as hostile, and quick to make and to refuse
    "deflate.pdf": lambda: bombs.deflate_bomb(300 * MIB),
    "deflate-twice.pdf": lambda: bombs.deflate_bomb(300 * MIB, times=2),
    "object-stream.pdf": lambda: bombs.object_stream_bomb(300 * MIB),
    "operators.pdf": lambda: bombs.many_operators(90_000),
    "texts.pdf": lambda: bombs.many_texts(5000),
    "endless.pdf": lambda: bombs.endless_pages(kids=200),
    "deep.pdf": lambda: bombs.deep_pages(5000),
    "bomb.docx": lambda: bombs.zip_bomb(40 * MIB),
    "bomb.pptx": lambda: bombs.zip_bomb(40 * MIB),
    "lying.docx": lambda: bombs.lying_zip_bomb(8 * MIB),
    "line.md": lambda: bombs.huge_line(6 * MIB),
    "line.txt": lambda: bombs.huge_line(6 * MIB),
    "line.html": lambda: bombs.huge_line(11 * MIB),
    "records.jsonl": lambda: bombs.huge_records(50_000),
}


class Listening:
    """A place on this machine that notes whoever comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def visitors(self) -> int:
        self._socket.setblocking(False)
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.accept()[0].close()
                count += 1
        return count

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One ingest of every bomb, with good notes between them; what it said, and how the reading processes were held."""
    folder = tmp_path_factory.mktemp("hostile")
    listening = Listening()
    with pytest.MonkeyPatch.context() as patch, ReaderPool(2, limits=LIMITS) as pool:
        shelf = Shelf(folder / "docs", folder / "data", patch)
        patch.setenv("KALLA_OCR", "off")  # drawing empty pages for it takes long, and tells nothing here
        patch.setattr("ingest.pool.ReaderPool", lambda size: contextlib.nullcontext(pool))
        for name, make in (bombs.EVERY | SMALLER).items():
            (shelf.folder / name).write_bytes(make().replace(bombs.OUTSIDE.encode(), listening.address.encode()))
        outside = bombs.entities(listening.address, outside=True)  # packed: its address cannot be put in afterwards
        (shelf.folder / "outside.docx").write_bytes(outside)
        (shelf.folder / "fetching.docx").write_bytes(bombs.fetching_docx(listening.address))
        for number in range(3):
            shelf.put(f"{number}-good.md", NOTE.format(number))
        settle(*shelf.folder.iterdir())
        held: set[str] = set()
        watching = threading.Event()
        watcher = threading.Thread(target=_watch, args=(pool, held, watching))
        watcher.start()
        told = shelf.ingest(jobs=2)
        watching.set()
        watcher.join()
        yield {"shelf": shelf, "told": told, "visitors": listening.visitors(), "held": held}
    listening.close()


def _watch(pool: ReaderPool, held: set[str], done: threading.Event) -> None:
    """Note what the kernel says of the reading processes while they run."""
    while not done.wait(0.1):
        for child in list(pool._children):
            with contextlib.suppress(OSError, IndexError, StopIteration):
                place = Path(f"/proc/{child._process.pid}")
                limits = (place / "limits").read_text()
                peak = next(line for line in (place / "status").read_text().splitlines() if line.startswith("VmPeak"))
                if len((place / "net/dev").read_text().splitlines()) < 3 or "lo:" in (place / "net/dev").read_text():
                    held.add("confined" if str(LIMITS.memory_bytes) in limits else "starting")
                if int(peak.split()[1]) * 1024 > LIMITS.memory_bytes and str(LIMITS.memory_bytes) in limits:
                    held.add("too much memory")


def test_every_maker_is_told_of_here() -> None:
    assert set(FATES) == set(bombs.EVERY)


@pytest.mark.parametrize("name", FATES)
def test_each_bomb_ends_in_what_is_said_of_it(run: dict[str, Any], name: str) -> None:
    told: Told = run["told"]
    fate, outcome = FATES[name], told.file(name)
    if fate is None:
        assert outcome["outcome"] in ("added", "partial"), outcome
    else:
        assert outcome["outcome"] == "failed" and re.fullmatch(fate, outcome["reason"]), outcome


def test_the_good_files_beside_them_are_found(run: dict[str, Any]) -> None:
    shelf: Shelf = run["shelf"]
    told: Told = run["told"]
    assert told.code == 1 and "Traceback" not in told.errors
    assert len(told.files) == len(FATES) + 3
    for number in range(3):
        assert told.file(f"{number}-good.md")["outcome"] == "added"
        assert shelf.found(f"siren number{number}")[0] == f"{number}-good.md"
    assert "active.html" in shelf.found("words of the page are read")
    assert "fetching.docx" in shelf.found("what stands elsewhere is not fetched")


def test_nothing_that_stands_elsewhere_is_fetched_and_no_script_speaks(run: dict[str, Any]) -> None:
    shelf: Shelf = run["shelf"]
    assert run["visitors"] == 0
    texts = " ".join(text for (text,) in shelf.sql("SELECT text FROM passages"))
    assert "words of a script" not in texts and "root:" not in texts


def test_the_reading_processes_stayed_within_their_memory(run: dict[str, Any]) -> None:
    assert "confined" in run["held"] and "too much memory" not in run["held"]


# --- names, links, pipes


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)


def test_any_name_is_read_shown_on_one_line_and_found_again(shelf: Shelf) -> None:
    paths = bombs.odd_names(shelf.folder, NOTE.format)
    hidden = [path for path in paths if path.name.startswith(".")]
    settle(*paths)
    told = shelf.ingest()
    assert told.code == 0 and told.summary["added"] == len(paths) - len(hidden) and len(hidden) == 3
    assert shelf.ingest().summary["unchanged"] == len(paths) - len(hidden)
    found = {Path(path).parent for (path,) in shelf.sql("SELECT path FROM files")}
    assert found == {shelf.folder}  # no name leads out of the folder


def test_links_that_leave_pipes_and_sockets_are_named_and_never_opened(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(NOTE.format(99))
    shelf.put("good.md", NOTE.format(1))
    with bombs.traps(shelf.folder, tmp_path / "secret.md"):
        settle(shelf.folder / "good.md")
        told = shelf.ingest()
    leaves, odd = (
        "a link that leaves the folder; put the file itself here",
        "not a file but a pipe, socket or device: it is not opened",
    )
    said = {Path(item["path"]).name: item["reason"] for item in told.files if item["outcome"] == "failed"}
    assert said.pop("loop.md").startswith("it cannot be read (Too many levels of symbolic links")
    assert said == {
        "leaves.md": leaves, "up.md": leaves, "device.md": leaves, "process.md": leaves,
        "nowhere.md": "a link to something that is not there", "pipe.md": odd, "socket.md": odd,
    }  # fmt: skip
    assert told.file("good.md")["outcome"] == "added" and "number99" not in str(shelf.sql("SELECT text FROM passages"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any folder")
def test_a_folder_without_rights_is_named_and_what_was_known_below_it_stays(shelf: Shelf) -> None:
    shelf.put("open/good.md", NOTE.format(1))
    shelf.put("locked/good.md", NOTE.format(2))
    settle(shelf.folder / "open/good.md", shelf.folder / "locked/good.md")
    assert shelf.ingest().summary["added"] == 2
    (shelf.folder / "locked").chmod(0)
    try:
        told = shelf.ingest()
    finally:
        (shelf.folder / "locked").chmod(0o700)
    assert told.code == 1 and told.file("locked")["reason"] == "this folder cannot be read (Permission denied)"
    assert "good.md" in shelf.found("siren number2")


# --- files that move


@pytest.mark.parametrize("how", ["grows", "is cut short", "is replaced", "is deleted", "becomes a pipe"])
@pytest.mark.parametrize("when", ["before it is hashed", "while it is hashed", "while it is read"])
def test_a_file_that_moves_under_the_reader_fails_by_itself_and_is_read_the_next_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, how: str, when: str
) -> None:
    path = shelf.put("moving.md", NOTE.format(1))
    shelf.put("good.md", NOTE.format(2))
    settle(path, shelf.folder / "good.md")
    done: list[str] = []

    def move(of: Path) -> None:
        if of.name == "moving.md" and not done:
            done.append(how)
            _move(path, how)

    hashed, read, digest = scan.sha256_of, ReaderPool.read, scan.hashlib.file_digest
    if when == "before it is hashed":
        monkeypatch.setattr(scan, "sha256_of", lambda of: (move(of), hashed(of))[1])
    elif when == "while it is hashed":
        monkeypatch.setattr(scan.hashlib, "file_digest", lambda file, name: (move(_path_of(file)), digest(file, name))[1])
    else:
        monkeypatch.setattr(ReaderPool, "read", lambda self, of, *rest: (move(of), read(self, of, *rest))[1])
    told = shelf.ingest()
    assert done and told.file("good.md")["outcome"] == "added" and "Traceback" not in told.errors
    moved = told.file("moving.md")
    assert moved["outcome"] == "failed" and re.search(
        "changed while|cannot be read|cannot be opened|no longer a file", moved["reason"]
    )
    assert not [hit for hit in shelf.found("siren number1") if hit == "moving.md"]
    path.unlink(missing_ok=True)
    path.write_text(NOTE.format(3))
    settle(path)
    assert shelf.ingest().outcomes() == {"good.md": "unchanged", "moving.md": "added"}


def _path_of(file: Any) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{file.fileno()}"))


def _move(path: Path, how: str) -> None:
    if how == "grows":
        with path.open("a") as file:
            file.write("More and more of it.\n")
    elif how == "is cut short":
        os.truncate(path, 20)
    elif how == "is replaced":
        other = path.with_name(".other")
        other.write_text(NOTE.format(7))
        other.replace(path)
    else:
        path.unlink()
        if how == "becomes a pipe":
            os.mkfifo(path)


@pytest.mark.parametrize("reader", ["a.pdf", "a.docx", "a.pptx", "a.html", "a.md", "a.txt", "a.jsonl"])
def test_a_reader_never_waits_for_a_pipe_or_reads_a_device(tmp_path: Path, reader: str) -> None:
    """Where a file was exchanged after the walk and the hash: the last moment."""
    from ingest.errors import IngestError
    from ingest.formats import format_of

    (tmp_path / "pipes").mkdir()
    os.mkfifo(tmp_path / "pipes" / reader)
    (tmp_path / reader).symlink_to("/dev/zero")
    with ReaderPool(1, limits=Limits(seconds=1, memory_bytes=400 * MIB)) as pool:
        for path in (tmp_path / "pipes" / reader, tmp_path / reader):
            with pytest.raises(IngestError):
                if reader.endswith(".jsonl"):
                    for _ in pool.read_records(path):
                        pass
                else:
                    pool.read(path, format_of(path))


@pytest.mark.parametrize("box", [b"0 0 1e9 100", b"-9e37 0 9e37 9e37", b"0 0 0 0", b"9 9 1 1"])
def test_a_page_of_an_impossible_size_still_gives_its_words(tmp_path: Path, box: bytes) -> None:
    path = tmp_path / "large.pdf"
    words = bombs.page_of(bombs.stream(b"BT /F 12 Tf 10 50 Td (The siren sounds in four minutes) Tj ET"))
    path.write_bytes(words.replace(b"0 0 595 842", box))
    with ReaderPool(1, limits=LIMITS) as pool:
        (page,) = pool.read(path, Format.PDF).pages
    assert 0 <= page.width < LARGEST_PAGE and 0 <= page.height < LARGEST_PAGE
