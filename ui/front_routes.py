"""What belongs to no room: the counts that every header shows."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ui.house import House
from ui.words import Words


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language."""
    router = APIRouter()

    @router.get("/counts")
    def counts(request: Request) -> Response:
        kept = len(house.desk.kept(house.who(request.headers)))
        shown = f"({words.number(kept)})" if kept else ""
        return JSONResponse({"collected": {"shown": shown}}, headers={"Cache-Control": "private, no-store"})

    return router
