"""What people keep: types only. A kept passage is a copy of what was quoted, so that it outlives the index it came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage as it was quoted, with all that a full reference needs: `document.text[start:end] == text` of that source."""

    document_id: int
    sha256: str  # of the source file
    path: str
    title: str
    kind: str
    organisation: str
    city: tuple[str, ...]
    date: str
    language: str
    edition: str
    source: str  # where it was published
    format: str
    page: int  # 1-based physical page
    page_end: int
    page_label: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    handling: str
    attributable: bool
    ocr: float | None = None  # 0 to 1: how sure text recognition is of its least sure page; None where none was recognised
    groups: tuple[str, ...] = ()  # whose its document was when it was kept
    speakers: tuple[str, ...] = ()  # who is not to be named in quotations from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An excerpt in somebody's collection, in its place, with a note."""

    kept_id: int
    excerpt: Excerpt
    question: str  # what was asked when it was kept
    note: str
    kept: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A standing question. `address` is the query part of the address that asks it: `q=…&city=…`.

    Documents with an id above `seen_document` came after it was last looked at.
    """

    followed_id: int
    address: str
    created: str
    seen_document: int
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that nothing in the library answered."""

    question: str
    times: int
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A file that was taken out of the library in the page, and lies aside until the next rebuild."""

    removed_id: int
    path: str  # where it was
    aside: str  # where it lies now
    title: str
    removed: str  # ISO 8601, UTC
    groups: tuple[str, ...] = ()  # whose it was
