"""The addresses of signing in at another place: where one leaves for it, and where one comes back."""

from math import ceil
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from ui import account_page, account_routes, page, rooms
from ui.house import House
from ui.ports import Gate, SignOn
from ui.routes import language_of
from ui.words import LANGUAGES, Words

_LASTS = 600  # seconds; the cookie says so itself, too
_STATUS = {
    "again": 400, "denied": 403, "unreachable": 503, "untrusted": 502, "refused": 403, "name": 409, "disabled": 403, "wait": 429,
}  # fmt: skip


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for the provider, so they run in threads."""
    router = APIRouter()
    if house.gate is not None and house.sign_on is not None:
        _leaving(router, house.gate, house.sign_on, words)
    return router


def make_return(house: House) -> APIRouter:
    """Make the one address that the provider sends browsers back to."""
    router = APIRouter()
    if house.gate is not None and house.sign_on is not None:
        _coming_back(router, house.gate, house.sign_on)
    return router


def _leaving(router: APIRouter, gate: Gate, sign_on: SignOn, words: Words) -> None:
    @router.get("/sign-in/provider")
    def leave(request: Request) -> Response:
        onward = account_routes.onward(request.query_params.get("next", ""), words)
        if gate.of_cookie(request.headers) is not None:
            return rooms.back(onward)
        begun = sign_on.begin(onward, words.language, account_routes.address(request))
        if begun.problem:
            return _problem(sign_on, begun.problem, words, onward, begun.wait)
        response = rooms.back(begun.address)
        secure = request.url.scheme == "https"
        response.set_cookie(
            _cookie(request), begun.cookie, max_age=_LASTS, path="/", httponly=True, samesite="lax", secure=secure
        )
        return response


def _coming_back(router: APIRouter, gate: Gate, sign_on: SignOn) -> None:
    @router.get("/sign-in/callback")
    def come(request: Request) -> Response:
        ended = sign_on.finish(
            request.query_params.multi_items(), request.cookies.get(_cookie(request), ""), account_routes.address(request),
            gate.secret_of(request.headers),
        )  # fmt: skip
        words = Words(ended.language if ended.language in LANGUAGES else language_of(request))
        onward = ended.onward or page.address("ask", words)
        response: Response
        if ended.secret:
            response = account_routes.with_cookie(request, rooms.back(onward), ended.secret)
        else:
            response = _problem(sign_on, ended.problem, words, onward, ended.wait)
        if ended.spent:
            secure = request.url.scheme == "https"
            response.delete_cookie(_cookie(request), path="/", httponly=True, samesite="lax", secure=secure)
        return response


def _cookie(request: Request) -> str:
    """The name of the cookie that tells who has left; by TLS a browser takes it from this host alone."""
    return "__Host-kalla-away" if request.url.scheme == "https" else "kalla-away"


def _problem(sign_on: SignOn, problem: str, words: Words, onward: str, wait: float) -> Response:
    """A page that says why one is not in, and leads back to where one signs in."""
    seconds = ceil(wait)
    said = words.sign_in_wait.format(n=words.number(seconds)) if problem == "wait" else _said(sign_on, problem, words)
    back = f"{page.address('sign-in', words)}?{urlencode({'next': onward})}"
    html = page.render(
        "", words.sign_on_failed, account_page.not_signed_in(words, said, back), words, here="sign-in", parts=("account.css",)
    )
    response = HTMLResponse(html, status_code=_STATUS[problem], headers=page.HEADERS)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def _said(sign_on: SignOn, problem: str, words: Words) -> str:
    more = "" if sign_on.only else f" {words.sign_on_password}"
    said = {
        "again": words.sign_on_again,
        "denied": words.sign_on_denied,
        "unreachable": words.sign_on_unreachable + more,
        "untrusted": words.sign_on_untrusted,
        "refused": words.sign_on_refused,
        "name": words.sign_on_name,
        "disabled": words.sign_on_disabled,
    }
    return said[problem].format(name=sign_on.name)
