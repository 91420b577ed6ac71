"""Render a sample document as slides: a title slide, then one slide for each chapter, with notes."""

from __future__ import annotations

import io

from office_text import WORDS, describe, plain, runs
from pptx import Presentation as new_slides
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Cm, Length, Pt
from source import Advice, Case, Document, Grid, Heading, Items, Meta, Paragraph

_TITLE, _BULLETS, _TITLE_ONLY = 0, 1, 5
_NOTES = "Notes:"


def _line(frame: TextFrame, text: str, *, first: bool, size: float = 22) -> None:
    if not first:
        frame.add_paragraph()  # type: ignore[no-untyped-call]
    paragraph = frame.paragraphs[-1]
    for piece, style in runs(text):
        run = paragraph.add_run()
        run.text = piece
        run.font.size = Pt(size)
        run.font.bold = True if style == "strong" else None
        run.font.italic = True if style == "emphasis" else None


def _front(slides: Presentation, meta: Meta) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[_TITLE])
    title = slide.shapes.title
    assert title is not None
    title.text = meta.title
    frame = slide.placeholders[1].text_frame
    _line(frame, meta.subtitle, first=True, size=20)
    _line(frame, meta.organisation, first=False, size=16)
    _line(frame, meta.disclaimer, first=False, size=14)
    _footer(slides, slide, meta)


def _footer(slides: Presentation, slide: Slide, meta: Meta) -> None:
    assert slides.slide_height is not None and slides.slide_width is not None
    top, width = Length(slides.slide_height - Cm(1.1)), Length(slides.slide_width - Cm(2))
    box = slide.shapes.add_textbox(Cm(1), top, width, Cm(0.9))
    number = slides.slides.index(slide) + 1
    handling = WORDS[meta.language]["handling"]
    _line(box.text_frame, f"{meta.header}  |  {handling}: {meta.handling}  |  {number}", first=True, size=11)


def _table(slides: Presentation, slide: Slide, grid: Grid) -> None:
    assert slides.slide_width is not None
    width = Length(slides.slide_width - Cm(3))
    caption = slide.shapes.add_textbox(Cm(1.5), Cm(4.2), width, Cm(1))
    _line(caption.text_frame, grid.caption, first=True, size=16)
    rows, columns = len(grid.rows), len(grid.rows[0])
    frame = slide.shapes.add_table(rows, columns, Cm(1.5), Cm(5.4), width, Cm(1.2 * rows))
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            _line(frame.table.cell(row, column).text_frame, text, first=True, size=14)


def _slide(slides: Presentation, meta: Meta, title: str, blocks: list[Items | Grid | str]) -> None:
    table = any(isinstance(block, Grid) for block in blocks)
    slide = slides.slides.add_slide(slides.slide_layouts[_TITLE_ONLY if table else _BULLETS])
    heading = slide.shapes.title
    assert heading is not None
    heading.text = title
    first = True
    for block in blocks:
        match block:
            case Grid():
                _table(slides, slide, block)
            case Items(items=items):
                for item in items:
                    _line(slide.placeholders[1].text_frame, item, first=first)
                    first = False
            case _:
                notes = slide.notes_slide.notes_text_frame
                assert notes is not None
                notes.text = block
    _footer(slides, slide, meta)


def _chapters(document: Document) -> list[tuple[str, list[Items | Grid | str]]]:
    """Return the slides: a title, and the lists, tables and notes (as text) under it."""
    chapters: list[tuple[str, list[Items | Grid | str]]] = []
    for block in document.blocks:
        match block:
            case Heading(text=text):
                chapters.append((plain(text), []))
            case Items() | Grid():
                chapters[-1][1].append(block)
            case Paragraph(text=text) if text.startswith(_NOTES):
                chapters[-1][1].append(plain(text.removeprefix(_NOTES).strip()))
            case Paragraph(text=text) | Advice(text=text):
                chapters[-1][1].append(Items(False, (text,)))
            case Case(paragraphs=paragraphs):
                chapters[-1][1].append(Items(False, paragraphs))
    return chapters


def render_slides(document: Document) -> bytes:
    """Return the bytes of the PowerPoint file."""
    slides = new_slides()
    slides.slide_width, slides.slide_height = Cm(25.4), Cm(19.05)
    describe(slides.core_properties, document.meta)
    _front(slides, document.meta)
    for title, blocks in _chapters(document):
        _slide(slides, document.meta, title, blocks)
    target = io.BytesIO()
    slides.save(target)
    return target.getvalue()
