"""The whole application on a socket, put together as `search_app.py` does, over a library with documents of several markings.

Every request is written to the socket as it is, so that nothing between an attack and the server makes it harmless.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
import uvicorn
from argon2 import PasswordHasher

from index import store
from index.access import Handling, Role
from index.users import Users
from ingest.pool import ReaderPool
from tests.fake_library import make_pdf
from tests.fakes import Shelf

PASSWORD = "correct horse battery"
PEOPLE = {
    "low": (Role.READER, Handling.CLEAR),
    "reader": (Role.READER, Handling.GREEN),
    "editor": (Role.EDITOR, Handling.AMBER),
    "admin": (Role.ADMIN, Handling.RED),
}
# What stands only in documents above somebody: none of it may be in what they are answered.
HIDDEN = {
    "low": ("zanzibar", "quetzal", "wolverine", "Ordinary measures"),
    "reader": ("zanzibar", "quetzal", "wolverine"),
    "": ("zanzibar", "quetzal", "wolverine", "Ordinary measures", "siren", "Siren"),
    "editor": ("zanzibar", "quetzal"),
    "admin": (),
}
_UNTIRING = ("--questions-at-once", "1000", "--questions-a-minute", "100000")  # how much one may ask is tested elsewhere
SLOWEST = 10.0  # seconds for an answer, on a machine that has much else to do
# Nothing of the inside of the program is told to anybody.
INSIDE = re.compile(rb"Traceback \(most recent|site-packages|\.py\", line|sqlite3\.|root:x:0:0|argon2id")


FOREVER = re.compile(r"heartbeat|queue/data|startup-events")  # these go on for as long as one listens


@dataclass(frozen=True)
class Answer:
    """What the server answered: status (0: it hung up without a word), headers by lower-case name, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html")


class Markup(HTMLParser):
    """What a browser would take for elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def wrong(self, host: str = "") -> list[str]:
        """What no page of ours holds: handlers, scripts of others, addresses that run or lead a page to fetch elsewhere."""
        found = []
        for tag, attributes in self.elements:
            if tag.startswith("kx") or tag in ("iframe", "object", "embed", "applet", "meta-kx", "marquee"):
                if not (tag == "iframe" and attributes.get("src", "").startswith("/")):
                    found.append(f"<{tag}>")
            for name, value in attributes.items():
                if name.startswith(("on", "kx")) or name == "srcdoc":
                    found.append(f"<{tag} {name}>")
                if re.match(r"[\s\x00-\x1f]*(?:javascript|vbscript|data:text)", value, re.IGNORECASE) and name in (
                    "href",
                    "src",
                    "action",
                ):
                    found.append(f"<{tag} {name}={value[:60]}>")
                fetches = name in ("src", "srcset", "poster", "background") or (tag == "link" and name == "href")
                if fetches and re.match(r"\s*(?:[a-z]+:)?//", value, re.IGNORECASE):
                    found.append(f"<{tag} {name}={value[:60]}>")
        return found


@dataclass
class Fortress:
    """The running server."""

    port: int
    data: Path
    corpus: Path
    cookies: dict[str, str]
    documents: dict[str, int]  # by file name
    canary: socket.socket  # whoever is led to fetch something outside comes here
    shelf: Shelf
    app: Any

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def outside(self) -> str:
        return f"127.0.0.1:{self.canary.getsockname()[1]}"

    def visited(self) -> bool:
        """Whether anybody came to the address outside."""
        self.canary.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            self.canary.accept()[0].close()
            return True
        return False

    def raw(self, sent: bytes, method: str = "GET", *, seconds: float = 20.0, closing: bool = False) -> Answer:
        """Write bytes to the socket, and perhaps nothing more (`closing`); read one answer."""
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as wire:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                wire.sendall(sent)
                if closing:
                    wire.shutdown(socket.SHUT_WR)
            return _answer(wire, method, began)

    def ask(
        self,
        method: str,
        target: str,
        who: str = "",
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        *,
        seconds: float = 20.0,
    ) -> Answer:
        """One request as a browser would send it, except where `headers` say otherwise; "" as a value leaves one out."""
        given = {"Host": self.host, "Connection": "close", "Accept": "text/html"}
        if method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            given |= {"Origin": f"http://{self.host}", "Content-Length": str(len(body))}
        if who:
            given["Cookie"] = self.cookies[who]
        given |= headers
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value)]
        return self.raw("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body, method, seconds=seconds)

    def get(self, target: str, who: str = "reader", **headers: str) -> Answer:
        return self.ask("GET", target, who, headers)

    def form(self, target: str, who: str, headers: Mapping[str, str] = {}, **fields: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", target, who, kind | dict(headers), urlencode(fields).encode())

    def question(self, data: Sequence[Any], who: str = "reader", index: int = 0, session: str = "kxsession1") -> str:
        """Put data to a handler of the Ask room by Gradio's queue; all that it sends back, as text."""
        sent = json.dumps({"data": data, "fn_index": index, "session_hash": session, "event_data": None}).encode()
        joined = self.ask("POST", "/en/gradio_api/queue/join", who, {"Content-Type": "application/json"}, sent)
        if joined.status != 200:
            return f"{joined.status} {joined.text}"
        return self.listened(session, who)

    def listened(self, session: str, who: str) -> str:
        """What Gradio's queue sends to a session until its event has ended."""
        head = (
            f"GET /en/gradio_api/queue/data?session_hash={session} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Cookie: {self.cookies.get(who, '')}\r\n\r\n"
        )
        found, ends = b"", time.monotonic() + 12
        with socket.create_connection(("127.0.0.1", self.port), timeout=12) as wire:
            wire.sendall(head.encode())
            with contextlib.suppress(TimeoutError):
                while not re.search(rb"process_completed.*\n\n|close_stream|unexpected_error", found, re.DOTALL):
                    wire.settimeout(max(0.1, ends - time.monotonic()))
                    more = wire.recv(65536)
                    if not more or time.monotonic() > ends:  # it says that it is there for as long as one listens
                        break
                    found += more
        return found.decode("utf-8", "replace")

    def alive(self) -> bool:
        """Whether it serves, and would answer a question."""
        return self.ask("GET", "/healthz").status == 200 and self.ask("GET", "/readyz").status == 200


