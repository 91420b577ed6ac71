"""Tells which language a text is in: py3langid's judgement, with the small words and letters that mark short texts."""

import math
import re
import threading
from collections.abc import Collection, Mapping
from typing import Any

Identifier = Any  # py3langid 0.4 has no types

# Languages that reports and questions may be in. The model knows 140, and on a few words takes Swedish for Faroese
# or English for Nigerian Pidgin; what is not listed here is never answered.
LANGUAGES = frozenset(
    "ar bg bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko ku lt lv mk ms mt nl nn no "
    "pl ps pt ro ru sk sl so sq sr sv sw th tr uk ur vi zh".split()
)
_SAME = {"nn": "no"}  # both written norms of Norwegian

# Words that are common in one of these languages and rare or absent in its neighbours. A word of several languages
# ("en", "in", "var", "i") says nothing and is left out.
_WORDS = {
    "sv": "och är att för inte vad hur när vilka vilken vilket varför vem som på från till med eller också ska "
    "kan måste bör finns under efter mellan många något några någon den det detta dessa sig sin sina våra "
    "vår vi av om ett hos vid genom utan över hade blev blir varit vart hette heter gjorde fick flera "
    "mest största första året fanns varning polis gisslan skydd hot kris larm skydda",
    "en": "the of and to is are was were what how which when where who whom whose why does did do has have had "
    "been be with from by for that this these those their there its it not can could should would will "
    "may might must about into between during after before than more most other any all an as at or if "
    "then they we you our your summary hostage threat",
    "da": "og er ikke hvad hvordan hvornår hvilke hvilken hvorfor hvem af til fra efter mellem nogle nogen jeg "
    "blev være været også må skal kunne",
    "no": "og er ikke hva hvordan når hvilke hvilken hvorfor hvem av til fra etter mellom noen noe jeg ble være "
    "vært også må skal kunne",
    "de": "der die das und ist sind nicht was wie wann welche warum wer von zu mit auf für dem den des ein eine "
    "nach zwischen auch werden wurde kann",
    "nl": "het een van ik niet wat hoe wanneer welke waarom wie en zijn met op voor naar tussen ook worden werd kan deze",
    "fr": "le la les des est sont pas que quoi comment quand quelle pourquoi qui du avec sur pour dans une et ou aux",
    "es": "el los las es son que qué cómo cuándo cuál por quién del con para una y en",
    "fi": "ja on ei mitä miten milloin miksi kuka että tai joka ovat oli kanssa",
}
_LANGUAGES_OF: dict[str, frozenset[str]] = {
    word: frozenset(code for code, words in _WORDS.items() if word in words.split())
    for words in _WORDS.values()
    for word in words.split()
}
# Letters that belong to one of two neighbours: ä and ö are no Danish or Norwegian letters, æ and ø no Swedish ones.
_LETTERS = {"å": "sv da no", "ä": "sv de fi", "ö": "sv de fi", "æ": "da no", "ø": "da no", "ß": "de", "ñ": "es"}
_ENDINGS = {
    "ity": "en", "ness": "en", "tions": "en", "ies": "en", "het": "sv no", "heter": "sv no", "skap": "sv no",
    "ande": "sv", "erna": "sv", "orna": "sv", "arna": "sv",
}  # fmt: skip
# Before a word is read: what this kind of library holds. A sentence outweighs it; a single word may not.
_PRIOR = {"en": math.log(6), "sv": math.log(6)} | {code: math.log(2) for code in ("da", "no", "de", "nl", "fr", "es", "fi")}
_WORD_WEIGHT = math.log(4)  # each such word makes its language four times as likely
_LETTER_WEIGHT = math.log(3)
_PLAIN = 4  # small words that tell a language without the model
_MOST_EVIDENCE = 6  # words and letters counted: longer texts are the model's to judge

_ADDRESS = re.compile(r"\S+@\S+|\w+://\S+|www\.\S+")
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 1500  # characters from the start, the middle and the end of a long text

_lock = threading.Lock()
_identifier: Identifier = None


def _load() -> Identifier:
    """Return the model, loaded on the first call (0.6 s) and read by any number of threads from then on."""
    global _identifier
    if _identifier is None:
        with _lock:
            if _identifier is None:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier

                loaded = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
                loaded.set_languages(LANGUAGES)
                _identifier = loaded
    return _identifier


def detect(text: str) -> str:
    """Return the ISO 639-1 code of a text's language; "" where it cannot be known, as without any letters."""
    return _best(_scores(_sample(text)))


def detect_query(text: str, among: Collection[str] = ("en", "sv")) -> str:
    """Return which of the languages in `among` a question is in; "" where it holds no letters.

    Of equally likely languages, the one that comes first in `among`.
    """
    scores = _scores(text, frozenset(among))
    return _best({code: scores[code] for code in among if code in scores})


def by_small_words(text: str, among: Collection[str] = ("en", "sv")) -> str:
    """Return which of these languages the small words of a text are of; "" where they are few or of several.

    It needs no model, and so no more than a reading process may do.
    """
    counts = dict.fromkeys(among, 0)
    for word in _WORD.findall(text.casefold()):
        for code in _LANGUAGES_OF.get(word, frozenset()).intersection(counts):
            counts[code] += 1
    best, *others = sorted(counts, key=counts.__getitem__, reverse=True)
    return best if counts[best] >= _PLAIN and all(counts[best] >= 3 * counts[other] for other in others) else ""


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = (len(text) - _SAMPLE) // 2
    return f"{text[:_SAMPLE]} {text[middle : middle + _SAMPLE]} {text[-_SAMPLE:]}"


def _best(scores: Mapping[str, float]) -> str:
    return max(scores, key=scores.__getitem__) if scores else ""


def _scores(text: str, among: frozenset[str] = LANGUAGES) -> dict[str, float]:
    """Log-likelihoods by language, of those in `among`, up to a constant; empty where there are no letters."""
    text = _ADDRESS.sub(" ", text)
    words = [word.casefold() for word in _WORD.findall(text)]
    if not words:
        return {}
    scores: dict[str, float] = {}
    for code, probability in _load().rank(text):
        code = _SAME.get(code, code)
        if code not in among:
            continue
        likelihood = math.log(max(probability, 1e-20)) + _PRIOR.get(code, 0.0)
        scores[code] = max(scores.get(code, likelihood), likelihood)
    for code, evidence in _evidence(words).items():
        if code in scores:
            scores[code] += evidence
    return scores


def _evidence(words: list[str]) -> dict[str, float]:
    """Return what small words and letters say, as log-likelihoods to add. Only the first few count."""
    evidence: dict[str, float] = {}
    telling = [languages for word in words if (languages := _LANGUAGES_OF.get(word))]
    for languages in telling[:_MOST_EVIDENCE]:
        for code in languages:
            evidence[code] = evidence.get(code, 0.0) + _WORD_WEIGHT / len(languages)
    signs = [_LETTERS[letter] for word in words for letter in word if letter in _LETTERS]
    signs += [codes for word in words for ending, codes in _ENDINGS.items() if word.endswith(ending)]
    for codes in signs[:_MOST_EVIDENCE]:
        for code in codes.split():
            evidence[code] = evidence.get(code, 0.0) + _LETTER_WEIGHT
    return evidence
