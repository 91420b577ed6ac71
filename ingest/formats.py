"""Which file is read by which reader. A reader is imported when it is asked for: each brings a heavy library."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from ingest.document import Document, Format
from ingest.errors import UnsupportedFormat

if TYPE_CHECKING:
    from ingest.records import RecordError

Reader = Callable[[Path], Document]
RecordReader = Callable[[Path], "Iterator[Document | RecordError]"]
Renderer = Callable[[Path, int, int], bytes]
Recogniser = Callable[[str, float, float, Callable[[], None], Sequence[str]], Reader]

SUFFIXES = {
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".pptx": Format.PPTX,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".jsonl": Format.RECORD,
}
READABLE = "PDF, Word (.docx), PowerPoint (.pptx), HTML, Markdown (.md), plain text (.txt) and bulk records (.jsonl)"

_MODULES = {
    Format.PDF: "ingest.pdf",
    Format.DOCX: "ingest.docx",
    Format.PPTX: "ingest.pptx",
    Format.HTML: "ingest.html",
    Format.MARKDOWN: "ingest.markdown",
    Format.TEXT: "ingest.text",
}

_ADVICE = {
    "save it as .docx or PDF": ".doc .docm .dot .dotx .rtf .odt .pages .wpd .wps",
    "save it as .pptx or PDF": ".ppt .pptm .pps .ppsx .odp .key",
    "save the sheet as PDF": ".xls .xlsx .xlsm .xlsb .ods .numbers .csv .tsv",
    "make it a PDF with text recognition (OCR)": ".png .jpg .jpeg .tif .tiff .gif .bmp .webp .heic",
    "unpack it and add the files in it": ".zip .rar .7z .tar .gz .tgz .bz2 .xz",
    "save the message as PDF or .txt": ".eml .msg .mbox",
    "save it as PDF or .html": ".mht .mhtml .epub .xml .svg",
    "put one document on each line of a .jsonl file": ".json",
    "save it as .txt or .md": ".rst .tex .text .log .org .adoc",
}
_ADVICE_BY_SUFFIX = {suffix: advice for advice, suffixes in _ADVICE.items() for suffix in suffixes.split()}


class Readers(Protocol):
    """Where a reading process takes its readers from: this module, or what a test puts in its place."""

    def reader_for(self, format: Format, passwords: Sequence[str] = (), /) -> Reader:
        """Return the function that reads a whole file of this format; `passwords` are tried on an encrypted one."""

    def record_reader(self) -> RecordReader:
        """Return the function that reads a bulk file record by record."""

    def page_renderer(self, passwords: Sequence[str] = (), /) -> Renderer:
        """Return the function that draws one page."""

    def recogniser(self) -> Recogniser:
        """Return what makes the function that reads a PDF, scanned pages as well."""


def format_of(path: Path) -> Format:
    """Tell the format from the ending of the name, in upper or lower case; the content is not looked at.

    Raises `UnsupportedFormat`, whose message says what is read instead and, for common kinds, how to get there.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if not suffix:
        raise UnsupportedFormat(f"the name has no ending that tells what the file is; Källa reads {READABLE}")
    if suffix in _ADVICE_BY_SUFFIX:
        raise UnsupportedFormat(f"{suffix} files are not read: {_ADVICE_BY_SUFFIX[suffix]}. Källa reads {READABLE}")
    shown = suffix if suffix.isprintable() and len(suffix) <= 12 else "such"
    raise UnsupportedFormat(f"{shown} files are not read; Källa reads {READABLE}")


def reader_for(format: Format, passwords: Sequence[str] = ()) -> Reader:
    """Import the reader of a format and return its `read(path) -> Document`; `passwords` are tried on an encrypted PDF.

    Raises `UnsupportedFormat` for `Format.RECORD`, which is a stream of documents: see `record_reader`.
    """
    if format not in _MODULES:
        raise UnsupportedFormat("a bulk file holds many documents and is read as a stream of records")
    read = import_module(_MODULES[format]).read
    return cast(Reader, partial(read, passwords=passwords) if format is Format.PDF and passwords else read)


def record_reader() -> RecordReader:
    """Import the reader of bulk files and return its `read(path) -> Iterator[Document | RecordError]`."""
    return cast(RecordReader, import_module("ingest.records").read)


def page_renderer(passwords: Sequence[str] = ()) -> Renderer:
    """Import the PDF reader and return its `render(path, page, width) -> PNG`; `page` is 1-based, `width` in pixels."""
    return cast(Renderer, partial(import_module("ingest.pdf").render, passwords=passwords))


def recogniser() -> Recogniser:
    """Import the PDF reader; return its `recogniser(languages, page_seconds, document_seconds, working, passwords) -> Reader`."""
    return cast(Recogniser, import_module("ingest.pdf").recogniser)
