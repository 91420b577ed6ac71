"""Layouts that try single letters: words parted at line ends, ligatures, accents, small capitals, spaced headings."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pypdf
from reportlab.pdfbase.pdfmetrics import stringWidth

from docs.corpus.known.paper import BODY, SOFT, Frame, Known, Paper, Type, embed, paragraphs

_NARROW = (Frame(72, 750, 150, 90), Frame(240, 750, 150, 90), Frame(408, 750, 120, 90))


def hyphens() -> Known:
    """Narrow columns: words parted by hyphens, and compounds whose hyphen is their own."""
    return _parted("hyphens at line ends", Type(size=10))


def soft_hyphens() -> Known:
    """The same, parted by soft hyphens (U+00AD) in an embedded font."""
    embed()
    return _parted("soft hyphens at line ends", Type(font="Vera", size=8.5, hyphen="\u00ad"))


def _parted(name: str, how: Type) -> Known:
    paper = Paper(name, _NARROW)
    for text in paragraphs("parted"):
        paper.text(text.replace("|", SOFT), how)
    return paper.known()


def ligatures() -> Known:
    """Ligatures as glyphs of their own: first with the code of the ligature, then spelled out by the font's table."""
    texts = (
        "The office of the chief fire officer confirmed five fatalities and filed the final figures. Staff identified the flow.",
        "A flexible field exercise finds flaws before a conflict does. Specific findings were classified as significant.",
        "Fjällräddningen fick fler frivilliga efter filmen. Konflikten om flaggan i staden var officiellt avslutad.",
        "Beneficiaries reflected on the benefits of the first briefing. Few firms offered their fleets without a fixed fee.",
    )
    made = [_ligated("ligatures", texts[:2]), _ligated("", texts[2:])]
    said = (*made[0].said, *made[1].said)
    spelled = respelled(made[1].pdf, {"ﬁ": "fi", "ﬂ": "fl"})
    return replace(made[0], pdf=merged(made[0].pdf, spelled), said=said, labels=("", ""))


def _ligated(name: str, texts: tuple[str, ...]) -> Known:
    embed()
    paper = Paper(name)
    for text in texts:
        paper.say(text)
        paper.flow(text.replace("fi", "ﬁ").replace("fl", "ﬂ"), Type(font="Vera", size=10))
    return paper.known()


def composed() -> Known:
    """Å, ä and ö as a letter and a combining accent, in the font's table."""
    embed()
    paper = Paper("å, ä, ö as letter and combining accent")
    paper.heading("Kärnkraft och höga flöden", 1, Type(font="Vera-Bold", size=15))
    for text in paragraphs("sv")[:5]:
        paper.text(text, Type(font="Vera", size=10))
    made = paper.known()
    return replace(made, pdf=respelled(made.pdf, {char: _apart(char) for char in "åäöÅÄÖ"}))


def _apart(char: str) -> str:
    return {"å": "a\u030a", "ä": "a\u0308", "ö": "o\u0308", "Å": "A\u030a", "Ä": "A\u0308", "Ö": "O\u0308"}[char]


def drawn_accents() -> Known:
    """Å, ä and ö drawn in two: the accent first, then the letter under it, as TeX does with its old fonts."""
    embed()
    paper = Paper("å, ä, ö drawn in two, as by TeX")
    how = Type(font="Vera", size=10)
    for text in paragraphs("sv")[5:10]:
        paper.say(text)
        for y, line in paper.lines(text, how):
            _accented(paper, y, line, how)
    return paper.known()


def _accented(paper: Paper, y: float, line: str, how: Type) -> None:
    left = paper.frames[0].left
    run = paper.canvas.beginText()
    run.setFont(how.font, how.size)
    for char in line:
        bare = {"å": "a", "ä": "a", "ö": "o", "Å": "A", "Ä": "A", "Ö": "O"}.get(char, char)
        wide = stringWidth(bare, how.font, how.size)
        if bare != char:
            accent = "˚" if char in "åÅ" else "¨"
            lift = 0.2 * how.size if char.isupper() else 0.0
            run.setTextOrigin(left + (wide - stringWidth(accent, how.font, how.size)) / 2, y + lift)
            run.textOut(accent)
        run.setTextOrigin(left, y)
        run.textOut(bare)
        left += wide
    paper.canvas.drawText(run)


def capitals() -> Known:
    """Small capitals (a large and then smaller ones), and headings whose letters are spaced."""
    paper = Paper("small capitals and spaced headings")
    en = paragraphs("en")
    for title, texts in (("PREPAREDNESS", en[0:2]), ("LESSONS LEARNED", en[2:4]), ("SAMVERKAN I LÄNET", paragraphs("sv")[:2])):
        paper.heading(title, 1, Type(font="Helvetica-Bold", size=13, tracking=5))
        for text in texts:
            paper.text(text)
        paper.say(text := f"NOTE BY THE {title.split()[0]} TEAM. What follows was agreed in {len(title)} minutes.")
        _small(paper, text)
    return paper.known()


def _small(paper: Paper, text: str) -> None:
    paper.y -= BODY.size * BODY.leading
    run = paper.canvas.beginText(paper.frames[0].left, paper.y)
    for at, char in enumerate(text):
        first = not char.isupper() or not at or not text[at - 1].isalpha()
        run.setFont(BODY.font, BODY.size if first else 0.78 * BODY.size)
        run.textOut(char)
    paper.canvas.drawText(run)
    paper.y -= BODY.after * BODY.size


def respelled(pdf: bytes, spellings: Mapping[str, str]) -> bytes:
    """The same PDF, with what its embedded fonts say of these glyphs put otherwise."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            if "/ToUnicode" in font:
                table = font["/ToUnicode"].get_data()
                for char, spelling in spellings.items():
                    table = table.replace(_code(char), _code(spelling))
                font["/ToUnicode"].set_data(table)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _code(text: str) -> bytes:
    return b"<" + text.encode("utf-16-be").hex().upper().encode() + b">"


def merged(*pdfs: bytes) -> bytes:
    """The pages of several PDFs one after the other."""
    writer = pypdf.PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


LAYOUTS = (hyphens, soft_hyphens, ligatures, composed, drawn_accents, capitals)
