"""Changing the library: every change is one transaction of the store. Whoever writes holds `store.writer_lock`."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index import contents, schema, serving, store, vectors
from index.errors import StoreError
from index.models import ModelInfo
from index.store import Connection
from ingest.change import FileOutcome, FileStamp, Outcome, Prepared
from ingest.document import Document, Metadata, Passage

Hash = bytes
_FOLD_AT = 2_000  # vectors in the delta before it is folded into the snapshot, or a tenth of the snapshot where that is more


def embedded_text(passage: Passage) -> str:
    """What a model is given of a passage: its title and headings, then its text."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def text_hash(passage: Passage) -> Hash:
    """The key of a passage's vector, within one model."""
    return hashlib.sha256(embedded_text(passage).encode("utf-8", "surrogatepass")).digest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The generation that is served: its model (exported folder, and the name or path it came from) and its chunking (JSON)."""

    generation: int
    model_id: int
    model_folder: str
    model_source: str
    fingerprint: str
    chunking: str


class Writer:
    """The library, open for changes. Use it from one thread at a time."""

    def __init__(self, data: Path) -> None:
        """Bring the store up to date and open it. Raises StoreError; the caller holds the writer lock."""
        store.prepare(data)
        self.data = data
        self._connection: Connection = store.open_writer(data)
        self.clean()

    def close(self) -> None:
        """Let go of the store."""
        self._connection.close()

    # -- models and generations

    def model_id(self, info: ModelInfo, folder: Path, source: str) -> int:
        """The id of a model in the store, by its fingerprint. `source` is the name or path that it was asked for by."""
        text = json.dumps(asdict(info))
        with store.writing(self._connection, self.data) as connection:
            connection.execute(
                "INSERT INTO models (fingerprint, folder, info, source) VALUES (?, ?, ?, ?) ON CONFLICT (fingerprint)"
                " DO UPDATE SET folder = excluded.folder, info = excluded.info, source = excluded.source",
                (info.fingerprint, folder.name, text, source),
            )
            row = connection.execute("SELECT id FROM models WHERE fingerprint = ?", (info.fingerprint,)).fetchone()
        return int(row["id"])

    def serving_generation(self) -> "Served | None":
        """What is served; None where nothing is yet."""
        row = self._connection.execute(
            "SELECT g.id, g.model_id, m.folder, m.fingerprint, m.source, g.chunking FROM generations g"
            " JOIN models m ON m.id = g.model_id WHERE g.state = 'serving'"
        ).fetchone()
        if row is None:
            return None
        return Served(
            generation=row["id"], model_id=row["model_id"], model_folder=row["folder"], model_source=row["source"],
            fingerprint=row["fingerprint"], chunking=row["chunking"],
        )  # fmt: skip

    def start_generation(self, model_id: int, chunking: str, state: str = "building") -> int:
        """A new, empty generation."""
        with store.writing(self._connection, self.data) as connection:
            cursor = connection.execute(
                "INSERT INTO generations (model_id, chunking, state, created) VALUES (?, ?, ?, ?)",
                (model_id, chunking, state, store.now()),
            )
            generation = int(cursor.lastrowid or 0)
            for statement in schema.create_lexical(generation):
                connection.execute(statement)
        return generation

    def serve(self, generation: int, snapshot: vectors.Snapshot) -> None:
        """The one moment at which readers change over: from here on they see `generation`."""
        with store.writing(self._connection, self.data) as connection:
            connection.execute("UPDATE generations SET state = 'retired' WHERE state = 'serving'")
            connection.execute("UPDATE generations SET state = 'serving' WHERE id = ?", (generation,))
            self._record(connection, generation, snapshot)
            self._next_seq(connection)

    # -- files and documents

    def stamps(self) -> list[tuple[FileStamp, FileOutcome]]:
        """What is remembered of every file: how it was, and what became of it."""
        first = "SELECT path, min(document_id) AS id, count(*) AS n FROM file_documents GROUP BY path"
        rows = self._connection.execute(f"SELECT f.*, d.id AS document, d.n FROM files f LEFT JOIN ({first}) d USING (path)")
        return [(_stamp(row), _outcome(row)) for row in rows]

    def document_ids(self, keys: Iterable[str]) -> dict[str, int]:
        """The ids of those documents, by key, that are stored already."""
        found = {}
        for key in keys:
            row = self._connection.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()
            if row:
                found[key] = int(row["id"])
        return found

    def documents_of(self, path: str) -> list[int]:
        """The documents a file holds."""
        rows = self._connection.execute("SELECT document_id FROM file_documents WHERE path = ?", (path,))
        return [int(row["document_id"]) for row in rows]

    def read_document(self, document_id: int) -> tuple[Document, Metadata]:
        """A stored document and its metadata in force."""
        return contents.read_document(self._connection, document_id)

    def all_documents(self) -> list[int]:
        """The ids of all documents, in order."""
        return [int(row["id"]) for row in self._connection.execute("SELECT id FROM documents ORDER BY id")]

    def passage_count(self, generation: int, document_id: int) -> int:
        """Passages of a document in a generation."""
        row = self._connection.execute(
            "SELECT count(*) AS n FROM passages WHERE generation_id = ? AND document_id = ?", (generation, document_id)
        ).fetchone()
        return int(row["n"])

    def missing_vectors(self, model_id: int, hashes: Iterable[Hash]) -> set[Hash]:
        """Those hashes that have no vector of this model yet."""
        query = "SELECT 1 FROM vectors WHERE model_id = ? AND hash = ?"
        return {value for value in set(hashes) if not self._connection.execute(query, (model_id, value)).fetchone()}

    def store_documents(
        self,
        generation: int,
        model_id: int,
        prepared: Sequence[Prepared],
        new_vectors: Mapping[Hash, np.ndarray],
        paths: Sequence[str],
        outcomes: Sequence[tuple[FileStamp, FileOutcome]] = (),
        *,
        keep_others: bool = False,
    ) -> list[FileOutcome]:
        """One commit: documents with passages and vectors, linked to their files, and the outcomes of the files that are done.

        `paths[i]` is the file of `prepared[i]`. What a file held before and does not hold now is removed, unless
        `keep_others` (a bulk file that is still being read). Returns the outcomes with the documents' ids.
        """
        with store.writing(self._connection, self.data) as connection:
            seq = self._next_seq(connection)
            self._insert_vectors(connection, model_id, new_vectors)
            held: dict[str, list[int]] = {stamp.path: [] for stamp, _ in outcomes}
            for item, path in zip(prepared, paths, strict=True):
                document_id = self._store(connection, generation, model_id, item, seq)
                connection.execute("INSERT OR IGNORE INTO file_documents VALUES (?, ?)", (path, document_id))
                held.setdefault(path, []).append(document_id)
            done = []
            for stamp, outcome in outcomes:
                if not keep_others:
                    self._unlink(connection, generation, stamp.path, set(held[stamp.path]), seq)
                document = held[stamp.path][0] if len(held[stamp.path]) == 1 else outcome.document
                done.append(self._finish(connection, stamp, outcome, document))
        return done

    def link_existing(self, generation: int, stamp: FileStamp, outcome: FileOutcome, documents: Sequence[int]) -> FileOutcome:
        """One commit: a file that holds documents which are stored already (moved, or the same bytes twice)."""
        with store.writing(self._connection, self.data) as connection:
            seq = self._next_seq(connection)
            for document_id in documents:
                connection.execute("INSERT OR IGNORE INTO file_documents VALUES (?, ?)", (stamp.path, document_id))
            self._unlink(connection, generation, stamp.path, set(documents), seq)
            return self._finish(connection, stamp, outcome, documents[0] if len(documents) == 1 else None)

    def keep_only(self, generation: int, stamp: FileStamp, outcome: FileOutcome, keys: Iterable[str]) -> FileOutcome:
        """One commit: a bulk file is read to its end; records that it no longer holds go."""
        with store.writing(self._connection, self.data) as connection:
            seq = self._next_seq(connection)
            kept = set(self.document_ids(keys).values())
            self._unlink(connection, generation, stamp.path, kept, seq)
            return self._finish(connection, stamp, outcome, None)

    def touch(self, stamps: Sequence[FileStamp]) -> None:
        """One commit: the same content with another time stamp, so that it is not opened again."""
        with store.writing(self._connection, self.data) as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, read_ns = ?, catalogue = ? WHERE path = ?",
                [(s.size, s.mtime_ns, s.ctime_ns, s.inode, s.read_ns, s.catalogue, s.path) for s in stamps],
            )

    def fail(self, generation: int, stamp: FileStamp, outcome: FileOutcome) -> FileOutcome:
        """One commit: a file that cannot be read. What it held before is gone: it can no longer be cited."""
        with store.writing(self._connection, self.data) as connection:
            seq = self._next_seq(connection)
            self._unlink(connection, generation, stamp.path, set(), seq)
            return self._finish(connection, stamp, outcome, None)

    def remove_files(self, generation: int, paths: Sequence[str]) -> None:
        """One commit: files that are gone from the folder leave the library."""
        with store.writing(self._connection, self.data) as connection:
            seq = self._next_seq(connection)
            for path in paths:
                self._unlink(connection, generation, path, set(), seq)
                connection.execute("DELETE FROM files WHERE path = ?", (path,))

    # -- vectors

    def fold_if_large(self, generation: int) -> bool:
        """Fold the delta into a new snapshot when it has grown. Returns whether it was."""
        before = serving.read_snapshot(self._connection, generation)
        since = before.seq if before else -1
        row = self._connection.execute(
            "SELECT (SELECT count(*) FROM passages WHERE generation_id = :g AND seq > :s)"
            " + (SELECT count(*) FROM tombstones WHERE generation_id = :g) AS n",
            {"g": generation, "s": since},
        ).fetchone()
        if row["n"] < max(_FOLD_AT, (before.vectors if before else 0) // 10):
            return False
        self.fold(generation)
        return True

    def fold(self, generation: int) -> None:
        """Write a snapshot of all vectors of a generation and record it."""
        snapshot = self.write_snapshot(generation)
        with store.writing(self._connection, self.data) as connection:
            self._record(connection, generation, snapshot)
        self.clean()

    def write_snapshot(self, generation: int) -> vectors.Snapshot:
        """Write the vector file of a generation as of now; it counts only once it is recorded."""
        seq = serving.current_seq(self._connection)
        rows = self._connection.execute(
            "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id WHERE p.generation_id = ? ORDER BY p.id",
            (generation,),
        ).fetchall()
        info = self._connection.execute(
            "SELECT m.info FROM generations g JOIN models m ON m.id = g.model_id WHERE g.id = ?", (generation,)
        ).fetchone()
        from index.models import parse_info

        dimension = parse_info(info["info"]).dimension
        ids = np.array([row["id"] for row in rows], np.int64)
        name = f"generation-{generation}-{seq}.faiss"
        folder = serving.vector_folder(self.data)
        try:
            folder.mkdir(exist_ok=True, mode=0o700)
            digest = vectors.write_snapshot(folder / name, ids, vectors.unpack((row["vector"] for row in rows), dimension))
        except (OSError, RuntimeError) as exc:  # FAISS raises RuntimeError on a short write
            raise StoreError(f"The vectors cannot be written to {folder}: {exc}. Nothing stored is lost.") from exc
        return vectors.Snapshot(seq=seq, file=name, sha256=digest, vectors=len(ids))

    def copy_vectors(self, other: Path) -> None:
        """Take over the vectors of another library, by model and text hash."""
        connection = self._connection
        connection.execute("ATTACH ? AS other", (str(other / store.FILE),))
        try:
            with store.writing(connection, self.data):
                connection.execute(
                    "INSERT OR IGNORE INTO models (fingerprint, folder, info, source)"
                    " SELECT fingerprint, folder, info, source FROM other.models"
                )
                connection.execute(
                    "INSERT OR IGNORE INTO vectors (model_id, hash, vector) SELECT m.id, v.hash, v.vector FROM other.vectors v"
                    " JOIN other.models o ON o.id = v.model_id JOIN models m ON m.fingerprint = o.fingerprint"
                )
        finally:
            connection.execute("DETACH other")

    # -- inside a transaction

    def _next_seq(self, connection: Connection) -> int:
        connection.execute("UPDATE state SET value = value + 1 WHERE key = 'seq'")
        return serving.current_seq(connection)

    def _insert_vectors(self, connection: Connection, model_id: int, new: Mapping[Hash, np.ndarray]) -> None:
        connection.executemany(
            "INSERT OR IGNORE INTO vectors (model_id, hash, vector) VALUES (?, ?, ?)",
            [(model_id, key, vectors.pack(vector)) for key, vector in new.items()],
        )

    def insert_vectors(self, model_id: int, new: Mapping[Hash, np.ndarray]) -> None:
        """One commit: vectors alone, so that a rebuild that is killed does not embed them again."""
        with store.writing(self._connection, self.data) as connection:
            self._insert_vectors(connection, model_id, new)

    def store_passages(self, generation: int, model_id: int, cut: Sequence[tuple[int, Sequence[Passage]]]) -> None:
        """One commit: the passages of whole documents in a generation that is being built. Their vectors are stored."""
        with store.writing(self._connection, self.data) as connection:
            seq = serving.current_seq(connection)
            for document_id, passages in cut:
                ids = self._vector_ids(connection, model_id, passages)
                contents.insert_passages(connection, generation, document_id, passages, ids, seq)

    def _vector_ids(self, connection: Connection, model_id: int, passages: Sequence[Passage]) -> list[int]:
        query = "SELECT id FROM vectors WHERE model_id = ? AND hash = ?"
        return [int(connection.execute(query, (model_id, text_hash(passage))).fetchone()["id"]) for passage in passages]

    def _store(self, connection: Connection, generation: int, model_id: int, item: Prepared, seq: int) -> int:
        stored = self.document_ids([item.key]).get(item.key)
        if stored is None:
            document_id = contents.insert_document(connection, item)
        else:
            document_id = stored
            contents.update_metadata(connection, document_id, item.metadata)
            contents.delete_passages(connection, generation, document_id, seq)
        ids = self._vector_ids(connection, model_id, item.passages)
        contents.insert_passages(connection, generation, document_id, item.passages, ids, seq)
        return document_id

    def _unlink(self, connection: Connection, generation: int, path: str, keep: set[int], seq: int) -> None:
        """Take from a file the documents it no longer holds; those that no other file holds leave the library."""
        for document_id in set(self.documents_of(path)) - keep:
            connection.execute("DELETE FROM file_documents WHERE path = ? AND document_id = ?", (path, document_id))
            row = connection.execute("SELECT 1 FROM file_documents WHERE document_id = ?", (document_id,)).fetchone()
            if row is None:
                self._forget(connection, document_id, seq)

    def _forget(self, connection: Connection, document_id: int, seq: int) -> None:
        for row in connection.execute("SELECT id FROM generations WHERE state != 'retired'").fetchall():
            contents.delete_passages(connection, row["id"], document_id, seq)
        connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
        contents.delete_documents(connection, [document_id])

    def _finish(self, connection: Connection, stamp: FileStamp, outcome: FileOutcome, document: int | None) -> FileOutcome:
        from dataclasses import replace

        done = replace(outcome, document=document)
        connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stamp.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, stamp.read_ns, stamp.sha256,
                stamp.catalogue, done.outcome.value, done.reason, done.pages, done.pages_without_text, done.passages,
                done.seconds, store.now(),
            ),
        )  # fmt: skip
        return done

    def _record(self, connection: Connection, generation: int, snapshot: vectors.Snapshot) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            (generation, snapshot.seq, snapshot.file, snapshot.sha256, snapshot.vectors, store.now()),
        )
        connection.execute("DELETE FROM tombstones WHERE generation_id = ? AND seq <= ?", (generation, snapshot.seq))

    # -- what was left behind

    def clean(self) -> None:
        """Remove what no reader needs: generations that are not served, in small commits, and files that nothing names."""
        unserved = self._connection.execute("SELECT id FROM generations WHERE state != 'serving'").fetchall()
        for row in unserved:
            self.drop_generation(int(row["id"]))
        named = {row["file"] for row in self._connection.execute("SELECT file FROM snapshots")}
        folder = serving.vector_folder(self.data)
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name not in named:
                    path.unlink(missing_ok=True)

    def drop_generation(self, generation: int) -> None:
        """Remove a generation that is not served."""
        while True:
            with store.writing(self._connection, self.data) as connection:
                gone = connection.execute(
                    "DELETE FROM passages WHERE id IN (SELECT id FROM passages WHERE generation_id = ? LIMIT 5000)", (generation,)
                ).rowcount
            if not gone:
                break
        with store.writing(self._connection, self.data) as connection:
            for statement in schema.drop_lexical(generation):
                connection.execute(statement)
            connection.execute("DELETE FROM tombstones WHERE generation_id = ?", (generation,))
            connection.execute("DELETE FROM snapshots WHERE generation_id = ?", (generation,))
            connection.execute("DELETE FROM generations WHERE id = ? AND state != 'serving'", (generation,))


def _stamp(row: store.Row) -> FileStamp:
    names = ("path", "size", "mtime_ns", "ctime_ns", "inode", "read_ns", "sha256", "catalogue")
    return FileStamp(**{name: row[name] for name in names})


def _outcome(row: store.Row) -> FileOutcome:
    names = ("path", "pages", "pages_without_text", "passages", "reason", "seconds")
    values = {name: row[name] for name in names}
    return FileOutcome(**values, outcome=Outcome(row["outcome"]), document=row["document"] if row["n"] == 1 else None)
