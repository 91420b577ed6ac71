"""Whether scanned pages are read by text recognition (OCR), in which languages, and what a user is told of it."""

import os
from dataclasses import dataclass, replace

from ingest import tesseract
from ingest.document import Document, Format, TextSource

ADVICE = "install tesseract-ocr with tesseract-ocr-swe and tesseract-ocr-eng, then ingest again"
TRIED = "not even by OCR"  # in the reason of an outcome: OCR has been tried, and is not tried again
_OFF = frozenset("off 0 no false".split())
_USUAL = ("swe", "eng")
_NAMES = {
    "cs": "ces", "da": "dan", "de": "deu", "en": "eng", "es": "spa", "et": "est", "fi": "fin", "fr": "fra", "hu": "hun",
    "is": "isl", "it": "ita", "lt": "lit", "lv": "lav", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "sv": "swe",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocr:
    """Text recognition as it is on this machine. `languages` by Tesseract's names (`swe`); none: there is no OCR."""

    languages: tuple[str, ...] = ()
    advice: str = ""  # what would bring it, "" where it is there or not wanted

    def __bool__(self) -> bool:
        """Whether pages can be read by it."""
        return bool(self.languages)

    def languages_for(self, language: str) -> str:
        """The languages to read with, as Tesseract takes them, for a document in this one (ISO 639-1, "" unknown)."""
        name = _NAMES.get(language, "")
        usual = [one for one in _USUAL if one in self.languages]
        return name if name in self.languages else "+".join(usual or self.languages)


NO_OCR = Ocr()


def installed() -> Ocr:
    """What this machine has, unless `KALLA_OCR` is `off`."""
    if os.environ.get("KALLA_OCR", "").strip().casefold() in _OFF:
        return NO_OCR
    path = tesseract.program()
    found = tesseract.languages(path).intersection(_NAMES.values()) if path else ()
    return Ocr(languages=tuple(sorted(found)), advice="" if found else ADVICE)


def tried(document: Document) -> bool:
    """Whether OCR has been tried on a document."""
    return any(page.confidence is not None for page in document.pages)


def waits(document: Document, ocr: Ocr) -> int:
    """How many pages OCR can be tried on."""
    if not ocr or document.format is not Format.PDF or tried(document):
        return 0
    return sum(page.source in (TextSource.NONE, TextSource.STAMP) for page in document.pages)


def given_up(document: Document, note: str) -> Document:
    """A document on which OCR failed as a whole: so marked that it is not tried on it again."""
    pages = (replace(page, confidence=0.0) if page.source is TextSource.NONE else page for page in document.pages)
    return replace(document, pages=tuple(pages), notes=(*document.notes, note))


def notes(document: Document) -> tuple[str, ...]:
    """What a user should know of the pages that were read by OCR."""
    count = sum(page.source is TextSource.OCR for page in document.pages)
    return (f"{count} page{' was' if count == 1 else 's were'} read by OCR",) if count else ()


def about_unreadable(document: Document, ocr: Ocr) -> str:
    """What is to be said behind "no readable text on page 3", "" where there is nothing to say."""
    if tried(document):
        return f", {TRIED}"
    return f": {ocr.advice}" if ocr.advice and document.format is Format.PDF else ""
