"""Backup and restore: the same answers with the same citations, from one checked file, and never a library lost on the way."""

import json
import os
import random
import shutil
import signal
import stat
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from index import restore as restoring
from index import store
from index.access import Handling, Role
from index.backup import MANIFEST, BackupError, backup
from index.errors import Busy
from index.restore import restore
from index.users import Users
from index.verify import verify
from tests.fakes import OWNER, FakeEncoder, Shelf

QUESTIONS = ("siren police", "who speaks to the press", "number3", "bus gate")
TEXT = "# Warning {n}\n\nThe siren number{n} sounds in the district. The police of number{n} decide who speaks to the press.\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.use(FakeEncoder())
    for number in range(4):
        shelf.put(f"{'sub/' if number == 3 else ''}{number}.md", TEXT.format(n=number))
    shelf.put("broken.pdf", b"%PDF-1.7 nothing")
    shelf.records("bulk.jsonl", {"_id": "r", "title": "T", "text": "Buses leave from the gate."})
    shelf.catalogue({"file": "1.md", "handling": "TLP:RED", "city": "Paris"})
    assert shelf.ingest().code == 1
    return shelf


def answers(shelf: Shelf, data: Path) -> list[Any]:
    from index.library import Library

    library = Library(data, lambda _: "en", shelf.open_encoder)
    found = [
        asdict(library.search(question, principal=OWNER)) | {"seconds": 0, "understood": 0, "moment": None}
        for question in QUESTIONS
    ]
    library.close()
    assert all(one["hits"] for one in found)
    return found


def moved(found: Any, before: Path, after: Path) -> Any:
    return json.loads(json.dumps(found, default=str).replace(str(before), str(after)))


def test_a_restored_library_answers_the_same_with_the_same_citations(shelf: Shelf, tmp_path: Path) -> None:
    made = backup(shelf.data, tmp_path / "b.kalla")
    assert made.counts == {"documents": 5, "files": 6, "passages": 5} and not made.has_sources and made.changed == ()
    assert stat.S_IMODE((tmp_path / "b.kalla").stat().st_mode) == 0o600
    done = restore(tmp_path / "b.kalla", tmp_path / "new" / "data")
    assert done.problems == () and done.kept_aside is None
    assert answers(shelf, tmp_path / "new" / "data") == answers(shelf, shelf.data)
    assert list(verify(tmp_path / "new" / "data")) == []
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_sources_are_unpacked_and_cited_from_where_they_now_are(shelf: Shelf, tmp_path: Path) -> None:
    made = backup(shelf.data, tmp_path / "b.kalla", sources=True)
    assert made.has_sources
    before = answers(shelf, shelf.data)
    shutil.rmtree(shelf.folder)
    done = restore(tmp_path / "b.kalla", tmp_path / "new", sources=tmp_path / "reports")
    assert done.problems == ()
    assert moved(answers(shelf, tmp_path / "new"), tmp_path / "reports", shelf.folder) == moved(before, Path("x"), Path("x"))
    assert (tmp_path / "reports" / "sub" / "3.md").read_text() == TEXT.format(n=3)
    assert (tmp_path / "reports" / "catalogue.csv").exists() and not (tmp_path / "reports" / "broken.pdf").exists()
    shelf.folder, shelf.data = tmp_path / "reports", tmp_path / "new"
    told = shelf.ingest(shelf.folder)
    assert told.summary["unchanged"] == 5 and told.summary["added"] == 0 and told.code == 0


