"""Reading the sources again, to see whether they still give the text that the library has of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from index import contents, store
from ingest.document import Document, Format, Page
from ingest.errors import IngestError
from ingest.paths import path_of

Read = Callable[[Path, Format], Document]


def reread(data: Path, read: Read) -> Iterator[str]:
    """Read every source that is as it was, and yield a line for each whose text is another now. Records are left out.

    Pages that text recognition gave are not recognised again: that takes a second each.
    """
    connection = store.open_reader(data)
    try:
        with store.reading(connection):
            for path, document_id in _files(connection):
                stored, _ = contents.read_document(connection, document_id)
                if stored.format is Format.RECORD:
                    continue
                source = path_of(path)
                if not source.is_file():
                    continue  # told with the sources that are gone
                try:
                    yield from (f"{path}: {change}" for change in _changes(stored, read(source, stored.format)))
                except IngestError as exc:
                    yield f"{path} could be read once, and cannot now: {exc}. Run `python -m ingest` to see why."
    finally:
        connection.close()


def _files(connection: store.Connection) -> list[tuple[str, int]]:
    query = "SELECT min(path) AS path, document_id FROM file_documents GROUP BY document_id ORDER BY path"
    return [(row["path"], row["document_id"]) for row in connection.execute(query)]


def _changes(stored: Document, fresh: Document) -> Iterator[str]:
    if len(stored.pages) != len(fresh.pages):
        yield f"it had {len(stored.pages)} pages when it was read, and has {len(fresh.pages)} now."
        return
    recognised = any(page.confidence is not None for page in stored.pages)
    for before, now in zip(stored.pages, fresh.pages, strict=True):
        if before.confidence is None and _text(stored, before) != _text(fresh, now):
            # What is left out of a page as running text is decided by all pages: those that were recognised count too.
            likely = "" if not recognised else ", perhaps because other pages were recognised"
            yield f"page {before.number} gives another text now than when it was read{likely}."
            return


def _text(document: Document, page: Page) -> str:
    return document.text[page.start : page.end].strip()
