"""One file, from its bytes to what can be stored of it. Runs in the threads of a run; the libraries run in child processes."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import ocr as recognition
from ingest import scan
from ingest.catalogue import Catalogue, merge
from ingest.change import FileOutcome, FileStamp, Later, Outcome, Prepared, Step
from ingest.document import Cutter, Document, Format, Metadata, told
from ingest.errors import IngestError, ReadError
from ingest.formats import SUFFIXES, format_of
from ingest.marking import FIRST, marking, names_nobody, stricter
from ingest.moves import Decision, Fate
from ingest.ocr import NO_OCR, Ocr
from ingest.passwords import NO_PASSWORDS, Passwords
from ingest.paths import key_of, path_of
from ingest.pool import ReaderPool
from ingest.records import RecordError
from ingest.scan import Found

_DETECTED = 20_000  # characters that tell a document's language
_ENOUGH = 400  # characters that tell it better than the file's own word


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Everything that reading a file needs."""

    pool: ReaderPool
    cut: Cutter
    language_of: Callable[[str], str]
    catalogue_of: Callable[[Path], tuple[Catalogue, str] | None]  # and the file's path relative to the catalogue
    decide: Callable[[str, str], Decision]
    holders: Callable[[str], Sequence[str]]  # the files that the stored document of a content key came in
    strictness: Callable[[str], int]  # of a handling mark
    ocr: Ocr = NO_OCR
    passwords: Passwords = NO_PASSWORDS  # of encrypted PDFs

    def steps(self, found: Found, known: FileStamp | None, *, again: bool = False, failed_before: bool = False) -> Iterator[Step]:
        """Read one file. Whatever is wrong with it ends in a failed outcome; nothing is raised.

        `again`: it could not be read before, or not all of it, and is tried again although its bytes are the same.
        """
        began = time.perf_counter()
        stamp = stamp_of(found, "", self.digest(found.path))
        try:
            stamp = replace(stamp, sha256=scan.sha256_of(found.path))
            decision = self.decide(stamp.path, stamp.sha256)
            if decision.fate is Fate.UNCHANGED and known is not None and known.catalogue == stamp.catalogue and not again:
                yield Step(path=stamp.path, stamp=stamp, touched=True)
            elif decision.fate in (Fate.MOVED, Fate.DUPLICATE) and _same_kind(decision.other, stamp.path):
                yield Step(path=stamp.path, stamp=stamp, existing=decision.other)
            else:
                yield from self.read(found, stamp, known is not None and not failed_before, began)
        except IngestError as exc:
            yield failed(stamp, str(exc), began, self.row(found.path))

    def read(self, found: Found, stamp: FileStamp, was_known: bool, began: float) -> Iterator[Step]:
        """Read a file whose content is new. Raises IngestError."""
        outcome = Outcome.CHANGED if was_known else Outcome.ADDED
        kind = format_of(found.path)
        if kind is Format.RECORD:
            yield from self._records(found, stamp, outcome, began)
            return
        document = self.pool.read(found.path, kind, self.passwords.words())
        scan.hold_still(found)
        waits = recognition.waits(document, self.ocr)
        if waits:
            languages = self._languages(document, found.path)
            yield Step(path=stamp.path, later=Later(pages=waits, steps=lambda: self._scanned(found, stamp, languages, outcome)))
            return
        yield self.document_step(document, stamp, found.path, outcome, began)

    def _scanned(self, found: Found, stamp: FileStamp, languages: str, outcome: Outcome) -> Iterator[Step]:
        """Read a PDF with its scanned pages. Where that fails as a whole, its other pages count all the same."""
        began = time.perf_counter()
        try:
            try:
                document = self.pool.recognise(found.path, languages, self.passwords.words())
            except IngestError as exc:
                plain = self.pool.read(found.path, Format.PDF, self.passwords.words())
                document = recognition.given_up(plain, f"OCR failed: {exc}")
            scan.hold_still(found)
            yield self.document_step(document, stamp, found.path, outcome, began)
        except IngestError as exc:
            yield failed(stamp, str(exc), began, self.row(found.path))

    def _languages(self, document: Document, path: Path) -> str:
        """What to read scanned pages in: as the catalogue says, else as the other pages are written in, if there is enough."""
        row = self.row(path)
        told = self.language_of(document.text[:_DETECTED]) if len(document.text) >= _ENOUGH else ""
        return self.ocr.languages_for(row.language if row and row.language else told)

    def document_step(self, document: Document, stamp: FileStamp, path: Path, outcome: Outcome, began: float) -> Step:
        """Describe and cut a document that was read. Raises ReadError where there is nothing in it."""
        key = content_key(document.format, stamp.sha256, recognised=recognition.tried(document))
        others = [other for other in map(path_of, self.holders(key)) if other != path and other.exists()]
        metadata = self.describe(document, path, others)
        unreadable = document.pages_without_text
        if not document.text.strip() and not unreadable:
            raise ReadError("there is no text in this file")
        passages = self.cut(_in_language(document, metadata.language), metadata.title)
        said = [*recognition.notes(document), *document.notes]
        result, reason = outcome, "; ".join(said)
        if not passages:
            result, reason = Outcome.FAILED, _nothing_in(document, self.ocr)
        elif unreadable:
            result = Outcome.PARTIAL
            reason = "; ".join(
                [f"no readable text on {pages_text(unreadable)}{recognition.about_unreadable(document, self.ocr)}", *said]
            )
        prepared = Prepared(key=key, document=document, metadata=metadata, passages=passages)
        done = FileOutcome(
            path=stamp.path, outcome=result, pages=len(document.pages), pages_without_text=len(unreadable),
            passages=len(passages), reason=reason, seconds=round(time.perf_counter() - began, 3),
        )  # fmt: skip
        return Step(path=stamp.path, prepared=(prepared,), stamp=stamp, outcome=done)

    def redescribed(self, document: Document, stamp: FileStamp, path: Path) -> Step:
        """A stored document whose row in the catalogue has changed: described and cut anew, without opening the file."""
        began = time.perf_counter()
        try:
            step = self.document_step(document, stamp, path, Outcome.CHANGED, began)
        except IngestError as exc:
            return failed(stamp, str(exc), began, self.row(path))
        if step.outcome is None:
            return step
        reason = "; ".join(filter(None, ["described anew in the catalogue", step.outcome.reason]))
        return replace(step, outcome=replace(step.outcome, reason=reason))

    def describe(self, document: Document, path: Path, others: Sequence[Path] = ()) -> Metadata:
        """The metadata in force: the catalogue's, then the document's own, then what the text itself tells.

        Of `others`, which have the same bytes, the rows count too: what one leaves open another may say. Of all handling marks,
        the document's own among them, the strictest holds.
        """
        rows = [row for row in map(self.row, sorted([path, *others])) if row]
        metadata = replace(document.metadata, language=self._language(document), attribution=_attribution(document))
        for row in reversed(rows):
            metadata = merge(row, metadata)
        marks = [mark for mark in (document.metadata.handling, *(row.handling for row in rows)) if mark]
        if marks:
            metadata = replace(metadata, handling=max(marks, key=self.strictness))
        owners = tuple(dict.fromkeys(group for row in rows for group in row.groups))
        if owners:  # each row opens it for its own; one that names nobody opens it for nobody more
            metadata = replace(metadata, groups=owners)
        return metadata if metadata.title else replace(metadata, title=_title_from(path))

    def _language(self, document: Document) -> str:
        """What a text of some length is written in goes before what its file says: templates leave wrong settings behind."""
        told = self.language_of(document.text[:_DETECTED])
        stated = document.metadata.language
        return told if told and (len(document.text) >= _ENOUGH or not stated) else stated

    def row(self, path: Path) -> Metadata | None:
        """What the catalogue says of a file; None where it has no row."""
        entry = self.catalogue_of(path)
        return entry[0].row_for(entry[1]) if entry else None

    def digest(self, path: Path) -> str:
        """Of the file's row in its catalogue."""
        entry = self.catalogue_of(path)
        return entry[0].digest_for(entry[1]) if entry else ""

    def _records(self, found: Found, stamp: FileStamp, outcome: Outcome, began: float) -> Iterator[Step]:
        keys: list[str] = []
        bad: list[RecordError] = []
        passages = silent = 0
        for batch in self.pool.read_records(found.path):
            bad += [item for item in batch if isinstance(item, RecordError)]
            prepared = tuple(self._record(item) for item in batch if isinstance(item, Document))
            keys += [item.key for item in prepared]
            passages += sum(len(item.passages) for item in prepared)
            silent += sum(not item.passages for item in prepared)
            yield Step(path=stamp.path, prepared=prepared, bulk=True)
        scan.hold_still(found)
        if not keys:
            raise ReadError(_bad_lines(bad) if bad else "there are no records in this file")
        lost = [*([_bad_lines(bad)] if bad else []), *([f"{silent} records hold too few words to be found"] if silent else [])]
        done = FileOutcome(
            path=stamp.path, outcome=Outcome.PARTIAL if lost else outcome, pages=len(keys), passages=passages,
            reason="; ".join(lost) or f"{len(keys)} documents", seconds=round(time.perf_counter() - began, 3),
        )  # fmt: skip
        yield Step(path=stamp.path, stamp=stamp, outcome=done, bulk=True, record_keys=tuple(keys))

    def _record(self, document: Document) -> Prepared:
        own = document.metadata
        metadata = replace(
            own,
            title=own.title or document.record,
            handling=stricter(own.handling, marking(document.text[:FIRST].split("\n"))),
            attribution=_attribution(document),
            language=own.language or self.language_of(document.text[:_DETECTED]),
        )
        said = ", ".join(f"{name}={value!r}" for name, value in told(own).items())
        content = f"{document.record}\nMetadata({said})\n{document.text}".encode("utf-8", "surrogatepass")
        return Prepared(
            key=content_key(document.format, hashlib.sha256(content).hexdigest()),
            document=document,
            metadata=metadata,
            passages=self.cut(_in_language(document, metadata.language), own.title),
        )


