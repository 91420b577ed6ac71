"""What the index answers with. Plain values: whoever renders them needs nothing else."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Which halves of the retrieval are used."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Kin(StrEnum):
    """What another document with near-identical text is to a document."""

    NEWER = "newer"
    OLDER = "older"
    COPY = "copy"  # the same text, in another file
    UNDATED = "undated"  # another edition, and nothing says which is the newer


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Another edition or copy of a document, as its readers are told of it."""

    document_id: int
    title: str
    date: str
    edition: str
    kin: Kin


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found. `text` is `document.text[start:end]`; scores: higher is better.

    `marks` are the answering sentences inside `text`, as `(start, end)` counted from the start of `text`.
    """

    rank: int  # 1-based; the number of its citation
    score: float
    passage_id: int
    document_id: int
    path: str
    title: str
    format: str  # ingest.document.Format value; "pdf" has page images
    kind: str
    organisation: str
    page: int  # 1-based physical page
    page_end: int
    page_label: str  # as printed: "14", "xiv", "15–16"; "" where nothing is printed
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    handling: str  # the mark to show: "TLP:AMBER"
    attributable: bool  # False: speakers and organisations may not be named (Chatham House Rule)
    language: str
    city: tuple[str, ...]
    date: str
    sha256: str  # of the source file
    by_meaning: bool  # found by the vectors
    by_words: bool  # holds words of the question
    by_added: bool = False  # holds words that were added to the question (`Result.added`)
    more: int = 0  # passages of its document that were found as well and are not among the hits
    ocr: float | None = None  # 0 to 1: how sure text recognition is of its least sure page; None where none was recognised
    superseded_by: Edition | None = None  # what answers in the place of its document: a newer edition, or a copy
    marked: bool = True  # False: nobody has marked its document, and `handling` is the level it is held at
    groups: tuple[str, ...] = ()  # whose its document is; of none: everybody's with the clearance
    speakers: tuple[str, ...] = ()  # who is not to be named in quotations from it (`index.attribution`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence of the answer, verbatim: `document.text[start:end]`, with the ranks of the hits that say it."""

    text: str
    citations: tuple[int, ...]
    document_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What the asker's question was put to: only what they may see is counted."""

    documents: int
    passages: int
    unreadable_pages: int
    unreadable_documents: int  # documents with such pages
    older: int = 0  # documents left out, because a newer edition or a copy of them was searched


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The one state of the library that an answer is of: its generation, and the number of the last commit."""

    generation: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one question. No `quotes`: nothing in the library answers it, and `hits` are the nearest passages."""

    question: str
    language: str
    quotes: tuple[Quote, ...]
    hits: tuple[Hit, ...]
    searched: Searched
    seconds: float
    understood: float = 0.0  # of these seconds, those until its words and its vector were compared
    moment: Moment | None = None  # None where nothing is served
    confidence: float = 0.0  # that the hits answer; below 1 there are no quotes
    added: tuple[str, ...] = ()  # words of the other language that were searched too
    instead: str = ""  # the question with its misspelt words put right by what the library holds; "" where there is none
    notes: tuple[str, ...] = ()  # what the asker should know, e.g. words that were not understood as filters


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """A document of the library, as lists show it."""

    document_id: int
    path: str  # the first of its paths
    paths: tuple[str, ...]
    title: str
    kind: str
    city: tuple[str, ...]
    organisation: str
    theme: tuple[str, ...]
    date: str
    language: str
    edition: str
    handling: str
    attributable: bool
    source: str
    format: str
    sha256: str
    pages: int
    pages_without_text: tuple[int, ...]
    passages: int
    added: str  # ISO 8601, UTC
    marked: bool = True  # False: nobody has marked it, and `handling` is the level it is held at
    groups: tuple[str, ...] = ()  # whose it is; of none: everybody's with the clearance
    speakers: tuple[str, ...] = ()  # as the catalogue has them
    withheld: tuple[str, ...] = ()  # who is not to be named in quotations from it: these, and those that its text shows
    supersedes: str = ""  # what the catalogue says it takes the place of
    superseded_by: Edition | None = None  # what answers in its place: a newer edition, or a copy
    editions: tuple[Edition, ...] = ()  # in whose place it answers, the newest first; and those that nothing orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words of one edition: `document.text[start:end]`. `marks` are those that the other has not, counted from `start`."""

    text: str
    start: int
    end: int
    page: int  # 1-based physical page
    page_label: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What two editions do not say alike. `old` None: it was added; `new` None: it was removed."""

    old: Said | None
    new: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How one edition differs from another: some of `total` changes, in the order of the text, from the `first` on (0-based)."""

    old: DocumentInfo
    new: DocumentInfo
    changes: tuple[Change, ...]
    first: int
    total: int
    same: int  # sentences that stand in both


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One page for the viewer: the text is `document.text[start:end]`, boxes as in `ingest.boxes`."""

    document: DocumentInfo
    number: int
    label: str
    start: int
    end: int
    width: float
    height: float
    source: str
    text: str
    boxes: bytes
    ocr: float | None = None  # 0 to 1: how sure text recognition is of its words; None where they are the file's own


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineItem:
    """A heading or a recommendation of a document: its text on one line, and where it stands in the document's text."""

    kind: str  # "heading" or "recommendation"
    level: int  # headings: 1 is the highest; 0 for recommendations
    text: str
    start: int
    end: int
    page: int  # 1-based physical page
    page_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """The last outcome of one file, kept with its reason."""

    path: str
    outcome: str  # added, changed, unchanged, partial, failed, removed
    reason: str
    pages: int
    pages_without_text: int
    passages: int
    seconds: float
    when: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is being served, and what it holds."""

    ready: bool  # a generation is serving
    generation: int
    model: str
    model_languages: tuple[str, ...]
    dimension: int
    created: str
    documents: int
    passages: int
    in_delta: int  # vectors added since the snapshot
    files_failed: int
    unreadable_pages: int
    languages: dict[str, int]  # passages by language
    bytes_on_disk: int
    writer: str  # "" or who is writing now: "rebuild, process 4711, since 14:02"
