"""Every request as it comes and goes: how long it took is written down, and what nobody expected becomes a calm page."""

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import logs
from ui.rules import API
from ui.security import seal
from ui.words import LANGUAGES

Problem = Callable[[Request, str], Response]  # (request, reference) -> the page that tells of it
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Requests:
    """The outermost layer: it sees what the others refuse, and ends what none of them has caught."""

    def __init__(self, app: ASGIApp, problem: Problem) -> None:
        self.app = app
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference, began = logs.new_reference(), time.perf_counter()
        scope["kalla.reference"] = reference
        status = size = 0
        whole = False

        async def counted(message: Message) -> None:
            nonlocal status, size, whole
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, counted)
        except Exception as exc:
            logs.failed(template(scope), exc, reference)
            if not status:
                await self._tell(scope, receive, counted, reference)
            elif not whole:  # the answer is under way already: let the server cut it off, which the browser notices
                raise
        finally:
            logs.event(
                "request", request=reference, method=method(scope), route=template(scope), status=status, size=size,
                ms=round(1000 * (time.perf_counter() - began), 1),
            )  # fmt: skip

    async def _tell(self, scope: Scope, receive: Receive, send: Send, reference: str) -> None:
        async def sealed(message: Message) -> None:
            seal(message, scope)
            await send(message)

        await self._problem(Request(scope), reference)(scope, receive, sealed)


def template(scope: Scope) -> str:
    """The route of a request as it is declared ("/view/{document_id}"), never what was typed; "other" where there is none."""
    first = scope["path"].split("/")[1]
    below = "/{language}" if first in LANGUAGES else ""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        if scope["path"].startswith(f"{API}/"):
            return API + path
        path = path.removeprefix(f"/{first}") if below else path
        return f"{below}{path}" or "/"
    if below and scope["path"] == f"/{first}/":
        return f"{below}/"
    return f"/{first}" if first in ("static", "mcp") else "other"


def method(scope: Scope) -> str:
    """The method, where it is one that is answered: whoever asks can make up others."""
    return scope["method"] if scope["method"] in _METHODS else "other"
