"""From the glyphs of a page to segments: runs that follow each other on a line without a wide gap. Pure geometry."""

import re
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from ingest.clean import LINE_HYPHEN
from ingest.glyphs import Glyphs

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]  # left, top, right, bottom

_LABEL = re.compile(r"(?:[^\w\s]|o|\(?[\dA-Za-zivx]{1,4}[.):]?|\d+(?:\.\d+)+\.?)")  # of a list item, heading or footnote


_SPECK = 2.0  # points: no type that is meant to be read is smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Glyphs that follow each other on a line without a wide gap (-1: a space). `count` are those with ink."""

    glyphs: Ints
    box: Box
    size: float
    count: int
    label: bool  # a bullet or a number that may stand before an item
    lower: bool  # begins with a small letter


def is_space(codes: npt.NDArray[np.uint32]) -> Bools:
    """Tell white space and control characters from glyphs with ink."""
    found: Bools = ((codes <= 32) & (codes != ord(LINE_HYPHEN)) & (codes != 0)) | (codes == 0xA0)
    return found


def on_page(glyphs: Glyphs) -> Bools:
    """Tell what can be read on the page from what its edge cuts off (crop marks, slugs) and from specks (hidden numbers)."""
    across = (glyphs.boxes[:, 0] + glyphs.boxes[:, 2]) / 2
    down = (glyphs.boxes[:, 1] + glyphs.boxes[:, 3]) / 2
    inside: Bools = (across >= 0) & (across <= glyphs.width) & (down >= 0) & (down <= glyphs.height)
    if len(glyphs.codes):
        sizes = np.array([style.size for style in glyphs.styles])[glyphs.style]
        inside &= (sizes >= _SPECK) | is_space(glyphs.codes) | (np.median(sizes) < 2 * _SPECK)
    return inside


def without_doubles(glyphs: Glyphs) -> Bools:
    """Tell apart glyphs printed again at the same place by another object, as is done to fake bold or a shadow."""
    keep = np.ones(len(glyphs.codes), np.bool_)
    ink = np.flatnonzero(~is_space(glyphs.codes))
    if len(ink) < 2:
        return keep
    boxes, codes, drawn = glyphs.boxes[ink], glyphs.codes[ink], glyphs.drawn[ink]
    order = np.lexsort((boxes[:, 0], np.round(boxes[:, 3]), codes))
    one, two = order[:-1], order[1:]
    near = 0.12 * np.maximum(boxes[:, 3] - boxes[:, 1], 1)[one]
    same = (codes[one] == codes[two]) & (drawn[one] != drawn[two])
    same &= (np.abs(boxes[one, 0] - boxes[two, 0]) < near) & (np.abs(boxes[one, 3] - boxes[two, 3]) < near)
    keep[ink[np.maximum(one, two)[same]]] = False
    return keep


def missing_spaces(glyphs: Glyphs) -> Bools:
    """Tell before which glyphs a space is missing: the pen went on further than this letter otherwise moves it.

    PDFium 8149 (in pypdfium2 5.15) sees no gap behind letters that hang over, as in "ofthe" of HHS2022.pdf.
    """
    missing = np.zeros(len(glyphs.codes), np.bool_)
    space = is_space(glyphs.codes)
    ink = np.flatnonzero(~space)
    if len(ink) < 50:
        return missing
    fonts = {key: i for i, key in enumerate({(style.font, style.size) for style in glyphs.styles})}
    font = np.array([fonts[style.font, style.size] for style in glyphs.styles])[glyphs.style]
    size = np.array([style.size for style in glyphs.styles])[glyphs.style]
    one, two = ink[:-1], ink[1:]
    steps = (glyphs.pens[two, 0] - glyphs.pens[one, 0]).astype(np.float64)
    tail = np.abs(glyphs.pens[one, 0] - glyphs.pens[np.maximum(one - 1, 0), 0]) < 0.01  # of a ligature
    usable = (font[one] == font[two]) & (np.abs(glyphs.pens[one, 1] - glyphs.pens[two, 1]) < 0.1) & ~tail
    usable &= (steps > 0) & (steps < 2 * size[one])
    kind = font.astype(np.int64)[one] << 32 | glyphs.codes[one]
    close = usable & (two == one + 1)
    gap = _beyond_usual(kind, steps / np.maximum(size[one], 0.1), close)
    between = gap[usable & (two == one + 2) & space[np.minimum(one + 1, len(space) - 1)]]
    between = between[np.isfinite(between)]
    if len(between) >= 10:
        missing[two[close & (gap > max(0.14, 0.75 * float(np.median(between))))]] = True
    return missing


