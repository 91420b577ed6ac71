"""Gradio's sessions: what is asked in one is heard and ended by whoever asked it, and by them as long as they are signed in."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from index.access import Handling, Role
from index.desk import Desk
from index.gate import Gate
from index.users import Users
from ingest.editing import describe
from tests.fake_library import FakeLibrary
from tests.test_door import GOOD, hasher
from ui import streams
from ui.server import Patient

# Gradio 6.31 sets an option that pandas 3 warns of (components/dataframe.py), in the server's thread
pytestmark = pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")


@pytest.fixture(scope="module", autouse=True)
def heartbeats() -> Iterator[None]:
    """They come quickly here, so that nobody waits for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.utils.get_heartbeat_rate", lambda: 0.3)
        yield


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Gate]]:
    from ui.app import create

    folder: Path = tmp_path_factory.mktemp("streams")
    users = Users(folder / "data", hasher())
    users.add("ada", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    users.add("rut", role=Role.READER, clearance=Handling.GREEN, password=GOOD)
    gate = Gate(folder / "data", users=users)
    app = create(
        FakeLibrary(folder / "corpus"), lambda *_: b"", data=folder / "data", corpus=folder / "corpus",
        who=lambda headers: gate.of_cookie(headers), desk=Desk(folder / "data"), describe=describe, gate=gate,
    )  # fmt: skip
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=Patient, log_level="critical", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", gate
    app.state.stop()
    server.should_exit = True
    thread.join(15)


@contextmanager
def enter(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=20) as client:
        assert client.post("/en/sign-in", data={"name": name, "password": GOOD, "next": ""}).status_code == 303
        yield client


def asking(client: httpx.Client) -> tuple[int, int]:
    """The function that a typed question runs, and how many values it takes."""
    config = client.get("/en/config").json()
    found = next(one for one in config["dependencies"] if any(event == "submit" for _, event in one["targets"]))
    return found["id"], len(found["inputs"])


def join(client: httpx.Client, session: str, question: str = "Who warned?") -> Any:
    number, many = asking(client)
    data: list[Any] = [question, *[[]] * (many - 3), "", ""]
    return client.post(
        "/en/gradio_api/queue/join", json={"data": data, "fn_index": number, "session_hash": session, "trigger_id": 1}
    )


def test_what_one_asks_another_does_not_hear(served: tuple[str, Gate]) -> None:
    with enter(served[0], "ada") as ada, enter(served[0], "rut") as rut:
        hears(ada, rut)


def hears(ada: httpx.Client, rut: httpx.Client) -> None:
    event = join(ada, "sessionofada").json()["event_id"]
    assert rut.get("/en/gradio_api/queue/data", params={"session_hash": "sessionofada"}).status_code == 404
    assert rut.get("/en/gradio_api/heartbeat/sessionofada").status_code == 404
    assert join(rut, "sessionofada").status_code == 404
    for body in ({"session_hash": "sessionofada", "fn_index": 0, "event_id": event}, {"event_id": event}):
        for path in ("cancel", "reset"):
            assert rut.post(f"/en/gradio_api/{path}", json=body).status_code == 404
    # under a session of their own, the event is still not theirs
    assert join(rut, "sessionofrut").status_code == 200
    stolen = {"session_hash": "sessionofrut", "fn_index": 0, "event_id": event}
    assert rut.post("/en/gradio_api/cancel", json=stolen).status_code == 404
    heard = ada.get("/en/gradio_api/queue/data", params={"session_hash": "sessionofada"}).text
    assert "process_completed" in heard and "Staff at the exits" in heard
    own = {"session_hash": "sessionofada", "fn_index": 0, "event_id": event}
    assert ada.post("/en/gradio_api/cancel", json=own).status_code == 200


@pytest.mark.parametrize("session", ["", None, 7, ["x"], "x" * 500])
def test_a_session_without_a_name_is_nobodys(served: tuple[str, Gate], session: Any) -> None:
    with enter(served[0], "rut") as client:
        body = {"data": [], "fn_index": 0, "session_hash": session}
        assert client.post("/en/gradio_api/queue/join", json=body).status_code == 404
        assert client.post("/en/gradio_api/queue/join", content=b"{" * 1000).status_code == 404
        assert client.get("/en/gradio_api/queue/data").status_code == 404


def test_a_stream_ends_when_its_listener_signs_out(served: tuple[str, Gate]) -> None:
    with enter(served[0], "ada") as ada, enter(served[0], "ada") as other:
        other.cookies.clear()
        signs_out(ada, other)


def signs_out(ada: httpx.Client, other: httpx.Client) -> None:
    kept = dict(ada.cookies)
    other.cookies.update(kept)
    event = join(ada, "signingout").json()["event_id"]
    with ada.stream("GET", "/en/gradio_api/heartbeat/signingout") as heartbeat:
        beats = heartbeat.iter_raw()
        next(beats)
        assert other.post("/en/account/sign-out").status_code == 303
        began = time.monotonic()
        last = b"".join(beats)
        assert time.monotonic() - began < 10 and b"Sign in again" in last
    other.cookies.update(kept)
    assert other.get("/en/gradio_api/queue/data", params={"session_hash": "signingout"}).status_code == 401
    assert join_as_it_was(other, event) == 401


def join_as_it_was(client: httpx.Client, event: str) -> int:
    body = {"session_hash": "signingout", "fn_index": 0, "event_id": event}
    return client.post("/en/gradio_api/cancel", json=body).status_code


def test_what_comes_after_signing_out_is_not_told() -> None:
    """The word that is told next is looked at before it leaves, however soon it comes."""
    import asyncio

    class Out:
        def still(self, headers: Any, name: str) -> bool:
            return False

    async def talk() -> list[Any]:
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        scope = {"type": "http", "path": "/sv/gradio_api/queue/data", "headers": []}

        async def receive() -> Any:
            await asyncio.Event().wait()

        stream = streams._Stream(Out(), scope, "ada", receive, send)  # type: ignore[arg-type]
        await stream.send({"type": "http.response.start", "status": 200, "headers": []})
        await stream.send({"type": "http.response.body", "body": b"data: secret", "more_body": True})
        await stream.send({"type": "http.response.body", "body": b"data: more", "more_body": True})
        assert (await stream.receive())["type"] == "http.disconnect"
        return told

    start, body = asyncio.run(talk())
    assert start["status"] == 200 and not body["more_body"] and b"secret" not in body["body"]
    said = json.loads(body["body"].decode().removeprefix("data: "))
    assert said["msg"] == "unexpected_error" and "Logga in igen" in said["message"]


def test_listening_does_not_keep_a_session_alive(tmp_path: Path) -> None:
    from index.sessions import Sessions

    now = [1_000_000.0]
    users = Users(tmp_path, hasher())
    users.add("ada", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    sessions = Sessions(tmp_path, idle=300, clock=lambda: now[0])
    secret = sessions.begin(users.all()[0])
    for _ in range(3):
        now[0] += 120
        alive = sessions.find(secret, seen=False)
    assert alive is None


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_MOST", 3)
    owners = streams.Owners()
    assert all(owners.take(str(number), "ada") for number in range(4)) and not owners.take("3", "rut")
    assert owners.owns("3", "ada") and not owners.owns("0", "ada")
