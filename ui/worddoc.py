"""A document for a word processor: quotations with their references, and tables, set to be read and printed."""

import io
import re
from collections.abc import Sequence
from typing import Any

Part = Any  # of a document, as python-docx and lxml give it: they have no types
_LANGUAGES = {"en": "en-GB", "sv": "sv-SE"}
_SERIF = "Georgia"
_INK, _SOFT, _RULE = "1D2327", "59636B", "CFCBC0"
# TLP 2.0: the colours of the marks, on black. Every other mark is white.
_COLOURS = {"GREEN": "33FF00", "AMBER": "FFC000", "AMBER+STRICT": "FFC000", "RED": "FF2B2B"}
# What XML 1.0 cannot hold, and what would turn the direction of all that follows it (a file's title may hold either).
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile(r"[\r\n\u2028\u2029]+")
_QUOTE, _REFERENCE, _NOTE, _CELL = "Quote", "Quote Reference", "Quote Note", "Table Cell"
_WIDE = 5  # columns from which a page lies on its side
_LONGEST_TITLE = 250  # a property of the file holds no more (Open Packaging Conventions)


class Paper:
    """Collects what is to be set, from the top down. `language` is that of the interface; `mark` stands on every page."""

    def __init__(self, title: str, lines: Sequence[str], language: str, mark: str) -> None:
        from docx import Document

        self._document: Any = Document()
        self._language = _LANGUAGES.get(language, _LANGUAGES["en"])
        _set_styles(self._document, self._language)
        _set_page(self._document.sections[0], mark)
        _set_properties(self._document, _clean(title), self._language)
        self._add(title, "Title")
        for line in lines:
            self._add(line, "Subtitle")

    def heading(self, text: str, level: int = 1) -> None:
        """Set a heading; `level`: 1 (the highest) to 3."""
        self._add(text, f"Heading {max(1, min(level, 3))}")

    def quote(self, words: str, reference: str, note: str = "", *, language: str = "") -> None:
        """Set words that are quoted, their reference under them, and what was noted. `language`: that of the words."""
        for paragraph in self._add(words, _QUOTE, language=language):
            paragraph.paragraph_format.keep_with_next = True
        for paragraph in self._add(reference, _REFERENCE):
            paragraph.paragraph_format.keep_with_next = bool(note)
        if note:
            self._add(note, _NOTE)

    def paragraph(self, text: str) -> None:
        """Set running text, a paragraph a line."""
        self._add(text, "Normal")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Set a table; its head is repeated on every page. Columns are as wide as what stands in them asks for."""
        from docx.oxml import OxmlElement

        if len(head) > _WIDE:
            _lay_on_its_side(self._document.sections[0])
        table = self._document.add_table(rows=0, cols=len(head))
        _rule(table)
        for number, row in enumerate((head, *rows)):
            cells = table.add_row().cells
            for cell, value in zip(cells, row, strict=False):
                _fill(cell, value, bold=number == 0)
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        _set_widths(table, _widths((head, *rows), _text_width(self._document.sections[0])))
        self._document.add_paragraph()

    def to_bytes(self) -> bytes:
        """Give the file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _add(self, text: str, style: str, *, language: str = "") -> list[Any]:
        made = [self._document.add_paragraph(line, style=style) for line in _lines(text)]
        code = _LANGUAGES.get(language, language)
        for paragraph in made if code and code != self._language and code.replace("-", "").isalpha() else ():
            for run in paragraph.runs:
                _speak(run._r.get_or_add_rPr(), code)
        return made


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _LINES.split(_clean(text)) if line.strip()]


