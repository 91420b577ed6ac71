"""Inline text and core properties, as the Word and the PowerPoint maker share them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from source import Meta

_INLINE = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|\[\^(\d+)\]")

WORDS = {
    "en": {"handling": "Handling", "page": "Page", "table": "Table", "sources": "Notes"},
    "sv": {"handling": "Spridning", "page": "Sida", "table": "Tabell", "sources": "Noter"},
}


class Properties(Protocol):
    """The core properties that both kinds of document have."""

    title: str
    subject: str
    author: str
    last_modified_by: str
    language: str
    keywords: str
    comments: str
    created: datetime
    modified: datetime
    revision: int


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text with their style: "", "strong", "emphasis" or "mark" (footnote)."""
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], ""
        strong, emphasis, mark = match.groups()
        if strong is not None:
            yield strong, "strong"
        elif emphasis is not None:
            yield emphasis, "emphasis"
        else:
            yield mark, "mark"
        end = match.end()
    if end < len(text):
        yield text[end:], ""


def plain(text: str) -> str:
    """Return a text without its signs for strong, emphasis and footnotes."""
    return "".join(piece for piece, style in runs(text) if style != "mark")


def day(date: str) -> datetime:
    """Return the first moment of a date written as year, year-month or year-month-day."""
    parts = [int(part) for part in date.split("-")]
    year, month, first = [*parts, 1, 1][:3]
    return datetime(year, month, first, 9, 0, 0)


def describe(properties: Properties, meta: Meta) -> None:
    """Write the core properties of a document from its front matter."""
    properties.title = meta.title
    properties.subject = meta.subtitle
    properties.author = meta.organisation
    properties.last_modified_by = meta.organisation
    properties.language = meta.language
    properties.keywords = f"{meta.city}; {meta.theme}; {meta.handling}"
    properties.comments = meta.disclaimer
    properties.created = day(meta.date)
    properties.modified = day(meta.date)
    properties.revision = 1
