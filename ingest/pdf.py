"""Reading PDF: from a file to a document whose every character knows its place on its page.

PDFium gives the text layer with its boxes and draws the pages; pypdf opens the document, and helps where PDFium finds no text.
Both are best run in a child process with limits: hostile and broken files are normal.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest import furniture
from ingest.boxes import SCALE, encode
from ingest.clean import Clean, chain, fold, words
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import IngestError, NeedsPassword, ReadError
from ingest.lines import Line, page_lines
from ingest.pdfinfo import PypdfDocument
from ingest.pdfium import MAX_WIDTH, PdfiumDocument
from ingest.properties import Properties, language_of, title_of
from ingest.structure import Part, parts

_TIGHT = (
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_ROW,
    BlockKind.CONTENTS,
)  # one under the other, without an empty line between
_PICTURE = 0.2  # of a page: a picture as large may well hold text
_BARE_LEADING = 12.0


@dataclass(slots=True)
class _PageText:
    """A page on its way to become text. `boxes` `(positions, 4)` float32 are shares of the page, one for each position."""

    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    boxes: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    source: TextSource = TextSource.NONE


def read(path: Path) -> Document:
    """Read a PDF. A page without text is marked so and is no error, not even where all pages are.

    Raises `ReadError` where neither library can open the file, `NeedsPassword` where it is locked.
    """
    pdfium, pypdf, failure = _opened(path)
    if pdfium is None and pypdf is None:
        raise failure or ReadError("It is not a PDF that can be read.")
    if pdfium is None:
        return _read(path, None, pypdf)
    with pdfium:
        return _read(path, pdfium, pypdf)


def render(path: Path, page: int, width: int) -> bytes:
    """The displayed page (1-based, physical) as PNG, `width` pixels wide, cropped and turned as its boxes are.

    Raises `ReadError` where there is no such page, it cannot be drawn, or more than 4000 pixels are asked for.
    """
    if not 1 <= width <= MAX_WIDTH:
        raise ReadError(f"A page image can be 1 to {MAX_WIDTH} pixels wide, not {width}.")
    with PdfiumDocument(path) as pdfium:
        if not 1 <= page <= len(pdfium):
            raise ReadError(f"There is no page {page}: the document has {len(pdfium)}.")
        return pdfium.png(page - 1, width)


def _opened(path: Path) -> tuple[PdfiumDocument | None, PypdfDocument | None, IngestError | None]:
    failure: IngestError | None = None
    pdfium: PdfiumDocument | None = None
    pypdf: PypdfDocument | None = None
    try:
        pdfium = PdfiumDocument(path)
    except (NeedsPassword, ReadError) as exc:
        failure = exc
    try:
        pypdf = PypdfDocument(path)
    except NeedsPassword as exc:
        failure = exc
    except ReadError as exc:
        failure = failure or exc
    return pdfium, pypdf, failure


def _read(path: Path, pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None) -> Document:
    properties = _properties(pdfium, pypdf)
    count = len(pdfium) if pdfium else pypdf.pages if pypdf else 0
    pages: list[_PageText] = []
    base = 0
    for index in range(count):
        page = _page(pdfium, pypdf, index, base)
        base += len(page.boxes)
        pages.append(page)
    heights = [page.height for page in pages]
    found = furniture.find([page.lines for page in pages], heights)
    body = [[line for line in page.lines if line.start not in found.lines] for page in pages]
    for index, page in enumerate(pages):
        if not body[index] and page.source is not TextSource.FALLBACK:
            page.source = _without_text(pdfium, pypdf, index, bool(page.lines))
    known = words([line.text for lines in body for line in lines])
    blocks = parts(body, heights, properties.outline, known)
    return _document(path, pages, blocks, properties, _labels(properties, found.labels, count))


def _properties(pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None) -> Properties:
    """What pypdf read, completed with what PDFium did."""
    one = pypdf.properties() if pypdf else Properties()
    two = pdfium.properties() if pdfium else Properties()
    return replace(
        one,
        title=one.title or two.title,
        language=one.language or two.language,
        labels=one.labels or two.labels,
        outline=one.outline or two.outline,
        attachments=max(one.attachments, two.attachments),
    )


def _page(pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None, index: int, base: int) -> _PageText:
    page = _PageText()
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


def _fall_back(page: _PageText, pypdf: PypdfDocument, index: int, base: int) -> None:
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


def _without_text(pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None, index: int, had_text: bool) -> TextSource:
    """What a page without body text is: nothing at all, or something that cannot be read."""
    if pdfium is None:
        return TextSource.NONE
    try:
        covered = pdfium.covered(index)
    except ReadError:
        return TextSource.NONE
    if had_text:  # only a header or a page number
        return TextSource.NONE if covered > _PICTURE else TextSource.LAYER
    if covered or (pdfium.objects(index) == 0 and (pypdf is None or pypdf.draws(index))):
        return TextSource.NONE  # PDFium passes over what it cannot decode, and sees an empty page
    return TextSource.BLANK


def _labels(properties: Properties, printed: dict[int, str], count: int) -> list[str]:
    """The file's own labels, unless they only count the pages and the pages themselves print another number."""
    stated = list(properties.labels[:count])
    counting = stated == [str(i + 1) for i in range(len(stated))]
    if len(stated) == count and not (counting and printed):
        return stated
    return [printed.get(i, "") for i in range(count)]


