"""What the tests in the browser share: the real server over real documents, and a visit to it in Chromium."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
SAMPLES = (
    "catalogue.csv",
    "manchester-public-warning.pdf",
    "network-tabletop-2021.pdf",
    "stockholm-varning-till-allmanheten.pdf",
    "copenhagen-crowd-safety.pptx",
    "rotterdam-study-visit.txt",
)
HOSTILE = """---
title: '<img src=x onerror=alert(1)> ${alert(2)} {{alert(3)}}'
---
# Marmalade procurement

The committee met.
"""
HOSTILE_TEXT = (
    "The marmalade committee met <script>alert(4)</script> ${alert(5)} and bought forty jars of marmalade for the canteen."
)
SIZES = [{"viewport": {"width": 360, "height": 780}}, {"viewport": {"width": 1024, "height": 768}}, {"color_scheme": "dark"}]
QUESTION = "How is the public warned in Manchester?"


@dataclass
class Server:
    """A running page, and where its documents are."""

    address: str
    corpus: Path
    data: Path
    process: "subprocess.Popen[str]"


@dataclass
class Visit:
    """A page in the browser, and what went wrong in it."""

    page: Any
    foreign: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press("/")
        self.page.keyboard.type(question)
        self.page.keyboard.press("Enter")

    def answered(self, words: str) -> Any:
        """Wait until the room shows an answer that holds these words."""
        found = self.page.locator("#k-answering", has_text=words)
        found.locator(".k-coverage").wait_for(timeout=30_000)
        return found

    def room(self, name: str) -> None:
        self.page.locator(".k-top nav").get_by_role("link", name=name).click()
        self.page.locator(".k-top nav [aria-current=page]", has_text=name).wait_for()

    def look(self, view: str = "") -> Any:
        """The frame beside the answer, when it shows a page whose address holds `view`."""
        self.page.wait_for_function(
            "view => document.querySelector('iframe[name=viewer]')?.contentWindow?.location?.href?.includes(view)", arg=view
        )
        return self.page.frame(name="viewer")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    corpus, data = folder / "corpus", folder / "data"
    corpus.mkdir()
    for name in SAMPLES:
        shutil.copy(ROOT / "corpus" / name, corpus / name)
    (corpus / "hostile.md").write_text(HOSTILE)
    (corpus / "hostile.txt").write_text(HOSTILE_TEXT)
    subprocess.run([sys.executable, "-m", "ingest", "--data", str(data), str(corpus)], cwd=ROOT, check=False, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "search_app.py", "--data", str(data), "--corpus", str(corpus), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    wait_for(address, process)
    yield Server(address, corpus, data, process)
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False)
    children = listed.stdout.split()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0 and "Traceback" not in errors, errors
    assert 1 <= len(children) <= 2, "the readers that draw pages"
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def wait_for(address: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=60) as answer:
                if answer.status == 200:
                    return
        except OSError:  # not there yet, or not whole
            pass
        assert process.poll() is None and time.monotonic() < deadline, "the page did not start"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM} (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(request: pytest.FixtureRequest, server: Server, chromium: Any) -> Iterator[Visit]:
    """A visit; parametrised with options of the browser's context. What is fetched elsewhere, or goes wrong, fails the test."""
    options = {"viewport": {"width": 1440, "height": 1000}, "locale": "en-GB"} | getattr(request, "param", {})
    context = chromium.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    found = Visit(page)
    own = (server.address, "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else found.foreign.append(asked.url))
    page.on("websocket", lambda opened: found.foreign.append(opened.url))
    page.on("console", lambda said: found.problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.problems.append(str(error)))
    page.on("dialog", lambda dialog: (found.problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(f"{server.address}/")
    page.locator(".k-welcome").wait_for()
    yield found
    context.close()
    assert found.foreign == [], "something was fetched from another host"
    assert found.problems == []


# Every visible text of ours against what stands behind it: WCAG AA is 4.5, 3 for large letters.
CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        const data = canvas.getImageData(0, 0, 1, 1).data;
        return [data[0], data[1], data[2], data[3] / 255];
    };
    const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
    const linear = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    const behind = (element) => {
        const stack = [];
        for (let e = element; e; e = e.parentElement) stack.unshift(rgba(getComputedStyle(e).backgroundColor));
        return stack.reduce((under, top) => over(top, under), [255, 255, 255]);
    };
    const faint = [];
    for (const element of document.querySelectorAll('.gradio-container *, .viewer body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        const seen = element.checkVisibility({visibilityProperty: true, opacityProperty: true});
        if (!own || !seen || box.width < 2 || box.height < 2 || style.fontSize === '0px') continue;
        const ground = behind(element), ink = over(rgba(style.color), ground);
        const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
        const size = parseFloat(style.fontSize), ratio = (a + 0.05) / (b + 0.05);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const name = `${element.className} ${element.textContent.trim().slice(0, 40)} ${ratio.toFixed(2)}`;
        if (ratio < (large ? 3 : 4.5)) faint.push(name);
    }
    return [...new Set(faint)];
}"""
