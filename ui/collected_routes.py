"""The addresses of the Collected room: the room, what changes it, and its exports."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from index.access import Principal
from index.errors import LibraryError
from ui import collectedfiles, collecting, collection, exports, forms, noting, page, question, reasons, results, rooms, scope
from ui.collecting import Item
from ui.house import House
from ui.references import Head
from ui.words import Words

Sent = Annotated[Mapping[str, str], Depends(forms.sent)]
Write = Callable[[Sequence[Item], Head, Words], bytes]
_PARTS = ("collected.css", "collected.js")
_PRIVATE = {"Cache-Control": "private, no-store"}
_FILES: dict[str, tuple[str, Write]] = {
    "docx": (exports.DOCX, collectedfiles.to_docx),
    "md": (exports.MARKDOWN, collectedfiles.to_markdown),
    "csv": (exports.CSV, collectedfiles.to_csv),
    "bib": (exports.BIBTEX, collectedfiles.to_bibtex),
    "ris": (exports.RIS, collectedfiles.to_ris),
}


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()

    @router.get("/collected")
    def room(request: Request) -> Response:
        return _room(house, request, words)

    def change(name: str, does: Callable[["_Change"], Response]) -> None:
        @router.post(f"/collected/{name}", name=f"collected_{name}")
        def changed(request: Request, sent: Sent) -> Response:
            return _change(_Change(house, request, sent, words), does)

        @router.get(f"/collected/{name}", name=f"collected_{name}_instead")
        def instead() -> Response:  # where the language is switched on the answer to a form
            return rooms.back(page.address("collected", words))

    for name, does in (("keep", _keep), ("note", _note), ("move", _move), ("remove", _remove), ("back", _bring_back)):
        change(name, does)

    def export(kind: str, media: str, write: Write) -> None:
        @router.get(f"/collected.{kind}", name=f"collected_{kind}")
        def exported(request: Request) -> Response:
            return _export(house, request, words, kind, media, write)

    for kind, (media, write) in _FILES.items():
        export(kind, media, write)
    return router


def _items(house: House, principal: Principal) -> tuple[Item, ...]:
    return collecting.collection(house.library, house.desk, principal)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _room(house: House, request: Request, words: Words) -> Response:
    principal, query = house.who(request.headers), request.query_params
    items = _items(house, principal)
    notice, gone = "", scope.id_of(query.get("gone", ""))
    if gone and collecting.can_come_back(house.desk, principal, gone):
        notice = collection.removed(gone, words)
    elif any(item.kept.kept_id == scope.id_of(query.get("back", "")) for item in items):
        notice = collection.returned(words)
    head = collectedfiles.head(items, principal.name, _now(), words)
    body = collection.render(items, head, words, notice=notice) if items else collection.empty(words, notice=notice)
    return rooms.show(request, "collected", words.collected_title, body, words, parts=_PARTS)


def _export(house: House, request: Request, words: Words, kind: str, media: str, write: Write) -> Response:
    principal = house.who(request.headers)
    items = _items(house, principal)
    if not items:
        first = words.keep_first.format(keep=words.keep, keep_all=words.keep_all)
        return rooms.problem(request, "collected", words.nothing_to_save, first, words)
    head = collectedfiles.head(items, principal.name, _now(), words)
    content = write(items, head, words)
    noting.more(request, kind=kind, rows=str(len(items)), mark=head.mark)
    name = exports.file_name("collected", kind, datetime.now().astimezone().date().isoformat())
    return Response(content, media_type=media, headers={**page.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'})


# -- changes


class _Change:
    """One change that somebody asks for."""

    def __init__(self, house: House, request: Request, sent: Mapping[str, str], words: Words) -> None:
        self.house = house
        self.request = request
        self.sent = sent
        self.words = words
        self.principal = house.who(request.headers)
        self.kept_id = scope.id_of(sent.get("id", ""))

    def done(self, told: Mapping[str, object], address: str) -> Response:
        """Answer a script with what it wants to know, and a browser with where to look."""
        if forms.wants_page(self.request):
            return rooms.back(page.address("collected", self.words) + address)
        return JSONResponse(dict(told), headers=_PRIVATE)

    def refuse(self, title: str, more: str, status: int) -> Response:
        """Answer that this cannot be done, and what to do."""
        if not forms.wants_page(self.request):
            return JSONResponse({"problem": f"{title}. {more}"}, status_code=status, headers=_PRIVATE)
        body = results.message(title, more, kind="bad") + collection.onward(self.words)
        return rooms.show(self.request, "collected", title, body, self.words, parts=_PARTS, status=status)

    def missing(self) -> Response:
        """Answer that there is no such passage."""
        return self.refuse(self.words.no_such_kept, self.words.no_such_kept_more, 404)


def _change(change: _Change, does: Callable[[_Change], Response]) -> Response:
    try:
        return does(change)
    except LibraryError as exc:
        reason = reasons.said(str(exc), change.words)
        return change.refuse(change.words.not_done, change.words.not_done_more.format(reason=reason), 503)


def _keep(change: _Change) -> Response:
    house, sent = change.house, change.sent
    asked = exports.line(sent.get("question", ""))[: question.LONGEST]
    kept = collecting.keep(house.library, house.desk, change.principal, sent.get("passages", ""), asked)
    return change.done({"kept": kept, "total": len(_items(house, change.principal))}, "")


def _note(change: _Change) -> Response:
    note = change.sent.get("note", "").replace("\r\n", "\n").strip()
    if len(note) > collecting.LONGEST_NOTE:
        most = change.words.number(collecting.LONGEST_NOTE)
        return change.refuse(change.words.note_long, change.words.note_long_more.format(n=most), 400)
    if "note" not in change.sent or not change.house.desk.annotate(change.principal, change.kept_id, note):
        return change.missing()
    return change.done({"saved": True}, f"#kept-{change.kept_id}")


def _move(change: _Change) -> Response:
    items = _items(change.house, change.principal)
    place = collecting.move(change.house.desk, change.principal, items, change.kept_id, change.sent.get("to", ""))
    if not place:
        return change.missing()
    told = change.words.moved_to.format(n=change.words.number(place))
    return change.done({"place": place, "said": told}, f"#kept-{change.kept_id}")


def _remove(change: _Change) -> Response:
    number = collecting.let_go(change.house.desk, change.principal, change.kept_id)
    return change.done({"number": number}, f"?gone={number}") if number else change.missing()


def _bring_back(change: _Change) -> Response:
    back = collecting.bring_back(change.house.desk, change.principal, scope.id_of(change.sent.get("number", "")))
    if not back:
        return change.refuse(change.words.not_back_again, change.words.not_back_again_more, 410)
    return change.done({"id": back}, f"?back={back}#kept-{back}")
