"""Verify: does everything that the library says hold? Each finding is a sentence that names what and where."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from index import listing, postings, seal, serving, store
from index.access import local_owner
from index.contents import embedded_hash
from index.errors import SnapshotError, StoreError
from index.models import is_whole, parse_info, read_info
from index.settings import models_folder
from index.store import Connection, Row
from index.vectorfile import STORED
from index.vectors import Snapshot, VectorIndex
from ingest import boxes
from ingest.paths import path_of

_UNKNOWN_FILE = "SELECT 1 FROM file_documents WHERE document_id = ? AND path NOT IN (SELECT path FROM files)"


def verify(data: Path, *, sources: bool = True) -> Iterator[str]:
    """Check the store against itself, its vector file and (unless told not to) the source files. Yields what does not hold."""
    connection = store.open_reader(data)
    try:
        with store.reading(connection):
            yield from _sqlite(connection)
            yield from _beside(data)
            yield from _documents(connection)
            yield from _orphans(connection)
            row = connection.execute(
                "SELECT g.id, g.model_id, m.info, m.folder, m.fingerprint FROM generations g JOIN models m ON m.id = g.model_id"
                " WHERE state = 'serving'"
            ).fetchone()
            if row is None:
                yield "No generation is being served: nothing is searchable. Run `python -m ingest`."
                return
            yield from _passages(connection, row["id"])
            yield from _words(connection, data, row["id"])
            yield from _vectors(connection, row)
            yield from _vector_file(connection, data, row)
            yield from _model(data, row)
            _as_readers_do(connection, data)
            if sources:
                yield from _sources(connection)
    except store.DatabaseError as exc:
        yield f"The store is damaged, and cannot be read to its end: {exc}."
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as exc:  # nothing that was written reads like that
        yield f"The store is damaged: something in it cannot be understood ({exc})."
    finally:
        connection.close()


def counted(data: Path) -> dict[str, int]:
    """How much there is to verify: documents, passages and files; nothing where the store is damaged."""
    connection = store.open_reader(data)
    try:
        return store.counts(connection)
    except store.DatabaseError:
        return {"documents": 0, "files": 0, "passages": 0}
    finally:
        connection.close()


def _sqlite(connection: Connection) -> Iterator[str]:
    for row in connection.execute("PRAGMA integrity_check(20)"):
        if row[0] != "ok":
            yield f"The store is damaged: {row[0]}"
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"The store is damaged: a row of {row[0]} points to a row of {row[2]} that does not exist."


def _beside(data: Path) -> Iterator[str]:
    """What people keep, and who they are."""
    for name in (store.DESK_FILE, store.PEOPLE_FILE):
        if not (data / name).is_file():
            continue
        try:
            with store.explained(data, name), closing(store.open_beside(data, name)) as connection:
                store.refuse_newer(connection, data, name)
                yield from (
                    f"{name} is damaged: {row[0]}." for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"
                )
        except StoreError as exc:
            yield str(exc)


def _orphans(connection: Connection) -> Iterator[str]:
    """Rows that belong to nothing: they would be found by nobody, and kept for ever."""
    for table, parent, column in (("texts", "documents", "document_id"), ("pages", "documents", "document_id"),
                                  ("file_documents", "documents", "document_id")):  # fmt: skip
        query = f"SELECT count(*) AS n FROM {table} WHERE {column} NOT IN (SELECT id FROM {parent})"  # noqa: S608 - names of tables and columns of ours
        if count := connection.execute(query).fetchone()["n"]:
            yield f"{count} rows of {table} belong to no document."
    query = "SELECT count(*) AS n FROM passages WHERE generation_id NOT IN (SELECT id FROM generations)"
    if count := connection.execute(query).fetchone()["n"]:
        yield f"{count} passages belong to no generation."


def _documents(connection: Connection) -> Iterator[str]:
    for row in connection.execute("SELECT d.*, t.text FROM documents d LEFT JOIN texts t ON t.document_id = d.id"):
        name = f"Document {row['id']} ({row['title']})"
        if row["text"] is None:
            yield f"{name} has no text."
            continue
        if hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest() != row["text_sha256"]:
            yield f"{name}: its text is not the text that was read."
        if row["seal"] and row["seal"] != seal.of_document(connection, row["id"]):
            yield f"{name}: what is stored of it is not what was written."
        if not connection.execute("SELECT 1 FROM file_documents WHERE document_id = ?", (row["id"],)).fetchone():
            yield f"{name} belongs to no file."
        if row["format"] != "record" and connection.execute(_UNKNOWN_FILE, (row["id"],)).fetchone():
            yield f"{name} belongs to a file that is not known."  # but of a bulk file that is still being read
        pages = connection.execute("SELECT * FROM pages WHERE document_id = ? ORDER BY number", (row["id"],)).fetchall()
        yield from _pages(name, row["text"], pages, row["pages"])


def _pages(name: str, text: str, pages: list[Row], expected: int) -> Iterator[str]:
    if len(pages) != expected:
        yield f"{name} should have {expected} pages, but {len(pages)} are stored."
    at = 0
    for page in pages:
        if page["start"] != at:
            yield f"{name}, page {page['number']}: its text does not begin where the page before ended."
        at = page["end"]
        if page["confidence"] is not None and not 0 <= page["confidence"] <= 1:
            yield f"{name}, page {page['number']}: text recognition cannot be sure of it by {page['confidence']}."
        if page["boxes"]:
            yield from _boxes(f"{name}, page {page['number']}", text[page["start"] : page["end"]], page["boxes"])
    if at != len(text):
        yield f"{name}: its pages do not hold all of its text."


def _boxes(where: str, text: str, packed: bytes) -> Iterator[str]:
    try:
        found = boxes.decode(packed)
    except (zlib.error, ValueError):
        yield f"{where}: its character boxes cannot be read."
        return
    if len(found) != len(text):
        yield f"{where}: {len(found)} character boxes for {len(text)} characters."
        return
    empty = (found[:, 2] <= found[:, 0]) | (found[:, 3] <= found[:, 1])
    missing = sum(1 for at in np.flatnonzero(empty) if not text[at].isspace())
    if missing:
        yield f"{where}: {missing} characters have no place on the page, and would not be highlighted."


def _passages(connection: Connection, generation: int) -> Iterator[str]:
    rows = connection.execute(
        'SELECT p.*, substr(t.text, p.start + 1, p."end" - p.start) AS slice, t.document_id AS held FROM passages p'
        " LEFT JOIN texts t ON t.document_id = p.document_id WHERE p.generation_id = ? ORDER BY p.document_id, p.ordinal",
        (generation,),
    )
    pages: dict[int, list[Row]] = {}
    sealed = [column.strip(' "') for column in seal.PASSAGE.split(",")]
    for row in rows:
        name = f"Passage {row['id']} (document {row['document_id']}, characters {row['start']}–{row['end']})"
        if row["slice"] != row["text"] or not row["text"].strip():
            yield f"{name} is not what stands at its place in the document."
        if row["seal"] and row["seal"] != seal.of(row[column] for column in sealed):
            yield f"{name}: what is stored of it is not what was written."
        if row["document_id"] not in pages:
            pages = {
                row["document_id"]: connection.execute(
                    'SELECT number, start, "end" FROM pages WHERE document_id = ? ORDER BY number',
                    (row["document_id"],),
                ).fetchall()
            }
        touched = [
            page["number"] for page in pages[row["document_id"]] if page["start"] < row["end"] and row["start"] < page["end"]
        ]
        if touched and (touched[0], touched[-1]) != (row["page"], row["page_end"]):
            yield f"{name} is cited with pages {row['page']}–{row['page_end']}, but stands on {touched[0]}–{touched[-1]}."
        if any(not (0 <= start < end <= len(row["text"])) for start, end in json.loads(row["sentences"])):
            yield f"{name} has sentences outside itself."


def _words(connection: Connection, data: Path, generation: int) -> Iterator[str]:
    snapshot = serving.read_snapshot(connection, generation)
    if snapshot is None or not snapshot.words:
        return
    try:
        part = postings.read(serving.vector_folder(data) / snapshot.words, snapshot.words_sha256)
    except SnapshotError as exc:
        yield f"{exc} Run `python -m ingest`: it is made again."
        return
    stored = dict(postings.texts_of(part))
    rows = connection.execute(
        "SELECT id, text, language FROM passages WHERE generation_id = ? AND seq <= ? ORDER BY id", (generation, snapshot.seq)
    )
    known, missing, other = set(), [], []
    for row in rows:
        known.add(row["id"])
        if row["id"] not in stored:
            missing.append(row["id"])
        elif stored[row["id"]] != postings.counted(row["text"], row["language"]):
            other.append(row["id"])
    if missing:
        yield f"{len(missing)} passages cannot be found by their words (the first is {missing[0]})."
    if other:
        yield f"The words of {len(other)} passages in {snapshot.words} are not theirs (the first is {other[0]})."
    extra = set(stored) - known - _buried(connection, generation)
    if extra:
        yield f"{len(extra)} entries of the word file {snapshot.words} belong to no passage."


def _buried(connection: Connection, generation: int) -> set[int]:
    """Passages that are gone, but still in the files of their generation."""
    rows = connection.execute("SELECT passage_id FROM tombstones WHERE generation_id = ?", (generation,))
    return {row["passage_id"] for row in rows}


def _vectors(connection: Connection, row: Row) -> Iterator[str]:
    dimension = parse_info(row["info"]).dimension
    for held in connection.execute(
        "SELECT p.id, p.text, p.context, v.hash, v.model_id, v.vector, v.sentences, v.seal"
        " FROM passages p LEFT JOIN vectors v ON v.id = p.vector_id WHERE p.generation_id = ?",
        (row["id"],),
    ):
        if held["vector"] is None or len(held["vector"]) != dimension * STORED.itemsize:
            yield f"Passage {held['id']} has no vector of {dimension} dimensions."
            continue
        if held["model_id"] != row["model_id"] or held["hash"] != embedded_hash(held["context"], held["text"]):
            yield f"The vector of passage {held['id']} is of another text, or of another model."
        if held["seal"] and held["seal"] != seal.of((held["vector"], held["sentences"])):
            yield f"The vector of passage {held['id']} is not what was written."
        if len(held["sentences"]) % dimension:  # 0 where version 0.1 embedded it
            yield f"The vectors of the sentences of passage {held['id']} are not of {dimension} dimensions."
        norm = float(np.linalg.norm(np.frombuffer(held["vector"], STORED).astype(np.float32)))
        if not abs(norm - 1.0) < 0.01:
            yield f"The vector of passage {held['id']} has length {norm:.3f}, not 1."


def _vector_file(connection: Connection, data: Path, row: Row) -> Iterator[str]:
    snapshot = serving.read_snapshot(connection, row["id"])
    if snapshot is None:
        return
    try:
        index = VectorIndex(serving.vector_folder(data) / snapshot.file, snapshot.sha256, parse_info(row["info"]).dimension)
    except SnapshotError as exc:
        yield f"{exc} Run `python -m index rebuild`."
        return
    expected = {
        found["id"]
        for found in connection.execute("SELECT id FROM passages WHERE generation_id = ? AND seq <= ?", (row["id"], snapshot.seq))
    }
    buried = _buried(connection, row["id"])
    ids = set(index.snapshot_ids().tolist())
    if expected - ids:
        yield f"{len(expected - ids)} passages are missing from the vector file {snapshot.file}."
    if ids - expected - buried:
        yield f"{len(ids - expected - buried)} vectors in {snapshot.file} belong to no passage."
    yield from _same_vectors(connection, row["id"], index, snapshot, index.dimension)


def _same_vectors(
    connection: Connection, generation: int, index: VectorIndex, snapshot: Snapshot, dimension: int
) -> Iterator[str]:
    """The vectors of the file are those of the store: each has a cosine of 1 with its own."""
    others: list[int] = []
    for held in connection.execute(
        "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id WHERE p.generation_id = ? AND p.seq <= ?",
        (generation, snapshot.seq),
    ):
        if len(held["vector"]) != dimension * STORED.itemsize:
            continue  # told already
        own = np.frombuffer(held["vector"], STORED).astype(np.float32)
        (score,) = index.scores(own, np.array([held["id"]], np.int64))
        if not np.isnan(score) and abs(float(score) - float(own @ own)) > 1e-3:
            others.append(held["id"])
    if others:
        yield f"{len(others)} vectors in {snapshot.file} are not those of their passages (the first is {others[0]})."


def _as_readers_do(connection: Connection, data: Path) -> None:
    """Read what the page would: what it could not understand, raises here too."""
    now = serving.load(connection, data, None)
    if now is not None:
        listing.documents(connection, now, local_owner())
        listing.files(connection, now, local_owner())


def _model(data: Path, row: Row) -> Iterator[str]:
    folder = models_folder(data) / row["folder"]
    if not is_whole(folder):
        yield f"The exported model in {folder} is missing or damaged. Run `python -m ingest`: it is made again."
    elif read_info(folder).fingerprint != row["fingerprint"]:
        yield f"The model in {folder} is not the one this library was embedded with. Run `python -m index rebuild`."


def _sources(connection: Connection) -> Iterator[str]:
    for row in connection.execute(
        "SELECT path, sha256 FROM files WHERE outcome != 'failed' AND path IN (SELECT path FROM file_documents) ORDER BY path"
    ):
        try:
            with path_of(row["path"]).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as exc:
            yield f"The source {row['path']} cannot be opened ({exc.strerror}). Run `python -m ingest` to take it out."
            continue
        if digest != row["sha256"]:
            yield f"The source {row['path']} has changed since it was read. Run `python -m ingest` to read it again."
