"""Do the boxes of a passage show its words? Checked against what PDFium says stands at these places.

    python benchmarks/highlights.py FOLDER…

Reads every PDF below the folders and cuts it into passages. A passage is exact where every character has a box, the glyphs that
PDFium reports within these boxes spell it, and no other glyphs stand within them. The glyphs are extracted anew and brought to
the displayed page by arithmetic of this program's own, so that a mistake of the reader cannot hide itself.

Prints a line a file and a total; exits 1 where fewer than 99.5 % of the passages are exact.
"""

import argparse
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2

from ingest import boxes
from ingest.chunk import ChunkSettings, chunk
from ingest.document import Document, Page, TextSource
from ingest.errors import IngestError
from ingest.pdf import read
from ingest.pdfinfo import PypdfDocument
from ingest.pdfium import PdfiumDocument

_ENOUGH = 0.995
_HYPHENS = "-\u00ad\u2010\u2011\u0002\ufffe"


@dataclass(slots=True)
class Tally:
    """What was found in one file, or in all."""

    passages: int = 0
    exact: int = 0
    pages: int = 0
    pdfium: float = 0.0  # seconds
    pypdf: float = 0.0
    whole: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count another file in."""
        self.passages += other.passages
        self.exact += other.exact
        self.pages += other.pages
        self.pdfium += other.pdfium
        self.pypdf += other.pypdf
        self.whole += other.whole

    def __str__(self) -> str:
        share = 100 * self.exact / self.passages if self.passages else 100.0
        rates = (f"{name} {self.pages / max(seconds, 1e-6):7.1f}" for name, seconds in self._times())
        return f"{self.passages:6} passages  {share:6.2f} % exact  {self.pages:5} pages  pages/s: {'  '.join(rates)}"

    def _times(self) -> tuple[tuple[str, float], ...]:
        return ("PDFium", self.pdfium), ("pypdf", self.pypdf), ("all", self.whole)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What PDFium reports on a page: characters, and the middle of each as a share of the displayed page."""

    text: list[str]
    middles: npt.NDArray[np.float64]


def glyphs_of(page: pypdfium2.PdfPage) -> Glyphs:
    """Extract the characters of a page anew and turn their places to the displayed page."""
    left, bottom, right, top = page.get_bbox()  # what is left of the page after cropping, not turned
    textpage = page.get_textpage()
    text: list[str] = []
    middles: list[tuple[float, float]] = []
    printed: dict[tuple[int, ...], int] = {}
    for i in range(textpage.count_chars()):
        code = int(pypdfium2.raw.FPDFText_GetUnicode(textpage.raw, i))
        x0, y0, x1, y1 = textpage.get_charbox(i)
        if code in (10, 13, 32, 160) or _again(printed, i, code, (x0, y0, y1 - y0)):
            continue
        across, up = ((x0 + x1) / 2 - left) / (right - left), ((y0 + y1) / 2 - bottom) / (top - bottom)
        middles.append(_turned(across, 1 - up, page.get_rotation()))
        text.append(chr(min(code, 0x10FFFF)))
    textpage.close()
    return Glyphs(text, np.array(middles).reshape(-1, 2))


