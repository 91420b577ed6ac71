"""What the library's own words say of a word: compounds that hold it, its own parts, its spelling with accents, words like it.

Only what occurs in passages that the asker may find is used: nothing is suggested that would find nothing, and nothing that is
hidden shows in what is suggested.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from index import compounds, lexical
from index.postings import Postings
from index.words import Scope, WordIndex

SHORTEST = 4  # letters of a word whose other forms are looked for
_ENDINGS = ("et", "en", "ets", "ens")
LONG = 5  # letters from which a word is looked for inside compounds
_MOST_COMPOUNDS = 60
_ALIKE = 0.8  # of the letters that two spellings share at least (normalised optimal string alignment)
_MOST_ALIKE = 3
_MOST_KEPT = 20_000  # answers that are kept for the next question

Alike = tuple[tuple[str, float], ...]


class Vocabulary:
    """The words of a scope. Safe to use from several threads: the worst is finding the same twice."""

    def __init__(self, index: WordIndex, scope: Scope) -> None:
        self._parts = tuple(zip(index.parts, scope.flags, strict=True))
        self._compounds: dict[str, tuple[str, ...]] = {}
        self._swedish: dict[str, bool] = {}

    def occurs(self, stem: str) -> bool:
        """Whether any passage of the scope holds a stem."""
        return any(
            stem in part.terms and (flags is None or bool(flags[part.places_of(stem)].any())) for part, flags in self._parts
        )

    def any_occurs(self, stems: Iterable[str]) -> bool:
        """Whether any passage of the scope holds any of these stems."""
        return any(map(self.occurs, stems))

    def compounds_with(self, word: str) -> tuple[str, ...]:
        """Stems of the compounds in Swedish passages that a word is a part of: beredskap is in krisberedskapsplan."""
        stem = lexical.stem(word, "sv")
        if len(stem) < LONG or stem.isdigit():
            return ()
        found = self._compounds.get(stem)
        if found is None:
            if len(self._compounds) > _MOST_KEPT:
                self._compounds.clear()
            held = (term for part, _ in self._parts for term in _holding(part, stem) if self._is_compound(term, stem))
            found = self._compounds[stem] = tuple(dict.fromkeys(held))[:_MOST_COMPOUNDS]
        return found

    def forms_of(self, word: str) -> tuple[str, ...]:
        """Stems of the same Swedish word that the stemmer leaves apart: larm, larmet, larmen (Snowball keeps these endings)."""
        stem = lexical.stem(word, "sv")
        if len(stem) < SHORTEST or not stem.isalpha():
            return ()
        near = [stem + ending for ending in _ENDINGS]
        near += [
            stem.removesuffix(ending) for ending in _ENDINGS if stem.endswith(ending) and len(stem) - len(ending) >= SHORTEST
        ]
        return tuple(other for other in near if self._holds_swedish(other))

    def parts_of(self, word: str) -> tuple[str, ...]:
        """The stems of the parts of a compound, as far as the library's Swedish words show it to be one."""
        if len(word) < 2 * LONG:
            return ()
        return tuple(lexical.stem(part, "sv") for part in compounds.split(word, self._is_swedish))

    def unaccented(self, word: str) -> tuple[str, ...]:
        """Stems of words that are typed like this without å, ä and ö: raddningstjanst is räddningstjänst."""
        plain = lexical.folded(lexical.stem(word, "sv"))
        return tuple(term for part, _ in self._parts for term in _folded(part).get(plain, ()) if self.occurs(term))

    def alike(self, word: str) -> Alike:
        """The stems spelt most like a word, with how much of it they share (0 to 1), most alike first."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        best: dict[str, float] = {}
        for stem in lexical.both_stems(word):
            if len(stem) < LONG - 1 or stem.isdigit():
                continue
            near = [term for part, _ in self._parts for term in _beginning(part, stem[0]) if abs(len(term) - len(stem)) <= 2]
            # RapidFuzz 3.14 leaves out what has just the share of the cutoff (distance/OSA_py.py): siren for sirem.
            scored = process.extract(stem, near, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE - 0.01, limit=None)
            scored = [one for one in scored if one[1] >= _ALIKE and self.occurs(one[0])]
            best |= {term: max(share, best.get(term, 0.0)) for term, share, _ in scored}
        return tuple(sorted(best.items(), key=lambda item: (-item[1], item[0]))[:_MOST_ALIKE])

    def _is_compound(self, term: str, stem: str) -> bool:
        """Whether `term`, as it is stored, is a compound that `stem` is a part of. Its last part is a stem already."""
        if not self._holds_swedish(term):
            return False
        parts = compounds.split(term, lambda part: self._is_swedish(part) or (term.endswith(part) and self._holds_swedish(part)))
        return any(stem in (part, lexical.stem(part, "sv")) for part in parts)

    def _is_swedish(self, word: str) -> bool:
        """Whether a word occurs in the Swedish passages of the scope, in any of its forms."""
        return self._holds_swedish(lexical.stem(word, "sv"))

    def _holds_swedish(self, stem: str) -> bool:
        found = self._swedish.get(stem)
        if found is None:
            if len(self._swedish) > _MOST_KEPT:
                self._swedish.clear()
            found = self._swedish[stem] = any(
                bool((part.swedish[at] if flags is None else part.swedish[at] & flags[at]).any())
                for part, flags in self._parts
                if stem in part.terms  # few of what is tried as a part of a word
                for at in (part.places_of(stem),)
            )
        return found


def most_like(word: str, choices: Sequence[str]) -> str:
    """Of `choices`, the one spelt most like a word; the first of several."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    return str(process.extractOne(word, choices, scorer=OSA.normalized_similarity)[0])


def _holding(part: Postings, stem: str) -> Iterator[str]:
    """The stems in Swedish passages of a part that `stem` is inside of, but not all of."""
    text = part.swedish_text
    at = text.find(stem)
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        if end - start > len(stem):
            yield text[start:end]
        at = text.find(stem, end)


@lru_cache(maxsize=4)
def _folded(part: Postings) -> dict[str, list[str]]:
    """The stems with accents, by what they are without."""
    found: dict[str, list[str]] = {}
    for term in part.terms:
        if not term.isascii() and (plain := lexical.folded(term)) != term:
            found.setdefault(plain, []).append(term)
    return found


@lru_cache(maxsize=64)
def _beginning(part: Postings, letter: str) -> list[str]:
    """The stems that begin with a letter."""
    return [term for term in part.terms if term[0] == letter]
