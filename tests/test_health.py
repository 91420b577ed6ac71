"""Whoever watches over the server: what health says, what the log holds and what it does not, figures, and how the server ends."""

import json
import logging
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from starlette.testclient import TestClient

from index.errors import ModelError, StoreError
from tests.conftest import ROOT
from tests.fake_library import OWNER, FakeLibrary
from ui import health, logs, metrics
from ui.asking import AskRoom
from ui.health import Health
from ui.jobs import Jobs
from ui.question import Question
from ui.requests import Requests
from ui.routes import unexpected
from ui.words import Words

EN, SV = Words("en"), Words("sv")
SECRET = "Where-is-the-siren"


# -- health


def site(state: health.State) -> TestClient:
    app = FastAPI()
    app.include_router(health.make(lambda: state))
    return TestClient(app)


def test_a_process_that_answers_is_alive_whatever_the_library_is() -> None:
    client = site(health.STORE)
    assert client.get("/healthz").json() == {"status": "ok"} and client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405 == client.post("/readyz").status_code


@pytest.mark.parametrize("state", [health.EMPTY, health.LOADING, health.STORE, health.MODEL, health.DISK, health.STOPPING])
def test_what_keeps_questions_waiting_is_said_in_a_word_and_a_sentence(state: health.State) -> None:
    answer = site(state).get("/readyz")
    assert answer.status_code == 503 and answer.json() == {"status": state.word, "message": state.message}
    assert "no-store" in answer.headers["cache-control"] and site(health.READY).get("/readyz").status_code == 200


def settled(of: Health) -> health.State:
    """The state, when the model has been loaded or not."""
    of.state()
    if of._loading is not None:
        of._loading.join()
    return of.state()


def test_readiness_follows_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakeLibrary(tmp_path / "corpus")
    of = Health(library, tmp_path)
    assert of.state() is health.READY
    library.loaded.clear()  # as after a rebuild with another model: nobody has to ask before it is loaded
    assert of.state() is health.LOADING
    assert settled(of) is health.READY
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    assert of.state() is health.DISK
    library.broken = StoreError(f"{tmp_path} is damaged. Restore a backup.")
    assert of.state() is health.STORE and str(tmp_path) not in of.state().message
    library.broken = None
    monkeypatch.setattr(library, "moment", lambda: None)
    assert of.state() is health.EMPTY
    of.stopping = True
    assert of.state() is health.STOPPING


def test_a_model_that_cannot_be_loaded_is_no_endless_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakeLibrary(tmp_path / "corpus")
    library.loaded.clear()

    def broken() -> None:
        raise ModelError("The model is damaged.")

    monkeypatch.setattr(library, "warm", broken)
    assert settled(Health(library, tmp_path)) is health.MODEL


# -- the log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A structured log in a file; the logging of the tests comes back afterwards."""
    root, events = logging.getLogger(), logging.getLogger("kalla.events")
    before, level, own = root.handlers[:], root.level, events.level
    file = tmp_path / "logs" / "kalla.log"
    file.parent.mkdir()
    for handler in before:
        root.removeHandler(handler)
    logs.set_up(str(file))
    yield file
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    events.setLevel(own)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def failing() -> TestClient:
    app = FastAPI()

    @app.get("/view/{document_id}")
    def view(document_id: str) -> str:
        raise ValueError(f"{SECRET} {document_id}")

    @app.get("/sv/library/{document_id}")
    def library(document_id: str) -> str:
        raise ValueError(document_id)

    @app.get("/gone/{document_id}")
    def gone(document_id: str) -> str:
        raise HTTPException(404)

    app.add_middleware(Requests, problem=unexpected)
    return TestClient(app)


def test_a_request_is_logged_by_its_route_and_never_by_what_was_typed(log: Path) -> None:
    client = failing()
    client.get(f"/gone/{SECRET}?q={SECRET}", headers={"cookie": SECRET, "authorization": SECRET})
    client.get(f"/{SECRET}")
    client.request("BREW", "/gone/1")
    assert SECRET not in log.read_text()
    first, second, third = lines(log)
    assert set(first) == {"time", "level", "event", "request", "method", "route", "status", "size", "ms"}
    assert (first["event"], first["method"], first["route"], first["status"]) == ("request", "GET", "/gone/{document_id}", 404)
    assert first["size"] > 0 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert second["route"] == "other" and third["method"] == "other"