def _again(printed: dict[tuple[int, ...], int], i: int, code: int, at: tuple[float, float, float]) -> bool:
    """Whether the same glyph has been printed at this place before, as is done for bold (next to each other: a ligature)."""
    high = max(1, round(8 * at[2]))
    step = high / 8 * 0.07
    across, up = round(at[0] / step), round(at[1] / step)
    before = [printed.get((code, high, across + dx, up + dy), i) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    printed[code, high, across, up] = i
    return min(before) < i - 1


def _turned(across: float, down: float, degrees: int) -> tuple[float, float]:
    return {0: (across, down), 90: (1 - down, across), 180: (1 - across, 1 - down), 270: (down, 1 - across)}[degrees % 360]


def folded(text: str) -> str:
    """Letters without accents, ligatures spelled out, no hyphens: what must be equal whichever way a glyph was read."""
    return "".join(
        "•" if unicodedata.category(char) in ("Co", "Cc", "Cn") or char in "▪▫●■❑◆❖➢→✓\ufffd" else char
        for char in unicodedata.normalize("NFKD", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")).replace(
            "ı", "i"
        )
        if not (unicodedata.combining(char) or char.isspace() or char in _HYPHENS)
    )


def problem(document: Document, start: int, end: int, seen: dict[int, Glyphs]) -> str:
    """What is wrong with the highlight of `text[start:end]`; "" where nothing is."""
    for page in document.pages:
        first, last = max(start, page.start), min(end, page.end)
        if first < last and (wrong := _on_page(document, page, first, last, seen[page.number])):
            return f"page {page.number}: {wrong}"
    return ""


def _on_page(document: Document, page: Page, first: int, last: int, glyphs: Glyphs) -> str:
    places = boxes.decode(page.boxes)[first - page.start : last - page.start].astype(np.float64) / boxes.SCALE
    words = document.text[first:last]
    inked = [i for i, char in enumerate(words) if not char.isspace()]
    places = places[inked]
    if not ((places[:, 2] > places[:, 0]) & (places[:, 3] > places[:, 1])).all():
        return "a character has no box"
    x, y = glyphs.middles[:, 0], glyphs.middles[:, 1]
    slack = 1e-4
    within = (x >= places[:, :1] - slack) & (x <= places[:, 2:3] + slack)
    within &= (y >= places[:, 1:2] - slack) & (y <= places[:, 3:] + slack)
    for row, i in enumerate(inked):
        here = folded("".join(glyphs.text[j] for j in np.flatnonzero(within[row])))
        wanted = folded(words[i])
        if any(char not in here for char in wanted):
            return f"at {words[max(0, i - 20) : i]!r}, {words[i]!r} is highlighted as {here!r}"
    extra = Counter(folded("".join(glyphs.text[j] for j in np.flatnonzero(within.any(axis=0))))) - Counter(folded(words))
    # Numbers that lead to a footnote are left out of the text; the glyphs of a word printed twice are counted twice.
    if sum(extra.values()) > max(3, 0.02 * len(inked)):
        return f"more than {words[:40]!r} is highlighted: {dict(extra)}"
    return ""


def check(path: Path) -> Tally:
    """Read one file and check the highlights of its passages. Raises `IngestError` where it cannot be read."""
    tally = Tally()
    began = time.perf_counter()
    with PdfiumDocument(path) as pdfium:
        for index in range(len(pdfium)):
            pdfium.glyphs(index)
    tally.pdfium = time.perf_counter() - began
    began = time.perf_counter()
    PypdfDocument(path).properties()
    tally.pypdf = time.perf_counter() - began
    began = time.perf_counter()
    document = read(path)
    tally.whole = time.perf_counter() - began
    tally.pages = len(document.pages)
    seen: dict[int, Glyphs] = {}
    with pypdfium2.PdfDocument(path) as file:
        for page in document.pages:
            if page.source is TextSource.LAYER:
                seen[page.number] = glyphs_of(file[page.number - 1])
    for start, end in _passages(document):
        if any(page.number not in seen for page in document.pages if page.start < end and start < page.end):
            continue
        tally.passages += 1
        if wrong := problem(document, start, end, seen):
            tally.wrong.append(wrong)
        else:
            tally.exact += 1
    return tally


def _passages(document: Document) -> Iterator[tuple[int, int]]:
    settings = ChunkSettings(limit=254, target=150)
    for passage in chunk(document, settings, lambda texts: [len(text) // 4 + 1 for text in texts], lambda _: "en"):
        yield passage.start, passage.end


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the folders named. Exit status 0 where enough is exact, 1 where not, 2 where there is nothing to check."""
    parser = argparse.ArgumentParser(description="Check that the boxes of passages show their words.")
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=3, help="how many wrong highlights to print for each file")
    chosen = parser.parse_args(arguments)
    total = Tally()
    for path in sorted(file for folder in chosen.folder for file in folder.rglob("*.pdf")):
        try:
            tally = check(path)
        except IngestError as error:
            print(f"{path.name}: {error}")
            continue
        print(f"{tally}  {path.name}")
        for wrong in tally.wrong[: chosen.show]:
            print(f"       {wrong}")
        total.add(tally)
    print(f"{total}  in all (reader: pypdfium2 {pypdfium2.version.PYPDFIUM_INFO})")
    if not total.passages:
        return 2
    return 0 if total.exact >= _ENOUGH * total.passages else 1


if __name__ == "__main__":
    sys.exit(main())
