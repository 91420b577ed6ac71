"""What the tools do: ask the library in somebody's name, and write down what was asked. Each call blocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.result import DocumentInfo, Hit, Result
from index.tokens import Bearer
from mcp_server import asked, cities, citing, filters, said, words
from mcp_server.ports import Library, Note

_LONGEST_PART = 20_000  # characters of a page at once
_COMPARED = 8  # cities, where none are named
_PER_DOCUMENT = 2  # passages of one document in a city


class Refusal(Exception):
    """What was asked for cannot be given. The message is for the one who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The tools over one library. `empty`: what is said while there is nothing in it."""

    library: Library
    note: Note
    empty: str = words.EMPTY

    def search(self, who: Bearer, wanted: asked.Search) -> said.Found:
        """Answer a question. Raises Refusal, LibraryError."""
        where = asked.where_of(wanted)
        result = self.library.search(wanted.question, principal=who.principal, top=wanted.top, where=where)
        if not result.hits:
            self._something(who)
        hits = result.hits
        numbers = {hit.rank: hit.rank for hit in hits}
        self._noted(who, "search", {"question": wanted.question})
        return said.Found(
            question=wanted.question,
            mark=self._mark(who, hits),
            answered=bool(result.quotes),
            message=_told(result, bool(where)),
            quotes=citing.quotes(result.quotes, hits, numbers),
            passages=tuple(citing.passage(hit, hit.rank) for hit in hits),
            searched=said.Searched(
                documents=result.searched.documents,
                passages=result.searched.passages,
                unreadable_pages=result.searched.unreadable_pages,
                older_editions=result.searched.older,
            ),
            notes=_notes([result]),
        )

    def read_page(self, who: Bearer, wanted: asked.ReadPage) -> said.Page:
        """Read a page, or a part of it. Raises Refusal, LibraryError."""
        info = self.library.document(wanted.document, who.principal)
        view = self.library.page(wanted.document, wanted.page, who.principal) if info else None
        if info is None:
            self._something(who)
            raise Refusal(words.NO_DOCUMENT.format(document=wanted.document))
        if view is None:
            raise Refusal(words.NO_PAGE.format(document=wanted.document, page=wanted.page, pages=info.pages))
        length = len(view.text)
        if wanted.start > length:
            raise Refusal(words.NO_MORE.format(document=wanted.document, page=wanted.page, length=length))
        end = min(length, wanted.start + _LONGEST_PART)
        newer = [info.superseded_by.document_id] if info.superseded_by else []
        mark = citing.strictest([info.handling, *self._marks_of(who, newer)])
        self._noted(who, "document opened", {"address": f"/view/{wanted.document}", "page": str(wanted.page)})
        return citing.page(view, wanted.start, end, mark, "" if view.text.strip() else words.NO_TEXT)

    def compare(self, who: Bearer, wanted: asked.Compare) -> said.Compared:
        """Put a question to some cities. Raises Refusal, LibraryError."""
        shelves = cities.shelves(self._something(who))
        chosen = cities.named(wanted.cities, shelves) or cities.fullest(shelves, _COMPARED)
        columns = [self._column(who, wanted, city, shelves.get(city, ())) for city in chosen]
        self._noted(who, "search", {"question": wanted.question, "cities": "; ".join(chosen)})
        left = 0 if wanted.cities else len(shelves) - len(chosen)
        marks = [] if wanted.cities else [cities.lowest_mark(shelves[city]) for city in chosen]
        return said.Compared(
            question=wanted.question,
            mark=citing.strictest([self._mark(who, [hit for column in columns for hit in column.hits]), *marks]),
            message=words.MORE_CITIES.format(n=left) if left else "",
            cities=cities.said_by(columns),
            notes=_notes([column.result for column in columns if column.result]),
        )

    def _column(self, who: Bearer, wanted: asked.Compare, city: str, own: Sequence[DocumentInfo]) -> cities.Column:
        if not own:
            return cities.Column(city=city)
        result = self.library.search(
            wanted.question, principal=who.principal, top=wanted.passages, where={**asked.where_of(wanted), "city": (city,)},
            per_document=_PER_DOCUMENT,
        )  # fmt: skip
        return cities.column(city, own, result)

    def list_documents(self, who: Bearer, wanted: asked.ListDocuments) -> said.Listed:
        """List documents. Raises Refusal, LibraryError."""
        where = asked.where_of(wanted)
        found = [info for info in self._something(who) if filters.matches(info, where)]
        end = wanted.first + wanted.most
        others = [other.document_id for info in found for other in (info.superseded_by, *info.editions) if other]
        return said.Listed(
            mark=citing.strictest([*(info.handling for info in found), *self._marks_of(who, others)]),
            total=len(found),
            message="" if found else words.NO_MATCH,
            documents=tuple(map(citing.document, found[wanted.first : end])),
            next_first=end if end < len(found) else None,
            values=said.Values(
                city=filters.values(city for info in found for city in info.city),
                theme=filters.values(theme for info in found for theme in info.theme),
                kind=filters.values(info.kind for info in found),
                language=filters.values(info.language for info in found),
                year=filters.values(info.date[:4] for info in found),
            ),
        )

    def _something(self, who: Bearer) -> list[DocumentInfo]:
        """The documents of the one who asks. Raises Refusal where there are none: then there is no library for them."""
        documents = self.library.documents(who.principal)
        if not documents:
            raise Refusal(self.empty)
        return documents

    def _mark(self, who: Bearer, hits: Sequence[Hit]) -> str:
        """The strictest mark of some passages, and of the editions that are named with them."""
        others = [hit.superseded_by.document_id for hit in hits if hit.superseded_by]
        return citing.strictest([*(hit.handling for hit in hits), *self._marks_of(who, others)])

    def _marks_of(self, who: Bearer, documents: Iterable[int]) -> list[str]:
        infos = (self.library.document(number, who.principal) for number in dict.fromkeys(documents))
        return [info.handling for info in infos if info is not None]

    def _noted(self, who: Bearer, event: str, about: Mapping[str, str]) -> None:
        token = {"token": str(who.token_id)} if who.token_id else {}
        self.note(who.principal.name, event, {**about, **token, "by": "MCP"})


def _told(result: Result, filtered: bool) -> str:
    if result.quotes:
        return ""
    if result.hits:
        return words.NEAREST
    return f"{words.NOT_ANSWERED} {words.NO_MATCH}" if filtered and not result.searched.documents else words.NOT_ANSWERED


def _notes(results: Sequence[Result]) -> tuple[str, ...]:
    """What the asker should know; of several answers at once, each thing once."""
    told = [note for result in results for note in result.notes]
    unread = max((result.searched.unreadable_pages for result in results), default=0) if len(results) == 1 else 0
    return tuple(dict.fromkeys([*told, *([words.UNREADABLE.format(n=unread)] if unread else [])]))
