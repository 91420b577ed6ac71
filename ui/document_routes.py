"""The addresses of a document's own page, below those of the Library room."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from index.errors import LibraryError
from index.result import DocumentInfo
from ui import (
    changes_page,
    document_fields,
    document_form,
    document_moves,
    document_page,
    document_room,
    document_states,
    forms,
    noting,
    page,
    removal_routes,
    removed_page,
    rooms,
    scope,
    text,
)
from ui import document_answers as answers
from ui.document_fields import Faults
from ui.document_moves import Edition
from ui.document_room import Refused
from ui.house import House
from ui.receiving import MOST_BYTES, announced
from ui.removals import NotMoved
from ui.words import Words

Act = Callable[["Desk"], Response]


class Desk:
    """One request about one document, by somebody who may change it."""

    def __init__(self, house: House, request: Request, info: DocumentInfo, words: Words, form: FormData) -> None:
        self.house = house
        self.request = request
        self.info = info
        self.words = words
        self.form = form
        self.principal = house.who(request.headers)
        self.title = info.title or info.path
        self.own = page.address(f"library/{info.document_id}", words)

    def show(self, body: str, status: int = 200) -> Response:
        """Answer with a page about the document."""
        return answers.show(self.request, self.title, body, self.words, status)

    def refuse(self, title: str, more: str) -> Response:
        """Answer that this cannot be done with the document, and what to do instead."""
        return self.show(document_form.refused(self.info, title, more, self.words), 409)


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and processes, so they run in threads."""
    router = APIRouter()
    router.include_router(removal_routes.make(house, words))

    @router.get("/library/{document_id}")
    def document(request: Request, document_id: str) -> Response:
        return _document(house, request, document_id, words)

    @router.get("/library/{document_id}/state/{number}")
    def state(request: Request, document_id: str, number: str) -> Response:
        info = _find(house, request, document_id) if house.who(request.headers).may_edit else None
        html, done = document_states.of_edit(house, info, answers.whole(number), words) if info else ("", True)
        return rooms.fragment(html, done=done)

    @router.get("/library/{document_id}/again")
    def instead(document_id: str) -> Response:  # where the language is switched on the answer to a form
        return rooms.back(page.address(f"library/{scope.id_of(document_id)}", words))

    @router.get("/library/{document_id}/changes/{other_id}")
    def changes(request: Request, document_id: str, other_id: str) -> Response:
        return _changes(house, request, scope.id_of(other_id), scope.id_of(document_id), words)

    for name, asks in (("edit", _ask_edit), ("replace", _ask_edition), ("remove", _ask_removal)):
        router.get(f"/library/{{document_id}}/{name}")(_endpoint(house, words, asks))
    for name, does in (("edit", _edit), ("replace", _replace), ("remove", _remove), ("again", _again)):
        router.post(f"/library/{{document_id}}/{name}")(_endpoint(house, words, does))
    return router


def _endpoint(house: House, words: Words, does: Act) -> Callable[..., Response]:
    """Make the function that answers: for those who may change the library, about a document that they may see."""
    sent = forms.of_editors(house, MOST_BYTES)

    def answer(request: Request, document_id: str, form: Annotated[FormData, Depends(sent)]) -> Response:
        info = _find(house, request, document_id)
        if info is None:
            return answers.not_found(house, request, words)
        if not house.who(request.headers).may_edit:
            return answers.not_allowed(request, words)
        noting.more(request, document=info.title or info.path)
        try:
            return does(Desk(house, request, info, words, form))
        except LibraryError as exc:
            return answers.failed(request, str(exc), words)

    return answer


def _find(house: House, request: Request, document_id: str) -> DocumentInfo | None:
    return house.library.document(scope.id_of(document_id), house.who(request.headers))


def _document(house: House, request: Request, document_id: str, words: Words) -> Response:
    principal, query = house.who(request.headers), request.query_params
    shown = document_room.look(house, principal, scope.id_of(document_id))
    if shown is None:
        return answers.not_found(house, request, words)
    noting.more(request, document=shown.info.title or shown.info.path)
    info, number = shown.info, answers.whole(query.get("reading", ""))
    state = document_states.of_edit(house, info, number, words) if principal.may_edit else ("", True)
    address = page.address(f"library/{info.document_id}/state/{number}", words)
    leaves = [document_room.leaf(one, house, principal) for one in shown.removed]
    body = document_page.render(
        shown,
        words,
        part=answers.whole(query.get("part", "")),
        editor=principal.may_edit,
        state=document_states.live(state, address),
        notice=removed_page.notice(leaves, words),
    )
    return answers.show(request, info.title or info.path, body, words)