def test_a_source_that_changed_since_it_was_read_is_named(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("0.md", "other")
    (shelf.folder / "2.md").unlink()
    made = backup(shelf.data, tmp_path / "b.kalla", sources=True)
    assert {Path(path).name for path in made.changed} == {"0.md", "2.md"}
    said = shelf.index("backup", str(tmp_path / "c.kalla"), "--with-sources")
    assert said.code == 1 and "0.md was changed or taken away" in said.errors


def test_it_is_made_while_others_write(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.writer() as writer, store.writing(writer._connection, shelf.data) as connection:
        connection.execute("DELETE FROM pages")
        backup(shelf.data, tmp_path / "b.kalla")
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")
    restore(tmp_path / "b.kalla", tmp_path / "new")
    assert list(verify(tmp_path / "new")) == []


def test_what_people_keep_and_their_accounts_come_along_but_no_session(shelf: Shelf, tmp_path: Path) -> None:
    from argon2 import PasswordHasher

    from index.audit import Audit, Event
    from index.desk import Desk
    from index.sessions import Sessions

    users = Users(shelf.data, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    chief = users.add("chief", role=Role.ADMIN, clearance=Handling.RED, password="correct horse battery")
    secret = Sessions(shelf.data).begin(chief)
    Audit(shelf.data).write("chief", Event.SIGN_IN)
    Desk(shelf.data).note_unanswered(OWNER, "pizza?")
    backup(shelf.data, tmp_path / "b.kalla")
    restore(tmp_path / "b.kalla", tmp_path / "new")
    assert Users(tmp_path / "new").all() == [chief] and Sessions(tmp_path / "new").find(secret) is None
    assert list(Audit(tmp_path / "new").verify()) == [] and len(Audit(tmp_path / "new").entries()) == 1
    assert [one.question for one in Desk(tmp_path / "new").unanswered(OWNER)] == ["pizza?"]


def test_a_present_library_is_replaced_by_name_only_and_kept_aside(shelf: Shelf, tmp_path: Path) -> None:
    backup(shelf.data, tmp_path / "b.kalla")
    before = answers(shelf, shelf.data)
    shelf.put("new.md", TEXT.format(n=9))
    shelf.ingest()
    running = shelf.library()
    assert running.status().documents == 6
    with pytest.raises(BackupError, match="--replace"):
        restore(tmp_path / "b.kalla", shelf.data)
    done = restore(tmp_path / "b.kalla", shelf.data, replace_present=True)
    assert done.kept_aside is not None and "number9" in str(moved(answers(shelf, done.kept_aside), Path("x"), Path("x")))
    assert running.status().documents == 5  # who had the old one open moves over
    running.close()
    assert answers(shelf, shelf.data) == before


def test_nobody_may_be_writing_what_is_replaced(shelf: Shelf, tmp_path: Path) -> None:
    backup(shelf.data, tmp_path / "b.kalla")
    with store.writer_lock(shelf.data, "an ingest"), pytest.raises(Busy, match="an ingest"):
        restore(tmp_path / "b.kalla", shelf.data, replace_present=True)
    assert list(verify(shelf.data)) == [] and [path for path in tmp_path.iterdir() if "restoring" in path.name] == []


@pytest.mark.parametrize("step", range(1, 9))
def test_killed_at_any_step_the_old_or_the_new_library_is_there(shelf: Shelf, tmp_path: Path, step: int) -> None:
    backup(shelf.data, tmp_path / "b.kalla")
    before = answers(shelf, shelf.data)
    child = os.fork()
    if child == 0:
        steps = 0

        def around(real: Callable[..., Any]) -> Callable[..., Any]:
            def watched(*arguments: Any, **options: Any) -> Any:
                nonlocal steps
                for moment in ("before", "after"):
                    if moment == "after":
                        done = real(*arguments, **options)
                    steps += 1
                    if steps == step:
                        os.kill(os.getpid(), signal.SIGKILL)
                return done

            return watched

        restoring._unpack = around(restoring._unpack)
        restoring._exchange = around(restoring._exchange)
        restoring.sync_folder = around(restoring.sync_folder)
        restoring.Path.rename = around(Path.rename)  # type: ignore[attr-defined]
        restore(tmp_path / "b.kalla", shelf.data, replace_present=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert answers(shelf, shelf.data) == before and list(verify(shelf.data)) == []
    assert restore(tmp_path / "b.kalla", shelf.data, replace_present=True).problems == ()
    assert [path for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_a_file_that_is_there_is_not_overwritten_unless_told(shelf: Shelf, tmp_path: Path) -> None:
    target = tmp_path / "b.kalla"
    target.write_text("mine")
    with pytest.raises(BackupError, match="--overwrite"):
        backup(shelf.data, target)
    assert target.read_text() == "mine"
    backup(shelf.data, target, overwrite=True)
    assert zipfile.is_zipfile(target)


def test_every_damaged_byte_is_noticed_before_anything_is_touched(shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "b.kalla"
    backup(shelf.data, file, sources=True)
    whole = file.read_bytes()
    chance = random.Random(7)
    refused = 0
    for number in range(120):
        damaged = bytearray(whole)
        if number % 4 == 0:
            damaged = damaged[: chance.randrange(len(whole))]
        else:
            damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        (tmp_path / "d.kalla").write_bytes(damaged)
        try:
            restore(tmp_path / "d.kalla", tmp_path / "new")
        except BackupError:
            refused += 1
            assert not (tmp_path / "new").exists()
        else:  # a bit that means nothing, such as the time of a member
            assert answers(shelf, tmp_path / "new") == answers(shelf, shelf.data)
            shutil.rmtree(tmp_path / "new")
    assert refused > 80


def _rewritten(file: Path, target: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    change(manifest, members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return target


def _member(content: bytes, path: str = "") -> dict[str, Any]:
    import hashlib

    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "path": path}


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/out",
        "models/../../out",
        "models/a/../b",
        "vectors/x",
        "models/a/b/c",
        "x",
        "sources/a",
        "kalla.sqlite-wal",
    ],
)
def test_a_name_that_no_backup_holds_is_refused(shelf: Shelf, tmp_path: Path, name: str) -> None:
    def add(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members[name] = b"out"
        manifest["members"][name] = _member(b"out")

    backup(shelf.data, tmp_path / "b.kalla")
    with pytest.raises(BackupError, match="no backup holds"):
        restore(_rewritten(tmp_path / "b.kalla", tmp_path / "h.kalla", add), tmp_path / "new")
    assert not (tmp_path / "new").exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize("path", ["relative", "/docs/../../etc/out", "/a\0b"])
def test_a_source_cannot_leave_its_folder(shelf: Shelf, tmp_path: Path, path: str) -> None:
    def change(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        manifest["members"]["sources/000000"]["path"] = path

    backup(shelf.data, tmp_path / "b.kalla", sources=True)
    with pytest.raises(BackupError, match="has no place"):
        restore(_rewritten(tmp_path / "b.kalla", tmp_path / "h.kalla", change), tmp_path / "new", sources=tmp_path / "src")
    assert not (tmp_path / "src").exists() and not (tmp_path / "new").exists()


def test_a_member_larger_than_it_says_is_not_read_to_its_end(shelf: Shelf, tmp_path: Path) -> None:
    def bomb(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members["desk.sqlite"] = bytes(200 << 20)
        manifest["members"]["desk.sqlite"] = _member(b"small")

    backup(shelf.data, tmp_path / "b.kalla")
    with pytest.raises(BackupError, match=r"desk\.sqlite is not what was packed"):
        restore(_rewritten(tmp_path / "b.kalla", tmp_path / "h.kalla", bomb), tmp_path / "new")


def test_what_is_no_backup_or_newer_is_said(shelf: Shelf, tmp_path: Path) -> None:
    def newer(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        manifest["format"] = 99

    (tmp_path / "text").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", "b")
    for file, said in ((tmp_path / "none", "no file"), (tmp_path / "text", "no backup"), (tmp_path / "other.zip", "no backup")):
        with pytest.raises(BackupError, match=said):
            restore(file, tmp_path / "new")
    backup(shelf.data, tmp_path / "b.kalla")
    with pytest.raises(BackupError, match="newer Källa"):
        restore(_rewritten(tmp_path / "b.kalla", tmp_path / "n.kalla", newer), tmp_path / "new")
    with pytest.raises(BackupError, match="without the source files"):
        restore(tmp_path / "b.kalla", tmp_path / "new", sources=tmp_path / "src")
    assert not (tmp_path / "new").exists()


def test_the_commands_say_what_they_did(shelf: Shelf, tmp_path: Path) -> None:
    said = shelf.index("backup", str(tmp_path / "b.kalla"), "--with-sources", "--json")
    assert said.code == 0 and said.objects[-1]["summary"]["documents"] == 5
    said = shelf.index("restore", str(tmp_path / "b.kalla"))
    assert said.code == 2 and "--replace" in said.errors
    said = shelf.index("restore", str(tmp_path / "b.kalla"), "--replace", "--json")
    assert said.code == 0 and Path(said.objects[-1]["summary"]["kept_aside"]).is_dir()
    said = shelf.index("backup", str(tmp_path / "none" / "b.kalla"))
    assert said.code == 2 and "cannot be written" in said.errors
