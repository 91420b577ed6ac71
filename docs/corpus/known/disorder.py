"""Layouts that a file writes in another order than they are read, or that interrupt what is read."""

from docs.corpus.known.paper import BODY, SECTION, TWO_COLUMNS, Frame, Known, Paper, Type, paragraphs, wrapped

EN, SV = paragraphs("en"), paragraphs("sv")
_SMALL = Type(font="Helvetica", size=8.5)
_CELL = Type(font="Helvetica", size=9)


def columns_last_first() -> Known:
    """The right column is written before the left one, and their heading last."""
    paper = Paper("right column written first, heading last")
    paper.above("Warning the public")
    drawn = []
    for frame, texts in zip(TWO_COLUMNS, (EN[0:4], EN[4:8]), strict=True):
        paper.into(frame)
        for text in texts:
            paper.say(text)
            drawn.append([(frame.left, y, line) for y, line in paper.lines(text)])
    for lines in (*drawn[4:], *drawn[:4]):
        for x, y, line in lines:
            paper.put(x, y, line)
    paper.put(60, 765, "Warning the public", Type(font="Helvetica-Bold", size=16))
    return paper.known()


def quote_inside() -> Known:
    """A pull quote that stands between the lines of a paragraph, written after it."""
    paper = Paper("pull quote inside a paragraph")
    paper.heading("Volunteers")
    paper.text(SV[7])
    text = " ".join(SV[8:10])
    paper.say(text)
    lines = wrapped(text, 451, BODY)
    for at, line in enumerate(lines):
        paper.y -= 14.3 + (70 if at == 2 else 0)
        paper.put(72, paper.y, line)
    paper.say("”Alla hade en uppgift före kvällen.”")
    paper.put(
        130, paper.y + 14.3 * (len(lines) - 2) + 30, "”Alla hade en uppgift före kvällen.”", Type(font="Times-Italic", size=17)
    )
    paper.y -= 10
    paper.text(SV[11])
    return paper.known()


def margin_notes() -> Known:
    """Short notes in the margin, each written after the paragraph it stands beside."""
    paper = Paper("notes in the margin", (Frame(180, 750, 340, 90),))
    paper.heading("The second hour")
    for text, note in ((EN[9], "Lunch for pupils"), (EN[10], "Asking the shops"), (EN[11], "One by one")):
        top = paper.y
        paper.text(text)
        paper.say(note)
        paper.put(60, top - 12, note, _SMALL)
    return paper.known()


def drop_cap() -> Known:
    """A chapter whose first letter is three lines high."""
    paper = Paper("drop cap")
    paper.heading("Samverkan")
    text = SV[3]
    paper.say(text)
    top = paper.y
    paper.put(72, top - 41, text[0], Type(font="Times-Bold", size=48))
    rest, narrow = text[1:], wrapped(text[1:], 410, BODY)[:3]
    for line in narrow:
        paper.y -= 14.3
        paper.put(113, paper.y, line)
    paper.flow(rest[len(" ".join(narrow)) + 1 :] or " ")
    paper.text(SV[4])
    return paper.known()


def table_by_columns() -> Known:
    """A table that the file writes column by column."""
    paper = Paper("table written column by column")
    paper.heading("Cities and partners")
    paper.text(EN[8])
    rows = (("City", "Partners", "Exercises"), ("Dublin", "14", "3"), ("Munich", "9", "2"), ("Boston", "17", "4"))
    for row in rows:
        paper.say("  ".join(row))
    for column, left in enumerate((77, 170, 260)):
        for at, row in enumerate(rows):
            paper.put(left, paper.y - 14 * (at + 1), row[column], _CELL)
    paper.y -= 14 * len(rows) + 16
    paper.text(EN[12])
    return paper.known()


def notes_below_columns() -> Known:
    """Two columns, each with its own footnote below it."""
    paper = Paper("footnotes below two columns")
    notes = ("1 Log of the fire service, second volume, page 12.", "2 Interview with a steward who had been at both gates.")
    for frame, texts, note in zip(TWO_COLUMNS, (EN[0:3], EN[3:6]), notes, strict=True):
        paper.into(frame)
        for text in texts:
            paper.text(text)
        for at, line in enumerate(wrapped(note, 225, Type(size=8))):
            paper.put(frame.left, 110 - 10 * at, line, Type(size=8))
    for note in notes:
        paper.say(note)
    return paper.known()


def bullets_last() -> Known:
    """A list whose bullets are written after its items."""
    paper = Paper("bullets written after the items")
    paper.text("Each household keeps the following at home:")
    places = []
    for item in ("water for three days", EN[9], "a radio with batteries", EN[13]):
        paper.say(f"• {item}")
        places.append(paper.y - 14.3)
        paper.flow(item, Type(indent=18, after=0.35))
    for y in places:
        paper.put(72, y, "•")
    return paper.known()


def two_sheets() -> Known:
    """Two pages only, with a header and a number on each."""

    def edges(paper: Paper, page: int) -> None:
        paper.running(72, 800, "Minnesanteckningar från samverkansmötet", _SMALL)
        paper.running(523, 40, f"Sida {page + 1}", _SMALL, "right")

    paper = Paper("two pages with a header", edges=edges, labels=lambda page: str(page + 1))
    paper.title("Minnesanteckningar från samverkansmötet", Type(font="Helvetica-Bold", size=18))
    for page in (0, 1):
        paper.heading(("Läget", "Beslut")[page], 1, SECTION)
        for text in SV[5 * page : 5 * page + 4]:
            paper.text(text)
        if not page:
            paper.turn()
    return paper.known()


LAYOUTS = (
    columns_last_first, quote_inside, margin_notes, drop_cap, table_by_columns, notes_below_columns, bullets_last, two_sheets,
)  # fmt: skip
