"""Full references, as they are put into papers: who said it, in what, where and when, on which page, under which mark. Pure."""

import re

from index import attribution
from index.access import mark_of
from index.deskitems import Excerpt
from index.result import DocumentInfo, Hit
from ui import editions, text
from ui.words import Words

_RECOMMENDATION = re.compile(
    r"(?i:re[ck]om+[ae]nda\w+|recomanaci\w+|empfehlung|aanbeveling|anbefaling)\s+(?:(?i:no|nr)\.?\s*)?[A-Z]?\d{1,3}(?:\.\d{1,2})?[a-z]?\b"
)


def excerpt(hit: Hit, info: DocumentInfo | None) -> Excerpt:
    """Copy a passage with all that a reference needs. `info`: its document, where edition and publication are known."""
    return Excerpt(
        document_id=hit.document_id, sha256=hit.sha256, path=hit.path, title=hit.title, kind=hit.kind,
        organisation=hit.organisation, city=hit.city, date=hit.date, language=hit.language,
        edition=info.edition if info else "", source=info.source if info else "", format=hit.format, page=hit.page,
        page_end=hit.page_end, page_label=hit.page_label, section=hit.section, text=hit.text, start=hit.start, end=hit.end,
        handling=hit.handling, attributable=hit.attributable, ocr=hit.ocr,
        groups=hit.groups, speakers=hit.speakers,
    )  # fmt: skip


def where(item: Hit | Excerpt, words: Words) -> str:
    """Say where it stands in its document: "p. 14 (PDF page 22)"; "" for formats without pages."""
    return text.place(item.format, item.page, item.page_end, item.page_label, words)


def recommendation(item: Hit | Excerpt) -> str:
    """Name the recommendation that it belongs to: "Recommendation 4"; "" where it belongs to none."""
    found = _RECOMMENDATION.match(item.section[-1]) if item.section else None
    return found.group() if found else ""


def reference(item: Hit | Excerpt, words: Words) -> str:
    """Write the reference on one line: organisation, title, city, date, recommendation, page, handling mark.

    A hit of an older edition says what it is superseded by.
    Where speakers may not be named (`attributable` is False), organisation and city are withheld, and that is said.
    """
    named = item.attributable
    parts = [
        item.organisation if named else "",
        title(item, words) or (item.path if named else words.untitled),
        ", ".join(item.city) if named else "",
    ]
    parts += [text.date(item.date, words), recommendation(item), where(item, words), mark_of(item.handling)]
    parts += [] if named else [words.no_attribution]
    parts += [editions.said(item.superseded_by, words)] if isinstance(item, Hit) and item.superseded_by else []
    parts += [recognised(item.ocr, words)]
    return ", ".join(part for part in parts if part)


def said(item: Hit | Excerpt, words: Words, quoted: str = "") -> str:
    """What is quoted: `quoted`, or the whole passage where it is "". Names that may not be told are withheld."""
    told = quoted or item.text
    return told if item.attributable else attribution.withheld(told, item.speakers, words.name_withheld)


def title(item: Hit | Excerpt, words: Words) -> str:
    """The title of what is quoted, without names that may not be told."""
    if item.attributable:
        return item.title
    return attribution.withheld(item.title, attribution.known(item.speakers, item.text), words.name_withheld)


def recognised(confidence: float | None, words: Words) -> str:
    """Say that text recognition read the words, and how surely: "read by OCR, 91 % sure"; "" where they are the file's own."""
    return "" if confidence is None else words.by_ocr.format(n=words.number(round(100 * confidence)))


def plain(item: Hit | Excerpt, words: Words, quoted: str = "") -> str:
    """Write the words in quotation marks with their reference: what "copy the citation" puts on the clipboard.

    `quoted`: only these words of the passage; the whole passage where it is "".
    """
    left, right = text.QUOTES[words.language]
    return f"{left}{' '.join(said(item, words, quoted).split())}{right} ({reference(item, words)})"


def rich(item: Hit | Excerpt, words: Words, quoted: str = "") -> str:
    """Write the same as HTML, for a word processor. Escaped."""
    left, right = text.QUOTES[words.language]
    told = text.escape(" ".join(said(item, words, quoted).split()))
    return f"<blockquote><p>{left}{told}{right}</p><p>({text.escape(reference(item, words))})</p></blockquote>"
