"""Gradio's sessions belong to whoever began them: nobody else hears what is answered in one, or ends what was asked in it.

Gradio 6.31 takes any `session_hash` and `event_id` from anybody (routes.py, queue_data and cancel_event). A stream ends when the
one it belongs to has signed out.
"""

import asyncio
import json
import re
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import LibraryError
from ui import told, turns
from ui.ports import Gate
from ui.turns import Crowded
from ui.words import LANGUAGES

_CALLED = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/gradio_api/(queue/join|queue/data|cancel|reset|heartbeat)(?:/([\w-]+))?/?")
_LONGEST = 200  # characters of what names a session or an event
_MOST = 20_000  # sessions, and events, that are remembered


class Owners:
    """Who began what, the latest of them."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, str] = OrderedDict()

    def take(self, what: str, who: str) -> bool:
        """Let something be theirs unless it is somebody's already; whether it is theirs."""
        owner = self._names.setdefault(what, who)
        self._names.move_to_end(what)
        if len(self._names) > _MOST:
            self._names.popitem(last=False)
        return owner == who

    def owns(self, what: str, who: str) -> bool:
        """Whether it is theirs."""
        return self._names.get(what) == who


class Streams:
    """Stands between the door and Gradio. `scope["state"]["who"]` is who the door has let in."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self._gate = gate
        self._sessions, self._events = Owners(), Owners()
        self._turns = turns.events()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        called = _CALLED.fullmatch(scope["path"]) if scope["type"] == "http" else None
        who = scope.get("state", {}).get("who", "")
        if called is None or not who:
            await self.app(scope, receive, send)
            return
        what, session = called[1], called[2] or ""
        body: dict[str, Any] = {}
        if scope["method"] == "POST":
            body, receive = await _read(receive)
        elif what == "queue/data":
            session = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("session_hash", "")
        if not self._may(what, session or _name(body, "session_hash"), _name(body, "event_id"), who):
            await JSONResponse({"detail": "Not Found"}, 404, headers={"Cache-Control": "no-store"})(scope, receive, send)
        elif what == "queue/join":
            await self._join(scope, receive, send, who)
        elif what in ("queue/data", "heartbeat"):
            stream = _Stream(self._gate, scope, who, receive, send)
            await self.app(scope, stream.receive, stream.send)
        else:
            await self.app(scope, receive, send)

    async def _join(self, scope: Scope, receive: Receive, send: Send, who: str) -> None:
        try:
            self._turns.begin(who)
        except Crowded as exc:
            await told.crowded(scope, exc.seconds)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, self._remembering(who, send))
        finally:
            self._turns.end(who)

    def _may(self, what: str, session: str, event: str, who: str) -> bool:
        if what in ("cancel", "reset"):
            return self._events.owns(event, who) and (not session or self._sessions.owns(session, who))
        return bool(session) and self._sessions.take(session, who)

    def _remembering(self, who: str, send: Send) -> Send:
        """Remember whose the event is that was begun. The answer that names it is a few bytes."""
        held = bytearray()

        async def remembered(message: Message) -> None:
            if message["type"] == "http.response.body":
                held.extend(message.get("body", b"")[:_LONGEST])
                if not message.get("more_body"):
                    event = _name(_json(bytes(held)), "event_id")
                    if event:
                        self._events.take(event, who)
            await send(message)

        return remembered


class _Stream:
    """What Gradio tells one who listens. Before each word it is looked whether they are still signed in."""

    def __init__(self, gate: Gate, scope: Scope, who: str, receive: Receive, send: Send) -> None:
        self._gate, self._scope, self._who = gate, scope, who
        self._receive, self._send = receive, send
        self._ended = asyncio.Event()

    async def receive(self) -> Message:
        """Wait for the listener to go; one who has signed out has gone."""
        heard, ended = asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((heard, ended), return_when=asyncio.FIRST_COMPLETED)
            return heard.result() if heard.done() else {"type": "http.disconnect"}
        finally:
            heard.cancel()
            ended.cancel()

    async def send(self, message: Message) -> None:
        """Pass a word on, or end; after that nobody is told anything."""
        if self._ended.is_set():
            return
        if message["type"] == "http.response.body" and not await run_in_threadpool(self._still):
            self._ended.set()
            await self._send({"type": "http.response.body", "body": self._farewell(), "more_body": False})
            return
        await self._send(message)

    def _still(self) -> bool:
        try:
            return self._gate.still(Headers(scope=self._scope), self._who)
        except LibraryError:  # who listens cannot be told: nobody does
            return False

    def _farewell(self) -> bytes:
        """Say why it ends, as Gradio's page understands it (6.31: client, unexpected_error)."""
        words = told.words_of(self._scope)
        said = {"msg": "unexpected_error", "message": words.session_over, "session_not_found": False, "success": False}
        return f"data: {json.dumps(said)}\n\n".encode()


async def _read(receive: Receive) -> tuple[dict[str, Any], Receive]:
    """Read a body, which the limits keep small, and let it be read again."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
        if messages[-1]["type"] != "http.request":
            break
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return _json(b"".join(message.get("body", b"") for message in messages)), again


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""