def _speak(properties: Part, code: str) -> None:
    """Say which language letters are in, so that they are not marked as misspelt."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = properties.find(qn("w:lang"))
    if element is None:
        element = OxmlElement("w:lang")
        properties.append(element)
    for name in ("w:val", "w:eastAsia"):
        element.set(qn(name), code)


def _set_styles(document: Part, code: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    styles = document.styles
    _speak(styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"), code)
    for name in (_REFERENCE, _NOTE, _CELL):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    _style(styles["Normal"], 11, _INK, after=7, spacing=1.3)
    _style(styles["Title"], 22, _INK, bold=True, after=6, spacing=1.15)
    _style(styles["Subtitle"], 10, _SOFT, after=1, spacing=1.25)
    for level, size in ((1, 15), (2, 12.5), (3, 11)):
        _style(styles[f"Heading {level}"], size, _INK, bold=True, before=20 - 4 * level, after=4, spacing=1.2)
    _style(styles[_QUOTE], 11.5, _INK, before=10, after=3, spacing=1.4)
    _style(styles[_REFERENCE], 9, _SOFT, after=6, spacing=1.25)
    _style(styles[_NOTE], 10.5, _INK, after=8, spacing=1.3)
    _style(styles[_CELL], 9.5, _INK, after=3, spacing=1.2)
    for name in (_QUOTE, _REFERENCE, _NOTE):
        styles[name].paragraph_format.left_indent = Cm(1)
    styles[_QUOTE].paragraph_format.right_indent = Cm(1)
    styles[_QUOTE].paragraph_format.widow_control = True
    styles[_NOTE].paragraph_format.space_before = Pt(2)


def _style(
    style: Part,
    size: float,
    colour: str,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    spacing: float = 1.0,
) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font, form = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = _SERIF, Pt(size), bold, False
    font.color.rgb = RGBColor.from_string(colour)
    faces = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a font of the theme would win over ours
        faces.attrib.pop(qn(f"w:{name}"), None)
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        faces.set(qn(name), _SERIF)
    for name in ("w:spacing", "w:kern"):  # python-docx 1.2's own template (default.docx) spaces out what it calls a title
        for element in style.element.rPr.findall(qn(name)):
            style.element.rPr.remove(element)
    for element in style.element.pPr.findall(qn("w:pBdr")) if style.element.pPr is not None else ():
        style.element.pPr.remove(element)
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), spacing


def _set_page(section: Part, mark: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.4)
    top, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    top.alignment, foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
    if mark.strip():
        _label(top, " ".join(_lines(mark)))
        _label(foot, " ".join(_lines(mark)))
        foot.add_run("\N{EM SPACE}")
    for piece in ("PAGE", " / ", "NUMPAGES"):
        _field(foot, piece) if piece.isupper() else foot.add_run(piece)


def _label(paragraph: Part, mark: str) -> None:
    """Set a handling mark in the colours of TLP 2.0, on black."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    name = mark.upper().replace(" ", "").removeprefix("TLP:")
    run = paragraph.add_run(f"\N{NO-BREAK SPACE}{mark}\N{NO-BREAK SPACE}")
    run.font.bold, run.font.size, run.font.name = True, Pt(10), "Consolas"
    run.font.color.rgb = RGBColor.from_string(_COLOURS.get(name, "FFFFFF"))
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", "000000")):
        shade.set(qn(f"w:{key}"), value)
    run._r.get_or_add_rPr().append(shade)


def _field(paragraph: Part, code: str) -> None:
    """Set a number that the word processor works out: the page's, or how many there are."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)


def _set_properties(document: Part, title: str, code: str) -> None:
    from datetime import UTC, datetime

    known = document.core_properties
    known.title, known.author, known.last_modified_by = title[:_LONGEST_TITLE], "Källa", "Källa"
    known.comments, known.language = "", code
    known.created = known.modified = datetime.now(UTC).replace(tzinfo=None)


# -- tables


def _lay_on_its_side(section: Part) -> None:
    from docx.enum.section import WD_ORIENT

    if section.orientation != WD_ORIENT.LANDSCAPE:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width


def _text_width(section: Part) -> int:
    return int(section.page_width - section.left_margin - section.right_margin)


def _fill(cell: Part, value: str, *, bold: bool) -> None:
    first, *rest = _lines(value) or [""]
    paragraphs = [cell.paragraphs[0], *(cell.add_paragraph() for _ in rest)]
    for paragraph, line in zip(paragraphs, (first, *rest), strict=True):
        paragraph.style = _CELL
        paragraph.add_run(line).bold = bold


def _widths(rows: Sequence[Sequence[str]], whole: int) -> list[int]:
    """Share the width: by the square root of the longest cell, so that long texts get much and short ones enough."""
    longest = [max((len(cell) for cell in column), default=0) for column in zip(*rows, strict=False)]
    wanted = [max(3.0, min(length, 900) ** 0.5) for length in longest]
    return [int(whole * one / sum(wanted)) for one in wanted]


def _set_widths(table: Part, widths: Sequence[int]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        for cell in column.cells:
            cell.width = width


def _rule(table: Part) -> None:
    """Put a thin line between rows, and none between columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    following = (qn(f"w:{name}") for name in ("shd", "tblLayout", "tblCellMar", "tblLook"))  # the schema has an order
    after = next((one for one in map(table._tbl.tblPr.find, following) if one is not None), None)
    table._tbl.tblPr.append(borders) if after is None else after.addprevious(borders)
