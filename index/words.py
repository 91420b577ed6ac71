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

K1, B = 1.2, 0.68  # chosen by measurement, docs/retrieval.md
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
    length: float  # words of a passage, on average
    page_lengths: tuple[npt.NDArray[np.float32], ...]  # per part, `(pages,)`
    pages: int
    page_length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the words say of every passage of an index: per part `(n,)`, from 0 to 1 for the best."""

    parts: tuple[Postings, ...]
    scores: tuple[Floats, ...]

    def top(self, depth: int) -> Ints:
        """The ids of the `depth` best passages, best first; none that has none of the words."""
        ids, scores = [np.zeros(0, np.int64)], [np.zeros(0)]
        for part, score in zip(self.parts, self.scores, strict=True):
            at = np.flatnonzero(score)
            if 0 < depth < len(at):
                at = at[score[at] >= np.partition(score[at], -depth)[-depth]]  # equal scores all stay, for the ids to decide
            ids.append(part.ids[at])
            scores.append(score[at])
        found, said = np.concatenate(ids), np.concatenate(scores)
        return found[np.lexsort((found, -said))[:depth]]

    def of(self, ids: Ints) -> Floats:
        """The scores of these passages, in their order; 0 where they have none of the words."""
        out = np.zeros(len(ids))
        for part, score in zip(self.parts, self.scores, strict=True):
            at = np.minimum(np.searchsorted(part.ids, ids), len(part.ids) - 1)
            here = part.ids[at] == ids
            out[here] = score[at[here]]
        return out


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

    def frequency(self, term: str) -> int:
        """In how many passages a stem occurs, whoever may see them."""
        return sum(part.frequency(term) for part in self.parts)

    def scope(self, ids: Ints, everything: bool) -> Scope:
        """The scope of the passages in `ids` (sorted); `everything` where no passage of any part is left out."""
        flags = tuple(None if everything else np.isin(part.ids, ids) for part in self.parts)
        lengths, page_lengths = [], []
        for part, kept in zip(self.parts, flags, strict=True):
            length = part.lengths if kept is None else part.lengths * kept
            lengths.append(float(length.sum(dtype=np.float64)))
            page_lengths.append(np.bincount(part.pages, length, part.page_count).astype(np.float32))
        passages = sum(len(part.ids) if kept is None else int(kept.sum()) for part, kept in zip(self.parts, flags, strict=True))
        pages = sum(int((length > 0).sum()) for length in page_lengths)
        total = sum(lengths)
        return Scope(
            flags=flags, passages=passages, length=total / passages if passages else 1.0, page_lengths=tuple(page_lengths),
            pages=pages, page_length=total / pages if pages else 1.0,
        )  # fmt: skip

    def score(self, concepts: Sequence[Concept], scope: Scope) -> Scored:
        """How much the concepts find in each passage of the scope, and, for a smaller part of the score, on its page."""
        passage = [np.zeros(len(part.ids)) for part in self.parts]
        page = [np.zeros(part.page_count) for part in self.parts]
        for concept in concepts:
            self._add(concept, scope, passage, page)
        best = max((float(scores.max()) for scores in passage), default=0.0) or 1.0
        best_page = max((float(scores.max()) for scores in page), default=0.0) or 1.0
        scores = []
        for part, own, whole in zip(self.parts, passage, page, strict=True):
            score = own * ((1 - PAGE) / best)
            score[own > 0] += whole[part.pages[own > 0]] * (PAGE / best_page)
            scores.append(score)
        return Scored(parts=self.parts, scores=tuple(scores))

    def frequencies(self, concepts: Sequence[Concept], scope: Scope) -> list[int]:
        """In how many passages of the scope each concept occurs."""
        return [sum(len(at) for at, *_ in self._occurrences(concept, scope)) for concept in concepts]

    def _add(self, concept: Concept, scope: Scope, passage: list[Floats], page: list[Floats]) -> None:
        """Add the BM25 of one concept to the scores of passages and of pages."""
        found = self._occurrences(concept, scope)
        on_pages = [self._on_pages(part, *entries) for part, entries in zip(self.parts, found, strict=True)]
        rare = concept.weight * rarity(sum(len(at) for at, *_ in found), scope.passages)
        page_rare = concept.weight * rarity(sum(len(at) for at, _ in on_pages), scope.pages)
        for number, part in enumerate(self.parts):
            at, text, above = found[number]
            passage[number][at] += rare * _saturated(text + ABOVE * above, part.lengths[at] / scope.length)
            pages, counts = on_pages[number]
            page[number][pages] += page_rare * _saturated(counts, scope.page_lengths[number][pages] / scope.page_length)

    def _on_pages(self, part: Postings, at: Ints, text: Floats, above: Floats) -> tuple[Ints, Floats]:
        """The pages with a concept, and how often: what stands above several passages of a page counts once."""
        page = part.pages[at]
        counts: Floats = np.bincount(page, text, part.page_count).astype(np.float64)
        heads = np.zeros(part.page_count)
        np.maximum.at(heads, page, above)
        counts = counts + ABOVE * heads
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


def rarity(holding: int, passages: int) -> float:
    """The weight of what `holding` of `passages` passages hold (Robertson and Spärck Jones 1976, never negative)."""
    return float(np.log1p((passages - holding + 0.5) / (holding + 0.5)))


def _saturated(frequency: Floats, length: npt.NDArray[np.floating]) -> Floats:
    """BM25 of a frequency: each further occurrence says less, and the less the longer the text. `length` beside the average."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))


def _united(held: Sequence[tuple[tuple[npt.NDArray[np.integer], ...], float]], passages: int) -> tuple[Ints, Floats, Floats]:
    text, above = np.zeros(passages), np.zeros(passages)
    for (at, counts, heads), weight in held:
        text[at] += weight * counts
        above[at] = np.maximum(above[at], weight * heads)
    places = np.flatnonzero((text > 0) | (above > 0))
    return places, text[places], above[places]
