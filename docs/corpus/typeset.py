"""Turn the blocks of a sample document into reportlab flowables: styles, inline markup, hyphenation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from zlib import crc32

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table
from source import Advice, Case, Document, Grid, Heading, Items

HEAD_HOOK = "mark_head"
NOTE_HOOK = "mark_note"

_INKS = ("#17365d", "#7a1f2b", "#1f5a4c", "#4a3269", "#274b6d", "#6b4a12")
_TINTS = ("#e8eef6", "#f6eaec", "#e6f1ee", "#eeeaf4", "#e7eef4", "#f4eee2")

_SUFFIXES = {
    "en": re.compile(
        r"(?:tion(?:s|al|ally)?|sion(?:s|al)?|ment(?:s|al)?|ness|ship(?:s)?|tive(?:ly)?|ture(?:s)?"
        r"|tary|less|fully|bility|graphy|logical|teers?|cation|nated?|nating)$"
    ),
    "sv": re.compile(
        r"(?:ning(?:en|ens|ar|arna|s)?|samhet(?:en)?|heter(?:na)?|het(?:en|s)|else[nr]?|skap(?:en|s|et)?"
        r"|tion(?:en|ens|er|erna|s)?|lighet(?:en)?|ligen|ansvarig[at]?|plan(?:en|er|erna)?|läge[tn]?)$"
    ),
}
_PREFIXES = {
    "en": re.compile(r"^(?:inter|under|over|counter|trans|multi|super)(?=[b-df-hj-np-tv-z]\w{3})", re.I),
    "sv": re.compile(
        r"^(?:kris|samverkans|evenemangs|säkerhets|samordnings|beredskaps|räddnings|informations"
        r"|kommunikations|utrymnings|publik|trygghets|ledningss?|över|under|folk|varnings)(?=[^aeiouyåäös]\w{3})",
        re.I,
    ),
}
_DOUBLED = re.compile(r"[aeiouyåäö](?=([bcdfgklmnprst])\1[aeiouyåäö])")
_DOUBLED_STOPS = re.compile(r"^.(?:ings?|ed|er|ers|es|able|y)$")


@dataclass(frozen=True, slots=True)
class Look:
    """The styles of one document."""

    body: ParagraphStyle
    item: ParagraphStyle
    chapter: ParagraphStyle
    section: ParagraphStyle
    advice: ParagraphStyle
    cell: ParagraphStyle
    head: ParagraphStyle
    caption: ParagraphStyle
    note: ParagraphStyle
    plain: ParagraphStyle
    title: ParagraphStyle
    ink: Color
    tint: Color


def breaks(language: str) -> Callable[[str], Iterator[tuple[str, str]]]:
    """Find where a word may be parted at a line's end: (head, tail), the longest head first."""

    def part(word: str) -> Iterator[tuple[str, str]]:
        places = {match.start() for match in [_SUFFIXES[language].search(word)] if match}
        places |= {match.end() for match in [_PREFIXES[language].search(word)] if match}
        for match in _DOUBLED.finditer(word):
            if not _DOUBLED_STOPS.match(word[match.end() + 1 :]):
                places.add(match.end() + 1)
        for place in sorted(places, reverse=True):
            if place >= 3 and len(word) - place >= 4:
                yield word[:place], word[place:]

    return part


def _fonts(layout: str) -> tuple[str, str, float, float]:
    """Name the body font, the heading font, the size and the leading of a layout."""
    if layout == "two-column":
        return "Times-Roman", "Times-Bold", 10.2, 13.2
    if layout == "brief":
        return "Helvetica", "Helvetica-Bold", 10, 14.6
    if layout == "report":
        return "Times-Roman", "Helvetica-Bold", 10.8, 15.4
    for name, file in (("", ""), ("-Bold", "Bd"), ("-It", "It"), ("-BI", "BI")):
        pdfmetrics.registerFont(TTFont(f"Vera{name}", f"Vera{file}.ttf"))
    pdfmetrics.registerFontFamily("Vera", "Vera", "Vera-Bold", "Vera-It", "Vera-BI")
    return "Vera", "Vera-Bold", 9.2, 14.6


