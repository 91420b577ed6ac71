"""What a Word paragraph is, by its style and numbering: heading, list item, caption, line of contents."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingest.document import BlockKind

Element = Any  # lxml 6.1 has no types

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Word stores built-in names in English; documents made or converted elsewhere carry the names people see.
_HEADING = re.compile(r"(?:heading|rubrik|überschrift|titre|overskrift|otsikko)\s*([1-9])")
_TITLE = re.compile(r"(?:title|titel|rubrik|dokumentrubrik|dokumenttitel)")
_CONTENTS = re.compile(r"(?:toc|innehåll|table of figures|table of authorities|figurförteckning|contents|verzeichnis)\s*\d*")
_CAPTION = re.compile(r"(?:caption|beskrivning|bildtext|tabelltext|figurtext|figure caption|table caption)")
_LIST = re.compile(r"(?:list|lista|punktlista|numrerad lista|bullet|list bullet|list number)\b.*?(\d?)")
_NOT_LIST = re.compile(r"list paragraph|liststycke|list continue.*|listfortsättning.*|list table.*")


def w(name: str) -> str:
    """Return the qualified name of a WordprocessingML element or attribute."""
    return _W + name


def is_on(switch: Element) -> bool:
    """Whether an on/off property is present and not switched off."""
    return switch is not None and switch.get(w("val"), "1") not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    parent: str
    outline: int | None  # 0-based; 9 is body text
    list_level: int | None  # 0-based
    list_id: int | None


class Styles:
    """The paragraph styles of one document, from the root of its styles part."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        for root in roots:
            self._load(root)

    def _load(self, root: Element) -> None:
        for style in root.iterchildren(w("style")):
            if style.get(w("type"), "paragraph") != "paragraph":
                continue
            key = style.get(w("styleId"), "")
            properties = style.find(w("pPr"))
            self._styles[key] = _Style(
                name=value_of(style, "name").strip().casefold(),
                parent=value_of(style, "basedOn"),
                outline=number_of(properties, "outlineLvl"),
                list_level=_list_level(properties),
                list_id=_list_id(properties),
            )
            if is_on(style if style.get(w("default")) in ("1", "true") else None):
                self._default = key

    def _chain(self, paragraph: Element) -> list[_Style]:
        """Return the style of a paragraph and those it is based on, nearest first."""
        properties = paragraph.find(w("pPr"))
        key = value_of(properties, "pStyle") or self._default
        chain: list[_Style] = []
        while key in self._styles and len(chain) < 20 and self._styles[key] not in chain:
            chain.append(self._styles[key])
            key = chain[-1].parent
        if not chain and key:
            chain.append(_Style(name=key.casefold(), parent="", outline=None, list_level=None, list_id=None))
        return chain

    def is_title(self, paragraph: Element) -> bool:
        """Whether a paragraph is in the style of a document's title."""
        return any(_TITLE.fullmatch(style.name) for style in self._chain(paragraph))

    def numbering_of(self, paragraph: Element) -> tuple[int, int] | None:
        """Return the list a paragraph belongs to and its 0-based level in it; None where it belongs to none."""
        properties = paragraph.find(w("pPr"))
        chain = self._chain(paragraph)
        direct = _list_id(properties)
        list_id = direct if direct is not None else next((s.list_id for s in chain if s.list_id is not None), None)
        if not list_id:
            return None
        levels = (_list_level(properties), *(style.list_level for style in chain))
        return list_id, next((level for level in levels if level is not None), 0)

    def kind_of(self, paragraph: Element) -> tuple[BlockKind, int]:
        """Return the kind of a paragraph and its level, counted from 1, 0 where the kind has none."""
        properties = paragraph.find(w("pPr"))
        chain = self._chain(paragraph)
        names = [style.name for style in chain]
        if any(_CONTENTS.fullmatch(name) for name in names):
            return BlockKind.CONTENTS, 0
        if level := _heading_level(properties, chain):
            return BlockKind.HEADING, level
        if any(_CAPTION.fullmatch(name) for name in names):
            return BlockKind.CAPTION, 0
        if level := _item_level(properties, chain):
            return BlockKind.LIST_ITEM, level
        return BlockKind.PARAGRAPH, 0


def stands_out(paragraph: Element, text: str) -> bool:
    """Whether a paragraph looks like a heading without its style: short, no sentence, all bold or all capitals."""
    if len(text) > 90 or len(text.split()) > 12 or text[-1] in ".,;:!?" or not any(map(str.isalpha, text)):
        return False
    if text.isupper() and sum(map(str.isalpha, text)) >= 4:
        return True
    runs = [run for run in paragraph.iter(w("r")) if any((word.text or "").strip() for word in run.iter(w("t")))]
    return bool(runs) and all(is_on(run.find(f"{w('rPr')}/{w('b')}")) for run in runs)


def _heading_level(properties: Element, chain: list[_Style]) -> int:
    outline = number_of(properties, "outlineLvl")
    if outline is not None:
        return outline + 1 if outline < 9 else 0
    for style in chain:
        if style.outline is not None:
            return style.outline + 1 if style.outline < 9 else 0
        if match := _HEADING.fullmatch(style.name):
            return int(match[1])
        if _TITLE.fullmatch(style.name):
            return 1
    return 0


def _item_level(properties: Element, chain: list[_Style]) -> int:
    direct = _list_level(properties)
    if direct is not None:
        return direct + 1
    if properties is not None and properties.find(w("numPr")) is not None:
        return 0  # numbering was taken away from this paragraph
    for style in chain:
        # "List Bullet 2" has a list of its own, and is level 0 of that.
        match = None if _NOT_LIST.fullmatch(style.name) else _LIST.fullmatch(style.name)
        if match or style.list_level is not None:
            return max((style.list_level or 0) + 1, int(match[1] or 1) if match else 1)
    return 0


def _list_id(properties: Element) -> int | None:
    numbering = properties.find(w("numPr")) if properties is not None else None
    return None if numbering is None else number_of(numbering, "numId")


def _list_level(properties: Element) -> int | None:
    """Return the 0-based level of a numbered or bulleted paragraph; None where there is no numbering."""
    numbering = properties.find(w("numPr")) if properties is not None else None
    if numbering is None or number_of(numbering, "numId") in (None, 0):
        return None
    return number_of(numbering, "ilvl") or 0


def value_of(parent: Element, name: str) -> str:
    """Return the value of a property element; "" where it is missing."""
    element = parent.find(w(name)) if parent is not None else None
    return element.get(w("val"), "") if element is not None else ""


def number_of(parent: Element, name: str) -> int | None:
    """Return the value of a property element as a number; None where it is missing or none."""
    value = value_of(parent, name)
    return int(value) if value.isdigit() and len(value) < 9 else None
