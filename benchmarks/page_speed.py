"""How long it takes from Enter to the first passage on the screen, in Chromium, beside the limit of 300 ms.

    python benchmarks/page_speed.py [ADDRESS] [--rounds N]

The page has to be running (`python search_app.py`), with any library; its size is printed. Each question differs from the one
before, and all of the way is counted: the key, Gradio's queue, the search, the answer's way back, and its layout. The server's
share is what it says under the answer.
"""

import argparse
import re
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import sync_playwright

LIMIT = 300.0  # ms
QUESTIONS = (
    "How is the public warned?",
    "Hur skyddas publika evenemang?",
    "What did the exercises show?",
    "Who decides on evacuation?",
    "Vilka lärdomar drogs av övningarna?",
    "How are volunteers used?",
    "What happens when systems are down?",
    "Hur samordnas städer vid en kris?",
)


def main(arguments: list[str] | None = None) -> int:
    """Ask, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:7860")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="en-GB")
        page.goto(f"{chosen.address}/en/")
        page.locator(".k-welcome").wait_for(timeout=60_000)
        _ask(page, "What is in the library?")  # the model is loaded now
        measured = [_ask(page, f"{asked} {turn}") for turn in range(chosen.rounds) for asked in QUESTIONS]
        said = page.locator(".k-coverage").inner_text()
        browser.close()
    times, own = zip(*measured, strict=True)
    middle, late = statistics.median(times), sorted(times)[int(0.95 * len(times))]
    held = re.search(r"Searched ([^.]*)\.", said)
    print(f"{len(times)} questions, {held[1] if held else 'an unknown library'}")
    print(f"from Enter to the first passage: median {middle:.0f} ms, 95 % within {late:.0f} ms")
    print(f"of which the server says: median {statistics.median(own):.0f} ms")
    print(f"beside the limit of {LIMIT:.0f} ms: {middle / LIMIT:.2f} and {late / LIMIT:.2f}")
    return 0


def _ask(page: Any, question: str) -> tuple[float, float]:  # noqa: ANN401 - Playwright's
    """Ask once: milliseconds until the passages of this very question stand there, and what the server says it took."""
    page.locator("#k-question textarea").fill(question)
    began = time.perf_counter()
    page.locator("#k-question textarea").press("Enter")
    page.wait_for_function(
        """asked => new URLSearchParams(document.querySelector('#k-answering .k-shown')?.dataset.address || '').get('q') === asked
            && document.querySelector('#k-answering .k-passage')""",
        arg=question,
        polling="raf",
    )
    taken = 1000 * (time.perf_counter() - began)
    own = re.search(r"([\d.]+) s", page.locator(".k-coverage").inner_text())
    return taken, 1000 * float(own[1]) if own else 0.0


if __name__ == "__main__":
    sys.exit(main())
