"""What was typed, put in the terms of the index: filters, concepts in both languages, and the vector to compare with."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index import concepts, fuse, lexical, retrieval, vocabulary, words
from index.answer import Coverage
from index.embed import Encoder, Vectors
from index.lexicon import Lexicon
from index.query import Query
from index.serving import Allowed, Serving
from index.store import Connection
from index.vectors import Ids, Scores

_MISSPELT = 0.8  # of its letters that a word of the library shares with what was typed, to be offered instead
_SHORTEST = 4  # letters of a word that may be misspelt
_AT_ONCE = 500  # passages that are fetched in one query
_LOOKED_UP = 5  # passages in which the spelling of a word is looked up

Nearest = tuple[Vectors | None, tuple[Ids, Scores]]  # a question's vector, and the passages nearest to it with their cosines


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is put to the index. `vector`: `(dim,)`, None where only words are compared."""

    query: Query
    language: str  # ISO 639-1
    typed_stems: frozenset[str]
    added_stems: frozenset[str]  # those of the words that were added
    scored: words.Scored  # what the words say of every passage that the asker may find
    coverage: Coverage
    added: tuple[str, ...]
    vector: Vectors | None
    near: tuple[Ids, Scores]  # the passages nearest in meaning with their cosines, best first
    weights: fuse.Weights
    meant: bool  # the model knows the language of the question, or of its translation

    @property
    def wanted(self) -> retrieval.Wanted:
        """What retrieval looks for."""
        pages = retrieval.pages_named(self.query.text)
        return retrieval.Wanted(scored=self.scored, vector=self.vector, near=self.near, weights=self.weights, pages=pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a question is asked with. `encoder` None: words only. `lexicon` None: nothing is translated. `depth`: candidates."""

    encoder: Encoder | None
    lexicon: Lexicon | None
    depth: int = retrieval.DEPTH


def filters(typed: Query, where: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The filters in force: those typed narrow those chosen; for a field in both, what was typed holds."""
    return {**where, **dict(typed.where)}


def ask(now: Serving, allowed: Allowed, typed: Query, language: str, means: Means) -> Asked:
    """Put a question to what `allowed` leaves: what it means is looked for while its words are."""
    knows = now.model.knows(language)
    nearest = _beside(now, allowed, typed.text, means) if knows else None
    others = means.lexicon if means.lexicon is not None and _is_mixed(allowed, language) else None
    put = concepts.ask(typed.text, language, allowed.vocabulary, others)
    translated = not knows and bool(put.gloss) and any(now.model.knows(code) for code in lexical.LANGUAGES)
    if nearest is None:
        nearest = _beside(now, allowed, put.gloss if translated else typed.text, means)
    scored = now.words.score(put.concepts, allowed.scope)
    vector, near = nearest.result()
    return Asked(
        query=typed,
        language=language,
        typed_stems=frozenset(stem for concept in put.typed for stem, _ in concept.stems),
        added_stems=frozenset(stem for concept in put.concepts for stem, _ in concept.translated),
        scored=scored,
        coverage=Coverage(put.concepts, scored.rarity),
        added=put.added,
        vector=vector,
        near=near,
        weights=fuse.KNOWN if knows or translated else fuse.UNKNOWN,
        meant=knows or translated,
    )


def _beside(now: Serving, allowed: Allowed, text: str, means: Means) -> Future[Nearest]:
    return _threads().submit(_nearest, now, allowed, text, means)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """As many as there are cores: the model and the scan run outside the interpreter's lock."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "nearest")


def _nearest(now: Serving, allowed: Allowed, text: str, means: Means) -> Nearest:
    if means.encoder is None or not text:
        return None, (now.ids[:0], np.zeros(0, np.float32))
    vector = means.encoder.query(text)
    return vector, now.index.search(vector, means.depth, allowed.near)


def _is_mixed(allowed: Allowed, language: str) -> bool:
    """Whether there is anything in the other language to find."""
    return allowed.scope.swedish < allowed.count if language == "sv" else allowed.scope.swedish > 0


# -- exact phrases and words that may not be there


def narrowed(connection: Connection, now: Serving, allowed: Allowed, typed: Query) -> Allowed:
    """What is left when exact phrases have to be in a passage, and excluded words may not be."""
    for phrase in typed.phrases:
        allowed = now.narrowed(allowed, _holding(connection, now, allowed, phrase))
    for phrase in typed.without:
        allowed = now.narrowed(allowed, np.setdiff1d(now.ids, _holding(connection, now, allowed, phrase), assume_unique=True))
    return allowed


def _holding(connection: Connection, now: Serving, allowed: Allowed, phrase: str) -> Ids:
    """The passages that hold a phrase word for word, or a single word in any of its forms."""
    asked = lexical.words(phrase)
    ids = now.ids if asked else now.ids[:0]
    for word in asked:
        concept = words.Concept(stems=tuple((stem, 1.0) for stem in lexical.both_stems(word)))
        ids = np.intersect1d(ids, now.words.score((concept,), allowed.scope).ids, assume_unique=True)
    if len(asked) < 2:
        return ids
    wanted = f" {' '.join(asked)} "
    kept = [one for one, text in _texts(connection, ids.tolist()) if wanted in f" {' '.join(lexical.words(text))} "]
    return np.array(kept, np.int64)


def _texts(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The texts of passages, in the order of their ids."""
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        for row in connection.execute(f"SELECT id, text FROM passages WHERE id IN ({marks}) ORDER BY id", some):  # noqa: S608 - only question marks are put in
            yield row["id"], row["text"]


# -- misspelt words


def corrected(connection: Connection, now: Serving, allowed: Allowed, typed: Query, text: str) -> str:
    """`text` as it was typed, with words that nothing stands for replaced by the library's nearest; "" where there are none."""
    instead: dict[str, str] = {}
    for word in lexical.words(typed.text):
        if len(word) < _SHORTEST or word.isdigit() or word in lexical.STOPWORDS or _occurs(allowed, word):
            continue
        for stem, share in allowed.vocabulary.alike(word):
            written = _as_written(connection, now, allowed, stem) if share >= _MISSPELT else ()
            if written:
                instead[word] = vocabulary.most_like(word, written)
                break
    return lexical.replaced(text, instead) if instead else ""


def _occurs(allowed: Allowed, word: str) -> bool:
    stems = concepts.typed(word, allowed.vocabulary, alike=False)
    return allowed.vocabulary.any_occurs(stem for stem, _ in stems)


def _as_written(connection: Connection, now: Serving, allowed: Allowed, stem: str) -> list[str]:
    """Words of passages that the asker may see, whose stem this is: stems are no words to offer."""
    scored = now.words.score((words.Concept(stems=((stem, 1.0),)),), allowed.scope)
    found: dict[str, None] = {}
    for passage_id in scored.top(_LOOKED_UP).tolist():
        row = connection.execute("SELECT text, context, language FROM passages WHERE id = ?", (passage_id,)).fetchone()
        language = "sv" if row["language"] == "sv" else "en"
        held = lexical.words(f"{row['text']} {row['context']}")
        found |= dict.fromkeys(word for word in held if lexical.stem(word, language) == stem)
    return list(found)