def _document(path: Path, pages: list[_PageText], found: list[Part], properties: Properties, labels: list[str]) -> Document:
    pieces: list[Clean] = []
    blocks: list[Block] = []
    at = 0
    for i, part in enumerate(found):
        gap = ""
        if i + 1 < len(found):
            gap = "\n" if part.kind in _TIGHT and found[i + 1].kind is part.kind else "\n\n"
        blocks.append(Block(start=at, end=at + len(part.text), kind=part.kind, level=part.level))
        at += len(part.text) + len(gap)
        here = part.clean.spans[-1:, 1].repeat(len(gap))
        pieces += [part.clean, Clean(text=gap, spans=np.stack([here, here], axis=1))]
    whole = chain(pieces, "")
    tops = [(part.size, part.text) for part in found if part.kind is BlockKind.HEADING and part.page < 2]
    return Document(
        text=whole.text,
        pages=_tiled(whole, pages, labels),
        blocks=tuple(blocks),
        format=Format.PDF,
        metadata=Metadata(
            title=title_of(properties.title, tops, path.stem),
            organisation="",
            date=properties.created,
            language=language_of(properties.language),
        ),
        notes=_notes(properties),
    )


def _notes(properties: Properties) -> tuple[str, ...]:
    count = properties.attachments
    if not count:
        return ()
    return (f"{count} attachments were not read." if count > 1 else "1 attachment was not read.",)


def _tiled(whole: Clean, pages: list[_PageText], labels: list[str]) -> tuple[Page, ...]:
    """The pages with their share of the text, and the boxes of its characters."""
    positions = np.cumsum([0, *(len(page.boxes) for page in pages)])
    inked = whole.spans[:, 1] > whole.spans[:, 0]
    at = np.flatnonzero(inked)
    number = np.searchsorted(positions, whole.spans[at, 0], side="right") - 1
    starts = [int(at[i]) if i < len(at) else len(whole.text) for i in np.searchsorted(number, np.arange(len(pages)))]
    starts = [0, *starts[1:], len(whole.text)]
    boxes = _boxes(whole, np.concatenate([page.boxes for page in pages]) if pages else np.zeros((0, 4), np.float32))
    return tuple(
        Page(
            number=i + 1,
            label=labels[i],
            start=starts[i],
            end=starts[i + 1],
            width=page.width,
            height=page.height,
            source=page.source,
            boxes=encode(boxes[starts[i] : starts[i + 1]]) if page.source is TextSource.LAYER else b"",
        )
        for i, page in enumerate(pages)
    )


def _boxes(whole: Clean, places: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """`(n, 4)` uint16: for each character the box around all the glyphs it stands for."""
    boxes = np.zeros((len(whole.text), 4), np.float64)
    start, end = whole.spans[:, 0], whole.spans[:, 1]
    one = np.flatnonzero(end > start)
    boxes[one] = places[start[one]]
    for i in np.flatnonzero(end > start + 1).tolist():
        parts_of = places[start[i] : end[i]]
        parts_of = parts_of[(parts_of[:, 2] > parts_of[:, 0]) & (parts_of[:, 3] > parts_of[:, 1])]
        if len(parts_of):
            boxes[i] = np.concatenate([parts_of[:, :2].min(axis=0), parts_of[:, 2:].max(axis=0)])
    out = np.zeros(boxes.shape, np.uint16)
    near = np.floor(boxes[one, :2] * SCALE).clip(0, SCALE - 1)
    out[one, :2] = near
    out[one, 2:] = np.maximum(np.ceil(boxes[one, 2:] * SCALE), near + 1)
    blank = [i for i, char in enumerate(whole.text) if char.isspace()]
    out[blank] = 0
    return out
