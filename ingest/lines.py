"""From the glyphs of a page to its clean lines in reading order. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ingest.clean import CELL, Clean, fold
from ingest.glyphs import Glyphs, Style
from ingest.rows import Row, rows
from ingest.segments import (
    Bools,
    Floats,
    Ints,
    Segment,
    around,
    is_space,
    missing_spaces,
    on_page,
    segments,
    upright,
    without_doubles,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text. Its clean text stands for positions in the document's sequence of glyphs, `start` up to `end`.

    Edges are in points of the page turned so that the line is upright; `placed` is False where there is no geometry.
    """

    page: int  # 0-based
    start: int
    end: int
    clean: Clean
    left: float
    top: float
    right: float
    bottom: float
    base: float  # the height of its base line
    size: float
    bold: bool
    italic: bool = False
    first_size: float = 0.0  # of its first glyph
    angle: int = 0
    cells: int = 1  # parts with wide gaps between them: a table row on one line has several
    row: tuple[int, int] = (0, 0)  # in a table row of several lines: which row (its first position), which cell
    indent: float = 0.0  # how far the text stands in from the label of a list item, 0 without a label
    raised: tuple[tuple[int, int], ...] = ()  # runs of small raised digits, as ranges of positions: note marks
    placed: bool = True

    @property
    def text(self) -> str:
        """The clean text."""
        return self.clean.text


def page_lines(glyphs: Glyphs, page: int, base: int) -> tuple[list[Line], Ints]:
    """Find the lines of a page, in reading order, and the glyph (-1: none) at each of their positions, from `base` on.

    The glyphs are counted as they were given.
    """
    whole = np.arange(len(glyphs.codes))
    kept = on_page(glyphs)
    glyphs, whole = glyphs.take(kept), whole[kept]
    kept = without_doubles(glyphs)
    glyphs, whole = glyphs.take(kept), whole[kept]
    angles = np.array([style.angle for style in glyphs.styles], np.int32)[glyphs.style]
    ink = ~is_space(glyphs.codes)
    missing = missing_spaces(glyphs)
    found: list[Line] = []
    order: list[Ints] = []
    for angle in sorted(set(angles[ink].tolist()), key=lambda a: (-int((angles[ink] == a).sum()), a)):
        boxes = upright(glyphs.boxes, glyphs.width, glyphs.height, angle)
        bases = upright(glyphs.pens[:, (0, 1, 0, 1)], glyphs.width, glyphs.height, angle)[:, 3]
        for row in rows(segments(glyphs, boxes, ink & (angles == angle), angle < 0)):
            for line, places in _lines(row, _Page(glyphs, boxes, bases, missing, page, angle), base):
                base += len(places)
                found.append(line)
                order.append(np.where(places < 0, -1, whole[places]))
    return found, np.concatenate(order) if order else np.zeros(0, np.intp)


@dataclass(frozen=True, slots=True)
class _Page:
    """What the lines of a page are made from."""

    glyphs: Glyphs
    boxes: Floats
    bases: Floats  # the height of the base line of each glyph
    missing: Bools  # a space before the glyph
    number: int
    angle: int


def _lines(row: Row, page: _Page, base: int) -> Iterator[tuple[Line, Ints]]:
    """One line of a row; or, in a table row with cells of several lines, each line of each cell."""
    if not row.table:
        yield _line(row.segments, page, base, (0, 0))
        return
    first = base + 1  # never 0, which means none
    for number, cell in enumerate(row.cells):
        for segment in cell:
            line, places = _line([segment], page, base, (first, number))
            base += len(places)
            yield line, places


