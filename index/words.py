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
_ANY = 2  # a stem that counts in passages of any language; otherwise 1 where in Swedish ones only, 0 where in others only


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
    swedish: int  # passages in Swedish
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
            last = len(ids) - depth
            at = np.flatnonzero(scores >= np.partition(scores, last)[last])  # all that score the same as the last
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
            swedish=sum(
                int((part.swedish if kept is None else part.swedish & kept).sum())
                for part, kept in zip(self.parts, flags, strict=True)
            ),
            norms=tuple(_norm(length, total / max(1, passages)) for length in lengths),
            page_norms=tuple(_norm(length, total / max(1, pages)) for length in of_pages),
        )

    def score(self, concepts: Sequence[Concept], scope: Scope) -> Scored:
        """How much the concepts find in each passage of the scope, and, for a smaller part of the score, on its page."""
        held = [_in_passages(part, flags, concepts) for part, flags in zip(self.parts, scope.flags, strict=True)]
        on_pages = [_on_pages(part, one) for part, one in zip(self.parts, held, strict=True)]
        rare = _rarities(concepts, held, scope.passages)
        page_rare = _rarities(concepts, on_pages, scope.pages)
        passage = [one.sums(rare, norm) for one, norm in zip(held, scope.norms, strict=True)]
        page = [one.sums(page_rare, norm) for one, norm in zip(on_pages, scope.page_norms, strict=True)]
        best = max((float(scores.max()) for scores in passage), default=0.0) or 1.0
        best_page = max((float(scores.max()) for scores in page), default=0.0) or 1.0
        ids, scores = [np.zeros(0, np.int64)], [np.zeros(0)]
        for part, own, whole in zip(self.parts, passage, page, strict=True):
            at = np.flatnonzero(own != 0)  # NumPy 2.4 finds them in flags five times as fast as in floats
            ids.append(part.ids[at])
            scores.append(own[at] * ((1 - PAGE) / best) + whole[part.pages[at]] * (PAGE / best_page))
        found, said = np.concatenate(ids), np.concatenate(scores)
        if len(self.parts) > 1:
            order = np.argsort(found)
            found, said = found[order], said[order]
        return Scored(ids=found, scores=said, rarity=rare)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """Which texts of a part (its passages, or its pages) hold which concept. `(m,)` each, by concept and then by place.

    All concepts are in the same arrays: a question has few entries, and NumPy needs its time for a call rather than for them.
    """

    places: Ints
    sizes: Ints  # (concepts,): how many of the texts hold each
    text: Floats  # how often, in the text
    above: Floats  # and above it
    frequency: Floats  # both together

    def sums(self, rare: Sequence[float], norm: Floats) -> Floats:
        """BM25 of all concepts together, for each text of the part. `rare`: of each concept; `norm`: of each text."""
        said = np.repeat(rare, self.sizes) * _saturated(self.frequency, norm[self.places])
        total: Floats = np.bincount(self.places, said, len(norm)).astype(np.float64, copy=False)
        return total

    def holding(self) -> Floats:
        """How many texts hold each concept, times 1000: one with nothing but a lesser word for it counts by its weight.

        Counted in thousandths, so that the order of the parts does not show in the last bit.
        """
        counted: Floats = np.concatenate([[0.0], np.cumsum(np.rint(1000 * np.minimum(self.frequency, 1.0)))])
        ends = np.cumsum(self.sizes)
        held: Floats = counted[ends] - counted[ends - self.sizes]
        return held


def _in_passages(part: Postings, flags: Flags | None, concepts: Sequence[Concept]) -> _Held:
    """The passages with any of a concept's stems, and its frequency in their text and above it."""
    found = [
        (number, weight, language, part.entries_of(stem))
        for number, concept in enumerate(concepts)
        for stems, language in ((concept.stems, _ANY), (concept.translated, int(concept.to_swedish)))
        for stem, weight in stems
    ]
    found = [one for one in found if len(one[3][0])]
    if not found:
        return _merged(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), len(concepts), len(part.ids))
    numbers, weights, of, entries = zip(*found, strict=True)
    at, counts, heads = (np.concatenate(column) for column in zip(*entries, strict=True))
    each = [len(places) for places, _, _ in entries]
    language = np.repeat(np.array(of, np.uint8), each)
    kept = (language == _ANY) | (language == part.swedish[at])
    if flags is not None:
        kept &= flags[at]
    here = np.flatnonzero(kept)
    keys = (np.repeat(np.array(numbers, np.int64) * len(part.ids), each) + at)[here]
    weight = np.repeat(np.array(weights, np.float64), each)[here]
    return _merged(keys, weight * counts[here], weight * heads[here], len(concepts), len(part.ids))


def _on_pages(part: Postings, held: _Held) -> _Held:
    """The pages with a concept, and how often: what stands above several passages of a page counts once."""
    concepts = len(held.sizes)
    keys = np.repeat(np.arange(concepts) * part.page_count, held.sizes) + part.pages[held.places]
    return _merged(keys, held.text, held.above, concepts, part.page_count)


def _merged(keys: Ints, text: Floats, above: Floats, concepts: int, texts: int) -> _Held:
    """Entries of the same text and concept made one: what is in the text added up, and the most of what stands above it.

    A key is the number of the concept times the number of texts, and the place of the text.
    """
    order = np.argsort(keys, kind="stable")  # sorted runs, which it merges: ten times as fast as np.unique
    keys, text, above = keys[order], text[order], above[order]
    fresh = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    if not fresh.all():
        group = np.cumsum(fresh) - 1
        keys = keys[fresh]
        text = np.bincount(group, text).astype(np.float64, copy=False)
        titled = np.flatnonzero(above)
        most = np.zeros(len(keys))
        np.maximum.at(most, group[titled], above[titled])
        above = most
    firsts = np.arange(concepts + 1) * texts
    sizes = np.diff(np.searchsorted(keys, firsts))
    return _Held(places=keys - np.repeat(firsts[:-1], sizes), sizes=sizes, text=text, above=above, frequency=text + ABOVE * above)


def _rarities(concepts: Sequence[Concept], held: Sequence[_Held], texts: int) -> tuple[float, ...]:
    """The rarity of each concept, by its weight, among so many texts in all the parts."""
    holding = sum((one.holding() for one in held), np.zeros(len(concepts))) / 1000
    return tuple(concept.weight * rarity(count, texts) for concept, count in zip(concepts, holding.tolist(), strict=True))


def rarity(holding: float, passages: int) -> float:
    """The weight of what `holding` of `passages` passages hold (Robertson and Spärck Jones 1976, never negative)."""
    return float(np.log1p((passages - holding + 0.5) / (holding + 0.5)))


def _norm(lengths: Floats, average: float) -> Floats:
    """What the length of a text adds to the frequency it is measured by."""
    return K1 * (1 - B + B * lengths / (average or 1.0))


def _saturated(frequency: Floats, norm: Floats) -> Floats:
    """BM25 of a frequency: each further occurrence says less, and the less the longer the text."""
    return frequency * (K1 + 1) / (frequency + norm)
