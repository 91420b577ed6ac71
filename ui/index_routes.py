"""The addresses of the Index room."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from index.access import Principal
from ui import forms, noting, page, rooms
from ui.house import House
from ui.indexing import LARGEST_SHEET, LONGEST_MODEL, IndexRoom, Refusal
from ui.uploads import NameRefused
from ui.words import Words

Sent = Annotated[Mapping[str, str], Depends(forms.sent)]
_PARTS = ("index.css",)
_KINDS = {"rebuild": "rebuild", "check": "verify", "questions": "eval"}  # what stands in addresses -> as jobs call it


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()
    room = IndexRoom(house, words)
    desk = _Desk(house, words)
    _doing(router, desk, room)
    _asking(router, house, desk, room)

    for name in ("forget", "questions/again", "rebuild/stop", "check/stop", "questions/stop"):
        router.get(f"/index/{name}", name=f"index_{name}_instead")(desk.instead)
    _looking(router, house, words, room)

    @router.post("/index/forget")
    def forget(request: Request) -> Response:
        return desk.change(request, "unanswered", house.desk.forget_unanswered)

    return router


class _Desk:
    """Where editors hand in what is to be changed."""

    def __init__(self, house: House, words: Words) -> None:
        self._house, self._words = house, words

    def instead(self) -> Response:
        """Lead to the room, where the language is switched on the answer to a form."""
        return rooms.back(page.address("index", self._words))

    def change(self, request: Request, part: str, change: Callable[[Principal], None]) -> Response:
        """Let an editor change something, and lead back to its part of the room."""
        words, principal = self._words, self._house.who(request.headers)
        if not principal.may_edit:
            return rooms.problem(request, "index", words.not_editor, words.nothing_changed, words, 403)
        try:
            change(principal)
        except Refusal as exc:
            return rooms.problem(request, "index", exc.title, exc.more, words, 400)
        except NameRefused as exc:
            said = words.name_hidden if exc.hidden else words.name_empty
            return rooms.problem(request, "index", said, words.sets_no_file_more, words, 400)
        except OSError:
            said = words.not_saved
            return rooms.problem(request, "index", said, words.nothing_changed, words, 500)
        return rooms.back(f"{page.address('index', words)}#{part}")

    def nowhere(self, request: Request) -> Response:
        """Answer for an address that there is not."""
        return rooms.problem(request, "index", self._words.index_no_part, "", self._words)


def _looking(router: APIRouter, house: House, words: Words, room: IndexRoom) -> None:
    @router.get("/index")
    def whole(request: Request, model: str = "", all: str = "") -> Response:
        html = room.render(house.who(request.headers), model=model[:LONGEST_MODEL], everything=all == "yes")
        return rooms.show(request, "index", page.name("index", words), html, words, parts=_PARTS)

    @router.get("/index/{part}")
    def part(request: Request, part: str) -> Response:
        if part not in _KINDS:
            return _Desk(house, words).nowhere(request)
        if request.headers.get("sec-fetch-dest") == "document":  # where the language is switched on the answer to a form
            return rooms.back(f"{page.address('index', words)}#{part}")
        stands = room.part(part, house.who(request.headers))
        return rooms.fragment(stands.shown, done=not stands.live)


def _doing(router: APIRouter, desk: _Desk, room: IndexRoom) -> None:
    @router.post("/index/rebuild")
    def rebuild(request: Request, sent: Sent) -> Response:
        noting.more(request, model=sent.get("model", ""))
        return desk.change(request, "rebuild", lambda _: room.rebuild(sent.get("model", "")))

    @router.post("/index/check")
    def check(request: Request) -> Response:
        return desk.change(request, "check", lambda _: room.check())

    @router.post("/index/{part}/stop")
    def stop(request: Request, part: str) -> Response:
        if part not in _KINDS:
            return desk.nowhere(request)
        return desk.change(request, part, lambda _: room.stop(_KINDS[part]))


def _asking(router: APIRouter, house: House, desk: _Desk, room: IndexRoom) -> None:
    sheets = forms.of_editors(house, 8 * LARGEST_SHEET)  # one that is somewhat too large is told so

    @router.post("/index/questions")
    def questions(request: Request, form: Annotated[FormData, Depends(sheets)]) -> Response:
        sheet = form.get("sheet")
        name, content = "", b""
        if isinstance(sheet, UploadFile):
            name, content = sheet.filename or "", sheet.file.read(LARGEST_SHEET + 1)
        noting.more(request, questions=name)
        return desk.change(request, "questions", lambda principal: room.ask_sheet(name, content, principal))

    @router.post("/index/questions/again")
    def again(request: Request, sent: Sent) -> Response:
        noting.more(request, questions=sent.get("name", ""))
        return desk.change(request, "questions", lambda principal: room.ask_again(sent.get("name", ""), principal))