def _answer(wire: socket.socket, method: str, began: float) -> Answer:
    answer = http.client.HTTPResponse(wire, method=method)
    try:
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
    except (http.client.HTTPException, ConnectionError):
        return Answer(0, seconds=time.perf_counter() - began)
    finally:
        answer.close()
    return Answer(answer.status, headers, body, time.perf_counter() - began)


def hold(answer: Answer, who: str, sent: str = "") -> None:
    """What holds of every answer."""
    assert answer.status < 500 or answer.status in (501, 505), answer
    assert not INSIDE.search(answer.body), answer.text[:2000]
    told = answer.text.casefold()
    asked = unquote(sent).casefold()  # what somebody typed they may be shown
    assert [word for word in HIDDEN[who] if word.casefold() in told and word.casefold() not in asked] == []
    assert not any("kx" in name or name in ("x", "x-a") for name in answer.headers)
    assert "kalla=kx" not in answer.headers.get("set-cookie", "")
    if answer.status not in (0, 400, 501, 505):  # below the application, uvicorn says of itself what was wrong
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "unsafe-eval" not in policy and re.search("frame-ancestors '(?:self|none)'", policy)
    if answer.is_html:
        assert "script-src 'unsafe-inline'" not in answer.headers["content-security-policy"]
        assert Markup(answer.text).wrong() == []
    assert answer.seconds < SLOWEST


DOCUMENTS = (
    ("clear.md", "TLP:CLEAR", "# Siren tests\n\nThe siren sounds on Mondays. The public hears it twice.\n"),
    ("green.md", "TLP:GREEN", "# Ordinary measures\n\nThe siren sounds, and ordinary measures follow for partners.\n"),
    ("amber.md", "TLP:AMBER", "# Amber siren\n\nThe siren starts operation wolverine among the partners.\n"),
    ("strict.md", "OFFICIAL-SENSITIVE", "# Strict siren\n\nThe siren starts operation quetzal in this organisation.\n"),
    ("red.md", "TLP:RED", "# Red siren\n\nThe siren starts operation zanzibar, of which nobody knows.\n"),
)


