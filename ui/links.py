"""Addresses of the page's own routes. Everything is relative to the host, so a link can be mailed."""

from collections.abc import Sequence
from urllib.parse import urlencode

from index.result import Hit, Quote

Span = tuple[int, int]
Place = tuple[int, int, int]  # physical page, and the offsets of what stands there
MOST_HITS = 30
VERSION_LENGTH = 12


def view(
    document_id: int,
    lang: str,
    *,
    passage: Span | None = None,
    marks: Sequence[Span] = (),
    page: int = 0,
    zoom: str = "",
    version: str = "",
    hits: Sequence[Place] = (),
) -> str:
    """Point to the viewer at a passage (offsets in the document's text), or at a physical page, or at the first.

    `hits` are all places of a question in the document, which the viewer steps through. `version` is the start of the source's
    SHA-256: the viewer says so when the document is another by then.
    """
    query: list[tuple[str, str]] = []
    if passage:
        query += [("start", str(passage[0])), ("end", str(passage[1]))]
    if page:
        query.append(("p", str(page)))
    query += [("mark", f"{start}-{end}") for start, end in marks]
    query += [("hit", f"{number}.{start}.{end}") for number, start, end in hits[:MOST_HITS]]
    if zoom:
        query.append(("zoom", zoom))
    if version:
        query.append(("v", version[:VERSION_LENGTH]))
    query.append(("lang", lang))
    return f"/view/{document_id}?{urlencode(query)}"


def of_hit(hit: Hit, lang: str, hits: Sequence[Hit] = ()) -> str:
    """Point to the viewer at a passage that was found, with its answering sentences marked.

    `hits` are all hits of the question in this document.
    """
    marks = [(hit.start + start, hit.start + end) for start, end in hit.marks]
    return view(
        hit.document_id, lang, passage=(hit.start, hit.end), marks=marks, page=hit.page, version=hit.sha256, hits=places(hits),
    )  # fmt: skip


def places(hits: Sequence[Hit]) -> list[Place]:
    """Where the hits of one document stand, in its order: their first answering sentence, else the passage."""
    found = [(hit.page, hit.start + (hit.marks or ((0, 0),))[0][0], _end(hit)) for hit in hits]
    return sorted(found, key=lambda place: place[1])


def _end(hit: Hit) -> int:
    return hit.start + hit.marks[0][1] if hit.marks else hit.end


def of_quote(quote: Quote, hit: Hit | None, lang: str, hits: Sequence[Hit] = ()) -> str:
    """Point to the viewer at a sentence of the answer, within the passage it stands in where that is known."""
    sentence = (quote.start, quote.end)
    within = hit is not None and hit.start <= quote.start and quote.end <= hit.end
    passage = (hit.start, hit.end) if hit is not None and within else sentence
    version = hit.sha256 if hit is not None else ""
    return view(quote.document_id, lang, passage=passage, marks=[sentence], version=version, hits=places(hits))


def similar(passage_id: int, lang: str) -> str:
    """Point to what is like a passage, in other documents."""
    return f"/similar/{passage_id}?{urlencode({'lang': lang})}"


def context(passage_id: int, lang: str) -> str:
    """Point to a passage with what stands before and after it."""
    return f"/context/{passage_id}?{urlencode({'lang': lang})}"


def image(document_id: int, number: int, width: int) -> str:
    """Point to the image of a physical page, `width` in pixels."""
    return f"/image/{document_id}/{number}.png?w={width}"


def source(document_id: int, page: int = 0) -> str:
    """Point to the original file; a PDF opens at the physical page."""
    return f"/source/{document_id}" + (f"#page={page}" if page else "")
