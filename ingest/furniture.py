"""Running headers, footers and page numbers: found by their repetition over pages, so that body text is never taken for one.

Pure. The page numbers found this way also tell the printed page labels where the file does not state them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ingest import labels
from ingest.lines import Line

_ZONE = 0.16  # of the page's height, at the top and at the bottom
_DEPTH = 6  # lines from the edge that are looked at
_PAGES = 3  # on which a line must stand
_NOTHING = 99.0  # the white where no line follows
_SET_OFF = 1.0  # white between a header and the body, in sizes of their type
_AROUND = " -–—.|[]()"  # what may stand around a page number
_SLIPPED = 24.0  # points by which sheets may lie differently in a scanner
_LARGE = 1.15  # sizes of the body: larger type is a heading's
_NUMBERED = re.compile(r"[^\W\d_].*?\s[A-Z]?(?:\d{1,3}|[ivxl]{1,6})[.:]?$", re.IGNORECASE)
_HEADER = 90  # characters: no running line is longer
_OF_PAGES = re.compile(r"\b\d{1,4}\s*(?:of|av|von|de|/)\s*\d{1,4}\b|\(\d{1,4}\)|(?:^|\s)(?:page|sida|sid\.|seite)\s+(?=\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """What is not text of the document: the `start` positions of such lines, and the printed labels by page (0-based)."""

    lines: frozenset[int]
    labels: dict[int, str]


@dataclass(slots=True)
class _Edge:
    """The outermost lines of one edge of one page, from the edge inwards, and the body line that follows each."""

    page: int
    lines: list[Line]
    gaps: list[float]  # white between line i and what follows it, in its own sizes
    height: float


def find(pages: Sequence[Sequence[Line]], heights: Sequence[float], stated: Sequence[str] = ()) -> Furniture:
    """Find the running lines of a document. `stated` are the page labels that the file itself gives, one a page.

    A line is one where the same words, digits aside, stand at the same height in the same size on at least three pages, set
    off from the body. Lone numbers must also count up with the pages, or be what the file states.
    """
    body = _body_size(pages)
    edges = [edge for i, lines in enumerate(pages) for edge in _edges(i, lines, heights[i]) if edge.lines]
    places: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    for edge in edges:
        for line in edge.lines:
            for key in _keys(line):
                places[key].add(edge.page)
    enough = 2 if len(pages) == 2 else _PAGES
    numbered = any(key[0] == "#" and len(on) >= enough for key, on in places.items())
    small = body - 1 if numbered else 0.0  # on two pages only, other words have to be small, and both pages numbered
    running = {key for key, on in places.items() if len(on) >= (enough if key[0] == "#" or key[2] <= small else _PAGES)}
    chosen = _without_heads(_chosen(edges, running), body)
    numbers = labels.count(chosen, enough)
    dropped = [line for line in chosen if _words(line.text) or line.start in numbers.lines]
    dropped += _at_known_place(edges, dropped, len(pages), body)
    strays = _stray_numbers(edges, dropped, numbers.labels, stated)
    kept = _only_on_first_page(dropped, pages)
    printed = {line.page: line.text.strip(_AROUND) for line in strays} | numbers.labels
    return Furniture(lines=frozenset(line.start for line in (*dropped, *strays)) - kept, labels=printed)


def laid_alike(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of scanned pages, those that may run set at one height: no two sheets lie alike in a scanner."""
    places: dict[tuple[str, bool, int], list[tuple[int, int]]] = defaultdict(list)
    for number, lines in enumerate(pages):
        seen: set[tuple[str, bool, int]] = set()
        for at, line in _from_the_edges(lines, heights[number]):
            key = (_words(line.text), line.bottom < heights[number] / 2, round(line.size))
            if key not in seen:
                places[key].append((number, at))
            seen.add(key)
    moved = [[*lines] for lines in pages]
    for found in places.values():
        bases = [pages[number][at].base for number, at in found]
        if len(found) >= _PAGES and max(bases) - min(bases) <= _SLIPPED:
            for number, at in found:
                moved[number][at] = replace(pages[number][at], base=median(bases))
    return moved


