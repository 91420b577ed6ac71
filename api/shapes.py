"""What the API answers with, as its schema describes it. Types only."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_MARK = "Handling mark, TLP 2.0"

_ATTRIBUTABLE = "false: given under a non-attribution rule. What is said may be used, not who said it: city and organisation are"
_ATTRIBUTABLE += " withheld."
_PATH = "Where the source file lies on the server. For administrators, null for all others."
_OCR = "How sure text recognition is of its words, 0 to 1; null where they are the file's own."

DocumentId = Annotated[int, Field(description="Id of the document.", examples=[6])]
Title = Annotated[str, Field(description="Title of the document.", examples=["Warning the Public in Manchester"])]
Kind = Annotated[str, Field(description='What it is, as the catalogue says; "" where it does not.', examples=["report"])]
Date = Annotated[str, Field(description="Day, month or only year, as far as it is known.", examples=["2021-03"])]
Named = Annotated[str, Field(description="Which edition it is, as the catalogue says.", examples=["2nd edition"])]
Tongue = Annotated[str, Field(description="ISO 639-1.", examples=["en"])]
Cities = Annotated[list[str], Field(description="The cities that it is about.", examples=[["Manchester"]])]
Organisation = Annotated[str, Field(description="Who published it.", examples=["Manchester Warning and Informing Group"])]
Sha256 = Annotated[str, Field(description="Of the source file, to check a citation by.")]
Start = Annotated[
    int, Field(description="Offset of the first character in the document's text, counted from 0.", examples=[2882])
]
End = Annotated[int, Field(description="Offset behind the last character.", examples=[3044])]
Words = Annotated[
    str, Field(description="The exact words.", examples=["The first public warning is to be issued within 15 minutes."])
]
Reference = Annotated[
    str,
    Field(
        description="The full reference, to be put beside a quotation: with page and handling mark.",
        examples=["Warning the Public in Manchester, Manchester, March 2021, p. iii (PDF page 3), TLP:CLEAR"],
    ),
]


class Shape(BaseModel):
    """A part of an answer. What is not described here is not sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stamped(Shape):
    """An answer as a whole: it bears the strictest mark of its parts, and says for whom it was made, and when."""

    handling: str = Field(description=f"{_MARK}: the strictest of all that this answer holds.", examples=["TLP:AMBER"])
    asked_by: str = Field(description="The account that asked.", examples=["anna.berg"])
    asked_at: str = Field(description="When, ISO 8601, UTC.", examples=["2026-11-25T09:30:00+00:00"])


class Edition(Shape):
    """Another edition or copy of a document."""

    document: DocumentId
    title: Title
    date: Date
    edition: Named
    copied: bool = Field(description="It is a copy with the same text, not another edition.")


class Passage(Shape):
    """Some sentences of a document, verbatim: `text` is the document's text from `start` to `end`."""

    passage: int = Field(description="Id of the passage, until the next rebuild.")
    document: DocumentId
    title: Title
    page: int = Field(description="The first physical page it stands on, counted from 1.")
    page_end: int = Field(description="The last one.")
    page_label: str = Field(description='The page number as it is printed: "14", "xiv", "15–16"; "" where none is.')
    section: list[str] = Field(description="The headings that it stands under, the highest first.")
    text: Words
    start: Start
    end: End
    reference: Reference
    handling: str = Field(description=f"{_MARK} of the document.", examples=["TLP:GREEN"])
    attributable: bool = Field(description=_ATTRIBUTABLE)
    kind: Kind
    language: Tongue
    city: Cities
    organisation: Organisation
    date: Date
    sha256: Sha256
    ocr: float | None = Field(description=_OCR)
    superseded_by: Edition | None = Field(
        description="What answers in the place of its document, where that is an older edition."
    )
    path: str | None = Field(description=_PATH)


class Hit(Passage):
    """A passage that was found for a question."""

    rank: int = Field(description="Its number in this answer, counted from 1: what quotes cite it by.")
    score: float = Field(description="Higher is better. To be compared within one answer only.")
    marks: list[list[int]] = Field(description="The answering sentences in `text`: [start, end] from the start of `text`.")


class Quote(Shape):
    """A sentence of the answer, verbatim."""

    text: Words
    citation: int = Field(description="Rank of the hit that it is quoted from.")
    citations: list[int] = Field(description="Ranks of all hits that say it.")
    document: DocumentId
    start: Start
    end: End
    reference: Reference
    handling: str = Field(description=f"{_MARK} of the hit that it is quoted from.")


class Quotes(Shape):
    """An answer: sentences of the sources, nothing else."""

    quotes: list[Quote] = Field(description="In the order in which they are to be read.")


class Searched(Shape):
    """What the question was put to. Only what the token may see is counted."""

    documents: int = Field(description="How many documents.")
    passages: int = Field(description="How many passages it was cut into.")
    unreadable_pages: int = Field(description="Pages in these documents that gave no text, so that they were not searched.")
    older_editions: int = Field(description="Documents left out, because a newer edition of them was searched.")


class _Asked(Stamped):
    question: str = Field(description="As it was asked.")
    language: str = Field(description="The language that the question was understood in, ISO 639-1.")
    answer: Quotes | None = Field(description="null: nothing that this token may see answers the question.")
    searched: Searched = Field(description="What the question was put to.")
    added: list[str] = Field(description="Words of the other language that were searched too.")
    instead: str | None = Field(description="The question with misspelt words put right, where there are any.")
    notes: list[str] = Field(description="What one should know of this answer.")


