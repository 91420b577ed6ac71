"""The addresses at which the library is asked."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from api import shapes
from api.house import Asking, House, asking
from index.result import Mode, Result

FIELDS = ("city", "theme", "kind", "language", "handling", "year", "organisation", "title", "document", "editions")
_TOP, _PER_DOCUMENT = 10, 4  # of an answer, as in the page: the same question gets the same answer

Question = Annotated[
    str,
    Query(
        min_length=1,
        max_length=2000,
        pattern=r"\S",
        description='What is asked, in English or Swedish. "An exact phrase", -without, and filters such as city:London work here'
        " as in the page.",
        examples=["What did Manchester learn about warning the public?"],
    ),
]
_Filter = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(FIELDS)}):[^\n]*\S", max_length=300)]
Where = Annotated[
    list[_Filter],
    Query(
        max_length=50,
        description=f"Only documents like this: FIELD:VALUE, where FIELD is one of {', '.join(FIELDS)}. Values of one field are"
        " alternatives; fields narrow one another. Years may be a span (year:2019..2021); editions:all asks older editions and"
        " copies too.",
        examples=[["city:London", "city:Paris", "year:2019..2021"]],
    ),
]
Translate = Annotated[bool, Query(description="Whether words of the other language are searched too.")]
Language = Annotated[Literal["en", "sv"], Query(description="The language that references are written in.")]


def make(house: House) -> APIRouter:
    """Make the addresses. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter(tags=["questions"])
    Reader = Annotated[Asking, Depends(asking(house, "read"))]

    @router.get("/search", summary="Find passages")
    def search(
        reader: Reader,
        q: Question,
        where: Where = [],  # noqa: B006 - FastAPI copies it
        top: Annotated[int, Query(ge=1, le=50, description="Passages at most.")] = 10,
        mode: Annotated[Mode, Query(description="By meaning and words (hybrid), or by one of them alone.")] = Mode.HYBRID,
        translate: Translate = True,
        per_document: Annotated[int, Query(ge=0, le=50, description="Passages of one document at most; 0 for any number.")] = 0,
        lang: Language = "en",
    ) -> shapes.Found:
        """Passages that this token may see, the best first, and the sentences that answer, where there are any."""
        reader.note("search", question=q)
        result = house.library.search(
            q, principal=reader.bearer.principal, top=top, where=_where(where), mode=mode, translate=translate,
            per_document=per_document,
        )  # fmt: skip
        return reader.said(lang).found(result)

    @router.get("/answer", summary="Get an answer in exact words")
    def answer(
        reader: Reader,
        q: Question,
        where: Where = [],  # noqa: B006 - FastAPI copies it
        translate: Translate = True,
        lang: Language = "en",
    ) -> shapes.Answered:
        """Sentences of the sources that answer, each with its reference.

        `answer` is null where nothing does: what is nearest then stands apart.
        """
        reader.note("search", question=q)
        result = _answer(house, reader, q, where, translate=translate)
        return reader.said(lang).answered(result)

    return router


def _answer(house: House, reader: Asking, question: str, where: Sequence[str], *, translate: bool) -> Result:
    return house.library.search(
        question, principal=reader.bearer.principal, top=_TOP, where=_where(where), translate=translate,
        per_document=_PER_DOCUMENT,
    )  # fmt: skip


def _where(given: Sequence[str]) -> dict[str, list[str]]:
    where: dict[str, list[str]] = {}
    for one in given:
        field, _, value = one.partition(":")
        where.setdefault(field, []).append(value.strip())
    return where
