"""Verify finds each kind of damage, and says nothing of a good library."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import postings
from index.postings import PassageWords, Postings
from index.reread import reread
from index.verify import counted, verify
from ingest.document import Document, Format
from tests.fakes import Shelf

TEXT = "# Warning {n}\n\nThe siren sounds in {n} minutes. The police decide who speaks.\n\n# More\n\nVolunteers meet at gate {n} of the hall.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A library with a snapshot, a delta and a tombstone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.chunk._short_note", lambda document, passages, *rest: passages)  # a passage each section
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        for number in range(6):
            shelf.put(f"{number}.md", TEXT.format(n=number))
        shelf.ingest()
        with shelf.writer() as writer:
            served = writer.generations.served()
            assert served is not None
            writer.generations.fold(served.generation)
        shelf.put("5.md", TEXT.format(n="fifty"))
        shelf.put("late.md", TEXT.format(n="ninety"))
        shelf.ingest()
        shelf.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield shelf


@pytest.fixture
def shelf(made: Shelf, tmp_path: Path) -> Iterator[Shelf]:
    """A copy of it to damage."""
    shutil.copytree(made.data, tmp_path / "data")
    data, made.data = made.data, tmp_path / "data"
    yield made
    made.data = data


def test_a_good_library_gives_no_findings(shelf: Shelf) -> None:
    assert list(verify(shelf.data)) == []
    assert counted(shelf.data) == {"documents": 7, "passages": 14, "files": 7}
    assert shelf.sql("SELECT count(*) FROM tombstones") == [(2,)]


def _half_vector(value: float) -> bytes:
    return (np.ones(64, np.float16) * np.float16(value)).tobytes()


DAMAGE: dict[str, tuple[Callable[[Shelf], object], str]] = {
    "text of a document": (lambda s: s.sql("UPDATE texts SET text = replace(text, 'siren', 'sirem') WHERE document_id = 1"), "not the text that was read"),
    "text of a document gone": (lambda s: s.sql("DELETE FROM texts WHERE document_id = 1"), "has no text"),
    "text of a passage": (lambda s: s.sql("UPDATE passages SET text = 'Other words.' WHERE id = 1"), "not what stands at its place"),
    "place of a passage": (lambda s: s.sql("UPDATE passages SET start = start + 1, \"end\" = \"end\" + 1 WHERE id = 1"), "not what stands at its place"),
    "an empty passage": (lambda s: s.sql("UPDATE passages SET text = '', \"end\" = start WHERE id = 1"), "not what stands at its place"),
    "page of a passage": (lambda s: s.sql("UPDATE passages SET page = 2, page_end = 2 WHERE id = 1"), "cited with pages 2–2, but stands on 1–1"),
    "sentences of a passage": (lambda s: s.sql("UPDATE passages SET sentences = '[[0, 9999]]' WHERE id = 1"), "sentences outside itself"),
    "start of a page": (lambda s: s.sql("UPDATE pages SET start = 5 WHERE document_id = 1"), "does not begin where"),
    "end of a page": (lambda s: s.sql("UPDATE pages SET \"end\" = 5 WHERE document_id = 1"), "do not hold all"),
    "a page gone": (lambda s: s.sql("DELETE FROM pages WHERE document_id = 1"), "should have 1 pages"),
    "boxes of a page": (lambda s: s.sql("UPDATE pages SET boxes = ? WHERE document_id = 1", _boxes()), "character boxes for"),
    "rubbish for boxes": (lambda s: s.sql("UPDATE pages SET boxes = x'0123' WHERE document_id = 1"), "cannot be read"),
    "a document of no file": (lambda s: s.sql("DELETE FROM file_documents WHERE document_id = 1"), "belongs to no file"),
    "a vector gone": (lambda s: s.sql("DELETE FROM vectors WHERE id = (SELECT vector_id FROM passages WHERE id = 1)"), "has no vector"),
    "a vector too short": (lambda s: s.sql("UPDATE vectors SET vector = x'00' WHERE id = 1"), "has no vector of 64 dimensions"),
    "a vector too long": (lambda s: s.sql("UPDATE vectors SET vector = ? WHERE id = 1", _half_vector(0.5)), "has length 4.000, not 1"),
    "vectors of sentences cut short": (lambda s: s.sql("UPDATE vectors SET sentences = substr(sentences, 2) WHERE id = 1"), "sentences of passage 1 are not of 64"),
    "a vector of nothing": (lambda s: s.sql("UPDATE vectors SET vector = ? WHERE id = 1", _half_vector(0)), "has length 0.000"),
    "a vector of no numbers": (lambda s: s.sql("UPDATE vectors SET vector = ? WHERE id = 1", _half_vector(float("nan"))), "has length nan"),
    "words gone": (lambda s: rewrite_words(s, _without_second), "1 passages cannot be found by their words (the first is 2)"),
    "words of nothing": (lambda s: rewrite_words(s, _with_another), "1 entries of the word file"),
    "words of other passages": (lambda s: rewrite_words(s, _turned), "are not theirs (the first is 1)"),
    "words of another, just as many": (lambda s: rewrite_words(s, _renamed), "The words of 2 passages in"),
    "a word twice": (lambda s: rewrite_words(s, _twice), "The words of 1 passages in"),
    "word file gone": (lambda s: words(s).unlink(), "is missing, or damaged"),
    "word file cut short": (lambda s: words(s).write_bytes(words(s).read_bytes()[:-9]), "is missing, or damaged"),
    "word file changed": (lambda s: _flip(words(s)), "is missing, or damaged"),
    "word file of something else": (lambda s: words(s).write_bytes(snapshot(s).read_bytes()), "is missing, or damaged"),
    "nothing served": (lambda s: s.sql("UPDATE generations SET state = 'retired'"), "No generation is being served"),
    "a pointer to nothing": (lambda s: s.sql("UPDATE passages SET vector_id = 9999 WHERE id = 1"), "points to a row of vectors"),
    "snapshot gone": (lambda s: snapshot(s).unlink(), "rebuild"),
    "snapshot cut short": (lambda s: snapshot(s).write_bytes(snapshot(s).read_bytes()[:-9]), "rebuild"),
    "snapshot changed": (lambda s: _flip(snapshot(s)), "rebuild"),
    "vectors of other passages": (lambda s: rewrite_vectors(s), "are not those of their passages (the first is 1)"),
    "confidence beyond all": (lambda s: s.sql("UPDATE pages SET confidence = 1.5 WHERE document_id = 1"), "cannot be sure of it by 1.5"),
    "text of no document": (lambda s: s.sql("INSERT INTO texts VALUES (999, 'x', '[]')"), "1 rows of texts belong to no document"),
    "page of no document": (lambda s: s.sql("UPDATE pages SET document_id = 999 WHERE document_id = 1"), "1 rows of pages belong"),
    "passage of no generation": (lambda s: s.sql("UPDATE passages SET generation_id = 99 WHERE id = 1"), "1 passages belong to no"),
    "what people keep": (lambda s: (s.data / "desk.sqlite").write_bytes(b"no database at all" * 300), "desk.sqlite"),
    "tombstones gone": (lambda s: s.sql("DELETE FROM tombstones"), "belong to no passage"),
    "snapshot of too little": (lambda s: s.sql("UPDATE snapshots SET seq = seq + 100"), "missing from the vector file"),
}  # fmt: skip


def _boxes() -> bytes:
    from ingest import boxes

    return boxes.encode(np.ones((3, 4), np.uint16))


def snapshot(shelf: Shelf) -> Path:
    (path,) = [path for path in shelf.derived() if path.suffix == ".faiss"]
    return path


def words(shelf: Shelf) -> Path:
    (path,) = [path for path in shelf.derived() if path.suffix == ".words"]
    return path


def rewrite_words(shelf: Shelf, change: Callable[[Postings], Postings]) -> None:
    """Write a whole word file, which the store names, with something else in it."""
    ((digest,),) = shelf.sql("SELECT words_sha256 FROM snapshots")
    digest = postings.write(words(shelf), change(postings.read(words(shelf), digest)))
    shelf.sql("UPDATE snapshots SET words_sha256 = ?", digest)


def rewrite_vectors(shelf: Shelf) -> None:
    """A whole vector file, which the store names, with its vectors at other places."""
    from index.vectorfile import write
    from index.vectors import VectorIndex

    ((digest,),) = shelf.sql("SELECT sha256 FROM snapshots")
    ids = VectorIndex(snapshot(shelf), digest, 64).snapshot_ids()
    random = np.random.default_rng(1).normal(size=(len(ids), 64)).astype(np.float32)
    digest = write(snapshot(shelf), ids, random / np.linalg.norm(random, axis=1, keepdims=True))
    shelf.sql("UPDATE snapshots SET sha256 = ?", digest)


def _without_second(part: Postings) -> Postings:
    return postings.joined([part], part.ids[part.ids != 2])


def _with_another(part: Postings) -> Postings:
    other = postings.build([PassageWords(passage_id=999, page=(999, 1), language="en", text="A siren.", context="")])
    return postings.joined([part, other], np.append(part.ids, 999))


def _turned(part: Postings) -> Postings:
    """Each passage has the words of the one at the same place from the end."""
    return replace(part, entries=len(part.ids) - 1 - part.entries)


def _renamed(part: Postings) -> Postings:
    """A passage has another stem in the place of one of its own, as often."""
    at = int(np.flatnonzero(part.counts)[0])
    other = next(place for place in range(len(part.ids)) if place != part.entries[at])
    here = np.flatnonzero((part.entries == part.entries[at]) & (part.counts == 1))
    there = np.flatnonzero((part.entries == other) & (part.counts == 1))
    number = np.repeat(np.arange(len(part.starts) - 1), np.diff(part.starts))
    mine = {int(number[one]) for one in here}
    foreign = next(one for one in there if int(number[one]) not in mine)
    entries, counts = part.entries.copy(), part.counts.copy()
    entries[foreign] = part.entries[at]  # it gains a stem of another passage ...
    counts[here[0]] = 0  # ... and loses one of its own
    return replace(part, entries=entries, counts=counts)


def _twice(part: Postings) -> Postings:
    counts = part.counts.copy()
    counts[np.flatnonzero(part.counts)[0]] += 1
    return replace(part, counts=counts)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(shelf: Shelf, name: str) -> None:
    damage, finding = DAMAGE[name]
    damage(shelf)
    found = list(verify(shelf.data))
    assert any(finding in line for line in found), found
    assert all(line.endswith((".", "`")) for line in found), found


def test_a_source_that_has_changed_or_gone_is_named(shelf: Shelf) -> None:
    kept = {name: (shelf.folder / name).read_bytes() for name in ("1.md", "2.md")}
    try:
        (shelf.folder / "1.md").write_text("something else")
        (shelf.folder / "2.md").unlink()
        found = list(verify(shelf.data))
        assert len(found) == 2
        assert "1.md has changed since it was read" in found[0] and "2.md cannot be opened" in found[1]
        assert list(verify(shelf.data, sources=False)) == []
    finally:
        for name, data in kept.items():
            (shelf.folder / name).write_bytes(data)


def test_sources_read_again_give_what_was_read(made: Shelf) -> None:
    from ingest.formats import reader_for

    assert list(reread(made.data, lambda path, format: reader_for(format)(path))) == []


def test_a_source_that_reads_otherwise_now_is_named(shelf: Shelf) -> None:
    from ingest.errors import ReadError
    from ingest.formats import reader_for

    def read(path: Path, format: Format) -> Document:
        if path.name == "2.md":
            raise ReadError("the reader failed")
        document = reader_for(format)(path)
        other = document.text.replace("siren", "sirem") if path.name == "1.md" else document.text
        pages = document.pages * 2 if path.name == "3.md" else document.pages
        return replace(document, text=other, pages=pages)

    found = list(reread(shelf.data, read))
    assert len(found) == 3
    assert "1.md: page 1 gives another text now" in found[0] and "2.md could be read once" in found[1]
    assert "3.md: it had 1 pages when it was read, and has 2 now" in found[2]
    assert shelf.index("verify", "--reread").code == 0
