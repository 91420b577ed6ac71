"""A library of three documents that holds everything in memory, for tests of the page: a PDF, a hostile note, a secret one."""

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.access import Handling, Principal, Role, level_of
from index.result import DocumentInfo, FileInfo, Hit, Mode, Moment, PageView, Quote, Result, Searched, Status
from ingest import boxes

OWNER = Principal(name="owner", role=Role.ADMIN, clearance=Handling.RED, groups=("*",))
READER = Principal(name="reader", role=Role.READER, clearance=Handling.GREEN)

PAGES = (
    "Warning the public\nStaff at the exits repeated one short sentence.",
    "The stewards held back those who wanted to return. Visitors remembered the sen",
    "tence, not the loudspeakers.",
)
HOSTILE_TITLE = '<img src=x onerror=alert(1)> ${alert(2)} {{alert(3)}} "quoted"'
HOSTILE_TEXT = "<script>alert(4)</script> The note says ${alert(5)} & nothing more.\nA second line.\n" * 2
SECRET = "The secret exercise began at noon."
COLUMNS, LINES = 40, 20  # the grid that the characters of a page stand in


def grid_boxes(text: str) -> bytes:
    """A box for every character: 40 to a line, 20 lines to a page; line breaks have none."""
    found = np.zeros((len(text), 4), np.uint16)
    for n, char in enumerate(text):
        if char == "\n":
            continue
        row, column = divmod(n, COLUMNS)
        left, top = column / COLUMNS, row / LINES
        found[n] = [round(value * boxes.SCALE) for value in (left, top, left + 1 / COLUMNS, top + 0.8 / LINES)]
    return boxes.encode(found)


def make_pdf(path: Path, pages: Sequence[str] = PAGES) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(400, 600), invariant=1)
    for page in pages:
        for n, line in enumerate(page.split("\n")):
            canvas.drawString(40, 540 - 20 * n, line)
        canvas.showPage()
    canvas.save()
    return path


