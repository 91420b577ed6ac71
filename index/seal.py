"""Seals: what is stored is marked with a hash of itself, so that `verify` notices what a disk has changed behind its back.

A row without a seal (b"") was stored by a version that had none.
"""

import hashlib
from collections.abc import Iterable

from index.store import Connection

PASSAGE = (
    'generation_id, document_id, ordinal, seq, start, "end", text, page, page_end, section, context, sentences, language,'
    " kind, vector_id"
)
_DOCUMENT = (
    "SELECT key, format, record, title, kind, city, organisation, theme, date, language, edition, supersedes, handling, level,"
    " attribution, source, own, pages, unreadable, notes, text_sha256, added, (SELECT blocks FROM texts WHERE document_id = id)"
    " FROM documents WHERE id = ?"
)
# What a version before these columns sealed has the same seal now: they are sealed where they say anything.
_LATER = "SELECT groups, speakers FROM documents WHERE id = ? AND (groups != '[]' OR speakers != '[]')"
_PAGES = """SELECT number, label, start, "end", width, height, source, confidence, boxes
    FROM pages WHERE document_id = ? ORDER BY number"""


def of(values: Iterable[object]) -> bytes:
    """The seal of the values of a row, as SQLite gives them: 8 bytes."""
    return hashlib.sha256(repr(tuple(values)).encode("utf-8", "surrogatepass")).digest()[:8]


def of_document(connection: Connection, document_id: int) -> bytes:
    """The seal of all that is stored of a document, besides its passages. Its text has a hash of its own."""
    rows = [row for query in (_DOCUMENT, _PAGES, _LATER) for row in connection.execute(query, (document_id,))]
    return of(value for row in rows for value in row)


def put(connection: Connection, document_id: int) -> None:
    """Seal a document, at the end of what changes it."""
    connection.execute("UPDATE documents SET seal = ? WHERE id = ?", (of_document(connection, document_id), document_id))
