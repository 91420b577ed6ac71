"""The Compare room at work: one question, put to each city (or organisation, kind, year, theme, language) by itself. No HTML."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.access import Principal
from index.result import DocumentInfo, Hit, Quote, Result
from ui.ports import Library

FIELDS = ("city", "organisation", "kind", "year", "theme", "language")
CHOSEN = 8  # columns where nobody chose any: those with most documents
LATEST = 6  # of years, where nobody chose any
MOST = 12  # columns at once
PASSAGES = 3  # in a column, of which at most two of one document
_PER_DOCUMENT = 2
_FAINT = 0.4  # of the surest column's confidence: below it a column is said to answer less
_SHORT = 240  # characters of the sentences that a column begins with
_LONGEST_VALUE = 200
_MOST_READ = 60  # values of an address that are read at all

Shelves = Mapping[str, tuple[DocumentInfo, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is compared: the columns in their order, and what was wanted too but is too much at once."""

    by: str
    values: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one value says to the question. `rank` of a hit is its citation number in the whole comparison.

    No `quotes`: nothing here answers, and `hits` are the nearest passages, with nothing marked.
    """

    value: str
    documents: int  # 0: no document has this value
    passages: int
    quotes: tuple[Quote, ...] = ()
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    faint: bool = False  # it answers, but much less surely than the surest column

    @property
    def answers(self) -> bool:
        """Whether there is evidence in this column."""
        return bool(self.quotes)

    @property
    def said(self) -> tuple[Quote, ...]:
        """What is to be read first: the first sentences that the best passage is cited for, as many as are short together."""
        best = [quote for quote in self.quotes if self.hits[0].rank in quote.citations] or list(self.quotes[:1])
        length = 0
        first: list[Quote] = []
        for quote in best:
            length += len(quote.text)
            if first and (length > _SHORT or quote.document_id != first[0].document_id):
                break
            first.append(quote)
        return tuple(first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One question and all its columns: first those with evidence, then those without, then those with no documents."""

    question: str
    by: str
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]  # values that were wanted and are too many
    nameless: tuple[DocumentInfo, ...]  # documents without any value of this field
    unattributed: int  # documents whose organisation may not be named
    elsewhere: int  # documents of values that were not chosen
    searched: tuple[DocumentInfo, ...]
    narrowed: bool  # the question itself kept passages of other values in: they were taken out
    added: tuple[str, ...]
    instead: str
    notes: tuple[str, ...]
    seconds: float

    @property
    def answering(self) -> tuple[Column, ...]:
        """The columns with evidence."""
        return tuple(column for column in self.columns if column.answers)

    @property
    def silent(self) -> tuple[Column, ...]:
        """The columns without."""
        return tuple(column for column in self.columns if not column.answers)


# -- what there is to compare


def values_of(info: DocumentInfo, by: str) -> tuple[str, ...]:
    """The values that a document has of a field. An organisation that may not be named is none."""
    if by == "year":
        return (info.date[:4],) if info.date[:4].isdigit() and len(info.date) >= 4 else ()
    if by == "organisation" and not info.attributable:
        return ()
    found = getattr(info, by)
    return tuple(value for value in ((found,) if isinstance(found, str) else found) if value.strip())


def shelves(documents: Iterable[DocumentInfo], by: str) -> dict[str, tuple[DocumentInfo, ...]]:
    """The documents of each value, values in order. Spellings that differ in case only are one, named as most write it."""
    held: dict[str, list[DocumentInfo]] = {}
    spelt: dict[str, Counter[str]] = {}
    for info in documents:
        for value in dict.fromkeys(values_of(info, by)):
            key = _fold(value)
            if not held.get(key) or held[key][-1] is not info:
                held.setdefault(key, []).append(info)
            spelt.setdefault(key, Counter())[value.strip()] += 1
    return {spelt[key].most_common(1)[0][0]: tuple(held[key]) for key in sorted(held)}


def fields(documents: Sequence[DocumentInfo]) -> tuple[str, ...]:
    """The fields that can be compared by: those of which there are two values at least."""
    return tuple(by for by in FIELDS if len(shelves(documents, by)) > 1)


def choose(held: Shelves, by: str, wanted: Sequence[str]) -> Choice:
    """Choose the columns: those that are wanted, spelt as the library spells them, else those with most documents."""
    known = {_fold(value): value for value in held}
    asked = [value.strip()[:_LONGEST_VALUE] for value in wanted[:_MOST_READ]]
    named = list({_fold(value): known.get(_fold(value), value) for value in asked if value}.values())
    if not named and by == "year":
        return Choice(by=by, values=tuple(sorted(held)[-LATEST:]))
    if not named:
        fullest = sorted(held, key=lambda value: (-len(held[value]), _fold(value)))
        return Choice(by=by, values=tuple(fullest[:CHOSEN]))
    if by == "year":
        named.sort()
    return Choice(by=by, values=tuple(named[:MOST]), left_out=tuple(named[MOST:]))


def _fold(value: str) -> str:
    return value.casefold().strip()


# -- the question, put to each


