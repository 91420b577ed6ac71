"""Lines into paragraphs: which lines of a page belong together. Pure geometry and a little reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.lines import Line

BULLET = re.compile(r"[•◦▪▫■□●○‣⁃∙·➢➤►▶✓✔❖❑◆➔→*\-–—o]\s+(?=\S)")
_SURE_BULLET = re.compile(r"[•◦▪▫■□●○‣⁃∙➢➤►▶✓✔❖❑◆]\s*(?=\S)")
NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,5})[.)]\s+(?=\S)|\(\d{1,2}\)\s*(?=\S)")
SECTION = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){1,4}\.?|\d{1,2}\.|[A-Z]\.\d{1,2}(?:\.\d{1,2})*)\s+(?=[^\W\d_])")
LEADER = re.compile(r"(?:[.·…_]\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,7})?$", re.IGNORECASE)
CAPTION = re.compile(
    r"(?i:table|figure|fig\.|chart|box|map|exhibit|graph|photo|tabell|figur|bild|diagram|ruta|karta|faktaruta)"
    r"\s+[A-Z]?\d{1,3}(?:[.\-–]\d{1,3})*[a-z]?(?:\s*[.:|–—]|\s+(?=[A-ZÅÄÖÉ\"“”])|$)"
)
RECOMMENDATION = re.compile(
    r"(?i:recommendation|rekommendation|recommandation|empfehlung|recomendación|recomanació|aanbeveling|anbefaling)"
    r"\s+(?:(?i:no|nr)\.?\s*)?[A-Z]?\d{1,3}(?:\.\d{1,2})?[a-z]?\s*(?:[.:)|–—-]|$|(?=[A-ZÅÄÖ]))"
)
CONTENTS = re.compile(
    r"(?:table of )?contents|innehåll(?:sförteckning)?|inhalt(?:sverzeichnis)?|sommaire|table des matières|índice|inhoud",
    re.IGNORECASE,
)
PAGE_AT_END = re.compile(r"\S.*\s(\d{1,4}|[ivxl]{1,7})$", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;…][\"'”’»)\]]*\d{0,3}$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, in reading order."""

    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> Line:
        """The line it begins with."""
        return self.lines[0]

    @property
    def last(self) -> Line:
        """The line it ends with."""
        return self.lines[-1]

    @property
    def size(self) -> float:
        """The size of its type, in points."""
        return max(self.lines, key=lambda line: len(line.text)).size

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)

    @property
    def text(self) -> str:
        """Its words, lines joined by spaces: for recognition only."""
        return " ".join(line.text for line in self.lines)

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.first.cells > 1 or self.first.row != (0, 0)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return max(line.bottom for line in self.lines)


def ends_sentence(text: str) -> bool:
    """Whether the text could stop here."""
    return bool(_ENDS.search(text))


def group(lines: Sequence[Line]) -> list[Paragraph]:
    """Group the lines of one page, in reading order, into paragraphs, headings, list items and table rows."""
    contents = any(CONTENTS.fullmatch(line.text.strip(" :")) for line in lines[:6])
    groups: list[Paragraph] = []
    rights = _column_edges(lines)
    leading = _usual_leading(lines)
    for i, line in enumerate(lines):
        entry = contents and bool(groups) and bool(PAGE_AT_END.match(groups[-1].last.text))
        if groups and not entry and not _begins(groups[-1], line, rights[i - 1], leading):
            groups[-1].lines.append(line)
        else:
            groups.append(Paragraph([line]))
    return groups


def _column_edges(lines: Sequence[Line]) -> list[float]:
    """For each line, how far to the right the lines around it go that stand in its column."""
    edges = []
    for i, line in enumerate(lines):
        near = [line.right]
        for step in (-1, 1):
            last = line
            for other in lines[i + step : i + 7 * step if i + 7 * step >= 0 else None : step]:
                if not _in_column(last, other, step):
                    break
                near.append(other.right)
                last = other
        edges.append(max(near))
    return edges


def _in_column(one: Line, two: Line, step: int) -> bool:
    size = max(one.size, 4.0)
    same = abs(one.left - two.left) < 3 * size and abs(one.size - two.size) < 0.15 * size
    return same and 0 < (two.base - one.base) * step < 3 * size and one.cells == two.cells == 1