def _attribution(document: Document) -> str:
    """What a document says of naming its speakers, in its metadata or on its first page."""
    first = document.text[: document.pages[0].end] if document.pages else document.text
    return document.metadata.attribution or ("no" if names_nobody(first) else "")


def stamp_of(found: Found, sha256: str, catalogue: str) -> FileStamp:
    """What to remember of a file that is about to be read."""
    return FileStamp(
        path=key_of(found.path), size=found.size, mtime_ns=found.mtime_ns, ctime_ns=found.ctime_ns, inode=found.inode,
        read_ns=time.time_ns(), sha256=sha256, catalogue=catalogue,
    )  # fmt: skip


def failed(stamp: FileStamp, reason: str, began: float, row: Metadata | None) -> Step:
    """A file that could not be read. `row`: what the catalogue says of it, so who may know of it."""
    outcome = FileOutcome(
        path=stamp.path, outcome=Outcome.FAILED, reason=reason, seconds=round(time.perf_counter() - began, 3),
        handling=row.handling if row else "", groups=row.groups if row else (),
    )  # fmt: skip
    return Step(path=stamp.path, stamp=stamp, outcome=outcome)


def _same_kind(one: str, other: str) -> bool:
    """Whether two files are read by the same reader: the same bytes may be text under one name, and nothing under another."""
    first, second = (path_of(key).suffix.lower() for key in (one, other))
    return SUFFIXES.get(first, first) == SUFFIXES.get(second, second)


