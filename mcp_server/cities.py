"""A comparison of cities: which are compared, and what each says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.access import level_of
from index.result import DocumentInfo, Hit, Result
from mcp_server import citing, said, words

Shelves = Mapping[str, Sequence[DocumentInfo]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one city says: the passages that answer, none where nothing does."""

    city: str
    documents: int = 0
    result: Result | None = None
    hits: tuple[Hit, ...] = ()


def shelves(documents: Sequence[DocumentInfo]) -> Shelves:
    """The documents of each city. Spellings that differ in case only are one city, as it is first written."""
    held: dict[str, list[DocumentInfo]] = {}
    spelt: dict[str, str] = {}
    for info in documents:
        for city in dict.fromkeys(" ".join(name.split()) for name in info.city if name.strip()):
            own = held.setdefault(spelt.setdefault(city.casefold(), city), [])
            if not own or own[-1] is not info:
                own.append(info)
    return held


def named(wanted: Sequence[str], held: Shelves) -> list[str]:
    """The cities that were asked for, each once, spelt as the library spells them."""
    known = {city.casefold(): city for city in held}
    asked = (" ".join(city.split()) for city in wanted)
    return list(dict.fromkeys(known.get(city.casefold(), city) for city in asked if city))


def fullest(held: Shelves, most: int) -> list[str]:
    """The cities with most documents."""
    return sorted(held, key=lambda city: (-len(held[city]), city.casefold()))[:most]


def lowest_mark(own: Sequence[DocumentInfo]) -> str:
    """The mark that a city's name itself has to bear: that of its least strict document."""
    return min((info.handling for info in own), key=level_of)


def column(city: str, own: Sequence[DocumentInfo], result: Result) -> Column:
    """Keep of an answer the passages of this city that answer: what was typed may have widened the search again."""
    ids = {info.document_id for info in own}
    cited = {rank for quote in result.quotes if quote.document_id in ids for rank in quote.citations}
    hits = tuple(hit for hit in result.hits if cited and hit.document_id in ids and (hit.marks or hit.rank in cited))
    return Column(city=city, documents=len(own), result=result, hits=hits)


def said_by(columns: Sequence[Column]) -> tuple[said.City, ...]:
    """The cities as they are told: those with evidence first, the surest before the others; passages numbered through all."""
    ordered = sorted(columns, key=lambda one: (not one.hits, not one.documents, -_confidence(one)))
    numbers: dict[int, int] = {}
    return tuple(_told(one, numbers) for one in ordered)


def _confidence(one: Column) -> float:
    return one.result.confidence if one.result and one.hits else 0.0


def _told(one: Column, numbers: dict[int, int]) -> said.City:
    if not one.hits or one.result is None:
        message = words.SILENT_CITY if one.documents else words.ABSENT_CITY
        return said.City(city=one.city, documents=one.documents, answered=False, message=message, quotes=(), passages=())
    by_rank = {hit.rank: numbers.setdefault(hit.passage_id, len(numbers) + 1) for hit in one.hits}
    return said.City(
        city=one.city, documents=one.documents, answered=True, message="",
        quotes=citing.quotes(one.result.quotes, one.hits, by_rank),
        passages=tuple(citing.passage(hit, by_rank[hit.rank]) for hit in one.hits),
    )  # fmt: skip
