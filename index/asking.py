"""What was typed, put in the terms of the index: filters, concepts in both languages, and the vector to compare with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index import concepts, fuse, lexical, postings, retrieval, words
from index.embed import Encoder, Vectors
from index.lexicon import Lexicon
from index.query import Query
from index.serving import Allowed, Serving
from index.store import Connection
from index.vectors import Ids

_MISSPELT = 0.8  # of its letters that a word of the library shares with what was typed, to be offered instead
_SHORTEST = 4  # letters of a word that may be misspelt


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is put to the index. `vector`: `(dim,)`, None where only words are compared."""

    query: Query
    language: str  # ISO 639-1
    concepts: tuple[words.Concept, ...]
    typed_stems: frozenset[str]
    added_stems: frozenset[str]  # those of the words that were added
    rarity: tuple[float, ...]  # of each concept, within what the asker may find
    added: tuple[str, ...]
    vector: Vectors | None
    weights: fuse.Weights
    meant: bool  # the model knows the language of the question, or of its translation

    @property
    def wanted(self) -> retrieval.Wanted:
        """What retrieval looks for."""
        return retrieval.Wanted(
            concepts=self.concepts, vector=self.vector, weights=self.weights, pages=retrieval.pages_named(self.query.text)
        )


def filters(typed: Query, where: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The filters in force: those typed narrow those chosen; for a field in both, what was typed holds."""
    return {**where, **dict(typed.where)}


def ask(now: Serving, allowed: Allowed, encoder: Encoder | None, typed: Query, language: str, lexicon: Lexicon | None) -> Asked:
    """Put a question to what `allowed` leaves. `lexicon` None: its words are not translated."""
    others = lexicon if lexicon is not None and _is_mixed(now, allowed, language) else None
    put = concepts.ask(typed.text, language, allowed.vocabulary, others)
    knows = now.model.knows(language)
    translated = not knows and bool(put.gloss) and any(now.model.knows(code) for code in lexical.LANGUAGES)
    text = put.gloss if translated else typed.text
    meant = knows or translated
    typed_stems = frozenset(stem for concept in put.typed for stem, _ in concept.stems)
    return Asked(
        query=typed,
        language=language,
        concepts=put.concepts,
        typed_stems=typed_stems,
        added_stems=frozenset(stem for concept in put.concepts for stem, _ in concept.translated),
        rarity=tuple(
            concept.weight * words.rarity(frequency, allowed.scope.passages)
            for concept, frequency in zip(put.concepts, now.words.frequencies(put.concepts, allowed.scope), strict=True)
        ),
        added=put.added,
        vector=encoder.query(text) if encoder is not None and text else None,
        weights=fuse.KNOWN if meant else fuse.UNKNOWN,
        meant=meant,
    )


def _is_mixed(now: Serving, allowed: Allowed, language: str) -> bool:
    """Whether there is anything in the other language to find."""
    swedish = sum(int((part.swedish if kept is None else part.swedish & kept).sum()) for part, kept in _parts(now, allowed))
    return swedish < allowed.count if language == "sv" else swedish > 0


def _parts(now: Serving, allowed: Allowed) -> list[tuple[postings.Postings, words.Flags | None]]:
    return list(zip(now.words.parts, allowed.scope.flags, strict=True))


# -- exact phrases and words that may not be there


def narrowed(connection: Connection, now: Serving, allowed: Allowed, typed: Query) -> Allowed:
    """What is left when exact phrases have to be in a passage, and excluded words may not be."""
    for phrase in typed.phrases:
        allowed = now.narrowed(allowed, _holding(connection, now, phrase))
    for phrase in typed.without:
        held = set(_holding(connection, now, phrase).tolist())
        allowed = now.narrowed(allowed, now.ids[[int(one) not in held for one in now.ids]] if held else now.ids)
    return allowed


def _holding(connection: Connection, now: Serving, phrase: str) -> Ids:
    """The passages that hold a phrase word for word, or a single word in any of its forms."""
    asked = lexical.words(phrase)
    if not asked:
        return now.ids[:0]
    stems = [words.Concept(stems=tuple((stem, 1.0) for stem in lexical.both_stems(word))) for word in asked]
    scope = now.words.scope(now.ids, False)
    ids = now.ids
    for concept in stems:
        ids = ids[now.words.score((concept,), scope).of(ids) > 0]
    if len(asked) == 1:
        return ids
    wanted = f" {' '.join(asked)} "
    kept = []
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500].tolist()
        rows = connection.execute(
            f"SELECT id, text, context FROM passages WHERE id IN ({', '.join('?' * len(some))}) ORDER BY id", some
        )
        kept += [row["id"] for row in rows if wanted in f" {' '.join(lexical.words(row['text']))} "]
    return ids[[int(one) in set(kept) for one in ids]] if len(ids) else ids


# -- misspelt words


def corrected(connection: Connection, now: Serving, allowed: Allowed, asked: Asked) -> str:
    """The question with words that nothing stands for replaced by the library's nearest; "" where there is nothing to offer."""
    instead: dict[str, str] = {}
    for word in lexical.words(asked.query.text):
        if len(word) >= _SHORTEST and not word.isdigit() and word not in lexical.STOPWORDS and not _occurs(allowed, word):
            nearest = allowed.vocabulary.alike(word)
            found = next((as_written for stem, share in nearest if share >= _MISSPELT
                          if (as_written := _as_written(connection, now, allowed, stem))), "")  # fmt: skip
            if found:
                instead[word] = found
    if not instead:
        return ""
    return lexical.replaced(asked.query.text, instead)


def _occurs(allowed: Allowed, word: str) -> bool:
    stems = concepts.typed(word, allowed.vocabulary, alike=False)
    return allowed.vocabulary.any_occurs(stem for stem, _ in stems)


def _as_written(connection: Connection, now: Serving, allowed: Allowed, stem: str) -> str:
    """A word of a passage that the asker may see, whose stem this is: stems are no words to offer."""
    scored = now.words.score((words.Concept(stems=((stem, 1.0),)),), allowed.scope)
    for passage_id in scored.top(1).tolist():
        row = connection.execute("SELECT text, context, language FROM passages WHERE id = ?", (passage_id,)).fetchone()
        language = "sv" if row["language"] == "sv" else "en"
        for word in lexical.words(f"{row['text']} {row['context']}"):
            if lexical.stem(word, language) == stem:
                return word
    return ""
