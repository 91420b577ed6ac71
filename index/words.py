"""The word index: BM25 over concepts, counted within what the asker may find. Derived from the store, like the vectors.

A concept is one thing that was asked for, under all the words that may stand for it: its frequency in a passage is the weighted
sum of theirs, and its rarity that of the passages with any of them (structured queries: Pirkola 1998; weighted: Darwish and Oard
2003). FTS5 would count each alternative as a word of its own. Weights of BM25 as in Robertson and Zaragoza 2009.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.postings import Ints, Postings, joined

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

K1, B = 1.2, 0.75  # chosen by measurement, docs/retrieval.md
ABOVE = 0.85  # of a word in title, headings or description, beside one in the text
PAGE = 0.3  # what the words of the whole page count beside those of the passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that was asked for: `stems` with their weights (what was typed has 1), and what it counts in the question.

    `translated` are the stems of its equivalents in the other language, which count in passages of that language only, so that
    no word is taken for one of the other language that is spelt the same.
    """

    stems: tuple[tuple[str, float], ...]
    translated: tuple[tuple[str, float], ...] = ()
    to_swedish: bool = False  # the equivalents are Swedish; otherwise English
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a question is put to: flags per part (None: all of it), with the counts that rarity and length are measured by."""

    flags: tuple[Flags | None, ...]
    passages: int
    pages: int
    norms: tuple[Floats, ...]  # per part `(n,)`: what the length of a passage divides by, in BM25
    page_norms: tuple[Floats, ...]  # the same of its pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the words say of the passages that have any of them: ids (sorted) and scores, from 0 to 1 for the best."""

    ids: Ints
    scores: Floats
    rarity: tuple[float, ...]  # of each concept, by its weight: what it counts in the question

    def top(self, depth: int) -> Ints:
        """The ids of the `depth` best passages, best first."""
        ids, scores = self.ids, self.scores
        if len(ids) > depth:
            at = np.argpartition(-scores, depth)[:depth]
            # Of passages that score the same as the last, those that come first.
            at = np.union1d(at, np.flatnonzero(scores == scores[at].min()))
            ids, scores = ids[at], scores[at]
        return ids[np.lexsort((ids, -scores))[:depth]]

    def of(self, ids: Ints) -> Floats:
        """The scores of these passages, in their order; 0 where they have none of the words."""
        if not len(self.ids):
            return np.zeros(len(ids))
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, self.scores[at], 0.0)


