"""From a question to ranked passages, among those that the asker may see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import fuse, lexical, schema
from index.result import Mode
from index.serving import Allowed, Serving
from index.store import Connection
from index.vectors import Ids, Scores

DEPTH = 200  # candidates of each half at least
CONTEXT_WEIGHT = 0.7  # of a word in the title or headings, beside one in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage with what each half says of it: cosine (NaN without vectors) and BM25 (0 without its words)."""

    passage_id: int
    score: float
    cosine: float
    bm25: float


def retrieve(
    connection: Connection,
    serving: Serving,
    allowed: Allowed,
    terms: Sequence[tuple[str, ...]],
    query: Scores | None,
    mode: Mode,
    weights: fuse.Weights,
    depth: int = DEPTH,
) -> list[Candidate]:
    """The best passages, best first. `query` is the question's `(dim,)` unit vector; None where only words are searched."""
    if allowed.count == 0:
        return []
    found: dict[int, float] = {}
    if mode is not Mode.DENSE:
        found = search_words(connection, serving.generation, allowed, terms, depth)
    near: Ids = np.zeros(0, np.int64)
    if mode is not Mode.LEXICAL and query is not None:
        near, _ = serving.index.search(query, depth, allowed.passages)
    ids = np.unique(np.concatenate([near, np.fromiter(found, np.int64, len(found))]))
    if not len(ids):
        return []
    bm25 = np.array([found.get(int(one), 0.0) for one in ids])
    cosine = np.full(len(ids), np.nan)
    if mode is not Mode.LEXICAL and query is not None:
        cosine = serving.index.scores(query, ids).astype(np.float64)
    scores = _scores(cosine, bm25, mode, weights)
    order = np.lexsort((ids, -scores))
    return [
        Candidate(passage_id=int(ids[at]), score=float(scores[at]), cosine=float(cosine[at]), bm25=float(bm25[at]))
        for at in order
    ]


def _scores(cosine: fuse.Floats, bm25: fuse.Floats, mode: Mode, weights: fuse.Weights) -> fuse.Floats:
    if mode is Mode.LEXICAL or bool(np.isnan(cosine).all()):
        return bm25
    if mode is Mode.DENSE:
        return cosine
    return fuse.fuse(np.nan_to_num(cosine, nan=float(np.nanmin(cosine))), bm25, weights)


def search_words(
    connection: Connection, generation: int, allowed: Allowed, terms: Sequence[tuple[str, ...]], depth: int
) -> dict[int, float]:
    """BM25 by passage id of the passages with any of the terms. FTS5's own is lower for the better; here it is turned round."""
    if not terms:
        return {}
    table = schema.lexical_table(generation)
    gate = ""
    if not allowed.everything:
        flags = allowed.passages

        def may_see(rowid: int) -> bool:
            return bool(rowid >> 3 < len(flags) and flags[rowid >> 3] >> (rowid & 7) & 1)

        connection.create_function("may_see", 1, may_see)
        gate = "AND may_see(rowid)"
    rows = connection.execute(
        f"SELECT rowid, -bm25({table}, {CONTEXT_WEIGHT}, 1.0) AS score FROM {table} WHERE {table} MATCH ? {gate}"
        " ORDER BY score DESC, rowid LIMIT ?",
        (lexical.match_expression(terms), depth),
    )
    return {int(row["rowid"]): float(row["score"]) for row in rows}


def document_frequencies(connection: Connection, generation: int, terms: Sequence[tuple[str, ...]]) -> list[int]:
    """In how many passages each term occurs, under any of its stems."""
    table = f"{schema.lexical_table(generation)}_words"
    frequencies = []
    for stems in terms:
        marks = ", ".join("?" * len(stems))
        row = connection.execute(f"SELECT coalesce(max(doc), 0) AS n FROM {table} WHERE term IN ({marks})", stems).fetchone()
        frequencies.append(int(row["n"]))
    return frequencies
