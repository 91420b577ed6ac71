"""What is put to Gradio's queue, looked at before Gradio sees it.

Gradio 6.31 takes whatever looks like a file for one (`processing_utils.async_move_files_to_cache`): a reader could have the
server fetch an address by naming it in the data of an event. A handler that does not exist is an error of the server there, and
whoever knows the name of a session is sent what it is answered. No part of our page sends any of that.
"""

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.words import LANGUAGES

LARGEST = 400_000  # bytes of an event: a long question and many filters
_SESSIONS = 20_000  # whose sessions are remembered
_QUEUE = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/gradio_api/(?:queue/(join|data)|cancel|heartbeat/([^/]*))/?")
_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)


class Queue:
    """Lets through the events that our page sends, and sends what a session is answered to the one who began it alone."""

    def __init__(self, app: ASGIApp, handlers: int) -> None:
        """`handlers`: how many the page has."""
        self.app = app
        self._handlers = handlers
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        found = _QUEUE.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "POST":
            body = await _body(receive)
            event = _read(body) if body is not None else None
            if body is None:
                await PlainTextResponse("Too much was sent.", 413)(scope, receive, send)
                return
            if event is None or (found[1] == "join" and not self._known(event)):
                await PlainTextResponse("No event of this page.", 400)(scope, receive, send)
                return
            session, receive = str(event["session_hash"]), _again(body, receive)
        else:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])
            session = found[2] or (asked[0] if len(asked) == 1 else "")
        if _SESSION.fullmatch(session) and self._owned(session, str(scope.get("kalla.who", ""))):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("Not found", 404)(scope, receive, send)

    def _known(self, event: Mapping[str, Any]) -> bool:
        """Whether it is an event of one of our handlers, with data that our components send: words and lists of words."""
        index, data = event.get("fn_index"), event.get("data")
        handled = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < self._handlers
        return handled and isinstance(data, list) and all(map(_plain, data)) and event.get("event_data") is None

    def _owned(self, session: str, who: str) -> bool:
        """Whether a session is of this person. The first who uses a name has it."""
        with self._lock:
            owner = self._owners.setdefault(session, who)
            self._owners.move_to_end(session)
            if len(self._owners) > _SESSIONS:
                self._owners.popitem(last=False)
        return owner == who


def _plain(value: object) -> bool:
    words = value if isinstance(value, list) else [value]
    return all(one is None or isinstance(one, str | int | float) for one in words)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("session_hash"), str) else None


async def _body(receive: Receive) -> bytes | None:
    """What was sent; None where that is too much."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)  # nobody listens any more
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give what was read to whoever reads next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return waiting.pop() if waiting else await receive()

    return given
