"""Reads HTML: the words of the page in their blocks, without its chrome, scripts and hidden parts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest import fields, text
from ingest.builder import Builder, clean
from ingest.document import Document, Format, Metadata
from ingest.errors import LimitExceeded, ReadError
from ingest.htmlflow import Block, walk
from ingest.marking import marking, stricter

Element = Any  # lxml 6.1 has no types

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""")
_TITLE_PARTS = re.compile(r"\s+[|–—·»:-]+\s+|:\s+")
_DEEPEST, _LARGEST = 255, 10  # levels of tags, MB of one text or attribute: as far as libxml2 2.14 (lxml 6.1) reads


def read(path: Path) -> Document:
    """Read a web page saved as a file. ReadError where it holds no text, LimitExceeded where libxml2 would not read it all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"the file cannot be opened: {error.strerror or error}") from error
    markup = _decode(data)
    if markup.count("\0") > len(markup) // 1000:
        raise ReadError("this is not a web page: it holds binary data")
    root = _parse(markup)
    builder = Builder(Format.HTML)
    for block in walk(root):
        builder.block(*block)
    if not builder.has_text:
        raise ReadError("there is no text in the page; if a script writes it in the browser, save the page as PDF there")
    return builder.document(_metadata(root, builder))


def blocks_of(markup: str) -> list[Block]:
    """Return the blocks of a piece of HTML, as `(raw text, kind, level)`; none where there is no text."""
    return list(walk(_parse(f"<body>{markup}")))  # lxml refuses what holds no tag and no text


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
        _refuse_cut_off(parser)
        raise ReadError(f"the page cannot be parsed: {error}") from error
    _refuse_cut_off(parser)
    return root


def _refuse_cut_off(parser: lxml_html.HTMLParser) -> None:
    """libxml2 2.14 stops reading at its own limits, and says so only in the parser's log: what follows would be lost."""
    for entry in parser.error_log:
        if "depth" in entry.message.lower():
            raise ReadError(f"the page's tags are nested more than {_DEEPEST} deep")
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise LimitExceeded(f"the page holds more than {_LARGEST} MB without a tag, which no web page does")


def _metadata(root: Element, builder: Builder) -> Metadata:
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        if name and meta.get("content"):
            said.setdefault(name, clean(meta.get("content")))
    language = clean(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return Metadata(
        title=_title(root, builder, said),
        organisation=_first(said, "dc.publisher", "dcterms.publisher", "publisher", "og:site_name", "author", "dc.creator"),
        date=_parsed(fields.iso_date, _first(said, *_DATE_NAMES)),
        language=_parsed(fields.language_code, language or _first(said, "dc.language", "language")),
        source=_address(root, said),
        handling=stricter(_first(said, *_MARK_NAMES), marking([*builder.opening(), *builder.closing()])),
    )


_MARK_NAMES = ("handling", "handling_marking", "tlp")
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
    return heading if heading and (not title or heading in _TITLE_PARTS.split(title)) else title


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
