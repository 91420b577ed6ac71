"""What a PDF says about itself: properties, outline and page labels, whichever library read them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineItem:
    """A bookmark: `level` from 1, `page` the 1-based physical page it leads to, 0 where it leads to none."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """The document's own statements. Empty where it makes none."""

    title: str = ""
    author: str = ""
    created: str = ""  # "2020-06-15"
    language: str = ""  # as in the file: "sv-SE"
    labels: tuple[str, ...] = ()  # one a page; empty where the file has no page labels
    outline: tuple[OutlineItem, ...] = ()
    attachments: int = 0
