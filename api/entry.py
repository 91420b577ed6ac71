"""The API's own door: nothing is answered, not even that there is nothing, before it is known who asks."""

from collections.abc import Sequence
from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.ports import Bearer, Gate
from api.problems import Refused
from api.rates import Rates
from index.errors import LibraryError


class Entry:
    """Asks of every request for a token, and how often it has asked; what is behind finds who asks in the ASGI scope."""

    def __init__(self, app: ASGIApp, gate: Gate, rates: Rates) -> None:
        self.app = app
        self._gate = gate
        self._rates = rates

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """All that is behind it, as a walk through the addresses of a server asks for it."""
        found: Sequence[BaseRoute] = getattr(self.app, "routes", ())
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def not_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        try:
            bearer = await run_in_threadpool(self._of, Headers(scope=scope))
        except Refused as exc:
            await problems.response(exc)(scope, receive, not_kept)
            return
        scope["kalla.bearer"] = bearer
        await self.app(scope, receive, not_kept)

    def _of(self, headers: Headers) -> Bearer:
        if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
            # A token is for programs. Where none is needed, any page open in a browser of this machine could ask.
            raise Refused(403, "This is for programs: pages in a browser are refused. Ask without Origin and Sec-Fetch-Site.")
        given = headers.getlist("authorization")
        try:
            bearer = self._gate.of_token(headers) if len(given) < 2 else None
        except LibraryError as exc:  # who asks cannot be told: nobody gets in
            raise problems.failed(exc, None) from exc
        if bearer is None:
            raise problems.no_token(bool(given))
        wait = self._rates.wait(bearer.token_id)
        if wait > 0:
            raise problems.too_often(ceil(wait))
        return bearer
