"""Which pages a link to a source means: its parameters checked, and the pages that its passage touches found."""

import re
from collections.abc import Sequence

from index.access import Principal
from index.result import DocumentInfo, PageView
from ui.links import MOST_HITS
from ui.place import ZOOMS, Place
from ui.ports import Library

MOST_PAGES = 4  # that are shown under each other; a passage rarely touches more than two
MOST_MARKS = 50
_NUMBER = re.compile(r"\d{1,9}")
_MARK = re.compile(r"(\d{1,9})-(\d{1,9})")
_HIT = re.compile(r"(\d{1,7})\.(\d{1,9})\.(\d{1,9})")
_VERSION = re.compile(r"[0-9a-f]{0,64}")


class BadPlace(Exception):
    """The parameters of a link do not make a place in a document."""


def parse(
    *,
    start: str = "",
    end: str = "",
    p: str = "",
    mark: Sequence[str] = (),
    hit: Sequence[str] = (),
    zoom: str = "",
    v: str = "",
) -> Place:
    """Read the parameters of a link. Raises BadPlace."""
    passage = None
    if start or end:
        passage = (_number(start), _number(end))
        if passage[1] <= passage[0]:
            raise BadPlace(f"end {end} is not after start {start}")
    marks = []
    for value in mark[:MOST_MARKS]:
        found = _MARK.fullmatch(value)
        if found is None or int(found[2]) <= int(found[1]):
            raise BadPlace(f"mark {value!r}")
        marks.append((int(found[1]), int(found[2])))
    hits = []
    for value in hit[:MOST_HITS]:
        found = _HIT.fullmatch(value)
        if found is None or int(found[1]) < 1 or int(found[3]) <= int(found[2]):
            raise BadPlace(f"hit {value!r}")
        hits.append((int(found[1]), int(found[2]), int(found[3])))
    page = _number(p) if p else 0
    if (p and page < 1) or (zoom and zoom not in ZOOMS) or not _VERSION.fullmatch(v):
        raise BadPlace(f"page {p!r}, zoom {zoom!r} or version {v!r}")
    return Place(passage=passage, marks=tuple(marks), page=page, zoom=zoom or "fit", version=v, hits=tuple(hits))


def _number(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise BadPlace(f"{value!r} is not a number")
    return int(value)


def pages(library: Library, info: DocumentInfo, place: Place, principal: Principal) -> list[PageView]:
    """Find the pages to show: the one asked for, and those the passage goes on to. Empty: there is none."""
    start, end = _extent(place)
    number = place.page or (_page_of(library, info, start, principal) if end else 1)
    first = library.page(info.document_id, number, principal) if number else None
    if first is None or (end and not place.page and start >= first.end > first.start):
        return []
    found = [first]
    while first.start <= start < first.end and found[-1].end < end and len(found) < MOST_PAGES:
        following = library.page(info.document_id, found[-1].number + 1, principal)
        if following is None or following.start >= end:
            break
        found.append(following)
    return found


def _extent(place: Place) -> tuple[int, int]:
    """Give the start and end of what is pointed at; `0, 0` where that is only a page."""
    spans = (place.passage,) if place.passage else place.marks
    return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else (0, 0)


def _page_of(library: Library, info: DocumentInfo, offset: int, principal: Principal) -> int:
    """Find the page that holds an offset, by halving: pages are in order and tile the text. 0 where there is none."""
    low, high = 1, max(1, info.pages)
    while low <= high:
        middle = (low + high) // 2
        page = library.page(info.document_id, middle, principal)
        if page is None:
            return 0
        if offset < page.start:
            high = middle - 1
        elif offset >= page.end:
            low = middle + 1
        else:
            return middle
    return 0
