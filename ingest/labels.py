"""Page numbers as they are printed: those at the edges of pages that count up with the pages. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.lines import Line

ROMAN = re.compile(r"(?=[ivxl])(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_AT_EDGE = (
    re.compile(r"^\W*(?:(?:page|sida|sid\.?|s\.|p\.|seite|side)\s*)?(\d{1,4}|[ivxl]{1,7})(?=$|\W)", re.IGNORECASE),
    re.compile(r"(?:^|\s)(\d{1,4}|[ivxl]{1,7})(?:\s*(?:\(\d+\)|(?:of|av|/)\s*\d+))?\W*$", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The lines (by their `start`) that hold a page number, and the label of each page (0-based) that could be told."""

    lines: frozenset[int]
    labels: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A number on a line that may be the page's."""

    page: int
    start: int
    text: str
    value: int
    roman: bool


def count(lines: Iterable[Line], enough: int) -> Numbers:
    """Find the numbers that count up by one a page, or by two where a page is a spread of two, on at least `enough` pages."""
    series: dict[tuple[bool, int, int], list[_Found]] = defaultdict(list)
    for found in (number for line in lines for number in _on_line(line)):
        for step in (1, 2):
            series[found.roman, step, found.value - step * found.page].append(found)
    pages = {key: {found.page for found in members} for key, members in series.items()}
    sure = {key for key, on in pages.items() if len(on) >= enough and (key[1] == 1 or _has_facing(key, pages))}
    best: dict[int, tuple[int, list[_Found]]] = {}
    for key in sure:
        weight = len(pages[key])
        for found in series[key]:
            held, members = best.get(found.page, (0, []))
            if weight > held:
                best[found.page] = (weight, [found])
            elif weight == held:
                members.append(found)
    seen = {page: _label(members) for page, (_, members) in best.items()}
    counted = frozenset(found.start for key in sure for found in series[key])
    return Numbers(lines=counted, labels=_between(seen) | seen)


def _on_line(line: Line) -> Iterator[_Found]:
    tokens = {match.group(1) for pattern in _AT_EDGE if (match := pattern.search(line.text))}
    for token in tokens:
        if token.isdigit():
            yield _Found(line.page, line.start, token, int(token), False)
        elif ROMAN.fullmatch(token):
            yield _Found(line.page, line.start, token, _value(token.lower()), True)


def _value(roman: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[char] for char in roman]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _has_facing(key: tuple[bool, int, int], pages: dict[tuple[bool, int, int], set[int]]) -> bool:
    """Whether beside this series, two by two, runs the one of the facing pages."""
    roman, step, offset = key
    return any(len(pages[key] & pages.get((roman, step, offset + beside), set())) >= 2 for beside in (-1, 1))


def _label(found: list[_Found]) -> str:
    numbers = sorted({each.value for each in found if not each.roman})
    if len(numbers) == 2 and numbers[1] == numbers[0] + 1:
        return f"{numbers[0]}–{numbers[1]}"
    return found[0].text


def _between(seen: dict[int, str]) -> dict[int, str]:
    """Labels of pages that print none, between two pages that agree on what it would be."""
    filled: dict[int, str] = {}
    for one, two in pairwise(sorted(seen)):
        first, second = _counted(seen[one]), _counted(seen[two])
        if first and second and first[1:] == second[1:] and second[0] - first[0] == (two - one) * first[1]:
            filled |= {page: _written(first[0] + (page - one) * first[1], *first[1:]) for page in range(one + 1, two)}
    return filled


def _counted(label: str) -> tuple[int, int, str] | None:
    """What a label counts: its number, how many printed pages it stands for, and a sample of how it is written."""
    parts = label.split("–")
    if all(part.isdigit() for part in parts):
        return int(parts[0]), len(parts), "1"
    return (_value(label.lower()), 1, "I" if label.isupper() else "i") if ROMAN.fullmatch(label) else None


def _written(number: int, pages: int, sample: str) -> str:
    if sample == "1":
        return "–".join(str(number + page) for page in range(pages))
    figures = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    text = ""
    for value, figure in figures:
        text, number = text + figure * (number // value), number % value
    return text.upper() if sample == "I" else text
