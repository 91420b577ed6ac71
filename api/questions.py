"""The addresses at which the library is asked."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import shapes
from api.asked import AskedQuestion, AskedSearch
from api.house import Asking, House, asking

_TOP, _PER_DOCUMENT = 10, 4  # of an answer, as in the page: the same question gets the same answer


def make(house: House) -> APIRouter:
    """Make the addresses. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter(tags=["questions"])
    Reader = Annotated[Asking, Depends(asking(house, "read"))]

    @router.get("/search", summary="Find passages")
    def search(reader: Reader, asked: AskedSearch) -> shapes.Found:
        """Passages that this token may see, the best first, and the sentences that answer, where there are any."""
        reader.note("search", question=asked.q)
        result = house.library.search(
            asked.q, principal=reader.bearer.principal, top=asked.top, where=asked.filters, mode=asked.mode,
            translate=asked.translate, per_document=asked.per_document,
        )  # fmt: skip
        return reader.said(asked.lang).found(result)

    @router.get("/answer", summary="Get an answer in exact words")
    def answer(reader: Reader, asked: AskedQuestion) -> shapes.Answered:
        """Sentences of the sources that answer, each with its reference.

        `answer` is null where nothing does: what is nearest then stands apart.
        """
        reader.note("search", question=asked.q)
        result = house.library.search(
            asked.q, principal=reader.bearer.principal, top=_TOP, where=asked.filters, translate=asked.translate,
            per_document=_PER_DOCUMENT,
        )  # fmt: skip
        return reader.said(asked.lang).answered(result)

    return router
