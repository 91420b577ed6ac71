"""What an ingest run changes: the outcome of each file, and the documents that go into the library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ingest.document import Document, Metadata, Passage


class Outcome(StrEnum):
    """What became of a file. Each file of a run has exactly one."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    PARTIAL = "partial"  # searchable, but for pages that gave no text or lines that could not be read
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """A file as it was when it was read: what is compared to tell whether it has to be read again."""

    path: str  # the stored key, see `ingest.scan`
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    read_ns: int  # when it was read
    sha256: str  # of its bytes, "" where it could not be read
    catalogue: str = ""  # digest of its row in the catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """The outcome of one file, as it is reported and kept."""

    path: str
    outcome: Outcome
    document: int | None = None  # id in the library; None for bulk files and where there is none
    pages: int = 0
    pages_without_text: int = 0
    passages: int = 0
    reason: str = ""
    seconds: float = 0.0
    handling: str = ""  # of a file without a document, as the catalogue has it
    groups: tuple[str, ...] = ()  # the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document that is ready to be stored: read, described and cut. `key` names its content (format, hash, record)."""

    key: str
    document: Document
    metadata: Metadata  # the catalogue's laid over the document's own
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What takes so long that other files go first: reading the `pages` of a scan."""

    pages: int
    steps: "Callable[[], Iterator[Step]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a reading thread hands over: documents to store, and, with the last step of a file, its stamp and outcome.

    `existing` names the file whose documents this one shares (moved, or the same bytes twice). `later`: its steps are still
    to come.
    """

    path: str
    prepared: tuple[Prepared, ...] = ()
    stamp: FileStamp | None = None
    outcome: FileOutcome | None = None
    existing: str = ""
    bulk: bool = False
    record_keys: tuple[str, ...] = ()
    touched: bool = False
    later: Later | None = None