class Found(_Asked):
    """A search: the answer, and the passages that were found, the best first."""

    hits: list[Hit] = Field(description="The best first.")


class Answered(_Asked):
    """An answer with its sources; or none, and then the nearest passages, which do not answer."""

    sources: list[Hit] = Field(description="The passages that are quoted.")
    nearest: list[Hit] = Field(description="Where there is no answer: what comes nearest. Not to be taken for one.")


class About(Shape):
    """A document, as lists show it."""

    document: DocumentId
    title: Title
    kind: Kind
    city: Cities
    organisation: Organisation
    theme: list[str] = Field(description="What it is about.", examples=[["public warning"]])
    date: Date
    language: Tongue
    edition: Named
    handling: str = Field(description=_MARK + ".", examples=["TLP:GREEN"])
    attributable: bool = Field(description=_ATTRIBUTABLE)
    source: str = Field(description="Where it was published, as the catalogue says.")
    format: str = Field(description="Of the source file.", examples=["pdf"])
    sha256: Sha256
    pages: int = Field(description="How many pages there are.")
    pages_without_text: list[int] = Field(description="Pages that gave no text: they cannot be found.")
    passages: int = Field(description="How many passages it was cut into.")
    added: str = Field(description="When it was taken in, ISO 8601, UTC.")
    superseded_by: Edition | None = Field(description="What answers in its place, where it is an older edition or a copy.")
    editions: list[Edition] = Field(description="In whose place it answers, and editions that nothing orders.")
    path: str | None = Field(description=_PATH)


class Documents(Stamped):
    """A part of the list of documents, by title. Only what the token may see is counted."""

    total: int = Field(description="How many there are in all, for this token.")
    first: int = Field(description="Place of the first one listed, counted from 0.")
    documents: list[About] = Field(description="Those of this part of the list.")


class Document(Stamped):
    """One document."""

    about: About = Field(description="What is known of it.")


class Page(Stamped):
    """The text of one page."""

    document: DocumentId
    title: Title
    page: int = Field(description="Physical page, counted from 1.")
    page_label: str = Field(description='The page number as it is printed; "" where none is.')
    text: Words
    start: Start
    end: End
    ocr: float | None = Field(description=_OCR)
    attributable: bool = Field(description=_ATTRIBUTABLE)


class Passages(Stamped):
    """A passage, with those around it in its document."""

    passage: Passage = Field(description="The one that was asked for.")
    before: list[Passage] = Field(description="In the order of the document.")
    after: list[Passage] = Field(description="In the order of the document.")


class Me(Stamped):
    """Whom a token speaks for, and what it may."""

    name: str = Field(description="The account.")
    role: Literal["reader", "editor", "admin"] = Field(description="What it may do.")
    clearance: str = Field(description="The highest mark that this token may see.")
    groups: list[str] = Field(description="Cities or groups that it belongs to.")
    scopes: list[Literal["read", "ingest"]] = Field(description="What the token is for.")
    token: str = Field(description='The name of the token; "" where none is needed, because nobody signs in here.')
    expires: str | None = Field(description="When the token ends, ISO 8601, UTC; null where none is needed.")


class Taken(Shape):
    """What became of one file that was sent."""

    name: str = Field(description="Its name below the corpus folder.")
    state: Literal["waiting", "added", "changed", "unchanged", "partial", "failed", "removed", "refused", "taken"] = Field(
        description='"waiting": not read yet. "partial": some pages gave no text. "refused": it was not even kept. "taken":'
        " kept, and no more is told of it, because it describes other files, or its mark is above what this token may see."
    )
    reason: str = Field(description='Why it was refused or failed, or what is missing; "" where all is well.')
    document: int | None = Field(description="Id of the document, where it can be found now.")
    pages: int = Field(description="How many pages there are.")
    pages_without_text: int = Field(description="Of these, pages that gave no text: they cannot be found.")
    passages: int = Field(description="How many passages it was cut into.")
    handling: str | None = Field(description=f"{_MARK} of the document, where there is one.")


class Ingest(Stamped):
    """Files that were sent, and how far they have been read."""

    ingest: int = Field(description="The number by which to ask again.")
    done: bool = Field(description="Whether all is read. Until then, ask again.")
    reason: str = Field(description='Why the reading came to an early end; "" where it did not.')
    files: list[Taken] = Field(description="Each file that was sent, and what became of it.")


class Wrong(Shape):
    """One thing that is wrong with a request. What was sent is not repeated."""

    where: str = Field(description="The part of the request.", examples=["query.top"])
    why: str = Field(description="What is wrong with it.", examples=["Input should be less than or equal to 50"])


class Problem(Shape):
    """Why there is no answer, and what to do (RFC 9457)."""

    type: Literal["about:blank"] = Field(default="about:blank", description="The status says it all.")
    title: str = Field(description="The name of the status.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong, and what to do.")
    instance: str | None = Field(default=None, description="What the server's log calls it, where nobody foresaw it.")
    errors: list[Wrong] | None = Field(default=None, description="What is wrong with the request, one by one.")
