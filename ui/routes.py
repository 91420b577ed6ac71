"""The page's own addresses: viewer, page images, original files, the choice of language; what is told when something fails."""

import hashlib
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from index.access import Handling, Principal, level_of, mark_of
from index.result import DocumentInfo, Hit
from ui import images, logs, noting, page, reading, reasons, related, rooms, scope, stamp, viewer
from ui.house import House
from ui.words import LANGUAGES, Words

_LOG = logging.getLogger(__name__)
_PRIVATE = {"Cache-Control": "private, no-store"}
_ASKED_AGAIN = {"Cache-Control": "private, no-cache"}  # kept by the browser, but each use passes the gate again
# Chromium shows a PDF with a viewer of its own, which a strict policy would shut out.
_PDF_POLICY = {"Content-Security-Policy": "frame-ancestors 'none'"}
_SAVED_POLICY = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
_READ = ["GET", "HEAD"]
# The parts that rooms share, once more for what stands inside Gradio: nested in its containers, or its own rules for Markdown
# would win over ours.
_BASE = (Path(__file__).parent / "static" / "base.css").read_text("utf-8")
_SHOWN = f":is(#k-answering, #k-how, #k-viewer) {{\n{_BASE}\n}}\n"
_SIMILAR = 6
_SIMILAR_DOCUMENTS = 5


def make(house: House) -> APIRouter:
    """Make the routes. All are plain functions: they wait for disk and children, so they run in threads."""
    router = APIRouter()

    @router.api_route("/", methods=_READ)
    def front(request: Request) -> Response:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
        address = f"/{language_of(request)}/" + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address, status_code=307, headers={"Vary": "Accept-Language"})

    @router.api_route("/view", methods=_READ)
    def nothing_yet(request: Request) -> Response:
        return HTMLResponse(viewer.empty(Words(language_of(request))), headers=_PRIVATE)

    @router.api_route("/view/{document_id}", methods=_READ)
    def view(request: Request, document_id: str) -> Response:
        return _view(house, request, document_id, Words(language_of(request)))

    @router.api_route("/similar/{passage_id}", methods=_READ)
    def similar(request: Request, passage_id: str) -> Response:
        return _similar(house, request, passage_id, Words(language_of(request)))

    @router.api_route("/context/{passage_id}", methods=_READ)
    def context(request: Request, passage_id: str) -> Response:
        return _context(house, request, passage_id, Words(language_of(request)))

    @router.api_route("/image/{document_id}/{name}", methods=_READ)
    def image(request: Request, document_id: str, name: str) -> Response:
        return _image(house, request, document_id, name, Words(language_of(request)))

    @router.api_route("/source/{document_id}", methods=_READ)
    def source(request: Request, document_id: str) -> Response:
        words = Words(language_of(request))
        info = _find(house, request, document_id)
        path = house.library.source(info.document_id, house.who(request.headers)) if info else None
        if info is None:
            return _problem(words.not_found, words.not_found_more, words)
        noting.more(request, document=info.title or info.path, mark=mark_of(info.handling))
        return _source(info, path) if path else _problem(words.source_missing, "", words)

    _small(router)
    return router


def _small(router: APIRouter) -> None:
    @router.api_route("/shown.css", methods=_READ)
    def shown() -> Response:
        return Response(_SHOWN, media_type="text/css", headers={"Cache-Control": "no-cache"})

    for room in (*page.ROOMS[1:], "account", "sign-in"):
        router.add_api_route(f"/{room}", _elsewhere(room), methods=_READ)


