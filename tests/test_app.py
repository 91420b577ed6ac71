"""The page as a server: what its addresses answer, to whom, with which headers; and its rooms, without a browser."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from index.access import Principal
from index.desk import Desk
from index.errors import StoreError
from ingest.editing import describe
from tests.fake_library import OWNER, PAGES, READER, FakeLibrary
from ui.asking import AskRoom
from ui.jobs import Jobs
from ui.question import Question
from ui.routes import preferred
from ui.stamp import stamped, strip
from ui.words import Words


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (100, 140), (250, 250, 250)).save(out, "PNG")
    return out.getvalue()


EN, SV = Words("en"), Words("sv")
PNG = picture()
HOST = "http://127.0.0.1"


@dataclass
class Site:
    """The whole application over the library in memory. `who` can be changed between requests."""

    client: TestClient
    library: FakeLibrary
    drawn: list[tuple[str, int, int]]
    who: Principal

    def get(self, address: str, **options: Any) -> Any:
        return self.client.get(address, follow_redirects=False, **options)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    library = FakeLibrary(folder / "corpus")
    drawn: list[tuple[str, int, int]] = []

    def render(path: Path, page: int, width: int) -> bytes:
        if page == 3:
            raise ValueError("a broken page")
        drawn.append((path.name, page, width))
        return PNG

    site: Site
    app = application(folder, library, render, lambda headers: site.who)
    with TestClient(app, base_url=HOST) as client:
        site = Site(client, library, drawn, OWNER)
        yield site


def application(folder: Path, library: FakeLibrary, render: Any, who: Any) -> FastAPI:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.app import create

    desk = Desk(folder / "data")
    return create(library, render, data=folder / "data", corpus=folder / "corpus", who=who, desk=desk, describe=describe)


@pytest.fixture
def site(built: Site) -> Iterator[Site]:
    built.who = OWNER
    built.drawn.clear()
    built.library.loaded.set()
    yield built


# -- languages and health


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("de,sv;q=0.2,en;q=0.1", "sv"),
        ("de,fr;q=0.5", "en"),
        ("sv;q=0,en;q=0.1", "en"),
        ("sv;q=rubbish", "en"),
        (";;,,q=1", "en"),
    ],
)
def test_the_browser_s_language_is_preferred(accept: str, language: str) -> None:
    assert preferred(accept) == language


def test_the_front_door_leads_to_a_language_and_keeps_the_question(site: Site) -> None:
    assert site.get("/", headers={"accept-language": "sv"}).headers["location"] == "/sv/"
    assert (
        site.get("/?lang=sv&q=Vem%20varnar%3F", headers={"accept-language": "en"}).headers["location"] == "/sv/?q=Vem+varnar%3F"
    )
    assert site.get("/?lang=xx").headers["location"] == "/en/"
    assert site.client.head("/", follow_redirects=False).status_code == 307


# -- the viewer


def test_a_cited_passage_is_shown_on_its_pages(site: Site) -> None:
    answer = site.get("/view/1?start=19&end=170&mark=19-66&lang=sv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(r'src="(/image/[^"]+)"', answer.text) == [f"/image/1/{n}.png?w=1400" for n in (1, 2, 3)]
    assert "Öppna originalet" in answer.text and 'lang="sv"' in answer.text
    assert "no-store" in answer.headers["cache-control"]


def test_a_page_is_shown_by_its_number(site: Site) -> None:
    answer = site.get("/view/1?p=2")
    assert re.findall(r'src="(/image/[^"]+)"', answer.text) == ["/image/1/2.png?w=1400"]
    assert site.get("/view/1?p=4").status_code == 404
    assert "has no page 4" in site.get("/view/1?p=4").text


@pytest.mark.parametrize("address", ["/view/99", "/view/x", "/view/-1", "/view/1.5", f"/view/{9 * 10**18 + 10**18}", "/view/²"])
def test_documents_that_do_not_exist_are_not_found(site: Site, address: str) -> None:
    answer = site.get(address)
    assert answer.status_code == 404
    assert "There is no such document" in answer.text


@pytest.mark.parametrize("query", ["start=9&end=1", "start=x&end=2", "mark=1", "zoom=999", "p=0", "start=%00&end=1"])
def test_links_that_make_no_place_are_refused_with_a_page(site: Site, query: str) -> None:
    answer = site.get(f"/view/1?{query}")
    assert answer.status_code == 400 and "does not point to a place" in answer.text


def test_what_a_person_may_not_see_does_not_exist_for_them(site: Site) -> None:
    open_to_owner = [site.get(address).status_code for address in ("/view/3", "/source/3")]
    assert open_to_owner == [200, 200]
    site.who = READER
    missing = site.get("/view/99")
    for address in ("/view/3", "/view/3?start=0&end=5", "/source/3", "/image/3/1.png"):
        answer = site.get(address)
        assert answer.status_code == 404
        assert "secret" not in answer.text.lower()
    assert site.get("/view/3").text == missing.text


@pytest.mark.parametrize("kind", ["similar", "context"])
def test_what_leads_on_from_a_passage_passes_the_gate(site: Site, kind: str) -> None:
    words = {"similar": SV.similar, "context": SV.wider}[kind]
    answer = site.get(f"/{kind}/1?lang=sv")
    assert answer.status_code == 200 and 'lang="sv"' in answer.text and f"<h1>{words}</h1>" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert ("Secret exercise" in answer.text) is (kind == "similar")
    site.who = READER
    assert "secret" not in site.get(f"/{kind}/1").text.lower()
    missing = site.get(f"/{kind}/99")
    assert missing.status_code == 404 and EN.no_passage in missing.text
    refused = site.get(f"/{kind}/3")
    assert (refused.status_code, refused.text) == (404, missing.text)


@pytest.mark.parametrize("number", ["0", "x", "-1", "1.5", f"{9 * 10**18 + 10**18}", "²", "1%2f2"])
@pytest.mark.parametrize("kind", ["similar", "context"])
def test_passages_that_do_not_exist_are_not_found(site: Site, kind: str, number: str) -> None:
    assert site.get(f"/{kind}/{number}").status_code == 404


def test_a_source_that_changed_is_said_and_its_text_shown(site: Site) -> None:
    path = site.library.paths[1]
    original = path.read_bytes()
    try:
        path.write_bytes(original + b"\n")
        answer = site.get("/view/1?start=19&end=60")
        assert EN.source_gone in answer.text and "<img" not in answer.text
        assert '<span class="tint">Staff at the exits' in answer.text
        assert site.get("/source/1").status_code == 404
    finally:
        path.write_bytes(original)


def test_the_empty_viewer_invites(site: Site) -> None:
    assert SV.viewer_empty in site.get("/view?lang=sv").text


# -- page images and sources


def test_page_images_pass_the_gate_and_are_drawn_once(site: Site) -> None:
    first = site.get("/image/1/1.png?w=1234")
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.content == stamped(PNG, "TLP:GREEN", f"owner {datetime.now(UTC).date().isoformat()}")
    assert first.headers["cache-control"] == "private, no-cache"
    sha = site.library.infos[1].sha256
    assert first.headers["etag"].startswith(f'"{sha}-1-1400-')
    site.get("/image/1/1.png?w=1400")
    assert site.drawn == [("warning.pdf", 1, 1400)]
    again = site.get("/image/1/1.png?w=1400", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    site.who = Principal(name="nobody", role=READER.role, clearance=READER.clearance.CLEAR)
    refused = site.get("/image/1/1.png?w=1400", headers={"if-none-match": first.headers["etag"]})
    assert refused.status_code == 404


@pytest.mark.parametrize("name", ["0.png", "4.png", "1.jpg", "x.png", "1.png%2f..", "²..png", "99999999.png"])
def test_images_of_no_page_are_not_found(site: Site, name: str) -> None:
    assert site.get(f"/image/1/{name}").status_code == 404
    assert site.get("/image/2/1.png").status_code == 404  # a note has no page images
    assert site.drawn == []


@pytest.mark.parametrize("width", ["0", "99999", "-5", "abc", "", "1e9"])
def test_any_width_gives_one_of_a_few(site: Site, width: str) -> None:
    answer = site.get(f"/image/1/2.png?w={width}")
    assert answer.status_code == 200
    assert int(answer.headers["etag"].strip('"').split("-")[2]) in (700, 1000, 1400, 2000, 2800)


def test_a_page_that_cannot_be_drawn_is_said_without_a_traceback(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    answer = site.get("/image/1/3.png")
    assert answer.status_code == 404 and EN.no_image in answer.text
    assert "page 3 of document 1 could not be drawn: ValueError" in caplog.text and "warning.pdf" not in caplog.text


def test_a_pdf_is_shown_and_everything_else_only_saved(site: Site) -> None:
    pdf = site.get("/source/1")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == "inline; filename*=utf-8''TLP-GREEN%20warning.pdf"
    assert pdf.content == site.library.paths[1].read_bytes()
    assert "default-src" not in pdf.headers["content-security-policy"]
    note = site.get("/source/2")
    assert note.headers["content-type"] == "application/octet-stream"
    assert note.headers["content-disposition"] == "attachment; filename*=utf-8''TLP-CLEAR%20note.md"
    assert (pdf.headers["x-handling"], note.headers["x-handling"]) == ("TLP:GREEN", "TLP:CLEAR")
    assert note.headers["x-content-type-options"] == "nosniff" and "sandbox" in note.headers["content-security-policy"]


# -- guards


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/en/",
        "/view",
        "/view/1",
        "/view/99",
        "/similar/1",
        "/context/99",
        "/healthz",
        "/static/base.css",
        "/shown.css",
        "/en/compare",
        "/sv/collected",
        "/nowhere",
        "/en/config",
    ],
)
def test_every_answer_carries_the_security_headers(site: Site, address: str) -> None:
    headers = site.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    framed = address.startswith(("/view", "/similar", "/context"))
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert ("frame-ancestors 'self'" if framed else "frame-ancestors 'none'") in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-" not in headers["content-security-policy"].split("script-src")[1].split(";")[0]


def test_a_page_s_script_policy_is_new_each_time(site: Site) -> None:
    first, second = (site.get("/en/").headers["content-security-policy"] for _ in range(2))
    assert first != second and "'nonce-" in first


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:7860", "localhost.evil.example", ""])
def test_other_host_names_are_refused(site: Site, host: str) -> None:
    assert site.get("/view/1", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:7860", "127.0.0.1:7861"])
def test_this_machine_s_names_are_answered(site: Site, host: str) -> None:
    assert site.get("/view/1", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1.evil.example"])
def test_other_sites_cannot_post(site: Site, origin: str) -> None:
    for address in ("/en/gradio_api/upload", "/en/gradio_api/queue/join"):
        answer = site.client.post(address, headers={"origin": origin}, json={})
        assert answer.status_code == 403, address
    assert site.client.post("/healthz", headers={"origin": origin}).status_code == 403
    assert site.client.post("/healthz", headers={"origin": HOST}).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/openapi.json",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/run-history/buckets",
        "/gradio_api/dev/reload",
        "/gradio_api/component_server",
        "/monitoring",
        "/login_check",
        "/manifest.json",
        "/svelte/x",
    ],
)
def test_what_the_page_does_not_use_of_gradio_is_shut(site: Site, path: str) -> None:
    assert site.get(f"/en{path}").status_code == 404
    assert site.client.post(f"/sv{path}", json={}).status_code in (404, 405)


def test_no_handler_has_a_name_to_be_called_by(site: Site) -> None:
    assert site.get("/en/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
    assert site.client.post("/en/gradio_api/call/ask", json={"data": []}).status_code == 404
    assert site.client.post("/en/gradio_api/api/_ask", json={"data": []}).status_code == 404


@pytest.mark.parametrize("query", ["?page=2", "?deep_link=x", "?page=library&q=x", "?__theme=dark"])
def test_parameters_that_gradio_would_take_for_its_own_do_no_harm(site: Site, query: str) -> None:
    assert site.get(f"/en/{query}").status_code == 200


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_names_no_other_host(site: Site, language: str) -> None:
    page = site.get(f"/{language}/")
    assert page.status_code == 200 and f'lang="{language}"' in page.text
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page.text, re.DOTALL)[1])  # type: ignore[index]
    assert config["analytics_enabled"] is False
    assert not config.get("footer_links")
    assert config.get("run_history") is not True
    assert config["title"] == f"{Words(language).ask} · Källa"
    for text in (page.text, site.get(f"/{language}/theme.css").text):
        hosts = set(re.findall(r"https?://([^/\"'\s)\\]+)", text))
        assert hosts <= {"127.0.0.1", "www.w3.org", "testserver"}, hosts


def test_words_of_the_other_language_do_not_slip_in(site: Site) -> None:
    english, swedish = site.get("/en/").text, site.get("/sv/").text
    for pair in ("question_hint", "how_to_ask", "handling_filter", "clear_filters", "collected", "follow"):
        assert getattr(EN, pair) in english and getattr(EN, pair) not in swedish
        assert getattr(SV, pair) in swedish and getattr(SV, pair) not in english


# -- a library that cannot be opened


def test_a_library_that_cannot_be_opened_is_said_everywhere(site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = site.library
    library.broken = StoreError("The library was made by a newer Källa. Update this one.")
    try:
        room = AskRoom(library, Desk(tmp_path), EN, "corpus")
        (asked,) = room.ask(Question(text="Who?"), OWNER)
        (welcome,) = room.ask(Question(text=""), OWNER)
        for said in (asked.html, welcome.html):
            assert "made by a newer Källa" in said
        for address in ("/view/1", "/similar/1", "/context/1", "/image/1/1.png", "/source/1", "/en/library"):
            answer = site.get(address)
            assert answer.status_code == 503 and "made by a newer Källa" in answer.text
        assert site.get("/en/").status_code == 200
    finally:
        library.broken = None
    assert not caplog.records


# -- child processes


def program(tmp_path: Path, script: str) -> tuple[str, ...]:
    """A stand-in for Python that runs `script` with the arguments it is given."""
    path = tmp_path / "stand_in.py"
    path.write_text("import json, os, signal, sys, time\nsay = lambda **what: print(json.dumps(what), flush=True)\n" + script)
    return (sys.executable, str(path))


def test_readings_take_turns(tmp_path: Path) -> None:
    slow = "say(path='a', outcome='added')\ntime.sleep(0.4)\nsay(summary=dict(seconds=1))\n"
    jobs = Jobs(tmp_path, program(tmp_path, slow))
    first, second = jobs.ingest([tmp_path]), jobs.ingest([tmp_path])
    time.sleep(0.25)
    assert not first.done and second.waiting and second.events == []
    assert list(second.follow())[-1] and first.done and second.code == 0


def test_what_runs_is_ended_with_its_children(tmp_path: Path) -> None:
    script = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
say(progress=dict(phase="x", done=child.pid, total=0))
time.sleep(60)
"""
    jobs = Jobs(tmp_path, program(tmp_path, script))
    job = jobs.rebuild()
    while not job.events:
        time.sleep(0.02)
    child = job.events[0]["progress"]["done"]
    waiting = jobs.ingest([tmp_path])
    began = time.monotonic()
    jobs.stop()
    assert time.monotonic() - began < 8 and job.done and waiting.done
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and "zombie" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < deadline, "the child of the child is still there"
        time.sleep(0.05)


