"""Layouts of running text: columns, a heading over them, boxes beside them, wide spaces, a turned page."""

import io
from dataclasses import replace

import pypdf

from docs.corpus.known.paper import BODY, ONE_COLUMN, TWO_COLUMNS, Frame, Known, Paper, Type, paragraphs

EN, SV = paragraphs("en"), paragraphs("sv")
_JUSTIFIED = Type(justified=True)
_NARROW = Type(size=9.5, justified=True)


def single_column() -> Known:
    """Chapters and sections in one column."""
    paper, texts = Paper("single column"), iter(EN)
    for chapter, sections in (("Command", ("The first hour", "The log")), ("Crowds", ("Ways out", "Stewards"))):
        paper.heading(chapter)
        for section in sections:
            paper.heading(section, 2)
            for _ in range(3):
                paper.text(next(texts))
    return paper.known()


def two_columns() -> Known:
    """Two justified columns, each written down to its foot."""
    paper = Paper("two columns", TWO_COLUMNS)
    for chapter, first in (("Beredskap", 0), ("Samverkan", 5), ("Efter insatsen", 10)):
        paper.heading(chapter)
        for text in SV[first : first + 5]:
            paper.text(text, _JUSTIFIED)
    return paper.known()


def woven_columns() -> Known:
    """Two columns that the file writes line by line across both."""
    paper = Paper("columns written across")
    left, right = EN[0:4], EN[4:8]
    sides: list[list[tuple[float, str]]] = []
    for frame, texts in zip(TWO_COLUMNS, (left, right), strict=True):
        paper.into(frame)
        sides.append([])
        for text in texts:
            paper.say(text)
            sides[-1] += paper.lines(text, BODY)
    for y in sorted({y for side in sides for y, _ in side}, reverse=True):
        for frame, side in zip(TWO_COLUMNS, sides, strict=True):
            for line in (line for at, line in side if at == y):
                paper.put(frame.left, y, line)
    return paper.known()


def heading_over_columns() -> Known:
    """Two columns below a heading as wide as the page, twice on each page."""
    paper = Paper("heading over two columns")
    at = 0
    for page in range(2):
        for part, top in ((0, 780.0), (1, 420.0)):
            paper.into(Frame(60, top, 475, 90))
            title = ("Warning the public early", "What the visitors did", "Supplies for three days", "Findings and their owners")
            paper.heading(title[2 * page + part])
            paper.into(*(Frame(left, paper.y, 225, top - 350) for left in (60.0, 310.0)))
            for _ in range(2):
                paper.text(EN[at], BODY)
                at += 1
            paper.next_frame()
            for _ in range(2):
                paper.text(EN[at], BODY)
                at += 1
        if not page:
            paper.turn()
    return paper.known()


def newsletter() -> Known:
    """Three narrow justified columns with short articles."""
    frames = tuple(Frame(45 + 172 * i, 720, 158, 90) for i in range(3))
    paper = Paper("newsletter in three columns", frames)
    paper.into(Frame(45, 790, 505, 700))
    paper.title("Nätverksnytt", Type(font="Helvetica-Bold", size=24))
    paper.into(*frames)
    for at, title in enumerate(("Ön utan bro", "Soppa på gasol", "Tåg efter matchen", "Rykten på en kvart", "Gula västar")):
        paper.heading(title, 1, Type(font="Helvetica-Bold", size=13))
        for text in SV[3 * at : 3 * at + 3]:
            paper.text(text, _NARROW)
    return paper.known()


def wide_spaces() -> Known:
    """Narrow justified text whose spaces are stretched; in its second half no space is written at all."""
    paper = Paper("justified, spaces stretched or not written", (Frame(180, 750, 230, 90),))
    for text in EN[:5]:
        paper.text(text, _JUSTIFIED)
    for text in SV[:5]:
        paper.text(text, Type(justified=True, spaceless=True))
    return paper.known()


def boxes() -> Known:
    """A box of facts at the foot of a column, and a quotation in large type between two paragraphs."""
    paper = Paper("fact box and pull quote", ONE_COLUMN)
    paper.heading("Families and friends")
    paper.text(EN[6])
    paper.text(EN[0])
    paper.y -= 18
    paper.text("“At eleven, somebody spoke to all of us.”", Type(font="Times-Italic", size=17, indent=40))
    paper.y -= 12
    paper.text(EN[14])
    paper.y -= 30
    top = paper.y
    paper.into(Frame(90, top - 6, 400, 90))
    paper.text("Fact: the centre for relatives", Type(font="Helvetica-Bold", size=10))
    paper.text("It was open for nine days, from eight in the morning until ten at night.", Type(font="Helvetica", size=9.5))
    paper.text("Four hundred and twelve visits were counted, most of them on the second day.", Type(font="Helvetica", size=9.5))
    paper.canvas.rect(80, paper.y - 6, 430, top - paper.y + 8)
    return paper.known()


def turned() -> Known:
    """A page that is drawn sideways and turned upright by the file, and one whose text stays as it is: it runs upwards."""
    paper = Paper("turned pages")
    paper.heading("Routes and gates")
    for text in EN[10:14]:
        paper.text(text)
    for texts in (EN[15:18], EN[18:20]):
        paper.turn()
        paper.canvas.translate(paper.size[0], 0)
        paper.canvas.rotate(90)
        paper.into(Frame(72, 520, 640, 60))
        for text in texts:
            paper.text(text)
    made = paper.known()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made.pdf))
    writer.pages[1].rotate(90)
    out = io.BytesIO()
    writer.write(out)
    return replace(made, pdf=out.getvalue())


LAYOUTS = (single_column, two_columns, woven_columns, heading_over_columns, newsletter, wide_spaces, boxes, turned)
