"""What a request may send, and how long it may take: through a real server, byte by byte."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ui import limits
from ui.limits import LARGEST_HEAD, Limit, Limits
from ui.receiving import MOST_BYTES
from ui.server import Patient

PAUSE = 0.4


class Quick(Patient):
    seconds = 0.5


class Reached:
    """What the application behind the limits got to see."""

    def __init__(self) -> None:
        self.bytes = 0
        self.ended: list[str] = []

    async def take(self, request: Request) -> Response:
        try:
            async for piece in request.stream():
                self.bytes += len(piece)
        except ClientDisconnect:
            self.ended.append("gone")
            raise
        self.ended.append("whole")
        return JSONResponse({"bytes": self.bytes})

    async def swallow(self, request: Request) -> Response:
        """As a framework does that answers whatever could not be read."""
        try:
            await request.body()
        except ClientDisconnect:
            return JSONResponse({"detail": "swallowed"}, 400)
        return JSONResponse({"read": True})

    async def unread(self, request: Request) -> Response:
        return JSONResponse({"detail": "no"}, 403)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[int, Reached]]:
    reached = Reached()
    made = Starlette(
        routes=[
            Route("/en/note", reached.take, methods=["POST"]),
            Route("/sv/note", reached.swallow, methods=["POST"]),
            Route("/en/refused", reached.unread, methods=["POST"]),
        ]
    )
    made.add_middleware(Limits, pause=PAUSE)
    server = uvicorn.Server(
        uvicorn.Config(made, http=Quick, h11_max_incomplete_event_size=LARGEST_HEAD, log_level="critical", port=0)
    )
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1], reached
    server.should_exit = True
    thread.join(10)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, served: tuple[int, Reached]) -> None:
    monkeypatch.setattr(limits, "limit_of", lambda path: Limit(most=10_000, seconds=1.0))
    served[1].bytes = 0
    served[1].ended.clear()


def talk(port: int, *pieces: bytes, pause: float = 0.0, end: bool = False) -> tuple[bytes, float]:
    """Send pieces with pauses between; what is answered until the connection closes, and how long that took."""
    began, found = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=8) as connection:
        try:
            for piece in pieces:
                if select.select([connection], [], [], 0)[0]:
                    break  # there is an answer: nobody listens any more
                connection.sendall(piece)
                time.sleep(pause)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                found += piece
        except ConnectionError:
            pass
    return found, time.monotonic() - began


def head(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


@pytest.mark.parametrize("path", ["/en/note", "/sv/note"])
def test_what_says_that_it_is_too_long_is_not_read_at_all(served: tuple[int, Reached], path: str) -> None:
    found, _ = talk(served[0], head(path, "Content-Length: 10001"), b"x" * 100)
    assert found.startswith(b"HTTP/1.1 413") and b"connection: close" in found.lower() and served[1].bytes == 0


@pytest.mark.parametrize("path", ["/en/note", "/sv/note"])
def test_chunks_without_end_are_cut_at_the_limit(served: tuple[int, Reached], path: str) -> None:
    chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    found, _ = talk(served[0], head(path, "Transfer-Encoding: chunked"), *[chunk] * 40, pause=0.02)
    assert found.startswith(b"HTTP/1.1 413") and served[1].bytes <= 10_000 and "whole" not in served[1].ended


def test_a_form_field_of_any_size_is_no_way_round_a_file_s_limit(served: tuple[int, Reached]) -> None:
    field = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
    kind = "Content-Type: multipart/form-data; boundary=b"
    found, _ = talk(
        served[0],
        head("/en/note", kind, "Transfer-Encoding: chunked"),
        *[b"fa0\r\n" + field.ljust(4000, b"x") + b"\r\n"] * 9,
        pause=0.02,
    )
    assert found.startswith(b"HTTP/1.1 413") and served[1].bytes <= 10_000


@pytest.mark.parametrize("path", ["/en/note", "/sv/note"])
def test_a_length_that_is_never_reached_ends(served: tuple[int, Reached], path: str) -> None:
    found, seconds = talk(served[0], head(path, "Content-Length: 5000"), b"x" * 10)
    assert found.startswith(b"HTTP/1.1 408") and PAUSE <= seconds < 3
    assert ("Det tog för lång tid" in found.decode()) == (path == "/sv/note")


def test_drop_by_drop_ends_with_the_time_for_all_of_it(served: tuple[int, Reached]) -> None:
    found, seconds = talk(served[0], head("/en/note", "Content-Length: 5000"), *[b"x"] * 12, pause=0.2)
    assert found.startswith(b"HTTP/1.1 408") and seconds < 4 and served[1].bytes < 12


def test_what_is_sent_beyond_its_length_is_no_part_of_it(served: tuple[int, Reached]) -> None:
    found, _ = talk(served[0], head("/en/note", "Content-Length: 10", "Connection: close"), b"x" * 5000)
    assert found.startswith(b"HTTP/1.1 200") and b'{"bytes":10}' in found and found.count(b"HTTP/1.1") == 1


def test_half_a_body_and_then_nothing_ends_at_once(served: tuple[int, Reached]) -> None:
    found, seconds = talk(served[0], head("/en/note", "Content-Length: 5000"), b"x" * 10, end=True)
    assert b"200" not in found[:20] and seconds < PAUSE + 0.5
    deadline = time.monotonic() + 2
    while not served[1].ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert served[1].ended == ["gone"]


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "10, 20", "99999999999999999999999999"])
def test_lengths_that_are_none_are_refused(served: tuple[int, Reached], length: str) -> None:
    found, _ = talk(served[0], head("/en/note", f"Content-Length: {length}"), b"x" * 10)
    assert found.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")) and served[1].bytes == 0


def test_a_length_and_chunks_together_are_counted_as_chunks_or_refused(served: tuple[int, Reached]) -> None:
    both = head("/en/note", "Content-Length: 5", "Transfer-Encoding: chunked")
    found, _ = talk(served[0], both, *[b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 20, pause=0.02)
    assert found.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")) and served[1].bytes <= 10_000


def test_what_is_refused_for_another_reason_is_not_read_on(served: tuple[int, Reached]) -> None:
    found, seconds = talk(served[0], head("/en/refused", "Content-Length: 9000"), b"x" * 10)
    assert found.startswith(b"HTTP/1.1 403") and b"connection: close" in found.lower() and seconds < PAUSE


def test_what_is_within_the_limits_is_taken_and_the_connection_stays(served: tuple[int, Reached]) -> None:
    with socket.create_connection(("127.0.0.1", served[0]), timeout=5) as connection:
        for total in (10_000, 10_010):
            body = b"x" * (10_000 if total == 10_000 else 10)
            connection.sendall(head("/en/note", f"Content-Length: {len(body)}") + body)
            found = connection.recv(65536)
            while b"}" not in found:
                found += connection.recv(65536)
            assert found.startswith(b"HTTP/1.1 200") and str(total).encode() in found and b"close" not in found


@pytest.mark.parametrize("begun", [b"", b"POST /en/note HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_a_head_that_does_not_come_is_not_waited_for(served: tuple[int, Reached], begun: bytes) -> None:
    _, seconds = talk(served[0], begun)
    assert 0.3 < seconds < 3


def test_a_second_head_is_waited_for_no_longer_than_the_first(served: tuple[int, Reached]) -> None:
    whole = head("/en/note", "Content-Length: 1") + b"x"
    with socket.create_connection(("127.0.0.1", served[0]), timeout=8) as connection:
        connection.sendall(whole)
        while b"}" not in connection.recv(65536):
            pass
        connection.sendall(b"POST /en/no")
        began = time.monotonic()
        assert connection.recv(65536) == b"" and time.monotonic() - began < 3


def test_a_head_of_any_size_is_refused(served: tuple[int, Reached]) -> None:
    found, _ = talk(served[0], head("/en/note", *["X-A: " + "a" * 1000] * 60, "Content-Length: 1"), b"x")
    assert found.startswith(b"HTTP/1.1 431") and served[1].bytes == 0
    half, _ = talk(served[0], b"GET / HTTP/1.1\r\n", *[b"X-A: " + b"a" * 1000 + b"\r\n"] * 60, pause=0.002)
    assert half.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/en/sign-in", 16 * 1024),
        ("/sv/gradio_api/queue/join", 256 * 1024),
        ("/en/collected/note", 1 << 20),
        ("/nowhere", 1 << 20),
        ("/en/library/files", MOST_BYTES + 64 * 1024),
        ("/sv/library/12/replace", MOST_BYTES + 64 * 1024),
    ],
)
def test_every_address_has_a_limit(path: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert limits.limit_of(path).most == most


def test_the_page_itself_is_behind_the_limits(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from tests.fake_library import OWNER, FakeLibrary
    from tests.test_app import application

    app: Any = application(tmp_path, FakeLibrary(tmp_path / "corpus"), lambda *_: b"", lambda headers: OWNER)
    client = TestClient(app, base_url="http://127.0.0.1", headers={"Origin": "http://127.0.0.1"})
    answer = client.post("/en/collected/note", content=b"x" * 10_001, headers={"Accept": "text/html"})
    assert answer.status_code == 413 and "That is too much at once" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"
