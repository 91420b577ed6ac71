"""Rebuild: the old index serves until the new one is whole, nothing is embedded twice, and no two models are mixed."""

import threading
from pathlib import Path

import pytest

from index.library import Library
from index.rebuild import Progress
from index.result import Mode
from index.verify import verify
from tests.fakes import OWNER, FakeEncoder, Shelf

TEXT = "# Warning {n}\n\nThe siren number{n} sounds in the district. The police decide who speaks.\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    for number in range(12):
        shelf.put(f"{number:02}.md", TEXT.format(n=number))
    assert shelf.ingest().code == 0
    return shelf


def all_names(library: Library) -> set[str]:
    found = set()
    for mode in Mode:
        hits = library.search("siren police district", principal=OWNER, top=50, mode=mode).hits
        assert len(hits) == 12
        found |= {Path(hit.path).name for hit in hits}
    return found


NAMES = {f"{number:02}.md" for number in range(12)}


def test_a_rebuild_makes_a_new_generation_of_the_same_documents(shelf: Shelf) -> None:
    before = shelf.library().status()
    said = shelf.index("rebuild")
    assert said.code == 0
    *progress, last = said.objects
    assert last["summary"].keys() == {"documents", "passages", "model", "seconds"}
    assert (last["summary"]["documents"], last["summary"]["passages"], last["summary"]["model"]) == (12, 12, "fake")
    assert progress and all(item["progress"].keys() == {"phase", "done", "total"} for item in progress)
    after = shelf.library().status()
    assert after.generation > before.generation
    assert (after.documents, after.passages, after.in_delta) == (12, 12, 0)
    assert all_names(shelf.library()) == NAMES
    assert list(verify(shelf.data)) == []


def test_a_rebuild_with_the_same_model_embeds_nothing(shelf: Shelf) -> None:
    assert len(shelf.encoder.embedded) == 12
    assert shelf.embedded_by(lambda: shelf.index("rebuild")) == []


def test_another_model_embeds_each_text_once_and_going_back_none(shelf: Shelf) -> None:
    other = FakeEncoder("other", dimension=32)
    for _ in shelf.rebuilding(other):
        pass
    assert len(other.embedded) == len(set(other.embedded)) == 12
    assert shelf.embedded_by(lambda: list(shelf.rebuilding())) == []
    for _ in shelf.rebuilding(other):
        pass
    assert len(other.embedded) == 12


def test_texts_that_repeat_are_embedded_once_however_far_apart(shelf: Shelf) -> None:
    """Batches are embedded while the one before is stored: what both hold is not embedded for each."""
    for number in range(400):
        shelf.records(
            f"r{number}.jsonl", {"_id": f"a{number}", "title": "T", "text": "The same sentence stands in every one of them."}
        )
    other = FakeEncoder("other", dimension=32)
    shelf.ingest()
    for _ in shelf.rebuilding(other):
        pass
    assert len(other.embedded) == len(set(other.embedded)) == 13


def test_the_old_index_serves_at_every_step(shelf: Shelf) -> None:
    running, other = shelf.library(), FakeEncoder("other", dimension=32)
    running.warm()
    old = running.status().generation
    phases = []
    for step in shelf.rebuilding(other):
        phases.append(step.phase)
        for library in (running, shelf.library()):
            assert all_names(library) == NAMES
            status = library.status()
            assert (status.generation > old) == (step.phase == "cleaning up")
            assert status.dimension == (32 if step.phase == "cleaning up" else 64)
            assert "a test" in status.writer
    assert phases[0] == "embedding" and phases[-2:] == ["writing vectors", "cleaning up"]
    assert running.status().model == "other" and running.status().writer == ""
    assert shelf.sql("SELECT count(*) FROM generations") == [(1,)]
    assert [path.suffix for path in shelf.derived()] == [".faiss", ".words"]
    assert list(verify(shelf.data)) == []


def test_questions_go_on_while_a_rebuild_changes_over(shelf: Shelf) -> None:
    library, stop, problems = shelf.library(), threading.Event(), []
    asked = [0]

    def ask() -> None:
        while not stop.is_set():
            try:
                assert all_names(library) == NAMES
                asked[0] += 1
            except BaseException as exc:
                problems.append(exc)
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(4):
            for _ in shelf.rebuilding(FakeEncoder(f"model{turn}", dimension=16 + 16 * turn)):
                pass
            shelf.ingest()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == [] and asked[0] > 4
    assert library.status().model == "model3"