def _line(parts: list[Segment], page: _Page, base: int, row: tuple[int, int]) -> tuple[Line, Ints]:
    labelled = len(parts) == 2 and parts[0].label and parts[1].count > 8
    glyphs, boxes = page.glyphs, page.boxes
    places, raw = _spelled(parts, labelled, page)
    sides = None
    if not raw.isascii():
        sides = [(boxes[i, 0], boxes[i, 2]) if i >= 0 else (0.0, 0.0) for i in places.tolist()]
    inked = places[places >= 0]
    inked = inked[~is_space(glyphs.codes[inked])]
    used = Counter(glyphs.style[inked].tolist())  # how many glyphs have each style
    styles = [(glyphs.styles[number], count) for number, count in used.items()]
    size = _commonest(styles)
    left, top, right, bottom = around(np.array([part.box for part in parts]))
    line = Line(
        page=page.number,
        start=base,
        end=base + len(places),
        clean=fold(raw, sides).moved(base),
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        base=median(page.bases[inked].tolist()),
        size=size,
        bold=sum(count for style, count in styles if style.bold) > 0.7 * len(inked),
        italic=sum(count for style, count in styles if style.italic) > 0.7 * len(inked),
        first_size=styles[0][0].size,
        angle=page.angle,
        cells=len(parts) - labelled,
        row=row,
        indent=_indent(raw, places, boxes, left),
        raised=tuple(_raised(raw, places, page, size, base)),
    )
    return line, places


def _spelled(parts: list[Segment], labelled: bool, page: _Page) -> tuple[Ints, str]:
    """The glyph at each position of a row (-1 for the gaps between cells), and the raw text."""
    places: list[Ints] = []
    text: list[str] = []
    for number, segment in enumerate(parts):
        if number:
            places.append(np.array([-1]))
            text.append(" " if labelled else CELL)
        codes = np.where(segment.glyphs < 0, 32, page.glyphs.codes[segment.glyphs]).astype(np.uint32)
        codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000)) | (codes == 0)] = 0xFFFD
        for i in np.flatnonzero((codes == 10) | (codes == 13)).tolist():  # a break that the geometry does not bear out
            codes[i] = 32 if _gap_at(segment.glyphs, i, page) > 0.12 * segment.size else 0x200B
        glyphs = segment.glyphs
        gaps = np.flatnonzero(page.missing[glyphs[1:]] & (glyphs[1:] >= 0)) + 1
        if len(gaps) and page.angle == 0:
            glyphs, codes = np.insert(glyphs, gaps, -1), np.insert(codes, gaps, 32)
        places.append(glyphs)
        text.append(codes.astype("<u4").tobytes().decode("utf-32-le"))
    return np.concatenate(places), "".join(text)


def _gap_at(run: Ints, i: int, page: _Page) -> float:
    ink = ~is_space(page.glyphs.codes[run]) & (run >= 0)
    before, after = np.flatnonzero(ink[:i]), np.flatnonzero(ink[i:])
    if not len(before) or not len(after):
        return 0.0
    return float(page.boxes[run[i + after[0]], 0] - page.boxes[run[before[-1]], 2])


def _indent(raw: str, places: Ints, boxes: Floats, left: float) -> float:
    label = re.match(r"\S{1,6}[\s\x1f]+(?=\S)", raw)
    return float(boxes[places[label.end()], 0] - left) if label else 0.0


def _commonest(styles: Sequence[tuple[Style, int]]) -> float:
    sizes: Counter[float] = Counter()
    for style, count in styles:
        sizes[round(style.size, 1)] += count
    most = max(sizes.values())
    return min(size for size, count in sizes.items() if count == most)


def _raised(raw: str, places: Ints, page: _Page, size: float, base: int) -> Iterator[tuple[int, int]]:
    """Small digits that stand high behind a word: marks that lead to a footnote, or powers."""
    for match in re.finditer(r"(?<=[^\s\d])\d{1,3}(?!\d)", raw):
        run = places[match.start() : match.end()]
        small = all(page.glyphs.styles[page.glyphs.style[i]].size < 0.9 * size for i in run.tolist())
        before = places[match.start() - 1]
        if small and before >= 0 and page.boxes[run, 3].max() < page.boxes[before, 3] - 0.2 * size:
            yield base + match.start(), base + match.end()
