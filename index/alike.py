"""Which documents have near-identical texts: found when a document is stored, in the same transaction."""

from collections.abc import Iterator, Sequence

from index.shingles import Shingles, likeness, shingles, sketch
from index.store import Connection
from ingest.document import Format

# Measured by benchmarks/editions.py: two reports of one yearly series share 0.42 at most, all others 0.16; a text with every
# fifth sentence written anew shares 0.75 with what it was.
ALIKE = 0.55
_SHORTEST = 50  # shingles: a note of a few sentences is easily like another that says something else
_IN_SKETCH = 10  # of the shingles in a sketch that two documents share before they are compared whole; 24 is usual at `ALIKE`
_COMPARED = 20  # documents of one mark and owner that one is compared with, those most like it by their sketches first
_AT_ONCE = 50  # documents of an older store that are compared in one commit


def compare(connection: Connection, document_id: int, text: str, kind: str) -> None:
    """Find the documents whose text is near-identical to this one's, and remember each pair. Inside a transaction.

    Records of bulk files are left out: they are no documents that somebody edits.
    """
    connection.execute("UPDATE documents SET compared = 1 WHERE id = ?", (document_id,))
    own = shingles(text) if kind != Format.RECORD else shingles("")
    if len(own) < _SHORTEST:
        return
    for other_id, share in _near(connection, own):
        connection.execute("INSERT INTO alike VALUES (?, ?, ?)", (*sorted((document_id, other_id)), share))
    connection.executemany("INSERT INTO sketches VALUES (?, ?)", [(one, document_id) for one in sketch(own)])


def _near(connection: Connection, own: Shingles) -> Iterator[tuple[int, float]]:
    hashes = sketch(own)
    # So many of each mark and owner: whoever may not see some of them finds the others' likeness as if these were not there.
    rows = connection.execute(
        "SELECT document_id FROM (SELECT document_id, n, row_number() OVER"  # noqa: S608 - only question marks are put in
        " (PARTITION BY handling, groups ORDER BY n DESC, document_id DESC) AS place FROM"
        f" (SELECT document_id, count(*) AS n FROM sketches WHERE hash IN ({', '.join('?' * len(hashes))})"
        " GROUP BY document_id HAVING n >= ?) JOIN documents ON id = document_id) WHERE place <= ? ORDER BY document_id",
        [*hashes, _IN_SKETCH, _COMPARED],
    ).fetchall()
    for row in rows:
        other = connection.execute("SELECT text FROM texts WHERE document_id = ?", (row["document_id"],)).fetchone()
        share = likeness(own, shingles(other["text"] if other else ""))
        if share >= ALIKE:
            yield row["document_id"], share


def forget(connection: Connection, document_ids: Sequence[int]) -> None:
    """Let go of what is remembered of documents that leave."""
    for table, column in (("alike", "document_id"), ("alike", "other_id"), ("sketches", "document_id")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(one,) for one in document_ids])  # noqa: S608 - names of tables and columns of ours


def missing(connection: Connection) -> list[int]:
    """Some documents that were stored by an older version and have not been compared yet; none when all have."""
    rows = connection.execute("SELECT id FROM documents WHERE compared = 0 ORDER BY id LIMIT ?", (_AT_ONCE,))
    return [row["id"] for row in rows]


def compare_stored(connection: Connection, document_ids: Sequence[int]) -> None:
    """Compare documents that are stored already. Inside a transaction."""
    for document_id in document_ids:
        row = connection.execute(
            "SELECT t.text, d.format FROM documents d LEFT JOIN texts t ON t.document_id = d.id WHERE d.id = ?", (document_id,)
        ).fetchone()
        compare(connection, document_id, row["text"] or "", row["format"])  # no text: damaged, which `verify` says
