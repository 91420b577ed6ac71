"""The addresses of signing in and of one's own account."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from index.access import Handling, Role, parse_handling
from index.errors import LibraryError
from ui import account_page, forms, page, reasons, rooms, scope, token_page, trail_routes
from ui.account_page import Account, Elsewhere
from ui.house import House
from ui.ports import Gate
from ui.token_page import Tokens
from ui.words import Words

Sent = Annotated[Mapping[str, str], Depends(forms.sent)]
_PARTS = ("account.css",)
_ONWARD = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]{0,2000}")
_ROWS = 20
_DAYS = 30
_TOO_MANY = 100_000  # days, which no token has


def make(house: House, words: Words) -> APIRouter:
    """Make the routes of one language. Plain functions: they wait for disk and hashes, so they run in threads."""
    router = APIRouter()
    gate = house.gate
    if gate is None:
        return router
    _signing_in(router, house, gate, words)
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

    @router.post("/account/token")
    def token(request: Request, sent: Sent) -> Response:
        return _make_token(request, house, gate, sent, words)

    @router.post("/account/token-away")
    def token_away(request: Request, sent: Sent) -> Response:
        if not gate.take_token_away(request.headers, scope.id_of(sent.get("token", ""))):
            return _account(request, house, gate, words, tokens=Tokens(problem=words.token_gone), status=404)
        return rooms.back(page.address("account", words) + "#tokens")

    @router.post("/account/sign-out")
    def out(request: Request) -> Response:
        elsewhere = house.sign_on is not None and not gate.has_password(request.headers)
        gate.sign_out(request.headers)
        return _without_cookie(request, words, "left=1" if elsewhere else "")

    @router.post("/account/sign-out-everywhere")
    def everywhere(request: Request) -> Response:
        gate.sign_out(request.headers, everywhere=True)
        return _without_cookie(request, words)

    return router


def _signing_in(router: APIRouter, house: House, gate: Gate, words: Words) -> None:
    @router.get("/sign-in")
    def form(request: Request) -> Response:
        there = onward(request.query_params.get("next", ""), words)
        if not gate.signing_in() or gate.of_cookie(request.headers) is not None:
            return rooms.back(there)
        return _form(request, house, words, there)

    @router.post("/sign-in")
    def enter(request: Request, sent: Sent) -> Response:
        there, name = onward(sent.get("next", ""), words), sent.get("name", "")[:256]
        if house.sign_on is not None and house.sign_on.only:
            return _form(request, house, words, there, problem=words.sign_on_only.format(name=house.sign_on.name), status=403)
        done = gate.sign_in(name, sent.get("password", "")[:256], address(request), gate.secret_of(request.headers))
        if not done.secret:
            seconds = ceil(done.wait)
            said = words.sign_in_wait.format(n=words.number(seconds)) if seconds else words.sign_in_wrong
            response = _form(request, house, words, there, name=name, problem=said, status=429 if seconds else 401)
            if seconds:
                response.headers["Retry-After"] = str(seconds)
            return response
        return with_cookie(request, rooms.back(there), done.secret)


def with_cookie(request: Request, response: Response, secret: str) -> Response:
    """Put the secret of a session into the cookie of an answer."""
    secure = request.url.scheme == "https"
    cookie = "__Host-kalla" if secure else "kalla"
    response.set_cookie(cookie, secret, path="/", httponly=True, samesite="lax", secure=secure)
    return response


def _form(
    request: Request, house: House, words: Words, there: str, *, name: str = "", problem: str = "", status: int = 200
) -> Response:
    elsewhere = None
    if house.sign_on is not None:
        way_out = house.sign_on.way_out("/sign-in") if request.query_params.get("left") == "1" else ""
        elsewhere = Elsewhere(name=house.sign_on.name, only=house.sign_on.only, way_out=way_out)
    html = account_page.sign_in(words, onward=there, name=name, problem=problem, elsewhere=elsewhere)
    return rooms.show(request, "", words.sign_in, html, words, parts=_PARTS, status=status)


def _account(
    request: Request,
    house: House,
    gate: Gate,
    words: Words,
    problem: str = "",
    status: int = 200,
    *,
    tokens: Tokens = token_page.NONE,
) -> Response:
    principal = house.who(request.headers)
    since = (datetime.now(UTC) - timedelta(days=_DAYS)).isoformat(timespec="seconds")
    shown = Account(
        principal=principal,
        signing_in=gate.signing_in(),
        own_password=gate.has_password(request.headers),
        problem=problem,
        tokens=replace(tokens, kept=gate.tokens_of(request.headers)),
        counts=gate.counts(since) if principal.may_edit else None,
        trail=gate.trail(limit=_ROWS) if principal.role is Role.ADMIN else None,
    )
    html = account_page.render(shown, words)
    return rooms.show(request, "account", words.account, html, words, parts=_PARTS, status=status)


def _make_token(request: Request, house: House, gate: Gate, sent: Mapping[str, str], words: Words) -> Response:
    """Make a token and show it, this once: the answer is not kept, and leads nowhere else."""
    if not gate.signing_in():
        return rooms.back(page.address("account", words))
    clearance, days = parse_handling(sent.get("clearance", "")), scope.id_of(sent.get("days", ""))
    scopes = {"read": ("read",), "ingest": ("read", "ingest")}.get(sent.get("scope", ""), ())
    try:
        made = gate.make_token(
            request.headers, sent.get("name", ""), scopes=scopes, clearance=clearance or Handling.CLEAR, days=min(days, _TOO_MANY)
        )
    except LibraryError as exc:
        return _account(request, house, gate, words, tokens=Tokens(problem=reasons.said(str(exc), words)), status=400)
    return _account(request, house, gate, words, tokens=Tokens(made=made))


def _change_password(request: Request, house: House, gate: Gate, sent: Mapping[str, str], words: Words) -> Response:
    new = sent.get("new", "")
    if new != sent.get("again", ""):
        return _account(request, house, gate, words, f"{words.passwords_differ} {words.password_kept}", 400)
    try:
        if not gate.change_password(request.headers, sent.get("old", "")[:256], new, address(request)):
            return _account(request, house, gate, words, f"{words.password_wrong} {words.password_kept}", 400)
    except LibraryError as exc:
        return _account(request, house, gate, words, reasons.said(str(exc), words), 400)
    return _without_cookie(request, words)


def _without_cookie(request: Request, words: Words, query: str = "") -> Response:
    """Lead to where one signs in, and take the cookie away."""
    response = rooms.back(page.address("sign-in", words, query))
    secure = request.url.scheme == "https"
    for name in ("__Host-kalla", "kalla"):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def onward(address: str, words: Words) -> str:
    """Where to go afterwards: an address of ours, whatever was asked for."""
    good = _ONWARD.fullmatch(address) and not address.startswith((f"/{words.language}/sign-in", "/sign-in"))
    return quote(address, safe="/?&=%+,:;~-_.!*'()@$") if good else page.address("ask", words)


def address(request: Request) -> str:
    """Where a browser asks from."""
    return request.client.host if request.client else ""