# -- starting and ending


def run_app(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "search_app.py", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_help_answers_at_once_and_loads_nothing_heavy() -> None:
    heavy = "gradio, fastapi, numpy, faiss, torch, onnxruntime, uvicorn"
    code = f"""
import sys, runpy
sys.argv = ["search_app.py", "--help"]
try:
    runpy.run_path("search_app.py", run_name="__main__")
except SystemExit as done:
    assert done.code == 0
print([name for name in "{heavy}".split(", ") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "--corpus DIR" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "70000"), "'70000' is not a port"),
        (("--port", "x"), "'x' is not a port"),
        (("--nonsense",), "unrecognized arguments"),
    ],
)
def test_wrong_use_is_said_in_a_line(arguments: tuple[str, ...], said: str) -> None:
    process = run_app(*arguments)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 2 and said in errors and "Traceback" not in errors


def test_a_port_that_is_taken_is_said_with_another_to_try(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = run_app("--port", str(port), "--data", str(tmp_path))
        out, errors = process.communicate(timeout=10)
    assert process.returncode == 2 and out == ""
    assert errors == f"Port {port} is in use. Is Källa already running? Try --port {port + 1}\n"


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    process = run_app("--port", str(free_port()), "--data", str(tmp_path / "data"))
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2 and errors.startswith("The data folder") and errors.count("\n") == 1


def test_a_port_for_figures_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run_app("--port", str(free_port()), "--metrics-port", str(port), "--data", str(tmp_path))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2 and errors.startswith(f"Port {port} is in use.") and "--metrics-port" in errors


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    process = run_app("--port", str(free_port()), "--log", str(tmp_path / "nowhere" / "kalla.log"), "--data", str(tmp_path))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2 and errors.startswith("The log ") and errors.endswith("Name another file with --log FILE\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_empty_library_is_served_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    import urllib.error
    import urllib.request

    port = free_port()
    process = run_app("--port", str(port), "--data", str(tmp_path / "data"), "--corpus", str(tmp_path / "corpus"))
    try:
        began = time.monotonic()
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                    assert json.load(answer) == {"status": "ok"}
                break
            except urllib.error.URLError:
                assert process.poll() is None and time.monotonic() - began < 30
                time.sleep(0.05)
        waited = time.monotonic() - began
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/view", timeout=5) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError) as waiting:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
        assert waiting.value.code == 503 and json.load(waiting.value)["status"] == "empty"
        # A page keeps a connection open for as long as it is shown: the end does not wait for it.
        shown = urllib.request.urlopen(f"http://127.0.0.1:{port}/en/gradio_api/heartbeat/abc", timeout=30)
        assert shown.readline() == b"data: ALIVE\n"
        process.send_signal(number)
        shown.read()
        shown.close()
        out, errors = process.communicate(timeout=15)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
    assert out == f"Källa is at http://127.0.0.1:{port}/ (Ctrl-C ends it)\n"
    assert waited < 20  # 3 s where nothing else runs


def test_pages_of_a_real_pdf_are_drawn_by_the_reader_pool(tmp_path: Path) -> None:
    from ingest.pool import ReaderPool

    library = FakeLibrary(tmp_path / "corpus")
    with ReaderPool(1) as pool:
        app = application(tmp_path, library, pool.render, lambda headers: OWNER)
        with TestClient(app, base_url=HOST) as client:
            image = client.get("/image/1/1.png?w=700")
    assert image.status_code == 200
    assert int.from_bytes(image.content[16:20]) == 700 and int.from_bytes(image.content[20:24]) == 1050 + 2 * strip(700)
    (kept,) = (tmp_path / "data" / "cache" / "pages").glob("*/*.png")
    assert int.from_bytes(kept.read_bytes()[20:24]) == 1050  # what is kept is nobody's
    assert len(PAGES) == 3 and shutil.disk_usage(tmp_path).free > 0
