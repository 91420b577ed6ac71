"""Query: what a user types in the search field, read as words, exact phrases, excluded words and filters. Pure."""

import re
import unicodedata
from dataclasses import dataclass

_NAMES = {
    "city": "city stad",
    "theme": "theme tema",
    "kind": "kind typ slag",
    "language": "language lang språk",
    "handling": "handling hantering",
    "year": "year år",
    "organisation": "organisation org",
    "title": "title titel",
    "editions": "editions utgåvor",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}

# The languages that a catalogue may name (ingest/fields.py), each by its English and its Swedish name.
_LANGUAGES = {
    "ar": "arabic arabiska",
    "ca": "catalan katalanska",
    "da": "danish danska",
    "de": "german tyska",
    "en": "english engelska",
    "es": "spanish spanska",
    "et": "estonian estniska",
    "fa": "persian farsi persiska",
    "fi": "finnish finska",
    "fr": "french franska",
    "is": "icelandic isländska",
    "it": "italian italienska",
    "lt": "lithuanian litauiska",
    "lv": "latvian lettiska",
    "nl": "dutch nederländska",
    "no": "norwegian norska nb nn",
    "pl": "polish polska",
    "pt": "portuguese portugisiska",
    "ru": "russian ryska",
    "so": "somali somaliska",
    "sv": "swedish svenska",
    "tr": "turkish turkiska",
    "uk": "ukrainian ukrainska",
}
_LANGUAGE_OF = {name: code for code, names in _LANGUAGES.items() for name in names.split()}

_KIND_OF = {
    "rapport": "report",
    "policybrief": "policy brief",
    "policyunderlag": "policy brief",
    "seminarieanteckning": "seminar note",
    "övningsrapport": "exercise report",
    "uppsats": "paper",
    "artikel": "paper",
    "webbsida": "web page",
    "anteckning": "note",
    "vägledning": "guide",
    "studiebesök": "study visit",
}

# Quotation marks as they open and close in English, Swedish, German and French.
_MARKS = '"“”„«»'
_QUOTED = r'(?:"[^"]*"|“[^“”]*”|”[^”]*”|„[^„“”]*[“”]|«[^«»]*»|»[^«»]*[«»])'
_BLANK = frozenset(minus + pair for minus in ("", "-") for pair in ('""', "“”", "””", "„“", "„”", "«»", "»»", "»«"))
_VALUE = rf"(?:{_QUOTED}|[^\s,{_MARKS}]*+)"
_ONE_VALUE = re.compile(rf"{_QUOTED}|[^,{_MARKS}]+")
# Possessive, so that no text takes longer than its length. A quotation mark after a letter, digit or colon opens nothing.
_PIECE = re.compile(
    rf"(?<!\S)(?P<minus>-?)(?P<filter>(?P<name>[^\W\d_]++):(?P<values>{_VALUE}(?:,{_VALUE})*+))[.?!;]*+(?!\S)"
    rf"|(?<!\S)-(?:(?P<not_phrase>{_QUOTED})|(?P<not_word>[^\W_][^\s{_MARKS}]*))"
    rf"|(?<![\w:])(?P<phrase>{_QUOTED})"
)
_CLOSING = ".,;:!?)]}"
_OPENED = re.compile(r"\s?[(\[{]\Z")
_CLOSED = re.compile(r"[.,;:!?)\]}]++(?!\S)")
_YEARS = re.compile(r"(?P<year>[0-9]{4})|(?P<low>[0-9]{4})?(?:\.\.|-|–)(?P<high>[0-9]{4})?")
_LANGUAGE_CODE = re.compile(r"[a-z]{2}(?:[-_][a-z0-9]+)*")


