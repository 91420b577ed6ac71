"""Reads HTML: the words of the page in their blocks, without its chrome, scripts and hidden parts."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest import fields, text
from ingest.builder import Builder, clean, join_cells
from ingest.document import BlockKind, Document, Format, Metadata
from ingest.errors import ReadError
from ingest.marking import marking

Element = Any  # lxml 6.1 has no types

_DROPPED = frozenset(
    "script style noscript template head nav svg math-annotation annotation annotation-xml canvas iframe object embed "
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
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""")
_FOLDED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"))
_LONGEST_ICON = 40  # characters
_TABLE_PARTS = frozenset("caption colgroup col thead tbody tfoot tr td th script style template".split())
_LONGEST_CELL = 1200  # characters: a table with more in a cell lays out a page, it does not tabulate
_DEEPEST = 255  # libxml2 2.14 (lxml 6.1) stops reading at this depth, and says so only in the parser's log

Block = tuple[str, BlockKind, int]


def read(path: Path) -> Document:
    """Read a web page saved as a file. ReadError where it holds no text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"the file cannot be opened: {error.strerror or error}") from error
    markup = _decode(data)
    if markup.count("\0") > len(markup) // 1000:
        raise ReadError("this is not a web page: it holds binary data")
    root = _parse(markup)
    builder = Builder(Format.HTML)
    for block in _walk(root):
        builder.block(*block)
    if not builder.has_text:
        raise ReadError(
            "there is no text in the page; if a script writes it in the browser, save the page as PDF there"
        )
    return builder.document(_metadata(root, builder))


def blocks_of(markup: str) -> list[Block]:
    """Return the blocks of a piece of HTML, as `(raw text, kind, level)`; none where there is no text."""
    return list(_walk(_parse(markup))) if markup.strip() else []


def _decode(data: bytes) -> str:
    """Decode by byte order mark, else by what the page says of itself, else as UTF-8 or Windows-1252."""
    declared = _CHARSET.search(data[:4096]) or _XML_ENCODING.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared[1].decode("ascii", "replace").lower()
        # As browsers do: Latin-1 and ASCII mean Windows-1252, and a page whose ASCII is readable is not UTF-16.
        name = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}.get(name, name)
        if not name.startswith(("utf-16", "utf16", "utf-8", "utf8")):
            try:
                return data.decode(name, errors="replace")
            except (LookupError, ValueError):  # an unknown name, or a codec that is none for text
                pass
    return text.decode(data)


def _parse(markup: str) -> Element:
    """Parse to an lxml tree. Encoded once more, since lxml refuses strings with an XML declaration."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    data = markup.replace("\0", " ").encode("utf-8", errors="replace")
    try:
        root = lxml_html.document_fromstring(data or b" ", parser=parser, ensure_head_body=True)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ReadError(f"the page cannot be parsed: {error}") from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ReadError(f"the page's tags are nested more than {_DEEPEST} deep")
    return root


class _Flow:
    """Gathers inline text until a block begins or ends."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.kinds: list[tuple[BlockKind, int]] = [(BlockKind.PARAGRAPH, 0)]
        self.depth = 0  # of open list items
        self.main = 0  # of open main and article elements
        self.preformatted = 0

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
            kind = BlockKind.CONTENTS if _leads(element.getparent(), outside=not self.main) else BlockKind.LIST_ITEM
            self.kinds.append((kind, level))
        elif _heading_level(element, tag):
            self.kinds.append((BlockKind.HEADING, _heading_level(element, tag)))
        elif tag in _KINDS:
            self.kinds.append((_KINDS[tag], 0))
        elif tag in ("pre", "xmp", "listing", "plaintext"):
            self.preformatted += 1

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


def _walk(root: Element, *, inside: bool = False) -> Iterator[Block]:
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
    return " ".join(block[0] for block in _walk(element, inside=True))


def _metadata(root: Element, builder: Builder) -> Metadata:
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        if name and meta.get("content"):
            said.setdefault(name, clean(meta.get("content")))
    language = clean(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return Metadata(
        title=_title(root, builder, said),
        organisation=_first(
            said, "dc.publisher", "dcterms.publisher", "publisher", "og:site_name", "author", "dc.creator"
        ),
        date=_parsed(fields.iso_date, _first(said, *_DATE_NAMES)),
        language=_parsed(fields.language_code, language or _first(said, "dc.language", "language")),
        source=_address(root, said),
        handling=marking(builder.opening()),
    )


_DATE_NAMES = (
    "article:published_time",
    "citation_publication_date",
    "dcterms.issued",
    "dcterms.date",
    "dc.date.issued",
    "dc.date",
    "datepublished",
    "date",
    "pubdate",
    "last-modified",
)


def _title(root: Element, builder: Builder, said: dict[str, str]) -> str:
    """Return the page's title; its first heading where the title only adds the name of the site to it."""
    title = clean(next((element.text_content() for element in root.iter("title")), "")) or said.get("og:title", "")
    heading = builder.first_heading
    return heading if heading and (not title or heading in title) else title


def _address(root: Element, said: dict[str, str]) -> str:
    links = [link.get("href") or "" for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    found = [address.strip() for address in (*links, said.get("og:url", "")) if address.strip().startswith("http")]
    return clean(found[0]) if found else ""


def _first(said: dict[str, str], *names: str) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _parsed(parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value) if value else ""
    except ValueError:
        return ""
