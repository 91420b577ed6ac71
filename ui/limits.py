"""How much a request may send, and how long it may take over it: counted as it arrives, before anybody else sees it.

What a request says of its length is believed only where it says too much. Whatever is not taken is not read either: the
connection is closed with the answer.
"""

import asyncio
import re
import time
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import logs, told
from ui.indexing import LARGEST_SHEET
from ui.receiving import MOST_BYTES
from ui.words import LANGUAGES

LARGEST_HEAD = 32 * 1024  # bytes of a request's headers and query, of which uvicorn sees to the part that is not whole yet
PAUSE = 20.0  # seconds between two pieces of a body
_AROUND = 64 * 1024  # bytes of a form beside the file in it
_LANGUAGE = f"/(?:{'|'.join(LANGUAGES)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What the body of a request may be: bytes, and seconds from the first to the last of them."""

    most: int
    seconds: float


FORM = Limit(most=1 << 20, seconds=30)  # a form without a file: a long note, a question with many filters
_LIMITS = tuple(
    (re.compile(path.replace("LANG", _LANGUAGE)), limit)
    for path, limit in (
        (r"LANG/(?:sign-in|account/.*)", Limit(most=16 * 1024, seconds=15)),
        (r"LANG/gradio_api/.*", Limit(most=256 * 1024, seconds=15)),  # a question, and what the filters hold
        (r"LANG/library/(?:files|[^/]+/replace)|/api/v1/ingest", Limit(most=MOST_BYTES + _AROUND, seconds=3600)),
        (r"LANG/library/read", Limit(most=8 << 20, seconds=60)),  # the names of a folder's files
        (r"LANG/index/questions", Limit(most=8 * LARGEST_SHEET + _AROUND, seconds=60)),
    )
)


def limit_of(path: str) -> Limit:
    """What may be sent to an address."""
    return next((limit for pattern, limit in _LIMITS if pattern.fullmatch(path)), FORM)


class Limits:
    """Ends requests that send too much, or take too long over it."""

    def __init__(self, app: ASGIApp, pause: float = PAUSE) -> None:
        self.app = app
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(scope, receive, limit_of(scope["path"]), self._pause)
        answer = _Answer(scope, send, body)
        if body.announces_too_much():
            await answer.refuse()
            return
        try:
            await self.app(scope, body.receive, answer.send)
        except Exception:
            if not body.refused:
                raise  # it was not for want of a body
        if body.refused:
            await answer.refuse()


class _Body:
    """What a request sends, as far as it is taken. `refused`: the status that says why it is not, 0 where it is."""

    def __init__(self, scope: Scope, receive: Receive, limit: Limit, pause: float) -> None:
        headers = Headers(scope=scope)
        self._length = headers.get("content-length", "")
        self.whole = self._length in ("", "0") and "transfer-encoding" not in headers
        self.refused = 0
        self._receive, self._limit, self._pause = receive, limit, pause
        self._held, self._until = 0, 0.0
        self._head = len(scope["query_string"]) + sum(len(name) + len(value) for name, value in scope["headers"])

    def announces_too_much(self) -> bool:
        """Whether its head is too long, or says that its body will be."""
        if self._head > LARGEST_HEAD:
            self.refused = 431
        elif self._length.isascii() and self._length.isdigit() and int(self._length[:20]) > self._limit.most:
            self.refused = 413
        return bool(self.refused)

    async def receive(self) -> Message:
        """Take the next piece. One that is not taken reads as if the browser had gone."""
        if self.refused:
            return {"type": "http.disconnect"}
        if self.whole:
            return await self._receive()
        self._until = self._until or time.monotonic() + self._limit.seconds
        try:
            async with asyncio.timeout(max(0.0, min(self._pause, self._until - time.monotonic()))):
                message = await self._receive()
        except TimeoutError:
            self.refused = 408
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._held += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self._held > self._limit.most:
                self.refused = 413
                return {"type": "http.disconnect"}
        return message


class _Answer:
    """What is answered; where the body was refused, that it was, whatever else was to be said."""

    def __init__(self, scope: Scope, send: Send, body: _Body) -> None:
        self._scope, self._send, self._body = scope, send, body
        self._begun = self._refused = False

    async def send(self, message: Message) -> None:
        """Pass an answer on. What has not been read by then never will be."""
        if self._body.refused and not self._begun:
            return
        if message["type"] == "http.response.start":
            self._begun = True
            if not self._body.whole:
                MutableHeaders(scope=message)["Connection"] = "close"
        await self._send(message)

    async def refuse(self) -> None:
        """Say why, unless another answer is under way already."""
        if self._begun or self._refused:
            return
        self._refused = True
        logs.event("body_refused", status=self._body.refused)
        words = told.words_of(self._scope)
        large = self._body.refused != 408
        title, more = (words.body_large, words.body_large_more) if large else (words.body_slow, words.body_slow_more)
        response = told.answer(self._scope, self._body.refused, title, more, {"Connection": "close"})
        await response(self._scope, self._body.receive, self._send)
