"""The addresses of the Library room: the list, taking files in, and readings. A document's own page has its own module."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from index.access import Principal
from ui import document_room, document_routes, exports, library_page, noting, page, readings, receiving, rooms, shelf_filters
from ui.house import House
from ui.keeping import REFUSALS, Kept, LibraryRoom, NoCorpus, shown_path
from ui.library_page import Room
from ui.receiving import Received
from ui.scope import id_of
from ui.words import Words

_PARTS = ("document.css", "library.css", "library.js")  # the first for what was removed
_MOST_NAMES = 20_000
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # half of a pair of code units, as JSON may hold it, is written nowhere


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()
    addresses = _Addresses(house, words)
    router.get("/library")(addresses.room)
    router.post("/library/files")(addresses.files)
    router.post("/library/read")(addresses.read)
    router.post("/library/step")(addresses.step)
    router.get("/library/readings/{number}.csv")(addresses.report)
    router.get("/library/readings/{number}")(addresses.reading)
    router.post("/library/readings/{number}/stop")(addresses.stop)
    for name in ("files", "read", "step"):
        router.get(f"/library/{name}", name=f"library_{name}_instead")(addresses.instead)
    router.get("/library/readings/{number}/stop")(addresses.instead_of_stop)
    router.include_router(document_routes.make(house, words))
    return router


class _Addresses:
    """What each address answers, in one language."""

    def __init__(self, house: House, words: Words) -> None:
        self._house = house
        self._words = words
        self._work = LibraryRoom(house.library, house.jobs, house.corpus, words)

    def room(self, request: Request) -> Response:
        """Show the list, or the pictures."""
        house, words = self._house, self._words
        principal = house.who(request.headers)
        asked = id_of(request.query_params.get("reading", ""))
        numbers = dict.fromkeys([*([asked] if asked else []), *self._work.under_way()])
        found = [self._work.reading(number, principal) for number in numbers]
        room = Room(
            shelf=house.library.documents(principal),
            files=house.library.files(principal),
            choice=shelf_filters.read(request.url.query),
            corpus=str(house.corpus),
            watching=house.watching,
            shorten=lambda path: shown_path(path, house.corpus),
            pictures=request.query_params.get("view") == "pictures",
            editor=principal.may_edit,
            readings=[one for one in found if one is not None],
            removed=document_room.removed_notice(house, principal, words),
        )
        title = words.pictures_title if room.pictures else page.name("library", words)
        return rooms.show(request, "library", title, library_page.render(room, words), words, parts=_PARTS)

    async def files(self, request: Request) -> Response:
        """Take in files as they arrive: one from library.js, which is told what became of it, or those of the plain form."""
        principal = self._house.who(request.headers)
        scripted = "application/json" in request.headers.get("accept", "")
        if not principal.may_edit:
            return self._not_editor(request, scripted)
        uploads = self._house.data / "cache" / "uploads"
        try:
            receiving.check(request.headers)
            await run_in_threadpool(uploads.mkdir, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=uploads) as folder:
                received = await receiving.receive(request.headers, request.stream(), Path(folder))
                kept = await run_in_threadpool(self._take, received, principal)
        except receiving.TooMuch:
            return self._refused(request, scripted, "large", 413)
        except receiving.NoForm:
            return self._problem(request, scripted, self._words.not_a_form, 400)
        except ClientDisconnect:
            return Response(status_code=400)  # it was cancelled: nobody listens
        except OSError:
            return self._refused(request, scripted, "disk", 507)
        noting.more(request, files=noting.listed([one.name for one in kept if not one.refused]))
        if scripted:
            return self._told(kept)
        return await run_in_threadpool(self._read_plainly, request, kept, principal)

    def read(self, request: Request, wanted: Any = Body(None)) -> Response:  # noqa: ANN401, B008 - what was sent as JSON; FastAPI's way
        """Start reading files that library.js has sent; the answer says where to look."""
        principal = self._house.who(request.headers)
        if not principal.may_edit:
            return self._not_editor(request, True)
        given = wanted if isinstance(wanted, dict) else {}
        names = _texts(given.get("names"))
        pairs = [_texts(pair) for pair in _list(given.get("refused"))]
        refused = [(pair[0][:300], pair[1]) for pair in pairs if len(pair) == 2 and pair[1] in REFUSALS]
        number = self._work.read(names, refused, principal)
        if not number:
            return JSONResponse({"said": self._words.nothing_added}, status_code=400)
        return JSONResponse({"address": self._looking_at(number)})

    def step(self, request: Request) -> Response:
        """Bring the library into step with the corpus folder."""
        principal = self._house.who(request.headers)
        words = self._words
        if not principal.may_edit:
            return self._not_editor(request, False)
        try:
            number = self._work.step(principal)
        except NoCorpus:
            title = words.no_corpus.format(corpus=self._house.corpus)
            return rooms.problem(request, "library", title, words.no_corpus_more, words, 409)
        return rooms.back(self._looking_at(number))

    def reading(self, request: Request, number: str) -> Response:
        """Show how a reading stands, as a piece of the room; whoever opens the address itself is led to the room."""
        one = self._work.reading(id_of(number), self._house.who(request.headers))
        if one is None:
            return self._no_reading(request)
        if request.headers.get("sec-fetch-dest") == "document":
            return rooms.back(self._looking_at(one.number))
        return rooms.fragment(readings.render(one, self._words), done=one.done)

    def report(self, request: Request, number: str) -> Response:
        """Save what became of each file."""
        principal = self._house.who(request.headers)
        one = self._work.reading(id_of(number), principal)
        if one is None:
            return self._no_reading(request)
        name = self._words.report_name.format(n=one.number)
        marks = {info.document_id: info.handling for info in self._house.library.documents(principal)}
        noting.more(request, kind="csv", rows=str(len(one.outcomes)))
        report = readings.report(one, marks, principal.name, datetime.now(UTC).isoformat(timespec="seconds"), self._words)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
        return Response(report, media_type=exports.CSV, headers=headers)

    def stop(self, request: Request, number: str) -> Response:
        """End a reading. What it has read stays."""
        principal = self._house.who(request.headers)
        if not principal.may_edit:
            return self._not_editor(request, False)
        wanted = id_of(number)
        if not self._work.stop(wanted):
            return self._no_reading(request)
        return rooms.back(self._looking_at(wanted))

    # -- where the language is switched on the answer to a form

    def instead(self) -> Response:
        """Lead to the room."""
        return rooms.back(page.address("library", self._words))

    def instead_of_stop(self, number: str) -> Response:
        """Lead to the reading."""
        return rooms.back(self._looking_at(id_of(number)))

    # -- parts

    def _take(self, received: Sequence[Received], principal: Principal) -> list[Kept]:
        return [self._work.take(one.path, one.name, principal) for one in received]

    def _told(self, kept: Sequence[Kept]) -> Response:
        if not kept:
            return JSONResponse({"refused": "empty", "said": self._words.nothing_sent}, status_code=400)
        one = kept[0]
        if one.refused:
            return JSONResponse({"refused": one.refused, "said": self._work.refusal(one.refused)}, status_code=422)
        return JSONResponse({"name": one.name, "there": one.there})

    def _read_plainly(self, request: Request, kept: Sequence[Kept], principal: Principal) -> Response:
        refused = [(one.name, one.refused) for one in kept if one.refused]
        number = self._work.read([one.name for one in kept if not one.refused], refused, principal)
        if number:
            return rooms.back(self._looking_at(number))
        said = " ".join(f"{name}: {self._work.refusal(code)}" for name, code in refused) or self._words.nothing_sent
        return rooms.problem(request, "library", self._words.nothing_added, said, self._words, 400)

    def _looking_at(self, number: int) -> str:
        return page.address("library", self._words, urlencode({"reading": number}))

    def _not_editor(self, request: Request, scripted: bool) -> Response:
        words = self._words
        if scripted:
            return JSONResponse({"said": words.not_editor}, status_code=403)
        return rooms.problem(request, "library", words.not_editor, words.not_editor_more, words, 403)

    def _refused(self, request: Request, scripted: bool, code: str, status: int) -> Response:
        said = self._work.refusal(code)
        if scripted:
            return JSONResponse({"refused": code, "said": said}, status_code=status)
        return rooms.problem(request, "library", self._words.nothing_added, said, self._words, status)

    def _problem(self, request: Request, scripted: bool, said: str, status: int) -> Response:
        if scripted:
            return JSONResponse({"said": said}, status_code=status)
        return rooms.problem(request, "library", self._words.nothing_added, said, self._words, status)

    def _no_reading(self, request: Request) -> Response:
        return rooms.problem(request, "library", self._words.no_reading, self._words.no_reading_more, self._words)


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - from JSON
    return value[:_MOST_NAMES] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - from JSON
    return [one for one in _list(value) if isinstance(one, str) and not _NO_TEXT.search(one)]
