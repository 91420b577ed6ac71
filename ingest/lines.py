"""From the glyphs of a page to its lines in reading order. Pure geometry.

The file's own order is kept where it makes sense: producers write columns, boxes and table rows as they are meant to be read.
It is mended where it plainly does not: two columns read across, a heading drawn after its text, glyphs drawn twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.clean import CELL, LINE_HYPHEN, Clean, fold
from ingest.glyphs import Glyphs

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

_LABEL = re.compile(r"(?:[^\w\s]|o|\(?[\dA-Za-zivx]{1,4}[.):]?|\d+(?:\.\d+)+\.?)")  # of a list item, heading or footnote


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
    size: float
    bold: bool
    angle: int = 0
    cells: int = 1  # parts with wide gaps between them: a table row has several
    indent: float = 0.0  # how far the text stands in from the label of a list item, 0 without a label
    raised: tuple[tuple[int, int], ...] = ()  # runs of small raised digits, as ranges of positions: note marks
    placed: bool = True

    @property
    def text(self) -> str:
        """The clean text."""
        return self.clean.text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """Glyphs that follow each other on a line without a wide gap."""

    glyphs: Ints
    box: tuple[float, float, float, float]
    size: float
    count: int  # glyphs with ink


_Row = list[_Segment]


def page_lines(glyphs: Glyphs, page: int, base: int) -> tuple[list[Line], Ints]:
    """The lines of a page in reading order, and the glyph at each of their positions (-1: none), from position `base` on."""
    glyphs = _without_doubles(_on_page(glyphs))
    angles = np.array([style.angle for style in glyphs.styles], np.int32)[glyphs.style]
    ink = ~_is_space(glyphs.codes)
    found: list[Line] = []
    order: list[Ints] = []
    for angle in sorted(set(angles[ink].tolist()), key=lambda a: (-int((angles[ink] == a).sum()), a)):
        boxes = _upright(glyphs, angle)
        rows = _rows(glyphs, boxes, ink & (angles == angle), angle)
        for row in _in_order(_columns_apart(rows, glyphs), glyphs):
            line, places = _line(row, glyphs, boxes, page, base, angle)
            base += len(places)
            found.append(line)
            order.append(places)
    return found, np.concatenate(order) if order else np.zeros(0, np.intp)


def _is_space(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    return (codes <= 32) & (codes != ord(LINE_HYPHEN)) & (codes != 0) | (codes == 0xA0)


def _on_page(glyphs: Glyphs) -> Glyphs:
    """Without what is cut off by the edge of the page: crop marks, slugs, bleed."""
    across = (glyphs.boxes[:, 0] + glyphs.boxes[:, 2]) / 2
    down = (glyphs.boxes[:, 1] + glyphs.boxes[:, 3]) / 2
    inside = (across >= 0) & (across <= glyphs.width) & (down >= 0) & (down <= glyphs.height)
    return glyphs if bool(inside.all()) else glyphs.take(inside)


def _without_doubles(glyphs: Glyphs) -> Glyphs:
    """Without glyphs printed again at the same place by another object, as is done to fake bold or a shadow."""
    ink = np.flatnonzero(~_is_space(glyphs.codes))
    if len(ink) < 2:
        return glyphs
    boxes, codes, drawn = glyphs.boxes[ink], glyphs.codes[ink], glyphs.drawn[ink]
    order = np.lexsort((boxes[:, 0], np.round(boxes[:, 3]), codes))
    one, two = order[:-1], order[1:]
    near = 0.12 * np.maximum(boxes[:, 3] - boxes[:, 1], 1)[one]
    same = (codes[one] == codes[two]) & (drawn[one] != drawn[two])
    same &= (np.abs(boxes[one, 0] - boxes[two, 0]) < near) & (np.abs(boxes[one, 3] - boxes[two, 3]) < near)
    if not bool(same.any()):
        return glyphs
    keep = np.ones(len(glyphs.codes), np.bool_)
    keep[ink[np.maximum(one, two)[same]]] = False
    return glyphs.take(keep)


def _upright(glyphs: Glyphs, angle: int) -> Floats:
    """The boxes on the page turned so that text of this angle runs from left to right."""
    left, top, right, bottom = (glyphs.boxes[:, i].astype(np.float64) for i in range(4))
    wide, high = glyphs.width, glyphs.height
    turned = {
        90: (top, wide - right, bottom, wide - left),
        180: (wide - right, high - bottom, wide - left, high - top),
        270: (high - bottom, left, high - top, right),
    }
    return np.stack(turned.get(angle, (left, top, right, bottom)), axis=1)


def _rows(glyphs: Glyphs, boxes: Floats, wanted: npt.NDArray[np.bool_], angle: int) -> list[_Row]:
    """Segments in the file's order, those beside each other on a line together."""
    ink = np.flatnonzero(wanted)
    sizes = np.array([style.size for style in glyphs.styles])[glyphs.style[ink]]
    if angle < 0:
        breaks = np.diff(ink, prepend=ink[0]) > 3  # slanted text has no lines to speak of
    else:
        breaks = ~_same_line(boxes[ink], sizes, np.diff(ink, prepend=ink[0]) > 1)
    breaks[0] = True
    starts = np.flatnonzero(breaks)
    rows: list[_Row] = []
    for first, last in zip(starts, [*starts[1:], len(ink)], strict=True):
        part = boxes[ink[first:last]]
        left, top = part[:, :2].min(axis=0).tolist()
        right, bottom = part[:, 2:].max(axis=0).tolist()
        run = np.arange(ink[first], ink[last - 1] + 1)
        segment = _Segment(
            glyphs=run[wanted[run] | _is_space(glyphs.codes[run])],
            box=(left, top, right, bottom),
            size=float(np.median(sizes[first:last])),
            count=int(last - first),
        )
        if rows and _beside(rows[-1][-1], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return rows


def _same_line(boxes: Floats, sizes: Floats, spaced: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """For each glyph, whether it goes on where the one before it in the file ended."""
    before = np.roll(boxes, 1, axis=0)
    overlap = np.minimum(boxes[:, 3], before[:, 3]) - np.maximum(boxes[:, 1], before[:, 1])
    height = np.minimum(boxes[:, 3] - boxes[:, 1], before[:, 3] - before[:, 1])
    gap = boxes[:, 0] - before[:, 2]
    size = np.maximum(sizes, np.roll(sizes, 1))
    reach = np.where(spaced, 2.0, 1.2) * size
    forward = boxes[:, 2] > before[:, 0] - 0.2 * size  # an accent may stand left of its letter, a new line stands far left
    return (overlap > 0.45 * height) & (gap < reach) & (gap > -1.2 * size) & forward


def _beside(one: _Segment, two: _Segment) -> bool:
    overlap = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
    height = min(one.box[3] - one.box[1], two.box[3] - two.box[1])
    return overlap > 0.6 * height and two.box[0] > one.box[2] - 0.2 * one.size


def _starts_lower(segment: _Segment, glyphs: Glyphs) -> bool:
    return chr(min(int(glyphs.codes[segment.glyphs[0]]), 0x10FFFF)).islower()


def _columns_apart(rows: list[_Row], glyphs: Glyphs) -> list[_Row]:
    """Where the file reads across two columns of prose, line by line, read one column and then the other."""
    out: list[_Row] = []
    run: list[_Row] = []
    for row in [*rows, []]:
        if len(row) == 2 and (not run or _same_gutter(run, row)):
            run.append(row)
            continue
        out.extend(_unwoven(run, glyphs))
        run = [row] if len(row) == 2 else []
        if row and not run:
            out.append(row)
    return out


def _same_gutter(run: list[_Row], row: _Row) -> bool:
    left = max(one[0].box[2] for one in [*run, row])
    right = min(one[1].box[0] for one in [*run, row])
    return right - left > 0.3 * row[0].size and row[0].box[1] > run[-1][0].box[1]


def _unwoven(run: list[_Row], glyphs: Glyphs) -> list[_Row]:
    sides = [[row[i] for row in run] for i in (0, 1)]
    if len(run) < 3 or any(sum(s.count for s in side) < 18 * len(run) for side in sides):
        return run
    if any(sum(_starts_lower(s, glyphs) for s in side) < 0.3 * len(run) for side in sides):
        return run
    return [[segment] for side in sides for segment in side]


def _in_order(rows: list[_Row], glyphs: Glyphs) -> list[_Row]:
    """Rows in the file's order, but nothing after what stands below it in the same column."""
    if len(rows) < 2:
        return rows
    frames = _frames(rows)
    boxes = np.array([_around(frame) for frame in frames])
    first = _must_precede(boxes)
    if not np.tril(first, -1).any():
        return rows
    left = list(range(len(frames)))
    out: list[_Row] = []
    while left:
        waiting = first[np.ix_(left, left)].any(axis=0)
        free = np.flatnonzero(~waiting)
        out.extend(frames[left.pop(int(free[0]) if len(free) else 0)])
    return out


def _must_precede(boxes: Floats) -> npt.NDArray[np.bool_]:
    """`[i, j]`: frame i stands above frame j, in the same column."""
    left, top, right, bottom = boxes.T
    overlap = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    narrow = np.minimum((right - left)[:, None], right - left)
    high = np.minimum((bottom - top)[:, None], bottom - top)
    result = (overlap > 0.5 * narrow) & (bottom[:, None] <= top + 0.2 * high)
    np.fill_diagonal(result, False)
    return result & ~result.T


def _around(rows: list[_Row]) -> tuple[float, float, float, float]:
    parts = np.array([segment.box for row in rows for segment in row])
    left, top = parts[:, :2].min(axis=0).tolist()
    right, bottom = parts[:, 2:].max(axis=0).tolist()
    return left, top, right, bottom


def _frames(rows: list[_Row]) -> list[list[_Row]]:
    """Rows that follow each other downwards without a wide gap: they are never torn apart."""
    frames = [[rows[0]]]
    above = _around([rows[0]])
    for row in rows[1:]:
        box = _around([row])
        overlap = min(box[2], above[2]) - max(box[0], above[0])
        size = max(row[0].size, 4.0)
        if overlap > 0 and -0.5 * size < box[1] - above[3] < 1.2 * size and box[1] > above[1]:
            frames[-1].append(row)
        else:
            frames.append([row])
        above = box
    return frames


def _line(row: _Row, glyphs: Glyphs, boxes: Floats, page: int, base: int, angle: int) -> tuple[Line, Ints]:
    places, raw = _spelled(row, glyphs, boxes)
    sides = [(boxes[i, 0], boxes[i, 2]) if i >= 0 else (0.0, 0.0) for i in places.tolist()] if not raw.isascii() else None
    clean = fold(raw, sides)
    inked = places[places >= 0]
    inked = inked[~_is_space(glyphs.codes[inked])]
    sizes = np.array([style.size for style in glyphs.styles])[glyphs.style[inked]]
    size = _commonest(sizes)
    bold = np.array([style.bold for style in glyphs.styles])[glyphs.style[inked]]
    left, top, right, bottom = _around([row])
    labelled = len(row) > 1 and _is_label(row[0], glyphs)
    line = Line(
        page=page,
        start=base,
        end=base + len(places),
        clean=clean.moved(base),
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        size=size,
        bold=bool(bold.mean() > 0.7),
        angle=angle,
        cells=len(row) - labelled,
        indent=_indent(raw, places, boxes, left),
        raised=tuple(_raised(raw, places, glyphs, boxes, size, base)),
    )
    return line, places


def _spelled(row: _Row, glyphs: Glyphs, boxes: Floats) -> tuple[Ints, str]:
    """The glyph at each position of a row (-1 for the gaps between cells), and the raw text."""
    places: list[Ints] = []
    text: list[str] = []
    for number, segment in enumerate(row):
        if number:
            narrow = number == 1 and _is_label(row[0], glyphs)
            places.append(np.array([-1]))
            text.append(" " if narrow else CELL)
        codes = glyphs.codes[segment.glyphs].astype(np.uint32)
        codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000)) | (codes == 0)] = 0xFFFD
        for i in np.flatnonzero((codes == 10) | (codes == 13)).tolist():  # a break that the geometry does not bear out
            codes[i] = 32 if _gap_at(segment.glyphs, i, glyphs, boxes) > 0.12 * segment.size else 0x200B
        places.append(segment.glyphs)
        text.append(codes.astype("<u4").tobytes().decode("utf-32-le"))
    return np.concatenate(places), "".join(text)


