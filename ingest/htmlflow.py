"""Walks a parsed web page and gives its words in blocks, without chrome, scripts and hidden parts."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ingest.builder import join_cells
from ingest.document import BlockKind

Element = Any  # lxml 6.1 has no types
Block = tuple[str, BlockKind, int]

# Not embed, which holds nothing: libxml2 2.14 does not know so, and puts all that follows into it (an old page with Flash).
_DROPPED = frozenset(
    "script style noscript template head nav svg math-annotation annotation annotation-xml canvas iframe object "
    "audio video map select option datalist button input textarea progress meter dialog rt rp menu-item".split()
)
_CHROME = frozenset(("header", "footer", "aside"))
_CHROME_ROLES = frozenset(("navigation", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog"))
_CHROME_ROLES_OUTSIDE = frozenset(("banner", "contentinfo", "complementary"))
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre search section summary table tbody td "
    "tfoot th thead tr ul caption optgroup frameset noframes xmp listing plaintext".split()
)
_KINDS = {"figcaption": BlockKind.CAPTION, "caption": BlockKind.CAPTION}
# Words for screen readers only ("Skip to main content"), by the class names of the usual frameworks.
_UNSEEN = re.compile(
    r"(?:^|\s)(?:sr-only|screen-reader-(?:only|text)|visually-?hidden|element-invisible|skip-?link|d-none|is-hidden)(?:\s|$)",
    re.I,
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_FOLDED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"))
_LONGEST_ICON = 40  # characters
_TABLE_PARTS = frozenset("caption colgroup col thead tbody tfoot tr td th script style template".split())
_LONGEST_CELL = 1200  # characters: a table with more in a cell lays out a page, it does not tabulate


class _Flow:
    """Gathers inline text until a block begins or ends."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.kinds: list[tuple[BlockKind, int]] = [(BlockKind.PARAGRAPH, 0)]
        self.depth = 0  # of open list items
        self.main = 0  # of open main and article elements
        self.preformatted = 0
        self.menus: dict[Element, bool] = {}

    def add(self, string: str | None) -> Iterator[Block]:
        """Take text; inside `pre`, blank lines part blocks."""
        if not string:
            return
        if self.preformatted:
            *whole, string = re.split(r"\n[ \t]*\n", string)
            for part in whole:
                self.parts.append(part)
                yield from self.flush()
        self.parts.append(string)

    def flush(self) -> Iterator[Block]:
        """Give what was gathered as a block."""
        if self.parts:
            gathered = "".join(self.parts)
            self.parts.clear()
            if gathered.strip():
                yield (gathered, *self.kinds[-1])

    def line_break(self) -> Iterator[Block]:
        """Take a `<br>`: a space; two in a row part paragraphs."""
        if self.parts and self.parts[-1] == "\n" and len(self.parts) > 1:
            yield from self.flush()
        else:
            self.parts.append("\n")

    def open(self, element: Element, tag: str) -> None:
        """Enter a block element."""
        if tag in ("main", "article") or element.get("role") in ("main", "article"):
            self.main += 1
        elif tag in ("li", "dt", "dd"):
            self.depth += 1
            level = self.depth if tag != "dd" else self.depth + 1
            self.kinds.append((BlockKind.CONTENTS if self._is_menu(element.getparent()) else BlockKind.LIST_ITEM, level))
        elif _heading_level(element, tag):
            self.kinds.append((BlockKind.HEADING, _heading_level(element, tag)))
        elif tag in _KINDS:
            self.kinds.append((_KINDS[tag], 0))
        elif tag in ("pre", "xmp", "listing", "plaintext"):
            self.preformatted += 1

    def _is_menu(self, items: Element) -> bool:
        if items not in self.menus:  # asked once a list, not once an item
            self.menus[items] = _leads(items, outside=not self.main)
        return self.menus[items]

    def close(self, element: Element, tag: str) -> None:
        """Leave a block element; the mirror of `open`."""
        if tag in ("main", "article") or element.get("role") in ("main", "article"):
            self.main -= 1
        elif tag in ("li", "dt", "dd"):
            self.depth -= 1
            self.kinds.pop()
        elif _heading_level(element, tag) or tag in _KINDS:
            self.kinds.pop()
        elif tag in ("pre", "xmp", "listing", "plaintext"):
            self.preformatted -= 1


def _heading_level(element: Element, tag: str) -> int:
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return int(tag[1])
    if element.get("role") == "heading":
        level = element.get("aria-level", "2")
        return int(level) if level in tuple("123456789") else 2
    return 0


