"""Källa below a path of a host, such as `/kalla`: put before every address that leaves, taken off every one that comes.

The proxy passes addresses on as they are, prefix and all. Addresses of ours in HTML are attributes that begin with `="/`, which
no text of a document can hold: its quotation marks are escaped.
"""

import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import rules

PROBES = ("/healthz", "/readyz")  # asked by who looks after the machine, past the proxy
_ALLOWED = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_ATTRIBUTES = rb"href|src|action|data-live|data-ahead|data-view"


def clean(prefix: str) -> str:
    """Write a prefix as it is used: "/kalla", or "" for none. Raises ValueError where it is none."""
    trimmed = prefix.strip("/")
    if not trimmed:
        return ""
    if not _ALLOWED.fullmatch(f"/{trimmed}") or ".." in trimmed.split("/") or "." in trimmed.split("/"):
        raise ValueError(f"{prefix!r} is not a path, such as /kalla")
    return f"/{trimmed}"


class Prefix:
    """The outermost layer, so that nothing else knows of it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        prefix, path = self._prefix, scope["path"]
        if path == prefix:
            await RedirectResponse(f"{prefix}/", 307)(scope, receive, send)
        elif not path.startswith(f"{prefix}/"):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            scope["path"] = path.removeprefix(prefix)
            # What programs are answered holds the exact words, and no address of ours.
            pages = not rules.is_for_programs(scope["path"])
            rewriting = _Rewriting(prefix, Headers(scope=scope).get("host", ""), send, bodies=pages)
            scope["raw_path"] = scope.get("raw_path", b"").removeprefix(prefix.encode())
            scope["headers"] = [(name, _inward(value) if name == b"cookie" else value) for name, value in scope["headers"]]
            await self.app(scope, receive, rewriting)


class _Rewriting:
    """Puts the prefix before the addresses of one answer. Pages are held until they are whole; streams pass piece by piece."""

    def __init__(self, prefix: str, host: str, send: Send, *, bodies: bool) -> None:
        self._prefix, self._host, self._send, self._bodies = prefix, host, send, bodies
        self._start: Message = {}
        self._rewrite: Callable[[bytes], bytes] = bytes
        self._held: bytearray | None = None

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] != "http.response.body":
            await self._send(message)
        elif self._held is None:
            await self._send({**message, "body": self._rewrite(message.get("body", b""))})
        else:
            self._held.extend(message.get("body", b""))
            if not message.get("more_body"):
                await self._end(self._rewrite(bytes(self._held)))

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        if "location" in headers:
            headers["location"] = self._location(headers["location"])
        headers.raw[:] = [
            (name, _outward(value, self._prefix) if name == b"set-cookie" else value) for name, value in headers.raw
        ]
        kind = headers.get("content-type", "").partition(";")[0]
        if not self._bodies:
            await self._send(message)
            return
        if kind == "text/event-stream":
            self._rewrite = self._in_json
        elif kind in ("text/html", "application/json") and message["status"] != 304:
            self._rewrite = self._in_page if kind == "text/html" else self._in_json
            self._start, self._held = message, bytearray()
            return
        await self._send(message)

    async def _end(self, content: bytes) -> None:
        headers = MutableHeaders(scope=self._start)
        if content:  # none is the answer to HEAD, which says how long it would be
            headers["content-length"] = str(len(content))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": content})

    def _location(self, address: str) -> str:
        if address.startswith("/") and not address.startswith("//"):
            return self._prefix + address
        return re.sub(rf"^(https?://{re.escape(self._host)})(?=/)", lambda found: found[1] + self._prefix, address)

    def _in_page(self, content: bytes) -> bytes:
        """Rewrite a page; in that of Gradio stands its layout as JSON, with HTML of ours in it."""
        return self._in_root(self._in_attributes(content))

    def _in_json(self, content: bytes) -> bytes:
        """Rewrite JSON: the HTML in it, and where an answer leads."""
        prefix = self._prefix.encode()
        content = re.sub(rb'"address":\s*"/(?!/)', lambda found: found[0][:-1] + prefix + b"/", content)
        return self._in_root(self._in_attributes(content))

    def _in_attributes(self, content: bytes) -> bytes:
        found = rb"\b(?:" + _ATTRIBUTES + rb')=\\?"/(?!/)'
        return re.sub(found, lambda one: one[0][:-1] + self._prefix.encode() + b"/", content)

    def _in_root(self, content: bytes) -> bytes:
        """Gradio 6.31 calls the address that its page names as its root (routes.py, config)."""
        here = re.escape(self._host.encode())
        root = rb'"(https?://' + here + rb')(/(?:en|sv)")'
        return re.sub(root, lambda found: b'"' + found[1] + self._prefix.encode() + found[2], content)


# A cookie whose name begins with __Host- is for the whole host by rule; below a prefix it is for the prefix alone.


def _outward(cookie: bytes, prefix: str) -> bytes:
    cookie = re.sub(rb"^__Host-", b"__Secure-", cookie)
    return re.sub(rb"(?i)(;\s*path=)/(?=;|$)", lambda found: found[1] + prefix.encode(), cookie)


def _inward(cookies: bytes) -> bytes:
    return re.sub(rb"(?:(?<=^)|(?<=;)|(?<=; ))__Secure-(?=kalla[\w-]*=)", b"__Host-", cookies)
