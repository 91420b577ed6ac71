"""Generations: ways to cut and embed the library, one of which serves. Their models, vectors and vector files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index import postings, schema, seal, serving, store, vectorfile, vectors
from index.embed import Embedded
from index.errors import SnapshotError, StoreError
from index.files import is_whole
from index.models import ModelInfo, parse_info, sweep
from index.settings import models_folder
from index.store import Connection

Hash = bytes
_FOLD_AT = 2_000  # vectors in the delta before it is folded into the snapshot, or a tenth of the snapshot where that is more


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The generation that is served: its model (exported folder, and the name or path it came from) and its chunking (JSON)."""

    generation: int
    model_id: int
    model_folder: str
    model_source: str
    fingerprint: str
    chunking: str


class Generations:
    """The generations of a library that is open for writing."""

    def __init__(self, connection: Connection, data: Path) -> None:
        """`connection` belongs to the holder of the writer lock."""
        self._connection = connection
        self.data = data

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

    def served(self) -> "Served | None":
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

    def start(self, model_id: int, chunking: str, state: str = "building") -> int:
        """A new, empty generation."""
        with store.writing(self._connection, self.data) as connection:
            cursor = connection.execute(
                "INSERT INTO generations (model_id, chunking, state, created) VALUES (?, ?, ?, ?)",
                (model_id, chunking, state, store.now()),
            )
        return int(cursor.lastrowid or 0)

    def serve(self, generation: int, snapshot: vectors.Snapshot) -> None:
        """The one moment at which readers change over: from here on they see `generation`."""
        with store.writing(self._connection, self.data) as connection:
            connection.execute("UPDATE generations SET state = 'retired' WHERE state = 'serving'")
            connection.execute("UPDATE generations SET state = 'serving' WHERE id = ?", (generation,))
            self._record(connection, generation, snapshot)
            self.next_seq(connection)

    def missing_vectors(self, model_id: int, hashes: Iterable[Hash]) -> set[Hash]:
        """Those hashes that have no vector of this model yet, or none of their sentences (made by version 0.1)."""
        query = "SELECT 1 FROM vectors WHERE model_id = ? AND hash = ? AND length(sentences) > 0"
        return {value for value in set(hashes) if not self._connection.execute(query, (model_id, value)).fetchone()}

    def insert_vectors(self, model_id: int, new: Mapping[Hash, Embedded]) -> None:
        """One commit: vectors alone, so that a rebuild that is killed does not embed them again."""
        with store.writing(self._connection, self.data) as connection:
            self.put_vectors(connection, model_id, new)

    # -- vector files

    def fold_if_large(self, generation: int) -> bool:
        """Fold the delta into a new snapshot when it has grown, or the snapshot is damaged. Returns whether it was."""
        before = serving.read_snapshot(self._connection, generation)
        if before is not None and not self._is_whole(before):
            self.fold(generation)
            return True
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
        dimension = parse_info(info["info"]).dimension
        ids = np.array([row["id"] for row in rows], np.int64)
        name = f"generation-{generation}-{seq}"
        folder = serving.vector_folder(self.data)
        words = postings.build(serving.passage_words(self._connection, generation, -1))
        try:
            folder.mkdir(exist_ok=True, mode=0o700)
            path = folder / f"{name}.faiss"
            digest = vectorfile.write(path, ids, vectors.unpack((row["vector"] for row in rows), dimension))
            words_digest = postings.write(folder / f"{name}.words", words)
        except OSError as exc:
            raise StoreError(
                f"The vectors cannot be written to {folder}: {exc.strerror or exc}. Nothing stored is lost."
            ) from exc
        return vectors.Snapshot(
            seq=seq, file=f"{name}.faiss", sha256=digest, vectors=len(ids), words=f"{name}.words", words_sha256=words_digest
        )

    def _is_whole(self, snapshot: vectors.Snapshot) -> bool:
        folder = serving.vector_folder(self.data)
        try:
            postings.read(folder / snapshot.words, snapshot.words_sha256)  # not of another version either
        except SnapshotError:
            return False
        return is_whole(folder / snapshot.file, snapshot.sha256)

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
                    "INSERT OR IGNORE INTO vectors (model_id, hash, vector, sentences, seal)"
                    " SELECT m.id, v.hash, v.vector, v.sentences, v.seal FROM other.vectors v"
                    " JOIN other.models o ON o.id = v.model_id JOIN models m ON m.fingerprint = o.fingerprint"
                )
        finally:
            connection.execute("DETACH other")

    # -- what was left behind

    def clean(self) -> None:
        """Remove what no reader needs: generations that are not served, in small commits, and files that nothing names."""
        sweep(models_folder(self.data))
        unserved = self._connection.execute("SELECT id FROM generations WHERE state != 'serving'").fetchall()
        for row in unserved:
            self.drop(int(row["id"]))
        for row in self._connection.execute(schema.FULL_TEXT).fetchall():  # version 0.1 kept its words in FTS5
            with store.writing(self._connection, self.data) as connection:
                connection.execute(f"DROP TABLE IF EXISTS {row['name']}")
        named = {name for row in self._connection.execute("SELECT file, words FROM snapshots") for name in row}
        folder = serving.vector_folder(self.data)
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name not in named:
                    path.unlink(missing_ok=True)

    def drop(self, generation: int) -> None:
        """Remove a generation that is not served."""
        while True:
            with store.writing(self._connection, self.data) as connection:
                gone = connection.execute(
                    "DELETE FROM passages WHERE id IN (SELECT id FROM passages WHERE generation_id = ? LIMIT 5000)",
                    (generation,),
                ).rowcount
            if not gone:
                break
        with store.writing(self._connection, self.data) as connection:
            connection.execute("DELETE FROM tombstones WHERE generation_id = ?", (generation,))
            connection.execute("DELETE FROM snapshots WHERE generation_id = ?", (generation,))
            connection.execute("DELETE FROM generations WHERE id = ? AND state != 'serving'", (generation,))

    # -- inside a transaction

    def next_seq(self, connection: Connection) -> int:
        """The number of the commit that is being made, which changes what can be found."""
        connection.execute("UPDATE state SET value = value + 1 WHERE key = 'seq'")
        return serving.current_seq(connection)

    def put_vectors(self, connection: Connection, model_id: int, new: Mapping[Hash, Embedded]) -> None:
        """Store vectors that are not there yet, inside a transaction."""
        connection.executemany(
            "INSERT INTO vectors (model_id, hash, vector, sentences, seal) VALUES (?, ?, ?, ?, ?) ON CONFLICT (model_id, hash)"
            " DO UPDATE SET vector = excluded.vector, sentences = excluded.sentences, seal = excluded.seal",
            [_vector(model_id, key, made) for key, made in new.items()],
        )

    def _record(self, connection: Connection, generation: int, snapshot: vectors.Snapshot) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO snapshots (generation_id, seq, file, sha256, vectors, created, words, words_sha256)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                generation,
                snapshot.seq,
                snapshot.file,
                snapshot.sha256,
                snapshot.vectors,
                store.now(),
                snapshot.words,
                snapshot.words_sha256,
            ),
        )
        connection.execute("DELETE FROM tombstones WHERE generation_id = ? AND seq <= ?", (generation, snapshot.seq))


def _vector(model_id: int, key: Hash, made: Embedded) -> tuple[int, Hash, bytes, bytes, bytes]:
    vector, sentences = vectors.pack(made.vector), made.sentences.tobytes()
    return model_id, key, vector, sentences, seal.of((vector, sentences))
