"""How true is the text of a PDF? Measured on documents whose true text is known, beside what other programs take.

    python benchmarks/text_quality.py [NAME…]

Makes each layout of `docs/corpus/known`, reads it, and compares with what it was made from. Prints a line a layout:

- CER: edits of single characters between the text read and the true one, over the length of the true one; white space counts
  as one space, a row of leader dots as one mark.
- order: of the pairs of neighbouring sentences, those that stand in this order in the text read.
- leak: of the headers, footers and page numbers printed, those that are found in the text.
- sections: of the paragraphs, those whose passage has the true headings above it.
- cited: of the paragraphs, those whose first words are cited by the true printed page.
- labels: of the pages, those with the true label.

CER, order and leak also of pypdf's `extract_text` and of PDFium's plain text of each page.
"""

from __future__ import annotations

import argparse
import io
import re
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pypdf
import pypdfium2
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the layouts are no installed package

from docs.corpus.known.layouts import LAYOUTS
from docs.corpus.known.paper import Known
from index.printed import printed
from ingest.chunk import ChunkSettings, chunk
from ingest.document import Document, Passage
from ingest.pdf import read

_LEADER = re.compile(r"(?:[.·…_]\s*){4,}")
_SENTENCE = re.compile(r"(?<=[.!?”])\s+(?=[A-ZÅÄÖ“])")
_FOUND = 85.0  # of 100: a sentence is found where it is this much alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a program made of a layout: shares, of which `error` and `leak` are best at 0, `order` at 1."""

    error: float
    order: float
    leak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What Källa made of a layout: its text, and shares that are best at 1."""

    text: Text
    sections: float
    cited: float
    labels: float


def flat(text: str) -> str:
    """The text with single spaces, and rows of leader dots as one mark."""
    return " ".join(_LEADER.sub(" … ", text).split())


def compare(known: Known, got: str) -> Text:
    """Hold a text against the true one."""
    true, got = flat(" ".join(said.text for said in known.said)), flat(got)
    return Text(error=Levenshtein.distance(true, got) / len(true), order=_order(known, got), leak=_leak(known, true, got))


def _order(known: Known, got: str) -> float:
    sentences = [one for said in known.said for one in _SENTENCE.split(flat(said.text)) if len(one) > 12]
    places: list[int] = []
    for sentence in sentences:
        places.append(_place(sentence, got, places[-1] if places else 0))
    pairs = list(pairwise(places))
    return sum(0 <= one < two for one, two in pairs) / len(pairs) if pairs else 1.0


def _place(sentence: str, got: str, after: int) -> int:
    """Where a sentence begins, behind the one before it if it can; -1 where it is not there, or not in one piece."""
    exact = max(got.find(sentence), got.find(sentence, max(after, 0) + 1))
    if exact >= 0:
        return exact
    found = fuzz.partial_ratio_alignment(sentence, got, score_cutoff=_FOUND)
    return found.dest_start if found else -1


def _leak(known: Known, true: str, got: str) -> float:
    leaked = 0
    for line, times in Counter(known.furniture).items():
        whole = re.compile(rf"(?<!\w){re.escape(flat(line))}(?!\w)")
        leaked += min(times, max(0, len(whole.findall(got)) - len(whole.findall(true))))
    return leaked / len(known.furniture) if known.furniture else 0.0


def measure(known: Known, path: Path) -> Read:
    """Read the PDF of a layout, written to `path`, and hold it against its truth."""
    path.write_bytes(known.pdf)
    document = read(path)
    settings = ChunkSettings(limit=254, target=150)
    passages = chunk(document, settings, lambda texts: [len(text) // 4 + 1 for text in texts], lambda _: "en")
    wanted = [said for said in known.said if not said.heading and not _LEADER.search(said.text)]
    held = [(said, _passage(document, passages, said.text)) for said in wanted]
    return Read(
        text=compare(known, document.text),
        sections=_share([passage is not None and passage.section == said.section for said, passage in held]),
        cited=_share([_cited(document, said.text) == said.label for said in wanted]),
        labels=_share([page.label == label for page, label in zip(document.pages, known.labels, strict=True)]),
    )


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held) if held else 1.0


def _passage(document: Document, passages: Sequence[Passage], text: str) -> Passage | None:
    """The passage with the first words of a paragraph, wherever its lines were joined."""
    found = [passage for passage in passages if _begin(text).search(passage.text)]
    return found[0] if found else None


def _cited(document: Document, text: str) -> str:
    """The page by which the first words of a paragraph are cited."""
    words = _begin(text).search(document.text)
    return printed(document.pages, words.start(), words.end()) if words else "not found"


def _begin(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()[:5]))


def plain(known: Known) -> dict[str, Text]:
    """What pypdf's and PDFium's plain text of the same layout is worth."""
    with pypdfium2.PdfDocument(known.pdf) as file:
        pdfium = "\n".join(page.get_textpage().get_text_bounded() for page in file)
    pages = pypdf.PdfReader(io.BytesIO(known.pdf)).pages
    return {"pypdf": compare(known, "\n".join(page.extract_text() for page in pages)), "PDFium": compare(known, pdfium)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the layouts, or those whose name holds one of the words given. Exit status 2 where there is none."""
    parser = argparse.ArgumentParser(description="Measure the text of PDFs against the true one.")
    parser.add_argument("name", nargs="*", help="words of the names of layouts; all without")
    chosen = parser.parse_args(arguments)
    layouts = [
        known for known in (make() for make in LAYOUTS) if not chosen.name or any(one in known.name for one in chosen.name)
    ]
    if not layouts:
        print("There is no such layout.", file=sys.stderr)
        return 2
    print("| layout | CER | order | leak | sections | cited | labels | pypdf: CER, order, leak | PDFium: CER, order, leak |")
    print("|---|---|---|---|---|---|---|---|---|")
    texts: dict[str, list[Text]] = {"Källa": [], "pypdf": [], "PDFium": []}
    with tempfile.TemporaryDirectory() as folder:
        for known in layouts:
            got, others = measure(known, Path(folder) / "a.pdf"), plain(known)
            texts["Källa"].append(got.text)
            for name, text in others.items():
                texts[name].append(text)
            shares = " | ".join(f"{share:.2f}" for share in (got.sections, got.cited, got.labels))
            beside = " | ".join(_row(text, ", ") for text in others.values())
            print(f"| {known.name} | {_row(got.text, ' | ')} | {shares} | {beside} |")
    for name, measured in texts.items():
        mean = Text(**{field: statistics.mean(getattr(one, field) for one in measured) for field in ("error", "order", "leak")})
        print(f"{name}: {_row(mean, ', ')} (CER, order, leak; mean of {len(measured)} layouts)")
    return 0


def _row(text: Text, separator: str) -> str:
    return separator.join((f"{100 * text.error:.2f} %", f"{text.order:.2f}", f"{text.leak:.2f}"))


if __name__ == "__main__":
    sys.exit(main())
