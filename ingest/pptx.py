"""Reads presentations: one page a slide, its title first, then its shapes from the top, then the speaker's notes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pptx import Presentation as open_presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.shapes.shapetree import SlideShapeFactory

from ingest.builder import Builder, clean
from ingest.document import BlockKind, Document, Format, Metadata
from ingest.errors import IngestError, ReadError
from ingest.marking import marking
from ingest.office import office_date, office_title, open_package

Element = Any  # lxml 6.1 has no types

_SHAPES = frozenset(map(qn, ("p:sp", "p:grpSp", "p:graphicFrame", "p:cxnSp", "p:pic", "p:contentPart")))
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_TITLES = frozenset(("title", "ctrTitle"))
_LISTS = frozenset(("body", "obj"))
_RUNNING = frozenset(("sldNum", "dt", "ftr", "hdr"))
_SAME_LINE = 100_000  # EMU, about 3 mm: shapes whose tops differ by less are read from left to right


def read(path: Path) -> Document:
    """Read a presentation; hidden slides too. A slide with pictures and no words is `TextSource.NONE`.

    Raises ReadError, NeedsPassword or LimitExceeded.
    """
    package = open_package(path)
    try:
        return _read(open_presentation(package))
    except IngestError:
        raise
    except RecursionError as error:
        raise ReadError("the presentation is nested too deeply to be read") from error
    except Exception as error:  # python-pptx and lxml raise whatever a broken package makes them raise
        raise ReadError("this is no presentation, or a damaged one: open it in PowerPoint and save it again") from error


def _read(source: Element) -> Document:
    builder = Builder(Format.PPTX)
    reader = _Reader(builder)
    slides = source.element.sldIdLst
    for number, entry in enumerate(() if slides is None else slides.iterchildren(qn("p:sldId")), start=1):
        if number > 1:
            builder.page_break()
        try:
            slide = source.part.related_slide(entry.rId)
        except (KeyError, AttributeError, ValueError):
            builder.unreadable()
            reader.broken.append(f"slide {number}")
            continue
        reader.slide(slide, number)
    if not builder.has_text and not builder.has_unreadable:
        raise ReadError("there is no text in the presentation")
    return builder.document(_metadata(source, builder, reader), notes=tuple(reader.remarks()))


def _metadata(source: Element, builder: Builder, reader: "_Reader") -> Metadata:
    title = date = ""
    if any(link.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for link in source.part.package._rels.values()):
        title, date = office_title(source.core_properties), office_date(source.core_properties)
    return Metadata(
        title=title or builder.first_heading,
        date=date,
        handling=marking([*reader.running, *builder.opening(4)]),
    )


class _Reader:
    """Reads slides into a builder, and remembers what stood in footers and what could not be read."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._slide: Element = None
        self.running: list[str] = []
        self.broken: list[str] = []

    def remarks(self) -> Iterator[str]:
        """Say what a user should know about parts that were not read."""
        if self.broken:
            yield f"could not be read: {', '.join(self.broken)}"

    def slide(self, slide: Element, number: int) -> None:
        """Read one slide onto the current page."""
        self._slide = slide
        shapes = _in_order(_shapes(slide.shapes._spTree, slide.shapes))
        for shape in sorted(shapes, key=lambda shape: _placeholder(shape) not in _TITLES):
            self._guarded(shape, number)
        if slide.has_notes_slide:
            frame = slide.notes_slide.notes_text_frame
            for paragraph in () if frame is None else frame._txBody.iterchildren(qn("a:p")):
                self._builder.block(_words(paragraph))

    def _guarded(self, shape: Element, number: int) -> None:
        """One broken shape does not take the slide's other words away."""
        try:
            self._shape(shape)
        except (AttributeError, KeyError, ValueError, TypeError, IndexError):
            self._builder.unreadable()
            if (what := f"a part of slide {number}") not in self.broken:
                self.broken.append(what)

    def _shape(self, shape: Element) -> None:
        element = shape.element
        if element.tag == qn("p:grpSp"):
            for part in _in_order(_shapes(element, shape.shapes)):
                self._shape(part)
        elif element.tag == qn("p:graphicFrame"):
            self._frame(element)
        elif (body := element.find(qn("p:txBody"))) is not None:
            self._text(body, _placeholder(shape))
        if element.tag in (qn("p:pic"), qn("p:contentPart")) or element.find(f"{qn('p:spPr')}/{qn('a:blipFill')}") is not None:
            self._builder.unreadable()

    def _text(self, body: Element, placeholder: str) -> None:
        paragraphs = [paragraph for paragraph in body.iterchildren(qn("a:p")) if clean(_words(paragraph))]
        if placeholder in _RUNNING:
            self.running += [clean(_words(paragraph)) for paragraph in paragraphs]
        elif placeholder in _TITLES:
            self._builder.block(" ".join(map(_words, paragraphs)), BlockKind.HEADING, 1)
        else:
            listed = placeholder in _LISTS and len(paragraphs) > 1
            for paragraph in paragraphs:
                self._builder.block(_words(paragraph), *_kind(paragraph, listed=listed))

    def _frame(self, frame: Element) -> None:
        data = frame.find(f"{qn('a:graphic')}/{qn('a:graphicData')}")
        table = data.find(qn("a:tbl")) if data is not None else None
        if table is not None:
            for row in table.iterchildren(qn("a:tr")):
                self._builder.row(_cell(cell) for cell in row.iterchildren(qn("a:tc")))
            return
        diagram = data.find(f"{_DIAGRAM}relIds") if data is not None else None
        chart = data.find(qn("c:chart")) if data is not None else None
        if diagram is not None:
            self._diagram(diagram.get(qn("r:dm")))
        elif chart is not None:
            self._chart(chart.get(qn("r:id")))
        self._builder.unreadable()

    def _diagram(self, link: str) -> None:
        """Return the points of a SmartArt graphic, in the order of its outline."""
        root = parse_xml(self._slide.part.related_part(link).blob)
        for point in root.iter(f"{_DIAGRAM}pt"):
            if point.get("type", "node") in ("node", "asst"):
                words = " ".join(_words(paragraph) for paragraph in point.iter(qn("a:p")))
                self._builder.block(words, BlockKind.LIST_ITEM, 1)

    def _chart(self, link: str) -> None:
        """Return the titles of a chart and of its axes."""
        root = parse_xml(self._slide.part.related_part(link).blob)
        for title in root.iter(qn("c:title")):
            words = [_words(paragraph) for paragraph in title.iter(qn("a:p"))] + [v.text or "" for v in title.iter(qn("c:v"))]
            self._builder.block(" ".join(words), BlockKind.CAPTION)


