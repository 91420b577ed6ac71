"""Killed at any write step, the library opens, holds, has lost nothing that it reported, and is cleared up by the next run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index import models
from index.access import Handling
from index.desk import Desk
from index.removal import purge
from index.verify import verify
from ingest import catalogue
from ingest.editing import describe
from tests.fakes import OWNER, FakeEncoder, Shelf, as_version_0_1, principal
from ui.removals import Aside, listed

TEXT = "# Warning {n}\n\nThe siren number{n} sounds in the district. The police of number{n} decide who speaks.\n"


@dataclass
class Crashes:
    shelf: Shelf
    root: Path
    driver: subprocess.Popen[str]

    def each(self, scenario: str, check: Callable[[str, list[dict[str, Any]]], None]) -> list[str]:
        """Run the scenario again and again, each time killed one step later, until it comes to its end. Returns its steps."""
        base = self.root / "base"
        for name in ("docs", "data"):
            shutil.copytree(self.root / name, base / name)
        killed = 0
        while True:
            for name in ("docs", "data"):
                shutil.rmtree(self.root / name)
                shutil.copytree(base / name, self.root / name)
            assert self.driver.stdin is not None and self.driver.stdout is not None
            self.driver.stdin.write(f"{scenario} {killed + 1} {self.root}\n")
            self.driver.stdin.flush()
            said = json.loads(self.driver.stdout.readline())
            assert said["killed"] or said["code"] == 0, (self.root / "err.txt").read_text()
            lines = (self.root / "out.jsonl").read_text().splitlines()
            told = [json.loads(line) if line.startswith("{") else {"said": line} for line in lines]
            steps: list[str] = json.loads((self.root / "step.json").read_text())
            if not said["killed"]:
                check("the end", told)
                return steps
            killed += 1
            check(f"{killed}: {steps[-1]}", told)


@pytest.fixture(scope="module")
def driver() -> Iterator[subprocess.Popen[str]]:
    """One for all tests of this file: it takes longer to start than most crashes."""
    command = [sys.executable, str(Path(__file__).with_name("crash_driver.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: subprocess.Popen[str]) -> Crashes:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.data.mkdir()
    shelf.use(FakeEncoder("other", dimension=32))
    monkeypatch.setattr("index.generations._FOLD_AT", 3)
    return Crashes(shelf, tmp_path, driver)


def titles(shelf: Shelf, clearance: Handling = Handling.RED) -> dict[str, str]:
    library = shelf.library()
    found = {Path(path).name: info.title for info in library.documents(principal(clearance)) for path in info.paths}
    library.close()
    return found


def assert_cleared(shelf: Shelf, where: str) -> None:
    """Nothing is left of what was cut off."""
    assert list(verify(shelf.data)) == [], where
    assert shelf.sql("SELECT count(*) FROM generations") == [(1,)], where
    assert shelf.sql("SELECT count(*) FROM passages WHERE generation_id NOT IN (SELECT id FROM generations)") == [(0,)], where
    named = {name for row in shelf.sql("SELECT file, words FROM snapshots") for name in row}
    assert len(named) in (0, 2) and {path.name for path in shelf.derived()} == named, where


def assert_all_writing(steps: list[str]) -> None:
    """Everything that is written was a step to be killed at: the store, the vector file and the word file."""
    assert len(steps) > 30
    written = ("commit", "_save", "savez", "fsync", "replace")
    assert {f"{when} {what}" for when in ("before", "after") for what in written} <= set(steps)


def everything_is_found(shelf: Shelf, names: set[str], where: str) -> None:
    found = {Path(hit.path).name for hit in shelf.search("siren police district", principal=OWNER, top=200).hits}
    assert found == names, where


def test_a_first_ingest_killed_at_every_step(crashes: Crashes) -> None:
    shelf = crashes.shelf
    for number in range(4):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.put("broken.pdf", b"%PDF-1.7 nothing")
    shelf.records(
        "bulk.jsonl",
        *({"_id": f"r{n}", "title": f"Record {n}", "text": f"The siren record{n} sounds in the district."} for n in range(45)),
    )
    names = {f"{number}.md" for number in range(4)}

    def check(where: str, told: list[dict[str, Any]]) -> None:
        if (shelf.data / "kalla.sqlite").exists() and shelf.library_opens():
            assert [line for line in verify(shelf.data) if "No generation" not in line] == [], where
            held = titles(shelf)
            for item in told:
                if item.get("outcome") == "added" and item["path"].endswith(".md"):
                    assert Path(item["path"]).name in held, where
                if item.get("path", "").endswith(".jsonl"):
                    assert len(shelf.library().records()) == 45, where
        assert shelf.ingest().summary["failed"] == 1, where
        assert_cleared(shelf, where)
        assert set(titles(shelf)) == names | {"bulk.jsonl"} and len(shelf.library().records()) == 45, where
        everything_is_found(shelf, names | {"bulk.jsonl"}, where)

    assert_all_writing(crashes.each("ingest", check))


def test_a_changing_ingest_killed_at_every_step(crashes: Crashes) -> None:
    shelf = crashes.shelf
    for number in range(6):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.ingest()
    assert shelf.library().status().in_delta == 0  # all of them in a vector file
    shelf.put("0.md", TEXT.format(n="zero"))
    (shelf.folder / "1.md").unlink()
    (shelf.folder / "2.md").rename(shelf.folder / "moved.md")
    shelf.put("twin.md", TEXT.format(n=3))
    shelf.put("4.md", "")
    shelf.catalogue({"file": "5.md", "handling": "TLP:RED"})
    shelf.put("new.md", TEXT.format(n="new"))
    before = {f"{number}.md": f"Warning {number}" for number in range(6)}
    after = {
        "0.md": "Warning zero",
        "moved.md": "Warning 2",
        "3.md": "Warning 3",
        "twin.md": "Warning 3",
        "5.md": "Warning 5",
        "new.md": "Warning new",
    }

    def check(where: str, told: list[dict[str, Any]]) -> None:
        assert list(verify(shelf.data, sources=False)) == [], where
        held = titles(shelf)
        assert set(held.items()) <= set(before.items()) | set(after.items()), where
        assert held["3.md"] == "Warning 3" and ("2.md" in held or "moved.md" in held), where
        for item in told:
            name = Path(item.get("path", "")).name
            if item.get("outcome") in ("added", "changed", "unchanged"):
                assert held[name] == after[name], where
                if name == "5.md" and item["outcome"] == "changed":
                    assert "5.md" not in titles(shelf, Handling.AMBER), where
            elif item.get("outcome") in ("removed", "failed"):
                assert name not in held, where
        assert shelf.ingest().code == 1, where
        assert_cleared(shelf, where)
        assert titles(shelf) == after, where
        assert "5.md" not in titles(shelf, Handling.AMBER), where
        everything_is_found(shelf, set(after) - {"twin.md"}, where)

    assert_all_writing(crashes.each("ingest", check))


def test_a_rebuild_killed_at_every_step(crashes: Crashes) -> None:
    shelf = crashes.shelf
    names = {f"{number}.md" for number in range(8)}
    for name in names:
        shelf.put(name, TEXT.format(n=name[0]))
    shelf.records(
        "bulk.jsonl",
        *({"_id": f"r{n}", "title": f"Record {n}", "text": f"The siren record{n} sounds in the district."} for n in range(20)),
    )
    shelf.ingest()
    names.add("bulk.jsonl")
    dimensions = set()

    def check(where: str, told: list[dict[str, Any]]) -> None:
        everything_is_found(shelf, names, where)
        assert list(verify(shelf.data)) == [], where
        status = shelf.library().status()
        assert (status.model, status.dimension) in (("fake", 64), ("other", 32)), where
        assert status.documents == status.passages == 28, where
        if {"phase": "cleaning up"} in told:
            assert status.model == "other", where
        dimensions.add(status.dimension)
        shelf.ingest()
        assert_cleared(shelf, where)
        everything_is_found(shelf, names, where)
        assert shelf.library().status().model == status.model, where
        wrong = "SELECT count(*) FROM passages p JOIN generations g ON g.id = p.generation_id JOIN vectors v ON v.id = p.vector_id WHERE v.model_id != g.model_id"
        assert shelf.sql(wrong) == [(0,)], where

    assert_all_writing(crashes.each("rebuild", check))
    assert dimensions == {32, 64}


# --- smaller things


def few(shelf: Shelf) -> set[str]:
    for number in range(3):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.catalogue({"file": "0.md", "city": "Stockholm"})
    assert shelf.ingest().code == 0
    return {f"{number}.md" for number in range(3)}


def as_version_before_seals(shelf: Shelf) -> None:
    """Make the store what a version without the migrations after the second would have left."""
    shelf.sql("DELETE FROM migrations WHERE name >= '0003'")
    for table, column in (("pages", "confidence"), ("documents", "seal"), ("passages", "seal"), ("vectors", "seal"),
                          ("documents", "groups"), ("documents", "speakers"), ("files", "handling"), ("files", "groups")):  # fmt: skip
        shelf.sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    shelf.sql("ALTER TABLE documents DROP COLUMN compared")
    for table in ("sketches", "alike"):
        shelf.sql(f"DROP TABLE {table}")


@pytest.mark.parametrize("older", [lambda shelf: as_version_0_1(shelf.data), as_version_before_seals], ids=["0001", "0002"])
def test_a_migration_killed_at_every_statement(crashes: Crashes, older: Callable[[Shelf], None]) -> None:
    shelf = crashes.shelf
    names = few(shelf)
    older(shelf)
    opened = set()

    def check(where: str, told: list[dict[str, Any]]) -> None:
        opens = shelf.library_opens()  # as it is to be: an older store is brought up to date
        opened.add(opens)
        if opens:
            everything_is_found(shelf, names, where)
        told_then = shelf.ingest()
        assert told_then.summary.get("unchanged") == 3, (where, told_then)
        assert list(verify(shelf.data)) == [] and titles(shelf).keys() == names, where

    steps = crashes.each("migrate", check)
    assert opened == {True} and any("COMMIT" in step for step in steps)
    assert any("ALTER" in step for step in steps)


def test_work_at_the_desk_killed_at_every_statement(crashes: Crashes) -> None:
    crashes.shelf.folder.mkdir(exist_ok=True)

    def check(where: str, told: list[dict[str, Any]]) -> None:
        desk = Desk(crashes.shelf.data)
        held = [item.address for item in desk.followed(OWNER)][::-1]
        assert held in [[f"q={n}" for n in range(count)] for count in range(4)], where
        assert len(held) >= len(told) or where == "the end" or len(told) == 3, where
        desk.follow(OWNER, "q=later", 9)
        assert desk.followed(OWNER)[0].address == "q=later", where

    assert len(crashes.each("keep", check)) > 20


def test_files_laid_aside_killed_at_every_step(crashes: Crashes) -> None:
    shelf = crashes.shelf
    for number in range(3):
        shelf.put(f"{number}.md", TEXT.format(n=number))

    def check(where: str, told: list[dict[str, Any]]) -> None:
        aside = Aside(desk=Desk(shelf.data), data=shelf.data, principal=OWNER)
        for removal in listed(aside.desk, OWNER):
            aside.bring_back(removal)
        there = {path.name for path in shelf.folder.iterdir()}
        assert {"0.md", "2.md"} <= there and (told or "1.md" in there), where
        for name in there:
            assert (shelf.folder / name).read_text() == TEXT.format(n=name[0]), where
        purge(shelf.data, "9999")
        assert not (shelf.data / "removed").exists() and aside.desk.removed(OWNER) == [], where

    steps = crashes.each("remove", check)
    assert {"before link", "after link", "after unlink", "before rmtree"} <= set(steps)


def test_an_edit_of_the_catalogue_killed_at_every_step(crashes: Crashes) -> None:
    shelf = crashes.shelf
    for number in range(3):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.catalogue({"file": "0.md", "city": "Stockholm"})

    def check(where: str, told: list[dict[str, Any]]) -> None:
        rows = catalogue.load(shelf.folder / "catalogue.csv").rows
        assert rows["0.md"].city in (("Stockholm",), ("Malmö",)) and set(rows) <= {"0.md", "1.md"}, where
        describe(shelf.folder / "2.md", {"city": "Umeå"})
        after = catalogue.load(shelf.folder / "catalogue.csv").rows
        assert dict(after) == dict(rows) | {"2.md": after["2.md"]}, where
        assert {path.name for path in shelf.folder.iterdir()} == {"0.md", "1.md", "2.md", "catalogue.csv"}, where

    assert len(crashes.each("edit", check)) > 6


def test_an_export_killed_at_every_step_is_never_used_by_halves(crashes: Crashes) -> None:
    root, models_folder = crashes.root, crashes.shelf.data / "models"
    crashes.shelf.folder.mkdir(exist_ok=True)
    (root / "source").mkdir()
    (root / "source" / "modules.json").write_text("[]")
    fake = crashes.shelf._export("fake", root)
    fake.rename(root / "export")
    for name in ("model.onnx", "tokenizer.json"):
        (root / "export" / name).write_bytes(b"whole " + name.encode())
    stored = json.loads((root / "export" / "kalla.json").read_text())
    stored |= {"files": models._digests(root / "export"), "stamp": models._stamp(root / "source")}
    (root / "export" / "kalla.json").write_text(json.dumps(stored))
    crashes.shelf.patch.undo()

    def check(where: str, told: list[dict[str, Any]]) -> None:
        for folder in models_folder.glob("[!.]*"):
            assert models.is_whole(folder), where
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(models, "_quiet", nullcontext)
            patch.setattr(models, "_export_to", lambda aside, *_: shutil.copytree(root / "export", aside, dirs_exist_ok=True))
            made = models.export(str(root / "source"), models_folder)
        assert models.is_whole(made) and list(models_folder.iterdir()) == [made], where

    steps = crashes.each("export", check)
    assert "half of model.onnx" in steps and "after rename" in steps