def _from_the_edges(lines: Sequence[Line], height: float) -> list[tuple[int, Line]]:
    """The lines at the top and bottom of a page with their places among its lines, those nearest an edge first."""
    near = [(at, line) for at, line in enumerate(lines) if line.angle == 0 and line.placed]
    near = [(at, line) for at, line in near if line.bottom < _ZONE * height or line.top > (1 - _ZONE) * height]
    return sorted(near, key=lambda one: min(one[1].top, height - one[1].bottom))


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _edges(page: int, lines: Sequence[Line], height: float) -> list[_Edge]:
    upright = sorted((line for line in lines if line.placed and line.angle == 0), key=lambda line: line.top)
    if not upright or height <= 0:
        return []
    top = [line for line in upright if line.bottom < _ZONE * height][:_DEPTH]
    below = [line for line in upright if line.top > (1 - _ZONE) * height][::-1][:_DEPTH]
    return [
        _Edge(page, top, [_white(one, two) for one, two in _pairs(top, upright)], height),
        _Edge(page, below, [_white(two, one) for one, two in _pairs(below, upright[::-1])], height),
    ]


def _pairs(edge: list[Line], whole: list[Line]) -> Iterable[tuple[Line, Line | None]]:
    return ((line, whole[i + 1] if i + 1 < len(whole) else None) for i, line in enumerate(edge))


def _white(upper: Line | None, lower: Line | None) -> float:
    if upper is None or lower is None:
        return _NOTHING
    return (lower.top - upper.bottom) / max(min(upper.size, lower.size), 4.0)


def _words(text: str) -> str:
    """What of a line stays the same from page to page: not the numbers at its ends, nor "3 of 10"."""
    tokens = _OF_PAGES.sub(" ", text.casefold()).split()
    while tokens and _is_number(tokens[-1]):
        tokens.pop()
    while tokens and _is_number(tokens[0]):
        del tokens[0]
    return " ".join(tokens)


def _is_number(token: str) -> bool:
    token = token.strip("().,|–—-[]:/")
    return not token or token.isdigit() or (len(token) < 8 and bool(labels.ROMAN.fullmatch(token)))


