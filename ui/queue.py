"""What is put to Gradio's queue, looked at before Gradio sees it.

Gradio 6.31 takes whatever looks like a file for one (`processing_utils.async_move_files_to_cache`): a reader could have the
server fetch an address by naming it in the data of an event. And a handler that does not exist is an error of the server there.
No part of our page sends either.
"""

import json
import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.words import LANGUAGES

LARGEST = 400_000  # bytes of an event: a long question and many filters
_JOIN = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/gradio_api/queue/join/?")
_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)


class Queue:
    """Lets through the events that our page sends."""

    def __init__(self, app: ASGIApp, handlers: int) -> None:
        """`handlers`: how many the page has."""
        self.app = app
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http" or scope["method"] != "POST" or not _JOIN.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            await PlainTextResponse("Too much was sent.", 413)(scope, receive, send)
        elif not self._known(body):
            await PlainTextResponse("No event of this page.", 400)(scope, receive, send)
        else:
            await self.app(scope, _again(body, receive), send)

    def _known(self, body: bytes) -> bool:
        """Whether it is an event of one of our handlers, with data that our components send: words and lists of words."""
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(event, dict):
            return False
        index, session, data = (event.get(name) for name in ("fn_index", "session_hash", "data"))
        handled = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < self._handlers
        named = isinstance(session, str) and _SESSION.fullmatch(session) is not None
        return handled and named and isinstance(data, list) and all(map(_plain, data)) and event.get("event_data") is None


def _plain(value: object) -> bool:
    words = value if isinstance(value, list) else [value]
    return all(one is None or isinstance(one, str | int | float) for one in words)


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
