"""Changing the library: every change is one transaction of the store. Whoever writes holds `store.writer_lock`."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index import alike, contents, editions, serving, store
from index.embed import Embedded, Encoder
from index.generations import Generations, Hash
from index.lexicon import Pair
from index.store import Connection
from ingest.change import FileOutcome, FileStamp, Outcome, Prepared
from ingest.document import Document, Metadata, Passage


def embedded_text(passage: Passage) -> str:
    """What a model is given of a passage: its title and headings, then its text."""
    return contents.embedded(passage.context, passage.text)


def embedded_spans(passage: Passage) -> tuple[tuple[int, int], ...]:
    """Where the passage's sentences stand in `embedded_text`."""
    shift = len(passage.context) + 1 if passage.context else 0
    return tuple((start + shift, end + shift) for start, end in passage.sentences)


def text_hash(passage: Passage) -> Hash:
    """The key of a passage's vector, within one model."""
    return contents.embedded_hash(passage.context, passage.text)


def embed(encoder: Encoder, passages: Mapping[Hash, Passage]) -> dict[Hash, Embedded]:
    """The vectors of passages and of their sentences, by the hash of their text."""
    if not passages:
        return {}
    texts = [(embedded_text(passage), embedded_spans(passage)) for passage in passages.values()]
    return dict(zip(passages, encoder.with_sentences(texts), strict=True))


