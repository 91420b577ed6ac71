"""Swedish compounds: krisberedskapsplan is kris + beredskap + plan. Pure: which parts are words is the caller's knowledge.

Swedish writes compounds together, often with a linking letter between the parts, and free to be made by anyone: no list holds
them all. A word is divided only where every part is a known word, into as few parts as possible.
"""

from collections.abc import Callable

SHORTEST = 3  # letters of a part; two-letter words divide nearly everything
_MOST_PARTS = 4
_LINKS = ("s", "e", "o", "u", "a")  # beredskap-s-plan, familj-e-stöd, kyrk-o-gård, gat-u-plan
_VOWELS = frozenset("aeiouyåäöé")

Known = Callable[[str], bool]


def split(word: str, known: Known) -> tuple[str, ...]:
    """The parts of a compound, each a word that is `known` (without its linking letter); () where it is none.

    `known` is asked for the parts as they stand, and for earlier ones also without a linking letter. Of several ways, the one
    with the fewest parts, and of these the one whose shortest part is longest.
    """
    found = _splits(word, known, _MOST_PARTS)
    whole = [parts for parts in found if len(parts) > 1]
    return min(whole, key=lambda parts: (len(parts), -min(map(len, parts)), -len(parts[-1])), default=())


def _splits(word: str, known: Known, most: int) -> list[tuple[str, ...]]:
    ways: list[tuple[str, ...]] = [(word,)] if known(word) else []
    if most == 1:
        return ways
    for at in range(SHORTEST, len(word) - SHORTEST + 1):
        first = _as_word(word[:at], known)
        if first and _VOWELS.intersection(word[at:]):
            ways += [(first, *rest) for rest in _splits(word[at:], known, most - 1)]
    return ways


def _as_word(part: str, known: Known) -> str:
    """The word that an earlier part stands for, "" where it is none: `part`, or it without its linking letter."""
    if known(part):
        return part
    if len(part) > SHORTEST and part.endswith(_LINKS) and known(part[:-1]):
        return part[:-1]
    return ""
