"""The ways through a document in the viewer: from hit to hit, and the strip that shows where all of them stand. Pure."""

from dataclasses import replace

from index.result import DocumentInfo
from ui import links, text
from ui.place import Place
from ui.words import Words


def address(info: DocumentInfo, place: Place, words: Words) -> str:
    """Point to a place in a document."""
    return links.view(
        info.document_id,
        words.language,
        passage=place.passage,
        marks=place.marks,
        page=place.page,
        zoom="" if place.zoom == "fit" else place.zoom,
        version=place.version,
        hits=place.hits,
    )


def hits(info: DocumentInfo, place: Place, shown: int, words: Words) -> str:
    """Set the steps to the hit before and after the one that is shown; "" where there is but one.

    Where the page was turned, they are those before and after `shown`, the physical page that stands there.
    """
    if len(place.hits) < 2:
        return ""
    at = _current(place)
    earlier = sum(page < shown for page, _, _ in place.hits)
    here = words.hit_of.format(n=at + 1, m=len(place.hits)) if at >= 0 else words.count(words.hits_n, len(place.hits))
    before = _step("‹", "prev", words.previous_hit, at - 1 if at >= 0 else earlier - 1, info, place, words)
    after = _step("›", "next", words.next_hit, at + 1 if at >= 0 else earlier, info, place, words)
    return f'<span class="v-steps">{before}<span>{text.escape(here)}</span>{after}</span>'


def strip(info: DocumentInfo, place: Place, shown: int, words: Words) -> str:
    """Set the strip beside the page: the document from top to bottom, a tick for each hit, the page shown in a tint.

    `shown`: the physical page that stands there.
    """
    if not place.hits or info.pages < 1:
        return ""
    share = 1 / info.pages
    here = f'<rect class="v-here-now" x="0" y="{(shown - 1) * share:.5f}" width="1" height="{max(share, 0.006):.5f}"/>'
    ticks = "".join(_tick(number, info, place, words) for number in range(len(place.hits)))
    return (
        f'<nav class="v-strip" aria-label="{text.escape(words.hits_in_document)}">'
        f'<svg viewBox="0 0 1 1" preserveAspectRatio="none">{here}{ticks}</svg></nav>'
    )


def ahead(info: DocumentInfo, first: int, last: int) -> str:
    """Name the images of the neighbouring pages, for the script to fetch before they are wanted."""
    near = [number for number in (last + 1, first - 1) if 1 <= number <= info.pages]
    return "".join(f'<i hidden data-ahead="{links.image(info.document_id, number, 1400)}"></i>' for number in near)


def _current(place: Place) -> int:
    """Which of the hits is shown: the one in the passage that is; -1 where none is, as after a turn of the page."""
    start, end = place.passage or (0, 0)
    shown = (number for number, (page, at, _) in enumerate(place.hits) if start <= at < end and place.page in (0, page))
    return next(shown, -1)


def _to(number: int, info: DocumentInfo, place: Place, words: Words) -> str:
    page, start, end = place.hits[number]
    return address(info, replace(place, passage=(start, end), marks=((start, end),), page=page), words)


def _step(sign: str, way: str, name: str, number: int, info: DocumentInfo, place: Place, words: Words) -> str:
    if not 0 <= number < len(place.hits):
        return f'<span class="v-step" aria-hidden="true">{sign}</span>'
    to, label = text.escape(_to(number, info, place, words)), text.escape(name)
    return f'<a class="v-step" data-hit="{way}" href="{to}" aria-label="{label}" title="{label}">{sign}</a>'


def _tick(number: int, info: DocumentInfo, place: Place, words: Words) -> str:
    page = place.hits[number][0]
    top = (min(page, info.pages) - 0.5) / info.pages
    said = words.hit_on.format(n=number + 1, page=page)
    to = text.escape(_to(number, info, place, words))
    now = " v-tick-now" if number == _current(place) else ""
    return (
        f'<a href="{to}" aria-label="{text.escape(said)}"><title>{text.escape(said)}</title>'
        f'<rect class="v-target" x="0" y="{max(0.0, top - 0.012):.5f}" width="1" height="0.024"/>'
        f'<rect class="v-tick{now}" x="0" y="{max(0.0, top - 0.003):.5f}" width="1" height="0.006"/></a>'
    )