def _changes(house: House, request: Request, old: int, new: int, words: Words) -> Response:
    """What changed from one edition to another, for those who may see both."""
    first = (max(1, answers.whole(request.query_params.get("part", ""))) - 1) * changes_page.AT_ONCE
    found = house.library.changes(old, new, house.who(request.headers), first=first, most=changes_page.AT_ONCE)
    if found is None:
        return answers.not_found(house, request, words)
    return answers.show(request, words.edition_changes, changes_page.render(found, words), words)


# -- editing


def _ask_edit(desk: Desk) -> Response:
    was = document_fields.in_force(desk.info)
    return _edit_form(desk, was, was, Faults())


def _edit_form(desk: Desk, values: Mapping[str, str], was: Mapping[str, str], faults: Faults) -> Response:
    reason = document_room.cannot_edit(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_edit, reason)
    body = document_form.metadata(
        desk.info, values, was, faults, desk.words, facets=desk.house.library.facets(desk.principal),
        catalogues=document_room.catalogues(desk.info, desk.house.corpus),
    )  # fmt: skip
    return desk.show(body, 400 if faults else 200)


def _edit(desk: Desk) -> Response:
    values, was = document_fields.typed(forms.texts(desk.form), desk.info)
    changes = document_fields.changed(values, was)
    reason = document_room.cannot_edit(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_edit, reason)
    if not changes:
        noting.nothing(desk.request)
        return rooms.back(desk.own)
    noting.more(desk.request, fields=noting.listed(list(changes)))
    try:
        number = document_room.edit(desk.house, desk.info, changes, desk.words)
    except Refused as exc:
        return _edit_form(desk, values, was, exc.faults)
    return rooms.back(f"{desk.own}?reading={number}")


def _again(desk: Desk) -> Response:
    number = document_room.read(desk.house, document_room.lying(desk.info, desk.house.corpus))
    return rooms.back(f"{desk.own}?reading={number}")


# -- a new edition


def _ask_edition(desk: Desk) -> Response:
    handling = document_fields.mark_of(desk.info.handling)
    return _edition_form(desk, {"handling": handling}, Faults())


def _edition_form(desk: Desk, values: Mapping[str, str], faults: Faults) -> Response:
    reason = document_room.cannot_move(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_replace, reason)
    file = document_room.files(desk.info, desk.house.corpus)[0].shown
    return desk.show(document_form.edition(desk.info, values, faults, desk.words, file=file), 400 if faults else 200)


def _replace(desk: Desk) -> Response:
    reason = document_room.cannot_move(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_replace, reason)
    values = {name: forms.texts(desk.form).get(name, "").strip() for name in ("edition", "date", "handling")}
    values["handling"] = values["handling"] or document_fields.mark_of(desk.info.handling)
    upload = desk.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        large = announced(desk.request.headers) > MOST_BYTES
        said = desk.words.too_large.format(size=text.size(MOST_BYTES, desk.words)) if large else desk.words.choose_a_file
        return _edition_form(desk, values, Faults(fields={"file": said}))
    noting.more(desk.request, files=upload.filename)
    folder = desk.house.data / "cache" / "uploads"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
            file.flush()
            new = Edition(file=Path(file.name), name=upload.filename, **values)
            removal, number = document_moves.replace(desk.house, desk.principal, desk.info, new, desk.words)
    except Refused as exc:
        return _edition_form(desk, values, exc.faults)
    except (NotMoved, OSError) as exc:
        more = desk.words.not_replaced_more.format(reason=getattr(exc, "strerror", None) or exc)
        return desk.refuse(desk.words.not_replaced, more)
    return rooms.back(page.address(f"library/removed/{removal.removed_id}", desk.words, f"reading={number}"))


# -- removing


def _ask_removal(desk: Desk) -> Response:
    reason = document_room.cannot_move(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_remove, reason)
    files = [file.shown for file in document_room.files(desk.info, desk.house.corpus) if file.there]
    return desk.show(document_form.removal(desk.info, files, desk.words))


def _remove(desk: Desk) -> Response:
    reason = document_room.cannot_move(desk.info, desk.house.corpus, desk.words)
    if reason:
        return desk.refuse(desk.words.cannot_remove, reason)
    try:
        removal, number = document_moves.remove(desk.house, desk.principal, desk.info)
    except NotMoved as exc:
        return desk.refuse(desk.words.nothing_removed, desk.words.nothing_removed_more.format(reason=exc))
    return rooms.back(page.address(f"library/removed/{removal.removed_id}", desk.words, f"reading={number}"))
