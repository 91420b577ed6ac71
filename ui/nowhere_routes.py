"""What is answered below a room where there is nothing: a page of the house, in its language."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ui import page, rooms, text
from ui.house import House
from ui.words import Words


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. They come after those of all rooms."""
    router = APIRouter()
    for room in page.ROOMS[1:]:
        router.get(f"/{room}/{{rest:path}}", name=f"nowhere_{room}")(_nowhere(room, words))
    return router


def _nowhere(room: str, words: Words) -> Callable[[Request], Response]:
    def nowhere(request: Request) -> Response:
        way = f'<p><a class="k-button" href="{page.address(room, words)}">{text.escape(page.name(room, words))}</a></p>'
        return rooms.problem(request, room, words.index_no_part, "", words, onward=way)

    return nowhere
