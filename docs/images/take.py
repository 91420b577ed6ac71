"""Take pictures of every room: those that the documents show, and with --all each room light and dark, wide and narrow.

    python docs/images/take.py                  the pictures of the documents, into docs/images
    python docs/images/take.py --all DIR        all of them, in both languages, into DIR

The samples in corpus/ are read into a throw-away folder and served from there. Needs Chromium.
"""

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUESTION = {"en": "What did Manchester learn about warning the public?", "sv": "Hur varnas allmänheten i Stockholm?"}
COMPARED = {"en": "How is the public warned?", "sv": "Hur varnas allmänheten?"}
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
ROOMS = ("ask", "compare", "library", "document", "follow", "collected", "index")
SHOWN = ("ask", "compare", "library", "document", "follow", "collected")  # in the documents, in both languages


def main(arguments: list[str] | None = None) -> int:
    """Serve the samples, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="DIR", help="each room, light and dark, wide and narrow, into this folder")
    chosen = parser.parse_args(arguments)
    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        _furnish(browser, address)
        if chosen.all:
            chosen.all.mkdir(parents=True, exist_ok=True)
            for language in ("en", "sv"):
                for scheme in ("light", "dark"):
                    for name, size in (("wide", WIDE), ("narrow", NARROW)):
                        for room in ROOMS:
                            file = chosen.all / f"{room}-{language}-{scheme}-{name}.png"
                            _take(browser, address, room, language, file, scheme=scheme, size=size, whole=True)
        else:
            folder = ROOT / "docs" / "images"
            for room in SHOWN:
                _take(browser, address, room, "en", folder / f"{room}.png")
                _take(browser, address, room, "sv", folder / f"{room}-sv.png")
            _take(browser, address, "ask", "en", folder / "ask-dark.png", scheme="dark")
        browser.close()
    return 0


def _take(
    browser: Any,  # noqa: ANN401 - Playwright's
    address: str,
    room: str,
    language: str,
    file: Path,
    *,
    scheme: str = "light",
    size: dict[str, int] = WIDE,
    whole: bool = False,
) -> None:
    locale = {"en": "en-GB", "sv": "sv-SE"}[language]
    context = browser.new_context(viewport=size, locale=locale, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/{language}/{_path(room, language)}")
    if room == "ask":
        page.locator(".k-coverage").wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)  # the image of the page in the viewer
    else:
        page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=whole)
    context.close()


def _path(room: str, language: str) -> str:
    known = {"ask": f"?q={quote(QUESTION[language])}", "compare": f"compare?q={quote(COMPARED[language])}&by=city"}
    return known.get(room, "library/6" if room == "document" else room)


def _furnish(browser: Any, address: str) -> None:  # noqa: ANN401 - Playwright's
    """Keep a few passages and follow two questions, so that no room is empty."""
    page = browser.new_page(viewport=WIDE, locale="en-GB")
    page.goto(f"{address}/en/?q={quote(QUESTION['en'])}")
    page.locator(".k-coverage").wait_for(timeout=60_000)
    for button in page.locator(".k-passage [data-keep]").all()[:3]:
        kept = {"passages": button.get_attribute("data-keep"), "question": QUESTION["en"]}
        page.request.post(f"{address}/en/collected/keep", form=kept)
    for asked in ("q=How+is+the+public+warned%3F&city=Manchester", "q=Hur+skyddas+publika+evenemang%3F"):
        page.request.post(f"{address}/en/follow", form={"address": asked})
    page.close()


@contextmanager
def _served() -> Iterator[str]:
    """Read the samples into a throw-away folder and serve them."""
    with tempfile.TemporaryDirectory(prefix="kalla-pictures-") as folder:
        corpus, data = Path(folder) / "corpus", Path(folder) / "data"
        shutil.copytree(ROOT / "corpus", corpus)
        common = ["--data", str(data)]
        subprocess.run([sys.executable, "-m", "ingest", *common, str(corpus)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "search_app.py", *common, "--corpus", str(corpus), "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("The page did not start.")


if __name__ == "__main__":
    sys.exit(main())