# How an answer should be written is an instruction to somebody who writes; here sentences are quoted as they stand.
_INSTRUCTION = re.compile(
    r"(?:(?<=[.?!])|^)\s*(?:please\s+|vänligen\s+)?(?:directly\s+)?"
    r"(?:answer|write|round|format|give|list|enumerate|express|return|svara|skriv|avrunda|ange|lista)\b"
    r"[^.?!]*\b(?:format|answers?|percent\w*|decimals?|lists?|integers?|int|float|order|words|bullet\w*"
    r"|svaret|procent|decimal\w*|listform|punkt\w*|heltal|ordning|svenska|engelska|swedish|english)\b[^?!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for. `where`: field -> accepted values; several values of one field are alternatives."""

    text: str  # the words to be searched, those of the phrases among them; "" where only filters were typed
    phrases: tuple[str, ...] = ()  # to be found word for word; none without a letter or digit
    without: tuple[str, ...] = ()  # excluded words and phrases
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()  # in order of first appearance; years as "2019" or "2019..2021"


def parse(text: str) -> Query:
    """Read what a user typed: `"exact phrase"`, `-without`, `city:London,"New York"`. Never raises.

    What is not understood as one of these is plain words, and stays as it was typed but for composed characters (NFC),
    collapsed white space, empty pairs of quotation marks, and a last sentence on the form of the answer.
    """
    given = " ".join(token for token in unicodedata.normalize("NFC", text).split() if token not in _BLANK)
    plain: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    where: dict[str, dict[str, None]] = {}
    at = 0
    for piece in _PIECE.finditer(given):
        plain.append(given[at : piece.start()])
        at = piece.end()
        field, values = _filter(piece)
        excluded, phrase = _excluded(piece), _inner(piece["phrase"])
        if values:
            where.setdefault(field, {}).update(dict.fromkeys(values))
        elif excluded:
            without.append(excluded)
        elif phrase:
            phrases.append(phrase)
            plain.append(_apart(phrase, given, piece.start(), at))
        else:
            plain.append(piece[0])
    plain.append(given[at:])
    return Query(
        text=_asked(" ".join("".join(plain).split())),
        phrases=tuple(phrases),
        without=tuple(without),
        where=tuple((field, tuple(values)) for field, values in where.items()),
    )


def _asked(text: str) -> str:
    """Leave out a last sentence on how the answer should be written ("Answer as a list"), where something is asked before it."""
    left = _INSTRUCTION.sub("", text).strip()
    return left or text


def _filter(piece: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    """Return the field that a piece narrows, and to what; no values where it is no filter or one is not understood."""
    field = _FIELD_OF.get((piece["name"] or "").casefold(), "")
    if not field or piece["minus"]:
        return field, ()
    values = []
    for typed in _ONE_VALUE.findall(piece["values"]):
        bare = typed[0] not in _MARKS
        value = typed.rstrip("?!;") if bare else typed[1:-1].strip()
        if value:
            values.append(_value(field, value, bare))
    return field, tuple(values) if all(values) else ()


def _value(field: str, value: str, bare: bool) -> str:
    """Return a value as the index holds it, "" where the field can have none like it. `bare`: typed without quotes."""
    if field == "year":
        return _years(value)
    if field == "language":
        name = value.casefold()
        return _LANGUAGE_OF.get(name) or (name[:2] if _LANGUAGE_CODE.fullmatch(name) else "")
    if field == "editions":
        return "all" if value.casefold() in ("all", "alla") else ""
    if field == "kind":
        spaced = re.sub("[-_]+", " ", value).strip() or value
        return _KIND_OF.get(value.casefold(), spaced if bare else value)
    return value


def _years(value: str) -> str:
    match = _YEARS.fullmatch(value)
    if not match or match["year"]:
        return value if match else ""
    low, high = match["low"] or "", match["high"] or ""
    if low and high and low > high:
        low, high = high, low
    return f"{low}..{high}" if low or high else ""


def _excluded(piece: re.Match[str]) -> str:
    if piece["minus"] and piece["name"].casefold() not in _FIELD_OF:
        return piece["filter"].rstrip(_CLOSING)
    return _inner(piece["not_phrase"]) or (piece["not_word"] or "").rstrip(_CLOSING)


def _inner(quoted: str | None) -> str:
    """Return the text between quotation marks; "" where it holds nothing that could be found."""
    inner = quoted[1:-1].strip() if quoted else ""
    return inner if any(map(str.isalnum, inner)) else ""


def _apart(phrase: str, given: str, start: int, end: int) -> str:
    """Part a phrase from words that touch it, which would else run into its own; brackets and full stops may touch."""
    left = "" if _OPENED.match(given, max(start - 2, 0), start) else " "
    right = "" if _CLOSED.match(given, end) else " "
    return f"{left}{phrase}{right}"
