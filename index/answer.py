"""The answer: the best sentences of the best passages, verbatim, or none. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embed import Vectors
from index.lexical import stemmed

MOST_QUOTES = 4
FROM_HITS = 6  # passages that sentences are chosen from
# Chosen on the questions that were written for the sample library: of 40 whose answer is in a passage found, 33 have its
# sentence among the quotes, at about 3 quotes a question.
_OF_PASSAGE = 0.1  # what the rank of its passage counts for a sentence
_NEAR_THE_BEST = 0.65  # of the best sentence's score, below which a sentence is not quoted
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
    letters = sum(character.isalpha() for character in text)
    return (first.isupper() or first.isdigit()) and letters > 0.6 * len("".join(text.split()))


def coverage(terms: Sequence[tuple[str, ...]], idf: Sequence[float], stems: frozenset[str]) -> float:
    """The share of a question's words, by their weight, that are among `stems`: 0 to 1."""
    total = sum(idf)
    if total <= 0:
        return 0.0
    return sum(weight for term, weight in zip(terms, idf, strict=True) if not stems.isdisjoint(term)) / total


def idf(frequency: int, passages: int) -> float:
    """Weight of a word that occurs in `frequency` of `passages` passages (Robertson and Spärck Jones, never negative)."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def stems_of(text: str, language: str) -> frozenset[str]:
    """The stems a text is found by."""
    return frozenset(stemmed(text, language).split())


def choose(sentences: Sequence[Sentence], cosines: Sequence[float], covered: Sequence[float], meaning: float) -> list[Chosen]:
    """The sentences that answer best, best first; those that say the same are merged.

    `meaning` (0 to 1) is how far the cosines can be trusted beside the words.
    """
    if not sentences:
        return []
    scores = [
        meaning * cosine + (1 - meaning) * share + _OF_PASSAGE * sentence.passage_score
        for sentence, cosine, share in zip(sentences, cosines, covered, strict=True)
    ]
    chosen: list[Chosen] = []
    best = max(scores)
    for at in sorted(range(len(sentences)), key=lambda at: -scores[at]):
        if scores[at] < _NEAR_THE_BEST * best:
            break
        sentence = sentences[at]
        twin = next((place for place, other in enumerate(chosen) if _same(other.sentence.text, sentence.text)), None)
        if twin is not None:
            chosen[twin] = Chosen(sentence=chosen[twin].sentence, same=(*chosen[twin].same, sentence))
        elif len(chosen) < MOST_QUOTES and _from_same_passage(chosen, sentence) < 2:
            chosen.append(Chosen(sentence=sentence, same=()))
    return chosen


def _from_same_passage(chosen: Sequence[Chosen], sentence: Sentence) -> int:
    return sum(other.sentence.hit == sentence.hit for other in chosen)


def _same(one: str, other: str) -> bool:
    """Whether two sentences share nearly all their words."""
    first, second = ({word.casefold() for word in re.findall(r"\w+", text)} for text in (one, other))
    return len(first & second) >= 0.85 * len(first | second)


def cosines(question: Vectors, sentences: Vectors) -> list[float]:
    """Cosines of `(dim,)` with `(n, dim)`."""
    return [float(value) for value in np.asarray(sentences @ question)]