def compare(
    library: Library, principal: Principal, question: str, choice: Choice, documents: Sequence[DocumentInfo]
) -> Comparison:
    """Ask the question once for each value. `documents`: all that this person may see. Raises LibraryError."""
    every = shelves(documents, choice.by)
    held = {value: _answering(own) for value, own in every.items()}
    found: list[Column] = []
    results: list[Result] = []
    strays = 0
    for value in choice.values:
        own = held.get(value, ())
        if not own:
            found.append(Column(value=value, documents=0, passages=0))
            continue
        where = _where(choice.by, value, own, documents)
        result = library.search(question, principal=principal, top=PASSAGES, where=where, per_document=_PER_DOCUMENT)
        results.append(result)
        ids = {info.document_id for info in own}
        strays += sum(hit.document_id not in ids for hit in result.hits)
        found.append(_column(value, own, result))
    chosen = {info.document_id for value in choice.values for info in every.get(value, ())}
    asked = {info.document_id for value in choice.values for info in held.get(value, ())}
    nameless = tuple(info for info in documents if not values_of(info, choice.by) and not _hidden(info, choice.by))
    apart = {info.document_id for info in nameless} | {info.document_id for info in documents if _hidden(info, choice.by)}
    return Comparison(
        question=question,
        by=choice.by,
        columns=_numbered(_ordered(found, choice.by)),
        left_out=choice.left_out,
        nameless=nameless,
        unattributed=sum(_hidden(info, choice.by) for info in documents),
        elsewhere=sum(info.document_id not in chosen | apart for info in documents),
        searched=tuple(info for info in documents if info.document_id in asked),
        narrowed=strays > 0,
        added=tuple(dict.fromkeys(word for result in results for word in result.added)),
        instead=_instead(results),
        notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
        seconds=sum(result.seconds for result in results),
    )


def _answering(own: Sequence[DocumentInfo]) -> tuple[DocumentInfo, ...]:
    """Those of a column that no other of it answers for, as its newer edition or a copy."""
    ids = {info.document_id for info in own}
    return tuple(info for info in own if info.superseded_by is None or info.superseded_by.document_id not in ids)


def _hidden(info: DocumentInfo, by: str) -> bool:
    """Whether a document has a value that may not be named."""
    return by == "organisation" and not info.attributable and bool(info.organisation.strip())


def _where(by: str, value: str, own: Sequence[DocumentInfo], documents: Iterable[DocumentInfo]) -> dict[str, Sequence[str]]:
    """Narrow to a value; to its documents too, where others of this organisation may not be attributed to it."""
    where: dict[str, Sequence[str]] = {by: [value]}
    if any(_hidden(info, by) and _fold(info.organisation) == _fold(value) for info in documents):
        where["document"] = [str(info.document_id) for info in own]
    return where


def _column(value: str, own: Sequence[DocumentInfo], result: Result) -> Column:
    """Make a column of an answer. What was typed may widen a search again (`city:London`): what is not its own is dropped."""
    ids = {info.document_id for info in own}
    hits = [hit for hit in result.hits if hit.document_id in ids]
    kept = {hit.rank for hit in hits}
    quotes = [
        replace(quote, citations=tuple(number for number in quote.citations if number in kept))
        for quote in result.quotes
        if quote.document_id in ids and kept.intersection(quote.citations)
    ]
    if quotes:  # beyond the best, only passages with a sentence that comes close
        hits = [hit for place, hit in enumerate(hits) if not place or hit.marks]
    else:
        hits = [replace(hit, marks=()) for hit in hits]
    return Column(
        value=value, documents=len(own), passages=sum(info.passages for info in own), quotes=tuple(quotes), hits=tuple(hits),
        confidence=result.confidence if quotes else 0.0,
    )  # fmt: skip


def _ordered(columns: Sequence[Column], by: str) -> list[Column]:
    """Those with evidence first, the surest before the others; years stay in their order. Says which are faint."""
    surest = max((column.confidence for column in columns), default=0.0)
    told = [replace(one, faint=one.answers and one.confidence < _FAINT * surest) for one in columns]
    if by == "year":
        return sorted(told, key=lambda one: (not one.answers, not one.documents))
    return sorted(told, key=lambda one: (not one.answers, not one.documents, -one.confidence))


def _numbered(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Number the passages through all columns; one that stands in several keeps its number."""
    numbers: dict[int, int] = {}
    numbered = []
    for column in columns:
        if not column.answers:
            numbered.append(column)
            continue
        by_rank = {hit.rank: numbers.setdefault(hit.passage_id, len(numbers) + 1) for hit in column.hits}
        hits = tuple(replace(hit, rank=by_rank[hit.rank]) for hit in column.hits)
        quotes = (replace(one, citations=tuple(by_rank[n] for n in one.citations if n in by_rank)) for one in column.quotes)
        numbered.append(replace(column, hits=hits, quotes=tuple(quote for quote in quotes if quote.citations)))
    return tuple(numbered)


def _instead(results: Sequence[Result]) -> str:
    """The question with misspelt words put right, where every column offers the same: one lacks many a good word."""
    offered = {result.instead for result in results}
    return offered.pop() if len(offered) == 1 else ""
