"""Reading the scanned pages of a PDF: each is drawn, given to Tesseract, and taken for what it says as far as it is sure."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ingest import furniture, hocr, recognised, tesseract
from ingest.document import TextSource
from ingest.errors import ReadError
from ingest.hocr import TextLine
from ingest.language import by_small_words
from ingest.pagetext import PageText
from ingest.pdfium import PdfiumDocument
from ingest.tesseract import NotRecognised

if TYPE_CHECKING:
    from ingest.tesseract import Picture

_DOTS = 300  # an inch
_LEAST = 2400  # pixels along the longer side: small type in a small picture is read better where it is drawn larger
_MOST = 12_000_000  # pixels of a page: A4 at 350 dots an inch
_BOTH = "swe+eng"  # what a document in an unknown language is read in
_ENOUGH = 200  # letters that tell a language


@dataclass(slots=True, kw_only=True)
class Scans:
    """The pages of one document that OCR is tried on. `languages` as Tesseract takes them; `working` is called after each."""

    program: str
    languages: str
    page_seconds: float
    document_seconds: float
    working: Callable[[], None]
    untried: int = 0  # pages for which there was no time
    _settled: bool = field(default=False, init=False)

    def read(self, pdfium: PdfiumDocument, pages: Mapping[int, PageText]) -> dict[int, PageText]:
        """These pages (from 0) with the lines that are sure; as they were, but for their confidence, where there are none."""
        ends = time.monotonic() + self.document_seconds
        found: dict[int, PageText] = {}
        for index, page in pages.items():
            if time.monotonic() >= ends:
                self.untried += 1
                found[index] = replace(page, confidence=0.0)
                continue
            found[index] = self._page(pdfium, index, page, min(time.monotonic() + self.page_seconds, ends))
            self.working()
        read = [page for page in found.values() if page.source is TextSource.OCR]
        recognised.steady(read)
        straight = furniture.laid_alike([page.lines for page in read], [page.height for page in read])
        for page, lines in zip(read, straight, strict=True):
            page.lines = lines
        return found

    def _page(self, pdfium: PdfiumDocument, index: int, page: PageText, ends: float) -> PageText:
        size = page.width, page.height
        try:
            dots = _dots(*size, pdfium.resolution(index))
            picture = pdfium.grey(index, dots / 72)
            lines, turn = self._recognised(picture, round(dots), ends)
        except (ReadError, NotRecognised, hocr.BadHocr):
            return replace(page, confidence=0.0)
        sure = recognised.kept(lines)
        if not recognised.sure(sure) or not _tells_more(sure, page):
            return replace(page, confidence=round(hocr.confidence([word for line in lines for word in line.words]), 4))
        high, wide = picture.shape
        pixels = (high, wide) if turn % 180 else (wide, high)
        return recognised.page_text(sure, page=index, size=size, pixels=pixels, turn=turn)

    def _recognised(self, picture: "Picture", dots: int, ends: float) -> tuple[list[TextLine], int]:
        """The lines of a picture, and by how many degrees it had to be turned for them: that is tried where they are unsure."""
        lines = self._lines(picture, dots, ends)
        if recognised.sure(recognised.kept(lines)):
            return self._in_its_language(lines, picture, dots, ends), 0
        turn = tesseract.turned(self.program, picture, seconds=_left(ends))
        if turn:
            upright = np.ascontiguousarray(np.rot90(picture, -turn // 90))
            turned = self._lines(upright, dots, ends)
            if recognised.sure(recognised.kept(turned)):
                return self._in_its_language(turned, upright, dots, ends), turn
        return lines, 0

    def _in_its_language(self, lines: list[TextLine], picture: "Picture", dots: int, ends: float) -> list[TextLine]:
        """The same, read again in Swedish alone where the first words of a document in an unknown language are Swedish.

        Asked for both, Tesseract 5.3 takes the English reading of many a Swedish word: har for här.
        """
        text = "\n".join(line.text for line in recognised.kept(lines))
        if self._settled or self.languages != _BOTH or sum(map(str.isalpha, text)) < _ENOUGH:
            return lines
        language = by_small_words(text)
        self._settled = bool(language)
        if language != "sv":
            return lines
        self.languages = "swe"
        try:
            return self._lines(picture, dots, ends)
        except NotRecognised:
            return lines

    def _lines(self, picture: "Picture", dots: int, ends: float) -> list[TextLine]:
        return hocr.parse(tesseract.read(self.program, picture, languages=self.languages, dots=dots, seconds=_left(ends)))


def _tells_more(lines: Sequence[TextLine], page: PageText) -> bool:
    """Whether OCR read more than what is printed over a scan, which is the file's own word for word."""
    own = sum(len(line.text) for line in page.lines)
    return sum(len(line.text) for line in lines) > 2 * own


def _left(ends: float) -> float:
    return max(ends - time.monotonic(), 0.0)


def _dots(width: float, height: float, own: float) -> float:
    """How many dots an inch to draw a page of so many points with: as many as its picture has, within reason."""
    longest = max(width, height, 1.0) / 72
    dots = max(own or _DOTS, _LEAST / longest)
    return min(dots, math.sqrt(_MOST / max(width * height / 72**2, 0.01)), 30_000 / longest)
