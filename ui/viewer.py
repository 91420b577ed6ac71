"""The viewer: a page of a source with the exact words marked on it. Pure: pages in, a whole HTML page out."""

from collections.abc import Sequence
from dataclasses import replace

from index.result import DocumentInfo, PageView
from ingest import boxes
from ui import editions, links, printing, steps, text
from ui.place import ZOOMS, Place, Span
from ui.stamp import STRIP
from ui.words import Words

SHOWN_TEXT = 60_000  # characters of a page without an image that are set on either side of the passage


def render(pages: Sequence[PageView], place: Place, words: Words, *, source: bool) -> str:
    """Set the pages of one document. `source`: the original file is there unchanged, so its pages can be drawn."""
    first, info = pages[0], pages[0].document
    drawn = info.format == "pdf" and source
    notices = []
    if not source:
        notices.append(words.source_gone)
    if place.version and not info.sha256.startswith(place.version):
        notices.append(words.changed_since)
    anchor = _anchor_page(pages, place)
    body = "".join(_page(page, place, words, drawn=drawn, anchored=page.number == anchor) for page in pages)
    notice = "".join(f'<p class="v-notice" role="note">{text.escape(line)}</p>' for line in notices)
    where = page_name(first, words)
    title = " · ".join(part for part in (info.title or info.path, where) if part)
    bar = _bar(pages, place, words, source=source, drawn=drawn)
    strip = steps.strip(info, place, first.number, words)
    ahead = steps.ahead(info, pages[0].number, pages[-1].number) if drawn else ""
    return document(title, f"{bar}{notice}<div class='v-desk'><main class='v-pages'>{body}</main>{strip}</div>{ahead}", words)


def empty(words: Words) -> str:
    """Set the page that is shown before anything was chosen."""
    return document(words.viewer, f'<main class="v-empty"><p>{text.escape(words.viewer_empty)}</p></main>', words)


def problem(title: str, more: str, words: Words) -> str:
    """Set a page that says why there is nothing to show."""
    body = f'<main class="v-empty"><h1>{text.escape(title)}</h1><p>{text.escape(more)}</p></main>'
    return document(title, body, words)


def document(title: str, body: str, words: Words) -> str:
    """Wrap a body as a whole page of its own. Without script it is complete; the script only scrolls to the words."""
    return (
        f'<!doctype html><html lang="{words.language}" class="viewer"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><title>{text.escape(title)} · Källa</title>'
        '<link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/base.css"><link rel="stylesheet" href="/static/viewer.css">'
        '<script src="/static/viewer.js" defer></script></head>'
        f"<body>{printing.around(body, words)}</body></html>"
    )


def page_name(page: PageView, words: Words) -> str:
    """Name a page as printed and as counted: "p. 14 (PDF page 22)"."""
    return text.place(page.document.format, page.number, page.number, page.label, words)


def rectangles(page: PageView, spans: Sequence[Span]) -> list[tuple[float, float, float, float]]:
    """Find where spans of the document's text stand on the page: `left, top, width, height` a line, in 0 to 1."""
    decoded = boxes.decode(page.boxes)
    if len(decoded) != len(page.text):
        return []
    found: list[tuple[float, float, float, float]] = []
    for start, end in text.merged([(a - page.start, b - page.start) for a, b in spans], len(page.text)):
        found += boxes.lines(decoded[start:end])
    return found


def _anchor_page(pages: Sequence[PageView], place: Place) -> int:
    """Choose the page to scroll to: the one where the first mark, or otherwise the passage, begins."""
    spans = (*place.marks, *((place.passage,) if place.passage else ()))
    for start, end in spans:
        for page in pages:
            if start < page.end and end > page.start:
                return page.number
    return 0


def _bar(pages: Sequence[PageView], place: Place, words: Words, *, source: bool, drawn: bool) -> str:
    info = pages[0].document
    parts = [
        f'<div class="v-title"><h1 dir="auto">{text.escape(info.title or info.path)}</h1>{text.marking(info, words)}'
        f"{_original(info, pages[0].number, words) if source else ''}</div>{editions.line(info.superseded_by, words)}",
        f'<nav class="v-nav" aria-label="{text.escape(words.pages_and_hits)}">{_steps(pages, place, words)}',
        steps.hits(info, place, pages[0].number, words),
        _zooms(place, info, words) if drawn else "",
        "</nav>",
    ]
    return f'<header class="v-bar">{"".join(parts)}</header>'


def _steps(pages: Sequence[PageView], place: Place, words: Words) -> str:
    info, first, last = pages[0].document, pages[0].number, pages[-1].number
    if info.pages <= 1:
        return ""
    labels = dict.fromkeys(page.label for page in (pages[0], pages[-1]) if page.label)
    here = text.place(info.format, first, last, "–".join(labels), words, of=info.pages)
    here = here or words.page_of.format(page=first, n=words.number(info.pages))
    back = _step("‹", words.previous_page, first - 1, place, info, words)
    forth = _step("›", words.next_page, last + 1, place, info, words)
    return f'<span class="v-steps">{back}<span class="v-here">{text.escape(here)}</span>{forth}</span>'


def _step(sign: str, name: str, number: int, place: Place, info: DocumentInfo, words: Words) -> str:
    if not 1 <= number <= info.pages:
        return f'<span class="v-step" aria-hidden="true">{sign}</span>'
    address = steps.address(info, replace(place, page=number), words)
    rel = "prev" if sign == "‹" else "next"
    label = text.escape(name)
    return f'<a class="v-step" rel="{rel}" href="{text.escape(address)}" aria-label="{label}" title="{label}">{sign}</a>'


