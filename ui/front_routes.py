"""What belongs to no room: the counts that every header shows."""

from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from index.errors import LibraryError
from ui import collecting, following
from ui.house import House
from ui.words import Words


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language."""
    router = APIRouter()

    @router.get("/counts")
    def counts(request: Request) -> Response:
        return JSONResponse(_counts(house, request, words), headers={"Cache-Control": "private, no-store"})

    return router


def _counts(house: House, request: Request, words: Words) -> dict[str, dict[str, str]]:
    """Count what is kept and what is new. What cannot be counted now is left out: the page works without it."""
    principal = house.who(request.headers)
    told: dict[str, dict[str, str]] = {}
    with suppress(LibraryError):
        kept = len(collecting.collection(house.library, house.desk, principal))
        said = words.count(words.passages_n, kept)
        told["collected"] = {"shown": f"({words.number(kept)})", "said": said} if kept else {"shown": "", "said": ""}
    with suppress(LibraryError):
        new = following.waiting(house, principal)
        told["follow"] = {"shown": words.number(new), "said": words.count(words.new_n, new)} if new else {"shown": "", "said": ""}
    return told