class FakeLibrary:
    """Answers as the real one does. `loaded` can be cleared to play a model that is still loading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.loaded = threading.Event()
        self.loaded.set()
        self.asked: list[dict[str, Any]] = []
        self.failing: Exception | None = None  # raised by every question
        self.broken: Exception | None = None  # raised whatever is wanted
        self.notes: tuple[str, ...] = ()
        self.added: tuple[str, ...] = ()  # what is searched too, where the other language is
        self.instead = ""
        self.more = 0
        self.file_rows: list[FileInfo] = []
        self.paths = {
            1: make_pdf(folder / "warning.pdf"),
            2: folder / "note.md",
            3: folder / "secret.md",
        }
        self.paths[2].write_text(HOSTILE_TEXT)
        self.paths[3].write_text(SECRET)
        self.texts: dict[int, tuple[str, ...]] = {1: PAGES, 2: (HOSTILE_TEXT,), 3: (SECRET,)}
        self.infos = {
            1: self._info(
                1, "Warning the public", "pdf", "TLP:GREEN", city=("Manchester",), theme=("public warning",), date="2020-06"
            ),
            2: self._info(2, HOSTILE_TITLE, "markdown", "TLP:CLEAR", kind="seminar note", language="sv", date="2021-03-15"),
            3: self._info(3, "Secret exercise", "markdown", "TLP:RED", kind="exercise report", date="2022"),
        }

    def _info(self, number: int, title: str, fmt: str, handling: str, **known: Any) -> DocumentInfo:
        path = self.paths[number]
        given: dict[str, Any] = {"kind": "report", "city": (), "theme": (), "date": "", "language": "en"} | known
        return DocumentInfo(
            document_id=number,
            path=str(path),
            paths=(str(path),),
            title=title,
            organisation="",
            edition="",
            handling=handling,
            attributable=number != 2,
            source="",
            format=fmt,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            pages=len(self.texts[number]),
            pages_without_text=(),
            passages=2,
            added="2026-11-22T10:00:00+00:00",
            **given,
        )

    # -- the port

    def search(
        self,
        question: str,
        *,
        principal: Principal,
        top: int = 10,
        where: Mapping[str, Sequence[str]] = {},
        mode: Mode = Mode.HYBRID,
        translate: bool = True,
        per_document: int = 0,
    ) -> Result:
        self.loaded.wait(10)
        if self.failing is not None:
            raise self.failing
        self.asked.append(
            {
                "question": question, "principal": principal, "where": dict(where),
                "top": top, "translate": translate, "per_document": per_document,
            }
        )  # fmt: skip
        within = where.get("document")
        found = [info.document_id for info in self.documents(principal) if not within or str(info.document_id) in within]
        hits = tuple(self.hit(rank, number, more=self.more) for rank, number in enumerate(found[:top], 1))
        quotes = () if "nothing" in question or not hits else (self.quote(hits[0]),)
        searched = Searched(documents=len(hits), passages=4, unreadable_pages=3, unreadable_documents=1)
        return Result(
            question=question, language="en", quotes=quotes, hits=hits, searched=searched, seconds=0.05, notes=self.notes,
            added=self.added if translate else (), instead=self.instead,
        )  # fmt: skip

    def similar(self, passage_id: int, *, principal: Principal, top: int = 10) -> tuple[Hit, ...]:
        if self.document(passage_id, principal) is None:
            return ()
        others = [info.document_id for info in self.documents(principal) if info.document_id != passage_id]
        return tuple(self.found(rank, number) for rank, number in enumerate(others[:top], 1))

    def similar_documents(self, document_id: int, *, principal: Principal, top: int = 10) -> list[tuple[DocumentInfo, float]]:
        near = [(info, 1 / info.document_id) for info in self.documents(principal) if info.document_id != document_id]
        return near[:top] if self.document(document_id, principal) else []

    def neighbours(self, passage_id: int, *, principal: Principal, around: int = 1) -> tuple[Hit, ...]:
        """Each document has one passage here, of its own number."""
        return (self.found(1, passage_id),) if self.document(passage_id, principal) else ()

    def found(self, rank: int, number: int) -> Hit:
        """A passage that no question was asked for."""
        return self.hit(rank, number, marks=(), by_meaning=False, by_words=False)

    def hit(self, rank: int, number: int, **known: Any) -> Hit:
        info, text = self.infos[number], "".join(self.texts[number])
        start, end, last = (19, len(text), 3) if number == 1 else (0, len(text), 1)
        given: dict[str, Any] = {
            "section": ("4 Warning", "4.2 Inside"),
            "marks": ((0, 47),) if number == 1 else ((0, 25),),
            "by_meaning": True,
            "by_words": rank == 1,
        } | known
        return Hit(
            rank=rank, score=1 / rank, passage_id=number, document_id=number, path=info.path, title=info.title,
            format=info.format, kind=info.kind, organisation="", page=1, page_end=last, page_label="14–16" if number == 1 else "",
            text=text[start:end], start=start, end=end, handling=info.handling, attributable=info.attributable,
            language=info.language, city=info.city, date=info.date, sha256=info.sha256, **given,
        )  # fmt: skip

    def quote(self, hit: Hit) -> Quote:
        start, end = hit.marks[0]
        text = hit.text[start:end]
        return Quote(text=text, citations=(hit.rank,), document_id=hit.document_id, start=hit.start + start, end=hit.start + end)

    def moment(self) -> Moment | None:
        self._whole()
        return Moment(generation=1, seq=3)

    def ready(self) -> bool:
        self._whole()
        return self.loaded.is_set()

    def warm(self) -> None:
        self.loaded.set()

    def _whole(self) -> None:
        if self.broken is not None:
            raise self.broken

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        self._whole()
        return [info for info in self.infos.values() if principal.may_see(level_of(info.handling))]

    def document(self, document_id: int, principal: Principal) -> DocumentInfo | None:
        return next((info for info in self.documents(principal) if info.document_id == document_id), None)

    def page(self, document_id: int, number: int, principal: Principal) -> PageView | None:
        info = self.document(document_id, principal)
        if info is None or not 1 <= number <= info.pages:
            return None
        texts = self.texts[document_id]
        start = sum(len(text) for text in texts[: number - 1])
        text = texts[number - 1]
        drawn = info.format == "pdf"
        return PageView(
            document=info, number=number, label=str(13 + number) if drawn else "", start=start, end=start + len(text),
            width=400.0 if drawn else 0.0, height=600.0 if drawn else 0.0, source="layer", text=text,
            boxes=grid_boxes(text) if drawn else b"",
        )  # fmt: skip

    def source(self, document_id: int, principal: Principal) -> Path | None:
        info = self.document(document_id, principal)
        if info is None or not self.paths[document_id].exists():
            return None
        same = hashlib.sha256(self.paths[document_id].read_bytes()).hexdigest() == info.sha256
        return self.paths[document_id] if same else None

    def files(self, principal: Principal) -> list[FileInfo]:
        return self.file_rows

    def status(self, principal: Principal | None = None) -> Status:
        self._whole()
        whole = Status(
            ready=bool(self.infos), generation=3, model="all-MiniLM-L6-v2", model_languages=("en",), dimension=384,
            created="2026-11-22T13:02:00+00:00", documents=len(self.infos), passages=1204, in_delta=14, files_failed=1,
            unreadable_pages=3, languages={"en": 900, "sv": 304}, bytes_on_disk=26_400_000, writer="",
        )  # fmt: skip
        if principal is None or principal.sees_all:
            return whole
        documents, languages = self.documents(principal), Counter[str]()
        for info in documents:
            languages[info.language] += info.passages
        return replace(
            whole, documents=len(documents), passages=languages.total(), languages=dict(languages), in_delta=0, bytes_on_disk=0,
            unreadable_pages=sum(len(info.pages_without_text) for info in documents),
            files_failed=sum(file.outcome == "failed" for file in self.files(principal)),
        )  # fmt: skip

    def facets(self, principal: Principal) -> dict[str, list[str]]:
        shelf = self.documents(principal)
        return {
            "city": sorted({city for info in shelf for city in info.city}),
            "theme": sorted({theme for info in shelf for theme in info.theme}),
            "kind": sorted({info.kind for info in shelf}),
            "language": sorted({info.language for info in shelf}),
            "handling": sorted({info.handling for info in shelf}),
            "year": sorted({info.date[:4] for info in shelf}),
        }
