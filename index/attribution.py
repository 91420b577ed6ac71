"""Who spoke where nothing may be attributed: names are found in the notes, and withheld from what leaves the library. Pure.

Whoever may read such notes reads their exact words; what is quoted, copied and exported from them names nobody (the Chatham House
Rule keeps both the identity and the affiliation of speakers and participants). Only what looks like a speaker in notes is taken
for one; who else is not to be named is written into the catalogue's column of speakers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.result import Hit, Quote, Result

_UPPER, _LETTERS = "A-ZÀ-ÖØ-Þ", "A-Za-zÀ-ÖØ-öø-ÿ'’-"
_WORD = rf"[{_UPPER}][{_LETTERS}]+"
_NAME = (
    rf"(?:{_WORD}|[{_UPPER}]\.)(?:\s(?:von|van|der|den|de|da|di|af|al|el|bin|ibn|la|le))*(?:\s(?:{_WORD}|[{_UPPER}]\.)){{1,3}}"
)
_TITLE = r"(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Chief|Superintendent|Inspector|Commander|Commissioner|Minister|Sir|Dame)\.?\s)*"
_SAID = (
    r"(?:said|says|noted|argued|explained|told|added|asked|stressed|observed|reported|suggested|concluded"
    r"|sade|sa|säger|menade|menar|berättade|förklarade|påpekade|frågade|framhöll|betonade)"
)
_BULLET = r"^[ \t]*(?:[-*•–]\s+|\d+[.)]\s+)?"
_AS_SPEAKER = (
    re.compile(rf"{_BULLET}(?P<title>{_TITLE})(?P<name>{_NAME})\s?\([^()\n]{{2,80}}\)\s?:", re.M),
    re.compile(rf"(?P<title>{_TITLE})(?P<name>{_NAME})\s?\([^()\n]{{2,80}}\),?\s{_SAID}\b"),
    re.compile(rf"(?P<title>{_TITLE})(?P<name>{_NAME}),\s[^.:;\n]{{2,80}},\s{_SAID}\b"),
)
_LISTED = re.compile(
    r"^[ \t#*_]*(?:list of\s|the\s)?(?:participants|speakers?|panel(?:lists?)?|attendees|present|chair|moderator"
    r"|deltagare|talare|paneldeltagare|närvarande|medverkande|ordförande)(?:\slist)?[*_]*"
    r"[ \t]*(?::[*_]*[ \t]*(?P<rest>.*))?$",
    re.I | re.M,
)
_LINE_OF_LIST = re.compile(rf"{_BULLET}{_TITLE}(?P<name>{_NAME})(?=$|\s?[,(–:-])")
_MOST_LINES = 200  # of a list of participants
_SHORTEST = 3  # letters of a family name that is looked for alone


def names_in(text: str) -> tuple[str, ...]:
    """The people that notes show as speakers or participants, each once, in the order of the text."""
    found = [match["name"] for pattern in _AS_SPEAKER for match in pattern.finditer(text)]
    for match in _LISTED.finditer(text):
        found += _listed(match["rest"] or "", text[match.end() :])
    return tuple(dict.fromkeys(" ".join(name.split()) for name in found))


def _listed(rest: str, below: str) -> list[str]:
    """The names after the heading of a list: on its own line, or on the lines below up to one that begins with no name."""
    if rest.strip():
        parts = re.split(r"[;,]|\band\b|\boch\b", re.sub(r"\([^()]*\)", "", rest))
        return [part.strip(" .") for part in parts if re.fullmatch(_NAME, part.strip(" ."))]
    names = []
    for line in below.lstrip("\n").split("\n")[:_MOST_LINES]:
        match = _LINE_OF_LIST.match(line)
        if match is None and line.strip():
            break
        names += [match["name"]] if match else []
    return names


def withheld(text: str, names: Iterable[str], label: str) -> str:
    """The text with each of these people, and who it shows as a speaker itself, as `label`, affiliation and title included."""
    people = [*dict.fromkeys(" ".join(name.split()) for name in (*names, *names_in(text)) if name.strip())]
    for name in sorted(people, key=len, reverse=True):
        text = _without(text, name, label)
    return text


def _without(text: str, name: str, label: str) -> str:
    words = name.split()
    whole = r"\s+".join(map(re.escape, words))
    affiliation = rf"(?:\s?\([^()\n]{{2,80}}\)|,\s[^.:;,\n]{{2,80}},(?=\s{_SAID}\b))?"
    genitive = r"(?:['’]s|s)?"
    entry = rf"({_BULLET}){_TITLE}(?i:{whole})\s?[,(–-][^.!?\n]{{1,120}}$"  # of a list: all of the line tells who it is
    text = re.sub(entry, lambda match: match[1] + label, text, flags=re.M)
    text = re.sub(rf"{_TITLE}(?<!\w)(?i:{whole}){genitive}(?!\w){affiliation}", lambda _: label, text)
    last = words[-1]
    if len(words) > 1 and len(last) >= _SHORTEST:
        family = f"{re.escape(last)}|{re.escape(last.upper())}"
        text = re.sub(rf"{_TITLE}(?<!\w)(?:{family}){genitive}(?!\w)", lambda _: label, text)
    return text


def outward(hit: Hit, label: str) -> Hit:
    """A hit as it may leave the library: as it is where it may be attributed, and otherwise without who said it.

    `text` is then no longer a slice of the document, so nothing in it is marked; `start` and `end` still say where it stands.
    """
    if hit.attributable:
        return hit
    text = withheld(hit.text, hit.speakers, label)
    return replace(
        hit, text=text, marks=hit.marks if text == hit.text else (), organisation="", city=(), path="", speakers=(),
        title=withheld(hit.title, hit.speakers, label), section=tuple(withheld(one, hit.speakers, label) for one in hit.section),
    )  # fmt: skip


def outward_result(result: Result, label: str) -> Result:
    """An answer as it may leave the library: its hits by `outward`, and its quotes without who said them."""
    held = {hit.rank: hit for hit in result.hits}

    def quote(one: Quote) -> Quote:
        hits = [held[number] for number in one.citations if number in held]
        if all(hit.attributable for hit in hits):
            return one
        return replace(one, text=withheld(one.text, [name for hit in hits for name in hit.speakers], label))

    return replace(result, hits=tuple(outward(hit, label) for hit in result.hits), quotes=tuple(map(quote, result.quotes)))


def known(speakers: Sequence[str], text: str) -> tuple[str, ...]:
    """Everybody who is not to be named: those of the catalogue, and those whom the notes show."""
    return tuple(dict.fromkeys((*speakers, *names_in(text))))
