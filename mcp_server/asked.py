"""What the tools are asked: their arguments, checked before anything is done. The descriptions are for the assistant."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

MOST_CITIES = 12  # compared at once
_CLOSED = ConfigDict(extra="forbid")
_FILTER = "Several are alternatives. list_documents gives the values that there are."


def _several(given: Any) -> Any:  # noqa: ANN401 - whatever a program sent
    """Take one value for a list of one, as assistants often write it."""
    return [given] if isinstance(given, str) else given


_Value = Annotated[str, Field(min_length=1, max_length=200)]
_Values = Annotated[tuple[_Value, ...], BeforeValidator(_several), Field(max_length=20)]
_Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description='The question, in English or Swedish, in whole words. "exact phrase" and -without are understood.',
    ),
]
_Cities = Annotated[_Values, Field(description=f"Only documents of these cities. {_FILTER}")]
_Year = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{4}(\.\.([0-9]{4})?)?|\.\.[0-9]{4})?$",
        description='Only documents of this year ("2019") or these ("2019..2021", "2019..", "..2021").',
    ),
]
_Kinds = Annotated[_Values, Field(description=f"Only documents of these kinds, such as report or seminar note. {_FILTER}")]
_Themes = Annotated[_Values, Field(description=f"Only documents of these themes. {_FILTER}")]
_Languages = Annotated[_Values, Field(description='Only documents in these languages, by their codes: "en", "sv".')]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CLOSED)
class Search:
    """A question to the library."""

    question: _Question
    city: _Cities = ()
    year: _Year = ""
    kind: _Kinds = ()
    theme: _Themes = ()
    language: _Languages = ()
    top: Annotated[int, Field(ge=1, le=50, description="Passages at most.")] = 8


@dataclass(frozen=True, slots=True, kw_only=True, config=_CLOSED)
class ReadPage:
    """A page of a document."""

    document: Annotated[
        int, Field(ge=1, le=2**53, description="The number of the document, from a passage or from list_documents.")
    ]
    page: Annotated[
        int, Field(ge=1, le=2**31, description="The physical page, counted from 1: `page` of a passage, not its printed label.")
    ]
    start: Annotated[
        int, Field(ge=0, le=2**53, description="Characters of the page to leave out: `next_start` of the part before.")
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True, config=_CLOSED)
class Compare:
    """One question, put to each of some cities by itself."""

    question: _Question
    cities: Annotated[
        tuple[_Value, ...],
        BeforeValidator(_several),
        Field(max_length=MOST_CITIES, description="The cities to compare; none: those with most documents."),
    ] = ()
    year: _Year = ""
    kind: _Kinds = ()
    theme: _Themes = ()
    language: _Languages = ()
    passages: Annotated[int, Field(ge=1, le=10, description="Passages of each city at most.")] = 3


@dataclass(frozen=True, slots=True, kw_only=True, config=_CLOSED)
class ListDocuments:
    """Which documents there are."""

    city: _Cities = ()
    year: _Year = ""
    kind: _Kinds = ()
    theme: _Themes = ()
    language: _Languages = ()
    first: Annotated[int, Field(ge=0, le=2**31, description="Documents to leave out: `next_first` of the list before.")] = 0
    most: Annotated[int, Field(ge=1, le=100, description="Documents at most.")] = 50


def where_of(asked: Search | Compare | ListDocuments) -> dict[str, tuple[str, ...]]:
    """The filters: field -> accepted values."""
    city = () if isinstance(asked, Compare) else asked.city
    every = {
        "city": city, "year": (asked.year,) if asked.year else (), "kind": asked.kind, "theme": asked.theme,
        "language": asked.language,
    }  # fmt: skip
    return {name: values for name, values in every.items() if values}
