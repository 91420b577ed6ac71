"""Rebuild: the library cut and embedded anew, beside the index that serves until the new one is whole."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from index.embed import Embedded, Encoder
from index.generations import Hash
from index.writer import Writer, embed
from ingest.document import Cutter, Passage

_BATCH = 128  # passages embedded and stored in one commit, about; a document is never divided


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rebuild is: `done` of `total` documents, and the passages so far."""

    phase: str
    done: int
    total: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    documents: list[tuple[int, Sequence[Passage]]]
    missing: dict[Hash, Passage]
    passages: int


def rebuild(writer: Writer, encoder: Encoder, folder: Path, source: str, chunking: str, cut: Cutter) -> Iterator[Progress]:
    """Build a new generation and serve it. Killed at any moment, the old one serves and no vector is computed twice.

    The caller holds the writer lock, so that no document comes or goes meanwhile.
    """
    model_id = writer.generations.model_id(encoder.info, folder, source)
    generation = writer.generations.start(model_id, chunking)
    documents = writer.all_documents()
    done = passages = 0
    yield Progress(phase="embedding", done=0, total=len(documents), passages=0)
    with ThreadPoolExecutor(1) as executor:
        running: tuple[_Batch, Future[dict[Hash, Embedded]]] | None = None
        for batch in _batches(writer, model_id, documents, cut):
            started = executor.submit(embed, encoder, batch.missing)
            if running is not None:
                done, passages = _store(writer, generation, model_id, running, done, passages)
                yield Progress(phase="embedding", done=done, total=len(documents), passages=passages)
            running = (batch, started)
        if running is not None:
            done, passages = _store(writer, generation, model_id, running, done, passages)
    yield Progress(phase="writing vectors", done=done, total=len(documents), passages=passages)
    writer.generations.serve(generation, writer.generations.write_snapshot(generation))
    yield Progress(phase="cleaning up", done=done, total=len(documents), passages=passages)
    writer.generations.clean()


def _batches(writer: Writer, model_id: int, documents: Sequence[int], cut: Cutter) -> Iterator[_Batch]:
    held: list[tuple[int, Sequence[Passage]]] = []
    running: set[Hash] = set()  # of the batch before, which is being embedded, and stored before this one
    for place, document_id in enumerate(documents):
        document, metadata = writer.read_document(document_id)
        held.append((document_id, cut(document, metadata.title)))
        if sum(len(passages) for _, passages in held) >= _BATCH or place == len(documents) - 1:
            without = writer.without_vectors(model_id, (passage for _, passages in held for passage in passages))
            yield _Batch(
                documents=held,
                missing={key: passage for key, passage in without.items() if key not in running},
                passages=sum(len(passages) for _, passages in held),
            )
            held, running = [], set(without)


def _store(
    writer: Writer,
    generation: int,
    model_id: int,
    running: tuple[_Batch, "Future[dict[Hash, Embedded]]"],
    done: int,
    passages: int,
) -> tuple[int, int]:
    batch, vectors = running
    writer.generations.insert_vectors(model_id, vectors.result())
    writer.store_passages(generation, model_id, batch.documents)
    return done + len(batch.documents), passages + batch.passages
