"""Below a path, behind a proxy: every link, form, file, cookie and answer of Gradio leads there; and only who is trusted is believed."""

import html
import json
import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from index.access import Handling, Role
from index.desk import Desk
from index.gate import Gate
from index.users import Users
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from tests.test_door import GOOD, hasher
from tests.test_stamps import picture
from tests.test_streams import heartbeats  # noqa: F401 - so that streams end soon
from ui.prefix import clean
from ui.server import Server

pytestmark = pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
NAME = "shared.example.org"


def proxy(port: int) -> socketserver.ThreadingTCPServer:
    """A reverse proxy: it passes a request on as it is, and says by which scheme it came. One request a connection."""

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as behind, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head and (piece := self.request.recv(65536)):
                    head += piece
                line, _, rest = head.partition(b"\r\n")
                behind.sendall(line + b"\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n" + rest)
                threading.Thread(target=self.onward, args=(behind,), daemon=True).start()
                while piece := behind.recv(65536):
                    self.request.sendall(piece)

        def onward(self, behind: socket.socket) -> None:
            with suppress(OSError):
                while piece := self.request.recv(65536):
                    behind.sendall(piece)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


class Running:
    """A page below `/kalla`, and the proxy before it."""

    def __init__(self, app: FastAPI, proxies: list[str]) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        made = Server(app, lambda: None, proxies=proxies).config  # the server itself ends its process, and this is the tests'
        made.timeout_graceful_shutdown = 2
        self.server = uvicorn.Server(made)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        self.front = proxy(self.port)

    def client(self, *, direct: bool = False) -> httpx.Client:
        port = self.port if direct else self.front.server_address[1]
        headers = {"Host": NAME, "Connection": "close", "Origin": f"https://{NAME}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20)

    def end(self) -> None:
        self.front.shutdown()
        self.front.server_close()
        self.server.should_exit = True
        self.thread.join(20)


def make(folder: Path, **options: Any) -> FastAPI:
    from ui.app import create

    users = Users(folder / "data", hasher())
    users.add("ada", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    gate = Gate(folder / "data", users=users)
    library = FakeLibrary(folder / "corpus")
    return create(
        library, lambda *_: picture(100, 140), data=folder / "data", corpus=folder / "corpus", who=lambda headers: gate.of_cookie(headers),
        desk=Desk(folder / "data"), describe=describe, gate=gate, hosts=("127.0.0.1", NAME), **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(make(tmp_path_factory.mktemp("prefix"), prefix="/kalla"), ["127.0.0.1"])
    yield made
    made.end()


@pytest.fixture(scope="module")
def client(running: Running) -> Iterator[httpx.Client]:
    with running.client() as client:
        answer = client.post("/kalla/en/sign-in", data={"name": "ada", "password": GOOD, "next": "/en/library"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/kalla/en/library")
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(r"__Secure-kalla=[\w-]+; HttpOnly; Path=/kalla; SameSite=lax; Secure", cookie)
        client.headers["Cookie"] = cookie.partition(";")[0]  # the client itself sees no TLS, and would keep it back
        yield client


def test_every_address_of_every_room_leads_below_the_prefix(client: httpx.Client) -> None:
    rooms = ["/en/", "/sv/", "/en/compare?q=who&by=city", "/en/library", "/en/follow", "/sv/collected", "/en/index", "/sv/account",
             "/en/account/trail", "/view/1", "/view/2", "/similar/1", "/context/1", "/nowhere", "/en/nowhere"]  # fmt: skip
    found: set[str] = set()
    for room in rooms:
        page = client.get(f"/kalla{room}").text
        found |= set(map(html.unescape, re.findall(r'\b(?:href|src|action|data-live|data-ahead|data-view)="(/[^"]*)"', page)))
    assert len(found) > 40 and [address for address in found if not address.startswith("/kalla/")] == []
    for address in sorted(found):
        posted = "sign-out" in address or "/account/password" in address
        if not posted and not re.search(r"/library/\d+", address):  # the library in memory knows no outlines
            assert client.get(address).status_code not in (401, 404, 500), address


def test_outside_of_the_prefix_there_is_nothing_but_what_probes_ask(client: httpx.Client) -> None:
    for address in ("/", "/en/", "/kallax/en/", "/static/base.css", "/view/1", "//kalla/en/", "/kalla/../en/"):
        assert client.get(address).status_code == 404, address
    assert client.get("/healthz").status_code == 200 and client.get("/kalla/healthz").status_code == 200
    assert client.get("/kalla").headers["location"] == "/kalla/"
    assert client.get("/kalla/").headers["location"] == "/kalla/en/"


def test_one_is_led_to_sign_in_and_back_below_the_prefix(running: Running) -> None:
    with running.client() as nobody:
        led = nobody.get("/kalla/sv/library?kind=report", headers={"Accept": "text/html"}).headers["location"]
        assert led == "/kalla/sv/sign-in?next=/sv/library%3Fkind%3Dreport"
        form = nobody.get(led).text
        assert 'action="/kalla/sv/sign-in"' in form and 'name="next" value="/sv/library?kind=report"' in form
        sent = {"name": "ada", "password": GOOD, "next": "/sv/library?kind=report"}
        assert nobody.post("/kalla/sv/sign-in", data=sent).headers["location"] == "/kalla/sv/library?kind=report"


def test_gradio_asks_and_answers_below_the_prefix(client: httpx.Client) -> None:
    page = client.get("/kalla/en/").text
    config = client.get("/kalla/en/config").json()
    assert config["root"] == f"https://{NAME}/kalla/en" and f'"{config["root"]}"' in page
    found = next(one for one in config["dependencies"] if any(event == "submit" for _, event in one["targets"]))
    data: list[Any] = ["Who warned?", *[[]] * (len(found["inputs"]) - 3), "", ""]
    asked = {"data": data, "fn_index": found["id"], "session_hash": "belowkalla", "trigger_id": 1}
    assert client.post("/kalla/en/gradio_api/queue/join", json=asked).status_code == 200
    stream = client.get("/kalla/en/gradio_api/queue/data", params={"session_hash": "belowkalla"}).text
    told = [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]
    shown = next(one for one in told if one["msg"] == "process_completed")["output"]["data"][0]
    shown = shown if isinstance(shown, str) else json.dumps(shown)
    links = re.findall(r'(?:href|data-view)=\\?"(/[^"\\]*)', shown)
    assert "Staff at the exits" in shown and links and all(link.startswith("/kalla/") for link in links)


def test_words_of_a_document_stay_as_they_are(client: httpx.Client) -> None:
    from ui.prefix import _Rewriting
    from ui.text import escape

    async def nowhere(message: Any) -> None:
        pass

    rewriting = _Rewriting("/kalla", NAME, nowhere, bodies=True)
    said = escape('a link <a href="/view/1"> and "address": "/en/library"').encode()
    assert rewriting._in_page(said) == said
    told = json.dumps({"text": 'says "address": "/en/x" and "root"', "html": '<a href="/view/1">'}).encode()
    assert json.loads(rewriting._in_json(told)) == {
        "text": 'says "address": "/en/x" and "root"',
        "html": '<a href="/kalla/view/1">',
    }


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Forwarded-Server"]
)
def test_a_host_that_somebody_makes_up_is_not_believed(client: httpx.Client, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    for address in ("/kalla/en/", "/kalla/en/config", "/kalla/en"):
        answer = client.get(address, headers={header: value})
        assert "evil.example" not in answer.text + str(answer.headers)


def test_a_proxy_that_is_not_trusted_is_not_believed(tmp_path: Path) -> None:
    made = Running(make(tmp_path), ["10.9.9.9"])
    try:
        with made.client() as client:
            client.headers["Origin"] = f"http://{NAME}"
            answer = client.post("/en/sign-in", data={"name": "ada", "password": GOOD, "next": ""})
            assert answer.status_code == 303 and "Secure" not in answer.headers["set-cookie"]
            assert "strict-transport-security" not in answer.headers
    finally:
        made.end()


def test_a_trusted_proxy_says_that_it_came_by_tls(client: httpx.Client) -> None:
    assert client.get("/kalla/en/library").headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(("given", "used"), [("kalla", "/kalla"), ("/a/b/", "/a/b"), ("", ""), ("/", "")])
def test_a_prefix_is_written_in_one_way(given: str, used: str) -> None:
    assert clean(given) == used


@pytest.mark.parametrize("given", ["/a b", "/../x", "/å", '/"', "/a//b", "/a?b", "/.", "https://x"])
def test_what_is_no_path_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        clean(given)


def test_a_redirect_of_the_whole_address_leads_below_the_prefix_too() -> None:
    from ui.prefix import _Rewriting

    async def nowhere(message: Any) -> None:
        pass

    rewriting = _Rewriting("/kalla", NAME, nowhere, bodies=True)
    assert rewriting._location(f"https://{NAME}/en/") == f"https://{NAME}/kalla/en/"
    assert rewriting._location("https://elsewhere.example/en/") == "https://elsewhere.example/en/"
    assert rewriting._location("//evil.example/") == "//evil.example/"
