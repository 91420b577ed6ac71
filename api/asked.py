"""What can be asked, as the schema describes it: the parameters of each address.

A name that is none of these is refused: a filter that is misspelt would otherwise be passed over in silence.
"""

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from index.result import Mode

FIELDS = ("city", "theme", "kind", "language", "handling", "year", "organisation", "title", "document", "editions")
MOST_ID = 2**63 - 1

Id = Annotated[int, Path(ge=1, le=MOST_ID, examples=[1])]
Language = Annotated[Literal["en", "sv"], Field(description="The language that references are written in.")]
_Filter = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(FIELDS)}):[^\n]*\S", max_length=300)]


class Parameters(BaseModel):
    """The parameters of an address; those of one that has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(Parameters):
    """What is asked of the library."""

    q: str = Field(
        min_length=1,
        max_length=2000,
        pattern=r"\S",
        description='What is asked, in English or Swedish. "An exact phrase", -without, and filters such as city:London work here'
        " as in the page.",
        examples=["What did Manchester learn about warning the public?"],
    )
    where: list[_Filter] = Field(
        default=[],
        max_length=50,
        description=f"Only documents like this: FIELD:VALUE, where FIELD is one of {', '.join(FIELDS)}. Values of one field are"
        " alternatives; fields narrow one another. Years may be a span (year:2019..2021); editions:all asks older editions and"
        " copies too.",
        examples=[["city:London", "city:Paris", "year:2019..2021"]],
    )
    translate: bool = Field(default=True, description="Whether words of the other language are searched too.")
    lang: Language = "en"

    @property
    def filters(self) -> dict[str, list[str]]:
        """The filters by field."""
        found: dict[str, list[str]] = {}
        for one in self.where:
            field, _, value = one.partition(":")
            found.setdefault(field, []).append(value.strip())
        return found


class Search(Question):
    """What is searched for, and how much of it is wanted."""

    top: int = Field(default=10, ge=1, le=50, description="Passages at most.")
    mode: Mode = Field(default=Mode.HYBRID, description="By meaning and words (hybrid), or by one of them alone.")
    per_document: int = Field(default=0, ge=0, le=50, description="Passages of one document at most; 0 for any number.")


class Part(Parameters):
    """Which part of a list is wanted."""

    first: int = Field(default=0, ge=0, le=MOST_ID, description="Place of the first one to list, counted from 0.")
    most: int = Field(default=100, ge=1, le=500, description="Documents at most.")


class Around(Parameters):
    """How much is wanted of what stands around a passage."""

    around: int = Field(default=1, ge=0, le=5, description="Passages before it and after it.")
    lang: Language = "en"


AskedQuestion = Annotated[Question, Query()]
AskedSearch = Annotated[Search, Query()]
AskedPart = Annotated[Part, Query()]
AskedAround = Annotated[Around, Query()]
Nothing = Annotated[Parameters, Query()]