def _usual_leading(lines: Sequence[Line]) -> float:
    """Find the commonest distance of two lines, in sizes of their type."""
    steps = sorted(
        (two.base - one.base) / one.size
        for one, two in pairwise(lines)
        if one.size == two.size > 0 and 0.9 * one.size < two.base - one.base < 2.2 * one.size
    )
    return steps[len(steps) // 3] if steps else 1.3


def _begins(group: Paragraph, line: Line, edge: float, leading: float) -> bool:
    """Whether the line begins a paragraph of its own after these lines."""
    before = group.last
    if before.row != (0, 0) or line.row != (0, 0):
        return before.row[0] != line.row[0]
    if _marked(line) and _marked(group.first):
        return True
    if before.placed != line.placed or before.angle != line.angle or before.cells > 1 or line.cells > 1:
        return True
    if LEADER.search(before.text) or CAPTION.match(line.text) or RECOMMENDATION.match(line.text):
        return True
    if _other_style(group, line, edge, leading):
        return True
    if line.top < before.top - 0.5 * before.size or _apart(before, line):
        return not _runs_on(before, line, edge)
    if _white_between(group, line, leading) or _item_begins(group, line, edge):
        return True
    return _indented(group, line) or _falls_short(before, line, edge)


def _marked(line: Line) -> bool:
    """Whether a line begins with a small raised number, as a footnote does."""
    return line.text[:1].isdigit() and 0 < line.first_size < 0.85 * line.size


def _other_style(group: Paragraph, line: Line, edge: float, leading: float) -> bool:
    before = group.last
    goes_on = abs(before.size - line.first_size) < 0.02 * before.size and not ends_sentence(before.text)
    if abs(before.size - line.size) > 0.08 * max(before.size, line.size) and not goes_on:
        return not (len(line.text) < 4 or len(before.text) < 4) or before.size > 1.3 * line.size
    if before.bold == line.bold:
        return False
    if line.text[:1].islower() and not ends_sentence(before.text):
        return False  # the first words of a paragraph are bold, as far as its first line goes
    full = before.right > edge - 0.12 * (edge - before.left) and line.right > before.right - 0.3 * (edge - before.left)
    if full and not ends_sentence(before.text) and line.base - before.base < 1.1 * leading * line.size:
        return False
    whole = all(one.bold == before.bold for one in group.lines)
    return whole and (before.bold or ends_sentence(before.text) or line.top - before.bottom > 0.3 * line.size)


def _apart(one: Line, two: Line) -> bool:
    return min(one.right, two.right) - max(one.left, two.left) <= 0


def _runs_on(before: Line, line: Line, edge: float) -> bool:
    """Whether a sentence goes on from the foot of one column to the head of the next."""
    if line.top > before.top - 3 * before.size or line.left < before.right:
        return False
    full = before.right > edge - 0.25 * (edge - before.left)
    return full and not ends_sentence(before.text) and (line.text[:1].islower() or before.text.endswith("-"))


def _white_between(group: Paragraph, line: Line, leading: float) -> bool:
    before = group.last
    step = line.base - before.base
    if len(group.lines) > 1:
        usual = min(before.base - group.lines[-2].base, 1.25 * leading * before.size)
        return usual > 0 and step > 1.22 * usual + 0.5
    return step > max(1.22 * leading, 1.15) * max(before.size, line.size) + 0.5


def _item_begins(group: Paragraph, line: Line, edge: float) -> bool:
    before = group.last
    if _SURE_BULLET.match(line.text):
        return True
    if not (BULLET.match(line.text) or NUMBERED.match(line.text) or SECTION.match(line.text)):
        return False
    stops = ends_sentence(before.text) or before.right < edge - 0.3 * (edge - before.left)
    sibling = abs(group.first.left - line.left) < 2 and bool(BULLET.match(group.first.text) or NUMBERED.match(group.first.text))
    return stops or (sibling and len(group.lines) > 1) or (sibling and ends_sentence(before.text)) or _counts_on(group, line)


def _counts_on(group: Paragraph, line: Line) -> bool:
    one, two = re.match(r"\(?(\d{1,2})[.)]", group.first.text), re.match(r"\(?(\d{1,2})[.)]", line.text)
    return bool(one and two and int(two.group(1)) == int(one.group(1)) + 1 and abs(group.first.left - line.left) < 6)


def _indented(group: Paragraph, line: Line) -> bool:
    first, before = group.first, group.last
    size = max(line.size, 4.0)
    if first.indent and is_item(first.text):  # a list item ends where the text falls back to its label
        hanging = len(group.lines) > 1 and before.left > first.left + 0.5 * first.indent
        return line.left < first.left + 0.4 * first.indent and (hanging or ends_sentence(before.text))
    inwards = line.left - before.left
    if inwards > 0.8 * size:
        return ends_sentence(before.text) and inwards < 6 * size
    return False


def is_item(text: str) -> bool:
    """Whether the text begins with a bullet or an item number."""
    return bool(BULLET.match(text) or _SURE_BULLET.match(text) or NUMBERED.match(text))


def _falls_short(before: Line, line: Line, edge: float) -> bool:
    """Whether the line before stopped although the next word would still have fitted on it."""
    if not before.placed:
        return False
    width = max(edge - before.left, 1.0)
    per_char = max((line.right - line.left) / max(len(line.text), 1), 0.1)
    word = len(line.text.split(" ", 1)[0]) + 1
    room = edge - before.right - word * per_char
    starts = not line.text[:1].islower()
    if ends_sentence(before.text) and starts:
        return room > 0.04 * width + 0.5 * before.size
    return starts and room > 0.3 * width and before.text[-1:] not in "-–,"