def content_key(kind: Format, sha256: str, *, recognised: bool = False) -> str:
    """The key of a document's content: OCR makes another of the same bytes."""
    return f"{kind.value}:{sha256}:ocr" if recognised else f"{kind.value}:{sha256}"


def pages_text(numbers: tuple[int, ...]) -> str:
    """Page numbers for people: `page 3`, `pages 3, 7–9`; the first dozen of many."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:12])
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{' …' if len(runs) > 12 else ''}"


def _nothing_in(document: Document, found: Ocr) -> str:
    """Why a document has no passages."""
    also = recognition.about_unreadable(document, found) if document.pages_without_text or recognition.tried(document) else ""
    if document.text.strip():
        return "there is nothing to quote in it: only headings, or too few words" + also
    count = len(document.pages)
    which = "its only page" if count == 1 else f"any of its {count} pages"
    if also:
        return "; ".join([f"no readable text on {which}" + also, *document.notes])
    return f"no readable text on {which}: it is a scan or a picture. Run text recognition (OCR) on it and put the result here"


def _bad_lines(bad: list[RecordError]) -> str:
    shown = "; ".join(f"line {item.line}: {item.reason}" for item in bad[:3])
    return f"{len(bad)} line{'s' if len(bad) > 1 else ''} could not be read: {shown}{' …' if len(bad) > 3 else ''}"


def _in_language(document: Document, language: str) -> Document:
    return replace(document, metadata=replace(document.metadata, language=language))


def _title_from(path: Path) -> str:
    words = re.sub(r"[_\-\s]+", " ", path.stem).strip()
    return key_of(words).rsplit("/", 1)[-1] if words else path.name
