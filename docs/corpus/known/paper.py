"""Paper for documents whose true text is known: what is drawn on it is also written down as it ought to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

SOFT = "\u00ad"  # in a text: where a word may be parted; never part of its truth
_PIECES = re.compile(f"[^{SOFT}-]+(?:-|{SOFT})?|-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A paragraph, heading, item or row as it ought to be read, the headings above it, and how it ought to be cited."""

    text: str
    section: tuple[str, ...]
    label: str  # of the page where it begins, "" where nothing is printed
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A PDF with its truth. `furniture`: every running line that was printed, once for each time; `labels`: one a page."""

    name: str
    pdf: bytes
    said: tuple[Said, ...]
    furniture: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a text is set."""

    font: str = "Times-Roman"
    size: float = 11.0
    leading: float = 1.3
    justified: bool = False
    spaceless: bool = False  # each word is placed by itself, and no space is written: as TeX does
    tracking: float = 0.0  # white between letters, in points
    hyphen: str = "-"  # what is drawn where a word is parted
    indent: float = 0.0  # of all lines, in points
    after: float = 0.6  # white below, in sizes


@dataclass(frozen=True, slots=True)
class Frame:
    """A column of a page: its edges in points, y upwards."""

    left: float
    top: float
    width: float
    bottom: float


BODY = Type()
CHAPTER = Type(font="Helvetica-Bold", size=16)
SECTION = Type(font="Helvetica-Bold", size=12.5)
ONE_COLUMN = (Frame(72, 750, 451, 90),)
TWO_COLUMNS = (Frame(60, 750, 225, 90), Frame(310, 750, 225, 90))


def paragraphs(language: str) -> list[str]:
    """The texts that were written for these documents, one a line."""
    return (Path(__file__).parent / f"{language}.txt").read_text("utf-8").splitlines()


def embed() -> None:
    """Register the fonts that come with reportlab: they are embedded, and have ligatures and accents."""
    registerFont(TTFont("Vera", "Vera.ttf"))
    registerFont(TTFont("Vera-Bold", "VeraBd.ttf"))


