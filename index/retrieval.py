"""From a question to ranked passages, among those that the asker may see."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import fuse
from index.result import Mode
from index.serving import Allowed, Serving
from index.store import Connection
from index.vectors import Ids, Scores, Vectors
from index.words import Scored

DEPTH = 200  # candidates of each half at least
_LOOKED_INTO = 40  # of the best, whose sentences are compared with the question too
_SENTENCE = 0.2  # what the nearest sentence of a passage counts beside the passage, in its meaning
_MOST_PAGES = 50  # of a range that a question names
_ON_PAGE = 0.3  # added to passages on a page that the question names

_PAGE = re.compile(
    r"\b(?:pages?|slides?|sid(?:a|an|or|orna|\.)|pp?\.|s\.)\s*\(?(\d{1,4})(?!\d)\)?(?:\s*(-|–|to|till|and|och)\s*(\d{1,4})\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: what its words say, its `(dim,)` unit vector (None: words only), and pages that it names."""

    scored: Scored
    vector: Vectors | None
    near: tuple[Ids, Scores]  # the passages nearest in meaning among those allowed, with their cosines, best first
    weights: fuse.Weights
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage with what each half says of it: cosine (NaN where meaning was not compared) and words (0 to 1)."""

    passage_id: int
    score: float
    cosine: float
    words: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The passages that were found, best first, each column `(n,)`: as many as were looked at, of which few are shown."""

    ids: Ids
    scores: fuse.Floats
    cosines: fuse.Floats
    words: fuse.Floats

    def first(self, most: int) -> list[Candidate]:
        """The best of them, one by one."""
        columns = (column[:most].tolist() for column in (self.ids, self.scores, self.cosines, self.words))
        return [
            Candidate(passage_id=one, score=score, cosine=cosine, words=said)
            for one, score, cosine, said in zip(*columns, strict=True)
        ]


def pages_named(question: str) -> tuple[str, ...]:
    """The pages that a question names: "on page 17", "sidorna 10–14", "pages 3 and 9"."""
    found: list[str] = []
    for first, link, last in _PAGE.findall(question):
        through = link not in ("", "and", "och") and 0 < int(last) - int(first) < _MOST_PAGES
        found += map(str, range(int(first), int(last) + 1)) if through else filter(None, (first, last))
    return tuple(dict.fromkeys(found))


def retrieve(
    connection: Connection, serving: Serving, allowed: Allowed, wanted: Wanted, mode: Mode, depth: int = DEPTH
) -> Ranked:
    """The best passages, best first."""
    if allowed.count == 0:
        return Ranked(ids=serving.ids[:0], scores=np.zeros(0), cosines=np.zeros(0), words=np.zeros(0))
    meant = mode is not Mode.LEXICAL and wanted.vector is not None
    near, near_cosines = (wanted.near[0][:depth], wanted.near[1][:depth]) if meant else (serving.ids[:0], np.zeros(0))
    ids = np.sort(near if mode is Mode.DENSE else np.concatenate([near, wanted.scored.top(depth)]))
    ids = ids[np.concatenate([[True], ids[1:] != ids[:-1]])[: len(ids)]]  # each once
    words = wanted.scored.of(ids)
    cosines = np.full(len(ids), np.nan)
    if meant and wanted.vector is not None:
        cosines[np.searchsorted(ids, near)] = near_cosines
        others = np.isnan(cosines)
        cosines[others] = serving.index.scores(wanted.vector, ids[others])
    foreign = serving.foreign_of(ids) | np.isnan(cosines)
    scores = _scores(cosines, words, foreign, wanted.weights, mode)
    if wanted.pages and len(ids):
        scores = scores + _ON_PAGE * _on_pages(connection, ids, wanted.pages)
    if mode is Mode.HYBRID and meant:
        scores = _look_into(connection, serving, ids, wanted, cosines, words, foreign, scores)
    order = np.lexsort((ids, -scores))
    cosines = np.where(foreign, np.nan, cosines)
    return Ranked(ids=ids[order], scores=scores[order], cosines=cosines[order], words=words[order])