@pytest.mark.parametrize(("address", "words"), [("/view/7?lang=en", EN), ("/view/7?lang=sv", SV), ("/sv/library/7", SV)])
def test_what_nobody_foresaw_is_a_calm_page_whose_number_is_in_the_log(log: Path, address: str, words: Words) -> None:
    answer = failing().get(address)
    assert answer.status_code == 500 and words.unforeseen in answer.text
    assert "ValueError" not in answer.text and SECRET not in answer.text
    assert (
        answer.headers["x-content-type-options"] == "nosniff"
        and "default-src 'none'" in answer.headers["content-security-policy"]
    )
    told, request = lines(log)
    assert told["reference"] == request["request"] and told["reference"] in answer.text
    assert told["level"] == "error" and told["error"] == "ValueError" and request["status"] == 500
    assert re.fullmatch(r"tests/test_health\.py:\d+ (view|library)", told["at"]) and told["trace"][-1].strip() == told["at"]
    assert SECRET not in log.read_text()


def test_a_question_that_fails_has_a_number_and_is_not_in_the_log(log: Path, tmp_path: Path) -> None:
    from index.desk import Desk

    library = FakeLibrary(tmp_path / "corpus")
    room = AskRoom(library, Desk(tmp_path / "data"), SV, "corpus")
    (answered,) = room.ask(Question(text=SECRET), OWNER)
    library.failing = KeyError(SECRET)
    (failed,) = room.ask(Question(text=SECRET), OWNER)
    answer, told = lines(log)
    assert answer["event"] == "answer" and answer["hits"] > 0 and {"ms", "understood_ms", "answered"} <= set(answer)
    assert told["reference"] in failed.html and told["reference"] not in answered.html
    assert SECRET not in log.read_text()


def test_the_causes_of_an_error_are_told_by_type(log: Path) -> None:
    try:
        try:
            raise OSError(SECRET)
        except OSError as exc:
            raise StoreError(SECRET) from exc
    except StoreError as exc:
        logs.failed("a test", exc)
    (told,) = lines(log)
    assert [one for one in told["trace"] if not one.startswith(" ")] == ["index.errors.StoreError", "OSError"]
    assert SECRET not in log.read_text()


def test_messages_of_others_are_logged_without_what_fills_them(log: Path) -> None:
    logging.getLogger("somebody").warning("about %s", SECRET)
    logging.getLogger("somebody").warning(f"all of it: {SECRET}")
    logging.getLogger("ui.routes").warning("page %d of document %d", 3, 7)
    first, second, third = lines(log)
    assert first["text"] == "about %s" and "text" not in second and third["text"] == "page %d of document %d"
    assert first["place"].startswith("tests/test_health.py:") and SECRET not in log.read_text()


def test_a_log_is_its_owner_s_and_makes_way_for_the_next(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.logs._MOST_BYTES", 2000)
    log.chmod(0o644)
    logs.set_up(str(log))
    for number in range(300):
        logs.event("request", number=number)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["kalla.log", *(f"kalla.log.{number}" for number in range(1, 6))]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.stat().st_size <= 2000 for file in files) and lines(log)[-1]["number"] == 299


