"""A user's own questions: a CSV of what should be found where, asked of their library, and how much of it was found."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.access import Principal
from index.evaluate import EvaluationError
from index.library import Library
from index.metrics import mean
from index.result import DocumentInfo, Hit, Mode, Result
from ingest import sheet
from ingest.errors import IngestError
from ingest.paths import path_of
from ingest.sheet import Sheet

_HEADINGS = {
    "question": ("question", "fråga", "questions", "frågor"),
    "document": ("document", "dokument", "documents"),
    "page": ("page", "sida", "pages", "sidor"),
}
_PAGES = re.compile(r"([0-9]{1,6})(?:\s*[-–]\s*([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """A row of the file: a question, and where its answer stands."""

    number: int  # of the row; the headings are row 1
    question: str
    documents: tuple[str, ...]  # any of these: a file name, the end of a path, or a title
    pages: tuple[tuple[int, int], ...]  # any of these: 1-based physical pages, first and last; (): any page


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of one question. A rank is that of the first such hit, 1-based; None where there is none within the top."""

    question: str
    rank: int | None  # of an expected document, touching an expected page
    document_rank: int | None  # of an expected document, on any page
    answered: bool  # there were quotes
    first: str  # title and page of the first hit; "" in a run that was kept, for documents may be removed
    seconds: float
    note: str = ""  # which expected documents the library does not have


Figures = dict[str, float | int]


# -- reading


def read_questions(path: Path) -> tuple[OwnQuestion, ...]:
    """Read a CSV as spreadsheets save it. Raises EvaluationError, naming the row (the headings are row 1) and the column."""
    try:
        return _questions(sheet.read(path, called="file", meaning=_field, fault=IngestError))
    except IngestError as exc:
        raise EvaluationError(
            f"{path}: {exc}. Mend it in a spreadsheet, save it as CSV, and run the same command again."
        ) from exc


def _questions(table: Sheet) -> tuple[OwnQuestion, ...]:
    for field in ("question", "document"):
        if field not in table.columns:
            names = " or ".join(_HEADINGS[field][:2])
            raise IngestError(f"row 1: no column is named {names}; name the columns question, document and page")
    first_row: dict[str, int] = {}
    questions = []
    for number, cells in table.rows:
        question = _question(table, number, cells)
        if question is None:
            continue
        if question.question in first_row:
            where = _place(table, number, "question")
            raise IngestError(
                f"{where}: row {first_row[question.question]} asks the same; keep one row, and separate the documents by ;"
            )
        first_row[question.question] = number
        questions.append(question)
    if not questions:
        raise IngestError("it has no questions; write one a row, below the headings question, document and page")
    return tuple(questions)


def _question(table: Sheet, number: int, cells: Sequence[str]) -> OwnQuestion | None:
    """The question of a row, None where the row is blank."""
    if any(cell.strip() for cell in cells[len(table.head) :]):
        raise IngestError(
            f"row {number}: {len(cells)} cells, where the headings are {len(table.head)}; put a text that holds the sign between"
            " the cells in double quotes"
        )
    columns = [table.columns.get(field, len(table.head)) for field in _HEADINGS]
    question, document, page = (_tidy(sheet.cell(cells, column)) for column in columns)
    if not question and not document and not page:
        return None
    if not question:
        raise IngestError(f"{_place(table, number, 'question')}: it is empty; write the question, or clear the row")
    between = "[;|]" if table.delimiter == ";" else ";"
    documents = tuple(name.strip() for name in re.split(between, document) if name.strip())
    if not documents:
        where = _place(table, number, "document")
        raise IngestError(f"{where}: it is empty; write the file name or the title of the document that answers")
    pages = tuple(_page_range(table, number, part.strip()) for part in re.split("[;|,]", page)) if page else ()
    return OwnQuestion(number=number, question=question, documents=documents, pages=pages)


def _place(table: Sheet, number: int, field: str) -> str:
    return f"row {number}, column “{table.heading(field)}”"


