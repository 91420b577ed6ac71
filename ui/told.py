"""Answers of those who stand before the rooms: as a calm page for a browser, and for a script as JSON. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from ui import rules, viewer
from ui.words import LANGUAGES, Words

_NO_STORE = {"Cache-Control": "no-store"}


def words_of(scope: Scope) -> Words:
    """The language of an address; English where it has none and the browser prefers no other."""
    first = scope["path"].split("/")[1]
    if first in LANGUAGES:
        return Words(first)
    return Words("sv" if Headers(scope=scope).get("accept-language", "").lower().startswith("sv") else "en")


def crowded(scope: Scope, seconds: float) -> Response:
    """Say that it is the turn of others, and when it is theirs again."""
    words, wait = words_of(scope), ceil(seconds)
    return answer(scope, 429, words.too_many, words.too_many_more.format(n=words.number(wait)), {"Retry-After": str(wait)})


def answer(scope: Scope, status: int, title: str, more: str, headers: Mapping[str, str] = {}) -> Response:
    """Say what is wrong and what to do."""
    sent = {**_NO_STORE, **headers}
    said = f"{title}. {more}" if more else title
    if rules.is_for_programs(scope["path"]):
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": said}  # RFC 9457
        return JSONResponse(problem, status, headers=sent, media_type="application/problem+json")
    if "text/html" in Headers(scope=scope).get("accept", ""):
        return HTMLResponse(viewer.problem(title, more, words_of(scope)), status, headers=sent)
    return JSONResponse({"detail": said, "said": said}, status, headers=sent)
