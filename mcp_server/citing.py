"""From what the library found to what the tools answer: citations, marks, and what may not be named is left out. Pure."""

from collections.abc import Iterable, Mapping

from index.access import level_of
from index.result import DocumentInfo, Edition, Hit, Kin, PageView, Quote
from mcp_server import said


def strictest(marks: Iterable[str]) -> str:
    """The strictest of some marks, as it is written; "" where there is none."""
    return max(marks, key=lambda mark: (level_of(mark), mark), default="")


def place(fmt: str, page: int, page_end: int, label: str) -> str:
    """Where words stand: "p. 14 (PDF page 22)", "slide 3", "p. 3"; "page 2" where no page is printed and the format has none."""
    physical = str(page) if page_end <= page else f"{page}–{page_end}"
    printed = label.replace("-", "–")
    if fmt == "pptx":
        return f"slide {physical}"
    if fmt == "pdf" and printed not in ("", physical):
        return f"p. {printed} (PDF page {physical})"
    return f"p. {printed}" if printed else f"page {physical}"


def passage(hit: Hit, number: int) -> said.Passage:
    """A passage with its citation. `number`: its own in this answer."""
    named = hit.attributable
    where = place(hit.format, hit.page, hit.page_end, hit.page_label)
    parts = [hit.organisation if named else "", hit.title or hit.path, ", ".join(hit.city) if named else "", hit.date, where]
    return said.Passage(
        number=number, passage=hit.passage_id, document=hit.document_id, title=hit.title,
        citation=_line(*parts, *hit.section[-1:]), page=hit.page,
        page_end=hit.page_end, page_label=hit.page_label, section=hit.section, mark=hit.handling, text=hit.text,
        start=hit.start, end=hit.end, answers=bool(hit.marks), language=hit.language, date=hit.date,
        city=hit.city if named else (), attributable=named, recognised=hit.ocr, superseded_by=superseded(hit.superseded_by),
    )  # fmt: skip


def quotes(found: Iterable[Quote], hits: Iterable[Hit], numbers: Mapping[int, int]) -> tuple[said.Quote, ...]:
    """The sentences that answer. `numbers`: rank of a hit -> its number in this answer; a sentence of no such hit is left out."""
    marks = {hit.rank: hit.handling for hit in hits}
    return tuple(
        said.Quote(
            text=quote.text, document=quote.document_id, start=quote.start, end=quote.end, passages=cited,
            mark=strictest(marks[rank] for rank in quote.citations if rank in marks),
        )
        for quote in found
        if (cited := tuple(numbers[rank] for rank in quote.citations if rank in numbers))
    )  # fmt: skip


def page(view: PageView, start: int, end: int, mark: str, message: str) -> said.Page:
    """A part of a page: its characters from `start` to `end`."""
    info = view.document
    named = info.attributable
    where = place(info.format, view.number, view.number, view.label)
    parts = [info.organisation if named else "", info.title or info.path, ", ".join(info.city) if named else "", info.date, where]
    return said.Page(
        document=info.document_id, title=info.title, citation=_line(*parts), page=view.number, page_label=view.label,
        pages=info.pages, mark=mark, message=message, text=view.text[start:end], start=view.start + start,
        end=view.start + end, next_start=end if end < len(view.text) else None, language=info.language, attributable=named,
        recognised=view.ocr, superseded_by=superseded(info.superseded_by),
    )  # fmt: skip


def document(info: DocumentInfo) -> said.Document:
    """A document as it is listed."""
    named = info.attributable
    return said.Document(
        document=info.document_id, title=info.title or info.path, kind=info.kind, city=info.city,
        organisation=info.organisation if named else "", theme=info.theme, date=info.date, language=info.language,
        edition=info.edition, mark=info.handling, attributable=named, pages=info.pages,
        pages_without_text=info.pages_without_text, superseded_by=superseded(info.superseded_by),
        other_editions=tuple(_edition(other) for other in info.editions),
    )  # fmt: skip


def superseded(other: Edition | None) -> str:
    """Name what answers in the place of a document; "" for nothing."""
    return _edition(other) if other else ""


def _edition(other: Edition) -> str:
    what = {Kin.NEWER: "newer edition", Kin.OLDER: "older edition", Kin.COPY: "copy", Kin.UNDATED: "another edition"}
    return _line(f"{what[other.kin]}: document {other.document_id}", other.title, other.edition, other.date)


def _line(*parts: str) -> str:
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())
