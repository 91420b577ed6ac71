"""Words: from text to the stems that are stored and searched. Pure but for the stemmers, which come from Snowball."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {"en": "english", "sv": "swedish"}
_local = threading.local()  # a Stemmer object is not thread-safe (PyStemmer README)

# Words that say nothing of what is asked. They are left out of questions, never out of what is stored.
STOPWORDS = frozenset(
    """
    a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its may
    me more most much of on or our shall should so some such than that the their them then there these they this those to
    us was we were what when where which while who whom whose why will with would you your
    alla allt att av bara blev bli blir de dem den deras dess det detta dig din du där då efter ej eller en er ett från för
    ha hade han har hur här i icke in inom inte ja jag kan kom kunde man med mellan men min mot mycket ni nu när någon något
    några och också om oss på samt sig sin sina sitt ska skall skulle som så till under upp ut utan vad var vara varit vem
    vi vid vilka vilken vilket vår våra åt än är över
    """.split()
)


def words(text: str) -> list[str]:
    """The words of a text in lower case, composed (NFC), in order. Digits are words; punctuation separates."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def stemmed(text: str, language: str) -> str:
    """What is stored for a text in `language`: its stems, separated by spaces."""
    return " ".join(stem(word, language if language in _STEMMERS else "en") for word in words(text))


def query_terms(question: str) -> list[tuple[str, ...]]:
    """The words of a question that carry meaning, each as the stems it may be stored under, without repetition.

    A question may meet passages of either language, so each word is tried as both. Where only stopwords were asked
    for, they are searched after all.
    """
    asked = words(question)
    telling = [word for word in asked if word not in STOPWORDS] or asked
    terms = (tuple(dict.fromkeys(stem(word, language) for language in _STEMMERS)) for word in telling)
    return list(dict.fromkeys(terms))


def match_expression(terms: Iterable[tuple[str, ...]]) -> str:
    """The FTS5 query for any of the terms. Every word is quoted, so nothing that a user types is syntax."""
    return " OR ".join(f'"{stem}"' for stems in terms for stem in stems)


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    stem: str = _stemmer(language).stemWord(word)
    return stem


def _stemmer(language: str) -> Any:  # noqa: ANN401 - PyStemmer has no types
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        import Stemmer

        stemmers[language] = Stemmer.Stemmer(_STEMMERS[language])
    return stemmers[language]
