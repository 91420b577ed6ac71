"""Watching: files are taken in when they stand still, and what is gone leaves only when it is surely gone."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import store
from ingest import __main__ as ingest_command
from ingest import watch as watching
from ingest.watch import Due, Patience, Watch, is_remote
from tests.fakes import Shelf

TEXT = "# Warning {n}\n\nThe siren number{n} sounds in the district.\n"
QUICK = Patience(still=0.3, grace=0.0, every=60.0)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    for number in range(3):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.put("share/a.md", TEXT.format(n="a"))
    assert shelf.ingest().code == 0
    return shelf


def names(shelf: Shelf) -> set[str]:
    return {Path(path).name for (path,) in shelf.sql("SELECT path FROM file_documents")}


# -- what is gone


def test_a_file_that_was_deleted_leaves(shelf: Shelf) -> None:
    (shelf.folder / "0.md").unlink()
    told = shelf.ingest()
    assert told.code == 0 and told.outcomes()["0.md"] == "removed" and names(shelf) == {"1.md", "2.md", "a.md"}


def test_a_folder_that_was_deleted_leaves(shelf: Shelf) -> None:
    shutil.rmtree(shelf.folder / "share")
    assert shelf.ingest().outcomes()["a.md"] == "removed"


@pytest.mark.parametrize("where", ["share", "."])
def test_a_folder_that_is_suddenly_empty_removes_nothing(shelf: Shelf, where: str) -> None:
    folder = shelf.folder / where
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    told = shelf.ingest()
    assert told.code == 1 and told.summary["removed"] == 0 and names(shelf) == {"0.md", "1.md", "2.md", "a.md"}
    assert told.file("a.md")["outcome"] == "unchanged" and "empty or not there" in told.file("a.md")["reason"]
    assert f"{folder.resolve()} is empty or not there" in told.errors and "--prune" in told.errors
    assert len(told.files) == 4  # each file has its one outcome
    assert shelf.search("numbera").hits[0].path.endswith("a.md")


def test_a_root_that_is_gone_removes_nothing_and_comes_back(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder.rename(tmp_path / "away")
    told = shelf.ingest()
    assert told.code == 1 and told.summary["unchanged"] == 4 and "is empty or not there" in told.errors
    (tmp_path / "away").rename(shelf.folder)
    told = shelf.ingest()
    assert told.code == 0 and told.summary["unchanged"] == 4 and told.errors == ""


def test_what_is_gone_leaves_when_it_is_said_so(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(shelf.folder)
    assert ingest_command.main([str(shelf.folder), "--data", str(shelf.data), "--prune"]) == 0
    assert names(shelf) == set() and "4 removed" in capsys.readouterr().out


def test_a_root_of_which_nothing_is_known_is_a_mistake(shelf: Shelf, tmp_path: Path) -> None:
    told = shelf.ingest(tmp_path / "never")
    assert told.code == 2 and "no such file or folder" in told.errors


def test_what_moved_out_of_an_emptied_folder_is_no_loss(shelf: Shelf) -> None:
    (shelf.folder / "share" / "a.md").rename(shelf.folder / "b.md")
    told = shelf.ingest()
    assert told.file("b.md")["outcome"] == "unchanged" and "moved from" in told.file("b.md")["reason"]
    assert names(shelf) == {"0.md", "1.md", "2.md", "b.md"}


def test_the_glossary_of_an_emptied_folder_stays(shelf: Shelf) -> None:
    shelf.put("glossary.csv", "swedish;english\nkrisberedskap;emergency preparedness\n")
    shelf.ingest()
    for path in shelf.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert shelf.ingest().code == 1 and shelf.sql("SELECT count(*) FROM glossary") == [(1,)]


def test_gone_files_can_be_kept_for_now(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    (shelf.folder / "0.md").unlink()
    arguments = [str(shelf.folder), "--data", str(shelf.data), "--keep-gone"]
    assert ingest_command.main(arguments) == 0
    assert "0.md" in names(shelf) and "0.md" not in capsys.readouterr().out
    assert ingest_command.main(arguments[:-1]) == 0 and "0.md" not in names(shelf)


# -- when it is time


@contextmanager
def watched(*roots: Path, patience: Patience = QUICK, polling: bool = False) -> Iterator[tuple[list[Due], Watch, list[str]]]:
    """What a watch in a thread of its own has told so far."""
    told: list[Due] = []
    said: list[str] = []
    stop = threading.Event()
    watch = Watch(roots, stop, patience, said.append, polling)
    thread = threading.Thread(target=lambda: [told.append(due) for due in watch.due()])
    thread.start()
    wait(lambda: len(told) == 1)
    time.sleep(0.7)  # until the kernel watches
    try:
        yield told, watch, said
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def wait(holds: Callable[[], bool], seconds: float = 8.0) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


@pytest.mark.parametrize("polling", [False, True])
def test_a_file_that_grows_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polling: bool) -> None:
    monkeypatch.setattr(watching, "_POLL", 100)
    with watched(tmp_path, patience=Patience(still=2.0, grace=0.0, every=60.0), polling=polling) as (told, _, _):
        with (tmp_path / "slow.md").open("w") as file:
            for _ in range(12):
                file.write("more\n" * 100)
                file.flush()
                time.sleep(0.15)
                assert len(told) == 1
        wait(lambda: len(told) == 2)
        time.sleep(2.5)
        assert len(told) == 2


def test_what_is_gone_has_its_grace(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    with watched(tmp_path, patience=Patience(still=0.2, grace=1.5, every=60)) as (told, _, _):
        assert told[0] == Due(keep_gone=True)  # what left while nobody watched
        wait(lambda: len(told) == 2)
        assert told[1] == Due(keep_gone=False)
        (tmp_path / "a.md").unlink()
        wait(lambda: len(told) == 3)
        assert told[2] == Due(keep_gone=True)
        wait(lambda: len(told) == 4)
        assert told[3] == Due(keep_gone=False)


def test_a_root_that_goes_and_comes_back_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    with watched(root) as (told, _, _):
        root.rename(tmp_path / "away")
        wait(lambda: len(told) == 2)
        (tmp_path / "away").rename(root)
        wait(lambda: len(told) == 3)
        time.sleep(0.7)
        (root / "new.md").write_text("new")
        wait(lambda: len(told) == 4)


def test_a_named_file_is_followed_through_a_replacement(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("a")
    with watched(file) as (told, _, _):
        (tmp_path / "b.md").write_text("b")
        (tmp_path / "b.md").replace(file)
        wait(lambda: len(told) == 2)


def test_another_run_can_be_asked_for(tmp_path: Path) -> None:
    with watched(tmp_path) as (told, watch, _):
        watch.again()
        wait(lambda: len(told) == 2)


def test_what_was_missed_is_found_after_a_while(tmp_path: Path) -> None:
    with watched(tmp_path, patience=Patience(still=0.2, grace=0, every=1.5)) as (told, _, _):
        wait(lambda: len(told) == 3)


def test_where_the_kernel_cannot_watch_folders_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    real = watchfiles.watch

    def limited(*paths: Path, **options: object) -> Iterator[object]:
        if not options["force_polling"]:
            raise OSError(28, "No space left on device (os error 28)")
        return real(*paths, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watchfiles, "watch", limited)
    monkeypatch.setattr(watching, "_POLL", 100)
    with watched(tmp_path) as (told, _, said):
        wait(lambda: bool(said))
        time.sleep(0.5)
        (tmp_path / "a.md").write_text("a")
        wait(lambda: len(told) == 2)
        assert len(said) == 1 and "cannot be watched (" in said[0] and "looked through" in said[0]


@pytest.mark.parametrize(
    ("kind", "expected"), [("ext4", False), ("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("tmpfs", False)]
)
def test_a_network_share_is_known(tmp_path: Path, kind: str, expected: bool) -> None:
    share = tmp_path / "a share"
    (share / "below").mkdir(parents=True)
    mounts = tmp_path / "mounts"
    place = str(share).replace(" ", "\\040")
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver {place} {kind} rw 0 0\n")
    assert is_remote(share / "below", mounts) is expected and not is_remote(tmp_path, mounts)
    assert not is_remote(share, tmp_path / "none")


# -- the command


def test_the_command_takes_in_what_comes_waits_for_others_and_ends_when_told(shelf: Shelf) -> None:
    """The real command with the real model, as a process of its own."""
    folder, data = shelf.folder, shelf.folder.parent / "real"
    command = [sys.executable, "-m", "ingest", str(folder), "--data", str(data), "--watch", "--grace", "1", "--json"]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said: list[str] = []
        assert process.stdout is not None and process.stderr is not None
        reading = threading.Thread(target=lambda: said.extend(iter(process.stdout.readline, "")))  # type: ignore[union-attr]
        reading.start()
        try:
            wait(lambda: any('"summary"' in line for line in said), 60)
            with store.writer_lock(data, "a test"):
                shelf.put("new.md", TEXT.format(n="new"))
                (folder / "0.md").unlink()
                time.sleep(4)
                assert not any("new.md" in line for line in said)
            wait(lambda: any("new.md" in line and '"added"' in line for line in said), 20)
            wait(lambda: any("0.md" in line and '"removed"' in line for line in said), 20)
        finally:
            time.sleep(1.0)
            process.terminate()
            code = process.wait(20)
            reading.join(5)
        errors = process.stderr.read()
    assert code == 0 and "Traceback" not in errors
    assert errors.count("is being written by a test") == 1
    assert not os.path.exists(f"/proc/{process.pid}")
