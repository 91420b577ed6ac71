"""The page as people use it: the real server over real documents, in Chromium. Run with `pytest -m browser`."""

import json
import re
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

pytestmark = pytest.mark.browser

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
        self.page.get_by_role("tab", name=name, exact=True).click()


@pytest.fixture(scope="module")
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
            with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
                if json.load(answer) == {"status": "ok"}:
                    return
        except urllib.error.URLError:
            pass
        assert process.poll() is None and time.monotonic() < deadline, "the page did not start"
        time.sleep(0.1)


@pytest.fixture(scope="module")
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
    page.locator(".k-examples").wait_for()
    yield found
    context.close()
    assert found.foreign == [], "something was fetched from another host"
    assert found.problems == []


def test_a_question_is_asked_by_keyboard_and_its_citation_opened_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    answer = visit.answered("Warning the Public in Manchester")
    quote = answer.locator(".k-answer blockquote").first.inner_text()
    assert quote.startswith("“")
    cite = answer.locator(".k-cite").first
    cite.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    frame = page.frame(name="viewer")
    frame.wait_for_selector(".v-mark", state="attached")
    assert "/view/" in frame.url and "mark=" in frame.url
    words = re.sub(r"\W+", " ", quote).strip().split()[:4]
    assert " ".join(words) in re.sub(r"\W+", " ", frame.locator("details").first.text_content())
    assert page.evaluate("document.getElementById('k-question').querySelector('textarea').value") == QUESTION
    assert "q=How+is+the+public" in page.url


