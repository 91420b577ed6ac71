"""Which documents of the library are listed, and in which order: read from an address, and written into one. Pure."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from index.access import level_of
from index.result import DocumentInfo

FIELDS = ("city", "theme", "kind", "language", "handling", "year", "state")
COLUMNS = ("title", "city", "date", "kind", "language", "edition", "handling", "pages", "without", "passages", "added")
FIRST_DOWN = ("date", "pages", "without", "passages", "added")  # a first press shows the newest, or the most
STATES = ("partial", "whole", "older")
PAGE = 100
NONE = "-"  # stands for "has none": documents without a city, a theme, a year
_MOST_VALUES = 50
_LONGEST = 200
_MOST_PAGE = 10**6
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "œ": "oe", "ı": "i"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is asked for. `chosen`: field of `FIELDS` -> any of these values."""

    find: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "title"
    down: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether not all documents are asked for."""
        return bool(self.find or any(self.chosen.values()))

    def of(self, name: str) -> tuple[str, ...]:
        """The values that a field is narrowed to."""
        return self.chosen.get(name, ())


EVERYTHING = Choice()


def read(query: str) -> Choice:
    """Read the query part of an address. What is none of ours, or makes no sense, is left out."""
    pairs = [(name, value.strip()[:_LONGEST]) for name, value in _pairs(query)]
    single = dict(reversed(pairs))
    values = {name: tuple(dict.fromkeys(v for n, v in pairs if n == name and v))[:_MOST_VALUES] for name in FIELDS}
    sort, down = single.get("sort", ""), single.get("sort", "").startswith("-")
    known = sort.removeprefix("-") in COLUMNS
    number = single.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 1
    return Choice(
        find=single.get("find", ""),
        chosen={name: found for name, found in values.items() if found},
        sort=sort.removeprefix("-") if known else "title",
        down=known and down,
        page=min(max(page, 1), _MOST_PAGE),
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=1000)
    except ValueError:
        return []


def write(choice: Choice) -> str:
    """Write what `read` reads; "" for all documents by title."""
    pairs = [("find", choice.find)] if choice.find else []
    pairs += [(name, value) for name in FIELDS for value in choice.of(name)]
    if choice.sort != "title" or choice.down:
        pairs.append(("sort", f"{'-' if choice.down else ''}{choice.sort}"))
    if choice.page > 1:
        pairs.append(("page", str(choice.page)))
    return urlencode(pairs)


def with_values(choice: Choice, name: str, values: Sequence[str]) -> Choice:
    """Narrow one field to other values, from the first page on."""
    kept = {**choice.chosen, name: tuple(values)}
    return replace(choice, chosen={key: found for key, found in kept.items() if found}, page=1)


def only(**values: str) -> Choice:
    """Narrow fields to one value each, and nothing else."""
    return Choice(chosen={name: (value,) for name, value in values.items()})


def turned(choice: Choice, column: str) -> Choice:
    """Sort by a column; by the same one again, the other way round."""
    down = not choice.down if column == choice.sort else column in FIRST_DOWN
    return replace(choice, sort=column, down=down, page=1)


def values_of(info: DocumentInfo, name: str) -> tuple[str, ...]:
    """The values that a document has of one of `FIELDS`; `NONE` where it has none."""
    if name == "state":
        return ("partial" if info.pages_without_text else "whole", *(("older",) if info.superseded_by else ()))
    found: tuple[str, ...] = {
        "city": info.city,
        "theme": info.theme,
        "kind": (info.kind,),
        "language": (info.language,),
        "handling": (info.handling,),
        "year": (year_of(info),),
    }[name]
    return tuple(value for value in found if value.strip()) or (NONE,)


def year_of(info: DocumentInfo) -> str:
    """The year of a document; "" where it is not known."""
    year = info.date[:4]
    return year if len(year) == 4 and year.isascii() and year.isdigit() else ""


def offers(shelf: Iterable[DocumentInfo], name: str) -> list[tuple[str, int]]:
    """The values of a field that documents have, and how many have each; years from the latest, "has none" last."""
    counts: dict[str, tuple[str, int]] = {}
    for info in shelf:
        for value in dict.fromkeys(values_of(info, name)):
            shown, n = counts.get(value.casefold(), (value, 0))
            counts[value.casefold()] = (shown, n + 1)
    found = sorted(counts.values(), key=lambda pair: alphabet(pair[0]), reverse=name == "year")
    if name == "handling":
        found.sort(key=lambda pair: (level_of(pair[0]), pair[0].casefold()))
    return sorted(found, key=lambda pair: pair[0] == NONE)


def listed(shelf: Iterable[DocumentInfo], choice: Choice, theme: Callable[[str], str] = str) -> list[DocumentInfo]:
    """The documents asked for, in the order asked for. `theme` says a theme as the asker reads it: it is found by that too."""
    wanted = {name: {value.casefold() for value in values} for name, values in choice.chosen.items()}
    found = [
        info
        for info in shelf
        if all(not names.isdisjoint(v.casefold() for v in values_of(info, name)) for name, names in wanted.items())
    ]
    if choice.find:
        matches = finder(choice.find)
        found = [info for info in found if matches(_searched(info, theme))]
    return ordered(found, choice.sort, down=choice.down)


def _searched(info: DocumentInfo, theme: Callable[[str], str]) -> str:
    return " \n".join((info.title, *info.paths, info.organisation, *info.city, *info.theme, *map(theme, info.theme)))


def finder(find: str) -> Callable[[str], bool]:
    """Make the test whether a text holds all words of `find`, in any case. "malmo" finds Malmö, "malmö" not Malmo."""
    words = [(word, word == plain(word)) for word in _folded(find).split()]

    def matches(text: str) -> bool:
        exact = _folded(text)
        bare = plain(exact)
        return all(word in exact or (forgiving and word in bare) for word, forgiving in words)

    return matches


def ordered(shelf: Iterable[DocumentInfo], column: str, *, down: bool = False) -> list[DocumentInfo]:
    """Sort by a column, equal ones by title; documents that have nothing there stand last, whichever way it goes."""
    by_title = sorted(shelf, key=lambda info: (alphabet(info.title or info.path), info.document_id))
    keys = {info.document_id: _key(info, column) for info in by_title}
    having = [info for info in by_title if keys[info.document_id] not in ("", ())]
    lacking = [info for info in by_title if keys[info.document_id] in ("", ())]
    having.sort(key=lambda info: keys[info.document_id], reverse=down)
    # `reverse` keeps equal ones in their order: by title
    return having + lacking


def _key(info: DocumentInfo, column: str) -> tuple[str, ...] | str | int:
    if column == "city":
        return tuple(alphabet(city) for city in info.city)
    if column == "handling":
        return int(level_of(info.handling))
    if column == "without":
        return len(info.pages_without_text)
    if column in ("pages", "passages"):
        return int(getattr(info, column))
    value = info.title or info.path if column == "title" else str(getattr(info, column))
    return value if column in ("date", "added") else alphabet(value)


def alphabet(text: str) -> str:
    """The key that sorts as a Swede reads a list: capitals as small letters, å, ä and ö after z, other accents left out."""
    folded = _folded(text).replace("å", "z\uffff1").replace("ä", "z\uffff2").replace("ö", "z\uffff3")
    return plain(folded)


def plain(text: str) -> str:
    """Leave the accents out: "é" as "e"."""
    split = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(char for char in split if unicodedata.category(char) != "Mn")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
