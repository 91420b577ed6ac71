"""Take the picture of the page that the README shows.

    python docs/images/take.py [ADDRESS]

The page has to be running (python search_app.py) with the sample library, and Chromium to be installed.
"""

import sys
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

QUESTION = "What did Manchester learn about warning the public?"


def main(arguments: list[str]) -> int:
    """Ask, wait for the answer and the page beside it, and take the picture."""
    address = arguments[0] if arguments else "http://127.0.0.1:7860"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="en-GB", color_scheme="light")
        page.goto(f"{address}/en/?q={quote(QUESTION)}")
        page.locator(".k-answer").first.wait_for(timeout=60_000)
        page.wait_for_timeout(3_000)  # the image of the page in the viewer
        page.screenshot(path=Path(__file__).parent / "ask.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
