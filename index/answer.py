"""The answer: the best sentences of the best passages, verbatim, or none. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.lexical import stems
from index.words import Concept

MOST_QUOTES = 5
FROM_HITS = 6  # passages that sentences are chosen from
# Chosen on the answers that are known of Swedish government pages (benchmarks/answers.py, docs/quality.md).
_MOST_OF_PASSAGE = 3
_WORDS = 0.5  # what the words of a sentence count beside its meaning
_OF_PASSAGE = 0.5  # what the rank of its passage counts for a sentence
_AFTER, _BEFORE = 0.5, 0.25  # what the words of the sentence before it count for a sentence, and those of the one after
_NEAR_THE_BEST = 0.62  # of the best sentence's score, below which a sentence is not quoted
_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*(\s*\[?\d{1,3}\]?)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence that may answer: `text` of the passage at `hit` (its place in the list), `start:end` inside the passage."""

    hit: int
    start: int
    end: int
    text: str
    language: str
    passage_score: float  # of its passage, 0 to 1 within this question
    document: int
    place: int  # where it begins in its document


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A sentence of the answer, and all the sentences that say the same."""

    sentence: Sentence
    same: tuple[Sentence, ...]


def is_complete(text: str) -> bool:
    """Whether it reads as a whole sentence: begins and ends like one, with letters rather than table debris between."""
    if len(text.split()) < 4 or not _ENDS.search(text):
        return False
    first = text.lstrip("\"'“”‘»«([-–—•· ")[:1]
    letters = sum(map(str.isalpha, text))
    return (first.isupper() or first.isdigit()) and letters > 0.6 * len("".join(text.split()))


class Coverage:
    """How much of a question a text holds, by the rarity of what was asked."""

    def __init__(self, concepts: Sequence[Concept], rarity: Sequence[float]) -> None:
        """`rarity` is what each concept counts."""
        self._total = sum(rarity)
        self._rarity = tuple(rarity)
        self._shares: dict[str, list[tuple[int, float]]] = {}
        for number, concept in enumerate(concepts):
            for stem, share in (*concept.stems, *concept.translated):
                self._shares.setdefault(stem, []).append((number, min(1.0, share)))
        self._stems = frozenset(self._shares)

    def of(self, stems: frozenset[str]) -> float:
        """The share of what was asked that is among `stems`, under any of its words: 0 to 1."""
        if self._total <= 0:
            return 0.0
        best: dict[int, float] = {}
        for stem in self._stems & stems:
            for number, share in self._shares[stem]:
                best[number] = max(share, best.get(number, 0.0))
        return sum(self._rarity[number] * share for number, share in best.items()) / self._total


@lru_cache(maxsize=4_000)
def stems_of(text: str, language: str) -> frozenset[str]:
    """The stems a text is found by."""
    return frozenset(stems(text, language))


def in_context(sentences: Sequence[Sentence], covered: Sequence[float]) -> list[float]:
    """The words of each sentence with a share of its neighbours': an answer often follows the sentence that names its matter."""
    found = []
    for at, sentence in enumerate(sentences):
        near = [0.0]
        if at and sentences[at - 1].hit == sentence.hit:
            near.append(_AFTER * covered[at - 1])
        if at + 1 < len(sentences) and sentences[at + 1].hit == sentence.hit:
            near.append(_BEFORE * covered[at + 1])
        found.append(covered[at] + max(near))
    return found


def scores(sentences: Sequence[Sentence], cosines: Sequence[float], covered: Sequence[float]) -> list[float]:
    """How near each sentence is to the question. Where there is no cosine (NaN), its words stand in for its meaning."""
    return [
        (share if math.isnan(cosine) else (1 - _WORDS) * cosine + _WORDS * share) + _OF_PASSAGE * sentence.passage_score
        for sentence, cosine, share in zip(sentences, cosines, covered, strict=True)
    ]


def choose(sentences: Sequence[Sentence], scores: Sequence[float]) -> list[Chosen]:
    """The sentences that answer best, those that say the same merged: documents by their best, each in its own order."""
    chosen: list[Chosen] = []
    said: list[frozenset[str]] = []  # the words of each
    best = max(scores, default=0.0)
    for at in sorted(range(len(sentences)), key=lambda at: -scores[at]):
        if scores[at] < _NEAR_THE_BEST * best:
            break
        sentence = sentences[at]
        own = frozenset(map(str.casefold, re.findall(r"\w+", sentence.text)))
        twin = next((place for place, other in enumerate(said) if _same(other, own)), None)
        if twin is not None:
            chosen[twin] = Chosen(sentence=chosen[twin].sentence, same=(*chosen[twin].same, sentence))
        elif len(chosen) < MOST_QUOTES and _from_same_passage(chosen, sentence) < _MOST_OF_PASSAGE:
            chosen.append(Chosen(sentence=sentence, same=()))
            said.append(own)
    first = {one.sentence.document: place for place, one in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda one: (first[one.sentence.document], one.sentence.place))


def _from_same_passage(chosen: Sequence[Chosen], sentence: Sentence) -> int:
    return sum(other.sentence.hit == sentence.hit for other in chosen)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences share nearly all their words."""
    return len(one & other) >= 0.85 * len(one | other)
