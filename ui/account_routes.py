"""The addresses of signing in and of one's own account."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from index.access import Role
from index.errors import LibraryError
from ui import account_page, forms, page, reasons, rooms, trail_routes
from ui.account_page import Account
from ui.house import House
from ui.ports import Gate
from ui.words import Words

Sent = Annotated[Mapping[str, str], Depends(forms.sent)]
_PARTS = ("account.css",)
_ONWARD = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]{0,2000}")
_ROWS = 20
_DAYS = 30


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and hashes, so they run in threads."""
    router = APIRouter()
    gate = house.gate
    if gate is None:
        return router
    _signing_in(router, gate, words)
    trail_routes.make(router, house, gate, words)

    @router.get("/account")
    def account(request: Request) -> Response:
        return _account(request, house, gate, words)

    @router.get("/account/{part}")
    def instead(part: str) -> Response:
        return rooms.back(page.address("account", words))

    @router.post("/account/password")
    def password(request: Request, sent: Sent) -> Response:
        return _change_password(request, house, gate, sent, words)

    @router.post("/account/sign-out")
    def out(request: Request) -> Response:
        gate.sign_out(request.headers)
        return _without_cookie(request, words)

    @router.post("/account/sign-out-everywhere")
    def everywhere(request: Request) -> Response:
        gate.sign_out(request.headers, everywhere=True)
        return _without_cookie(request, words)

    return router


def _signing_in(router: APIRouter, gate: Gate, words: Words) -> None:
    @router.get("/sign-in")
    def form(request: Request) -> Response:
        onward = _onward(request.query_params.get("next", ""), words)
        if not gate.signing_in() or gate.of_cookie(request.headers) is not None:
            return rooms.back(onward)
        return _form(request, words, onward=onward)

    @router.post("/sign-in")
    def enter(request: Request, sent: Sent) -> Response:
        onward, name = _onward(sent.get("next", ""), words), sent.get("name", "")[:256]
        before = gate.secret_of(request.headers)
        done = gate.sign_in(name, sent.get("password", "")[:256], _address(request), before)
        if not done.secret:
            seconds = ceil(done.wait)
            said = words.sign_in_wait.format(n=words.number(seconds)) if seconds else words.sign_in_wrong
            response = _form(request, words, onward=onward, name=name, problem=said, status=429 if seconds else 401)
            if seconds:
                response.headers["Retry-After"] = str(seconds)
            return response
        response = rooms.back(onward)
        secure = request.url.scheme == "https"
        cookie = "__Host-kalla" if secure else "kalla"
        response.set_cookie(cookie, done.secret, path="/", httponly=True, samesite="lax", secure=secure)
        return response


def _form(request: Request, words: Words, *, onward: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    html = account_page.sign_in(words, onward=onward, name=name, problem=problem)
    return rooms.show(request, "", words.sign_in, html, words, parts=_PARTS, status=status)


def _account(request: Request, house: House, gate: Gate, words: Words, problem: str = "", status: int = 200) -> Response:
    principal = house.who(request.headers)
    since = (datetime.now(UTC) - timedelta(days=_DAYS)).isoformat(timespec="seconds")
    shown = Account(
        principal=principal,
        signing_in=gate.signing_in(),
        own_password=gate.has_password(request.headers),
        problem=problem,
        counts=gate.counts(since) if principal.may_edit else None,
        trail=gate.trail(limit=_ROWS) if principal.role is Role.ADMIN else None,
    )
    html = account_page.render(shown, words)
    return rooms.show(request, "account", words.account, html, words, parts=_PARTS, status=status)


def _change_password(request: Request, house: House, gate: Gate, sent: Mapping[str, str], words: Words) -> Response:
    new = sent.get("new", "")
    if new != sent.get("again", ""):
        return _account(request, house, gate, words, f"{words.passwords_differ} {words.password_kept}", 400)
    try:
        if not gate.change_password(request.headers, sent.get("old", "")[:256], new, _address(request)):
            return _account(request, house, gate, words, f"{words.password_wrong} {words.password_kept}", 400)
    except LibraryError as exc:
        return _account(request, house, gate, words, reasons.said(str(exc), words), 400)
    return _without_cookie(request, words)


def _without_cookie(request: Request, words: Words) -> Response:
    """Lead to where one signs in, and take the cookie away."""
    response = RedirectResponse(page.address("sign-in", words), status_code=303, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https"
    for name in ("__Host-kalla", "kalla"):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _onward(address: str, words: Words) -> str:
    """Where to go afterwards: an address of ours, whatever was asked for."""
    good = _ONWARD.fullmatch(address) and not address.startswith((f"/{words.language}/sign-in", "/sign-in"))
    return quote(address, safe="/?&=%+,:;~-_.!*'()@$") if good else page.address("ask", words)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