def test_the_marked_words_are_brought_into_view_without_moving_the_page_around_them(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    frame = page.frame(name="viewer")
    frame.wait_for_selector("#hit", state="attached")
    frame.locator("img").first.evaluate("image => image.decode()")
    page.wait_for_timeout(200)
    box = frame.locator(".v-mark").first.evaluate("mark => mark.getBoundingClientRect().toJSON()")
    height = frame.evaluate("window.innerHeight")
    assert 0 < box["top"] < height and box["width"] > 50
    assert page.evaluate("window.scrollY") == 0


def test_marks_cover_the_words_on_the_page_image(visit: Visit) -> None:
    """Under each mark there is ink."""
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    frame = visit.page.frame(name="viewer")
    frame.wait_for_selector(".v-mark", state="attached")
    dark = frame.evaluate("""async () => {
        const image = document.querySelector('.v-sheet img'); await image.decode();
        const canvas = document.createElement('canvas');
        const [across, down] = [canvas.width = image.naturalWidth, canvas.height = image.naturalHeight];
        const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
        return [...document.querySelector('.v-sheet').querySelectorAll('.v-mark')].map((mark) => {
            const at = (name) => Number(mark.getAttribute(name));
            const data = context.getImageData(at('x') * across, at('y') * down, at('width') * across, at('height') * down).data;
            let ink = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] < 140) ink++;
            return ink / (data.length / 4); });
    }""")
    assert dark and all(share > 0.03 for share in dark), dark


def test_a_filter_narrows_the_answer_and_says_so(visit: Visit) -> None:
    page = visit.page
    visit.ask("warning the public")
    visit.answered("Warning the Public in Manchester")
    page.get_by_role("button", name="city", exact=True).click()
    page.locator("#k-filters label", has_text="Copenhagen").click()
    page.get_by_role("button", name="city: Copenhagen").wait_for()
    page.locator(".k-doc h3", has_text="Manchester").wait_for(state="detached")
    assert page.locator(".k-doc h3").all_inner_texts() == ["Crowd safety on the harbour front"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear filters").click()
    page.locator(".k-doc h3", has_text="Warning the Public in Manchester").first.wait_for()
    assert page.get_by_role("button", name="city", exact=True).is_visible()


def test_added_words_are_switched_off_and_on_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Also searched:")
    page.get_by_role("link", name="Search my words only").focus()
    page.keyboard.press("Enter")
    visit.answered("Only your own words were searched.")
    page.wait_for_function("document.activeElement.textContent === 'Search the other language too'")
    page.wait_for_url("**translate=no**")
    page.reload()
    visit.answered("Only your own words were searched.")
    page.get_by_role("link", name="Search the other language too").focus()
    page.keyboard.press("Enter")
    visit.answered("Also searched:")
    page.wait_for_function("document.activeElement.textContent === 'Search my words only'")
    page.wait_for_function("!location.search.includes('translate')")
    page.get_by_role("link", name="Search my words only").click()
    visit.answered("Only your own words were searched.")
    visit.ask("How is the public warned?")
    visit.answered("Also searched:")


def test_a_question_with_its_words_put_right_asks_itself(visit: Visit) -> None:
    visit.ask("When are loudspeakrs used?")
    visit.answered("Did you mean:")
    offered = visit.page.locator(".k-line", has_text="Did you mean:").locator("a")
    question = offered.inner_text()
    assert "loudspeakers" in question
    offered.click()
    visit.page.locator(".k-line", has_text="Did you mean:").wait_for(state="detached")
    assert visit.page.locator("#k-question textarea").input_value() == question


def test_more_of_a_document_is_asked_within_it_and_left_again(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    assert page.locator(".k-doc").count() > 1
    first = page.locator(".k-doc").first
    title, shown = first.locator("h3").inner_text(), first.locator(".k-passage").count()
    first.get_by_role("link", name=re.compile(r"\d+ more from this document")).press("Enter")
    visit.answered(f"Only within “{title}”")
    assert page.locator(".k-doc h3").all_inner_texts() == [title]
    assert page.locator(".k-passage").count() > shown
    page.wait_for_function("document.activeElement.id === 'k-whole'")
    page.keyboard.press("Enter")
    page.locator(".k-line", has_text="Only within").wait_for(state="detached")
    page.locator(".k-more").first.wait_for()
    page.wait_for_function("!location.search.includes('document')")


def test_passages_like_one_and_around_it_are_shown_beside_it(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    passage = page.locator(".k-passage").nth(1)
    passage.get_by_role("link", name="Similar passages").press("Enter")
    frame = page.frame(name="viewer")
    frame.locator(".v-hit").first.wait_for()
    assert "k-open" in passage.get_attribute("class")
    assert frame.locator(".v-hit").count() > 2 and frame.locator(".v-documents a").count() > 2
    frame.get_by_role("link", name="Wider context").first.click()
    words = re.sub(r"\W+", " ", passage.locator(".k-text").inner_text())
    assert words in re.sub(r"\W+", " ", frame.locator(".v-this").inner_text())
    frame.get_by_role("link", name="Back to the page").click()
    frame.locator(".v-tint").first.wait_for(state="attached")


def test_the_help_opens_by_keyboard(visit: Visit) -> None:
    help_ = visit.page.locator(".k-how")
    assert not help_.locator("dl").is_visible()
    help_.locator("summary").press("Enter")
    help_.locator("code", has_text="year:2019..2021").wait_for()


def test_what_nothing_answers_is_said(visit: Visit) -> None:
    visit.ask("Vilket recept på kardemummabullar rekommenderas?")
    visit.page.get_by_role("heading", name="Nothing in the library answers this").wait_for()
    assert visit.page.locator("blockquote, #k-answering mark").count() == 0


def test_a_hostile_document_is_only_text(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.ask("How many jars of marmalade were bought for the canteen?")
    answer = visit.answered("jars of marmalade")
    shown = answer.inner_text()
    assert "${alert(5)}" in shown and "<script>alert(4)</script>" in shown
    assert answer.locator("img, script").count() == 0
    page.locator(".k-passage", has_text="jars of marmalade").locator(".k-where a").first.click()
    frame = page.frame(name="viewer")
    frame.locator(".v-text").wait_for()
    assert "<script>alert(4)</script>" in frame.locator(".v-text").inner_text()
    page.locator(".k-passage", has_text="jars of marmalade").locator(".k-foot a").first.click()
    frame.locator(".v-hit").first.wait_for()
    assert "<script>alert(4)</script>" in frame.locator(".v-own").inner_text() and frame.locator("img, body script").count() == 0
    visit.room("Library")
    page.locator("#k-documents th", has_text="<img src=x onerror=alert(1)> ${alert(2)} {{alert(3)}}").wait_for()
    assert page.locator("#k-documents img").count() == 0


@pytest.mark.parametrize("visit", [{"locale": "sv-SE"}], indirect=True)
def test_the_interface_is_swedish_for_a_swedish_browser_and_can_be_switched(visit: Visit) -> None:
    page = visit.page
    assert page.url.endswith("/sv/") and page.locator("html").get_attribute("lang") == "sv"
    assert page.get_by_role("tab").all_inner_texts()[-3:] == ["Fråga", "Bibliotek", "Index"]
    visit.ask("Hur varnas allmänheten?")
    assert "Svar, med källornas egna ord".upper() in visit.answered("Varning till allmänheten").inner_text().upper()
    assert page.frame(name="viewer").locator("html").get_attribute("lang") == "sv"
    page.get_by_role("link", name="English").click()
    page.get_by_role("tab", name="Library").wait_for()
    assert "/en/" in page.url


def test_an_address_with_a_question_asks_it(visit: Visit, server: Server) -> None:
    visit.page.goto(f"{server.address}/?q=How+is+the+public+warned%3F&lang=en")
    visit.answered("Where it is said")
    assert visit.page.locator("#k-question textarea").input_value() == "How is the public warned?"


def test_an_example_asks_itself(visit: Visit) -> None:
    example = visit.page.locator(".k-examples a").first
    question = example.inner_text()
    example.click()
    visit.page.locator(".k-coverage").wait_for()
    assert visit.page.locator("#k-question textarea").input_value() == question


def test_nothing_that_was_asked_is_kept_in_the_browser(visit: Visit) -> None:
    visit.ask("a very secret question about warning")
    visit.page.locator(".k-coverage").wait_for()
    kept = visit.page.evaluate("""async () => JSON.stringify([{...localStorage}, {...sessionStorage},
        await indexedDB.databases(), document.cookie])""")
    assert "secret question" not in kept and "run" not in json.dumps(json.loads(kept)[2])


def test_reports_are_added_and_each_is_told_and_found_at_once(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visit.page
    report = tmp_path / "Åre övning.md"
    report.write_text("# Exercise in Åre\n\nThe ski lifts were evacuated in nineteen minutes with help of the mountain rescue.\n")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is no PDF")
    visit.room("Library")
    page.set_input_files("#k-upload input[type=file]", [str(report), str(broken)])
    page.locator("#k-reading-files h3", has_text="Done in").wait_for(timeout=90_000)
    rows = page.locator("#k-reading-files li").all_inner_texts()
    assert any("added" in row and "Åre övning.md" in row for row in rows)
    assert any("failed" in row and "broken.pdf" in row for row in rows)
    page.locator("#k-problems", has_text="broken.pdf").wait_for()
    page.locator("#k-documents", has_text="Exercise in Åre").wait_for()
    assert (server.corpus / "Åre övning.md").read_text() == report.read_text()
    visit.room("Ask")
    visit.ask("How fast were the ski lifts evacuated?")
    visit.answered("nineteen minutes")


def test_asking_goes_on_while_the_index_is_rebuilt(visit: Visit) -> None:
    page = visit.page
    visit.room("Index")
    page.locator("#k-status dt", has_text="Generation").wait_for()
    before = page.locator("#k-status dd").first.inner_text()
    page.get_by_role("button", name="Rebuild the index").click()
    page.locator("#k-rebuilding", has_text="Rebuilding").wait_for()
    visit.room("Ask")
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.room("Index")
    page.locator("#k-rebuilding", has_text="The new index is in use").wait_for(timeout=120_000)
    page.wait_for_function("before => document.querySelector('#k-status dd').innerText !== before", arg=before)


SIZES = [{"viewport": {"width": 360, "height": 780}}, {"viewport": {"width": 1024, "height": 768}}, {"color_scheme": "dark"}]


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=["narrow", "middle", "dark"])
def test_rooms_fit_their_width_and_can_be_read(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    page.locator(".k-how summary").click()
    for room in ("Ask", "Library", "Index"):
        visit.room(room)
        page.wait_for_timeout(400)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, room
        faint = page.evaluate(CONTRAST)
        assert faint == [], room


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=["narrow", "middle", "dark"])
@pytest.mark.parametrize("name", ["Similar passages", "Wider context"])
def test_what_leads_on_fits_the_frame_and_can_be_read(visit: Visit, name: str) -> None:
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    visit.page.get_by_role("link", name=name).first.click()
    frame = visit.page.frame(name="viewer")
    frame.locator(".v-related").wait_for()
    assert frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert frame.evaluate(CONTRAST) == []


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=["narrow", "middle", "dark"])
def test_lines_of_passages_are_of_a_length_for_reading(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.answered("Warning the Public in Manchester")
    length = visit.page.evaluate("""() => {
        const longest = [...document.querySelectorAll('.k-passage p')].sort((a, b) => b.innerText.length - a.innerText.length)[0];
        const lines = Math.round(longest.offsetHeight / parseFloat(getComputedStyle(longest).lineHeight));
        return longest.innerText.length / lines }""")
    assert 25 < length < 82, length


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