def _scores(cosines: fuse.Floats, words: fuse.Floats, foreign: fuse.Flags, weights: fuse.Weights, mode: Mode) -> fuse.Floats:
    if mode is Mode.LEXICAL or bool(np.isnan(cosines).all()):
        return words
    if mode is Mode.DENSE:
        return cosines
    return fuse.fuse(cosines, words, weights, foreign)


def _look_into(
    connection: Connection, serving: Serving, ids: Ids, wanted: Wanted, cosines: fuse.Floats, words: fuse.Floats,
    foreign: fuse.Flags, scores: fuse.Floats,
) -> fuse.Floats:  # fmt: skip
    """Rank the best anew, with the nearest sentence of each beside the passage as a whole. The others stay behind them."""
    order = np.lexsort((ids, -scores))
    top, rest = order[:_LOOKED_INTO], order[_LOOKED_INTO:]
    known = np.sort(top[~foreign[top]])
    if wanted.vector is None or not len(known):
        return scores
    mixed = cosines.copy()
    nearest = nearest_sentences(connection, serving, ids[known], wanted.vector, cosines[known])
    mixed[known] = (1 - _SENTENCE) * cosines[known] + _SENTENCE * nearest
    plain, again = (fuse.fuse(values[top], words[top], wanted.weights, foreign[top]) for values in (cosines, mixed))
    out = scores.copy()
    out[top] += again - plain
    if len(rest):
        out[rest] += min(0.0, float(out[top].min()) - float(scores[rest].max()) - 1e-9)
    return out


def nearest_sentences(connection: Connection, serving: Serving, ids: Ids, query: Vectors, otherwise: fuse.Floats) -> Scores:
    """The cosine of each passage's nearest sentence with the question; `otherwise` where its sentences have no vectors."""
    cosines, counts = _sentences(connection, serving, ids, query)
    nearest, has = otherwise.astype(np.float32), counts > 0
    if len(cosines):
        nearest[has] = np.maximum.reduceat(cosines, (np.cumsum(counts) - counts)[has])
    return nearest


def sentence_cosines(connection: Connection, serving: Serving, ids: Ids, query: Vectors) -> dict[int, Scores]:
    """The cosines of the sentences of each passage with the question, in their order."""
    cosines, counts = _sentences(connection, serving, ids, query)
    return dict(zip(ids.tolist(), np.split(cosines, np.cumsum(counts)[:-1]), strict=True))


def _sentences(connection: Connection, serving: Serving, ids: Ids, query: Vectors) -> tuple[Scores, Ids]:
    """The cosines of all sentences of these passages, one after the other, and how many each passage has."""
    wanted = serving.vectors_of(ids).tolist()
    marks = ", ".join("?" * len(wanted))
    found: dict[int, bytes] = dict(connection.execute(f"SELECT id, sentences FROM vectors WHERE id IN ({marks})", wanted))  # noqa: S608 - only question marks are put in
    held = [found[one] for one in wanted]
    packed = np.frombuffer(b"".join(held), np.int8).reshape(-1, len(query)).astype(np.float32)
    cosines: Scores = (packed @ (query / 127)).astype(np.float32, copy=False)
    return cosines, np.array([len(one) // len(query) for one in held], np.int64)


def _on_pages(connection: Connection, ids: Ids, pages: Sequence[str]) -> fuse.Floats:
    """1 for the passages that touch one of the pages, by physical number or by label; 0 for the others.

    A spread ("12–13") is both of its pages.
    """
    marks, named = ", ".join("?" * len(ids)), ", ".join("?" * len(pages))
    labelled = " OR ".join(["instr('–' || g.label || '–', '–' || ? || '–')"] * len(pages))
    rows = connection.execute(
        f"SELECT DISTINCT p.id FROM passages p JOIN pages g ON g.document_id = p.document_id AND g.number BETWEEN p.page"  # noqa: S608 - only question marks are put in
        f" AND p.page_end WHERE p.id IN ({marks}) AND (CAST(g.number AS TEXT) IN ({named}) OR {labelled})",
        [*ids.tolist(), *pages, *pages],
    )
    return np.isin(ids, [row["id"] for row in rows]).astype(np.float64)
