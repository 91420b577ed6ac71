"""Reads Word documents: the body in its order, with headings, lists, tables, text boxes and notes.

python-docx opens the package. The walk over the body is our own, because `iter_inner_content` of python-docx 1.2
passes over content controls, text boxes, notes, and what was inserted with tracked changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx import Document as open_document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from ingest.builder import Builder, clean, join_cells
from ingest.document import BlockKind, Document, Format, Metadata
from ingest.errors import IngestError, ReadError
from ingest.marking import marking
from ingest.office import office_date, office_title, open_package
from ingest.wordnumbers import Numbers
from ingest.wordstyles import Styles, is_on, stands_out, w

Element = Any  # lxml 6.1 has no types

_SKIPPED = frozenset(
    w(name)
    for name in (
        "pPr rPr sdtPr sdtEndPr tblPr tblGrid trPr tcPr sectPr smartTagPr customXmlPr fldData instrText delInstrText "
        "delText del moveFrom rt annotationRef commentReference"
    ).split()
) | {"{http://schemas.openxmlformats.org/officeDocument/2006/math}ctrlPr"}
_TEXT = frozenset((w("t"), "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"))
_SIGNS = {w("tab"): " ", w("br"): " ", w("cr"): " ", w("ptab"): " ", w("noBreakHyphen"): "-"}
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_DRAWN = frozenset(map(w, ("drawing", "pict", "object")))
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LONGEST_ROW = 1500  # characters: a row with more lays out a page, it does not tabulate

_Sink = Callable[[str, BlockKind, int], None]
_Piece = tuple[str, BlockKind, int]


def read(path: Path) -> Document:
    """Read a Word document. It has one page: where pages break is decided anew by each program that shows it.

    Raises ReadError, NeedsPassword or LimitExceeded.
    """
    package = open_package(path)
    try:
        return _read(open_document(package))
    except IngestError:
        raise
    except RecursionError as error:
        raise ReadError("the document is nested too deeply to be read") from error
    except Exception as error:  # python-docx and lxml raise whatever a broken package makes them raise
        raise ReadError("this is no Word document, or a damaged one: open it in Word and save it again") from error


def _read(source: Element) -> Document:
    builder = Builder(Format.DOCX)
    walker = _Walker(builder.block, source.part)
    walker.body(source.element.body)
    if walker.pictures and not builder.has_text:
        builder.unreadable()
    if not builder.has_text and not walker.pictures:
        raise ReadError("there is no text in the document")
    return builder.document(_metadata(source, builder, walker), notes=tuple(walker.remarks()))


def _notes_of(part: Element) -> dict[tuple[str, str], Element]:
    """Return the footnotes and endnotes by kind and id, without the separators that Word keeps among them."""
    found: dict[tuple[str, str], Element] = {}
    for kind, relation in (("footnote", RELATIONSHIP_TYPE.FOOTNOTES), ("endnote", RELATIONSHIP_TYPE.ENDNOTES)):
        for root in _roots(part, relation):
            for note in root.iterchildren(w(kind)):
                if note.get(w("type"), "normal") == "normal":
                    found[kind, note.get(w("id"), "")] = note
    return found


def _roots(part: Element, relation: str) -> Iterator[Element]:
    """Yield the parsed parts that `part` is linked to in this relation."""
    for link in part.rels.values():
        if link.reltype == relation and not link.is_external:
            yield parse_xml(link.target_part.blob)


@dataclass(slots=True)
class _Gathered:
    """What stands in one paragraph: its words, and what hangs on it."""

    words: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


class _Walker:
    """Walks WordprocessingML and gives its blocks to a sink."""

    def __init__(self, sink: _Sink, part: Element) -> None:
        self._sink = sink
        self._styles = Styles(_roots(part, RELATIONSHIP_TYPE.STYLES))
        self._numbers = Numbers(_roots(part, RELATIONSHIP_TYPE.NUMBERING))
        self._notes = _notes_of(part)
        self._fields: list[bool] = []  # open fields, outermost first: True while in their code
        self._seen: set[tuple[str, str]] = set()
        self._unstyled = False  # no heading has a heading's style
        self._cells = 0  # open table cells
        self.pictures = 0
        self.embedded = 0
        self.hidden = 0
        self.title = ""  # the first paragraph in the style Title

    def remarks(self) -> Iterator[str]:
        """Say what a user should know about parts that were not read."""
        if self.hidden:
            yield "hidden text was not read"
        if self.embedded:
            yield f"{self.embedded} embedded {'file was' if self.embedded == 1 else 'files were'} not read"

    def body(self, body: Element) -> None:
        """Read a whole document. Where no heading has a style, bold and capital lines are taken for headings."""
        kinds = (self._styles.kind_of(paragraph)[0] for paragraph in body.iter(w("p")))
        self._unstyled = BlockKind.HEADING not in kinds
        self.blocks(body)

    def blocks(self, parent: Element) -> None:
        """Read the block-level children of `parent`, also inside content controls and insertions."""
        for child in parent.iterchildren():
            tag = child.tag
            if tag == w("p"):
                self._paragraph(child)
            elif tag == w("tbl"):
                self._table(child)
            elif tag == w("altChunk"):
                self.embedded += 1
            elif tag == _ALTERNATIVES:
                self.blocks(_chosen(child))
            elif isinstance(tag, str) and tag not in _SKIPPED and not _is_prompt(child):
                self.blocks(child)

    def _paragraph(self, paragraph: Element) -> None:
        gathered = _Gathered()
        self._inline(paragraph, gathered)
        self._fields = [code for code in self._fields if not code]  # a field's code never outlives its paragraph
        text = "".join(gathered.words)
        numbering = self._styles.numbering_of(paragraph)
        label = self._numbers.label(*numbering) if numbering else ""
        if clean(text):
            if not self.title and self._styles.is_title(paragraph):
                self.title = clean(text)
            self._sink(f"{label} {text}", *self._kind(paragraph, clean(text)))
        for box in gathered.boxes:
            self.blocks(box)
        self._write_notes(gathered.notes)

    def _kind(self, paragraph: Element, text: str) -> tuple[BlockKind, int]:
        kind, level = self._styles.kind_of(paragraph)
        if kind is BlockKind.PARAGRAPH and self._unstyled and not self._cells and stands_out(paragraph, text):
            return BlockKind.HEADING, 2
        return kind, level

    def _write_notes(self, notes: list[tuple[str, str]]) -> None:
        for key in notes:
            if key in self._notes and key not in self._seen:
                self._seen.add(key)
                for text, _, _ in self._collected(self._notes[key]):
                    self._sink(text, BlockKind.NOTE, 0)

    def _collected(self, parent: Element) -> list[_Piece]:
        """Return the blocks under `parent`, kept back instead of written."""
        pieces: list[_Piece] = []
        sink, self._sink = self._sink, lambda text, kind, level: pieces.append((text, kind, level))
        try:
            self.blocks(parent)
        finally:
            self._sink = sink
        return pieces

    def _inline(self, parent: Element, gathered: _Gathered) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if tag in _TEXT:
                gathered.words.append("" if any(self._fields) else child.text or "")
            elif tag in _SIGNS:
                gathered.words.append(_SIGNS[tag])
            elif tag in _NOTES:
                gathered.notes.append((_NOTES[tag], child.get(w("id"), "")))
            elif tag == w("fldChar"):
                self._field(child.get(w("fldCharType")))
            elif tag in _DRAWN:
                self._drawn(child, gathered)
            elif tag == _ALTERNATIVES:
                self._inline(_chosen(child), gathered)
            elif isinstance(tag, str) and tag not in _SKIPPED and not self._is_hidden(child):
                self._inline(child, gathered)

    def _is_hidden(self, element: Element) -> bool:
        if _is_prompt(element):
            return True
        if element.tag != w("r") or not is_on(element.find(f"{w('rPr')}/{w('vanish')}")):
            return False
        self.hidden += any((text.text or "").strip() for text in element.iter(w("t")))
        return True

    def _field(self, state: str | None) -> None:
        if state == "begin":
            self._fields.append(True)
        elif self._fields and state == "separate":
            self._fields[-1] = False
        elif self._fields and state == "end":
            self._fields.pop()

    def _drawn(self, element: Element, gathered: _Gathered) -> None:
        """Keep the text boxes of a drawing; each alternative of the same box is read once."""
        boxes = [box for box in element.iter(w("txbxContent")) if not _repeated(box, element)]
        gathered.boxes += boxes
        if element.tag == w("object"):
            self.embedded += 1
        elif not boxes:
            self.pictures += 1

    def _table(self, table: Element) -> None:
        self._cells += 1
        rows = [
            [[] if cell is None else self._collected(cell) for cell in _cells(row)]
            for row in _children(table, w("tr"))
            if not _is_deleted(row)
        ]
        self._cells -= 1
        texts = [[clean(" ".join(piece[0] for piece in cell)) for cell in row] for row in rows]
        columns = max((len([text for text in row if text]) for row in texts), default=0)
        headed = any(piece[1] is BlockKind.HEADING for row in rows for cell in row for piece in cell)
        for row, words in zip(rows, texts, strict=True):
            if columns < 2 or headed or sum(map(len, words)) > _LONGEST_ROW:
                for piece in (piece for cell in row for piece in cell):
                    self._sink(*piece)
            else:
                self._row(row)

    def _row(self, row: list[list[_Piece]]) -> None:
        """Write a row; rows of tables inside its cells, and notes, follow it."""
        apart = (BlockKind.TABLE_ROW, BlockKind.NOTE)
        cells = [" ".join(text for text, kind, _ in cell if kind not in apart) for cell in row]
        self._sink(join_cells(cells), BlockKind.TABLE_ROW, 0)
        for piece in (piece for cell in row for piece in cell if piece[1] in apart):
            self._sink(*piece)


def _chosen(alternatives: Element) -> Element:
    """Return the alternative that holds text, the preferred one first: the fallback repeats it for older programs."""
    children = list(alternatives.iterchildren())
    with_text = (child for child in children if any((text.text or "").strip() for text in child.iter(*_TEXT)))
    return next(with_text, children[0] if children else alternatives)


def _repeated(box: Element, within: Element) -> bool:
    """Whether a text box lies in a fallback, or inside another text box (which reads it itself)."""
    for ancestor in box.iterancestors():
        if ancestor is within:
            return False
        if ancestor.tag == w("txbxContent") or (ancestor.tag == _FALLBACK and ancestor.getprevious() is not None):
            return True
    return False


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Children with this tag, also inside content controls and custom XML."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in (w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("smartTag")):
            yield from _children(child, tag)


def _cells(row: Element) -> Iterator[Element]:
    """Return the cells of a row; None for a cell merged with the one above it, which is not read again."""
    for cell in _children(row, w("tc")):
        merged = cell.find(f"{w('tcPr')}/{w('vMerge')}")
        if cell.find(f"{w('tcPr')}/{w('cellDel')}") is None and (merged is None or merged.get(w("val")) == "restart"):
            yield cell
        else:
            yield None


def _is_prompt(element: Element) -> bool:
    """Whether a content control is empty and shows its prompt ("Click here to enter text")."""
    return element.tag == w("sdt") and element.find(f"{w('sdtPr')}/{w('showingPlcHdr')}") is not None


def _is_deleted(row: Element) -> bool:
    return row.find(f"{w('trPr')}/{w('del')}") is not None


def _metadata(source: Element, builder: Builder, walker: _Walker) -> Metadata:
    links = source.part.package.rels.values()
    title, date = "", ""
    if any(link.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for link in links):
        title, date = office_title(source.core_properties), office_date(source.core_properties)
    return Metadata(
        title=title or walker.title or builder.first_heading,
        date=date,
        handling=marking([*_running_lines(source.part), *builder.opening(), *builder.closing()]),
    )


def _running_lines(part: Element) -> Iterator[str]:
    """Return the paragraphs of headers and footers, where a handling mark is often printed."""
    for relation in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER):
        for root in _roots(part, relation):
            for paragraph in root.iter(w("p")):
                yield clean("".join(text.text or "" for text in paragraph.iter(w("t"))))
