"""The numbers that Word prints before headings and items ("2.1", "b)", "Recommendation 4."): no text holds them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingest.wordstyles import number_of, value_of, w

Element = Any  # lxml 6.1 has no types
_LEVELS = 9
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str  # decimal, lowerLetter, …; "bullet" and others print no number
    text: str  # "%1.%2", "Recommendation %1."


class Numbers:
    """The lists of one document, from the root of its numbering part, counted as its paragraphs are met in their order."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._levels: dict[int, dict[int, _Level]] = {}  # by definition and level
        self._definition: dict[int, int] = {}  # of each list
        self._restarts: dict[int, dict[int, int]] = {}  # of each list: level to number, not yet used
        self._counts: dict[int, list[int | None]] = {}  # by definition
        for root in roots:
            self._load(root)

    def _load(self, root: Element) -> None:
        for definition in root.iterchildren(w("abstractNum")):
            key = _attribute(definition, "abstractNumId")
            self._levels[key] = {_attribute(level, "ilvl"): _level(level) for level in definition.iterchildren(w("lvl"))}
        for entry in root.iterchildren(w("num")):
            key = _attribute(entry, "numId")
            self._definition[key] = number_of(entry, "abstractNumId") or 0
            self._restarts[key] = {
                _attribute(override, "ilvl"): start
                for override in entry.iterchildren(w("lvlOverride"))
                if (start := number_of(override, "startOverride")) is not None
            }

    def label(self, list_id: int, level: int) -> str:
        """Count one paragraph of a list, at a 0-based level, and return what is printed before it; "" for bullets."""
        definition = self._definition.get(list_id, -1)
        levels = self._levels.get(definition, {})
        if level not in levels or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(definition, [None] * _LEVELS)
        for restarted, start in list(self._restarts[list_id].items()):
            if restarted < _LEVELS:
                counts[restarted] = start - 1
            del self._restarts[list_id][restarted]
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        return self._printed(levels, level, counts)

    def _printed(self, levels: dict[int, _Level], level: int, counts: list[int | None]) -> str:
        def number(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            shown = levels.get(index)
            if shown is None:
                return ""
            count = counts[index]
            return _formatted(shown.start if count is None else count, shown.style)

        if not _formatted(1, levels[level].style):
            return ""
        return re.sub(r"%([1-9])", number, levels[level].text)


def _level(element: Element) -> _Level:
    start = number_of(element, "start")
    return _Level(1 if start is None else start, value_of(element, "numFmt"), value_of(element, "lvlText"))


def _attribute(element: Element, name: str) -> int:
    value = element.get(w(name), "")
    return int(value) if value.isdigit() and len(value) < 9 else -1


def _formatted(number: int, style: str) -> str:
    """Return a number as a list prints it; "" in styles that print a sign, or a script we do not know."""
    match style:
        case "decimal" | "":
            return str(number)
        case "decimalZero":
            return f"{number:02}"
        case "lowerLetter" | "upperLetter" if number > 0:
            letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
            return letters if style == "lowerLetter" else letters.upper()
        case "lowerRoman" | "upperRoman" if 0 < number < 4000:
            return _roman(number) if style == "lowerRoman" else _roman(number).upper()
    return ""


def _roman(number: int) -> str:
    parts: list[str] = []
    for value, letters in _ROMAN:
        parts.append(letters * (number // value))
        number %= value
    return "".join(parts) + _ROMAN_UNITS[number]
