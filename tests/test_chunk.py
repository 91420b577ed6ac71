"""Cutting documents into passages: exact, whole, in order, and never more than a model reads."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingest.builder import Builder
from ingest.chunk import ChunkSettings, chunk, cutter, settings_for
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, Passage
from tests.fakes import count_tokens


def count(texts: Sequence[str]) -> list[int]:
    return [count_tokens(text) for text in texts]


def cut(document: Document, limit: int = 60, title: str = "", **options: int | float) -> list[Passage]:
    return chunk(
        document,
        ChunkSettings(limit=limit, target=options.pop("target", limit - 10), smallest=8, **options),
        count,
        lambda text: "en",
        title,
    )


def total(passage: Passage) -> int:
    return count_tokens(f"{passage.context}\n{passage.text}")


def build(*blocks: tuple[str, BlockKind] | str | None, title: str = "") -> Document:
    """A document of paragraphs, `(text, kind)` blocks, and page breaks (None)."""
    builder = Builder(Format.PDF)
    for block in blocks:
        if block is None:
            builder.page_break()
        elif isinstance(block, str):
            builder.block(block)
        else:
            builder.block(*block)
    return builder.document(Metadata(title=title, language="en"))


HEADING, PARAGRAPH, ITEM = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM
ROW, CAPTION, NOTE, CONTENTS = BlockKind.TABLE_ROW, BlockKind.CAPTION, BlockKind.NOTE, BlockKind.CONTENTS

_words = st.lists(
    st.sampled_from("the police decide when a siren sounds in every district of Göteborg and 112 is busy e.g. at night ÅÄÖ x".split())
    | st.text("abcdeåäö", min_size=1, max_size=12),
    min_size=1, max_size=25,
).map(" ".join)  # fmt: skip
_sentence = st.builds(
    lambda words, stop: words[:1].upper() + words[1:] + stop, _words, st.sampled_from([".", "!", "?", ":", "", " …", ".”"])
)
_text = (
    st.lists(_sentence, min_size=1, max_size=8).map(" ".join) | st.text("ab", min_size=200, max_size=600) | st.text(max_size=30)
)
_steps = st.lists(
    st.tuples(st.just("block"), _text, st.sampled_from(BlockKind), st.integers(1, 4))
    | st.tuples(st.just("row"), st.lists(_words, min_size=1, max_size=4))
    | st.tuples(st.just("page")),
    max_size=25,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    builder = Builder(Format.PDF)
    for step in draw(_steps):
        if step[0] == "block":
            builder.block(step[1], step[2], step[3])
        elif step[0] == "row":
            builder.row(step[1])
        else:
            builder.page_break()
    return builder.document(Metadata(title=draw(st.sampled_from(["", "Crowd safety", "A very long title " * 20])), language="sv"))


def assert_whole(document: Document, passages: Sequence[Passage], limit: int) -> None:
    """Hold passages to all that `ingest.document` and the design say of them."""
    text = document.text
    end = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert text[passage.start : passage.end] == passage.text != ""
        assert passage.text == passage.text.strip()
        assert end <= passage.start, "passages overlap, or are out of order"
        end = passage.end
        touched = [page.number for page in document.pages if page.start < passage.end and passage.start < page.end]
        assert (passage.page, passage.page_end) == (touched[0], touched[-1])
        assert total(passage) <= limit, (total(passage), passage)
        short_note = len(passages) == len(document.pages) == 1 and not passage.section
        for kind in (CONTENTS,) if short_note else (HEADING, CONTENTS):
            assert not any(
                block.start < passage.end and passage.start < block.end for block in document.blocks if block.kind is kind
            ), f"a passage goes over a {kind.value}"
        inside = 0
        for first, last in passage.sentences:
            assert inside <= first < last <= len(passage.text)
            assert not passage.text[inside:first].strip()
            inside = last
        assert not passage.text[inside:].strip(), "a passage has words outside its sentences"


def lost(document: Document, passages: Sequence[Passage]) -> list[str]:
    """The runs of text in blocks of the body that are in no passage, but for what is hardly words."""
    covered = bytearray(len(document.text))
    for passage in passages:
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    runs = [
        "".join(" " if covered[at] else document.text[at] for at in range(block.start, block.end)).strip()
        for block in document.blocks
        if block.kind not in (HEADING, CONTENTS)
    ]
    return [run for run in runs if (letters := sum(character.isalpha() for character in run)) >= 12 and letters * 4 > len(run)]


@settings(max_examples=250, deadline=None)
@given(documents(), st.sampled_from([24, 60, 254]))
def test_every_document_is_cut_whole_and_in_order(document: Document, limit: int) -> None:
    passages = cut(document, limit)
    assert_whole(document, passages, limit)
    assert lost(document, passages) == []


@settings(max_examples=100, deadline=None)
@given(documents())
def test_the_same_document_is_always_cut_the_same(document: Document) -> None:
    assert cut(document) == cut(document)
    assert tuple(cut(document)) == cutter(ChunkSettings(limit=60, target=50, smallest=8), count, lambda text: "en")(
        document, document.metadata.title
    )


@settings(max_examples=25, deadline=None, phases=[Phase.generate])  # smaller examples would take minutes to find
@given(documents())
def test_the_packaged_model_reads_every_passage_to_its_end(packaged_model: Path, document: Document) -> None:
    from index.embed import OnnxEncoder

    encoder = _opened.setdefault("model", OnnxEncoder(packaged_model))
    sizes = settings_for(encoder.info.max_tokens)
    for passage in chunk(document, sizes, encoder.count, lambda text: "en"):
        whole = f"{passage.context}\n{passage.text}" if passage.context else passage.text
        assert encoder.count([whole])[0] + 2 <= encoder.info.max_tokens


_opened: dict[str, object] = {}


# --- structure


def sentence(number: int, words: int = 12) -> str:
    return f"Sentence {number} says " + " ".join(["word"] * (words - 4)) + " here."


def test_a_passage_stays_below_its_heading_and_knows_the_way_to_it() -> None:
    document = build(
        ("Report", HEADING), "First part of it all is here.", ("Warning", HEADING), "Second part of it all is here.", title="Report"
    )  # fmt: skip
    builder = Builder(Format.PDF)
    for text, kind, level in [
        ("Report", HEADING, 1), ("Warning", HEADING, 2), ("Sirens", HEADING, 3), ("They sound for seven seconds each time.", PARAGRAPH, 0),
        ("Shelter", HEADING, 2), ("The station is the first place.", PARAGRAPH, 0),
    ]:  # fmt: skip
        builder.block(text, kind, level)
    deep = builder.document(Metadata(title="Report"))
    parted = cut(deep, target=12)
    assert [passage.section for passage in parted] == [("Report", "Warning", "Sirens"), ("Report", "Shelter")]
    assert [passage.context for passage in parted] == ["Report › Warning › Sirens", "Report › Shelter"]
    assert len(cut(document, target=12)) == 2


def test_a_short_note_is_one_passage_with_its_headings() -> None:
    note = build(
        ("Harbour seminar", HEADING), "Six cities met.", ("Sirens", HEADING), "They sound twice.", ("Buses", HEADING), "They wait.",
        title="Harbour seminar",
    )  # fmt: skip
    (whole,) = cut(note)
    assert_whole(note, [whole], 60)
    assert whole.text.startswith("Six cities met.") and "Sirens" in whole.text and whole.text.endswith("They wait.")
    assert (whole.section, whole.context) == ((), "Harbour seminar")
    assert len(cut(note, target=9)) > 1  # longer than a passage
    recommended = build("Six cities met.", ("Sirens", HEADING), ("Recommendation 1. Sound them twice.", BlockKind.RECOMMENDATION))
    assert len(cut(recommended)) == 2  # which stands alone


def test_a_short_document_of_several_pages_or_languages_keeps_its_parts() -> None:
    builder = Builder(Format.PPTX)
    for heading, text in (("Sirens", "They sound twice a year."), ("Buses", "They wait at the gate.")):
        builder.block(heading, HEADING, 1)
        builder.block(text, PARAGRAPH)
        builder.page_break()
    slides = builder.document(Metadata(title="Slides"))
    assert len(slides.pages) > 1 and len(cut(slides)) == 2
    mixed = build(("Sirens", HEADING), "They sound twice a year. " * 4, ("Bussar", HEADING), "De väntar vid porten. " * 4)
    languages = chunk(mixed, ChunkSettings(limit=200), count, lambda text: "sv" if "väntar" in text else "en")
    assert [passage.language for passage in languages] == ["en", "sv"]


def test_sentences_fill_passages_and_are_never_divided() -> None:
    document = build(" ".join(sentence(number) for number in range(20)))
    passages = cut(document)
    assert_whole(document, passages, 60)
    assert 3 <= len(passages) < 20
    assert all(passage.text.startswith("Sentence") and passage.text.endswith("here.") for passage in passages)
    assert all(len(passage.sentences) > 1 for passage in passages)


def test_a_recommendation_stands_alone() -> None:
    document = build(
        "Before it stands a paragraph.",
        "Recommendation 1. Cities should name one owner for each queue. The owner has a radio.",
        "Recommendation 2. Cities should test the siren.",
        "After it stands a paragraph.",
    )
    found = [(passage.kind, passage.text) for passage in cut(document, 120)]
    assert [text.split(".")[0] for kind, text in found if kind is BlockKind.RECOMMENDATION] == [
        "Recommendation 1",
        "Recommendation 2",
    ]
    assert found[1][1].endswith("The owner has a radio.")
    assert len(found) == 4


def test_a_footnote_stands_alone() -> None:
    document = build(
        "The plan was tested in the spring.", ("4 See the report of the fire service.", NOTE), "It was then changed by the city."
    )
    assert [passage.text for passage in cut(document)] == [
        "The plan was tested in the spring.", "4 See the report of the fire service.", "It was then changed by the city.",
    ]  # fmt: skip


def test_a_list_keeps_the_sentence_that_leads_into_it() -> None:
    document = build(
        " ".join(sentence(number) for number in range(3)), "A steward has these duties:",
        ("count the visitors at the gate", ITEM), ("report to the control room", ITEM), ("keep the exits clear", ITEM),
    )  # fmt: skip
    (holder,) = [passage for passage in cut(document) if "these duties:" in passage.text]
    assert "count the visitors" in holder.text


def test_table_rows_stay_with_their_caption() -> None:
    document = build(
        sentence(1), sentence(2), sentence(3), ("Table 2: Time to a decision", CAPTION), ("City | Minutes taken", ROW),
        ("Manchester | six minutes in all", ROW), ("London | nine minutes in all", ROW),
    )  # fmt: skip
    (holder,) = [passage for passage in cut(document) if "Table 2" in passage.text]
    assert "Manchester" in holder.text and "London" in holder.text


def test_lines_of_a_table_of_contents_are_in_no_passage_and_in_none_between() -> None:
    lines = [(f"{number} Chapter about crowds and queues .......... {number}", CONTENTS) for number in range(40)]
    document = build("The first paragraph stands before it.", *lines, "The second paragraph stands after it.")
    passages = cut(document, 100)
    assert_whole(document, passages, 100)
    assert [passage.text for passage in passages] == [
        "The first paragraph stands before it.",
        "The second paragraph stands after it.",
    ]


def test_a_small_rest_joins_the_passage_before() -> None:
    document = build(" ".join(sentence(number) for number in range(4)) + " This is the end.")
    passages = cut(document, 60, target=48)
    assert passages[-1].text.endswith("This is the end.") and len(passages[-1].sentences) > 1


# --- size


def test_endless_words_are_cut_and_lose_nothing() -> None:
    document = build("Look: " + "abcd" * 500 + " and then some more words follow.")
    passages = cut(document)
    assert_whole(document, passages, 60)
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(document.text.split())


def test_an_endless_sentence_is_cut_between_words() -> None:
    words = [f"word{number}" for number in range(400)]
    document = build(" ".join(words) + ".")
    passages = cut(document)
    assert_whole(document, passages, 60)
    assert " ".join(passage.text for passage in passages).split() == [*words[:-1], "word399."]


@pytest.mark.parametrize("title", ["Crowd " * 300, "x" * 3000])
def test_an_endless_title_or_heading_leaves_room_for_the_text(title: str) -> None:
    document = build((title, HEADING), " ".join(sentence(number) for number in range(9)), title=title)
    passages = cut(document)
    assert_whole(document, passages, 60)
    assert all(count_tokens(passage.context) <= 15 for passage in passages)
    assert len(passages) < 9


def test_settings_leave_room_for_special_tokens() -> None:
    assert settings_for(256).limit == 254
    assert settings_for(512, overhead=6).limit == 506


# --- pages


def test_a_passage_over_a_page_break_is_cited_with_both_pages() -> None:
    document = build(
        "The first half stands here,",
        None,
        "and the second half over there. A third follows at once.",
        None,
        "Page three is here too.",
    )
    passages = cut(document, 120)
    assert_whole(document, passages, 120)
    assert (passages[0].page, passages[-1].page_end) == (1, 3)


def test_a_sentence_over_a_page_break_stays_whole() -> None:
    text = "The queue outside a venue is the most exposed part\nof an event and the one with the fewest trained staff. Next."
    turn = text.index("of an")
    for blocks in ([(0, len(text))], [(0, turn - 1), (turn, len(text))]):
        document = Document(
            text=text,
            pages=(Page(number=7, label="vii", start=0, end=turn), Page(number=8, label="viii", start=turn, end=len(text))),
            blocks=tuple(Block(start=start, end=end, kind=PARAGRAPH) for start, end in blocks),
            format=Format.PDF,
            metadata=Metadata(),
        )
        (passage,) = cut(document, 120)
        assert_whole(document, [passage], 120)
        assert [passage.text[start:end] for start, end in passage.sentences] == [text[: text.index(" Next")], "Next."]
        assert (passage.page, passage.page_end) == (7, 8)


# --- languages


def test_a_passage_has_its_own_language_where_it_is_long_enough_to_tell() -> None:
    english = "The police decide when the siren sounds in the district and who speaks to the press about it."
    swedish = "Polisen beslutar när sirenen ljuder i stadsdelen och vem som talar med pressen om detta."
    document = build(("One", HEADING), english, ("Two", HEADING), swedish, ("Three", HEADING), "Ring ett ett två.")
    found = chunk(document, ChunkSettings(limit=200), count, lambda text: "sv" if "olisen" in text else "en")
    assert [passage.language for passage in found] == ["en", "sv", "en"]


def test_nothing_gives_nothing() -> None:
    assert cut(build()) == [] == cut(build(None, None))


def test_blocks_of_which_the_model_sees_nothing_do_not_pile_up_in_one_passage() -> None:
    document = build(*[("\u02b0" * 12, ROW)] * 3000, None, "a")
    passages = chunk(document, ChunkSettings(limit=60, target=50), lambda texts: [0] * len(texts), lambda text: "en")
    assert len(passages) > 50 and lost(document, passages) == []


def test_a_passage_over_pages_without_a_word_knows_the_pages_at_both_ends() -> None:
    words = "The police decide when the siren sounds in every district of the city"
    document = build(
        None, None, words + " and", None, None, None, "only when nobody else is there to do it at night.", None, None
    )
    (passage,) = cut(document)
    assert (passage.page, passage.page_end) == (3, 6)


def test_a_table_row_that_has_to_be_cut_leaves_no_space_at_the_end_of_a_passage() -> None:
    text = "  ".join(f"Total {number}  44  45" for number in range(40))  # cells of a PDF are parted by two spaces
    document = Document(
        text=text, pages=(Page(number=1, label="", start=0, end=len(text)),), format=Format.PDF, metadata=Metadata(),
        blocks=(Block(start=0, end=len(text), kind=ROW),),
    )  # fmt: skip
    passages = cut(document, 24)
    assert_whole(document, passages, 24)
    assert len(passages) > 5 and lost(document, passages) == []
