import os
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import scan
from ingest.change import FileStamp
from ingest.errors import IngestError, NoSuchPath
from ingest.moves import Decision, Fate, Ledger, decide
from ingest.paths import display, is_below, key_of, path_of
from ingest.scan import Found, Plan, Problem, compare, hold_still, sha256_of, walk

SECOND = 1_000_000_000


def make(folder: Path, *names: str, text: str = "") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name, encoding="utf-8")


def names(items: list[Found | Problem], folder: Path) -> list[str]:
    return [item.path.relative_to(folder).as_posix() for item in items if isinstance(item, Found)]


def problems(items: list[Found | Problem]) -> dict[str, str]:
    return {item.path.name: item.reason for item in items if isinstance(item, Problem)}


# --- walking


def test_files_of_a_folder_and_its_sub_folders_are_found_in_order(tmp_path):
    make(tmp_path, "b.pdf", "a/z.txt", "a/b/c.md", "Ö.txt", "c.unheard-of")
    items = list(walk([tmp_path]))
    assert names(items, tmp_path) == ["a/b/c.md", "a/z.txt", "b.pdf", "c.unheard-of", "Ö.txt"]
    status = (tmp_path / "b.pdf").stat()
    assert items[2] == Found(
        path=tmp_path / "b.pdf",
        size=5,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


def test_hidden_temporary_and_catalogue_files_are_left_out_without_a_word(tmp_path):
    make(tmp_path, ".hidden.pdf", ".git/a.txt", "~$report.docx", "x.tmp", "y.PART", "z.crdownload", "kept.txt")
    make(tmp_path, "catalogue.csv", "sub/glossary.csv", "sub/Thumbs.db", "sub/catalogue.txt")
    items = list(walk([tmp_path]))
    assert names(items, tmp_path) == ["kept.txt", "sub/catalogue.txt"]
    assert problems(items) == {}


def test_files_and_folders_may_be_named_together_and_each_file_comes_once(tmp_path):
    make(tmp_path, "a/1.txt", "a/b/2.txt", "c/3.txt")
    roots = [tmp_path / "c" / "3.txt", tmp_path / "a", tmp_path / "a" / "b", tmp_path / "c"]
    assert names(list(walk(roots)), tmp_path) == ["c/3.txt", "a/1.txt", "a/b/2.txt"]


def test_what_is_named_may_be_hidden_but_not_the_catalogue(tmp_path):
    make(tmp_path, ".notes/a.txt", ".b.txt", "catalogue.csv")
    roots = [tmp_path / ".notes", tmp_path / ".b.txt", tmp_path / "catalogue.csv"]
    assert names(list(walk(roots)), tmp_path) == [".notes/a.txt", ".b.txt"]


def test_a_relative_root_gives_absolute_paths(tmp_path, monkeypatch):
    make(tmp_path, "in/a.txt")
    monkeypatch.chdir(tmp_path)
    assert [item.path for item in walk([Path("in/../in")])] == [tmp_path / "in" / "a.txt"]


def test_naming_what_is_not_there_is_said_before_anything_is_found(tmp_path):
    make(tmp_path, "a.txt")
    with pytest.raises(NoSuchPath, match=r"abs\\x1bent: there is no such file or folder here$"):
        walk([tmp_path, tmp_path / "abs\x1bent"])


def test_pipes_sockets_and_devices_are_problems_and_never_opened(tmp_path):
    make(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.pdf")
    reason = "not a file but a pipe, socket or device: it is not opened"
    assert problems(list(walk([tmp_path]))) == {"pipe.pdf": reason}
    assert problems(list(walk([Path("/dev/null"), tmp_path / "pipe.pdf"]))) == {"null": reason, "pipe.pdf": reason}


def test_links_are_followed_to_files_of_the_same_folder_only(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    make(inside, "real/a.txt")
    make(outside, "secret.txt")
    make(tmp_path, "in-not-really/b.txt")
    (inside / "b.txt").symlink_to("real/a.txt")
    (inside / "escape.txt").symlink_to(outside / "secret.txt")
    (inside / "sibling.txt").symlink_to(tmp_path / "in-not-really" / "b.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "again").symlink_to("real")
    (inside / "real" / "up").symlink_to("..")
    (inside / "broken.txt").symlink_to("nowhere")
    (inside / "loop.txt").symlink_to("loop.txt")
    items = list(walk([inside]))
    assert names(items, inside) == ["b.txt", "real/a.txt"]
    leaves = "a link that leaves the folder; put the file itself here"
    found = problems(items)
    assert found.pop("loop.txt").startswith("it cannot be read (Too many levels of symbolic links")
    assert found == {
        "escape.txt": leaves,
        "sibling.txt": leaves,
        "folder": leaves,
        "broken.txt": "a link to something that is not there",
    }
    by_path = {item.path: item for item in items}
    assert by_path[inside / "b.txt"] == replace(by_path[inside / "real" / "a.txt"], path=inside / "b.txt")


def test_a_folder_that_is_itself_a_link_may_be_named(tmp_path):
    make(tmp_path, "real/a.txt")
    (tmp_path / "library").symlink_to("real")
    (tmp_path / "real" / "b.txt").symlink_to("a.txt")
    assert names(list(walk([tmp_path / "library"])), tmp_path) == ["library/a.txt", "library/b.txt"]


def test_an_unreadable_folder_is_a_problem_and_the_walk_goes_on(tmp_path, monkeypatch):
    make(tmp_path, "a/1.txt", "locked/2.txt", "z/3.txt")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    items = list(walk([tmp_path]))
    assert names(items, tmp_path) == ["a/1.txt", "z/3.txt"]
    assert problems(items) == {"locked": "this folder cannot be read (Permission denied)"}


def test_very_deep_folders_do_not_stop_the_walk(tmp_path):
    folders = [tmp_path / "d"]
    for _ in range(1200):
        folders.append(folders[-1] / "d")
    for folder in folders:
        folder.mkdir()
    bottom = folders[-1] / "bottom.txt"
    bottom.touch()
    assert [item.path for item in walk([tmp_path])] == [bottom]
    bottom.unlink()
    for folder in reversed(folders):  # shutil.rmtree calls itself, and would not get this far down
        folder.rmdir()


@pytest.mark.parametrize("name", [b"\xe5\xe4\xf6.txt", b"new\nline.txt", b"back\\slash.txt", "ä.txt".encode()])
def test_any_name_of_a_file_is_found_stored_and_found_again(tmp_path, name):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("x")
    (item,) = walk([tmp_path])
    assert item.path == path
    with sqlite3.connect(":memory:") as database:
        (key,) = database.execute("SELECT ?", [key_of(item.path)]).fetchone()
    database.close()
    assert path_of(key) == path
    assert path_of(key).read_text() == "x"


def test_five_thousand_files_are_walked_and_compared_in_well_under_a_second(tmp_path):
    for folder in range(50):
        (tmp_path / str(folder)).mkdir()
        for number in range(100):
            (tmp_path / str(folder) / f"{number}.txt").touch()
    best = min(timed(tmp_path) for _ in range(3))
    assert best < 0.5, f"{best:.3f} s"


def timed(folder: Path) -> float:
    started = time.perf_counter()
    plan = compare(walk([folder]), [], [folder])
    assert len(plan.check) == 5000
    return time.perf_counter() - started


# --- comparing


def stamp_of(found: Found, sha256: str = "s", read_ns: int | None = None) -> FileStamp:
    return FileStamp(
        path=key_of(found.path),
        size=found.size,
        mtime_ns=found.mtime_ns,
        ctime_ns=found.ctime_ns,
        inode=found.inode,
        read_ns=found.mtime_ns + 10 * SECOND if read_ns is None else read_ns,
        sha256=sha256,
    )


def a_file(path: str = "/lib/a.pdf", at: int = 1_700_000_000 * SECOND + 123) -> Found:
    return Found(path=Path(path), size=10, mtime_ns=at, ctime_ns=at, inode=7)


def plan_of(found: list[Found | Problem], known: list[FileStamp], root: str = "/lib") -> Plan:
    return compare(found, known, [Path(root)])


def test_a_file_with_the_same_stamp_is_not_opened():
    found = a_file()
    known = stamp_of(found)
    assert plan_of([found], [known]) == Plan(same=(known,), check=(), gone=(), unseen=(), problems=())


@pytest.mark.parametrize("field", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_a_file_of_which_anything_differs_is_checked(field):
    found = a_file()
    known = replace(stamp_of(found), **{field: getattr(found, field) - 1})
    assert plan_of([found], [known]) == Plan(same=(), check=(found,), gone=(), unseen=(), problems=())


def test_a_new_file_is_checked_and_a_missing_one_is_gone():
    known = stamp_of(a_file("/lib/old.pdf"))
    new = a_file("/lib/new.pdf")
    assert plan_of([new], [known]) == Plan(same=(), check=(new,), gone=(known,), unseen=(), problems=())


@pytest.mark.parametrize(
    ("stamp", "read_after", "is_checked"),
    [
        (123, 49_000_000, True),  # within the clock tick
        (123, 51_000_000, False),
        (0, 1_900_000_000, True),  # whole seconds: a coarse clock
        (0, 2_100_000_000, False),
        (123, -5 * SECOND, True),  # younger than the reading: clocks that differ
    ],
)
def test_a_file_read_while_its_stamp_was_young_is_checked_again(stamp, read_after, is_checked):
    found = a_file(at=1_700_000_000 * SECOND + stamp)
    plan = plan_of([found], [stamp_of(found, read_ns=found.mtime_ns + read_after)])
    assert bool(plan.check) is is_checked
    assert bool(plan.same) is not is_checked


def test_a_file_whose_times_were_set_back_is_judged_by_its_change_time():
    found = replace(a_file(), mtime_ns=SECOND + 1)
    plan = plan_of([found], [stamp_of(found, read_ns=found.ctime_ns + 1_000_000)])
    assert plan.check == (found,)


def test_what_stands_below_a_problem_is_not_gone():
    problem = Problem(path=Path("/lib/locked"), reason="this folder cannot be read")
    below = stamp_of(a_file("/lib/locked/deep/a.pdf"))
    beside = stamp_of(a_file("/lib/locked.pdf"))
    link = stamp_of(a_file("/lib/link.pdf"))
    as_link = Problem(path=Path("/lib/link.pdf"), reason="a link that leaves the folder")
    plan = plan_of([problem, as_link], [below, beside, link])
    assert plan == Plan(same=(), check=(), gone=(beside,), unseen=(below, link), problems=(problem, as_link))


def test_what_is_known_outside_the_roots_is_left_alone():
    elsewhere = stamp_of(a_file("/library/a.pdf"))
    assert plan_of([], [elsewhere]) == Plan(same=(), check=(), gone=(), unseen=(), problems=())
    assert plan_of([], [elsewhere], root="/").gone == (elsewhere,)


# --- what became of real files, from walk to decision


class Library:
    """A folder, and what a program that ingests it would remember."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, FileStamp] = {}

    def run(self) -> dict[str, tuple[Fate | str, str]]:
        """Walk, compare, hash, decide, remember. Gives each file's fate, and the other path that has to do with it."""
        plan = compare(walk([self.folder]), self.known.values(), [self.folder])
        ledger = Ledger(self.known.values(), plan.gone, plan.check)
        fates: dict[str, tuple[Fate | str, str]] = {self.name(key.path): ("same", "") for key in plan.same}
        for stamp in plan.gone:
            fates[self.name(stamp.path)] = ("gone", "")
            del self.known[stamp.path]
        for found in plan.check:
            decision = ledger.decide(key_of(found.path), sha256_of(found.path))
            hold_still(found)
            fates[self.name(decision.path)] = (decision.fate, decision.other and self.name(decision.other))
            self.known[decision.path] = stamp_of(found, decision.sha256, found.ctime_ns + 10 * SECOND)
        return fates

    def name(self, key: str) -> str:
        return path_of(key).relative_to(self.folder).as_posix()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    make(tmp_path, "a.txt", "b.txt", "sub/c.txt")
    library = Library(tmp_path)
    assert set(library.run().values()) == {(Fate.ADDED, "")}
    return library


SAME = ("same", "")
GONE = ("gone", "")


def test_nothing_changed(library):
    assert library.run() == {"a.txt": SAME, "b.txt": SAME, "sub/c.txt": SAME}


def test_a_file_is_added(library, tmp_path):
    make(tmp_path, "new.txt")
    assert library.run() == {"a.txt": SAME, "b.txt": SAME, "sub/c.txt": SAME, "new.txt": (Fate.ADDED, "")}


def test_a_file_is_changed_even_when_size_and_time_stay(library, tmp_path):
    path = tmp_path / "a.txt"
    before = path.stat()
    path.write_text("A.TXT")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert library.run()["a.txt"] == (Fate.CHANGED, "")


def test_a_file_is_only_touched(library, tmp_path):
    os.utime(tmp_path / "a.txt")
    assert library.run()["a.txt"] == (Fate.UNCHANGED, "")
    assert library.run()["a.txt"] == SAME


def test_a_file_is_copied_over_itself(library, tmp_path):
    shutil.copy(tmp_path / "a.txt", tmp_path / "x.tmp")
    os.replace(tmp_path / "x.tmp", tmp_path / "a.txt")
    assert library.run()["a.txt"] == (Fate.UNCHANGED, "")


def test_a_file_is_removed(library, tmp_path):
    (tmp_path / "a.txt").unlink()
    assert library.run() == {"a.txt": GONE, "b.txt": SAME, "sub/c.txt": SAME}


def test_a_file_is_moved(library, tmp_path):
    (tmp_path / "a.txt").rename(tmp_path / "sub" / "z.txt")
    expected = {"a.txt": GONE, "b.txt": SAME, "sub/c.txt": SAME, "sub/z.txt": (Fate.MOVED, "a.txt")}
    assert library.run() == expected


def test_a_folder_is_moved(library, tmp_path):
    (tmp_path / "sub").rename(tmp_path / "other")
    assert library.run()["other/c.txt"] == (Fate.MOVED, "sub/c.txt")


def test_a_file_is_moved_and_changed(library, tmp_path):
    (tmp_path / "a.txt").rename(tmp_path / "z.txt")
    (tmp_path / "z.txt").write_text("other words")
    assert library.run() == {"a.txt": GONE, "b.txt": SAME, "sub/c.txt": SAME, "z.txt": (Fate.ADDED, "")}


def test_a_file_is_moved_over_another(library, tmp_path):
    (tmp_path / "a.txt").replace(tmp_path / "b.txt")
    assert library.run() == {"a.txt": GONE, "b.txt": (Fate.MOVED, "a.txt"), "sub/c.txt": SAME}


def test_a_file_is_copied_then_one_of_the_two_removed(library, tmp_path):
    shutil.copy(tmp_path / "a.txt", tmp_path / "copy.txt")
    assert library.run()["copy.txt"] == (Fate.DUPLICATE, "a.txt")
    (tmp_path / "a.txt").unlink()
    assert library.run() == {"a.txt": GONE, "b.txt": SAME, "copy.txt": SAME, "sub/c.txt": SAME}


def test_a_moved_file_with_a_copy_is_moved_once_and_copied_once(library, tmp_path):
    shutil.copy(tmp_path / "a.txt", tmp_path / "x.txt")
    (tmp_path / "a.txt").rename(tmp_path / "y.txt")
    fates = library.run()
    assert (fates["x.txt"], fates["y.txt"]) == ((Fate.MOVED, "a.txt"), (Fate.DUPLICATE, "a.txt"))


def test_two_new_files_with_the_same_bytes_are_read_once(library, tmp_path):
    make(tmp_path, "x.txt", "y.txt", text="the same words")
    fates = library.run()
    assert (fates["x.txt"], fates["y.txt"]) == ((Fate.ADDED, ""), (Fate.DUPLICATE, "x.txt"))


def test_two_files_swap_names(library, tmp_path):
    (tmp_path / "a.txt").rename(tmp_path / "x.tmp")
    (tmp_path / "b.txt").rename(tmp_path / "a.txt")
    (tmp_path / "x.tmp").rename(tmp_path / "b.txt")
    shas = {name: library.known[key_of(tmp_path / name)].sha256 for name in ("a.txt", "b.txt")}
    fates = library.run()
    assert fates == {"a.txt": (Fate.CHANGED, ""), "b.txt": (Fate.CHANGED, ""), "sub/c.txt": SAME}
    assert library.known[key_of(tmp_path / "a.txt")].sha256 == shas["b.txt"]
    assert library.known[key_of(tmp_path / "b.txt")].sha256 == shas["a.txt"]


def test_a_file_takes_the_words_another_just_lost(library, tmp_path):
    (tmp_path / "b.txt").write_text("a.txt")
    (tmp_path / "a.txt").write_text("something new")
    fates = library.run()
    assert fates == {"a.txt": (Fate.CHANGED, ""), "b.txt": (Fate.CHANGED, ""), "sub/c.txt": SAME}


def test_a_copy_of_a_touched_file_is_told_from_it(library, tmp_path):
    shutil.copy(tmp_path / "sub" / "c.txt", tmp_path / "0.txt")  # comes first by name, but the known file is hashed first
    os.utime(tmp_path / "sub" / "c.txt")
    fates = library.run()
    assert (fates["sub/c.txt"], fates["0.txt"]) == ((Fate.UNCHANGED, ""), (Fate.DUPLICATE, "sub/c.txt"))


def test_a_changed_file_returns_to_what_it_was(library, tmp_path):
    (tmp_path / "a.txt").write_text("for a day")
    assert library.run()["a.txt"] == (Fate.CHANGED, "")
    (tmp_path / "a.txt").write_text("a.txt")
    assert library.run()["a.txt"] == (Fate.CHANGED, "")


def test_a_file_is_replaced_by_a_folder_and_back(library, tmp_path):
    (tmp_path / "a.txt").rename(tmp_path / "x.tmp")
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "x.tmp").rename(tmp_path / "a.txt" / "inner.txt")
    fates = library.run()
    assert (fates["a.txt"], fates["a.txt/inner.txt"]) == (GONE, (Fate.MOVED, "a.txt"))
    shutil.rmtree(tmp_path / "a.txt")
    make(tmp_path, "a.txt", text="a file once more")
    fates = library.run()
    assert (fates["a.txt"], fates["a.txt/inner.txt"]) == ((Fate.ADDED, ""), GONE)


def test_a_name_changes_only_in_case(library, tmp_path):
    (tmp_path / "a.txt").rename(tmp_path / "A.txt")
    fates = library.run()
    assert (fates["a.txt"], fates["A.txt"]) == (GONE, (Fate.MOVED, "a.txt"))


def test_a_file_is_replaced_by_a_pipe(library, tmp_path):
    (tmp_path / "a.txt").unlink()
    os.mkfifo(tmp_path / "a.txt")
    plan = compare(walk([tmp_path]), library.known.values(), [tmp_path])
    assert [stamp.path for stamp in plan.unseen] == [key_of(tmp_path / "a.txt")]
    assert plan.gone == ()


def test_a_file_that_could_not_be_read_before_counts_as_new_when_its_bytes_are():
    known = replace(stamp_of(a_file()), sha256="")
    decision = Ledger([known]).decide("/lib/a.pdf", "s1")
    assert decision == Decision(path="/lib/a.pdf", sha256="s1", fate=Fate.ADDED)


def test_only_what_the_library_may_not_have_has_to_be_read():
    assert [fate for fate in Fate if Decision(path="/a", sha256="s", fate=fate).must_be_read] == [
        Fate.CHANGED,
        Fate.ADDED,
    ]


def test_a_decision_remembers_what_the_path_held_before():
    moved = decide("/b", "s1", known={"/a": "s1", "/b": "s2"}, sources={"s1": "/a"}, movable={"/a"})
    assert moved == Decision(path="/b", sha256="s1", fate=Fate.MOVED, other="/a", before="s2")


contents = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2", "3", "4"]), max_size=6)


@given(before=contents, after=contents, touched=st.sets(st.sampled_from("abcdef")), order=st.randoms())
def test_whatever_is_done_to_the_files_every_path_gets_its_own_bytes(before, after, touched, order):
    known = [stamp_of(a_file("/" + name), sha256) for name, sha256 in before.items()]
    gone = [stamp for stamp in known if stamp.path[1:] not in after]
    check = [name for name in after if name in touched or before.get(name) != after[name]]
    ledger = Ledger(known, gone, [a_file("/" + name) for name in check])
    order.shuffle(check)
    decisions = {name: ledger.decide("/" + name, after[name]) for name in check}
    taken = {decision.other[1:] for decision in decisions.values() if decision.other}
    for name in taken:
        assert name not in decisions or not decisions[name].other  # nobody takes from one who takes
    for name, decision in decisions.items():
        assert decision.before == before.get(name, "")
        assert (decision.fate is Fate.UNCHANGED) == (before.get(name) == after[name])
        assert bool(decision.other) == (decision.fate in (Fate.MOVED, Fate.DUPLICATE))
        if decision.other:
            assert after.get(decision.other[1:], before.get(decision.other[1:])) == decision.sha256
    sure = {sha256 for name, sha256 in before.items() if name not in check}
    read = [decision.sha256 for decision in decisions.values() if decision.must_be_read]
    assert len(read) == len(set(read)) and not set(read) & sure
    moved = [decision.other for decision in decisions.values() if decision.fate is Fate.MOVED]
    assert len(moved) == len(set(moved)) and set(moved) <= {stamp.path for stamp in gone}


# --- hashing


def test_the_hash_is_the_files_own(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == expected


@pytest.mark.parametrize("how", ["grows", "is replaced", "is touched"])
def test_a_file_that_changes_while_it_is_hashed_is_not_taken(tmp_path, monkeypatch, how):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"first half")
    other = tmp_path / "other"
    other.write_bytes(b"first half")
    digest = scan.hashlib.file_digest

    def meanwhile(file, name):
        result = digest(file, name)
        if how == "grows":
            with path.open("ab") as more:
                more.write(b", second half")
        elif how == "is replaced":
            other.replace(path)
        else:
            os.utime(path, ns=(1, 1))
        return result

    monkeypatch.setattr(scan.hashlib, "file_digest", meanwhile)
    with pytest.raises(IngestError, match=r"^the file changed while it was being read; run again when it is complete$"):
        sha256_of(path)


def test_hashing_what_is_not_there_or_no_file_is_a_readable_error(tmp_path):
    with pytest.raises(IngestError, match=r"^the file cannot be read \(No such file or directory\)$"):
        sha256_of(tmp_path / "absent")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IngestError, match=r"^this is no longer a file$"):
        sha256_of(tmp_path / "pipe")


def test_a_file_is_held_to_what_the_walk_saw(tmp_path):
    make(tmp_path, "a.txt")
    (found,) = walk([tmp_path])
    hold_still(found)
    (tmp_path / "a.txt").write_text("longer than before")
    with pytest.raises(IngestError, match="changed while it was being read"):
        hold_still(found)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(IngestError, match="changed while it was being read"):
        hold_still(found)


# --- paths


@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name and b"/" not in name))
def test_every_path_has_a_key_of_its_own_that_is_utf_8_and_leads_back(name):
    path = Path("/library") / os.fsdecode(b"x" + name)
    key = key_of(path)
    key.encode("utf-8")
    assert path_of(key) == path


def test_keys_of_usual_names_are_the_names():
    assert key_of("/lib/Räksmörgås 100%.pdf") == "/lib/Räksmörgås 100%.pdf"
    assert key_of(os.fsdecode(b"/lib/\xff\\xff")) == r"/lib/\xff\\xff"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/lib/Åre – plan\u00a0B.pdf", "/lib/Åre – plan\u00a0B.pdf"),
        (os.fsdecode(b"/lib/\xe5.pdf"), r"/lib/\xe5.pdf"),
        ("/lib/two\nlines\x1b[31m.pdf", r"/lib/two\x0alines\x1b[31m.pdf"),
        ("/lib/\u202efdp.exe", r"/lib/\u202efdp.exe"),
        ("/lib/a\u2028b\u200b", r"/lib/a\u2028b\u200b"),
    ],
)
def test_a_path_is_shown_so_that_it_cannot_mislead(path, shown):
    assert display(path) == shown
    assert display(Path(path)) == shown


def test_below_means_below_and_not_beginning_alike():
    assert is_below("/lib/a", "/lib") and is_below("/lib", "/lib") and is_below("/lib", "/")
    assert not is_below("/library", "/lib") and not is_below("/lib", "/lib/a")
