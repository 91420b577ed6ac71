"""The door of the page: every request passes it, and none gets further without a session where one has to sign in."""

import time
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.access import Principal
from index.errors import LibraryError
from ui import logs, noting, reasons, rules, told
from ui.ports import Gate
from ui.turns import Crowded, Turns, pictures
from ui.words import LANGUAGES

_NO_STORE = {"Cache-Control": "no-store"}
_READ = ("GET", "HEAD")
_ASKING = ("search", "export")  # events that put questions to the library
_WHILE = 3600.0  # seconds
_MOST_OPENED = 10_000


class Door:
    """Asks of every request who it is from, and whether they may; writes down what has to be."""

    def __init__(self, app: ASGIApp, gate: Gate, turns: Turns | None = None) -> None:
        self.app = app
        self._gate = gate
        self._asking, self._drawing = turns or Turns(), pictures()
        self._opened = _Opened()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing of ours uses a websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        rule = rules.find(scope["method"], scope["path"])
        needs = rule.needs if rule is not None else rules.Needs.SIGNED_IN
        if needs is rules.Needs.TOKEN:
            # A session of the page opens nothing there. Changed in place: what is around the door reads the route from the scope.
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
            await self.app(scope, receive, send)
            return
        try:
            principal = await run_in_threadpool(self._gate.of_cookie, headers) if needs else None
            may = rule is not None and rules.fulfils(principal, rule.needs)
            if principal is not None and rule is not None:
                scope.setdefault("state", {})["who"] = principal.name  # for what stands behind
                await self._before(scope, rule, principal, may)
        except LibraryError as exc:  # who asks cannot be told, or what they do not be written down: nobody gets in
            await _failed(scope, exc)(scope, receive, send)
            return
        if needs and principal is None:
            await _sign_in_first(scope, headers)(scope, receive, send)
        elif rule is None:
            await JSONResponse({"detail": "Not Found"}, 404, headers=_NO_STORE)(scope, receive, send)
        elif not may:
            words = told.words_of(scope)
            await told.answer(scope, 403, words.may_not, words.may_not_more)(scope, receive, send)
        elif principal is None or not rule.event:
            await self.app(scope, receive, send)
        else:
            await self._take_turn(scope, receive, send, rule, principal)

    async def _take_turn(self, scope: Scope, receive: Receive, send: Send, rule: rules.Rule, principal: Principal) -> None:
        """Serve what is written down, one person not so much at once that others wait."""
        noted = _Noting(self._gate, scope, rule, principal, send, self._opened)
        turns = self._drawing if noted.picture else self._asking if rule.event in _ASKING else None
        if turns is None:
            await self.app(scope, receive, noted)
            return
        try:
            turns.begin(principal.name)
        except Crowded as exc:
            await told.crowded(scope, exc.seconds)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, noted)
        finally:
            turns.end(principal.name)

    async def _before(self, scope: Scope, rule: rules.Rule, principal: Principal, may: bool) -> None:
        """Write down what is refused; begin no change that could not be written down. Raises LibraryError."""
        if not may:
            about = {"address": scope["path"], "method": scope["method"]}
            await run_in_threadpool(self._gate.note, principal.name, "refused", about)
        elif rule.event and scope["method"] not in _READ:
            await run_in_threadpool(self._gate.can_note)


class _Opened:
    """Who opened which document a while ago: its pictures come in dozens, and are one opening."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, str], float] = {}

    def now(self, who: str, document: str) -> None:
        """Remember an opening."""
        self._at.pop((who, document), None)
        self._at[who, document] = time.monotonic()
        if len(self._at) > _MOST_OPENED:
            del self._at[next(iter(self._at))]

    def lately(self, who: str, document: str) -> bool:
        """Whether they opened it in the last while."""
        return time.monotonic() - self._at.get((who, document), -_WHILE) < _WHILE


class _Noting:
    """Writes down what was done before the answer leaves. Where that fails, what leaves is that it failed."""

    def __init__(self, gate: Gate, scope: Scope, rule: rules.Rule, principal: Principal, send: Send, opened: "_Opened") -> None:
        self._gate, self._scope, self._rule, self._principal, self._send = gate, scope, rule, principal, send
        self._opened = opened
        self._about = noting.begin(scope, _about(scope, rule))
        self._failed = False
        place = [*scope["path"].split("/"), "", ""]
        self.picture, self._document = place[1] == "image", place[2]

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if self._failed:
            return
        if message["type"] == "http.response.start" and message["status"] < 400 and self._worth():
            try:
                await run_in_threadpool(self._gate.note, self._principal.name, self._rule.event, self._about)
            except LibraryError as exc:
                self._failed = True
                await _failed(self._scope, exc)(self._scope, _no_more, self._send)
                return
            if self._rule.event == "document opened":
                self._opened.now(self._principal.name, self._document)
        await self._send(message)

    def _worth(self) -> bool:
        """Whether something was done that has to be written down."""
        if self._rule.event == "search":
            return bool(self._about.keys() & {"question", "questions"})
        return bool(self._about) and not (self.picture and self._opened.lately(self._principal.name, self._document))


def _about(scope: Scope, rule: rules.Rule) -> dict[str, str]:
    about = {"address": scope["path"]}
    question = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("q", "").strip() if rule.event == "search" else ""
    return {**about, "question": question} if question else about


async def _no_more() -> Message:
    return {"type": "http.disconnect"}


def _failed(scope: Scope, exc: LibraryError) -> Response:
    logs.event("not_written_down", error=exc)
    words = told.words_of(scope)
    return told.answer(scope, 503, words.library_failed, reasons.said(str(exc), words))


def _sign_in_first(scope: Scope, headers: Headers) -> Response:
    """Lead a browser to the place where one signs in; tell a script that it has to."""
    if scope["method"] != "GET" or "text/html" not in headers.get("accept", ""):
        return JSONResponse({"detail": "Sign in first."}, 401, headers=_NO_STORE)
    query = scope["query_string"].decode("latin-1")
    here = scope["path"] + (f"?{query}" if query else "")
    language = scope["path"].split("/")[1]
    start = f"/{language}/sign-in" if language in LANGUAGES else "/sign-in"
    return RedirectResponse(f"{start}?next={quote(here)}", 303, headers=_NO_STORE)
