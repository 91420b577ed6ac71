"""What reading yields: a document with its clean text, the pages and blocks in it, and what is known about it.

Offsets are counted in characters of `Document.text`. The text is cleaned once; everything later is a slice of it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

LARGEST_PAGE = 1_000_000.0  # points, that a side may have: 350 metres


class Format(StrEnum):
    """The formats that have a reader."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    RECORD = "record"  # one line of a bulk .jsonl file


class TextSource(StrEnum):
    """Where the text of a page comes from."""

    LAYER = "layer"  # the file's own text, with a box for every character where the format has pages
    STAMP = "stamp"  # a few words of the file's own over a picture that fills the page: OCR found no more, or was not tried
    FALLBACK = "fallback"  # pypdf's text, where PDFium gave none: no boxes
    OCR = "ocr"  # recognised in the picture of a scanned page, with a box for every character
    NONE = "none"  # no readable text: the page cannot be searched
    BLANK = "blank"  # nothing is on the page at all: neither text nor image nor drawing


class BlockKind(StrEnum):
    """What a run of text is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_ROW = "table row"
    CAPTION = "caption"
    RECOMMENDATION = "recommendation"
    NOTE = "note"  # a footnote
    CONTENTS = "contents"  # a line of a table of contents: kept for exactness, never a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading, list item or table row: `text[start:end]`, without leading or trailing white space.

    Blocks are in order, do not overlap, are never empty, and together hold every non-space character of the text.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0  # headings: 1 is the highest; list items: depth from 1; otherwise 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One physical page (or slide; formats without pages have a single one): `text[start:end]`.

    Pages are in order and tile the text: each starts where the one before ended, the first at 0, the last ends at `len(text)`.
    `label` is what is printed on the page ("xiv", "14", "2-3"), "" where nothing is known.
    `width` and `height` are in points as displayed (after rotation), 0 for formats without a page image.
    `boxes` are the encoded character boxes of `text[start:end]` (see `ingest.boxes`), b"" where there are none.
    `confidence` is how sure OCR is of its words, 0 to 1: on a page without text, of those that were too poor to keep.
    """

    number: int  # 1-based physical page
    label: str
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0
    source: TextSource = TextSource.LAYER
    confidence: float | None = None  # None where OCR was not tried
    boxes: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known about a document. Empty means unknown; the catalogue goes before the document itself."""

    title: str = ""
    kind: str = ""  # report, policy brief, seminar note, exercise report, paper, web page
    city: tuple[str, ...] = ()
    organisation: str = ""
    theme: tuple[str, ...] = ()
    date: str = ""  # "2020", "2020-06" or "2020-06-15"
    language: str = ""  # ISO 639-1
    edition: str = ""
    supersedes: str = ""
    handling: str = ""  # as written: "TLP:AMBER", "OFFICIAL-SENSITIVE"; "" where unmarked
    attribution: str = ""  # "no" where speakers and organisations may not be named (Chatham House Rule)
    source: str = ""  # where it was published
    groups: tuple[str, ...] = ()  # the cities and groups it belongs to; none: everybody with the clearance may see it
    speakers: tuple[str, ...] = ()  # who spoke: their names are withheld where `attribution` is "no"


_LATER = ("groups", "speakers")  # fields that documents of earlier versions have not


def told(metadata: Metadata) -> dict[str, Any]:
    """The fields of metadata by name, without those of a later version that say nothing: what is hashed stays what it was."""
    known = asdict(metadata)
    return {name: value for name, value in known.items() if value or name not in _LATER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as read. Invariants are stated at `Page` and `Block`; `tests/test_document.py` holds readers to them."""

    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    format: Format
    metadata: Metadata  # from the document itself; the catalogue is laid over it later
    record: str = ""  # the `_id` in a bulk file, "" elsewhere
    notes: tuple[str, ...] = ()  # what a user should know: "3 attachments were not read"

    @property
    def pages_without_text(self) -> tuple[int, ...]:
        """Physical numbers of the pages that hold something, but no readable text."""
        return tuple(page.number for page in self.pages if page.source is TextSource.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that is searched and quoted as one: `document.text[start:end] == text`.

    `page` and `page_end` are the first and last physical page it touches; `section` the headings above it, outermost first.
    `sentences` are `(start, end)` inside `text`. `context` (title and headings) is embedded and searched with it, never quoted.
    """

    ordinal: int  # 0-based place in the document
    start: int
    end: int
    text: str
    page: int
    page_end: int
    section: tuple[str, ...]
    language: str  # ISO 639-1, "" where it cannot be known
    context: str = ""
    sentences: tuple[tuple[int, int], ...] = ()
    kind: BlockKind = BlockKind.PARAGRAPH


Cutter = Callable[[Document, str], tuple[Passage, ...]]  # a document and its title -> its passages