class WordIndex:
    """Immutable; safe to use from several threads."""

    def __init__(self, snapshot: Sequence[Postings], delta: Sequence[Postings] = ()) -> None:
        """The passages of a page are all in one part. Passages that have left the library may still be in the snapshot."""
        self._snapshot = tuple(snapshot)
        self._delta = tuple(delta)
        self.parts = tuple(part for part in (*snapshot, *delta) if len(part.ids))
        self.passages = sum(len(part.ids) for part in self.parts)

    @property
    def has_snapshot(self) -> bool:
        """Whether there is a file behind this index, rather than a delta alone."""
        return bool(self._snapshot)

    def with_more(self, fresh: Postings, kept: Ints) -> "WordIndex":
        """The same snapshot, with more passages beside it, and of those beside it only the ones in `kept` (sorted ids)."""
        delta = (*self._delta, fresh)
        ids = np.intersect1d(np.concatenate([part.ids for part in delta]), kept)
        return WordIndex(self._snapshot, (joined(delta, ids),))

    def without_delta(self) -> "WordIndex":
        """The snapshot alone."""
        return WordIndex(self._snapshot)

    def scope(self, ids: Ints, everything: bool) -> Scope:
        """The scope of the passages in `ids` (sorted); `everything` where no passage of any part is left out."""
        flags = tuple(None if everything else np.isin(part.ids, ids) for part in self.parts)
        lengths = [
            part.lengths.astype(np.float64) * (1.0 if kept is None else kept.astype(np.float64))
            for part, kept in zip(self.parts, flags, strict=True)
        ]
        of_pages = [
            np.bincount(part.pages, length, part.page_count).astype(np.float64)
            for part, length in zip(self.parts, lengths, strict=True)
        ]
        total = sum(float(length.sum()) for length in lengths)
        passages = sum(len(part.ids) if kept is None else int(kept.sum()) for part, kept in zip(self.parts, flags, strict=True))
        pages = sum(int((length > 0).sum()) for length in of_pages)
        return Scope(
            flags=flags,
            passages=passages,
            pages=pages,
            norms=tuple(_norm(length, total / max(1, passages)) for length in lengths),
            page_norms=tuple(_norm(length, total / max(1, pages)) for length in of_pages),
        )

    def score(self, concepts: Sequence[Concept], scope: Scope) -> Scored:
        """How much the concepts find in each passage of the scope, and, for a smaller part of the score, on its page."""
        passage = [np.zeros(len(part.ids)) for part in self.parts]
        page = [np.zeros(part.page_count) for part in self.parts]
        rare = tuple(self._add(concept, scope, passage, page) for concept in concepts)
        best = max((float(scores.max()) for scores in passage), default=0.0) or 1.0
        best_page = max((float(scores.max()) for scores in page), default=0.0) or 1.0
        ids, scores = [np.zeros(0, np.int64)], [np.zeros(0)]
        for part, own, whole in zip(self.parts, passage, page, strict=True):
            at = np.flatnonzero(own)
            ids.append(part.ids[at])
            scores.append(own[at] * ((1 - PAGE) / best) + whole[part.pages[at]] * (PAGE / best_page))
        found, said = np.concatenate(ids), np.concatenate(scores)
        if len(self.parts) > 1:
            order = np.argsort(found)
            found, said = found[order], said[order]
        return Scored(ids=found, scores=said, rarity=rare)

    def _add(self, concept: Concept, scope: Scope, passage: list[Floats], page: list[Floats]) -> float:
        """Add the BM25 of one concept to the scores of passages and of pages. Returns its rarity, by its weight."""
        found = self._occurrences(concept, scope)
        on_pages = [self._on_pages(part, *entries) for part, entries in zip(self.parts, found, strict=True)]
        often = [text + ABOVE * above for _, text, above in found]
        rare = concept.weight * rarity(_holding(often), scope.passages)
        page_rare = concept.weight * rarity(_holding([counts for _, counts in on_pages]), scope.pages)
        for number, (at, *_) in enumerate(found):
            passage[number][at] += rare * _saturated(often[number], scope.norms[number][at])
            pages, counts = on_pages[number]
            page[number][pages] += page_rare * _saturated(counts, scope.page_norms[number][pages])
        return rare

    def _on_pages(self, part: Postings, at: Ints, text: Floats, above: Floats) -> tuple[Ints, Floats]:
        """The pages with a concept, and how often: what stands above several passages of a page counts once."""
        page = part.pages[at].astype(np.int64)
        titled = np.flatnonzero(above)
        if len(at) < part.page_count // 16:
            pages, where = np.unique(page, return_inverse=True)
            counts, heads = np.bincount(where, text, len(pages)).astype(np.float64), np.zeros(len(pages))
            np.maximum.at(heads, where[titled], above[titled])
            return pages, counts + ABOVE * heads
        counts, heads = np.bincount(page, text, part.page_count).astype(np.float64), np.zeros(part.page_count)
        np.maximum.at(heads, page[titled], above[titled])
        counts += ABOVE * heads
        pages = np.flatnonzero(counts)
        return pages, counts[pages]

    def _occurrences(self, concept: Concept, scope: Scope) -> list[tuple[Ints, Floats, Floats]]:
        """Per part the passages with any of the concept's stems, and its frequency in their text and above it."""
        found: list[tuple[Ints, Floats, Floats]] = []
        for part, flags in zip(self.parts, scope.flags, strict=True):
            held = [(part.entries_of(stem), weight) for stem, weight in concept.stems]
            for stem, weight in concept.translated:
                entries = part.entries_of(stem)
                apt = part.swedish[entries[0]] == concept.to_swedish
                held.append(((entries[0][apt], entries[1][apt], entries[2][apt]), weight))
            held = [(entries, weight) for entries, weight in held if len(entries[0])]
            if len(held) == 1:
                (at, text, above), weight = held[0]
                here = at.astype(np.int64), weight * text.astype(np.float64), weight * above.astype(np.float64)
            else:
                here = _united(held, len(part.ids))
            if flags is not None:
                kept = flags[here[0]]
                here = here[0][kept], here[1][kept], here[2][kept]
            found.append(here)
        return found


def rarity(holding: float, passages: int) -> float:
    """The weight of what `holding` of `passages` passages hold (Robertson and Spärck Jones 1976, never negative)."""
    return float(np.log1p((passages - holding + 0.5) / (holding + 0.5)))


def _holding(frequencies: Sequence[Floats]) -> float:
    """How many texts hold a concept: those with nothing but a lesser word for it count by its weight, as its frequency does.

    Counted in thousandths, so that the order of the parts does not show in the last bit.
    """
    return float(sum(np.rint(1000 * np.minimum(frequency, 1.0)).sum() for frequency in frequencies)) / 1000


def _norm(lengths: Floats, average: float) -> Floats:
    """What the length of a text adds to the frequency it is measured by."""
    return K1 * (1 - B + B * lengths / (average or 1.0))


def _saturated(frequency: Floats, norm: Floats) -> Floats:
    """BM25 of a frequency: each further occurrence says less, and the less the longer the text."""
    return frequency * (K1 + 1) / (frequency + norm)


def _united(held: Sequence[tuple[tuple[npt.NDArray[np.integer], ...], float]], passages: int) -> tuple[Ints, Floats, Floats]:
    if not held:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    if sum(len(entries[0]) for entries, _ in held) < passages // 16:
        return _united_few(held)
    text, above = np.zeros(passages), np.zeros(passages)
    for (at, counts, heads), weight in held:
        text[at] += weight * counts
        above[at] = np.maximum(above[at], weight * heads)
    places = np.flatnonzero((text > 0) | (above > 0))
    return places, text[places], above[places]


def _united_few(held: Sequence[tuple[tuple[npt.NDArray[np.integer], ...], float]]) -> tuple[Ints, Floats, Floats]:
    """The same, without touching every passage."""
    at = np.concatenate([entries[0] for entries, _ in held]).astype(np.int64)
    places, where = np.unique(at, return_inverse=True)
    counts = np.concatenate([weight * entries[1] for entries, weight in held])
    text = np.bincount(where, counts, len(places)).astype(np.float64)
    above = np.zeros(len(places))
    np.maximum.at(above, where, np.concatenate([weight * entries[2] for entries, weight in held]))
    return places, text, above
