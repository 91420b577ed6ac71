"""The addresses of the Index room."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ui import page, rooms
from ui.house import House
from ui.words import Words


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and model, so they run in threads."""
    router = APIRouter()

    @router.get("/index")
    def room(request: Request) -> Response:
        return rooms.show(request, "index", page.name("index", words), "", words)

    return router
