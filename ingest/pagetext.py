"""A page of a PDF on its way to become text, and its text layer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ingest.clean import fold
from ingest.document import TextSource
from ingest.errors import ReadError
from ingest.lines import Line, page_lines
from ingest.pdfinfo import PypdfDocument
from ingest.pdfium import PdfiumDocument

_BARE_LEADING = 12.0


@dataclass(slots=True)
class PageText:
    """Lines stand for positions in the document's sequence of glyphs.

    `boxes` `(positions, 4)` float32 are shares of the displayed page, one for each position of this page.
    """

    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    boxes: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    source: TextSource = TextSource.NONE
    confidence: float | None = None


def page_text(pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None, index: int, base: int) -> PageText:
    """Take the text layer of a page (from 0), or pypdf's text of it; positions begin at `base`."""
    page = PageText()
    if pdfium:
        try:
            glyphs = pdfium.glyphs(index)
        except ReadError:
            return page
        page.width, page.height = glyphs.width, glyphs.height
        lines, order = page_lines(glyphs, index, base)
        if _readable("".join(line.text for line in lines)):
            scale = np.array([glyphs.width, glyphs.height] * 2, np.float32)
            boxes = np.clip(glyphs.boxes / scale, 0, 1)[order]
            boxes[order < 0] = 0
            page.lines, page.boxes, page.source = lines, boxes, TextSource.LAYER
            return page
        if len(glyphs.codes) and not lines:  # all of its text is cut off by the edge of the page
            return page
    elif pypdf:
        page.width, page.height = pypdf.size(index)
    if pypdf:
        _fall_back(page, pypdf, index, base)
    return page


def _fall_back(page: PageText, pypdf: PypdfDocument, index: int, base: int) -> None:
    """Take pypdf's text of a page: no boxes, and no more geometry than line after line."""
    try:
        raw = pypdf.text(index)
    except ReadError:
        return
    lines: list[Line] = []
    top = 0.0
    for text in raw.splitlines():
        top += _BARE_LEADING
        clean = fold(text)
        if not clean.text:
            continue
        start, base = base, base + len(text)
        lines.append(
            Line(
                page=index,
                start=start,
                end=base,
                clean=clean.moved(start),
                left=0.0,
                top=top - 10,
                right=500.0,
                bottom=top,
                base=top - 2,
                size=10.0,
                bold=False,
                placed=False,
            )
        )
    if _readable("".join(line.text for line in lines)):
        page.lines, page.source = lines, TextSource.FALLBACK
        page.boxes = np.zeros((lines[-1].end - lines[0].start, 4), np.float32)


def _readable(text: str) -> bool:
    """Whether a text layer says anything: not mostly glyphs without meaning."""
    ink = [char for char in text if not char.isspace()]
    return bool(ink) and sum(char == "\ufffd" for char in ink) < 0.3 * len(ink) and any(char.isalnum() for char in ink)


def follow(pages: Sequence[PageText]) -> None:
    """Count the positions of pages anew, so that each page's follow those of the page before."""
    base = 0
    for page in pages:
        first = min((line.start for line in page.lines), default=base)
        if first != base:
            page.lines = [_moved(line, base - first) for line in page.lines]
        base += len(page.boxes)


def _moved(line: Line, by: int) -> Line:
    return replace(
        line,
        start=line.start + by,
        end=line.end + by,
        clean=line.clean.moved(by),
        row=(line.row[0] + by, line.row[1]) if line.row != (0, 0) else line.row,
        raised=tuple((start + by, end + by) for start, end in line.raised),
    )