def test_a_rebuild_that_is_given_up_leaves_the_old_index_and_no_trace(shelf: Shelf) -> None:
    shelf.index("rebuild")
    old, files = shelf.library().status().generation, shelf.derived()
    assert len(files) == 2
    for phase in ("embedding", "writing vectors"):
        steps = shelf.rebuilding(FakeEncoder("other", dimension=32))
        while next(steps).phase != phase:
            pass
        steps.close()  # type: ignore[attr-defined]
        assert all_names(shelf.library()) == NAMES
        assert shelf.ingest().summary["unchanged"] == 12  # the next one who writes clears up
        assert shelf.library().status().generation == old
        assert shelf.sql("SELECT count(*) FROM generations") == [(1,)]
        assert shelf.sql("SELECT count(*) FROM passages") == [(12,)]
        assert shelf.derived() == files
        assert list(verify(shelf.data)) == []


def test_what_an_interrupted_rebuild_embedded_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.records(
        "bulk.jsonl", *({"_id": f"{n}", "title": f"T{n}", "text": f"The siren number{n} sounds in the town."} for n in range(600))
    )
    shelf.ingest()
    other = FakeEncoder("other", dimension=32)
    steps = shelf.rebuilding(other)
    while next(steps).done < 300:
        pass
    steps.close()  # type: ignore[attr-defined]
    assert 300 <= len(other.embedded) < 600
    for _ in shelf.rebuilding(other):
        pass
    assert 600 <= len(other.embedded) <= 600 + 128  # but for the batch that was in the air
    assert list(verify(shelf.data)) == []


def test_the_next_ingest_goes_on_with_the_model_of_the_rebuild(shelf: Shelf) -> None:
    other = FakeEncoder("other", dimension=32, max_tokens=48)
    for _ in shelf.rebuilding(other):
        pass
    shelf.put("late.md", TEXT.format(n=99))
    assert shelf.embedded_by(shelf.ingest) == []
    assert len(other.embedded) == 13
    assert Path(shelf.search("number99").hits[0].path).name == "late.md"
    assert shelf.sql("SELECT DISTINCT length(vector) FROM vectors v JOIN passages p ON p.vector_id = v.id") == [(64,)]
    assert list(verify(shelf.data)) == []


def test_an_ingest_with_another_model_is_refused_with_what_to_do(shelf: Shelf, tmp_path: Path) -> None:
    import contextlib
    import io

    from ingest.__main__ import main

    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        assert main([str(shelf.folder), "--data", str(shelf.data), "--model", str(tmp_path / "model")]) == 2
    assert "python -m index rebuild --model" in err.getvalue()


def test_documents_that_went_are_not_in_the_new_generation(shelf: Shelf) -> None:
    (shelf.folder / "00.md").unlink()
    shelf.ingest()
    shelf.index("rebuild")
    assert shelf.sql("SELECT count(*) FROM tombstones") == [(0,)]
    assert shelf.library().status().passages == 11
    (shelf.folder / "01.md").unlink()
    shelf.ingest()
    hits = shelf.search("siren police district", top=50, mode=Mode.DENSE).hits
    assert {Path(hit.path).name for hit in hits} == NAMES - {"00.md", "01.md"}
    assert list(verify(shelf.data)) == []


def test_an_empty_library_can_be_rebuilt_and_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "docs", tmp_path / "data", monkeypatch)
    shelf.put("one.md", TEXT.format(n=1))
    shelf.ingest()
    shelf.put(".keep", "")  # a folder that is empty as a whole could be a disk that is not mounted
    (shelf.folder / "one.md").unlink()
    shelf.ingest()
    assert shelf.index("rebuild").code == 0
    assert shelf.search("siren").hits == ()
    shelf.put("two.md", TEXT.format(n=2))
    shelf.ingest()
    for mode in Mode:
        assert shelf.found("siren", mode=mode) == ["two.md"]
    assert list(verify(shelf.data)) == []


def test_two_rebuilds_at_once_are_refused(shelf: Shelf) -> None:
    steps = shelf.rebuilding()
    assert isinstance(next(steps), Progress)
    said = shelf.index("rebuild")
    assert said.code == 2 and "is being written by a test" in said.errors and said.objects == []
    told = shelf.ingest()
    assert told.code == 2 and "is being written by a test" in told.errors
    for _ in steps:
        pass
    assert shelf.index("rebuild").code == 0


