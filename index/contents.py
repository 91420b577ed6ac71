"""Documents in the store: written once, read back whole."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from index import alike, seal
from index.access import level_of
from index.lexicon import Pair
from index.store import Connection, Row, now
from ingest.change import Prepared
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, Passage, TextSource

_LISTS = ("city", "theme", "groups", "speakers")
_META = tuple(field.name for field in fields(Metadata))


def embedded(context: str, text: str) -> str:
    """What a model is given of a passage: what stands above it, then its text."""
    return f"{context}\n{text}" if context else text


def embedded_hash(context: str, text: str) -> bytes:
    """The key of a passage's vector, within one model."""
    return hashlib.sha256(embedded(context, text).encode("utf-8", "surrogatepass")).digest()[:16]


def insert_document(connection: Connection, prepared: Prepared) -> int:
    """Store text, pages and metadata, and what is like it; return the document's id. Its passages come with `insert_passages`."""
    document = prepared.document
    values: dict[str, Any] = _columns(prepared.metadata) | {
        "key": prepared.key,
        "format": document.format.value,
        "record": document.record,
        "own": json.dumps(asdict(document.metadata), ensure_ascii=False),
        "pages": len(document.pages),
        "unreadable": json.dumps(document.pages_without_text),
        "notes": json.dumps(document.notes, ensure_ascii=False),
        "text_sha256": hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "added": now(),
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"INSERT INTO documents ({names}) VALUES ({marks})", values)  # noqa: S608 - column names of ours
    document_id = int(cursor.lastrowid or 0)
    blocks = json.dumps([[block.start, block.end, block.kind.value, block.level] for block in document.blocks])
    connection.execute("INSERT INTO texts VALUES (?, ?, ?)", (document_id, document.text, blocks))
    connection.executemany(
        'INSERT INTO pages (document_id, number, label, start, "end", width, height, source, confidence, boxes)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (document_id, p.number, p.label, p.start, p.end, p.width, p.height, p.source.value, p.confidence, p.boxes)
            for p in document.pages
        ],
    )
    alike.compare(connection, document_id, document.text, document.format.value)
    seal.put(connection, document_id)
    return document_id


def update_metadata(connection: Connection, document_id: int, metadata: Metadata) -> None:
    """Store what the catalogue now says of a document."""
    values = _columns(metadata)
    settings = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(f"UPDATE documents SET {settings} WHERE id = :id", values | {"id": document_id})  # noqa: S608 - column names of ours
    seal.put(connection, document_id)


def read_metadata(row: Row) -> Metadata:
    """The metadata of a row of `documents`."""
    values: dict[str, Any] = {name: tuple(json.loads(row[name])) if name in _LISTS else row[name] for name in _META}
    return Metadata(**values)


def read_document(connection: Connection, document_id: int) -> tuple[Document, Metadata]:
    """A document as it was read, and the metadata in force. Raises KeyError where there is none."""
    row = connection.execute(
        "SELECT d.*, t.text, t.blocks FROM documents d JOIN texts t ON t.document_id = d.id WHERE d.id = ?",
        (document_id,),
    ).fetchone()
    if row is None:
        raise KeyError(document_id)
    own: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in json.loads(row["own"]).items()}
    document = Document(
        text=row["text"],
        pages=tuple(_page(page) for page in read_pages(connection, document_id)),
        blocks=tuple(
            Block(start=start, end=end, kind=BlockKind(kind), level=level)
            for start, end, kind, level in json.loads(row["blocks"])
        ),
        format=Format(row["format"]),
        metadata=Metadata(**own),
        record=row["record"],
        notes=tuple(json.loads(row["notes"])),
    )
    return document, read_metadata(row)


def read_pages(connection: Connection, document_id: int) -> list[Row]:
    """The rows of a document's pages, in order."""
    return connection.execute("SELECT * FROM pages WHERE document_id = ? ORDER BY number", (document_id,)).fetchall()


def _page(row: Row) -> Page:
    return Page(
        number=row["number"], label=row["label"], start=row["start"], end=row["end"], width=row["width"],
        height=row["height"], source=TextSource(row["source"]), confidence=row["confidence"],
        boxes=row["boxes"],
    )  # fmt: skip


def _columns(metadata: Metadata) -> dict[str, Any]:
    values: dict[str, Any] = asdict(metadata)
    for name in _LISTS:
        values[name] = json.dumps(values[name], ensure_ascii=False)
    return values | {"level": int(level_of(metadata.handling))}


def insert_passages(
    connection: Connection,
    generation: int,
    document_id: int,
    passages: Sequence[Passage],
    vector_ids: Sequence[int],
    seq: int,
) -> None:
    """Store passages with the ids of their vectors."""
    for passage, vector_id in zip(passages, vector_ids, strict=True):
        values = (
            generation, document_id, passage.ordinal, seq, passage.start, passage.end, passage.text, passage.page,
            passage.page_end, json.dumps(passage.section, ensure_ascii=False), passage.context,
            json.dumps(passage.sentences), passage.language, passage.kind.value, vector_id,
        )  # fmt: skip
        connection.execute(
            f"INSERT INTO passages ({seal.PASSAGE}, seal) VALUES ({', '.join('?' * 16)})",  # noqa: S608 - column names and question marks
            (*values, seal.of(values)),
        )


def delete_passages(connection: Connection, generation: int, document_id: int, seq: int) -> None:
    """Remove a document's passages from a generation, leaving tombstones for its snapshot."""
    connection.execute(
        "INSERT INTO tombstones SELECT ?, id, ? FROM passages WHERE generation_id = ? AND document_id = ?",
        (generation, seq, generation, document_id),
    )
    connection.execute("DELETE FROM passages WHERE generation_id = ? AND document_id = ?", (generation, document_id))


def delete_documents(connection: Connection, document_ids: Iterable[int]) -> None:
    """Remove documents whose passages are gone already."""
    ids = [(document_id,) for document_id in document_ids]
    alike.forget(connection, [document_id for (document_id,) in ids])
    for table, column in (("pages", "document_id"), ("texts", "document_id"), ("documents", "id")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)  # noqa: S608 - names of tables and columns of ours


def write_glossary(connection: Connection, folder: str, pairs: Sequence[Pair]) -> None:
    """Store the glossary of a folder in the place of the one before."""
    connection.execute("DELETE FROM glossary WHERE folder = ?", (folder,))
    connection.executemany(
        "INSERT INTO glossary VALUES (?, ?, ?, ?)",
        [
            (folder, place, json.dumps(swedish, ensure_ascii=False), json.dumps(english, ensure_ascii=False))
            for place, (swedish, english) in enumerate(pairs)
        ],
    )


def read_glossaries(connection: Connection) -> dict[str, tuple[Pair, ...]]:
    """The glossaries of the folders that were read, each in its own order."""
    found: dict[str, list[Pair]] = {}
    for row in connection.execute("SELECT * FROM glossary ORDER BY folder, place"):
        pair = tuple(json.loads(row["swedish"])), tuple(json.loads(row["english"]))
        found.setdefault(row["folder"], []).append(pair)
    return {folder: tuple(pairs) for folder, pairs in found.items()}
