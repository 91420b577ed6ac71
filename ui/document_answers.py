"""What the routes of a document's page have in common: who may, what is not there, what failed."""

from fastapi import Request
from fastapi.responses import Response

from ui import document_room, reasons, removed_page, rooms, text
from ui.house import House
from ui.words import Words

_PARTS = ("document.css",)


def show(request: Request, title: str, body: str, words: Words, status: int = 200) -> Response:
    """Answer with a page of the Library room."""
    return rooms.show(request, "library", title, body, words, parts=_PARTS, status=status)


def problem(request: Request, title: str, more: str, words: Words, status: int, above: str = "") -> Response:
    """Answer with what is wrong and what to do. `above`: HTML that stands over it."""
    said = f'<h1 class="k-title d-bad">{text.escape(title)}</h1><p class="k-lead d-lead">{text.escape(more)}</p>'
    return show(request, title, f'{removed_page.to_library(words)}{above}<div role="alert">{said}</div>', words, status)


def not_found(house: House, request: Request, words: Words) -> Response:
    """Answer that there is no such document; who may edit is offered what was removed."""
    notice = document_room.removed_notice(house, house.who(request.headers), words)
    return problem(request, words.not_found, words.not_found_more, words, 404, notice)


def not_allowed(request: Request, words: Words) -> Response:
    """Answer one who may not change the library."""
    return problem(request, words.may_not_change, words.may_not_change_more, words, 403)


def failed(request: Request, reason: str, words: Words) -> Response:
    """Answer where a change failed, and nothing is lost."""
    more = words.went_wrong_more.format(reason=removed_page.sentence(reasons.said(reason, words)))
    return problem(request, words.went_wrong, more, words, 503)


def whole(value: str) -> int:
    """Read a number from an address; 0 where it is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
