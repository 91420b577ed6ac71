"""What the library answers, in the shapes of the API. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api import shapes
from api.ports import Cite, Outcome
from index.access import Handling, Principal, Role, level_of
from index.result import DocumentInfo, Edition, Hit, Kin, PageView, Quote, Result


def strictest(marks: Iterable[str]) -> str:
    """The mark of a whole, from those of its parts; that of nothing at all is the mildest."""
    return max((level_of(mark) for mark in marks), default=Handling.CLEAR).mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Says one answer to one who asks: `moment` is ISO 8601, UTC; `language` is that of references."""

    principal: Principal
    moment: str
    cite: Cite
    language: str = "en"

    def found(self, result: Result) -> shapes.Found:
        """A search."""
        hits = [self.hit(one) for one in result.hits]
        return shapes.Found(
            **self._stamp(one.handling for one in hits), **self._asked(result), answer=self._quotes(result), hits=hits,
            searched=_searched(result),
        )  # fmt: skip

    def answered(self, result: Result) -> shapes.Answered:
        """An answer with what it cites, or without one what is nearest."""
        cited = {rank for quote in result.quotes for rank in quote.citations}
        hits = [self.hit(one) for one in result.hits]
        shown = [one for one in hits if not cited or one.rank in cited]
        return shapes.Answered(
            **self._stamp(one.handling for one in shown), **self._asked(result), answer=self._quotes(result),
            searched=_searched(result), sources=shown if cited else [], nearest=[] if cited else shown,
        )  # fmt: skip

    def hit(self, hit: Hit) -> shapes.Hit:
        """A passage that was found."""
        marks = [list(mark) for mark in hit.marks]
        return shapes.Hit(**dict(self.passage(hit)), rank=hit.rank, score=hit.score, marks=marks)

    def passage(self, hit: Hit) -> shapes.Passage:
        """A passage. Where speakers may not be named, city and organisation are withheld, as in its reference."""
        named = hit.attributable
        return shapes.Passage(
            passage=hit.passage_id, document=hit.document_id, title=hit.title, page=hit.page, page_end=hit.page_end,
            page_label=hit.page_label, section=list(hit.section), text=hit.text, start=hit.start, end=hit.end,
            reference=self.cite(hit, self.language), handling=hit.handling, attributable=named, kind=hit.kind,
            language=hit.language, city=list(hit.city) if named else [], organisation=hit.organisation if named else "",
            date=hit.date, sha256=hit.sha256, ocr=hit.ocr, superseded_by=_edition(hit.superseded_by), path=self._path(hit.path),
        )  # fmt: skip

    def passages(self, own: Hit, near: Sequence[Hit]) -> shapes.Passages:
        """A passage among its neighbours (`near`, with itself, in order)."""
        at = next(place for place, one in enumerate(near) if one.passage_id == own.passage_id)
        said = [self.passage(one) for one in near]
        return shapes.Passages(
            **self._stamp(one.handling for one in near), passage=said[at], before=said[:at], after=said[at + 1 :]
        )

    def documents(self, infos: Sequence[DocumentInfo], first: int, most: int) -> shapes.Documents:
        """Some of the documents that this person may see."""
        shown = [self.about(info) for info in infos[first : first + most]]
        return shapes.Documents(**self._stamp(one.handling for one in shown), total=len(infos), first=first, documents=shown)

    def document(self, info: DocumentInfo) -> shapes.Document:
        """One document."""
        return shapes.Document(**self._stamp([info.handling]), about=self.about(info))

    def about(self, info: DocumentInfo) -> shapes.About:
        """What is known of a document."""
        named = info.attributable
        return shapes.About(
            document=info.document_id, title=info.title, kind=info.kind, city=list(info.city) if named else [],
            organisation=info.organisation if named else "", theme=list(info.theme), date=info.date, language=info.language,
            edition=info.edition, handling=info.handling, attributable=named, source=info.source, format=info.format,
            sha256=info.sha256, pages=info.pages, pages_without_text=list(info.pages_without_text), passages=info.passages,
            added=info.added, superseded_by=_edition(info.superseded_by),
            editions=[said for one in info.editions if (said := _edition(one)) is not None], path=self._path(info.path),
        )  # fmt: skip

    def page(self, view: PageView) -> shapes.Page:
        """One page."""
        info = view.document
        return shapes.Page(
            **self._stamp([info.handling]), document=info.document_id, title=info.title, page=view.number, page_label=view.label,
            text=view.text, start=view.start, end=view.end, ocr=view.ocr, attributable=info.attributable,
        )  # fmt: skip

    def ingest(self, number: int, files: Sequence[shapes.Taken], *, done: bool, reason: str = "") -> shapes.Ingest:
        """How files that were sent stand."""
        marks = [one.handling for one in files if one.handling]
        return shapes.Ingest(**self._stamp(marks), ingest=number, done=done, reason=reason, files=list(files))

    def stamp(self) -> dict[str, Any]:
        """What an answer bears that holds nothing of a document."""
        return self._stamp(())

    def _stamp(self, marks: Iterable[str]) -> dict[str, Any]:
        return {"handling": strictest(marks), "asked_by": self.principal.name, "asked_at": self.moment}

    def _path(self, path: str) -> str | None:
        """Names of folders tell of the server and of people, and are of use to those alone who look after it."""
        return path if self.principal.role is Role.ADMIN else None

    def _asked(self, result: Result) -> dict[str, Any]:
        # How long it took is not said: it could be compared with what a library without what is hidden takes.
        return {
            "question": result.question, "language": result.language, "added": list(result.added),
            "instead": result.instead or None, "notes": list(result.notes),
        }  # fmt: skip

    def _quotes(self, result: Result) -> shapes.Quotes | None:
        of = {hit.rank: hit for hit in result.hits}
        quotes = [self._quote(quote, of[quote.citations[0]]) for quote in result.quotes]
        return shapes.Quotes(quotes=quotes) if quotes else None

    def _quote(self, quote: Quote, hit: Hit) -> shapes.Quote:
        return shapes.Quote(
            text=quote.text, citation=hit.rank, citations=list(quote.citations), document=quote.document_id, start=quote.start,
            end=quote.end, reference=self.cite(hit, self.language), handling=hit.handling,
        )  # fmt: skip


def taken(one: Outcome, handling: str | None) -> shapes.Taken:
    """What became of a file. `handling`: the mark of its document, None where it has none that this person may see."""
    return shapes.Taken.model_validate(
        {
            "name": one.name, "state": one.outcome, "reason": one.reason, "document": one.document if handling else None,
            "pages": one.pages, "pages_without_text": one.pages_without_text, "passages": one.passages, "handling": handling,
        }
    )  # fmt: skip


def pending(name: str, state: str = "waiting", reason: str = "") -> shapes.Taken:
    """A file of which nothing is known but that it came."""
    return shapes.Taken.model_validate(
        {
            "name": name, "state": state, "reason": reason, "document": None, "pages": 0, "pages_without_text": 0,
            "passages": 0, "handling": None,
        }
    )  # fmt: skip


def _edition(other: Edition | None) -> shapes.Edition | None:
    if other is None:
        return None
    return shapes.Edition(
        document=other.document_id, title=other.title, date=other.date, edition=other.edition, copied=other.kin is Kin.COPY
    )


def _searched(result: Result) -> shapes.Searched:
    searched = result.searched
    return shapes.Searched(
        documents=searched.documents, passages=searched.passages, unreadable_pages=searched.unreadable_pages,
        older_editions=searched.older,
    )  # fmt: skip