def _beyond_usual(kind: npt.NDArray[np.int64], steps: Floats, close: Bools) -> Floats:
    """How much longer each step is than the usual one of its kind, NaN where too few are close to tell what is usual."""
    kinds, inverse = np.unique(kind, return_inverse=True)
    order = np.lexsort((steps[close], inverse[close]))
    count = np.bincount(inverse[close], minlength=len(kinds))
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    usual = np.full(len(kinds), np.nan)
    known = count >= 4
    usual[known] = steps[close][order][(first + (count - 1) // 2)[known]]
    return np.asarray(steps - usual[inverse], np.float64)


def upright(boxes: npt.NDArray[np.float32], width: float, height: float, angle: int) -> Floats:
    """Turn the boxes so that text of this angle runs from left to right."""
    left, top, right, bottom = (boxes[:, i].astype(np.float64) for i in range(4))
    turned = {
        90: (top, width - right, bottom, width - left),
        180: (width - right, height - bottom, width - left, height - top),
        270: (height - bottom, left, height - top, right),
    }
    return np.stack(turned.get(angle, (left, top, right, bottom)), axis=1)


def segments(glyphs: Glyphs, boxes: Floats, wanted: Bools, slanted: bool) -> list[Segment]:
    """Cut the wanted glyphs into segments, in the file's order. `boxes` are those of `upright`."""
    ink = np.flatnonzero(wanted)
    sizes = np.array([style.size for style in glyphs.styles])[glyphs.style[ink]]
    if slanted:  # it has no lines to speak of
        breaks = np.diff(ink, prepend=ink[0]) > 3
    else:
        spaces = np.cumsum(is_space(glyphs.codes) & (glyphs.boxes[:, 2] - glyphs.boxes[:, 0] > 0.5))  # not PDFium's own
        breaks = ~_same_line(boxes[ink], sizes, np.diff(spaces[ink], prepend=0) > 0)
    breaks[0] = True
    starts = np.flatnonzero(breaks).tolist()
    found: list[Segment] = []
    for first, last in zip(starts, [*starts[1:], len(ink)], strict=True):
        run = np.arange(ink[first], ink[last - 1] + 1)
        begin = "".join(chr(min(int(code), 0x10FFFF)) for code in glyphs.codes[ink[first : min(last, first + 9)]])
        found.append(
            Segment(
                glyphs=run[wanted[run] | is_space(glyphs.codes[run])],
                box=around(boxes[ink[first:last]]),
                size=median(sizes[first:last].tolist()),
                count=last - first,
                label=last - first <= 8 and bool(_LABEL.fullmatch(begin)),
                lower=begin[0].islower(),
            )
        )
    return found


def around(boxes: Floats) -> Box:
    """Find the box around `(n, 4)` boxes."""
    lefts, tops, rights, bottoms = boxes.T.tolist()
    return min(lefts), min(tops), max(rights), max(bottoms)


def _same_line(boxes: Floats, sizes: Floats, spaced: Bools) -> Bools:
    """For each glyph, whether it goes on where the one before it in the file ended."""
    before = np.roll(boxes, 1, axis=0)
    overlap = np.minimum(boxes[:, 3], before[:, 3]) - np.maximum(boxes[:, 1], before[:, 1])
    height = np.minimum(boxes[:, 3] - boxes[:, 1], before[:, 3] - before[:, 1])
    gap = boxes[:, 0] - before[:, 2]
    size = np.maximum(sizes, np.roll(sizes, 1))
    reach = np.where(spaced, 2.0, 1.1) * size
    forward = boxes[:, 2] > before[:, 0] - 0.2 * size  # an accent may stand left of its letter, a new line stands far left
    return (overlap > 0.45 * height) & (gap < reach) & (gap > -1.2 * size) & forward
