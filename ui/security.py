"""What every answer passes on its way out: where it may be framed, what it may load, and who may ask for it at all."""

import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import rules
from ui.shell import dress
from ui.words import LANGUAGES, Words

HOSTS = ("127.0.0.1", "localhost")

# Pages of our own hold no inline script or style: marks are drawn in SVG.
STRICT = (
    "default-src 'none'; script-src 'self'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# The viewer stands in a frame of the Ask room; nothing else is ever framed.
FRAMED = STRICT.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
_FRAMED = re.compile(r"/view(?:/[^/]*)?|/(?:similar|context)/[^/]*")
# Gradio 6.31 builds its own inline scripts (they carry the nonce) and sets style attributes; everything else stays shut.
# There is no `'unsafe-eval'`: what would need it (`gr.HTML`, `js=`, native plots) is not used.
_GRADIO = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# What Gradio's front end calls for this page. All else (files, proxy, direct calls, streams, schema) is shut, because
# it would go round the gate: what is cached there is shared between all who ask.
_CALLED = re.compile(r"/gradio_api/(?:queue/(?:join|data)|cancel|reset|heartbeat/[\w-]+|startup-events|info|theme\.css)/?")
_ROOM = re.compile(rf"/({'|'.join(LANGUAGES)})(/.*)?")
_COOKIES = ("kalla=", "__Host-kalla=")
_SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Refuses requests from other sites, shuts what the page does not use, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI asks it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # What a proxy says is read by the server, of proxies that it trusts. Gradio 6.31 would believe anybody (route_utils.py).
        scope["headers"] = [pair for pair in scope["headers"] if not pair[0].startswith((b"x-forwarded-", b"forwarded"))]
        room = _ROOM.fullmatch(scope["path"])
        below = (room.group(2) or "") if room else ""

        async def sealed(message: Message) -> None:
            seal(message, scope)
            await send(message)

        refusal = _refusal(scope, below)
        if refusal is not None:
            await refusal(scope, receive, sealed)
        elif room and below == "/":
            await _page(self.app, scope, receive, sealed, Words(room.group(1)))
        else:
            await self.app(scope, receive, sealed)


def seal(message: Message, scope: Scope) -> None:
    """Set the headers of every answer, where it sets none of its own."""
    if message["type"] != "http.response.start":
        return
    headers = MutableHeaders(scope=message)
    framed = _FRAMED.fullmatch(scope["path"]) is not None
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Referrer-Policy", "no-referrer" if _trusted(scope) else "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if framed else "DENY")
    headers.setdefault("Content-Security-Policy", FRAMED if framed else STRICT)
    for name in [name for name in headers if name.startswith("access-control-")]:
        del headers[name]  # no other site may read anything; Gradio 6.31 lets every one, by any host but this machine
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if scope["path"].startswith("/static/"):
        headers.setdefault("Cache-Control", "no-cache")  # asked again, so that a new version shows at once


def _trusted(scope: Scope) -> bool:
    """Whether browsers trust the connection, and so say by Sec-Fetch-Site where a request comes from.

    Addresses hold questions, so that nobody is to get them as a referrer. But with no referrer a browser names no origin for a
    form of ours either: where it does not say its site instead, it has to be let name it to ourselves.
    """
    host = Headers(scope=scope).get("host", "").partition(":")[0]
    return scope["scheme"] == "https" or host in HOSTS


def _refusal(scope: Scope, below: str) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    if "transfer-encoding" in headers and "content-length" in headers:
        # A proxy may have read another end of it (RFC 9112, 6.3): what follows is not from whom it seems to be.
        return PlainTextResponse("A request has one length.", status_code=400, headers={"Connection": "close"})
    by_cookie = not rules.is_for_programs(scope["path"])
    if scope["method"] not in _SAFE and _foreign(headers, scope["scheme"], by_cookie=by_cookie):
        return PlainTextResponse("Requests from other sites are refused.", status_code=403)
    if below.startswith("/gradio_api/") and not _CALLED.fullmatch(below):
        return PlainTextResponse("Not found", status_code=404)
    if below.split("/")[1:2] in (["login"], ["logout"], ["svelte"], ["monitoring"], ["manifest.json"], ["pwa_icon"]):
        return PlainTextResponse("Not found", status_code=404)
    return None


def _foreign(headers: Headers, scheme: str, *, by_cookie: bool) -> bool:
    """Whether a request to change something comes from another site, by what the browser says of it.

    Without a referrer a browser names no origin for a form; then it has to say that the form is of this site. Whoever sends the
    cookie of a session is a browser, and browsers say one or the other; where `by_cookie` is False, a cookie opens nothing.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return True
    if origin == "null":
        return site != "same-origin"
    if origin is None:
        return (
            by_cookie and site is None and any(part.strip().startswith(_COOKIES) for part in headers.get("cookie", "").split(";"))
        )
    try:
        found = urlsplit(origin)
    except ValueError:  # "http://[" is no address
        return True
    return found.netloc != headers.get("host") or (scheme == "https" and found.scheme != "https")


async def _page(app: ASGIApp, scope: Scope, receive: Receive, send: Send, words: Words) -> None:
    """Send Gradio's page dressed as ours. It is small, so it is held until it is whole."""
    nonce = secrets.token_urlsafe(16)
    start: Message = {}
    body = bytearray()
    # `page` and `deep_link` mean something to Gradio (6.31 answers 500 to a page it does not know: routes.py, main).
    query = [
        pair
        for pair in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if pair[0] not in ("page", "deep_link")
    ]
    plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    inner = {**scope, "query_string": urlencode(query).encode(), "headers": plain}

    async def held(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if message["type"] != "http.response.body":
            await send(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        content = bytes(body)
        headers = MutableHeaders(raw=list(start["headers"]))
        if headers.get("content-type", "").startswith("text/html"):
            asked = urlencode(query)
            content = dress(content.decode(), nonce, words, f"?{asked}" if asked else "").encode()
            headers["Content-Security-Policy"] = _GRADIO.format(nonce=nonce)
            headers["Cache-Control"] = "no-store"
        if scope["method"] != "HEAD":
            headers["Content-Length"] = str(len(content))
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": content})

    await app(inner, receive, held)