class Writer:
    """The library, open for changes. Use it from one thread at a time."""

    def __init__(self, data: Path) -> None:
        """Bring the store up to date and open it. Raises StoreError; the caller holds the writer lock."""
        store.prepare(data)
        self.data = data
        self._connection: Connection = store.open_writer(data)
        self.generations = Generations(self._connection, data)
        self.generations.clean()
        self._compare_older()

    def _compare_older(self) -> None:
        """Documents of a version that did not look for editions are compared, in commits of some at a time."""
        while left := alike.missing(self._connection):
            with store.writing(self._connection, self.data) as connection:
                self.generations.next_seq(connection)
                alike.compare_stored(connection, left)

    def close(self) -> None:
        """Let go of the store."""
        self._connection.close()

    def commit(self, change: Callable[[Connection], None]) -> None:
        """One commit: whatever `change` does."""
        with store.writing(self._connection, self.data) as connection:
            change(connection)

    def keep_glossaries(self, glossaries: Mapping[str, Sequence[Pair]]) -> bool:
        """One commit: the glossaries of these folders (an empty one goes), where they differ. Returns whether they did."""
        held = contents.read_glossaries(self._connection)
        if all(tuple(pairs) == held.get(folder, ()) for folder, pairs in glossaries.items()):
            return False
        with store.writing(self._connection, self.data) as connection:
            for folder, pairs in glossaries.items():
                contents.write_glossary(connection, folder, pairs)
            self.generations.next_seq(connection)
        return True

    # -- files and documents

    def stamps(self) -> list[tuple[FileStamp, FileOutcome]]:
        """What is remembered of every file: how it was, and what became of it."""
        first = "SELECT path, min(document_id) AS id, count(*) AS n FROM file_documents GROUP BY path"
        rows = self._connection.execute(f"SELECT f.*, d.id AS document, d.n FROM files f LEFT JOIN ({first}) d USING (path)")  # noqa: S608 - another query of ours
        known = [(_stamp(row), _outcome(row)) for row in rows]
        return known + [_cut_off(row["path"]) for row in self._connection.execute(_CUT_OFF)]

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

    def passages(self, generation: int) -> int:
        """How many passages a generation has."""
        row = self._connection.execute("SELECT count(*) AS n FROM passages WHERE generation_id = ?", (generation,)).fetchone()
        return int(row["n"])

    def has_floor(self, model_id: int) -> bool:
        """Whether a floor was measured for a model."""
        row = self._connection.execute("SELECT floor FROM models WHERE id = ?", (model_id,)).fetchone()
        return bool(row and row["floor"])

    def store_documents(
        self,
        generation: int,
        model_id: int,
        prepared: Sequence[Prepared],
        new_vectors: Mapping[Hash, Embedded],
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
            seq = self.generations.next_seq(connection)
            self.generations.put_vectors(connection, model_id, new_vectors)
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
                done.append(self._with_editions(connection, self._finish(connection, stamp, outcome, document)))
        return done

    def link_existing(self, generation: int, stamp: FileStamp, outcome: FileOutcome, documents: Sequence[int]) -> FileOutcome:
        """One commit: a file that holds documents which are stored already (moved, or the same bytes twice)."""
        with store.writing(self._connection, self.data) as connection:
            seq = self.generations.next_seq(connection)
            for document_id in documents:
                connection.execute("INSERT OR IGNORE INTO file_documents VALUES (?, ?)", (stamp.path, document_id))
            self._unlink(connection, generation, stamp.path, set(documents), seq)
            return self._finish(connection, stamp, outcome, documents[0] if len(documents) == 1 else None)

    def keep_only(self, generation: int, stamp: FileStamp, outcome: FileOutcome, keys: Iterable[str]) -> FileOutcome:
        """One commit: a bulk file is read to its end; records that it no longer holds go."""
        with store.writing(self._connection, self.data) as connection:
            seq = self.generations.next_seq(connection)
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
            seq = self.generations.next_seq(connection)
            self._unlink(connection, generation, stamp.path, set(), seq)
            return self._finish(connection, stamp, outcome, None)

    def remove_files(self, generation: int, paths: Sequence[str]) -> None:
        """One commit: files that are gone from the folder leave the library."""
        with store.writing(self._connection, self.data) as connection:
            seq = self.generations.next_seq(connection)
            for path in paths:
                self._unlink(connection, generation, path, set(), seq)
                connection.execute("DELETE FROM files WHERE path = ?", (path,))

    # -- inside a transaction

    def store_passages(self, generation: int, model_id: int, cut: Sequence[tuple[int, Sequence[Passage]]]) -> None:
        """One commit: the passages of whole documents in a generation that is being built. Their vectors are stored."""
        with store.writing(self._connection, self.data) as connection:
            seq = serving.current_seq(connection)
            for document_id, passages in cut:
                ids = self._vector_ids(connection, model_id, passages)
                contents.insert_passages(connection, generation, document_id, passages, ids, seq)

    def without_vectors(self, model_id: int, passages: Iterable[Passage]) -> dict[Hash, Passage]:
        """Those passages whose text has no vector of this model yet, by the hash of it."""
        texts = {text_hash(passage): passage for passage in passages}
        missing = self.generations.missing_vectors(model_id, texts)
        return {key: passage for key, passage in texts.items() if key in missing}

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

    def _with_editions(self, connection: Connection, outcome: FileOutcome) -> FileOutcome:
        """Tell of editions and copies. It is not kept with the outcome: what is known of the others may change."""
        said = editions.told(connection, outcome.document) if outcome.document else ""
        return replace(outcome, reason="; ".join(filter(None, (outcome.reason, said)))) if said else outcome

    def _finish(self, connection: Connection, stamp: FileStamp, outcome: FileOutcome, document: int | None) -> FileOutcome:
        done = replace(outcome, document=document)
        connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stamp.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, stamp.read_ns, stamp.sha256,
                stamp.catalogue, done.outcome.value, done.reason, done.pages, done.pages_without_text, done.passages,
                done.seconds, store.now(), done.handling, json.dumps(done.groups, ensure_ascii=False),
            ),
        )  # fmt: skip
        return done


# Bulk files are stored in parts: these were cut off before their outcome. They are read again, or leave if they are gone.
_CUT_OFF = "SELECT DISTINCT path FROM file_documents WHERE path NOT IN (SELECT path FROM files)"


def _cut_off(path: str) -> tuple[FileStamp, FileOutcome]:
    stamp = FileStamp(path=path, size=-1, mtime_ns=0, ctime_ns=0, inode=0, read_ns=0, sha256="")
    return stamp, FileOutcome(path=path, outcome=Outcome.FAILED, reason="reading it was cut off")


def _stamp(row: store.Row) -> FileStamp:
    names = ("path", "size", "mtime_ns", "ctime_ns", "inode", "read_ns", "sha256", "catalogue")
    return FileStamp(**{name: row[name] for name in names})


def _outcome(row: store.Row) -> FileOutcome:
    names = ("path", "pages", "pages_without_text", "passages", "reason", "seconds")
    values = {name: row[name] for name in names}
    return FileOutcome(**values, outcome=Outcome(row["outcome"]), document=row["document"] if row["n"] == 1 else None)
