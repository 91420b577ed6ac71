"""The answer: the best sentences of the best passages, verbatim, or none. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lexical import stems
from index.words import Concept

MOST_QUOTES = 5
FROM_HITS = 6  # passages that sentences are chosen from
_MOST_OF_PASSAGE = 2
_WORDS = 0.5  # what the words of a sentence count beside its meaning
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
    letters = sum(character.isalpha() for character in text)
    return (first.isupper() or first.isdigit()) and letters > 0.6 * len("".join(text.split()))


def coverage(concepts: Sequence[Concept], rarity: Sequence[float], stems: frozenset[str]) -> float:
    """The share of what was asked, by its rarity, that is among `stems`, under any of its words: 0 to 1."""
    total = sum(rarity)
    if total <= 0:
        return 0.0
    held = (
        max((share for stem, share in (*concept.stems, *concept.translated) if stem in stems), default=0.0)
        for concept in concepts
    )
    return sum(weight * min(1.0, share) for weight, share in zip(rarity, held, strict=True)) / total


def stems_of(text: str, language: str) -> frozenset[str]:
    """The stems a text is found by."""
    return frozenset(stems(text, language))


def scores(sentences: Sequence[Sentence], cosines: Sequence[float], covered: Sequence[float]) -> list[float]:
    """How near each sentence is to the question. Where there is no cosine (NaN), its words stand in for its meaning."""
    return [
        (share if math.isnan(cosine) else (1 - _WORDS) * cosine + _WORDS * share) + _OF_PASSAGE * sentence.passage_score
        for sentence, cosine, share in zip(sentences, cosines, covered, strict=True)
    ]


def choose(sentences: Sequence[Sentence], scores: Sequence[float]) -> list[Chosen]:
    """The sentences that answer best, those that say the same merged: documents by their best, each in its own order."""
    chosen: list[Chosen] = []
    best = max(scores, default=0.0)
    for at in sorted(range(len(sentences)), key=lambda at: -scores[at]):
        if scores[at] < _NEAR_THE_BEST * best:
            break
        sentence = sentences[at]
        twin = next((place for place, other in enumerate(chosen) if _same(other.sentence.text, sentence.text)), None)
        if twin is not None:
            chosen[twin] = Chosen(sentence=chosen[twin].sentence, same=(*chosen[twin].same, sentence))
        elif len(chosen) < MOST_QUOTES and _from_same_passage(chosen, sentence) < _MOST_OF_PASSAGE:
            chosen.append(Chosen(sentence=sentence, same=()))
    first = {one.sentence.document: place for place, one in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda one: (first[one.sentence.document], one.sentence.place))


def _from_same_passage(chosen: Sequence[Chosen], sentence: Sentence) -> int:
    return sum(other.sentence.hit == sentence.hit for other in chosen)


def _same(one: str, other: str) -> bool:
    """Whether two sentences share nearly all their words."""
    first, second = ({word.casefold() for word in re.findall(r"\w+", text)} for text in (one, other))
    return len(first & second) >= 0.85 * len(first | second)