def _zooms(place: Place, info: DocumentInfo, words: Words) -> str:
    out = []
    for zoom in ZOOMS:
        name = words.fit if zoom == "fit" else f"{zoom} %"
        if zoom == place.zoom:
            out.append(f'<b aria-current="true">{text.escape(name)}</b>')
        else:
            address = text.escape(steps.address(info, replace(place, zoom=zoom), words))
            out.append(f'<a href="{address}">{text.escape(name)}</a>')
    return f'<span class="v-zoom" role="group" aria-label="{text.escape(words.zoom)}">{"".join(out)}</span>'


def _original(info: DocumentInfo, number: int, words: Words) -> str:
    if info.format != "pdf":
        return f'<a href="{links.source(info.document_id)}">{text.escape(words.download_original)}</a>'
    address = links.source(info.document_id, number)
    return f'<a href="{address}" target="_blank" rel="noopener">{text.escape(words.open_original)}</a>'


def _page(page: PageView, place: Place, words: Words, *, drawn: bool, anchored: bool) -> str:
    label = text.escape(page_name(page, words) or words.whole_text)
    passage = (place.passage,) if place.passage else ()
    opening = f'<section class="v-page" id="page-{page.number}" aria-label="{label}">'
    if not drawn:
        return f"{opening}{_text_page(page, passage, place.marks, words, anchored=anchored)}</section>"
    marked = any(start < page.end and end > page.start for start, end in (*passage, *place.marks))
    tints, strong = rectangles(page, passage), rectangles(page, place.marks)
    lost = marked and not tints and not strong
    recognised = f'<p class="v-notice" role="note">{text.escape(words.by_ocr_more)}</p>' if page.ocr is not None else ""
    notice = f'<p class="v-notice" role="note">{text.escape(words.no_boxes)}</p>' if lost else ""
    sheet = _sheet(page, tints, strong, place, words, anchored=anchored)
    inner = _paragraphs(page, passage, place.marks, words, anchored=anchored and lost)
    is_open = " open" if lost else ""
    words_below = f"<details{is_open}><summary>{text.escape(words.page_text)}</summary>{inner}</details>"
    return f"{opening}{recognised}{notice}{sheet}{words_below}</section>"


def _sheet(
    page: PageView,
    tints: Sequence[tuple[float, float, float, float]],
    strong: Sequence[tuple[float, float, float, float]],
    place: Place,
    words: Words,
    *,
    anchored: bool,
) -> str:
    scale = 1.0 if place.zoom == "fit" else int(place.zoom) / 100
    beyond = STRIP * page.width / max(1.0, page.height)  # what the stamps add above and below, of the page's height
    width, height = max(1, round(page.width * 4 / 3 * scale)), max(1, round(page.height * (1 + 2 * beyond) * 4 / 3 * scale))
    alt = words.page_image.format(page=page_name(page, words), title=page.document.title or page.document.path)
    address = links.image(page.document.document_id, page.number, 2000 if scale > 1 else 1400)
    rects = [_rect("v-tint", box) for box in tints] + [_rect("v-mark", box) for box in strong]
    target = next(iter((*strong, *tints)), None)
    top = target[1] if target else 0.0
    anchor = f'<rect id="hit" x="0" y="{top:.4f}" width="1" height="0.01" fill="none"/>'
    return (
        f'<figure class="v-sheet v-zoom-{place.zoom}"><img src="{address}" width="{width}" height="{height}" '
        f'alt="{text.escape(alt)}" decoding="async"><svg viewBox="0 {-beyond:.5f} 1 {1 + 2 * beyond:.5f}" '
        f'preserveAspectRatio="none" aria-hidden="true">{anchor if anchored and target else ""}{"".join(rects)}</svg></figure>'
    )


def _rect(name: str, box: tuple[float, float, float, float]) -> str:
    left, top, width, height = box
    pad = height * 0.12
    return (
        f'<rect class="{name}" x="{max(0.0, left - 0.002):.5f}" y="{max(0.0, top - pad):.5f}" '
        f'width="{width + 0.004:.5f}" height="{height + 2 * pad:.5f}"/>'
    )


def _text_page(page: PageView, passage: Sequence[Span], marks: Sequence[Span], words: Words, *, anchored: bool) -> str:
    name = page_name(page, words)
    heading = f'<p class="v-name">{text.escape(name)}</p>' if name else ""
    return f'<article class="v-text">{heading}{_paragraphs(page, passage, marks, words, anchored=anchored)}</article>'


def _paragraphs(page: PageView, passage: Sequence[Span], marks: Sequence[Span], words: Words, *, anchored: bool) -> str:
    if not page.text.strip():
        missing = words.blank_page if page.source == "blank" else words.no_text
        return f'<p class="v-notice">{text.escape(missing)}</p>'
    near = next((start for start, _ in (*marks, *passage)), page.start) - page.start
    low, high = max(0, near - SHOWN_TEXT), min(len(page.text), near + SHOWN_TEXT)
    offset = page.start + low

    def local(spans: Sequence[Span]) -> list[Span]:
        return [(start - offset, end - offset) for start, end in spans]

    cut = high - low < len(page.text)
    notice = f'<p class="v-notice" role="note">{text.escape(words.text_shortened)}</p>' if cut else ""
    return notice + text.paragraphs(page.text[low:high], local(passage), local(marks), anchored=anchored)