def _shapes(tree: Element, parent: Element) -> Iterator[Element]:
    """Return the shapes of a tree, with those that python-pptx 1.0 passes over inside `mc:AlternateContent`."""
    for element in tree.iterchildren():
        if element.tag in _SHAPES:
            yield SlideShapeFactory(element, parent)
        elif element.tag == _ALTERNATIVES:
            alternatives = [list(_shapes(alternative, parent)) for alternative in element.iterchildren()]
            yield from max(alternatives, key=_has_words, default=[])


def _has_words(shapes: list[Element]) -> bool:
    return any((text.text or "").strip() for shape in shapes for text in shape.element.iter(qn("a:t")))


def _in_order(shapes: Iterator[Element]) -> list[Element]:
    """Shapes as they are read: line by line from the top, each line from the left."""
    placed = sorted(((*_place(shape), index, shape) for index, shape in enumerate(shapes)), key=lambda entry: entry[:3])
    ordered: list[tuple[int, int, int, Element]] = []
    line = 0
    for top, left, index, shape in placed:
        if ordered and top - line <= _SAME_LINE:
            top = line
        line = top
        ordered.append((top, left, index, shape))
    return [entry[3] for entry in sorted(ordered, key=lambda entry: entry[:3])]


def _place(shape: Element) -> tuple[int, int]:
    """Top and left of a shape in EMU, from its layout where it has none of its own."""
    try:
        return int(shape.top or 0), int(shape.left or 0)
    except (AttributeError, KeyError, ValueError, TypeError):
        return 0, 0


def _placeholder(shape: Element) -> str:
    """Return the type of a placeholder as the file has it; "" for other shapes."""
    found = shape.element.find(f"*/{qn('p:nvPr')}/{qn('p:ph')}")
    return "" if found is None else str(found.get("type", "obj"))


def _kind(paragraph: Element, *, listed: bool) -> tuple[BlockKind, int]:
    properties = paragraph.find(qn("a:pPr"))
    level = properties.get("lvl", "0") if properties is not None else "0"
    marked = unmarked = False
    if properties is not None:
        marked = any(properties.find(qn(name)) is not None for name in ("a:buChar", "a:buAutoNum", "a:buBlip"))
        unmarked = properties.find(qn("a:buNone")) is not None
    if marked or (listed and not unmarked):
        return BlockKind.LIST_ITEM, int(level) + 1 if level in tuple("012345678") else 1
    return BlockKind.PARAGRAPH, 0


def _words(paragraph: Element) -> str:
    """Return the words of a paragraph; line breaks are spaces, and the number of the slide is left out."""
    parts: list[str] = []
    for element in paragraph.iter(qn("a:t"), qn("a:br"), qn("a:tab"), _MATH):
        if element.tag in (qn("a:br"), qn("a:tab")):
            parts.append(" ")
        elif element.getparent().tag != qn("a:fld") or element.getparent().get("type") != "slidenum":
            parts.append(element.text or "")
    return "".join(parts)


def _cell(cell: Element) -> str:
    """Return the words of a table cell; nothing where it continues a merged one."""
    if "1" in (cell.get("hMerge"), cell.get("vMerge")) or "true" in (cell.get("hMerge"), cell.get("vMerge")):
        return ""
    return " ".join(_words(paragraph) for paragraph in cell.iter(qn("a:p")))