class Paper:
    """A PDF that is being written. Text flows through the frames of a page and on to the next.

    `edges` draws the running lines of a page (counted from 0), `labels` gives what is printed on it: "2–3" for a spread, whose
    frames are its two pages.
    """

    def __init__(
        self,
        name: str,
        frames: Sequence[Frame] = ONE_COLUMN,
        edges: Callable[[Paper, int], None] | None = None,
        labels: Callable[[int], str] = lambda page: "",
        size: tuple[float, float] = A4,
    ) -> None:
        self.name, self.size = name, size
        self._buffer = BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=size, invariant=1)
        self.frames, self._edges, self._labels = tuple(frames), edges, labels
        self._path: list[str] = []
        self._said: list[Said] = []
        self._furniture: list[str] = []
        self.number = 0
        self._start()

    def _start(self) -> None:
        self.column = 0
        self.y = self.frames[0].top
        if self._edges:
            self._edges(self, self.number)

    # Moving on

    def turn(self) -> None:
        """Begin a new page."""
        self.canvas.showPage()
        self.number += 1
        self._start()

    def next_frame(self) -> None:
        """Go on at the head of the next column."""
        if self.column + 1 == len(self.frames):
            self.turn()
        else:
            self.column += 1
            self.y = self.frames[self.column].top

    def into(self, *frames: Frame) -> None:
        """Change the columns from here on."""
        self.frames, self.column, self.y = frames, 0, frames[0].top

    # Writing

    def put(self, x: float, y: float, text: str, how: Type = BODY) -> None:
        """Draw a line and no more."""
        self.canvas.setFont(how.font, how.size)
        self.canvas.drawString(x, y, text)

    def running(self, x: float, y: float, text: str, how: Type = BODY, align: str = "left") -> None:
        """Draw a line that is no text of the document."""
        wide = stringWidth(text, how.font, how.size)
        self.put(x - {"left": 0.0, "right": wide, "middle": wide / 2}[align], y, text, how)
        self._furniture.append(text)

    def say(self, text: str, *, heading: bool = False, section: Sequence[str] | None = None, label: str | None = None) -> None:
        """Write down what ought to be read here."""
        printed = self._labels(self.number).split("–")
        here = printed[min(self.column, len(printed) - 1)]
        above = tuple(self._path if section is None else section)
        self._said.append(
            Said(text=text.replace(SOFT, ""), section=above, label=here if label is None else label, heading=heading)
        )

    def heading(self, text: str, level: int = 1, how: Type | None = None) -> None:
        """Draw a heading, and put what follows below it."""
        how = how or (CHAPTER if level == 1 else SECTION)
        self.y -= 0.8 * how.size
        if self.y - 5 * how.size < self.frames[self.column].bottom:
            self.next_frame()
        self.above(text, level)
        self.flow(text, how)

    def above(self, text: str, level: int = 1) -> None:
        """Write a heading down, without drawing it, and put what follows below it."""
        del self._path[level - 1 :]
        self.say(text, heading=True)
        self._path.append(text)

    def title(self, text: str, how: Type) -> None:
        """Draw the title of the whole: it is above everything, and no part of a section's path."""
        self.say(text, heading=True)
        self.flow(text, how)

    def text(self, text: str, how: Type = BODY) -> None:
        """Draw a paragraph, and write it down."""
        if self.y - how.size < self.frames[self.column].bottom:
            self.next_frame()
        self.say(text)
        self.flow(text, how)

    def flow(self, text: str, how: Type = BODY) -> None:
        """Draw a paragraph in the column, over to the next where it is full."""
        lines = wrapped(text, self.frames[self.column].width - how.indent, how)
        for at, line in enumerate(lines):
            if self.y - how.size < self.frames[self.column].bottom:
                self.next_frame()
            self.y -= how.size * how.leading
            left = self.frames[self.column].left + how.indent
            full = self.frames[self.column].width - how.indent if how.justified and at + 1 < len(lines) else 0.0
            self._line(left, line, how, full)
        self.y -= how.after * how.size

    def lines(self, text: str, how: Type = BODY) -> list[tuple[float, str]]:
        """The lines of a paragraph with their heights, to be drawn in another order than they are read."""
        placed: list[tuple[float, str]] = []
        for line in wrapped(text, self.frames[self.column].width, how):
            self.y -= how.size * how.leading
            placed.append((self.y, line))
        self.y -= how.after * how.size
        return placed

    def _line(self, left: float, line: str, how: Type, full: float) -> None:
        words = line.split(" ")
        natural = stringWidth(line, how.font, how.size)
        wider = (full - natural) / (len(words) - 1) if full and len(words) > 1 else 0.0
        if not how.spaceless:
            self.canvas.setFont(how.font, how.size)
            self.canvas.drawString(left, self.y, line, wordSpace=wider, charSpace=how.tracking)
            return
        for word in words:
            self.put(left, self.y, word, how)
            left += stringWidth(word + " ", how.font, how.size) + wider

    def known(self) -> Known:
        """Finish it."""
        self.canvas.save()
        labels = tuple(self._labels(page) for page in range(self.number + 1))
        return Known(
            name=self.name,
            pdf=self._buffer.getvalue(),
            said=tuple(self._said),
            furniture=tuple(self._furniture),
            labels=labels,
        )


def wrapped(text: str, width: float, how: Type) -> list[str]:
    """The lines of a paragraph: broken between words, behind a hyphen, and where a word may be parted."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        glue = " " if line else ""
        for piece in _PIECES.findall(word):
            bare = piece.rstrip(SOFT)
            parted = how.hyphen if piece.endswith(SOFT) else ""
            if line and stringWidth(line + glue + bare + parted, how.font, how.size) > width:
                lines.append(line.removesuffix(SOFT) + (how.hyphen if line.endswith(SOFT) else ""))
                line, glue = "", ""
            line = line.removesuffix(SOFT) + glue + piece
            glue = ""
    return [*lines, line.removesuffix(SOFT)]
