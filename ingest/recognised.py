"""From recognised lines to the text of a page: what is kept of them, and how they are set. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from ingest.clean import CELL, fold
from ingest.document import TextSource
from ingest.hocr import Box, TextLine, Word, confidence
from ingest.lines import Line
from ingest.pagetext import PageText

# Set by what was left out of 100 slides that were looked at: what Tesseract reads into photographs, diagrams and logos
# lies below.
_LINE = 0.6  # mean confidence of a line that is kept
_SHORT_LINE = 0.8  # the same where it holds no word of three letters
_PAGE = 0.65  # mean confidence of a page that is kept
_LETTERS = 10  # on a page that is kept
_EDGE = 0.7  # of a sign at either end of a line: borders and bullets are read as "|", "=" or "~"
_GAP = 2.0  # sizes of its type between two cells of a row
_FLOATS = 0.08  # sizes of its type by which a bullet stands above the base line
_ALIKE = 0.12  # by which sizes may differ that are one size
_BULLET = re.compile(r"[•eosO0¢«»°©®=+#&]")  # what a bullet is read as
_SIGNS = frozenset("•·*-–—")
_LEADING, _LOOSE, _APART = 1.3, 2.1, 3.2  # sizes of their type from line to line: usual, in double spacing, not a paragraph
_MANY = 8  # full lines that tell how a page is spaced
_FULL = 0.8  # of the way to the right edge: a line as long goes on in the next
_LABEL = re.compile(r"[-–—]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,5})[.)]")  # of a list item
_WORD = re.compile(r"[^\W\d_]{3,}")


def kept(lines: Iterable[TextLine]) -> list[TextLine]:
    """The lines that can be trusted to be text, less the signs at their ends that cannot."""
    return [trimmed for line in lines if (trimmed := _trimmed(line)) is not None and _is_text(trimmed)]


def sure(lines: Sequence[TextLine]) -> bool:
    """Whether these lines, all in all, are the text of a page."""
    letters = sum(char.isalpha() for line in lines for char in line.text)
    return letters >= _LETTERS and confidence([word for line in lines for word in line.words]) >= _PAGE


def _is_text(line: TextLine) -> bool:
    floor = _LINE if _WORD.search(line.text) else _SHORT_LINE
    return line.confidence >= floor and any(char.isalnum() for char in line.text)


def _trimmed(line: TextLine) -> TextLine | None:
    words = [*line.words]
    while words and _is_noise(words[-1]):
        words.pop()
    while words and _is_noise(words[0]) and not (len(words) > 1 and _leads(words[0], line)):
        first = words.pop(0)
        line = replace(line, base=line.base + line.slope * ((words[0].box[0] if words else 0.0) - first.box[0]))
    return replace(line, words=tuple(words)) if words else None


def _leads(word: Word, line: TextLine) -> bool:
    """Whether a sign may stand before a list item."""
    return word.text in _SIGNS or _is_bullet(word, line)


def _is_noise(word: Word) -> bool:
    return word.confidence < _EDGE and not any(char.isalnum() for char in word.text)


def page_text(lines: Sequence[TextLine], *, page: int, size: tuple[float, float], pixels: tuple[int, int], turn: int) -> PageText:
    """The text of a page (from 0) of `size` points, recognised in a picture of it, `pixels` wide and high.

    The picture was turned by `turn` degrees clockwise to be read; pixels are those of the turned picture. Positions begin at 0.
    """
    across = size[1] if turn % 180 else size[0]
    scale = across / pixels[0]
    slope = _slope(lines)
    found: list[Line] = []
    boxes: list[Box] = []
    for line in lines:
        raw, places, cells, indent = _spelled(line)
        found.append(_line(line, raw, page, len(boxes), (scale, slope, (360 - turn) % 360), (cells, indent)))
        boxes += places
    return PageText(
        width=size[0],
        height=size[1],
        lines=found,
        boxes=_on_page((np.array(boxes).reshape(-1, 4) / np.array(2 * pixels)).astype(np.float32), turn),
        source=TextSource.OCR,
        confidence=round(confidence([word for line in lines for word in line.words]), 4),
    )


def _slope(lines: Sequence[TextLine]) -> float:
    """How the page as a whole lies askew: that of its longer lines."""
    slopes = [line.slope for line in lines if len(line.text) > 20 for _ in line.words]
    return median(slopes) if slopes else 0.0


def _line(line: TextLine, raw: str, page: int, start: int, lie: tuple[float, float, int], setting: tuple[int, float]) -> Line:
    """One line as it would stand on a page that lies straight."""
    scale, slope, angle = lie
    cells, indent = setting
    base = scale * (line.base - slope * line.left)
    return Line(
        page=page,
        start=start,
        end=start + len(raw),
        clean=fold(raw).moved(start),
        left=scale * (line.left + slope * line.base),
        top=base - scale * line.above,
        right=scale * (line.words[-1].box[2] + slope * line.base),
        bottom=base + scale * line.below,
        base=base,
        size=scale * line.size,
        first_size=scale * line.size,
        bold=False,
        angle=angle,
        cells=cells,
        indent=scale * indent,
    )


def _spelled(line: TextLine) -> tuple[str, list[Box], int, float]:
    """The raw text, the place of each of its characters, the number of cells, and how far text stands in from a label."""
    first, *others = line.words
    bullet = bool(others) and _is_bullet(first, line)
    labelled = bullet or (bool(others) and _LABEL.fullmatch(first.text) is not None)
    raw, places, cells = "•" if bullet else first.text, [*first.boxes], 1
    for before, word in pairwise(line.words):
        wide = word.box[0] - before.box[2] > _GAP * line.size and not (labelled and before is first)
        cells += wide
        raw += f"{CELL if wide else ' '}{word.text}"
        places += [(0.0, 0.0, 0.0, 0.0), *word.boxes]
    return raw, places, cells, others[0].box[0] - first.box[0] if labelled else 0.0


def _is_bullet(word: Word, line: TextLine) -> bool:
    """Whether a single sign at the beginning floats above the base line, as no letter does: "e" is what a "•" is read as."""
    if not _BULLET.fullmatch(word.text):
        return False
    base = line.base + line.slope * (word.box[0] - line.left)
    return base - word.box[3] > _FLOATS * line.size and word.box[3] - word.box[1] < 0.6 * line.size


def _on_page(boxes: npt.NDArray[np.float32], turn: int) -> npt.NDArray[np.float32]:
    """From shares of the turned picture to those of the page as it is displayed."""
    left, top, right, bottom = boxes.T
    blank = right <= left
    turned = {
        90: (top, 1 - right, bottom, 1 - left),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (1 - bottom, left, 1 - top, right),
    }
    shown = np.stack(turned.get(turn, (left, top, right, bottom)), axis=1).astype(np.float32)
    shown[blank] = 0
    return shown.clip(0, 1)


def steady(pages: Sequence[PageText]) -> None:
    """Give lines that are set in one size the same size: as they are measured, no two are alike."""
    lengths: Counter[float] = Counter()
    for line in (line for page in pages for line in page.lines):
        lengths[round(line.size, 1)] += len(line.text)
    settled: dict[float, float] = {}
    while lengths:
        peak = max(lengths, key=lambda size: (_weight(lengths, size), size))
        for size in [size for size in lengths if abs(size - peak) <= _ALIKE * peak]:
            settled[size] = peak
            del lengths[size]
    for page in pages:
        page.lines = [_of_size(line, settled[round(line.size, 1)]) for line in page.lines]


def _weight(lengths: Counter[float], peak: float) -> int:
    return sum(count for size, count in lengths.items() if abs(size - peak) <= _ALIKE * peak)


def _of_size(line: Line, size: float) -> Line:
    return replace(line, size=size, first_size=size)


def alike(body: Sequence[Sequence[Line]], pages: Sequence[PageText]) -> tuple[list[list[Line]], list[float]]:
    """The lines of each page and its height, recognised pages drawn so large that most of each is in the document's size.

    What most of a slide is set in is its text, however large; by the type of other pages it would all be headings. The first
    page stays: it may be a cover.
    """
    scanned = [page.source is TextSource.OCR for page in pages]
    drawn = [_single_spaced(lines) if is_scan else [*lines] for lines, is_scan in zip(body, scanned, strict=True)]
    usual = _commonest(line for lines in drawn for line in lines if line.placed)
    heights = [page.height for page in pages]
    for number, lines in enumerate(drawn):
        most = _commonest(lines)
        if number and scanned[number] and most and abs(usual - most) > _ALIKE * usual:
            drawn[number] = [_zoomed(line, usual / most) for line in lines]
            heights[number] *= usual / most
    return drawn, heights


def _commonest(lines: Iterable[Line]) -> float:
    """The size that most text is set in, 0 where there is none."""
    lengths: Counter[float] = Counter()
    for line in lines:
        lengths[round(line.size * 2) / 2] += len(line.text)
    return max(lengths, key=lengths.__getitem__, default=0.0)


def _single_spaced(lines: Sequence[Line]) -> list[Line]:
    """The same; what was typed in double spacing as if in larger type, so that its lines stand together."""
    pairs = [(one, (two.base - one.base) / one.size) for one, two in pairwise(lines) if one.size == two.size > 0]
    edge = max((line.right for line in lines), default=0.0)
    steps = [step for one, step in pairs if one.right > _FULL * edge and 0.9 < step < _APART]  # a list's lines are shorter
    leading = median(steps) if len(steps) >= _MANY else 0.0
    by = leading / _LEADING if leading > _LOOSE else 1.0
    return [replace(line, size=by * line.size, first_size=by * line.first_size) for line in lines]


def _zoomed(line: Line, by: float) -> Line:
    return replace(
        line,
        left=by * line.left,
        top=by * line.top,
        right=by * line.right,
        bottom=by * line.bottom,
        base=by * line.base,
        size=by * line.size,
        first_size=by * line.first_size,
        indent=by * line.indent,
    )
