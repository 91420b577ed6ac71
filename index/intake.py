"""The library as an ingest run sees it: what is known, and where documents go. Implements `ingest.pipeline.Target`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from index import contents, store
from index.embed import Embedded, Encoder
from index.generations import Hash, Served
from index.store import Connection
from index.writer import Writer, embed
from ingest.change import FileOutcome, FileStamp, Prepared, Step
from ingest.document import Document, Format, Passage


class Intake:
    """Takes documents into the generation that is served."""

    def __init__(self, writer: Writer, encoder: Encoder, served: Served) -> None:
        """The caller holds the writer lock."""
        self._writer = writer
        self._encoder = encoder
        self._served = served

    def known(self) -> list[tuple[FileStamp, FileOutcome]]:
        """How each file was when it was read, and what became of it."""
        return self._writer.stamps()

    def missing(self, prepared: Sequence[Prepared]) -> dict[Hash, Passage]:
        """The passages that have no vector yet, by the hash of their text."""
        return self._writer.without_vectors(self._served.model_id, (one for item in prepared for one in item.passages))

    def embed(self, missing: Mapping[Hash, Passage]) -> dict[Hash, Embedded]:
        """Their vectors."""
        return embed(self._encoder, missing)

    def store(self, steps: Sequence[Step], vectors: Mapping[Hash, Embedded]) -> list[FileOutcome]:
        """Documents and the outcomes of their files, in one commit; failures and the ends of bulk files in their own."""
        plain = [step for step in steps if step.prepared]
        outcomes = [(step.stamp, step.outcome) for step in plain if step.stamp and step.outcome and not step.bulk]
        done = self._writer.store_documents(
            self._served.generation,
            self._served.model_id,
            [item for step in plain for item in step.prepared],
            vectors,
            [step.path for step in plain for _ in step.prepared],
            outcomes,
        ) if plain else []  # fmt: skip
        for step in steps:
            if step.prepared or step.stamp is None or step.outcome is None:
                continue
            if step.bulk:
                done.append(self._writer.keep_only(self._served.generation, step.stamp, step.outcome, step.record_keys))
            else:
                done.append(self.fail(step.stamp, step.outcome))
        return done

    def share(self, stamp: FileStamp, outcome: FileOutcome, other: str) -> FileOutcome:
        """A file holds the same documents as the file `other`."""
        return self._writer.link_existing(self._served.generation, stamp, outcome, self._writer.documents_of(other))

    def reread(self, path: str) -> Document | None:
        """The stored document of a file, None where it holds none, or records. Safe to call from any thread."""
        with self._reading() as connection:
            rows = connection.execute("SELECT document_id FROM file_documents WHERE path = ?", (path,)).fetchall()
            if len(rows) != 1:
                return None
            document, _ = contents.read_document(connection, rows[0]["document_id"])
        return None if document.format is Format.RECORD else document

    def holders(self, key: str) -> list[str]:
        """The files that the document of this content key came in. Safe to call from any thread."""
        query = "SELECT path FROM file_documents f JOIN documents d ON d.id = f.document_id WHERE d.key = ? ORDER BY path"
        with self._reading() as connection:
            return [str(row["path"]) for row in connection.execute(query, (key,))]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        connection = store.open_reader(self._writer.data)
        try:
            with store.reading(connection):
                yield connection
        finally:
            connection.close()

    def fail(self, stamp: FileStamp, outcome: FileOutcome) -> FileOutcome:
        """A file could not be read; what it held goes."""
        return self._writer.fail(self._served.generation, stamp, outcome)

    def touch(self, stamps: Sequence[FileStamp]) -> None:
        """Same content, new stamps."""
        self._writer.touch(stamps)

    def remove(self, paths: Sequence[str]) -> None:
        """Files that are gone."""
        self._writer.remove_files(self._served.generation, paths)


def open_intake(writer: Writer, encoder: Encoder, folder: Path, source: str, chunking: str, served: Served | None) -> Intake:
    """The intake of the generation that is served; of a first, empty one where there is none."""
    if served is None:
        model_id = writer.generations.model_id(encoder.info, folder, source)
        writer.generations.start(model_id, chunking, "serving")
        served = writer.generations.served()
    elif served.model_folder != folder.name:  # the same model, exported anew where the library was moved to
        writer.generations.model_id(encoder.info, folder, served.model_source)
    if served is None:
        raise AssertionError("a generation was just started")
    return Intake(writer, encoder, served)
