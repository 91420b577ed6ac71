"""A user's own questions: a CSV of what should be found where, asked of their library, and how much of it was found."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.access import Principal
from index.evaluate import EvaluationError
from index.library import Library
from index.metrics import mean
from index.result import DocumentInfo, Hit, Mode, Result
from ingest.paths import path_of

_HEADINGS = {
    "question": ("question", "fråga", "questions", "frågor"),
    "document": ("document", "dokument", "documents"),
    "page": ("page", "sida", "pages", "sidor"),
}
_DELIMITERS = (";", "\t", ",")
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
    sheet = _read_sheet(path)
    first_row: dict[str, int] = {}
    questions = []
    for number, cells in enumerate(sheet.rows, start=2):
        question = _question(sheet, number, cells)
        if question is None:
            continue
        if question.question in first_row:
            raise sheet.fault(
                number,
                "question",
                f"row {first_row[question.question]} asks the same. Keep one row, and separate the documents by ;",
            )
        first_row[question.question] = number
        questions.append(question)
    if not questions:
        raise EvaluationError(f"{path} has no questions. Write one a row, below the headings question, document and page.")
    return tuple(questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A CSV as it stands in its file."""

    path: Path
    delimiter: str
    head: tuple[str, ...]
    columns: Mapping[str, int]  # our names to their columns
    rows: tuple[list[str], ...]  # below the headings

    def cell(self, cells: Sequence[str], field: str) -> str:
        """The text of a cell on one line, "" where there is none."""
        column = self.columns.get(field, len(cells))
        return _tidy(cells[column]) if column < len(cells) else ""

    def fault(self, number: int, field: str, what: str) -> EvaluationError:
        """An error that names the cell."""
        return EvaluationError(f"{self.path}, row {number}, column “{self.head[self.columns[field]]}”: {what}")


def _question(sheet: _Sheet, number: int, cells: Sequence[str]) -> OwnQuestion | None:
    """The question of a row, None where the row is blank."""
    if any(cell.strip() for cell in cells[len(sheet.head) :]):
        raise EvaluationError(
            f"{sheet.path}, row {number}: {len(cells)} cells, where the headings are {len(sheet.head)}. Put a text that holds the"
            " sign between the cells in double quotes."
        )
    question, document, page = (sheet.cell(cells, field) for field in _HEADINGS)
    if not question and not document and not page:
        return None
    if not question:
        raise sheet.fault(number, "question", "it is empty. Write the question, or clear the row.")
    between = "[;|]" if sheet.delimiter == ";" else ";"
    documents = tuple(name.strip() for name in re.split(between, document) if name.strip())
    if not documents:
        raise sheet.fault(number, "document", "it is empty. Write the file name or the title of the document that answers.")
    pages = tuple(_page_range(sheet, number, part.strip()) for part in re.split("[;|,]", page)) if page else ()
    return OwnQuestion(number=number, question=question, documents=documents, pages=pages)


def _page_range(sheet: _Sheet, number: int, text: str) -> tuple[int, int]:
    found = _PAGES.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        raise sheet.fault(number, "page", f"“{text}” is no page. Count pages from 1, and write 12, 12-14 or 3;7.")
    return first, last


def _read_sheet(path: Path) -> _Sheet:
    try:
        text = _decoded(path.read_bytes())
    except OSError as exc:
        raise EvaluationError(
            f"{path} cannot be opened: {exc.strerror}. Name a CSV with the columns question and document."
        ) from exc
    if "\0" in text:
        raise EvaluationError(f"{path} is not a text file. Save the sheet as CSV, and name that file.")
    if text[:4].lower() == "sep=":  # an instruction to Excel, which does not count it as a row
        text = text.partition("\n")[2]
    heading = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=lambda sign: sum(bool(_field(name)) for name in heading.split(sign)))
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as exc:
        raise EvaluationError(
            f"{path}, row {len(rows) + 1}: the quotes or cells cannot be told apart ({exc}). Mend it, or save the sheet anew."
        ) from exc
    head = tuple(_tidy(name) for name in rows[0]) if rows else ()
    return _Sheet(path=path, delimiter=delimiter, head=head, columns=_columns(path, head), rows=tuple(rows[1:]))


def _columns(path: Path, head: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, name in enumerate(head):
        field = _field(name)
        if field in columns:
            raise EvaluationError(f"{path}, row 1: the columns “{head[columns[field]]}” and “{name}” mean the same. Keep one.")
        if field:
            columns[field] = index
    for field in ("question", "document"):
        if field not in columns:
            names = " or ".join(_HEADINGS[field][:2])
            raise EvaluationError(f"{path}, row 1: no column is named {names}. Name the columns question, document and page.")
    return columns


def _field(heading: str) -> str:
    name = _tidy(heading).strip('" ').casefold()
    return next((field for field, names in _HEADINGS.items() if name in names), "")


def _decoded(data: bytes) -> str:
    """The text of a CSV. A first letter beside a zero byte is UTF-16 without its mark: every heading begins with a letter."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


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
