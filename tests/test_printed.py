"""The page that a passage is cited by: as printed, and on a spread only the printed page that it stands on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from docs.corpus.known.edges import spreads
from index.printed import printed
from ingest import boxes, labels
from ingest.chunk import ChunkSettings, chunk
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page
from ingest.pdf import _of_spread, read
from tests.fake_library import FakeLibrary
from ui import citation
from ui.words import Words


def sheet(number: int, label: str, text: str, sides: str, start: int = 0, width: float = 842.0) -> Page:
    """A page whose characters stand on the left (l) or the right (r) half."""
    lefts = np.array([10_000 if side == "l" else 50_000 for side in sides], np.uint16)
    placed = np.stack([lefts, lefts, lefts + 500, lefts + 900], axis=1).astype(np.uint16)
    return Page(
        number=number, label=label, start=start, end=start + len(text), width=width, height=595.0, boxes=boxes.encode(placed)
    )


@pytest.mark.parametrize(
    ("start", "end", "label"), [(0, 2, "12"), (2, 4, "13"), (1, 3, "12–13"), (3, 5, "13–14"), (0, 8, "12–15"), (6, 8, "15")]
)
def test_what_stands_on_one_side_of_a_spread_is_cited_by_that_side(start: int, end: int, label: str) -> None:
    pages = [sheet(7, "12–13", "abcd", "llrr"), sheet(8, "14–15", "efgh", "llrr", 4)]
    assert printed(pages, start, end) == label


def test_pages_that_are_no_spreads_are_cited_by_their_labels() -> None:
    pages = [sheet(1, "A-1", "abcd", "llrr"), sheet(2, "A-2", "efgh", "llrr", 4)]
    assert [printed(pages, 0, 3), printed(pages, 2, 6)] == ["A-1", "A-1–A-2"]
    assert printed([sheet(1, "", "abcd", "llrr"), sheet(2, "xiv", "efgh", "llrr", 4)], 0, 6) == "xiv"
    assert printed([replace(pages[0], label="")], 0, 3) == ""


def test_two_printed_pages_one_above_the_other_are_both_cited() -> None:
    assert printed([sheet(1, "2–3", "abcd", "llrr", width=400.0)], 0, 1) == "2–3"


def test_a_spread_without_boxes_is_cited_whole() -> None:
    assert printed([replace(sheet(1, "2–3", "abcd", "llrr"), boxes=b"")], 0, 1) == "2–3"


def test_a_spread_knows_both_its_printed_pages_and_its_passages_theirs(tmp_path: Path) -> None:
    path = tmp_path / "spreads.pdf"
    known = spreads()
    path.write_bytes(known.pdf)
    document = read(path)
    assert [page.label for page in document.pages] == ["4–5", "6–7", "8–9"]
    for number in "456789":
        said = next(said for said in known.said if said.label == number and not said.heading)
        at = document.text.index(said.text[:20])
        assert printed(document.pages, at, at + 20) == number


@pytest.mark.parametrize(
    ("stated", "found", "label"), [("2-3", "", "2–3"), ("2", "2–3", "2–3"), ("A", "2–3", "A"), ("2-7", "", "2-7")]
)
def test_of_a_spread_both_numbers_are_known(stated: str, found: str, label: str) -> None:
    assert _of_spread(stated, found) == label


@pytest.mark.parametrize(
    ("seen", "filled"),
    [
        ({0: "ii", 3: "v"}, {1: "iii", 2: "iv"}),
        ({0: "VIII", 2: "X"}, {1: "IX"}),
        ({0: "2–3", 2: "6–7"}, {1: "4–5"}),
        ({0: "iv", 3: "3"}, {}),
        ({0: "4", 3: "9"}, {}),
    ],
)
def test_labels_are_filled_in_where_their_neighbours_agree(seen: dict[int, str], filled: dict[int, str]) -> None:
    assert labels._between(seen) == filled


@pytest.mark.parametrize("name", ["Recommendation 14", "Rekommendation 4", "RECOMMENDATION 2.1"])
def test_every_passage_of_a_recommendation_keeps_its_number(name: str) -> None:
    text = f"{name}: " + " ".join(f"Sentence number {i} says what the city should do next." for i in range(30))
    pages = (Page(number=1, label="", start=0, end=len(text)),)
    block = Block(start=0, end=len(text), kind=BlockKind.RECOMMENDATION)
    document = Document(text=text, pages=pages, blocks=(block,), format=Format.PDF, metadata=Metadata(title="T"))
    settings = ChunkSettings(limit=100, target=60)
    passages = chunk(document, settings, lambda texts: [len(text.split()) for text in texts], lambda _: "en")
    assert len(passages) > 3
    assert all(passage.section == (name,) for passage in passages)
    assert [name in passage.context for passage in passages] == [False, *[True] * (len(passages) - 1)]


def test_a_reference_names_the_recommendation(tmp_path: Path) -> None:
    hit = replace(FakeLibrary(tmp_path).hit(1, 1), section=("Findings", "Recommendation 4"))
    assert ", Recommendation 4, " in citation.reference(hit, Words("en"))
    assert "Recommendation" not in citation.reference(replace(hit, section=("Recommendations for 2021",)), Words("en"))
