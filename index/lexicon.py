"""Swedish and English words that stand for each other: a packaged lexicon, and the glossary that a library's editors keep.

The lexicon (`index/lexicon.tsv`) has a Swedish lemma a line, the most frequent first, with one to three English equivalents, best
first, and the inflected forms that a stemmer does not reach (gå: gick, gått). It was written for this program; only the order is
that of the `wordfreq` package (Speer 2022). The glossary goes first.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from index import compounds, lexical

Pair = tuple[tuple[str, ...], tuple[str, ...]]  # Swedish terms and English terms that stand for each other, best first
Terms = tuple[tuple[str, float], ...]  # with their weights, best first

_LONGEST_TERM = 8  # words of a term that are looked up as one: the names of agencies have up to seven
_MOST = 4  # equivalents of a word that are searched
_MOST_KEPT = 20_000  # words that have been looked up, of this question and others
_SAME_STEM = 0.5  # of entries that only share the stem of a word that has its own: sen, beside senat
_LATER = 0.6  # what the second equivalent counts beside the first; the third the square of it, and so on


_VERB = re.compile(r"(?:as|ar|ade|at|a)$")
_NOUN = re.compile(r"(?:ingar|ingen|ing|andet|ande|ende|else|an|are)$")
_LONG_NOUN = re.compile(r"(?:ningar|ningen|ning)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """What stands for the words `start:end` of a question: terms of one or several words, with their weights (best 1.0).

    `known` is False where it was made of the parts of a compound.
    """

    start: int
    end: int
    terms: Terms
    known: bool = True


class Lexicon:
    """Both directions, for lookup. Immutable; `pairs` go in order, the ones that go first before the others."""

    def __init__(self, pairs: Iterable[Pair], forms: Mapping[str, Sequence[str]] | None = None) -> None:
        """`forms` maps an irregular Swedish form to its lemmas."""
        self._tables: dict[str, dict[tuple[str, ...], dict[str, float]]] = {"sv": {}, "en": {}}
        self._written: dict[str, dict[tuple[str, ...], dict[str, float]]] = {"sv": {}, "en": {}}  # the same, by words, not stems
        self._forms = dict(forms or {})
        self._families: dict[str, list[str]] = {}  # Swedish words by their root
        self._reach: dict[str, dict[str, int]] = {"sv": {}, "en": {}}  # words of the longest term that begins with a word
        self._found: dict[tuple[str, tuple[str, ...]], Terms] = {}  # what was looked up lately
        for swedish, english in pairs:
            for place, term in enumerate(swedish):
                self._add("sv", term, english, _LATER**place)
                for root in () if " " in term else _roots(term):
                    self._families.setdefault(root, []).append(term)
            for place, term in enumerate(english):
                self._add("en", term, swedish, _LATER**place)

    def _add(self, language: str, term: str, equivalents: Sequence[str], weight: float) -> None:
        for table, key in ((self._tables, _key(term, language)), (self._written, tuple(lexical.words(term)))):
            if key:
                self._reach[language][key[0]] = max(len(key), self._reach[language].get(key[0], 0))
            held = table[language].setdefault(key, {})
            for place, equivalent in enumerate(equivalents):
                held.setdefault(equivalent, weight * _LATER**place)  # what goes first has been found already

    def __len__(self) -> int:
        return len(self._tables["sv"])

    def translate(self, words: Sequence[str], language: str, names: Collection[int] = ()) -> list[Translated]:
        """What stands for each word or term of a question in `language` ("sv" or "en"), in order, as far as it is known.

        The words at `names` are not divided: Helsingborg is no compound.
        """
        found: list[Translated] = []
        at = 0
        while at < len(words):
            taken = self._longest(words, at, language) or ([] if at in names else self._by_parts(words[at], at, language))
            found += taken
            at = taken[-1].end if taken else at + 1
        return found

    def family(self, word: str) -> tuple[str, ...]:
        """Other Swedish words of the same root and sense: varning and varnande of varna. The stemmer keeps them apart.

        They share their root, and one of their first equivalents in English: so leda has ledning, but not led.
        """
        own = self._senses(word)
        lemmas = self._forms.get(word, (word,)) if not own else (word,)
        found: dict[str, None] = {}
        for lemma in lemmas:
            own = own | self._senses(lemma)
            roots = {*_roots(lemma), *_roots(lexical.stem(lemma, "sv"))}
            for other in (other for root in sorted(roots) for other in self._families.get(root, ())):
                if lexical.stem(other, "sv") != lexical.stem(word, "sv") and own & self._senses(other):
                    found.setdefault(other)
        return tuple(found)

    def _senses(self, word: str) -> frozenset[str]:
        """The stems of the first equivalents of a Swedish word."""
        terms = [term for term, weight in self._lookup((word,), "sv") if weight >= _LATER and " " not in term]
        return frozenset(lexical.stem(term, "en") for term in terms)

    def knows(self, word: str, language: str) -> bool:
        """Whether a single word has an entry, under any of its forms."""
        return bool(self._lookup((word,), language))

    def _longest(self, words: Sequence[str], at: int, language: str) -> list[Translated]:
        first, reach = words[at], self._reach[language]
        longest = min(_LONGEST_TERM, max(1, reach.get(first, 0), reach.get(lexical.stem(first, language), 0)))
        for end in range(min(len(words), at + longest), at, -1):
            terms = self._lookup(words[at:end], language)
            if terms:
                return [Translated(start=at, end=end, terms=terms)]
        return []

    def _lookup(self, words: Sequence[str], language: str) -> Terms:
        key = (language, tuple(words))
        found = self._found.get(key)
        if found is None:
            if len(self._found) > _MOST_KEPT:
                self._found.clear()
            found = self._found[key] = self._look(words, language)
        return found

    def _look(self, words: Sequence[str], language: str) -> Terms:
        written = self._written[language]
        lemmas = self._forms.get(words[0], ()) if len(words) == 1 and language == "sv" else ()
        held: dict[str, float] = {}
        typed, stems = tuple(words), _stemmed(words, language)
        # Platsen has the stem plats, but plats has plat.
        own = stems if typed not in written and _stemmed(stems, language) != stems else typed
        for key in (*(tuple(lexical.words(lemma)) for lemma in lemmas), own):
            for term, weight in written.get(key, {}).items():
                held[term] = max(weight, held.get(term, 0.0))
        share = _SAME_STEM if typed in written else 1.0  # a form may also be a regular one of another word: företagen
        for term, weight in self._tables[language].get(stems, {}).items():
            held[term] = max(share * weight, held.get(term, 0.0))
        best = sorted(held.items(), key=lambda item: -item[1])[:_MOST]
        top = best[0][1] if best else 1.0
        return tuple((term, round(weight / top, 3)) for term, weight in best)

    def _by_parts(self, word: str, at: int, language: str) -> list[Translated]:
        """A compound by its parts, each with what stands for it."""
        if language != "sv" or len(word) < 2 * compounds.SHORTEST:
            return []
        parts = compounds.split(word, lambda part: self.knows(part, "sv"))
        return [Translated(start=at, end=at + 1, terms=self._lookup((part,), "sv"), known=False) for part in parts]


def _roots(word: str) -> tuple[str, ...]:
    """A Swedish word without the endings by which nouns are made of verbs: öv- of öva and övning, varn- of varna and varning."""
    found = {_VERB.sub("", word), _NOUN.sub("", word), _LONG_NOUN.sub("", word)}
    return tuple(sorted(root for root in found if len(root) > 1))


def _key(term: str, language: str) -> tuple[str, ...]:
    return _stemmed(lexical.words(term), language)


def _stemmed(words: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(lexical.stem(word, language) for word in words)


@lru_cache(maxsize=4)
def with_glossary(glossary: tuple[Pair, ...]) -> Lexicon:
    """The packaged lexicon behind a glossary."""
    pairs, forms = packaged()
    return Lexicon((*glossary, *pairs), forms)


@lru_cache(maxsize=1)
def packaged() -> tuple[tuple[Pair, ...], Mapping[str, tuple[str, ...]]]:
    """The entries of the packaged lexicon, most frequent first, and the lemmas of irregular forms."""
    pairs: list[Pair] = []
    forms: dict[str, tuple[str, ...]] = {}
    for line in resources.files("index").joinpath("lexicon.tsv").read_text("utf-8").splitlines():
        lemma, english, *irregular = line.split("\t")
        pairs.append(((lemma,), tuple(english.split(";"))))
        for form in re.split(r",\s*", irregular[0]) if irregular else ():
            forms[form] = (*forms.get(form, ()), lemma)
    return tuple(pairs), forms
