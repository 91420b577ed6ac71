"""The addresses of documents, their pages and passages, and of the token that asks."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api import problems, shapes
from api.asked import AskedAround, AskedPart, Id, Nothing
from api.house import Asking, House, asking
from api.problems import Refused


def make(house: House) -> APIRouter:
    """Make the addresses. Plain functions: they wait for disk, so they run in threads."""
    router = APIRouter(tags=["documents"])
    Reader = Annotated[Asking, Depends(asking(house, "read"))]
    library = house.library

    @router.get("/documents", summary="List documents")
    def documents(reader: Reader, part: AskedPart) -> shapes.Documents:
        """The documents that this token may see, by title."""
        return reader.said().documents(library.documents(reader.bearer.principal), part.first, part.most)

    @router.get("/documents/{document_id}", summary="Look up a document", responses=problems.NOT_FOUND)
    def document(reader: Reader, document_id: Id, _: Nothing) -> shapes.Document:
        """What is known of a document."""
        info = library.document(document_id, reader.bearer.principal)
        if info is None:
            raise Refused(404, problems.NOT_THERE)
        reader.note("document opened", address=reader.address)
        return reader.said().document(info)

    @router.get("/documents/{document_id}/pages/{number}", summary="Read a page", responses=problems.NOT_FOUND)
    def page(reader: Reader, document_id: Id, number: Id, _: Nothing) -> shapes.Page:
        """The text of a page; `number` is the physical page, counted from 1."""
        view = library.page(document_id, number, reader.bearer.principal)
        if view is None:
            raise Refused(404, problems.NOT_THERE)
        reader.note("document opened", address=reader.address)
        return reader.said().page(view)

    @router.get("/passages/{passage_id}", summary="Read a passage in its context", responses=problems.NOT_FOUND)
    def passage(reader: Reader, passage_id: Id, asked: AskedAround) -> shapes.Passages:
        """A passage with those around it in its document, and its mark."""
        near = library.neighbours(passage_id, principal=reader.bearer.principal, around=asked.around)
        own = next((one for one in near if one.passage_id == passage_id), None)
        if own is None:
            raise Refused(404, problems.NOT_THERE)
        reader.note("document opened", address=reader.address)
        return reader.said(asked.lang).passages(own, near)

    return router


def me(house: House) -> APIRouter:
    """Make the address that says who asks."""
    router = APIRouter(tags=["token"])
    Anybody = Annotated[Asking, Depends(asking(house, None))]

    @router.get("/me", summary="Ask whom the token speaks for")
    def who(anybody: Anybody, _: Nothing) -> shapes.Me:
        """Account, role, clearance, scopes and end of the token that asks."""
        bearer, principal = anybody.bearer, anybody.bearer.principal
        ends = datetime.fromtimestamp(bearer.expires, UTC).isoformat(timespec="seconds") if bearer.expires is not None else None
        return shapes.Me.model_validate(
            {
                **anybody.said().stamp(), "name": principal.name, "role": principal.role.value,
                "clearance": principal.clearance.mark, "groups": list(principal.groups), "scopes": sorted(bearer.scopes),
                "token": bearer.name, "expires": ends,
            }
        )  # fmt: skip

    return router
