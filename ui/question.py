"""A question with all that narrows it, and the address that asks it: to be sent by mail, followed and gone back to. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ui import scope
from ui.scope import WHOLE, Scope

LONGEST = 2000  # characters of a question
FIELDS = ("city", "theme", "kind", "language", "handling")
_MOST_VALUES = 50  # of one field that are read from an address
_LONGEST_VALUE = 200
_LONGEST_QUERY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the answer is narrowed to. Empty: not narrowed."""

    city: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    year_from: str = ""
    year_to: str = ""

    def values(self, field: str) -> tuple[str, ...]:
        """Give what is chosen of one of `FIELDS`."""
        chosen: tuple[str, ...] = getattr(self, field)
        return chosen

    def where(self, years: Sequence[str]) -> dict[str, Sequence[str]]:
        """Write the filters as the library takes them. `years`: those there are."""
        chosen: dict[str, Sequence[str]] = {field: self.values(field) for field in FIELDS if self.values(field)}
        low, high = self.year_from, self.year_to
        if low and high and low > high:
            low, high = high, low
        if low or high:
            within = [year for year in years if (not low or year >= low) and (not high or year <= high)]
            chosen["year"] = within or [low or high]
        return chosen


NONE = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, of which documents, and how widely."""

    text: str
    filters: Filters = NONE
    scope: Scope = WHOLE


def read(query: str) -> Question:
    """Read the query part of an address ("q=…&city=London"). What is none of ours, or makes no sense, is left out."""
    pairs = parse_qsl(query.removeprefix("?")[:_LONGEST_QUERY])
    single = dict(pairs)
    given = {field: tuple(dict.fromkeys(v[:_LONGEST_VALUE] for name, v in pairs if name == field)) for field in FIELDS}
    low, high = (_year(single.get(name, "")) for name in ("year_from", "year_to"))
    chosen: dict[str, Any] = {field: values[:_MOST_VALUES] for field, values in given.items()}
    filters = replace(Filters(**chosen), year_from=low, year_to=high)
    return Question(text=single.get("q", "").strip()[:LONGEST], filters=filters, scope=scope.read(single))


def _year(value: str) -> str:
    return value if re.fullmatch(r"[0-9]{4}", value) else ""


def write(asked: Question) -> str:
    """Write what `read` reads: one spelling for one question, so that two of them can be compared."""
    pairs = [("q", asked.text)] if asked.text else []
    pairs += [(field, value) for field in FIELDS for value in sorted(asked.filters.values(field))]
    pairs += [(name, year) for name in ("year_from", "year_to") if (year := getattr(asked.filters, name))]
    return "&".join(filter(None, (urlencode(pairs), scope.write(asked.scope))))
