"""Files laid aside and brought back: nothing is lost or written over, wherever it is cut off; and what a rebuild deletes."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index import removal as purging
from index.access import Handling, Principal, Role
from index.desk import Desk
from index.errors import StoreError
from ui import moving, removals
from ui.removals import Aside, Instead, NotMoved, Occupied, Removal

EDITOR = Principal(name="editor", role=Role.EDITOR, clearance=Handling.AMBER_STRICT)
OLD, NEW = b"the old report " * 999, b"the new report"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a report lies."""
    path = tmp_path / "corpus" / "2020" / "report.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(OLD)
    return path


@pytest.fixture
def aside(tmp_path: Path) -> Aside:
    return Aside(desk=Desk(tmp_path / "data"), data=tmp_path / "data", principal=EDITOR)


def only(aside: Aside) -> Removal:
    (found,) = removals.listed(aside.desk, EDITOR)
    return found


def other_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the corpus and the data folder lie on two file systems: no link leads from one to the other."""
    link = os.link

    def within_a_folder(source: Path, target: Path, **options: bool) -> None:
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target, **options)

    monkeypatch.setattr(os, "link", within_a_folder)


def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a file system that has no hard links at all."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


DISKS = pytest.mark.parametrize("disk", [lambda _: None, other_disk, no_links], ids=["same disk", "other disk", "no links"])


@DISKS
def test_a_file_is_laid_aside_remembered_and_brought_back(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch, disk: Callable[[pytest.MonkeyPatch], None]
) -> None:
    disk(monkeypatch)
    os.utime(place, ns=(1, 1_600_000_000_000_000_000))
    done = aside.take_out([place], "A report", "TLP:GREEN")
    assert not place.exists() and only(aside) == done
    assert (done.title, done.paths, done.instead) == ("A report", (place,), None)
    lying = Path(done.files[0].aside)
    assert lying.read_bytes() == OLD and lying.name == "report.pdf" and lying.parent.parent == aside.data / "removed"
    assert aside.bring_back(done) == [place]
    assert place.read_bytes() == OLD and place.stat().st_mtime_ns == 1_600_000_000_000_000_000
    assert removals.listed(aside.desk, EDITOR) == [] and aside.desk.removed(EDITOR) == []
    assert list((aside.data / "removed").iterdir()) == [] and [one.name for one in place.parent.iterdir()] == ["report.pdf"]


@DISKS
def test_a_file_that_lies_in_the_place_is_never_written_over(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch, disk: Callable[[pytest.MonkeyPatch], None]
) -> None:
    disk(monkeypatch)
    done = aside.take_out([place], "A report", "")
    place.write_bytes(b"another")
    with pytest.raises(Occupied) as caught:
        aside.bring_back(done)
    assert caught.value.path == place and place.read_bytes() == b"another" and only(aside) == done
    with pytest.raises(FileExistsError):
        moving.move(Path(done.files[0].aside), place)
    assert place.read_bytes() == b"another" and Path(done.files[0].aside).read_bytes() == OLD


def test_all_files_of_a_document_leave_and_return_together(aside: Aside, place: Path) -> None:
    copy = place.parent.parent / "report.pdf"
    copy.write_bytes(OLD)
    done = aside.take_out([place, copy], "A report", "")
    assert len(done.files) == 2 and done.paths == (place, copy) and only(aside) == done
    assert {Path(file.aside).name for file in done.files} == {"report.pdf", "report (2).pdf"}
    assert removals.find(aside.desk, EDITOR, done.files[1].removed_id) == done
    aside.bring_back(done)
    assert place.read_bytes() == copy.read_bytes() == OLD and removals.listed(aside.desk, EDITOR) == []


def test_removals_of_the_same_second_are_kept_apart_the_latest_first(aside: Aside, place: Path) -> None:
    other = place.with_name("other.pdf")
    other.write_bytes(b"other")
    aside.take_out([place], "First", "")
    aside.take_out([other], "Second", "")
    assert [one.title for one in removals.listed(aside.desk, EDITOR)] == ["Second", "First"]


def test_what_is_above_a_clearance_does_not_exist(aside: Aside, place: Path) -> None:
    done = aside.take_out([place], "A report", "TLP:AMBER")
    reader = replace(EDITOR, clearance=Handling.GREEN)
    assert removals.listed(aside.desk, reader) == [] and removals.find(aside.desk, reader, done.removed_id) is None


def test_a_file_that_cannot_be_moved_stays_and_nothing_is_remembered(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == place:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(NotMoved, match="Permission denied"):
        aside.take_out([place], "A report", "")
    assert place.read_bytes() == OLD and aside.desk.removed(EDITOR) == []
    assert list((aside.data / "removed").iterdir()) == []


def test_the_first_file_returns_when_the_second_cannot_be_moved(aside: Aside, place: Path) -> None:
    with pytest.raises(NotMoved, match="No such file"):
        aside.take_out([place, place.with_name("gone.pdf")], "A report", "")
    assert place.read_bytes() == OLD and aside.desk.removed(EDITOR) == []


def test_nothing_moves_when_the_desk_cannot_remember(aside: Aside, place: Path) -> None:
    aside.data.mkdir()
    (aside.data / "desk.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 99)
    with pytest.raises(StoreError):
        aside.take_out([place], "A report", "")
    assert place.read_bytes() == OLD


def test_a_file_that_is_written_to_meanwhile_is_not_moved_to_another_disk(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_disk(monkeypatch)
    copy = moving.shutil.copyfileobj  # type: ignore[attr-defined]

    def while_written(source: object, target: object, length: int) -> None:
        copy(source, target, length)
        place.write_bytes(b"more")

    monkeypatch.setattr(moving.shutil, "copyfileobj", while_written)  # type: ignore[attr-defined]
    with pytest.raises(NotMoved, match="written to"):
        aside.take_out([place], "A report", "")
    assert place.read_bytes() == b"more" and aside.desk.removed(EDITOR) == []


def test_a_link_is_laid_aside_as_a_link(aside: Aside, place: Path) -> None:
    link = place.with_name("link.pdf")
    link.symlink_to("report.pdf")
    done = aside.take_out([link], "A report", "")
    assert place.read_bytes() == OLD and not link.is_symlink() and only(aside) == done
    aside.bring_back(done)
    assert link.is_symlink() and link.read_bytes() == OLD


# -- a new edition


def edition(place: Path, target: Path, content: bytes = NEW) -> tuple[Path, Instead]:
    file = place.parent / ".incoming-1"
    file.write_bytes(content)
    return file, Instead(path=str(target), sha256=removals.digest(file), before={"edition": "1"}, handling="TLP:GREEN")


@pytest.mark.parametrize("name", ["report.pdf", "report.docx"])
@DISKS
def test_a_new_edition_takes_the_place_and_gives_it_back(
    aside: Aside, place: Path, name: str, monkeypatch: pytest.MonkeyPatch, disk: Callable[[pytest.MonkeyPatch], None]
) -> None:
    disk(monkeypatch)
    target = place.with_name(name)
    file, instead = edition(place, target)
    done = aside.put_in(file, [place], "A report", "TLP:AMBER", instead)
    assert target.read_bytes() == NEW and not file.exists() and only(aside) == done and done.instead == instead
    assert place == target or not place.exists()
    assert aside.bring_back(done) == list(dict.fromkeys([place, target]))
    assert place.read_bytes() == OLD and (place == target or not target.exists())
    assert Path(only(aside).files[0].aside).read_bytes() == NEW, "the new one lies aside in its turn"


def test_a_later_edition_is_not_pushed_out_by_the_first(aside: Aside, place: Path) -> None:
    file, instead = edition(place, place)
    first = aside.put_in(file, [place], "A report", "", instead)
    file, instead = edition(place, place, b"the third edition")
    aside.put_in(file, [place], "A report", "", instead)
    with pytest.raises(Occupied):
        aside.bring_back(first)
    assert place.read_bytes() == b"the third edition" and len(removals.listed(aside.desk, EDITOR)) == 2


def test_the_old_edition_returns_when_the_new_one_cannot_be_put_in(aside: Aside, place: Path) -> None:
    file, instead = edition(place, place.parent / "gone" / "report.docx")
    with pytest.raises(NotMoved):
        aside.put_in(file, [place], "A report", "", instead)
    assert place.read_bytes() == OLD and removals.listed(aside.desk, EDITOR) == []


def test_what_is_known_of_an_edition_may_be_damaged(aside: Aside, place: Path) -> None:
    file, instead = edition(place, place.with_name("report.docx"))
    done = aside.put_in(file, [place], "A report", "", instead)
    for rubbish in (b"", b"[]", b"{", b'{"path": 1}', b"\xff"):
        Path(done.files[0].aside).parent.with_suffix(".json").write_bytes(rubbish)
        assert only(aside).instead is None
    aside.bring_back(only(aside))
    assert place.read_bytes() == OLD


# -- cut off


def cut_off(steps: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process that ends like one that is killed at its `steps`-th change on disk; whether it came to its end."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    left = steps

    def counted(does: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)
            return does(*given, **options)

        return step

    try:
        for name in ("link", "unlink", "replace", "fsync", "mkdir", "rmdir"):
            setattr(os, name, counted(getattr(os, name)))
        for name in ("take_out", "brought_back"):
            setattr(Desk, name, counted(getattr(Desk, name)))
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def each_step(prepare: Callable[[], Callable[[], object]], check: Callable[[], None]) -> int:
    """Cut work off at its first change, at its second, and so on; `check` after each."""
    for steps in range(1, 200):
        whole = cut_off(steps, prepare())
        check()
        if whole:
            return steps
    raise AssertionError("it never came to its end")


@DISKS
def test_a_crash_while_a_file_is_laid_aside_never_loses_it(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch, disk: Callable[[pytest.MonkeyPatch], None]
) -> None:
    disk(monkeypatch)

    def check() -> None:
        waiting = removals.listed(aside.desk, EDITOR)
        assert place.exists() or waiting, "the file is where it was, or can be brought back"
        for one in waiting:
            aside.bring_back(one)
        assert place.read_bytes() == OLD and removals.listed(aside.desk, EDITOR) == []

    assert each_step(lambda: lambda: aside.take_out([place], "A report", ""), check) > 5


@DISKS
def test_a_crash_while_a_file_is_brought_back_never_loses_it(
    aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch, disk: Callable[[pytest.MonkeyPatch], None]
) -> None:
    disk(monkeypatch)

    def prepare() -> Callable[[], object]:
        done = aside.take_out([place], "A report", "")
        return lambda: aside.bring_back(done)

    def check() -> None:
        if place.exists() and not place.read_bytes():
            place.unlink()  # where there are no hard links, the place is taken first, by an empty file
        for one in removals.listed(aside.desk, EDITOR):
            aside.bring_back(one)
        assert place.read_bytes() == OLD and removals.listed(aside.desk, EDITOR) == []

    assert each_step(prepare, check) > 4


@pytest.mark.parametrize("name", ["report.pdf", "report.docx"])
def test_a_crash_while_an_edition_is_put_in_never_loses_the_old_one(aside: Aside, place: Path, name: str) -> None:
    target = place.with_name(name)

    def prepare() -> Callable[[], object]:
        file, instead = edition(place, target)
        return lambda: aside.put_in(file, [place], "A report", "", instead)

    def check() -> None:
        waiting = removals.listed(aside.desk, EDITOR)
        assert place.exists() or waiting
        for one in waiting:
            if one.instead is not None:
                aside.bring_back(one)
        assert place.read_bytes() == OLD
        target.unlink() if target != place and target.exists() else None

    assert each_step(prepare, check) > 8


# -- the rebuild


def test_what_was_removed_before_a_rebuild_goes_for_good(aside: Aside, place: Path) -> None:
    file, instead = edition(place, place)
    aside.put_in(file, [place], "A report", "TLP:AMBER", instead)
    assert len(list((aside.data / "removed").iterdir())) == 2
    assert purging.purge(aside.data, "2999-01-01T00:00:00+00:00") == 1
    assert not (aside.data / "removed").exists() and place.read_bytes() == NEW
    assert Desk(aside.data).removed(replace(EDITOR, clearance=Handling.RED)) == []
    assert purging.purge(aside.data, "2999-01-01T00:00:00+00:00") == 0


def test_what_was_removed_while_a_rebuild_ran_can_still_be_brought_back(aside: Aside, place: Path) -> None:
    done = aside.take_out([place], "A report", "")
    assert purging.purge(aside.data, done.when) == 0
    assert only(aside) == done and Path(done.files[0].aside).read_bytes() == OLD


def test_what_the_desk_does_not_know_of_goes_too_and_what_is_none_of_ours_stays(aside: Aside) -> None:
    folder = aside.data / "removed"
    for name in ("20200101T000000Z-1", "29990101T000000Z-1", "mine"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.pdf").write_bytes(b"x")
    (folder / "20200101T000000Z-1.json").write_bytes(b"{}")
    assert purging.purge(aside.data, "2026-11-22T10:00:00+00:00") == 0
    assert sorted(entry.name for entry in folder.iterdir()) == ["29990101T000000Z-1", "mine"]


def test_a_library_from_which_nothing_was_removed_gets_no_desk(tmp_path: Path) -> None:
    assert purging.purge(tmp_path, "2999-01-01T00:00:00+00:00") == 0
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_deleted_is_said_and_still_known(aside: Aside, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = aside.take_out([place], "A report", "")

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(purging.shutil, "rmtree", refuse)  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="cannot be deleted: Permission denied"):
        purging.purge(aside.data, "2999-01-01T00:00:00+00:00")
    assert only(aside) == done


def test_both_sides_name_the_same_folder() -> None:
    assert removals.FOLDER == purging.FOLDER
