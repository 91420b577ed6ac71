"""What is like what: passages like a passage, documents like a document, and what stands around a passage."""

import json
from collections.abc import Sequence

import numpy as np

from index import answering
from index.access import Principal
from index.result import Hit
from index.retrieval import Candidate
from index.serving import Serving
from index.store import Connection, Row
from index.vectors import bitmap, holds, unpack


def passages(connection: Connection, now: Serving, principal: Principal, passage_id: int, top: int) -> tuple[Hit, ...]:
    """The passages of other documents nearest in meaning to a passage, best first; older editions are left out."""
    row = _row(connection, now, principal, passage_id)
    if row is None:
        return ()
    vector = unpack([row["vector"]], now.model.dimension)[0]
    # Its own document is left out before anything is ranked: the nearest passages of a long report are all its own.
    allowed = now.allowed(principal, {})
    others = now.ids[holds(allowed.passages, now.ids) & (now.owners != row["document_id"])]
    ids, scores = now.index.search(vector, top, bitmap(others, int(now.ids[-1])))
    found = [
        Candidate(passage_id=one, score=float(score), cosine=float(score), words=0.0)
        for one, score in zip(ids.tolist(), scores, strict=True)
    ]
    return answering.hits_of(connection, now, found, None)[0]


def documents(connection: Connection, now: Serving, principal: Principal, document_id: int, top: int) -> list[tuple[int, float]]:
    """The documents nearest in meaning to a document: by the mean of their passages' vectors, best first.

    Its own editions and copies are left out, and older editions of others: they are told of as such.
    """
    if not now.shows(document_id, principal):
        return []
    own = now.editions.shares.get(document_id, {})
    others = now.allowed(principal, {}).documents - own.keys() | {document_id}
    rows = connection.execute(
        "SELECT p.document_id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id WHERE p.generation_id = ?"
        " AND p.document_id IN (SELECT value FROM json_each(?)) ORDER BY p.id",
        (now.generation, json.dumps(sorted(others))),
    ).fetchall()
    if not rows:
        return []
    owners = np.array([row["document_id"] for row in rows])
    known, places = np.unique(owners, return_inverse=True)
    means = np.zeros((len(known), now.model.dimension), np.float32)
    np.add.at(means, places, unpack((row["vector"] for row in rows), now.model.dimension))
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    at = np.flatnonzero(known == document_id)
    if not len(at):
        return []
    scores = means @ means[at[0]]
    order = np.lexsort((known, -scores))
    return [(int(known[place]), float(scores[place])) for place in order if known[place] != document_id][:top]


def neighbours(connection: Connection, now: Serving, principal: Principal, passage_id: int, around: int) -> tuple[Hit, ...]:
    """A passage and the `around` passages before and after it in its document, in order."""
    row = _row(connection, now, principal, passage_id)
    if row is None:
        return ()
    near = connection.execute(
        "SELECT id FROM passages WHERE generation_id = ? AND document_id = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal",
        (now.generation, row["document_id"], row["ordinal"] - around, row["ordinal"] + around),
    )
    return answering.hits_of(connection, now, _as_found(near.fetchall()), None)[0]


def _as_found(rows: Sequence[Row]) -> list[Candidate]:
    return [Candidate(passage_id=row["id"], score=0.0, cosine=float("nan"), words=0.0) for row in rows]


def _row(connection: Connection, now: Serving, principal: Principal, passage_id: int) -> Row | None:
    """A passage of what is served, None where it does not exist for the asker."""
    row: Row | None = connection.execute(
        "SELECT p.document_id, p.ordinal, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id"
        " WHERE p.id = ? AND p.generation_id = ?",
        (passage_id, now.generation),
    ).fetchone()
    return row if row is not None and now.shows(row["document_id"], principal) else None
