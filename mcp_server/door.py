"""The door of assistants on the page's server: `/mcp`, by personal token, one request at a time and nothing kept between them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from index.errors import LibraryError
from index.tokens import Bearer
from index.tokens import Scope as For
from mcp_server import server, words
from mcp_server.ports import Gate, Library
from mcp_server.tools import Tools

PATH = "/mcp"
MOST_BYTES = 64 * 1024  # of a request: a question has 2000 characters
_SOON = 10.0  # seconds for the whole of it to arrive
_KEY = "kalla.bearer"


class _TooLarge(Exception):
    """Of a request."""


class Door:
    """An ASGI application for one address. It takes no cookie: a browser that is signed in opens nothing here."""

    path = PATH

    def __init__(self, library: Library, gate: Gate, *, hosts: Sequence[str]) -> None:
        """`hosts`: the names that this server may be called by; anything else could be another site's doing."""
        self._library, self._gate = library, gate
        self._safe = TransportSecuritySettings(
            allowed_hosts=[name for host in map(_named, hosts) for name in (host, f"{host}:*")],
            allowed_origins=[
                f"{scheme}://{name}"
                for host in map(_named, hosts)
                for scheme in ("http", "https")
                for name in (host, f"{host}:*")
            ],
        )
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """For as long as the page's server runs."""
        calls = server.Calls(Tools(library=self._library, note=self._gate.note))
        try:
            manager = StreamableHTTPSessionManager(
                server.make(calls, _bearer), json_response=True, stateless=True, security_settings=self._safe,
                max_request_body_size=MOST_BYTES,
            )  # fmt: skip
            async with manager.run():
                self._manager = manager
                yield
        finally:
            self._manager = None
            calls.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        try:
            bearer = await run_in_threadpool(self._gate.of_token, Headers(scope=scope))
        except LibraryError as exc:  # who asks cannot be told: nobody gets in
            await _refuse(503, str(exc))(scope, receive, send)
            return
        if bearer is None:
            given = "authorization" in Headers(scope=scope)
            challenge = 'Bearer realm="kalla"' + (', error="invalid_token"' if given else "")
            await _refuse(401, words.NO_TOKEN if given else words.TOKEN_NEEDED, {"WWW-Authenticate": challenge})(
                scope, receive, send
            )
        elif For.READ not in bearer.scopes:
            challenge = 'Bearer realm="kalla", error="insufficient_scope", scope="read"'
            await _refuse(403, words.NO_SCOPE, {"WWW-Authenticate": challenge})(scope, receive, send)
        elif scope["method"] != "POST":  # nothing is kept, so there is no stream to listen to and no session to end
            await _refuse(405, words.POST_ONLY, {"Allow": "POST"})(scope, receive, send)
        elif self._manager is None:
            await _refuse(503, words.NOT_RUNNING)(scope, receive, send)
        else:
            await self._serve(self._manager, {**scope, _KEY: bearer}, receive, send)

    async def _serve(self, manager: StreamableHTTPSessionManager, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole of a request, if it is small and comes soon, and have it answered."""
        try:
            async with asyncio.timeout(_SOON):
                body = await _body(scope, receive)
        except TimeoutError:
            await _refuse(408, words.TOO_LATE)(scope, receive, send)
            return
        except _TooLarge:
            await _refuse(413, words.TOO_LARGE.format(most=MOST_BYTES // 1024))(scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return waiting.pop() if waiting else await receive()

        async def unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        await manager.handle_request(scope, replayed, unstored)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The body of a request. Raises _TooLarge as soon as it is known to be: more of it is not read."""
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdigit() and int(declared) > MOST_BYTES:
        raise _TooLarge
    body = bytearray()
    while True:
        message = await receive()
        body.extend(message.get("body", b""))
        if len(body) > MOST_BYTES:
            raise _TooLarge
        if not message.get("more_body", False):  # of a connection that was given up, too: what is there is no whole request
            return bytes(body)


def _bearer(context: server.Context) -> Bearer | None:
    """Whom the request of a call is for."""
    found = context.request.scope.get(_KEY) if context.request is not None else None
    return found if isinstance(found, Bearer) else None


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _refuse(status: int, message: str, headers: Mapping[str, str] = {}) -> JSONResponse:
    return JSONResponse({"detail": message}, status, headers={"Cache-Control": "no-store", **headers})
