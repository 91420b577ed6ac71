"""The handling mark on a document itself: a line of its opening, header or footer that says nothing else. Pure."""

import re
from collections.abc import Iterable

_ORDER = ("CLEAR", "WHITE", "OFFICIAL", "GREEN", "AMBER", "OFFICIAL-SENSITIVE", "AMBER+STRICT", "RED")
_TLP = r"TLP\s?[: ]\s?(CLEAR|WHITE|GREEN|AMBER\s?\+\s?STRICT|AMBER STRICT|AMBER|RED)"
_UK = r"(OFFICIAL\s?[-: \u2013]\s?SENSITIVE|OFFICIAL)"
_LABEL = r"(?:(?:handling|marking|classification|märkning|spridning|hantering|skyddsmarkering)\s*[:\u2013-]\s*)"
_LINE = re.compile(rf"(?i:{_LABEL}?)(?:(?i:{_TLP})|{_UK})\W*")
_LABELLED_UK = re.compile(rf"(?i:{_LABEL}{_UK})\W*")


def marking(lines: Iterable[str]) -> str:
    """Return the strictest of the lines that are a mark and nothing else, as "TLP:AMBER"; "" where there is none.

    A line that only speaks of a mark ("TLP:RED means …") is not one; parts between "·" are lines of their own.
    "OFFICIAL" counts in capitals, or after a label.
    """
    found = ""
    for part in (part.strip() for line in lines for part in re.split("[·•]", line)):
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