def _elsewhere(room: str) -> Callable[[Request], Response]:
    """Lead an address without a language, as somebody may type it, to the room in the browser's language."""

    def lead(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        address = f"/{language_of(request)}/{room}{query}"
        return RedirectResponse(address, status_code=307, headers={"Vary": "Accept-Language"})

    return lead


def library_failed(request: Request, exc: Exception) -> Response:
    """Answer where the library cannot be opened: its message, which says what to do."""
    logs.event("library_failed", error=exc)
    words = _words_of(request)
    return _told(request, words.library_failed, reasons.said(str(exc), words), words, 503)


def unexpected(request: Request, reference: str) -> Response:
    """Answer where something went wrong that nobody foresaw; the log has more under `reference`."""
    words = _words_of(request)
    return _told(request, words.unforeseen, words.unforeseen_more.format(reference=reference), words, 500)


def _words_of(request: Request) -> Words:
    language = request.url.path.split("/")[1]
    return Words(language if language in LANGUAGES else language_of(request))


def _told(request: Request, title: str, more: str, words: Words, status: int) -> Response:
    """In the frame of the room where it happened; as a page of its own where that was in none."""
    _, language, room, *_ = [*request.url.path.split("/"), "", ""]
    room = room or "ask"
    if language in LANGUAGES and room in page.ROOMS:
        return rooms.problem(request, room, title, more, words, status)
    return _problem(title, more, words, status)


def language_of(request: Request) -> str:
    """Choose the interface's language: what the address says, or what the browser prefers."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def preferred(accept: str) -> str:
    """Read an Accept-Language header: the language of ours that it ranks highest, English where it names none."""
    best, found = 0.0, LANGUAGES[0]
    for part in accept.split(","):
        name, _, weight = part.strip().partition(";")
        code = name.strip().lower().split("-")[0]
        match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight) if weight else None
        rank = float(match[1]) if match else 0.0 if weight else 1.0
        if code in LANGUAGES and rank > best:
            best, found = rank, code
    return found


def _find(house: House, request: Request, document_id: str) -> DocumentInfo | None:
    return house.library.document(scope.id_of(document_id), house.who(request.headers))


def _around(house: House, request: Request, passage_id: str, around: int) -> tuple[Hit | None, tuple[Hit, ...]]:
    """A passage with its neighbours; None where it does not exist for the one who asks."""
    number = scope.id_of(passage_id)
    near = house.library.neighbours(number, principal=house.who(request.headers), around=around)
    return next((hit for hit in near if hit.passage_id == number), None), near


def _similar(house: House, request: Request, passage_id: str, words: Words) -> Response:
    own, _ = _around(house, request, passage_id, 0)
    if own is None:
        return _problem(words.no_passage, words.not_found_more, words)
    noting.more(request, document=own.title or own.path)
    principal = house.who(request.headers)
    found = house.library.similar(own.passage_id, principal=principal, top=_SIMILAR)
    near = house.library.similar_documents(own.document_id, principal=principal, top=_SIMILAR_DOCUMENTS)
    return HTMLResponse(related.similar(own, found, [info for info, _ in near], words), headers=_PRIVATE)


def _context(house: House, request: Request, passage_id: str, words: Words) -> Response:
    own, near = _around(house, request, passage_id, 1)
    if own is None:
        return _problem(words.no_passage, words.not_found_more, words)
    noting.more(request, document=own.title or own.path)
    return HTMLResponse(related.context(own, near, words), headers=_PRIVATE)


def _view(house: House, request: Request, document_id: str, words: Words) -> Response:
    info = _find(house, request, document_id)
    if info is None:
        return _problem(words.not_found, words.not_found_more, words)
    query = request.query_params
    known = {name: query.get(name, "") for name in ("start", "end", "p", "zoom", "v")}
    try:
        place = reading.parse(**known, mark=query.getlist("mark"), hit=query.getlist("hit"))
    except reading.BadPlace:
        return _problem(words.bad_place, "", words, status=400)
    principal = house.who(request.headers)
    noting.more(request, document=info.title or info.path)
    pages = reading.pages(house.library, info, place, principal)
    if not pages:
        missing = words.page_not_found.format(n=place.page) if place.page else words.bad_place
        return _problem(info.title or info.path, missing, words)
    source = house.library.source(info.document_id, principal) is not None
    return HTMLResponse(viewer.render(pages, place, words, source=source), headers=_PRIVATE)


def _image(house: House, request: Request, document_id: str, name: str, words: Words) -> Response:
    info = _find(house, request, document_id)
    found = re.fullmatch(r"([0-9]{1,6})\.png", name)
    page = int(found[1]) if found else 0
    if info is None or info.format != "pdf" or not 1 <= page <= info.pages:
        return _problem(words.not_found, "", words)
    wanted = request.query_params.get("w", "1400")
    width = images.width_for(int(wanted) if re.fullmatch(r"[0-9]{1,5}", wanted) else 1400)
    noting.more(request, document=info.title or info.path)
    mark, beside = mark_of(info.handling), _beside(info, house.who(request.headers))
    stamped = hashlib.sha256(f"{mark} {beside}".encode()).hexdigest()[:16]
    tag = f'"{info.sha256}-{page}-{width}-{stamped}"'
    headers = {**_ASKED_AGAIN, "ETag": tag, "X-Handling": _header(mark)}
    if tag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    image = house.images.cached(info.sha256, page, width)
    if image is None:
        path = house.library.source(info.document_id, house.who(request.headers))
        if path is None:
            return _problem(words.source_missing, "", words)
        try:
            image = house.images.draw(path, info.sha256, page, width)
        except Exception as exc:  # whatever is wrong with the file, the viewer still has its text
            return _not_drawn(info, page, exc, words)
    try:
        return Response(stamp.stamped(image, mark, beside), media_type="image/png", headers=headers)
    except (OSError, ValueError) as exc:  # a damaged file of the cache
        return _not_drawn(info, page, exc, words)


def _not_drawn(info: DocumentInfo, page: int, exc: Exception, words: Words) -> Response:
    _LOG.warning("page %d of document %d could not be drawn: %s", page, info.document_id, logs.kind(exc))
    return _problem(words.no_image, "", words)


def _beside(info: DocumentInfo, principal: Principal) -> str:
    """Who looks, and on which day: for all that is not for everybody."""
    if level_of(info.handling) is Handling.CLEAR:
        return ""
    return f"{principal.name} {datetime.now(UTC).date().isoformat()}"


def _header(mark: str) -> str:
    """A mark as the value of a header, which holds no more than ASCII."""
    return stamp.plain(" ".join(mark.split()))


def _source(info: DocumentInfo, path: Path) -> Response:
    """Send the file as it is, its mark in its name: a PDF to be shown, everything else only to be saved.

    What is no PDF could run in the browser: it is told to do nothing with it, whatever it is.
    """
    mark, shown = mark_of(info.handling), info.format == "pdf"
    return FileResponse(
        path,
        media_type="application/pdf" if shown else "application/octet-stream",
        filename=f"{_named(mark)} {path.name}",
        content_disposition_type="inline" if shown else "attachment",
        headers={**_ASKED_AGAIN, **(_PDF_POLICY if shown else _SAVED_POLICY), "X-Handling": _header(mark)},
    )


def _named(mark: str) -> str:
    """A mark as a part of a file's name: "TLP-AMBER+STRICT"."""
    return re.sub(r"[^\w+.-]+", "-", mark).strip("-.")


def _problem(title: str, more: str, words: Words, status: int = 404) -> Response:
    return HTMLResponse(viewer.problem(title, more, words), status_code=status, headers=_PRIVATE)
