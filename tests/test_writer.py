"""Changing the store: each change is one commit, and leaves documents, words and vectors in step."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from index import serving, store
from index.access import Handling
from index.errors import StoreError
from index.result import Mode
from index.verify import verify
from index.writer import Writer, embed, embedded_spans, embedded_text, text_hash
from ingest.builder import Builder
from ingest.change import FileOutcome, FileStamp, Outcome, Prepared
from ingest.chunk import ChunkSettings, cutter
from ingest.document import Format, Metadata
from tests.fakes import OWNER, FakeEncoder, Shelf, principal

ENCODER = FakeEncoder()


def prepared(text: str, key: str = "", **metadata: object) -> Prepared:
    builder = Builder(Format.TEXT)
    for paragraph in text.split("\n\n"):
        builder.block(paragraph)
    document = builder.document(Metadata())
    described = Metadata(title="T", language="en", **metadata)  # type: ignore[arg-type]
    cut = cutter(ChunkSettings(limit=90), ENCODER.count, lambda text: "en")
    return Prepared(key=key or f"text:{text}", document=document, metadata=described, passages=cut(document, "T"))


def stamp(path: str, **values: object) -> FileStamp:
    known: dict[str, object] = {"size": 1, "mtime_ns": 1, "ctime_ns": 1, "inode": 1, "read_ns": 2, "sha256": "s"}
    return FileStamp(path=path, **(known | values))  # type: ignore[arg-type]


class Held:
    """A writer with a generation, and what it takes to store with it."""

    def __init__(self, data: Path) -> None:
        self.writer = Writer(data)
        folder = data / "models" / "fake"
        self.model = self.writer.generations.model_id(ENCODER.info, folder, "fake")
        self.generation = self.writer.generations.start(self.model, "{}", "serving")

    def put(self, path: str, *items: Prepared, outcome: Outcome = Outcome.ADDED) -> list[FileOutcome]:
        vectors = embed(ENCODER, {text_hash(passage): passage for item in items for passage in item.passages})
        done = FileOutcome(path=path, outcome=outcome, passages=sum(len(item.passages) for item in items))
        return self.writer.store_documents(
            self.generation, self.model, items, vectors, [path] * len(items), [(stamp(path), done)]
        )


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    with store.writer_lock(tmp_path, "a test"):
        held = Held(tmp_path)
        yield held
        held.writer.close()


def rows(data: Path, table: str) -> int:
    with store.reading(store.open_reader(data)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def stems(data: Path) -> set[str]:
    """The stems that passages of what is served are found by."""
    with store.reading(store.open_reader(data)) as connection:
        now = serving.load(connection, data, None)
        assert now is not None
        return {term for part in now.words.parts for term in part.terms}


SIREN = "The siren sounds in four minutes.\n\nThe police decide who speaks to the press."


def test_a_document_comes_back_as_it_was_stored(held: Held) -> None:
    item = prepared(
        SIREN + "\n\nÅäö 🚨 and a lone \u0301 mark.", city=("Paris", "Göteborg"), handling="TLP:GREEN", date="2020-06"
    )
    (done,) = held.put("/a.txt", item)
    assert done.document is not None
    document, metadata = held.writer.read_document(done.document)
    assert document == item.document and metadata == item.metadata
    with pytest.raises(KeyError):
        held.writer.read_document(999)


def test_the_state_of_each_file_is_remembered(held: Held) -> None:
    held.put("/a.txt", prepared(SIREN))
    held.writer.fail(
        held.generation, stamp("/b.txt", sha256=""), FileOutcome(path="/b.txt", outcome=Outcome.FAILED, reason="broken")
    )
    known = {one.path: (one, outcome) for one, outcome in held.writer.stamps()}
    assert known["/a.txt"][0] == stamp("/a.txt") and known["/a.txt"][1].document is not None
    assert known["/b.txt"][1].outcome is Outcome.FAILED and known["/b.txt"][1].reason == "broken"


def test_a_commit_that_fails_changes_nothing(held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held.put("/a.txt", prepared(SIREN))
    before = {table: rows(tmp_path, table) for table in ("documents", "passages", "vectors", "files", "pages", "texts")}
    words = stems(tmp_path)

    def fail(*_: object) -> None:
        raise StoreError("no")

    monkeypatch.setattr(held.writer, "_finish", fail)
    with pytest.raises(StoreError):
        held.put("/b.txt", prepared("Another text that is quite different from it."))
    assert before == {table: rows(tmp_path, table) for table in before}
    assert stems(tmp_path) == words and "siren" in words and "differ" not in words
    assert [line for line in verify(tmp_path, sources=False) if "exported model" not in line] == []


def test_a_document_leaves_with_all_that_belongs_to_it(held: Held, tmp_path: Path) -> None:
    held.put("/a.txt", prepared(SIREN))
    held.put("/b.txt", prepared("Another text that is quite different from it."))
    assert {"siren", "differ"} <= stems(tmp_path)
    held.writer.remove_files(held.generation, ["/a.txt"])
    tables = ("documents", "passages", "files", "pages", "texts")
    assert {table: rows(tmp_path, table) for table in tables} == dict.fromkeys(tables, 1)
    assert "differ" in stems(tmp_path) and "siren" not in stems(tmp_path)
    held.writer.remove_files(held.generation, ["/b.txt", "/never there.txt"])
    assert stems(tmp_path) == set()
    assert rows(tmp_path, "documents") == 0 and rows(tmp_path, "vectors") == 2  # vectors are kept: it may come back


def test_passages_are_never_given_an_old_number(held: Held, tmp_path: Path) -> None:
    held.put("/a.txt", prepared(SIREN))
    with store.reading(store.open_reader(tmp_path)) as connection:
        first = connection.execute("SELECT max(id) FROM passages").fetchone()[0]
    held.writer.remove_files(held.generation, ["/a.txt"])
    held.put("/a.txt", prepared(SIREN))
    with store.reading(store.open_reader(tmp_path)) as connection:
        assert connection.execute("SELECT min(id) FROM passages").fetchone()[0] > first


def test_vectors_are_copied_by_model_and_text(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with store.writer_lock(tmp_path / name, "a test"):
            held = Held(tmp_path / name)
            if name == "one":
                held.put("/a.txt", prepared(SIREN))
            else:
                hashes = [text_hash(passage) for passage in prepared(SIREN).passages]
                assert held.writer.generations.missing_vectors(held.model, hashes) == set(hashes)
                held.writer.generations.copy_vectors(tmp_path / "one")
                held.writer.generations.copy_vectors(tmp_path / "one")
                assert held.writer.generations.missing_vectors(held.model, hashes) == set()
                assert held.writer.generations.missing_vectors(held.model + 1, hashes) == set(hashes)
            held.writer.close()


def test_vectors_without_those_of_their_sentences_are_made_whole_and_kept(held: Held, tmp_path: Path) -> None:
    """Version 0.1 stored none of sentences: they come when the text is next embedded."""
    item = prepared(SIREN)
    held.put("/a.txt", item)
    with closing(store.open_writer(tmp_path)) as writer, store.writing(writer, tmp_path) as connection:
        whole = [tuple(row) for row in connection.execute("SELECT id, hash, vector, sentences FROM vectors")]
        connection.execute("UPDATE vectors SET sentences = x''")
    hashes = {text_hash(passage) for passage in item.passages}
    assert held.writer.generations.missing_vectors(held.model, hashes) == hashes
    assert held.writer.without_vectors(held.model, item.passages).keys() == hashes
    held.put("/a.txt", item)
    with store.reading(store.open_reader(tmp_path)) as connection:
        assert [tuple(row) for row in connection.execute("SELECT id, hash, vector, sentences FROM vectors")] == whole
    assert held.writer.without_vectors(held.model, item.passages) == {}


def test_each_sentence_has_a_vector_of_its_own(held: Held, tmp_path: Path) -> None:
    (one,) = prepared("The siren sounds in four minutes. The police decide who speaks to the press.").passages
    assert [embedded_text(one)[start:end] for start, end in embedded_spans(one)] == [
        "The siren sounds in four minutes.",
        "The police decide who speaks to the press.",
    ]
    held.put("/a.txt", prepared(one.text))
    with store.reading(store.open_reader(tmp_path)) as connection:
        (row,) = connection.execute("SELECT sentences FROM vectors").fetchall()
    kept = np.frombuffer(row["sentences"], np.int8).reshape(2, 64).astype(np.float32) / 127
    for start, end in one.sentences:
        near = kept @ ENCODER.query(one.text[start:end])
        assert near[one.sentences.index((start, end))] == near.max() == pytest.approx(1, abs=0.02)


def test_the_hash_of_a_text_is_of_all_that_is_embedded() -> None:
    (one,) = prepared("The siren sounds in four minutes.").passages
    from dataclasses import replace

    assert text_hash(one) == text_hash(replace(one, ordinal=7, start=1, page=4, language="sv"))
    assert len({text_hash(one), text_hash(replace(one, context="Other")), text_hash(replace(one, text="Other."))}) == 3
    assert len(text_hash(one)) == 16


# --- any order of changes

_NAMES = ["a.md", "b.md", "c.md", "d/e.md"]
_TEXTS = [
    f"# Title {n}\n\nThe siren number{n} sounds in the district. The police of district{n} decide who speaks.\n" for n in range(5)
] + [""]


class Changes(RuleBasedStateMachine):
    """Files come, change, move and go in any order; after each ingest the library is as the folder is."""

    @initialize()
    def start(self) -> None:
        import tempfile

        self.patch = pytest.MonkeyPatch()
        self.temporary = tempfile.TemporaryDirectory()
        folder = Path(self.temporary.name)
        self.shelf = Shelf(folder / "docs", folder / "data", self.patch)
        self.running = self.shelf.library()
        self.ingested = False

    def teardown(self) -> None:
        if hasattr(self, "running"):
            self.running.close()
            self.patch.undo()
            self.temporary.cleanup()

    @rule(name=st.sampled_from(_NAMES), text=st.sampled_from(_TEXTS))
    def write(self, name: str, text: str) -> None:
        self.shelf.put(name, text)
        self.ingested = False

    @rule(name=st.sampled_from(_NAMES))
    def remove(self, name: str) -> None:
        path = self.shelf.folder / name
        if path.exists():
            (path.parent / ".keep").touch()  # a folder that is empty as a whole could be a disk that is not mounted
            path.unlink()
        self.ingested = False

    @rule(one=st.sampled_from(_NAMES), other=st.sampled_from(_NAMES))
    def move(self, one: str, other: str) -> None:
        if (self.shelf.folder / one).exists():
            (self.shelf.folder / other).parent.mkdir(exist_ok=True)
            (self.shelf.folder / one).replace(self.shelf.folder / other)
            self.ingested = False

    @rule(one=st.sampled_from(_NAMES), other=st.sampled_from(_NAMES))
    def swap(self, one: str, other: str) -> None:
        first, second = self.shelf.folder / one, self.shelf.folder / other
        if one != other and first.exists() and second.exists():
            first.rename(self.shelf.folder / "x")
            second.rename(first)
            (self.shelf.folder / "x").rename(second)
            self.ingested = False

    @rule(marks=st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(["TLP:CLEAR", "TLP:RED"])))
    def describe(self, marks: dict[str, str]) -> None:
        self.shelf.catalogue(*({"file": name, "handling": mark} for name, mark in marks.items()))
        self.ingested = False

    @rule(jobs=st.sampled_from([1, 3]))
    def ingest(self, jobs: int) -> None:
        there = {str(path) for path in self.shelf.folder.rglob("*.md")}
        told = self.shelf.ingest(jobs=jobs)
        told.outcomes()
        assert {item["path"] for item in told.files if item["outcome"] != "removed"} == there
        self.ingested = True

    @rule()
    def rebuild(self) -> None:
        if self.ingested:
            assert self.shelf.index("rebuild").code == 0

    @rule()
    def fold(self) -> None:
        if self.ingested:
            with self.shelf.writer() as writer:
                served = writer.generations.served()
                assert served is not None
                writer.generations.fold(served.generation)

    @invariant()
    def the_library_is_the_folder(self) -> None:
        if not getattr(self, "ingested", False):
            return
        texts = {path.relative_to(self.shelf.folder).as_posix(): path.read_text() for path in self.shelf.folder.rglob("*.md")}
        wanted = {text for text in texts.values() if text}
        assert list(verify(self.shelf.data)) == []
        for library in (self.running, self.shelf.library()):
            infos = library.documents(OWNER)
            assert sorted(info.title for info in infos) == sorted(text.split("\n")[0][2:] for text in wanted)
            for info in infos:
                assert {
                    texts[Path(path).relative_to(self.shelf.folder).as_posix()].split("\n")[0][2:] for path in info.paths
                } == {info.title}
            for mode in Mode:
                found = library.search("siren police district", principal=OWNER, top=50, mode=mode)
                assert len(found.hits) == found.searched.passages == len(wanted)
        assert len(self.shelf.encoder.embedded) == len(set(self.shelf.encoder.embedded))
        self._marks_hold(texts)

    def _marks_hold(self, texts: dict[str, str]) -> None:
        """No document is open to more people than the strictest mark of the files that hold it now."""
        catalogue = self.shelf.folder / "catalogue.csv"
        lines = catalogue.read_text().split() if catalogue.exists() else []
        red = {line.split(";")[0] for line in lines[1:] if line.endswith("TLP:RED")}
        seen = {info.title for info in self.running.documents(principal(Handling.AMBER))}
        for name, text in texts.items():
            if text and name in red:
                assert text.split("\n")[0][2:] not in seen


Changes.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_changes_in_any_order = Changes.TestCase


def test_half_precision_keeps_the_order_of_what_is_near(held: Held) -> None:
    query = ENCODER.query("siren police")
    texts = [embedded_text(passage) for passage in prepared(SIREN).passages]
    exact = ENCODER.passages(texts) @ query
    stored = ENCODER.passages(texts).astype(np.float16).astype(np.float32) @ query
    np.testing.assert_allclose(exact, stored, atol=1e-3)