def look(document: Document) -> Look:
    """Return the styles for a document, by its layout, its language and its organisation."""
    meta = document.meta
    font, bold, size, leading = _fonts(meta.layout)
    pick = crc32(f"{meta.organisation}{meta.city}".encode()) % len(_INKS)
    ink, tint = HexColor(_INKS[pick]), HexColor(_TINTS[pick])
    narrow = meta.layout == "two-column"
    plain = ParagraphStyle("plain", fontName=font, fontSize=size, leading=leading)
    parting: dict[str, Any] = {"hyphenationLang": breaks(meta.language), "hyphenationMinWordLength": 8}
    padded: dict[str, Any] = {"backColor": tint, "borderPadding": (6, 7, 7, 7)}
    body = ParagraphStyle(
        "body",
        parent=plain,
        alignment=TA_JUSTIFY,
        spaceAfter=leading * 0.5,
        allowWidows=0,
        allowOrphans=0,
        uriWasteReduce=0.3,
        **parting,
    )
    large = 14 if narrow else 17
    chapter = ParagraphStyle(
        "chapter",
        fontName=bold,
        fontSize=large,
        leading=large * 1.25,
        textColor=ink,
        spaceBefore=large,
        spaceAfter=large * 0.55,
        keepWithNext=1,
    )
    small = size + 1.4
    return Look(
        body=body,
        item=ParagraphStyle("item", parent=body, leftIndent=18, bulletIndent=5, spaceAfter=leading * 0.22),
        chapter=chapter,
        section=ParagraphStyle(
            "section",
            parent=chapter,
            fontSize=small,
            leading=small * 1.3,
            spaceBefore=small * 0.9,
            spaceAfter=small * 0.4,
        ),
        advice=ParagraphStyle(
            "advice",
            parent=body,
            leftIndent=7,
            rightIndent=7,
            spaceBefore=leading * 0.9,
            spaceAfter=leading * 1.1,
            **padded,
        ),
        cell=ParagraphStyle("cell", parent=plain, fontSize=size - 1.6, leading=(size - 1.6) * 1.25),
        head=ParagraphStyle("head", fontName=bold, fontSize=size - 2, leading=(size - 2) * 1.25, textColor=white),
        caption=ParagraphStyle(
            "caption",
            fontName=bold,
            fontSize=size - 1.4,
            leading=(size - 1.4) * 1.3,
            textColor=ink,
            spaceBefore=leading * 0.5,
            spaceAfter=4,
            keepWithNext=1,
        ),
        note=ParagraphStyle("note", parent=plain, fontSize=size - 2.4, leading=(size - 2.4) * 1.2),
        plain=plain,
        title=ParagraphStyle("title", fontName=bold, fontSize=29, leading=35, textColor=ink),
        ink=ink,
        tint=tint,
    )


def inline(text: str) -> str:
    """Return the paragraph markup of reportlab for a text with emphasis and marks of footnotes."""
    marked = escape(text, quote=False)
    marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", marked)
    marked = re.sub(r"(?<!\w)\*(\S(?:.*?\S)?)\*(?!\w)", r"<i>\1</i>", marked)
    return re.sub(r"\[\^(\d+)\]", rf'<super>\1</super><onDraw name="{NOTE_HOOK}" label="\1"/>', marked)


def heading(block: Heading, index: int, look: Look) -> Paragraph:
    """Make a heading that tells the page maker where it was printed."""
    style = look.chapter if block.level == 1 else look.section
    label = f"{block.number}&nbsp;&nbsp;" if block.number else ""
    return Paragraph(f'<onDraw name="{HEAD_HOOK}" label="{index}"/>{label}{inline(block.text)}', style)


def _table(block: Grid, number: int, width: float, language: str, look: Look) -> list[Flowable]:
    columns = zip(*block.rows, strict=True)
    weights = [max(4.0, max(len(cell) for cell in column) ** 0.6) for column in columns]
    widths = [width * weight / sum(weights) for weight in weights]
    cells = [[Paragraph(inline(cell), look.head) for cell in block.rows[0]]]
    cells += [[Paragraph(inline(cell), look.cell) for cell in row] for row in block.rows[1:]]
    table = Table(
        cells,
        colWidths=widths,
        repeatRows=1,
        style=[
            ("GRID", (0, 0), (-1, -1), 0.5, look.ink),
            ("BACKGROUND", (0, 0), (-1, 0), look.ink),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, look.tint]),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ],
    )
    word = "Tabell" if language == "sv" else "Table"
    caption = Paragraph(f"{word} {number}. {inline(block.caption)}", look.caption)
    return [KeepTogether([caption, table]), Spacer(1, look.body.leading * 0.8)]


def _case(block: Case, width: float, look: Look) -> list[Flowable]:
    style = ParagraphStyle("case", parent=look.body, spaceAfter=0, fontSize=look.body.fontSize - 0.4)
    box = Table(
        [[Paragraph(inline(text), style)] for text in block.paragraphs],
        colWidths=[width],
        style=[
            ("LINEBEFORE", (0, 0), (0, -1), 3, look.ink),
            ("BOX", (0, 0), (-1, -1), 0.4, look.ink),
            ("LEFTPADDING", (0, 0), (-1, -1), 11),
            ("RIGHTPADDING", (0, 0), (-1, -1), 9),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ],
    )
    return [Spacer(1, 5), box, Spacer(1, look.body.leading * 0.8)]


def flowables(document: Document, index: int, width: float, look: Look) -> list[Flowable]:
    """Return what prints the block at `index` of the document in a column of `width`."""
    block = document.blocks[index]
    match block:
        case Heading():
            return [heading(block, index, look)]
        case Items(ordered=ordered, items=items):
            listed: list[Flowable] = [
                Paragraph(inline(item), look.item, bulletText=f"{number}." if ordered else "\u2022")
                for number, item in enumerate(items, start=1)
            ]
            return [*listed, Spacer(1, look.body.leading * 0.3)]
        case Grid():
            number = sum(isinstance(earlier, Grid) for earlier in document.blocks[: index + 1])
            return _table(block, number, width, document.meta.language, look)
        case Case():
            return _case(block, width, look)
        case Advice(text=text):
            return [Paragraph(inline(text), look.advice)]
        case _:
            return [Paragraph(inline(block.text), look.body)]