def _keys(line: Line) -> list[tuple[str, int, int]]:
    """Words and place; two neighbouring slots of 3 points, so that a place on their border is found as well."""
    slot = int(line.base // 3)
    words = _words(line.text) or ("#" if any(char.isalnum() for char in line.text) else line.text)
    return [(words, at, round(line.size)) for at in (slot, slot + 1)]


def _chosen(edges: list[_Edge], running: set[tuple[str, int, int]]) -> list[Line]:
    """On each page the running lines from the edge inwards, up to the last one that a gap sets off from the body."""
    usual: Counter[tuple[int, int]] = Counter()
    for _, slot, size in (key for edge in edges for key in {key for line in edge.lines for key in _keys(line)} & running):
        usual[slot, size] += 1
    chosen: list[Line] = []
    cut_off: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    held: list[Line] = []
    for edge in edges:
        run = _running_lines(edge, running, usual)
        depth = max((i + 1 for i in range(run) if _set_off(edge, i)), default=0)
        chosen.extend(edge.lines[:depth])
        held.extend(edge.lines[depth:run])
        seen.update(_words(line.text) for line in edge.lines[:run])
        cut_off.update(_words(line.text) for line in edge.lines[:depth])
    often = {words for words, count in seen.items() if words and cut_off[words] >= max(2, 0.6 * count)}
    return chosen + [line for line in held if _words(line.text) in often]


def _without_heads(chosen: list[Line], body: float) -> list[Line]:
    """The lines less what only looks alike: "Chapter 1", "Chapter 2" in large type at the heads of their pages are headings."""
    alike: dict[str, list[Line]] = defaultdict(list)
    for line in chosen:
        if line.size > _LARGE * body and _words(line.text):
            alike[_words(line.text)].append(line)
    heads = {
        line.start
        for lines in alike.values()
        if len({line.text for line in lines}) == len(lines) and any(_NUMBERED.search(line.text) for line in lines)
        for line in lines
    }
    return [line for line in chosen if line.start not in heads]


def _running_lines(edge: _Edge, running: set[tuple[str, int, int]], usual: Counter[tuple[int, int]]) -> int:
    """How many lines of an edge may be running ones: each where such lines stand about as often as those further out do."""
    outer, outer_base = 0, 0.0
    for i, line in enumerate(edge.lines):
        keys = [key for key in _keys(line) if key in running]
        often = max((usual[slot, size] for _, slot, size in keys), default=0)
        inner = abs(line.base - outer_base) > 0.5 * line.size
        if not keys or (i and inner and often < 0.5 * outer):
            return i
        outer, outer_base = max(outer, often), line.base
    return len(edge.lines)


def _set_off(edge: _Edge, i: int) -> bool:
    """Whether what follows line i is no continuation of it."""
    gap = edge.gaps[i]
    if gap >= _NOTHING:
        return i < 3  # a page of nothing else: its header, but not a table that looks alike on every page
    if i + 1 < len(edge.lines) and abs(edge.lines[i].size - edge.lines[i + 1].size) > 0.15 * edge.lines[i].size:
        return gap > 0.2
    return gap > 0.45


def _at_known_place(edges: list[_Edge], dropped: list[Line], pages: int, body: float) -> list[Line]:
    """Outermost lines that stand just where the running lines of many other pages do: the header of a short chapter."""
    gone = {line.start for line in dropped}
    on: dict[tuple[int, int, bool], Counter[str]] = defaultdict(Counter)
    for edge in edges:
        for i, line in enumerate(edge.lines):
            if line.start in gone and _words(line.text):
                on[_place(line)][_words(line.text)] += 2  # known, however few such pages there are
            elif line.start not in gone:
                if _words(line.text) and edge.gaps[i] >= _SET_OFF and line.size <= 1.05 * body and len(line.text) <= _HEADER:
                    on[_place(line)][_words(line.text)] += 1
                break
    usual = {place for place, words in on.items() if _is_running(words, pages)}
    more: list[Line] = []
    for edge in edges:
        for i, line in enumerate(edge.lines):
            if line.start in gone:
                continue
            if not _words(line.text) or _place(line) not in usual or edge.gaps[i] < _SET_OFF or len(line.text) > _HEADER:
                break
            more.append(line)
    return more


def _is_running(words: Counter[str], pages: int) -> bool:
    """Whether what stands at one place of many pages is said again and again: running lines, not the heads of slides."""
    again = sum(count for count in words.values() if count > 1)
    return sum(words.values()) >= max(_PAGES, 0.3 * pages) and again >= 0.4 * sum(words.values())


def _stray_numbers(edges: list[_Edge], dropped: list[Line], printed: dict[int, str], stated: Sequence[str]) -> list[Line]:
    """Lone numbers that were not seen counting: where other pages have theirs, or just what the page should be."""
    labelled = {page: label for page, label in enumerate(stated) if label and label != str(page + 1)}
    gone = {line.start for line in dropped}
    numbered = Counter(_place(line) for line in dropped if not _words(line.text))
    offsets = Counter(int(label) - page for page, label in printed.items() if label.isdigit()).most_common(1)
    strays: list[Line] = []
    for edge in edges:
        due = {str(edge.page + offsets[0][0])} if offsets else set()
        due |= {labelled[edge.page]} if edge.page in labelled else set()
        for line in edge.lines[:3]:
            at_place = line is edge.lines[0] and numbered[_place(line)] >= _PAGES and not _words(line.text)
            if line.start not in gone and (at_place or line.text.strip(_AROUND) in due):
                strays.append(line)
    return strays


def _place(line: Line) -> tuple[int, int, bool]:
    return round(line.base), round(2 * line.size), line.bold


def _only_on_first_page(dropped: list[Line], pages: Sequence[Sequence[Line]]) -> set[int]:
    """Lines of the first page whose words would otherwise be lost: a title may be a running header ever after."""
    gone = {line.start for line in dropped}
    rest = " ".join(_words(line.text) for lines in pages for line in lines if line.start not in gone)
    first = [line for line in dropped if line.page == 0]
    return {line.start for line in first if any(_words(cell) not in rest for cell in line.text.split("  "))}