def _page_range(table: Sheet, number: int, text: str) -> tuple[int, int]:
    found = _PAGES.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        where = _place(table, number, "page")
        raise IngestError(f"{where}: “{text}” is no page; count pages from 1, and write 12, 12-14 or 3;7")
    return first, last


def _field(heading: str) -> str:
    name = _tidy(heading).strip('" ').casefold()
    return next((field for field, names in _HEADINGS.items() if name in names), "")


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


# -- asking


def ask_all(
    library: Library, questions: Iterable[OwnQuestion], *, principal: Principal, mode: Mode = Mode.HYBRID, top: int = 10
) -> Iterator[Asked]:
    """Ask each question as `principal`, and say where its answer was found. Raises StoreError or ModelError."""
    if mode is not Mode.LEXICAL:
        library.warm()
    shelf = _Shelf(library.documents(principal))
    for question in questions:
        result = library.search(question.question, principal=principal, top=top, mode=mode)
        if any(hit.document_id not in shelf.ids for hit in result.hits):  # ingested in the meantime
            shelf = _Shelf(library.documents(principal))
        yield _judged(question, shelf, result)


class _Shelf:
    """The documents that the asker may see, by the names they go by."""

    def __init__(self, documents: Iterable[DocumentInfo]) -> None:
        self.ids: set[int] = set()
        self._by_title: dict[str, set[int]] = {}
        self._by_file: dict[str, list[tuple[str, int]]] = {}
        for info in documents:
            self.ids.add(info.document_id)
            self._by_title.setdefault(_folded(info.title), set()).add(info.document_id)
            for path in map(_folded, map(str, map(path_of, info.paths))):
                self._by_file.setdefault(path.rpartition("/")[2], []).append((path, info.document_id))

    def named(self, name: str) -> set[int]:
        """The ids of the documents with this title, or with a path that ends in this name."""
        folded = _folded(name)
        ending = "/" + folded.removeprefix("./").lstrip("/")
        files = self._by_file.get(ending.rpartition("/")[2], ())
        return self._by_title.get(folded, set()) | {document_id for path, document_id in files if path.endswith(ending)}


def _folded(name: str) -> str:
    return _tidy(name).casefold().replace("\\", "/")


def _judged(question: OwnQuestion, shelf: _Shelf, result: Result) -> Asked:
    ids = {name: shelf.named(name) for name in question.documents}
    expected = set[int]().union(*ids.values())
    hits = [hit for hit in result.hits if hit.document_id in expected]
    missing = [f"“{name}”" for name, found in ids.items() if not found]
    return Asked(
        question=question.question,
        rank=next((hit.rank for hit in hits if _touches(hit, question.pages)), None),
        document_rank=hits[0].rank if hits else None,
        answered=bool(result.quotes),
        first=next((f"{hit.title}, {_pages(hit)}" for hit in result.hits), ""),
        seconds=result.seconds,
        note=f"The library has no document {' or '.join(missing)} (row {question.number})." if missing else "",
    )


def _touches(hit: Hit, pages: Sequence[tuple[int, int]]) -> bool:
    return not pages or any(first <= hit.page_end and hit.page <= last for first, last in pages)


def _pages(hit: Hit) -> str:
    return f"page {hit.page}" if hit.page == hit.page_end else f"pages {hit.page}–{hit.page_end}"


def figures(asked: Sequence[Asked]) -> Figures:
    """Shares (0 to 1) of the questions whose answer, or whose document, is among the first; MRR; milliseconds a question."""
    ranks = [one.rank for one in asked]
    measured = {f"hit@{depth}": _within(ranks, depth) for depth in (1, 5, 10)} | {
        "document_hit@5": _within([one.document_rank for one in asked], 5),
        "mrr@10": mean([1 / rank if rank is not None and rank <= 10 else 0.0 for rank in ranks]),
        "answered": mean([float(one.answered) for one in asked]),
        "ms_per_question": 1000 * mean([one.seconds for one in asked]),
    }
    return {"questions": len(asked)} | {name: round(value, 4) for name, value in measured.items()}


def _within(ranks: Iterable[int | None], depth: int) -> float:
    return mean([float(rank is not None and rank <= depth) for rank in ranks])
