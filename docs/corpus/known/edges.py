"""Layouts whose pages have running lines: headers and footers, page numbers and labels, spreads, footnotes, contents."""

from docs.corpus.known.paper import BODY, Frame, Known, Paper, Type, paragraphs

EN, SV = paragraphs("en"), paragraphs("sv")
_SMALL = Type(font="Helvetica", size=8.5)
_NOTE = Type(size=8.5, after=0.3)
_RIGHT, _HEAD, _FOOT = 523, 800, 40
_TITLES = (
    "Foreword", "Summary", "Thanks", "Why the network was formed", "What was done in the first year",
    "What it cost", "Questions that were asked", "Places and dates",
)  # fmt: skip


def alternating() -> Known:
    """Left and right pages with headers and numbers of their own; the number is printed and not stated by the file."""

    def edges(paper: Paper, page: int) -> None:
        if page % 2:
            paper.running(72, _HEAD, "Preparedness in the city region", _SMALL)
            paper.running(72, _FOOT, str(page + 11), _SMALL)
        else:
            paper.running(_RIGHT, _HEAD, "What three exercises taught", _SMALL, "right")
            paper.running(_RIGHT, _FOOT, str(page + 11), _SMALL, "right")

    paper = Paper(
        "alternating headers, numbers printed", (Frame(72, 750, 451, 330),), edges=edges, labels=lambda page: str(page + 11)
    )
    paper.title("What three exercises taught", Type(font="Helvetica-Bold", size=24))
    paper.title("Preparedness in the city region", Type(font="Helvetica", size=13))
    for chapter, first in (("First exercise", 0), ("Second exercise", 7), ("Third exercise", 14)):
        paper.heading(chapter)
        for text in EN[first : first + 6]:
            paper.text(text, Type(size=12, leading=1.6))
    return paper.known()


def chapter_headers() -> Known:
    """A header that names the chapter, a footer with "Sida 3 av 6" below a rule."""

    def edges(paper: Paper, page: int) -> None:
        paper.running(72, _HEAD, f"Kapitel {1 + page // 3}: {('Larmet', 'Återgången')[page // 3]}", _SMALL)
        paper.canvas.line(72, 55, _RIGHT, 55)
        paper.running(297, _FOOT, f"Sida {page + 1} av 6", _SMALL, "middle")

    paper = Paper("chapter headers, page 3 of 6", edges=edges, labels=lambda page: str(page + 1))
    for part, title in enumerate(("Larmet", "Återgången")):
        paper.heading(f"Kapitel {part + 1}: {title}")
        for at in range(3):
            for text in SV[6 * part + 2 * at : 6 * part + 2 * at + 2]:
                paper.text(text, Type(size=14, leading=1.7))
            if (part, at) != (1, 2):
                paper.turn()
    return paper.known()


def front_matter() -> Known:
    """Roman numbers and an appendix with a prefix, stated by the file; what is printed is the same."""
    labels = ("i", "ii", "iii", "1", "2", "3", "A-1", "A-2")

    def edges(paper: Paper, page: int) -> None:
        paper.running(297, _FOOT, labels[page], _SMALL, "middle")

    paper = Paper("roman front matter, labels stated", edges=edges, labels=lambda page: labels[page])
    paper.canvas.addPageLabel(0, "ROMAN_LOWER", 1)
    paper.canvas.addPageLabel(3, "ARABIC", 1)
    paper.canvas.addPageLabel(6, "ARABIC", 1, "A-")
    _chapters(paper, len(labels))
    return paper.known()


def printed_front_matter() -> Known:
    """The same printed, and nothing stated: roman numbers, a page that prints none, then arabic ones."""
    labels = ("i", "ii", "iii", "iv", "1", "2", "3", "4")

    def edges(paper: Paper, page: int) -> None:
        if page not in (2, 5):
            paper.running(297, _FOOT, labels[page], _SMALL, "middle")

    paper = Paper("roman front matter, only printed", edges=edges, labels=lambda page: labels[page])
    _chapters(paper, len(labels))
    return paper.known()


def _chapters(paper: Paper, pages: int) -> None:
    for page in range(pages):
        paper.heading(_TITLES[page])
        paper.text(EN[2 * page])
        paper.text(EN[2 * page + 1])
        if page + 1 < pages:
            paper.turn()


