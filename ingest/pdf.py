"""Reading PDF: from a file to a document whose every character knows its place on its page.

PDFium gives the text layer with its boxes and draws the pages; pypdf opens the document, and helps where PDFium finds no text.
Both are best run in a child process with limits: hostile and broken files are normal.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest import furniture, recognised, tesseract
from ingest.boxes import SCALE, encode
from ingest.clean import Clean, chain, words
from ingest.document import LARGEST_PAGE, Block, BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import IngestError, NeedsPassword, ReadError
from ingest.headings import Part
from ingest.lines import Line
from ingest.marking import marking
from ingest.pagetext import PageText, follow, page_text
from ingest.pdfinfo import PypdfDocument
from ingest.pdfium import MAX_WIDTH, PdfiumDocument
from ingest.properties import Properties, language_of, title_of
from ingest.scans import Scans
from ingest.structure import parts

_TIGHT = (
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_ROW,
    BlockKind.CONTENTS,
)  # one under the other, without an empty line between
_BOXED = (TextSource.LAYER, TextSource.STAMP, TextSource.OCR)
_FULL = 0.9  # of a page: a picture as large is a scan
_EDGE = 3  # lines at the top and at the bottom of a page among which its handling mark is looked for
_STAMP = 150  # characters that a registry or a court prints on a scan
_PICTURE = 0.2  # of a page: a picture as large may well hold text


def read(path: Path, scans: Scans | None = None, passwords: Sequence[str] = ()) -> Document:
    """Read a PDF, by `scans` also what is only a picture of text. `passwords` are tried where it is encrypted.

    A page without text is marked so and is no error, not even where all pages are. Raises `ReadError` where neither library
    can open the file, `NeedsPassword` where it is locked.
    """
    pdfium, pypdf, failure = _opened(path, passwords)
    if pdfium is None and pypdf is None:
        raise failure or ReadError("It is not a PDF that can be read.")
    if pdfium is None:
        return _read(path, None, pypdf, None)
    with pdfium:
        return _read(path, pdfium, pypdf, scans)


def recogniser(
    languages: str, page_seconds: float, document_seconds: float, working: Callable[[], None], passwords: Sequence[str] = ()
) -> Callable[[Path], Document]:
    """A `read` with text recognition (OCR) of scanned pages: in these languages, within these times.

    It calls `working` after each such page. Raises `IngestError` where there is no Tesseract.
    """
    program = tesseract.program()
    if not program:
        raise IngestError("text recognition (OCR) is not installed")

    def recognise(path: Path) -> Document:
        return read(
            path,
            Scans(
                program=program,
                languages=languages,
                page_seconds=page_seconds,
                document_seconds=document_seconds,
                working=working,
            ),
            passwords,
        )

    return recognise


def render(path: Path, page: int, width: int, passwords: Sequence[str] = ()) -> bytes:
    """The displayed page (1-based, physical) as PNG, `width` pixels wide, cropped and turned as its boxes are.

    Raises `ReadError` where there is no such page, it cannot be drawn, or more than 4000 pixels are asked for, and
    `NeedsPassword`.
    """
    if not 1 <= width <= MAX_WIDTH:
        raise ReadError(f"A page image can be 1 to {MAX_WIDTH} pixels wide, not {width}.")
    with PdfiumDocument(path, passwords) as pdfium:
        if not 1 <= page <= len(pdfium):
            raise ReadError(f"There is no page {page}: the document has {len(pdfium)}.")
        return pdfium.png(page - 1, width)


def _opened(path: Path, passwords: Sequence[str]) -> tuple[PdfiumDocument | None, PypdfDocument | None, IngestError | None]:
    """The file as each library opens it. pypdf is slow with passwords, and is given the one that PDFium found."""
    failure: IngestError | None = None
    pdfium: PdfiumDocument | None = None
    pypdf: PypdfDocument | None = None
    try:
        pdfium = PdfiumDocument(path, passwords)
    except (NeedsPassword, ReadError) as exc:
        failure = exc
    try:
        pypdf = PypdfDocument(path, passwords if pdfium is None else [pdfium.password])
    except NeedsPassword as exc:
        failure = exc
    except ReadError as exc:
        failure = failure or exc
    return pdfium, pypdf, failure


def _read(path: Path, pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None, scans: Scans | None) -> Document:
    properties = _properties(pdfium, pypdf)
    count = len(pdfium) if pdfium else pypdf.pages if pypdf else 0
    pages: list[PageText] = []
    base = 0
    for index in range(count):
        page = page_text(pdfium, pypdf, index, base)
        base += len(page.boxes)
        pages.append(page)
    found, body = _without_furniture(pages, pdfium, pypdf, properties.labels)
    unread = {index: page for index, page in enumerate(pages) if page.source in (TextSource.NONE, TextSource.STAMP)}
    notes = _notes(properties)
    if scans is not None and pdfium is not None and unread:
        for index, page in scans.read(pdfium, unread).items():
            pages[index] = page
        follow(pages)
        found, body = _without_furniture(pages, pdfium, pypdf, properties.labels)
        notes += _untried(scans.untried)
    known = words([line.text for lines in body for line in lines])
    blocks = parts(*recognised.alike(body, pages), properties.outline, known)
    return _document(path, pages, blocks, properties, _labels(properties, found.labels, pages), notes)


def _without_furniture(
    pages: Sequence[PageText], pdfium: PdfiumDocument | None, pypdf: PypdfDocument | None, stated: Sequence[str]
) -> tuple[furniture.Furniture, list[list[Line]]]:
    """The running lines, and what is left on each page; a page on which nothing is left is marked as what it is."""
    found = furniture.find([page.lines for page in pages], [page.height for page in pages], stated)
    body = [[line for line in page.lines if line.start not in found.lines] for page in pages]
    for index, page in enumerate(pages):
        if not body[index] and page.source is not TextSource.FALLBACK:
            page.source = _without_text(pdfium, pypdf, index, bool(page.lines))
        elif page.source is TextSource.NONE:  # beside pages that OCR has read, its lines no longer run
            page.source = TextSource.LAYER
        elif page.source is TextSource.LAYER and pdfium is not None and _is_stamped(pdfium, index, body[index]):
            page.source = TextSource.STAMP
    return found, body


def _is_stamped(pdfium: PdfiumDocument, index: int, lines: Sequence[Line]) -> bool:
    try:
        return sum(len(line.text) for line in lines) < _STAMP and pdfium.covered(index) > _FULL
    except ReadError:
        return False


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


def _labels(properties: Properties, printed: dict[int, str], pages: Sequence[PageText]) -> list[str]:
    """The file's own labels, unless they only count the pages and the pages themselves print another number.

    Of a spread the file may state one number only: where two are printed on it, it has both.
    """
    stated = list(properties.labels[: len(pages)])
    counting = stated == [str(i + 1) for i in range(len(stated))]
    if len(stated) != len(pages) or (counting and printed):
        return [printed.get(i, "") for i in range(len(pages))]
    return [
        _of_spread(label, printed.get(i, "")) if pages[i].width > pages[i].height else label for i, label in enumerate(stated)
    ]


def _of_spread(stated: str, printed: str) -> str:
    sides = re.fullmatch(r"(\d{1,4})\s*[-–]\s*(\d{1,4})", stated)
    if sides and int(sides[2]) == int(sides[1]) + 1:
        return f"{sides[1]}–{sides[2]}"
    return printed if stated in printed.split("–") else stated


def _document(
    path: Path, pages: list[PageText], found: list[Part], properties: Properties, labels: list[str], notes: tuple[str, ...]
) -> Document:
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
            handling=_mark(pages),
        ),
        notes=notes,
    )


def _mark(pages: Sequence[PageText]) -> str:
    """The handling mark that a document bears: on a line of its own on the first page, or at the edge of any other."""
    edges = (line for page in pages[1:] for line in (*page.lines[:_EDGE], *page.lines[-_EDGE:]))
    return marking(line.text for line in (*(pages[0].lines if pages else ()), *edges))


def _notes(properties: Properties) -> tuple[str, ...]:
    count = properties.attachments
    if not count:
        return ()
    return (f"{count} attachments were not read." if count > 1 else "1 attachment was not read.",)


def _untried(pages: int) -> tuple[str, ...]:
    return (f"OCR took too long: {pages} page{'s were' if pages > 1 else ' was'} not tried.",) if pages else ()


def _tiled(whole: Clean, pages: list[PageText], labels: list[str]) -> tuple[Page, ...]:
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
            width=_sane(page.width),
            height=_sane(page.height),
            source=page.source,
            confidence=page.confidence,
            boxes=encode(boxes[starts[i] : starts[i + 1]]) if page.source in _BOXED else b"",
        )
        for i, page in enumerate(pages)
    )


def _sane(points: float) -> float:
    """The side of a page; 0, which is unknown, for what a broken file says and no page has."""
    return points if 0 <= points < LARGEST_PAGE else 0.0


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
