"""The door of the page: every request passes it, and none gets further without a session where one has to sign in."""

from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.access import Principal
from index.errors import LibraryError
from ui import rules
from ui.ports import Gate
from ui.words import LANGUAGES

_NO_STORE = {"Cache-Control": "no-store"}


class Door:
    """Asks of every request who it is from, and whether they may; writes down what has to be."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self._gate = gate

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
        try:
            principal = await run_in_threadpool(self._gate.of_cookie, headers) if needs else None
        except LibraryError as exc:  # who asks cannot be told: nobody gets in
            await JSONResponse({"detail": str(exc)}, 503, headers=_NO_STORE)(scope, receive, send)
            return
        if needs and principal is None:
            await _sign_in_first(scope, headers)(scope, receive, send)
        elif rule is None:
            await JSONResponse({"detail": "Not Found"}, 404, headers=_NO_STORE)(scope, receive, send)
        elif not rules.fulfils(principal, rule.needs):
            await _refused(scope, receive, send)
        else:
            await self.app(scope, receive, self._noting(scope, rule, principal, send))

    def _noting(self, scope: Scope, rule: rules.Rule, principal: Principal | None, send: Send) -> Send:
        """Write down what was done, before the answer leaves."""
        if not rule.event or principal is None:
            return send
        about = {"address": scope["path"]}
        if rule.event == "search":
            question = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("q", "")
            if not question:
                return send
            about = {"question": question}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await run_in_threadpool(self._gate.note, principal.name, rule.event, about)
            await send(message)

        return noted


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"detail": "You may not do this."}, 403, headers=_NO_STORE)(scope, receive, send)


def _sign_in_first(scope: Scope, headers: Headers) -> Response:
    """Lead a browser to the place where one signs in; tell a script that it has to."""
    if scope["method"] != "GET" or "text/html" not in headers.get("accept", ""):
        return JSONResponse({"detail": "Sign in first."}, 401, headers=_NO_STORE)
    query = scope["query_string"].decode("latin-1")
    here = scope["path"] + (f"?{query}" if query else "")
    language = scope["path"].split("/")[1]
    start = f"/{language}/sign-in" if language in LANGUAGES else "/sign-in"
    return RedirectResponse(f"{start}?next={quote(here)}", 303, headers=_NO_STORE)