def test_plain_lines_tell_an_error_without_its_message(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    logs.set_up("")
    logs.event("request", status=200)
    try:
        raise ValueError(SECRET)
    except ValueError as exc:
        reference = logs.failed("a test", exc)
    said = capsys.readouterr().err
    assert said.startswith(f"ERROR: unexpected where=a test reference={reference}\nValueError\n  tests/test_health.py:")
    assert SECRET not in said and "status" not in said


def test_what_became_of_a_job_is_logged_with_its_counts(log: Path, tmp_path: Path) -> None:
    script = tmp_path / "stand_in.py"
    script.write_text(
        f'print(\'{{"path": "{SECRET}"}}\\n{{"summary": {{"added": 2, "failed": 1, "odd": 7}}}}\'); raise SystemExit(1)'
    )
    jobs = Jobs(tmp_path, (sys.executable, str(script)))
    job = jobs.ingest([tmp_path / SECRET])
    list(job.follow())
    job._thread.join()
    (told,) = lines(log)
    assert {name: told[name] for name in ("event", "kind", "code", "stopped", "added", "failed")} == {
        "event": "job", "kind": "ingest", "code": 1, "stopped": False, "added": 2, "failed": 1,
    }  # fmt: skip
    assert "odd" not in told and SECRET not in log.read_text()


# -- figures


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def assert_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_figures_are_counted_and_served_to_this_machine_only(log: Path, tmp_path: Path) -> None:
    library, listener = FakeLibrary(tmp_path / "corpus"), socket.create_server(("127.0.0.1", 0))
    counting, port = metrics.Metrics(library, Jobs(tmp_path)), listener.getsockname()[1]
    end = metrics.serve(counting, listener)
    logs.listen(counting)
    try:
        client = failing()
        client.get(f"/gone/{SECRET}")
        client.get("/view/7")
        client.request(SECRET.upper(), f"/{SECRET}")
        logs.event("answer", ms=30.0, understood_ms=10.0, hits=3, answered=True)
        logs.event("job", kind="rebuild", code=0, stopped=False, seconds=1.0)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            said = answer.read().decode()
        foreign = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Host": f"evil.example:{port}"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(foreign, timeout=10)
        library.broken = StoreError("It is damaged.")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            broken = answer.read().decode()
    finally:
        logging.getLogger("kalla.events").removeHandler(counting)
        end()
    for line in (
        'kalla_requests_total{method="GET",route="/gone/{document_id}",status="404"} 1.0',
        'kalla_requests_total{method="GET",route="/view/{document_id}",status="500"} 1.0',
        'kalla_requests_total{method="other",route="other",status="404"} 1.0',
        'kalla_answer_seconds_sum{part="understanding"} 0.01', 'kalla_answers_total{answered="yes"} 1.0',
        'kalla_jobs_total{kind="rebuild",outcome="done"} 1.0', 'kalla_jobs_running{kind="ingest"} 0.0',
        "kalla_unexpected_errors_total 1.0", "kalla_library_opens 1.0", "kalla_documents 3.0", "kalla_seq 3.0",
        "kalla_generation 1.0", "kalla_writer_busy 0.0",
    ):  # fmt: skip
        assert line in said.splitlines()
    assert SECRET not in said and SECRET.upper() not in said and "process_resident_memory_bytes" in said
    assert "kalla_library_opens 0.0" in broken and "kalla_documents" not in broken
    assert_free(port)


# -- the end

_SERVER = """
import socket, sys, time
from fastapi import FastAPI
from ui.server import Server, run
app = FastAPI()
app.state.stop = lambda: print("told to stop", flush=True)
app.state.kill = lambda: print("killed", flush=True)
@app.get("/slow/{seconds}")
def slow(seconds: float) -> str:
    print("asked", flush=True)
    time.sleep(seconds)
    return "the whole answer"
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
run(Server(app, lambda: print("started", flush=True)), listener)
"""


def served(port: int) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _SERVER, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline() == "started\n"
    return process


def asked(process: "subprocess.Popen[str]", port: int, seconds: float) -> socket.socket:
    """A request that is being answered."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"GET /slow/{seconds} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert process.stdout is not None and process.stdout.readline() == "asked\n"
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_is_finished_before_the_end(number: signal.Signals) -> None:
    port = free_port()
    process = served(port)
    with asked(process, port, 1) as connection:
        process.send_signal(number)
        assert process.stdout is not None and process.stdout.readline() == "told to stop\n"
        time.sleep(0.2)
        with pytest.raises(OSError):  # nobody new comes in
            socket.create_connection(("127.0.0.1", port), timeout=5)
        received = b""
        while more := connection.recv(65536):
            received += more
    assert b"200 OK" in received and b"the whole answer" in received
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert_free(port)


def test_a_second_signal_ends_it_at_once() -> None:
    port = free_port()
    process = served(port)
    with asked(process, port, 60):
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None and process.stdout.readline() == "told to stop\n"
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 143 and out == "killed\n" and "Traceback" not in errors


def test_after_the_end_has_begun_no_job_is_begun(tmp_path: Path) -> None:
    script = tmp_path / "stand_in.py"
    script.write_text(f"open({str(tmp_path / 'begun')!r}, 'a').write('x'); import time; time.sleep(60)")
    jobs = Jobs(tmp_path, (sys.executable, str(script)))
    first = jobs.rebuild()
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    assert jobs.running() == {"rebuild": 1}
    jobs.refuse()
    late = jobs.ingest([tmp_path])
    jobs.stop()
    assert first.done and first.stopped and late.done and late.code != 0 and jobs.running() == {}
