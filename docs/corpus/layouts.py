"""Lay a sample document out as a PDF: pages, cover, contents, running lines, footnotes, outline, labels.

A document is laid out several times: each pass uses what the pass before found out (the pages of the
headings, the height of the footnotes in each column), until a pass finds what it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from covers import HEIGHT, MARGIN, WIDTH, cover, title_block
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from source import Document, Heading
from typeset import HEAD_HOOK, NOTE_HOOK, Look, flowables, heading, inline, look

TOP, BOTTOM, GUTTER = 92.0, 84.0, 22.0
MOST_SHEETS = 60
MOST_PASSES = 12
CONTENTS = -1

_CONTENTS = {"en": "Contents", "sv": "Innehåll"}

Slot = tuple[int, int]


@dataclass(slots=True)
class Plan:
    """What a pass found out, by slot: a sheet of the PDF (from 1) and a column on it (from 0)."""

    heads: dict[int, Slot] = field(default_factory=dict)
    reserved: dict[Slot, float] = field(default_factory=dict)
    sheets: int = 0


def roman(number: int) -> str:
    """Write a small number in lower-case Roman figures."""
    figures = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    text = ""
    for value, figure in figures:
        while number >= value:
            text, number = text + figure, number - value
    return text


class Layout:
    """One pass over a document, with the plan of the pass before."""

    def __init__(self, document: Document, plan: Plan, style: Look) -> None:
        """Prepare a pass."""
        self.document = document
        self.meta = document.meta
        self.plan = plan
        self.look = style
        self.found = Plan(reserved=dict(plan.reserved))
        self.seen: dict[Slot, list[int]] = {}
        self.printed: set[int] = set()
        self.spread = self.meta.layout == "spread"
        self.covered = self.meta.layout != "brief"
        heads = [(i, block) for i, block in enumerate(document.blocks) if isinstance(block, Heading)]
        self.first = next((i for i, block in heads if block.number), 0)

    # Pages -------------------------------------------------------------------------------------

    def columns(self, sheet: int) -> list[tuple[float, float]]:
        """List the columns of a sheet: left edge and width."""
        width = WIDTH - 2 * MARGIN
        if self.spread and sheet > 1:
            return [(MARGIN, width), (WIDTH + MARGIN, width)]
        if self.meta.layout == "two-column":
            left, half = MARGIN - 16, (width + 32 - GUTTER) / 2
            return [(left, half), (left + half + GUTTER, half)]
        return [(MARGIN, width)]

    def body_sheet(self) -> int:
        """Return the sheet on which the numbered chapters begin."""
        return self.plan.heads.get(self.first, (2, 0))[0]

    def page_name(self, slot: Slot) -> str:
        """Return the number printed on a page."""
        sheet, column = slot
        if self.spread:
            return str(1 if sheet == 1 else 2 * (sheet - 1) + column)
        if not self.covered:
            return str(sheet)
        body = self.body_sheet()
        return roman(sheet) if sheet < body else str(sheet - body + 1)

    def template(self, sheet: int) -> PageTemplate:
        """Make the template of one sheet, with the room its footnotes need left free."""
        frames = []
        for column, (left, width) in enumerate(self.columns(sheet)):
            notes = self.plan.reserved.get((sheet, column), 0.0)
            frames.append(Frame(left, BOTTOM + notes, width, HEIGHT - TOP - BOTTOM - notes, 0, 0, 0, 0, id=str(column)))
        size = (2 * WIDTH, HEIGHT) if self.spread and sheet > 1 else (WIDTH, HEIGHT)
        return PageTemplate(
            id=f"s{sheet}",
            frames=frames,
            onPage=self.begin_page,
            onPageEnd=self.end_page,
            pagesize=size,
        )

    def begin_page(self, canvas: Canvas, doc: BaseDocTemplate) -> None:
        """Set the hooks that headings and footnotes call, and draw what every page has."""

        def mark_head(canvas: Canvas, _kind: str | None, label: str) -> None:
            index = int(label)
            self.found.heads[index] = self.slot(doc)
            block = self.document.blocks[index] if index != CONTENTS else None
            level = block.level - 1 if isinstance(block, Heading) else 0
            text = block.label if isinstance(block, Heading) else _CONTENTS[self.meta.language]
            canvas.bookmarkHorizontal(f"h{index}", 0, 24)
            canvas.addOutlineEntry(" ".join(text.split()), f"h{index}", level)

        def mark_note(_canvas: Canvas, _kind: str | None, label: str) -> None:
            if int(label) not in self.printed:
                self.printed.add(int(label))
                self.seen.setdefault(self.slot(doc), []).append(int(label))

        canvas.setNamedCB(HEAD_HOOK, mark_head)
        canvas.setNamedCB(NOTE_HOOK, mark_note)
        if doc.page == 1:
            self.labels(canvas)
            canvas.setSubject(self.meta.theme)
            canvas.showOutline()
        if doc.page == 1 and self.covered:
            cover(canvas, self.meta, self.look)
        else:
            halves = 2 if self.spread else 1
            for half in range(halves):
                self.running_lines(canvas, half * WIDTH, self.page_name((doc.page, half)))

    def slot(self, doc: BaseDocTemplate) -> Slot:
        """Return where the document is being printed just now."""
        return doc.page, int(str(doc.frame.id))

    def end_page(self, canvas: Canvas, doc: BaseDocTemplate) -> None:
        """Print the footnotes that were mentioned in each column of the page."""
        self.found.sheets = doc.page
        for column, (left, width) in enumerate(self.columns(doc.page)):
            slot = (doc.page, column)
            numbers = self.seen.get(slot, [])
            notes = [Paragraph(f"<super>{n}</super> {inline(self.document.notes[n - 1])}", self.look.note) for n in numbers]
            heights = [note.wrap(width, HEIGHT)[1] + 2 for note in notes]
            if not notes:
                continue
            needed = sum(heights) + 18
            self.found.reserved[slot] = max(self.found.reserved.get(slot, 0.0), needed)
            top = BOTTOM + sum(heights) + 2
            canvas.setLineWidth(0.4)
            canvas.line(left, top, left + min(120, width), top)
            for note, height in zip(notes, heights, strict=True):
                top -= height
                note.drawOn(canvas, left, top)

    def running_lines(self, canvas: Canvas, left: float, name: str) -> None:
        """Draw the running header and the footer of a printed page."""
        font = self.look.note.fontName
        right = left + WIDTH - MARGIN + 16
        left += MARGIN - 16
        canvas.saveState()
        canvas.setFillColor(self.look.ink)
        canvas.setStrokeColor(self.look.ink)
        canvas.setLineWidth(0.5)
        canvas.line(left, HEIGHT - 62, right, HEIGHT - 62)
        canvas.setFont(font, 8)
        header, owner = self.meta.header, self.meta.organisation
        fits = stringWidth(f"{header}{owner}", font, 8) < right - left - 24
        canvas.drawString(left, HEIGHT - 56, header)
        if fits:
            canvas.drawRightString(right, HEIGHT - 56, owner)
        else:
            canvas.drawCentredString((left + right) / 2, 44, owner)
        canvas.line(left, 56, right, 56)
        canvas.drawString(left, 44, self.meta.handling)
        canvas.drawRightString(right, 44, name)
        canvas.restoreState()

    # Parts -------------------------------------------------------------------------------------

    def contents(self, width: float) -> list[Flowable]:
        """Return the contents page."""
        rows: list[list[Paragraph]] = []
        for index, block in enumerate(self.document.blocks):
            if not isinstance(block, Heading):
                continue
            top = block.level == 1
            font = self.look.chapter.fontName if top else self.look.plain.fontName
            style = ParagraphStyle(
                "entry",
                fontName=font,
                fontSize=self.look.plain.fontSize,
                leading=self.look.plain.leading,
                leftIndent=0 if top else 14,
                spaceBefore=4,
            )
            name = self.page_name(self.plan.heads.get(index, (1, 0)))
            text = " ".join(block.label.split())
            room = width - 34 - style.leftIndent - stringWidth(text, font, style.fontSize)
            dots = " ." * int(room / stringWidth(" .", font, style.fontSize))
            entry = Paragraph(f'<a href="#h{index}">{inline(text)}</a>{dots}', style)
            right = ParagraphStyle("page", parent=style, alignment=2, leftIndent=0)
            rows.append([entry, Paragraph(name, right)])
        padding = [(f"{side}PADDING", (0, 0), (-1, -1), 1.5) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
        low = ("VALIGN", (0, 0), (-1, -1), "BOTTOM")
        table = Table(rows, colWidths=[width - 26, 26], style=[*padding, low])
        head = Heading(1, _CONTENTS[self.meta.language], "")
        return [heading(head, CONTENTS, self.look), table]

    def story(self) -> list[Flowable]:
        """Return everything that flows through the pages."""
        width = self.columns(2)[0][1]
        story: list[Flowable] = [NextPageTemplate([f"s{sheet}" for sheet in range(2, MOST_SHEETS + 1)])]
        if self.covered:
            story += [Spacer(1, 1), PageBreak(), *self.contents(width)]
        else:
            story += title_block(self.meta, self.look)
        for index, block in enumerate(self.document.blocks):
            chapter = isinstance(block, Heading) and block.level == 1
            if self.covered and chapter and index <= self.first:
                story.append(FrameBreak() if self.spread else PageBreak())
            story.extend(flowables(self.document, index, width, self.look))
        return story

    def run(self) -> bytes:
        """Return the PDF of this pass; what was found on the way is in `found`."""
        buffer = BytesIO()
        meta = self.meta
        doc = BaseDocTemplate(
            buffer,
            pagesize=(WIDTH, HEIGHT),
            title=meta.title,
            author=meta.organisation,
            subject=meta.theme,
            creator="Källa",
            lang=meta.language,
            invariant=1,
            pageCompression=1,
        )
        doc.addPageTemplates([self.template(sheet) for sheet in range(1, MOST_SHEETS + 1)])
        doc.build(self.story())
        return buffer.getvalue()

    def labels(self, canvas: Canvas) -> None:
        """Set the page labels of the PDF, as the printed numbers are."""
        if self.spread:
            canvas.addPageLabel(0, prefix="1")
            for sheet in range(2, max(2, self.plan.sheets) + 1):
                names = "-".join(self.page_name((sheet, half)) for half in (0, 1))
                canvas.addPageLabel(sheet - 1, prefix=names)
        elif self.covered:
            canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
            canvas.addPageLabel(self.body_sheet() - 1, style="ARABIC", start=1)
        else:
            canvas.addPageLabel(0, style="ARABIC", start=1)


def render(document: Document) -> tuple[bytes, int]:
    """Return the PDF of a document and its number of sheets."""
    style, plan = look(document), Plan()
    for _ in range(MOST_PASSES):
        layout = Layout(document, plan, style)
        pdf = layout.run()
        if layout.found == plan:
            return pdf, plan.sheets
        plan = layout.found
    raise RuntimeError(f"{document.name}: the pages did not settle in {MOST_PASSES} passes")
