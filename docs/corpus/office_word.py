"""Render a sample document as a Word file: real heading, list and table styles, a header and a footer."""

from __future__ import annotations

import io

from docx import Document as new_word
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph
from office_text import WORDS, describe, plain, runs
from source import Advice, Case, Document, Grid, Heading, Items, Meta, Paragraph

INK = RGBColor(0x1F, 0x3B, 0x57)


def _fill(paragraph: WordParagraph, text: str) -> None:
    for piece, style in runs(text):
        run = paragraph.add_run(piece)
        run.bold = True if style == "strong" else None
        run.italic = True if style == "emphasis" else None
        run.font.superscript = True if style == "mark" else None


def _field(paragraph: WordParagraph, instruction: str) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        name = "w:fldChar" if kind else "w:instrText"
        element = OxmlElement(name)
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _dress(word: Word, meta: Meta) -> None:
    """Page size, type and language of the whole document."""
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.4)
    sizes = {"Normal": 10.5, "Title": 22, "Subtitle": 13, "Heading 1": 15, "Heading 2": 12, "Caption": 9.5}
    for name, size in sizes.items():
        style = word.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name = "Calibri"
        style.font.size = Pt(size)
        if name != "Normal":
            style.font.color.rgb = INK
    normal = word.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.paragraph_format.space_after = Pt(7)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "sv-SE" if meta.language == "sv" else "en-GB")
    properties = normal.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)


def _margins(word: Word, meta: Meta) -> None:
    """Write the running header and the footer with handling and page."""
    words = WORDS[meta.language]
    section = word.sections[0]
    section.header.paragraphs[0].text = f"{meta.header}\t\t{meta.date}"
    footer = section.footer.paragraphs[0]
    footer.text = f"{meta.handling}\t{meta.organisation}\t{words['page']} "
    _field(footer, "PAGE")
    for part in (section.header, section.footer):
        part.is_linked_to_previous = False
        for run in part.paragraphs[0].runs:
            run.font.size = Pt(8.5)


def _front(word: Word, meta: Meta) -> None:
    words = WORDS[meta.language]
    word.add_paragraph(meta.title, style="Title")
    word.add_paragraph(meta.subtitle, style="Subtitle")
    facts = word.add_paragraph(f"{meta.city}  |  {meta.date}  |  {words['handling']}: {meta.handling}")
    facts.alignment = WD_ALIGN_PARAGRAPH.LEFT
    word.add_paragraph(meta.disclaimer, style="Intense Quote")


def _grid(word: Word, grid: Grid, number: int, label: str) -> None:
    caption = word.add_paragraph(f"{label} {number}. {plain(grid.caption)}", style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = word.add_table(rows=len(grid.rows), cols=len(grid.rows[0]), style="Light Grid Accent 1")
    for cells, row in zip(grid.rows, table.rows, strict=True):
        for text, cell in zip(cells, row.cells, strict=True):
            _fill(cell.paragraphs[0], text)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    word.add_paragraph()


def _restart(word: Word, paragraph: WordParagraph) -> int:
    """Add a numbering for the list that begins with this paragraph, so that it counts from one."""
    style = word.styles["List Number"]
    number = style.element.find(f".//{qn('w:numId')}").get(qn("w:val"))
    numbering = word.part.numbering_part.element
    abstract = numbering.num_having_numId(int(number)).abstractNumId.val
    fresh = numbering.add_num(abstract)
    fresh.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(fresh.numId)


def _items(word: Word, block: Items) -> None:
    fresh = 0
    for item in block.items:
        paragraph = word.add_paragraph(style="List Number" if block.ordered else "List Bullet")
        _fill(paragraph, item)
        if block.ordered:
            fresh = fresh or _restart(word, paragraph)
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = fresh


def _notes(word: Word, document: Document) -> None:
    if document.notes:
        word.add_heading(WORDS[document.meta.language]["sources"], level=1)
    for number, note in enumerate(document.notes, start=1):
        _fill(word.add_paragraph(), f"[^{number}] {note}")


def render_word(document: Document) -> bytes:
    """Return the bytes of the Word file."""
    word = new_word()
    meta = document.meta
    _dress(word, meta)
    _margins(word, meta)
    describe(word.core_properties, meta)
    _front(word, meta)
    tables = 0
    for block in document.blocks:
        match block:
            case Heading(level=level, text=text):
                word.add_heading(plain(text), level=level)
            case Paragraph(text=text) | Advice(text=text):
                _fill(word.add_paragraph(), text)
            case Items():
                _items(word, block)
            case Grid():
                tables += 1
                _grid(word, block, tables, WORDS[meta.language]["table"])
            case Case(paragraphs=paragraphs):
                for paragraph in paragraphs:
                    _fill(word.add_paragraph(style="Quote"), paragraph)
    _notes(word, document)
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()