def walk(root: Element, *, inside: bool = False) -> Iterator[Block]:
    """Return the blocks under `root` in order. `inside` a table cell or main part, nothing is chrome of the page.

    lxml's iterwalk keeps its own stack: no depth of tags exhausts Python's.
    """
    flow = _Flow()
    has_main = inside or root.find(".//main") is not None or root.find(".//article") is not None
    walker: Element = etree.iterwalk(root, events=("start", "end"))
    skipped: Element = None
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if element is not root and _is_dropped(element, tag, outside=has_main and not inside and not flow.main):
                skipped = element
                walker.skip_subtree()
            elif tag == "table" and element is not root and _tabulates(element):
                yield from flow.flush()
                yield from _rows(element)
                skipped = element
                walker.skip_subtree()
            else:
                yield from _start(flow, element, tag)
            continue
        if element is skipped:
            skipped = None
            if tag in _BLOCKS:
                yield from flow.flush()
        elif _is_block(element, tag):
            yield from flow.flush()
            flow.close(element, tag)
        if element is not root:
            yield from flow.add(element.tail)
    yield from flow.flush()


def _start(flow: _Flow, element: Element, tag: str) -> Iterator[Block]:
    if tag == "br":
        yield from flow.line_break()
    elif tag == "sup" and element.find(".//a") is not None:
        flow.parts.append(" ")  # the number of a footnote must not grow onto the word before it
    elif _is_block(element, tag):
        yield from flow.flush()
        flow.open(element, tag)
    yield from flow.add(element.text)


def _is_block(element: Element, tag: str) -> bool:
    return tag in _BLOCKS or "-" in tag or element.get("role") in ("heading", "listitem", "row", "main", "article")


def _is_dropped(element: Element, tag: str, *, outside: bool) -> bool:
    role = element.get("role", "")
    if tag == "button" and element.getparent() is not None and element.getparent().tag in _FOLDED:
        return False  # the heading of a folded part is often a button
    if tag in _DROPPED or role in _CHROME_ROLES or (outside and (tag in _CHROME or role in _CHROME_ROLES_OUTSIDE)):
        return True
    if element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true" and len("".join(element.itertext())) <= _LONGEST_ICON:
        return True  # a sign or an icon; more is a folded part of the page, which a click would show
    return bool(_HIDDEN.search(element.get("style", "")) or _UNSEEN.search(element.get("class", "")))


def _leads(items: Element, *, outside: bool) -> bool:
    """Whether a list is a menu: links and nothing else, within the page or, outside its main part, to anywhere."""
    links = list(items.iter("a")) if items is not None else []
    if len(links) < 3 or len(links) < len(items.findall("li")):
        return False
    if not outside and not all((link.get("href") or "").startswith("#") for link in links):
        return False
    words = sum(len("".join("".join(link.itertext()).split())) for link in links)
    return words >= 0.95 * len("".join("".join(items.itertext()).split())) and words <= 40 * len(links)


def _tabulates(table: Element) -> bool:
    """Whether a table holds data: several columns, and in its cells neither headings nor tables nor long text."""
    if table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants("h1", "h2", "h3", "h4", "h5", "h6", "table"), None) is not None:
        return False
    widest = longest = 0
    for row in table.iterdescendants("tr"):
        cells = row.findall("td") + row.findall("th")
        widest = max(widest, len(cells))
        longest = max([longest, *(len("".join(cell.itertext())) for cell in cells)])
    return widest > 1 and longest <= _LONGEST_CELL and not _strays(table)


def _strays(table: Element) -> bool:
    """Whether words stand in a table outside its cells, where a walk over rows and cells would lose them."""
    for element in table.iter("table", "thead", "tbody", "tfoot", "tr"):
        if (element.text or "").strip():
            return True
        if any((child.tail or "").strip() or child.tag not in _TABLE_PARTS for child in element):
            return True
    return False


def _rows(table: Element) -> Iterator[Block]:
    """Return the caption and the rows of a data table."""
    for element in table.iterdescendants("caption", "tr"):
        if _is_dropped(element, element.tag, outside=False):
            continue
        if element.tag == "caption":
            yield _text(element), BlockKind.CAPTION, 0
        else:
            cells = [cell for cell in element if cell.tag in ("td", "th")]
            yield join_cells([_text(cell) for cell in cells]), BlockKind.TABLE_ROW, 0


def _text(element: Element) -> str:
    """Return the text of a cell in one line: a space wherever a block begins."""
    if _is_dropped(element, element.tag, outside=False):
        return ""
    return " ".join(block[0] for block in walk(element, inside=True))
