"""From the words of a question to concepts: each word under all that may stand for it, in both languages. Pure.

What may stand for a word: its stems; the word typed without å, ä and ö; compounds of the library that hold it, and its own parts;
its equivalents in the other language; and, where the library does not know it, the words most like it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index import lexical
from index.lexicon import Lexicon, Translated
from index.vocabulary import Vocabulary
from index.words import Concept

_PART = 0.7  # what each part of a compound counts as a concept of its own
_FAMILY = 0.8  # of a word of the same root and sense: varning, where varna was asked for
_INSIDE = 0.6  # of a compound that holds the word, beside the word itself
_PARTS = 1.0  # of the parts of a compound, together, where the library has not the compound
_OTHERWISE = 1.0  # of another spelling of a word, as a concept of its own: co-operate, cooperate
_TOLD = 0.6  # of an equivalent that is named to the asker: lesser ones find little
_ALIKE = 0.7  # of a word that is only spelt alike, where the library has not the word itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question in the terms of the index."""

    concepts: tuple[Concept, ...]
    typed: tuple[Concept, ...]  # the same, with nothing but what was typed
    added: tuple[str, ...]  # words of the other language that are searched too, as they read
    gloss: str  # the question in the model's language, word by word; "" where nothing was translated


def ask(question: str, language: str, known: Vocabulary, lexicon: Lexicon | None) -> Asked:
    """Put a question in `language`; `lexicon` None leaves the other language out."""
    spelt = lexical.spellings(question)
    words = [spelling[0] for spelling in spelt]
    telling = [at for at, word in enumerate(words) if word not in lexical.STOPWORDS] or list(range(len(words)))
    translated = (
        lexicon.translate(words, language, _names(question)) if lexicon is not None and language in lexical.LANGUAGES else []
    )
    by_word: dict[int, list[Translated]] = {}
    for found in translated:
        if any(at in telling for at in range(found.start, found.end)):
            by_word.setdefault(found.start, []).append(found)
    concepts: list[Concept] = []
    plain: list[Concept] = []
    added: list[str] = []
    for at in range(len(words)):
        own = typed(words[at], known) if at in telling else ()
        if own:
            plain.append(Concept(stems=own))
            others = [Concept(stems=_plain(other), weight=_OTHERWISE) for other in spelt[at][1:]]
            plain += others
            concepts += others
            own = _with_family(own, words[at], lexicon) if lexicon is not None and language == "sv" else own
        meant = by_word.get(at, [])
        for found in meant:
            added += [term for term, weight in found.terms[:2] if weight >= _TOLD]
            concept = _concept(found, own, language)
            concepts += [concept] if concept.stems or concept.translated else []  # equivalents may be nothing but stopwords
        if own and not meant:
            concepts.append(Concept(stems=own))
    return Asked(
        concepts=_once(concepts),
        typed=_once(plain),
        added=tuple(dict.fromkeys(added)),
        gloss=_gloss(question, translated) if translated else "",
    )


def _names(question: str) -> frozenset[int]:
    """Words that begin with a capital letter inside the question: names, which are no compounds to divide."""
    written = lexical.written(question)
    return frozenset(at for at, word in enumerate(written) if at and word[0].isupper() and not word.isupper())


def _with_family(own: tuple[tuple[str, float], ...], word: str, lexicon: Lexicon) -> tuple[tuple[str, float], ...]:
    stems = dict(own)
    for other in lexicon.family(word):
        stems.setdefault(lexical.stem(other, "sv"), _FAMILY)
    return tuple(stems.items())


def _concept(found: Translated, own: Sequence[tuple[str, float]], language: str) -> Concept:
    """One concept of a word and its equivalents. The words of a longer equivalent share its weight."""
    stems: dict[str, float] = {}
    other = "en" if language == "sv" else "sv"
    for term, weight in found.terms:
        parts = [word for word in lexical.words(term) if word not in lexical.STOPWORDS]
        for word in parts:
            stem = lexical.stem(word, other)
            stems[stem] = max(stems.get(stem, 0.0), round(weight / len(parts), 3))
    # What both languages write alike counts once: by what was typed, but not by what is only spelt like it.
    kept = {stem: weight for stem, weight in own if weight >= stems.get(stem, 0.0)}
    return Concept(
        stems=tuple(kept.items()), translated=tuple((stem, weight) for stem, weight in stems.items() if stem not in kept),
        to_swedish=other == "sv", weight=1.0 if found.known else _PART,
    )  # fmt: skip


def typed(word: str, known: Vocabulary, *, alike: bool = True) -> tuple[tuple[str, float], ...]:
    """The stems of a word as it was typed and of compounds that hold it; where the library has neither, of what is nearest."""
    stems = dict(_plain(word))
    for stem in known.forms_of(word):
        stems.setdefault(stem, 1.0)
    for stem in known.compounds_with(word):
        stems.setdefault(stem, _INSIDE)
    if not known.any_occurs(stems):
        stems |= _nearest(word, known, alike)
    return tuple(stems.items())


def _nearest(word: str, known: Vocabulary, alike: bool) -> dict[str, float]:
    """What may be meant by a word that the library has not: the same with accents, or its parts, or what is spelt like it."""
    stems = dict.fromkeys(known.unaccented(word), 1.0)
    if not known.any_occurs(stems):
        parts = known.parts_of(word)
        stems |= dict.fromkeys(parts, round(_PARTS / max(1, len(parts)), 3))
    if alike and not known.any_occurs(stems):
        stems |= {stem: round(_ALIKE * share, 3) for stem, share in known.alike(word)}
    return stems


def _plain(word: str) -> tuple[tuple[str, float], ...]:
    return tuple((stem, 1.0) for stem in lexical.both_stems(word))


def _once(concepts: Sequence[Concept]) -> tuple[Concept, ...]:
    return tuple(dict.fromkeys(concepts))


def _gloss(question: str, translated: Sequence[Translated]) -> str:
    """The question word by word in the other language; names and unknown words as they were typed."""
    said: dict[int, list[str]] = {}
    for found in translated:
        said.setdefault(found.start, []).append(found.terms[0][0])
    inside = {at for found in translated for at in range(found.start + 1, found.end)}
    words = lexical.written(question)
    return " ".join(" ".join(said.get(at, [word])) for at, word in enumerate(words) if at not in inside)
