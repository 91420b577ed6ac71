"""Words: from text to the stems that are searched. Pure but for the stemmers, which come from Snowball."""

import re
import threading
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from index.irregular import BASE_OF

_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)*")  # with hyphens inside: one word, and each of its parts
_HYPHEN = re.compile(r"[-\u2010\u2011]")
_RUN = re.compile(r"\d+|[^\W\d_]+")  # FY2017 is FY and 2017
_STEMMERS = {"en": "english", "sv": "swedish"}
LANGUAGES = tuple(_STEMMERS)
_local = threading.local()  # a Stemmer object is not thread-safe (PyStemmer README)

# Words that say nothing of what is asked. They are left out of questions, never out of what is stored.
STOPWORDS = frozenset(
    """
    a about above according after again against alla allt also an and andra ange any are as at att av bara be because been
    before below beskriv between blev bli blir both but by båda can could de dem den deras describe dess det detta did dig din
    do does du during där då each efter ej eller en enligt er ett few fler flera following for from från för före given ha had
    hade han har has have here how hur här i icke if in inga ingen inget inom inte into is it its ja jag just kan kom kunde list
    lista man many may me med mellan men mentioned min more most mot much mycket många name ni no nor not nu nämn när någon
    något några och också of om on once only or oss other our own please på same samma samt shall should sig sin sina sitt ska
    skall skulle snälla so som some such så than that the their them then there these they this those till to under until upp us
    ut utan vad var vara varandra varit varje vem very vi vid vilka vilken vilket vår våra was we were what when where which
    while who whom whose why will with would you your än är åt över
    """.split()
)


def words(text: str) -> list[str]:
    """The words of a text in lower case, composed (NFC), in order. Digits are words; punctuation separates."""
    return _WORD.findall(_lower(unicodedata.normalize("NFC", text)))


def written(text: str) -> list[str]:
    """The words of a text as they are written, one for each of `words`."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def replaced(text: str, instead: Mapping[str, str]) -> str:
    """The text with some of its words, given in lower case, replaced by others; a capital letter at the start stays one."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        found = instead.get(_lower(word), word)
        return found[0].upper() + found[1:] if word[0].isupper() else found

    return _WORD.sub(other, unicodedata.normalize("NFC", text))


def spellings(text: str) -> list[list[str]]:
    """The words of a text, each with the other ways it is written: `co-operate` also cooperate, `FY2017` also fy and 2017.

    A word with hyphens is the word of its parts followed by what they are together, at its last part.
    """
    found: list[list[str]] = []
    for joined in _JOINED.findall(_lower(unicodedata.normalize("NFC", text))):
        if joined.isalpha():  # nearly all words
            found.append([joined])
            continue
        parts = _HYPHEN.split(joined)
        found += [[part, *_runs(part)] for part in parts]
        if len(parts) > 1:
            found[-1].append("".join(parts))
    return found


def _lower(text: str) -> str:
    """In lower case, letter for letter: Python makes two characters of İ, the second of which is no letter."""
    return text.replace("İ", "I").lower()


def _runs(word: str) -> list[str]:
    if word.isalpha() or word.isdigit():
        return []
    runs: list[str] = _RUN.findall(word)
    return [run for run in runs if len(run) > 1] if len(runs) > 1 else []


def stems(text: str, language: str) -> list[str]:
    """What a text in `language` is found by: the stems of its words and their other spellings, in order."""
    known = language if language in _STEMMERS else "en"
    joined = _JOINED.findall(_lower(unicodedata.normalize("NFC", text)))
    if all(map(str.isalpha, joined)):  # nearly all sentences
        return [stem(word, known) for word in joined]
    return [stem(spelling, known) for word in spellings(text) for spelling in word]


def both_stems(word: str) -> tuple[str, ...]:
    """The stems that a word may be stored under, when the language of the text that has it is not known."""
    return tuple(dict.fromkeys(stem(word, language) for language in _STEMMERS))


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a word in lower case; an irregular English form has the stem of its base form."""
    found: str = _stemmer(language).stemWord(BASE_OF.get(word, word) if language == "en" else word)
    return found


def folded(word: str) -> str:
    """A word as it is typed without accents: å and ä as a, ö as o."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def _stemmer(language: str) -> Any:  # noqa: ANN401 - PyStemmer has no types
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        import Stemmer

        stemmers[language] = Stemmer.Stemmer(_STEMMERS[language])
    return stemmers[language]
