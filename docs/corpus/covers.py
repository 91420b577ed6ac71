"""The first page of a sample document: the cover of a report, or the title block of a brief."""

from __future__ import annotations

from reportlab.lib.colors import white
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph
from source import Meta
from typeset import Look, inline

WIDTH, HEIGHT, MARGIN = 595.28, 841.89, 78.0

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
}
_HANDLING = {"en": "Handling", "sv": "Hantering"}


def spoken_date(date: str, language: str) -> str:
    """Spell a date out as on a cover: "June 2020" for 2020-06."""
    year, *rest = date.split("-")
    month = [_MONTHS[language].split()[int(rest[0]) - 1]] if rest else []
    return " ".join([*(str(int(day)) for day in rest[1:]), *month, year])


def cover(canvas: Canvas, meta: Meta, look: Look) -> None:
    """Draw the cover page."""
    ink = look.ink
    canvas.saveState()
    canvas.setFillColor(ink)
    canvas.rect(0, HEIGHT - 150, WIDTH, 150, stroke=0, fill=1)
    canvas.rect(0, 0, 18, HEIGHT - 150, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(look.title.fontName, 14)
    canvas.drawString(MARGIN, HEIGHT - 92, meta.organisation)
    canvas.setFont(look.plain.fontName, 11)
    canvas.drawString(MARGIN, HEIGHT - 112, meta.city)
    canvas.restoreState()
    big = ParagraphStyle("big", parent=look.plain, fontSize=14, leading=19)
    mark = ParagraphStyle("mark", parent=look.caption, fontSize=11, leading=14)
    top = HEIGHT - 240
    for text, style, gap in (
        (meta.title, look.title, 16),
        (meta.subtitle, big, 34),
        (spoken_date(meta.date, meta.language), big, 8),
        (f"{_HANDLING[meta.language]}: {meta.handling}", mark, 0),
    ):
        paragraph = Paragraph(inline(text), style)
        top -= paragraph.wrap(WIDTH - MARGIN - 90, HEIGHT)[1]
        paragraph.drawOn(canvas, MARGIN, top)
        top -= gap
    small = ParagraphStyle("small", parent=look.plain, backColor=look.tint, borderPadding=9)
    paragraph = Paragraph(inline(meta.disclaimer), small)
    paragraph.wrap(WIDTH - 2 * MARGIN, HEIGHT)
    paragraph.drawOn(canvas, MARGIN, 96)


def title_block(meta: Meta, look: Look) -> list[Flowable]:
    """Return the head of a brief, on its first page."""
    plain = look.plain
    mark = ParagraphStyle("mark", parent=plain, textColor=look.ink)
    title = ParagraphStyle("t", parent=look.title, fontSize=22, leading=27, spaceAfter=6)
    box = ParagraphStyle(
        "box",
        parent=plain,
        backColor=look.tint,
        borderPadding=7,
        leftIndent=7,
        rightIndent=7,
        spaceBefore=14,
        spaceAfter=18,
    )
    line = f"{spoken_date(meta.date, meta.language)} | {meta.city} | {meta.handling}"
    return [
        Paragraph(inline(meta.organisation), mark),
        Paragraph(inline(meta.title), title),
        Paragraph(inline(meta.subtitle), ParagraphStyle("s", parent=plain, fontSize=12, leading=16)),
        Paragraph(inline(line), mark),
        Paragraph(inline(meta.disclaimer), box),
    ]
