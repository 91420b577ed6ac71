"""Layouts of what is no running text: tables, lists, figures with captions, numbered recommendations."""

from docs.corpus.known.paper import Frame, Known, Paper, Type, paragraphs, wrapped

EN, SV = paragraphs("en"), paragraphs("sv")
_CELL = Type(font="Helvetica", size=9, leading=1.25)
_CAPTION = Type(font="Helvetica-Bold", size=9)
_ROWS = (
    ("City", "Partners", "Exercises", "What was changed afterwards"),
    ("Dublin", "14", "3", "The list of closed stations is shared by all control rooms"),
    ("Munich", "9", "2", "Volunteers are met at a desk of their own and given a task"),
    ("Malmö", "11", "5", "Högtalarna provas den första måndagen i varje kvartal"),
    ("Boston", "17", "4", "One person owns each finding until it has been closed"),
)


def ruled_table() -> Known:
    """A table with rules, whose last column has cells of several lines."""
    return _table("table with rules", (70.0, 60.0, 60.0, 150.0), ruled=True)


def open_table() -> Known:
    """A table without rules, a line a row."""
    return _table("table without rules", (80.0, 60.0, 70.0, 280.0), ruled=False)


def _table(name: str, widths: tuple[float, ...], ruled: bool) -> Known:
    paper = Paper(name)
    paper.heading("Five cities compared")
    paper.text(EN[1])
    paper.text("Table 1. Exercises and their results, by city", _CAPTION)
    for row in _ROWS:
        paper.say("  ".join(row))
        top = paper.y
        cells = [wrapped(cell, width - 10, _CELL) for cell, width in zip(row, widths, strict=True)]
        left = 72.0
        for lines, width in zip(cells, widths, strict=True):
            for at, line in enumerate(lines):
                paper.put(left + 5, top - 12 - at * 11.25, line, _CELL)
            if ruled:
                high = 11.25 * max(len(each) for each in cells) + 6
                paper.canvas.rect(left, top - high, width, high)
            left += width
        paper.y = top - 11.25 * max(len(each) for each in cells) - 6
    paper.y -= 16
    paper.text(EN[4])
    paper.text(EN[11])
    return paper.known()


def lists() -> Known:
    """Lists with bullets and with numbers, items of several lines, one list inside another."""
    paper = Paper("lists")
    paper.heading("What to bring")
    paper.text("Each household keeps the following at home:")
    bullets = ("water for three days, some of it in small bottles", SV[3], "a radio with batteries", EN[9])
    for item in bullets:
        _item(paper, "•", item, 72, 90)
    paper.text(EN[13])
    paper.heading("Vad som ska göras", 1)
    for number, item in enumerate((SV[0], "Ring samordnaren.", SV[8], "Skriv ned vad som sades."), 1):
        _item(paper, f"{number}.", item, 72, 92)
        if number == 2:
            for letter, inner in zip("ab", ("Säg vem du är.", "Säg varifrån du ringer."), strict=True):
                _item(paper, f"{letter})", inner, 92, 110)
    paper.text(SV[9])
    return paper.known()


def _item(paper: Paper, mark: str, item: str, left: float, inner: float) -> None:
    paper.say(f"{mark} {item}")
    paper.put(left, paper.y - 11 * 1.3, mark)
    paper.flow(item, Type(indent=inner - 72, after=0.35))


def captions() -> Known:
    """Figures between paragraphs, each with its caption below."""
    paper = Paper("figures with captions")
    paper.heading("How the picture spread")
    for number, caption in enumerate(("Calls by hour on the first day", "Where water was handed out"), 1):
        paper.text(EN[3 * number])
        paper.text(EN[3 * number + 1])
        paper.canvas.rect(110, paper.y - 130, 370, 120, fill=0)
        for bar in range(8):
            paper.canvas.rect(130 + 42 * bar, paper.y - 130, 20, 15 + 11 * (bar * 3 % 8), fill=1)
        paper.y -= 140
        paper.text(f"Figure {number}. {caption}. Source: log {number} of the control room.", _CAPTION)
        paper.y -= 8
    paper.text(EN[18])
    return paper.known()


def recommendations() -> Known:
    """Numbered recommendations in boxes, English and Swedish, each a label above what is recommended."""
    paper = Paper("numbered recommendations")
    at = 0
    for chapter, word, texts in (("Findings", "Recommendation", EN), ("Slutsatser", "Rekommendation", SV)):
        paper.heading(chapter)
        for number in (1, 2):
            at += 1
            paper.text(texts[3 * number])
            paper.y -= 10
            top = paper.y
            name = f"{word} {at}"
            said = texts[3 * number + 1]
            paper.say(f"{name} {said}", section=(chapter, name))
            paper.flow(name, Type(font="Helvetica-Bold", size=11, indent=12, after=0.2))
            paper.flow(said, Type(size=11, indent=12))
            paper.canvas.rect(72, paper.y - 4, 451, top - paper.y + 4)
            paper.y -= 16
            paper.text(texts[3 * number + 2])
    return paper.known()


def recommendation_pages() -> Known:
    """A recommendation on each page, its number in large type at the head of the page, and below it why."""
    paper = Paper("recommendations, one a page")
    for number in range(1, 5):
        paper.heading(f"Recommendation {number}")
        paper.text(EN[2 * number])
        paper.heading(f"Why it is needed in {('spring', 'summer', 'autumn', 'winter')[number - 1]}", 2)
        paper.text(EN[2 * number + 1])
        paper.text(EN[2 * number + 10])
        if number < 4:
            paper.turn()
    return paper.known()


def long_recommendation() -> Known:
    """A recommendation longer than a passage, its label and first words on one line."""
    paper = Paper("a long recommendation", (Frame(72, 750, 451, 90),))
    paper.heading("What the board ought to do")
    paper.text(EN[0])
    text = " ".join(EN[1:9])
    paper.say(f"Recommendation 14: {text}", section=("What the board ought to do", "Recommendation 14"))
    paper.flow(f"Recommendation 14: {text}")
    paper.heading("How it was received")
    paper.text(EN[10])
    return paper.known()


LAYOUTS = (ruled_table, open_table, lists, captions, recommendations, recommendation_pages, long_recommendation)
