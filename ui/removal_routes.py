"""The addresses of what was removed or replaced: how that went, and the way back."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.access import Principal
from index.errors import LibraryError
from ui import document_answers as answers
from ui import document_moves, document_room, document_states, noting, page, removals, removed_page, results, rooms, scope
from ui.house import House
from ui.removals import NotMoved, Occupied, Removal
from ui.words import Words

Act = Callable[[House, Words, Request, Removal, Principal], Response]


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language."""
    router = APIRouter()
    router.get("/library/removed/{removed_id}")(_endpoint(house, words, _removed))
    router.post("/library/removed/{removed_id}/again")(_endpoint(house, words, _again))
    router.post("/library/removed/{removed_id}/back")(_endpoint(house, words, _bring_back))

    @router.get("/library/removed/{removed_id}/state/{number}")
    def state(request: Request, removed_id: str, number: str) -> Response:
        principal = house.who(request.headers)
        removal = removals.find(house.desk, principal, scope.id_of(removed_id)) if principal.may_edit else None
        if removal is None:
            return rooms.fragment("")
        html, done = document_states.of_removal(house, principal, removal, answers.whole(number), words)
        return rooms.fragment(html, done=done)

    @router.get("/library/removed/{removed_id}/again")
    @router.get("/library/removed/{removed_id}/back")
    def instead(removed_id: str) -> Response:
        return rooms.back(page.address(f"library/removed/{scope.id_of(removed_id)}", words))

    @router.get("/library/back/{number}")
    def returned(request: Request, number: str) -> Response:
        return _returned(house, request, number, words)

    @router.get("/library/back/{number}/state")
    def return_state(request: Request, number: str) -> Response:
        principal = house.who(request.headers)
        if not principal.may_edit:
            return rooms.fragment("")
        mark = request.query_params.get("file", "")
        html, done = document_states.of_return(house, principal, answers.whole(number), mark, words)
        return rooms.fragment(html, done=done)

    return router


def _endpoint(house: House, words: Words, does: Act) -> Callable[..., Response]:
    """Make the function that answers: for those who may change the library, about a removal that they may see."""

    def answer(request: Request, removed_id: str) -> Response:
        principal = house.who(request.headers)
        if not principal.may_edit:
            return answers.not_allowed(request, words)
        try:
            removal = removals.find(house.desk, principal, scope.id_of(removed_id))
            if removal is None:
                return answers.problem(request, words.no_removal, words.no_removal_more, words, 404)
            noting.more(request, document=removal.title)
            return does(house, words, request, removal, principal)
        except LibraryError as exc:
            return answers.failed(request, str(exc), words)

    return answer


def _removed(house: House, words: Words, request: Request, removal: Removal, principal: Principal) -> Response:
    number = answers.whole(request.query_params.get("reading", ""))
    leaf = document_room.leaf(removal, house, principal)
    state = document_states.of_removal(house, principal, removal, number, words)
    address = page.address(f"library/removed/{removal.removed_id}/state/{number}", words)
    body = removed_page.removed(leaf, document_states.live(state, address), words)
    return answers.show(request, removal.title, body, words)


def _again(house: House, words: Words, request: Request, removal: Removal, principal: Principal) -> Response:
    number = document_moves.again(house, removal)
    return rooms.back(page.address(f"library/removed/{removal.removed_id}", words, f"reading={number}"))


def _bring_back(house: House, words: Words, request: Request, removal: Removal, principal: Principal) -> Response:
    try:
        back = document_moves.bring_back(house, principal, removal)
    except Occupied as exc:
        file = str(document_room.within(exc.path, house.corpus) or exc.path)
        return answers.problem(request, words.place_taken, words.place_taken_more.format(file=file), words, 409)
    except NotMoved as exc:
        return answers.problem(request, words.not_back, words.not_back_more.format(reason=exc), words, 409)
    query = f"file={document_moves.mark(back.path)}" + ("" if back.described else "&described=no")
    return rooms.back(page.address(f"library/back/{back.number}", words, query))


def _returned(house: House, request: Request, number: str, words: Words) -> Response:
    principal, query = house.who(request.headers), request.query_params
    if not principal.may_edit:
        return answers.not_allowed(request, words)
    mark = query.get("file", "")
    mark = mark if mark.isalnum() and mark.isascii() and len(mark) <= 64 else ""
    state = document_states.of_return(house, principal, answers.whole(number), mark, words)
    address = page.address(f"library/back/{answers.whole(number)}/state", words, f"file={mark}")
    fault = results.message(words.back_described, kind="bad") if query.get("described") == "no" else ""
    body = removed_page.returned(document_states.live(state, address), fault, words)
    return answers.show(request, words.back_title, body, words)
