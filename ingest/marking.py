"""The handling mark on a document itself: a line of its opening, header or footer that says nothing else. Pure."""

import re
from collections.abc import Iterable

_ORDER = ("CLEAR", "WHITE", "OFFICIAL", "GREEN", "AMBER", "OFFICIAL-SENSITIVE", "AMBER+STRICT", "RED")
_TLP = r"TLP\s?[: ]\s?(CLEAR|WHITE|GREEN|AMBER\s?\+\s?STRICT|AMBER STRICT|AMBER|RED)"
_UK = r"(OFFICIAL\s?[-: \u2013]\s?SENSITIVE|OFFICIAL)"
_LABEL = (
    r"(?:(?:handling|marking|classification|märkning|spridning|hantering|skyddsmarkering|sekretessmarkering)\s*[:\u2013-]\s*)"
)
_DESCRIBED = r"(?:[\W_]*(?:PERSONAL|COMMERCIAL|LOCSEN|HR|UK EYES ONLY|FOR PUBLIC RELEASE))?"
_LINE = re.compile(rf"\W*(?i:{_LABEL}?)(?:(?i:{_TLP})|{_UK}{_DESCRIBED})\W*")
_LABELLED_UK = re.compile(rf"\W*(?i:{_LABEL}{_UK}){_DESCRIBED}\W*")
# Marks of secrecy that TLP does not know. They are kept as they are written, and opened only to those cleared for everything.
_SECRET = re.compile(
    r"\W*(?P<mark>(?i:begränsat hemlig|kvalificerat hemlig|(?:sekretess(?:belagd)?|hemlig|konfidentiell) enligt [^.]{1,80})"
    r"|SEKRETESS(?:BELAGD|MARKERAD|MARKERAT)?|HEMLIG|KONFIDENTIELL|CONFIDENTIAL|SECRET|TOP SECRET|RESTRICTED"
    rf"|(?:RESTREINT UE ?/ ?)?EU RESTRICTED|NATO (?:RESTRICTED|CONFIDENTIAL|SECRET)|(?i:{_LABEL}"
    r"(?:secret|top secret|confidential|restricted|hemlig|sekretess(?:belagd)?|konfidentiell)))[^\w§]*"
)
_WITHOUT_NAMES = re.compile(
    r"chatham house rule|non-?attribut(?:able|ion)|not (?:to )?be attributed|not for attribution"
    r"|(?:får|ska|skall) (?:inte|ej) tillskrivas|icke-?tillskrivning|utan (?:att|angivande av) (?:talare|källa)",
    re.IGNORECASE,
)
FIRST = 3000  # characters of a first page in which it is looked for


def marking(lines: Iterable[str]) -> str:
    """Return the strictest of the lines that are a mark and nothing else, as "TLP:AMBER"; "" where there is none.

    A line that only speaks of a mark ("TLP:RED means …") is not one; parts between "·" are lines of their own.
    "OFFICIAL" and marks of secrecy count in capitals, or after a label.
    """
    found = ""
    for part in (part.strip() for line in lines for part in re.split("[·•]", line)):
        secret = _SECRET.fullmatch(part)
        if secret is not None:
            return " ".join(secret["mark"].split())
        match = _LINE.fullmatch(part) or _LABELLED_UK.fullmatch(part)
        if match is None:
            continue
        name = re.sub(r"\s+", " ", next(group for group in match.groups() if group)).upper()
        if "SENSITIVE" in name:
            name = "OFFICIAL-SENSITIVE"
        elif "STRICT" in name:
            name = "AMBER+STRICT"
        if not found or _ORDER.index(name) > _ORDER.index(found):
            found = name
    return found if not found or found.startswith("OFFICIAL") else f"TLP:{found}"


def stricter(said: str, banner: str) -> str:
    """Of what a document says of itself and of the banner it bears, the stricter; what is no known mark is the strictest."""
    return max((said, banner), key=_rank)


def _rank(mark: str) -> int:
    if not mark.strip():
        return -1
    read = (marking([mark]) or marking([f"TLP:{mark.strip()}"])).removeprefix("TLP:")
    return _ORDER.index(read) if read in _ORDER else len(_ORDER)


def names_nobody(text: str) -> bool:
    """Whether a first page says that nothing in it may be attributed (the Chatham House Rule, in either language)."""
    return _WITHOUT_NAMES.search(text[:FIRST]) is not None