def test_a_model_that_is_not_that_of_the_vectors_is_not_asked(shelf: Shelf) -> None:
    """The folder of a model was overwritten by another of the same name: its vectors would mean something else."""
    library = shelf.library()
    assert all_names(library) == NAMES
    shelf.models["fake"] = FakeEncoder("fake", dimension=32)
    from index.errors import ModelError

    with pytest.raises(ModelError, match="rebuild"):
        shelf.library().search("siren", principal=OWNER, mode=Mode.DENSE)
    found = shelf.library().search("siren", principal=OWNER, top=50)
    assert {Path(hit.path).name for hit in found.hits} == NAMES and "rebuild" in found.notes[0]


def test_a_folded_delta_is_searched_as_before(shelf: Shelf) -> None:
    running = shelf.library()
    before = [(hit.path, hit.score) for hit in running.search("siren number7", principal=OWNER, mode=Mode.DENSE).hits]
    with shelf.writer() as writer:
        served = writer.generations.served()
        assert served is not None and writer.generations.fold_if_large(served.generation) is False
        writer.generations.fold(served.generation)
    for library in (running, shelf.library()):
        after = [(hit.path, hit.score) for hit in library.search("siren number7", principal=OWNER, mode=Mode.DENSE).hits]
        assert [path for path, _ in after] == [path for path, _ in before]
        assert [score for _, score in after] == pytest.approx([score for _, score in before], abs=2e-3)
    shelf.put("late.md", TEXT.format(n=99))
    (shelf.folder / "00.md").unlink()
    shelf.ingest()
    for library in (running, shelf.library()):
        hits = library.search("siren police district", principal=OWNER, top=50, mode=Mode.DENSE).hits
        assert {Path(hit.path).name for hit in hits} == (NAMES | {"late.md"}) - {"00.md"}
    assert shelf.library().status().in_delta == 1


def test_a_large_delta_is_folded_at_the_end_of_an_ingest(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.generations._FOLD_AT", 20)
    shelf.put("late.md", TEXT.format(n=99))
    shelf.ingest()
    assert shelf.library().status().in_delta == 13
    for number in range(20, 30):
        shelf.put(f"{number}.md", TEXT.format(n=number))
    shelf.ingest()
    assert shelf.library().status().in_delta == 0
    assert [path.suffix for path in shelf.derived()] == [".faiss", ".words"]
    assert list(verify(shelf.data)) == []


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("index.vectorfile._save", OSError(28, "No space left on device")),
        ("numpy.savez", OSError(28, "No space left on device")),
    ],
)
def test_files_that_cannot_be_written_leave_the_old_index(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    shelf.index("rebuild")
    files = shelf.derived()
    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        said = shelf.index("rebuild")
    assert said.code == 2 and "cannot be written" in said.errors and "Nothing stored is lost" in said.errors
    assert all_names(shelf.library()) == NAMES
    shelf.ingest()
    assert shelf.sql("SELECT count(*) FROM generations") == [(1,)] and list(verify(shelf.data)) == []
    assert shelf.derived() == files


@pytest.mark.parametrize("damage", ["gone", "cut short", "flipped"])
@pytest.mark.parametrize(("ending", "kind"), [(".faiss", "vector file"), (".words", "word file")])
def test_a_damaged_file_costs_no_answer_and_is_written_anew(shelf: Shelf, ending: str, kind: str, damage: str) -> None:
    shelf.index("rebuild")
    before = hits(shelf)
    (path,) = [path for path in shelf.derived() if path.suffix == ending]
    data = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(data[:100])
    else:
        data[-50] ^= 4
        path.write_bytes(data)
    assert all_names(shelf.library()) == NAMES and hits(shelf) == before
    assert any(kind in line for line in verify(shelf.data))
    shelf.ingest()
    assert list(verify(shelf.data)) == []
    assert all_names(shelf.library()) == NAMES and hits(shelf) == before


def hits(shelf: Shelf) -> list[tuple[str, float]]:
    return [(hit.path, hit.score) for mode in Mode for hit in shelf.search("siren police number7", top=50, mode=mode).hits]


def test_a_word_file_of_another_version_costs_no_answer_and_is_written_anew(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.index("rebuild")
    before = hits(shelf)
    monkeypatch.setattr("index.postings.VERSION", 2)
    assert hits(shelf) == before
    assert any("another version" in line for line in verify(shelf.data))
    shelf.ingest()
    assert list(verify(shelf.data)) == [] and hits(shelf) == before