def spreads() -> Known:
    """Two printed pages on each landscape page, both with header and number."""

    def edges(paper: Paper, page: int) -> None:
        paper.running(50, 560, "Crowded places", _SMALL)
        paper.running(792, 560, "Report of the network", _SMALL, "right")
        paper.running(50, 30, str(2 * page + 4), _SMALL)
        paper.running(792, 30, str(2 * page + 5), _SMALL, "right")

    sides = (Frame(50, 530, 330, 280), Frame(462, 530, 330, 280))
    paper = Paper("two-page spreads", sides, edges, lambda page: f"{2 * page + 4}–{2 * page + 5}", (842, 595))
    paper.title("Crowded places: report of the network", Type(font="Helvetica-Bold", size=24))
    for chapter, first in (("Before the event", 0), ("During the event", 7), ("After the event", 14)):
        paper.heading(chapter)
        for text in EN[first : first + 6]:
            paper.text(text, Type(size=12, leading=1.5))
    return paper.known()


def memo() -> Known:
    """A memo whose letterhead runs on every page and stands nowhere else: its one mention on the first page is text."""

    def edges(paper: Paper, page: int) -> None:
        said = paper.running if page else paper.put
        said(72, _HEAD, "Beredskapsenheten, dnr 2021-0417", _SMALL)
        paper.running(_RIGHT, _FOOT, f"{page + 1} (4)", _SMALL, "right")
        if not page:
            paper.say("Beredskapsenheten, dnr 2021-0417")

    paper = Paper("memo with a letterhead", edges=edges, labels=lambda page: str(page + 1))
    for page in range(4):
        for text in SV[4 * page : 4 * page + 4]:
            paper.text(text)
        if page < 3:
            paper.turn()
    return paper.known()


def footnotes() -> Known:
    """Raised marks in the text, and the notes in small print at the foot of the page."""

    def edges(paper: Paper, page: int) -> None:
        paper.running(297, _FOOT, str(page + 1), _SMALL, "middle")

    notes = (
        "Interview with the duty officer, 3 March 2021.",
        "The figure includes visitors without a ticket; see the log of the stewards.",
        "Förordningen trädde i kraft den 1 oktober samma år.",
        "The exercise is described in full by the fire service.",
    )
    paper = Paper("footnotes", (Frame(72, 750, 451, 170),), edges, lambda page: str(page + 1))
    for page in range(2):
        paper.heading(("Numbers that were repeated", "Maps that differed")[page])
        texts = EN[4 * page : 4 * page + 4]
        for at, text in enumerate(texts):
            paper.say(text)
            _noted(paper, text, str(2 * page + at + 1) if at < 2 else "")
        paper.canvas.line(72, 140, 200, 140)
        paper.y = 136
        for at in (2 * page, 2 * page + 1):
            paper.say(f"{at + 1} {notes[at]}")
            paper.y -= 11
            paper.put(72, paper.y + 2.5, str(at + 1), Type(size=5.5))
            paper.put(76.5, paper.y, notes[at], _NOTE)
        if not page:
            paper.turn()
    return paper.known()


def _noted(paper: Paper, text: str, mark: str) -> None:
    """Draw a paragraph with a raised mark behind its first sentence."""
    end = text.index(".") + 1
    for y, line in paper.lines(text):
        run = paper.canvas.beginText(72, y)
        here = text[:end].endswith(line[: line.find(".") + 1]) and "." in line and bool(mark)
        cut = line.find(".") + 1 if here else len(line)
        run.setFont(BODY.font, BODY.size)
        run.textOut(line[:cut])
        if here:
            run.setFont(BODY.font, 0.6 * BODY.size)
            run.setRise(4)
            run.textOut(mark)
            run.setRise(0)
            run.setFont(BODY.font, BODY.size)
            run.textOut(line[cut:])
            mark = ""
        paper.canvas.drawText(run)


def contents() -> Known:
    """A title page, a table of contents with dot leaders, and the chapters it names."""

    def edges(paper: Paper, page: int) -> None:
        if page:
            paper.running(_RIGHT, _FOOT, str(page + 1), _SMALL, "right")

    paper = Paper("title page and contents", edges=edges, labels=lambda page: str(page + 1) if page else "")
    paper.y = 600
    paper.title("A city that keeps calm", Type(font="Helvetica-Bold", size=28))
    paper.title("Report of the working group, spring 2022", Type(font="Helvetica", size=13))
    paper.turn()
    titles = ("1 Introduction", "2 The first hour", "3 Supplies", "4 Findings")
    paper.heading("Contents")
    for at, title in enumerate(titles):
        paper.y -= 16
        paper.put(72, paper.y, title)
        paper.put(200, paper.y, ". " * 50 + ".")
        paper.put(500, paper.y, str(at + 3))
        paper.say(f"{title} .... {at + 3}", section=("Contents",))
    for at, title in enumerate(titles):
        paper.turn()
        paper.heading(title)
        for text in EN[4 * at : 4 * at + 4]:
            paper.text(text)
    return paper.known()


LAYOUTS = (alternating, chapter_headers, front_matter, printed_front_matter, spreads, memo, footnotes, contents)
