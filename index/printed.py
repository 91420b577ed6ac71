"""The printed page of a passage: the labels of its pages, and on a spread only of the printed pages that it touches. Pure."""

import re
from collections.abc import Sequence

from ingest import boxes
from ingest.document import Page

_SPREAD = re.compile(r"(\d{1,4}|[ivxl]{1,7})–(\d{1,4}|[ivxl]{1,7})", re.IGNORECASE)

# The columns of a page that `printed` needs. Boxes tell the side on a spread only; of other pages they need not be read.
COLUMNS = (
    "number, label, start, \"end\", width, height, CASE WHEN width > height AND label LIKE '%–%' THEN boxes ELSE x'' END AS boxes"
)


def printed(pages: Sequence[Page], start: int, end: int) -> str:
    """Where `text[start:end]` is printed, by the pages it begins and ends on: "14", "xiv", "15–16"; "" where nothing is printed.

    Of a landscape page that is a spread ("12–13"), text on its right half is printed on "13".
    """
    touched = [_ends(page, start, end) for page in pages if page.label and page.start < end and start < page.end]
    if not touched:
        return ""
    first, last = touched[0][0], touched[-1][1]
    return first if first == last else f"{first}–{last}"


def _ends(page: Page, start: int, end: int) -> tuple[str, str]:
    """The first and the last printed page of what of the text stands on a page."""
    spread = _SPREAD.fullmatch(page.label)
    if spread is None:
        return page.label, page.label
    left, right = spread.groups()
    if page.width <= page.height:  # two pages on one, but not side by side
        return left, right
    places = boxes.decode(page.boxes)[max(start - page.start, 0) : end - page.start].astype(int)
    middles = places[places[:, 2] > places[:, 0]][:, (0, 2)].mean(axis=1)
    if not len(middles):
        return left, right
    return left if middles.min() < boxes.SCALE / 2 else right, right if middles.max() >= boxes.SCALE / 2 else left