@contextlib.contextmanager
def fortress(folder: Path, hostile: Sequence[Mapping[str, str]] = ()) -> Iterator[Fortress]:
    """Start it, with these hostile documents beside those of every marking."""
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as canary:
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        patch.setattr("index.users._default_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        shelf = Shelf(folder / "corpus", folder / "data", patch)
        outside = f"127.0.0.1:{canary.getsockname()[1]}"
        rows = [{"file": name, "handling": mark} for name, mark, _ in DOCUMENTS]
        for name, _, text in DOCUMENTS:
            shelf.put(name, text)
        for one in hostile:
            known = {key: value.replace("@outside@", outside) for key, value in one.items()}
            shelf.put(known["file"], known.pop("text", "") or f"# Note\n\nThe siren of {known['file'][:3]} is written about.\n")
            rows.append({"handling": "TLP:CLEAR"} | {key: value for key, value in known.items() if key not in ("what", "text")})
        make_pdf(shelf.folder / "red.pdf", ["The siren starts operation zanzibar on paper."])
        rows.append({"file": "red.pdf", "handling": "TLP:RED"})
        shelf.catalogue(*rows)
        told = shelf.ingest()
        assert told.code == 0, (told.errors, [one for one in told.files if one["outcome"] == "failed"])
        users = Users(shelf.data)
        for name, (role, clearance) in reversed(PEOPLE.items()):
            users.add(name, role=role, clearance=clearance, password=PASSWORD)
        patch.setattr("ingest.pool.ReaderPool", ReaderPool)  # the shelf shares one that cannot draw
        with running(shelf) as (port, app):
            found = Fortress(port, shelf.data, shelf.folder, {}, _documents(shelf), canary, shelf, app)
            for name in PEOPLE:
                found.cookies[name] = signed_in(found, name)
            yield found


def signed_in(fort: Fortress, name: str, password: str = PASSWORD) -> str:
    """A cookie of somebody's, whatever others have tried from here before."""
    with store.people(fort.data) as connection:
        connection.execute("DELETE FROM attempts")
    answer = fort.form("/en/sign-in", "", name=name, password=password, next="")
    assert answer.status == 303, answer
    return answer.headers["set-cookie"].partition(";")[0]


def _documents(shelf: Shelf) -> dict[str, int]:
    return {Path(path).name: number for path, number in shelf.sql("SELECT path, document_id FROM file_documents")}


@contextlib.contextmanager
def running(shelf: Shelf) -> Iterator[tuple[int, Any]]:
    """The server of `search_app.py` in a thread of this process."""
    import search_app
    from ingest.passwords import Passwords
    from ui.server import Server

    chosen = search_app._parser().parse_args(["--data", str(shelf.data), "--corpus", str(shelf.folder), *_UNTIRING])
    os.environ["GRADIO_TEMP_DIR"] = str(shelf.data / "cache" / "uploads")
    app = search_app._application(shelf.data, chosen, Passwords(), None, watching=False)
    # Its own `shutdown` ends the process in any case, which here is that of the tests.
    server = uvicorn.Server(Server(app, lambda: None).config)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline
            time.sleep(0.02)
        yield listener.getsockname()[1], app
    finally:
        app.state.stop()
        server.should_exit = True
        thread.join(30)
        listener.close()


def every_route(routes: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of every address, from the tables of FastAPI, Starlette, Gradio and whatever is mounted beside them."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if hasattr(route, "effective_candidates"):  # FastAPI 0.165 keeps included routers as they are (routing.py)
            for one in _included(route):
                inner = prefix + (getattr(one, "path", None) or one.starlette_route.path)
                yield from ((method, inner) for method in one.original_route.methods or ["GET"])
            continue
        within = getattr(route, "routes", None) or getattr(getattr(route, "app", None), "routes", None)
        if within:
            yield from every_route(within, path)
        elif hasattr(route, "app") and not hasattr(route, "endpoint"):
            yield "GET", f"{path}/{{path}}"  # an application that says nothing of what it has
        else:
            yield from ((method, path) for method in getattr(route, "methods", None) or ["GET", "POST", "DELETE"])


def _included(route: Any) -> Iterator[Any]:
    for one in route.effective_candidates():
        if hasattr(one, "effective_candidates"):
            yield from _included(one)
        else:
            yield one