def _gap_at(run: Ints, i: int, glyphs: Glyphs, boxes: Floats) -> float:
    ink = ~_is_space(glyphs.codes[run])
    before, after = np.flatnonzero(ink[:i]), np.flatnonzero(ink[i:])
    if not len(before) or not len(after):
        return 0.0
    return float(boxes[run[i + after[0]], 0] - boxes[run[before[-1]], 2])


def _is_label(segment: _Segment, glyphs: Glyphs) -> bool:
    text = "".join(chr(min(int(code), 0x10FFFF)) for code in glyphs.codes[segment.glyphs][:12])
    return segment.count <= 8 and bool(_LABEL.fullmatch(text.strip()))


def _indent(raw: str, places: Ints, boxes: Floats, left: float) -> float:
    label = re.match(r"\S{1,6}[\s\x1f]+(?=\S)", raw)
    return float(boxes[places[label.end()], 0] - left) if label else 0.0


def _commonest(sizes: Floats) -> float:
    values, counts = np.unique(np.round(sizes, 1), return_counts=True)
    return float(values[np.argmax(counts)])


def _raised(raw: str, places: Ints, glyphs: Glyphs, boxes: Floats, size: float, base: int) -> Iterator[tuple[int, int]]:
    """Small digits that stand high behind a word: marks that lead to a footnote, or powers."""
    for match in re.finditer(r"(?<=[^\s\d])\d{1,3}(?!\d)", raw):
        run = places[match.start() : match.end()]
        small = all(glyphs.styles[glyphs.style[i]].size < 0.8 * size for i in run.tolist())
        before = places[match.start() - 1]
        if small and before >= 0 and boxes[run, 3].max() < boxes[before, 3] - 0.1 * size:
            yield base + match.start(), base + match.end()
