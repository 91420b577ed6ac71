"""What every document keeps to, and that the builder cannot break it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import boxes
from ingest.builder import Builder, clean, is_recommendation, join_cells
from ingest.document import BlockKind, Document, Format, Metadata, TextSource


def assert_invariants(document: Document) -> None:
    """Hold a document to all that `ingest.document` says of pages and blocks."""
    text = document.text
    assert document.pages
    position = number = 0
    for page in document.pages:
        assert page.number > number
        assert page.start == position <= page.end
        number, position = page.number, page.end
        if page.source in (TextSource.NONE, TextSource.BLANK):
            assert not text[page.start : page.end].strip()
        if page.boxes:
            assert len(boxes.decode(page.boxes)) == page.end - page.start
    assert position == len(text)
    covered = [False] * len(text)
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(text)
        words = text[block.start : block.end]
        assert words == words.strip()
        assert (block.level > 0) == (block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM))
        covered[block.start : block.end] = [True] * len(words)
        end = block.end
    assert all(inside or character.isspace() for inside, character in zip(covered, text, strict=True))


_words = st.text(max_size=40) | st.sampled_from(
    [
        "\u200b",
        "\xad\u0301",
        "e\u0301",
        "ﬁre",
        "\ud800",
        " a\xa0b ",
        "\r\n",
        "\u2028",
        "\uf0b7 point",
        "Recommendation 4",
        "x\x85y",
    ]
)
_steps = st.lists(
    st.tuples(st.just("block"), _words, st.sampled_from(BlockKind), st.integers(-2, 12))
    | st.tuples(st.just("row"), st.lists(_words, max_size=4))
    | st.tuples(st.just("page"))
    | st.tuples(st.just("picture")),
    max_size=25,
)


@given(_steps)
def test_whatever_is_added_the_document_holds_together(steps: list[tuple]) -> None:
    builder = Builder(Format.TEXT)
    page, expected, pictures = 1, [], set()
    for step in steps:
        match step:
            case ("block", words, kind, level):
                builder.block(words, kind, level)
                expected.append((page, clean(words)))
            case ("row", cells):
                builder.row(cells)
                expected.append((page, join_cells(cells)))
            case ("page",):
                builder.page_break()
                page += 1
            case ("picture",):
                builder.unreadable()
                pictures.add(page)
    expected = [(number, words) for number, words in expected if words]
    document = builder.document(Metadata())
    assert_invariants(document)
    assert [document.text[block.start : block.end] for block in document.blocks] == [words for _, words in expected]
    assert len(document.pages) == page
    for block, (number, _) in zip(document.blocks, expected, strict=True):
        assert document.pages[number - 1].start <= block.start < block.end <= document.pages[number - 1].end
    assert set(document.pages_without_text) == pictures - {number for number, _ in expected}


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
    assert not any(character.isspace() and character != " " for character in once)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("sam\xadverkan", "samverkan"),
        ("Mu\u0308nchen", "München"),
        ("a\u030a a\u0308 o\u0308", "å ä ö"),
        ("o\ufb03ce \ufb01re \ufb02ood", "office fire flood"),
        ("one\xa0two\u2003three\tfour\r\nfive", "one two three four five"),
        ("pre\u200bpared\ufeffness", "preparedness"),
        ("a \u200b b", "a b"),
        ("\uf0b7 first point", "first point"),
        ("shown\U000e0041\U000e0042", "shown"),
        ("bad\ud800 text\x00", "bad text"),
    ],
)
def test_cleaning_leaves_what_a_reader_sees(raw: str, words: str) -> None:
    assert clean(raw) == words


def test_blocks_are_parted_by_a_blank_line_and_runs_of_rows_and_items_by_a_line() -> None:
    builder = Builder(Format.TEXT)
    builder.block("Tasks", BlockKind.HEADING, 1)
    builder.block("one", BlockKind.LIST_ITEM, 1)
    builder.block("two", BlockKind.LIST_ITEM, 2)
    builder.row(["a", "", "c", ""])
    builder.row(["", "d"])
    builder.block("Closing words.")
    assert builder.document(Metadata()).text == "Tasks\n\none\ntwo\n\na | | c\nd\n\nClosing words."


def test_empty_pages_tile_the_text_and_keep_their_numbers() -> None:
    builder = Builder(Format.PPTX)
    builder.page_break()
    builder.block("two")
    builder.page_break()
    builder.unreadable()
    builder.page_break()
    builder.block("four")
    builder.page_break()
    document = builder.document(Metadata())
    assert [(page.number, page.start, page.end, page.source.value) for page in document.pages] == [
        (1, 0, 0, "blank"),
        (2, 0, 5, "layer"),
        (3, 5, 5, "none"),
        (4, 5, 9, "layer"),
        (5, 9, 9, "blank"),
    ]
    assert document.pages_without_text == (3,)
    assert_invariants(document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Recommendation 4. Open one registration point.", True),
        ("Rekommendation 12: Öva årligen.", True),
        ("RECOMMENDATION 3 – Share the picture", True),
        ("Recommendation 2.1 Cities should share.", True),
        ("Rekommendation 7 Öva.", True),
        ("Recommendation 4", True),
        ("Recommendation 4 was carried out in 2020.", False),
        ("Recommendations 4 and 5", False),
        ("The recommendation 4.", False),
        ("Recommendation", False),
    ],
)
def test_recommendations_are_told_from_talk_about_them(text: str, expected: bool) -> None:
    assert is_recommendation(text) is expected


def _kinds(*blocks: tuple[str, BlockKind]) -> list[BlockKind]:
    builder = Builder(Format.TEXT)
    for text, kind in blocks:
        builder.block(text, kind, 2)
    return [block.kind for block in builder.document(Metadata()).blocks]


def test_the_paragraph_under_a_recommendations_heading_is_the_recommendation() -> None:
    h, p, r = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.RECOMMENDATION
    assert _kinds(("Recommendation 1", h), ("Share the picture.", p), ("Why: it helps.", p)) == [h, r, p]
    assert _kinds(("Recommendation 1", p), ("Share the picture.", p), ("Why: it helps.", p)) == [r, r, p]
    assert _kinds(("Recommendation 1. " + "word " * 14, h), ("Then.", p)) == [r, p]
    assert _kinds(("Recommendation 1. Share.", BlockKind.TABLE_ROW)) == [BlockKind.TABLE_ROW]
