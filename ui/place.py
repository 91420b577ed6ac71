"""Where a link into a document points: a passage, the words marked in it, a page, and the other places of the question. Pure."""

from dataclasses import dataclass

Span = tuple[int, int]
ZOOMS = ("fit", "100", "150", "200")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a link points: passage and marks are offsets in the document's text; page 0 is where the passage begins."""

    passage: Span | None = None
    marks: tuple[Span, ...] = ()
    page: int = 0
    zoom: str = "fit"
    version: str = ""
    hits: tuple[tuple[int, int, int], ...] = ()  # all places of the question in the document: page, start, end; in order
