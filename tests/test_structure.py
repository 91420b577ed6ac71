"""Lines into blocks, without any PDF: places and sizes are made up here."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import furniture, labels
from ingest.clean import fold, words
from ingest.lines import Line
from ingest.paragraphs import CAPTION, RECOMMENDATION, ends_sentence, group, is_item
from ingest.properties import OutlineItem, language_of, title_of
from ingest.structure import parts

HEIGHT = 800.0


class Page:
    """Lines one under the other; every character is a position of its own."""

    positions = 0

    def __init__(self, number: int = 0, top: float = 100.0) -> None:
        self.number, self.top = number, top
        self.lines: list[Line] = []

    def add(
        self, text: str, *, size: float = 10.0, left: float = 70.0, right: float = 0.0, bold: bool = False, gap: float = 2.0
    ) -> "Page":
        start, Page.positions = Page.positions, Page.positions + len(text)
        self.top += gap
        self.lines.append(
            Line(
                page=self.number,
                start=start,
                end=start + len(text),
                clean=fold(text).moved(start),
                left=left,
                top=self.top,
                right=right or left + 0.5 * size * len(text),
                bottom=self.top + size,
                base=self.top + 0.8 * size,
                size=size,
                first_size=size,
                bold=bold,
            )
        )
        self.top += size
        return self

    def at(self, top: float) -> "Page":
        self.top = top
        return self


def blocks(*pages: Page, outline: tuple[OutlineItem, ...] = ()) -> list[tuple[str, int, str]]:
    lines = [page.lines for page in pages]
    known = words([line.text for page in lines for line in page])
    return [(part.kind.value, part.level, part.text) for part in parts(lines, [HEIGHT] * len(pages), outline, known)]


LONG = "A line of the body that is as long as the column is wide, so that nothing"


def grouped(page: Page) -> list[str]:
    return [one.text for one in group(page.lines)]


# Paragraphs


def test_a_paragraph_ends_at_a_gap_or_an_indent_or_a_short_last_line() -> None:
    page = Page().add(LONG).add("more fits in.").add(LONG).add(LONG, gap=14).add("ends here in the middle.").add(LONG, left=84)
    assert grouped(page) == [f"{LONG} more fits in.", LONG, f"{LONG} ends here in the middle.", LONG]


def test_a_line_that_stops_short_of_a_long_word_does_not_end_a_paragraph() -> None:
    page = (
        Page()
        .add(LONG)
        .add("It was then the turn of the region and all of its", right=390)
        .add("Räddningstjänstförbund with others")
    )
    assert grouped(page) == [" ".join(line.text for line in page.lines)]


def test_an_item_keeps_the_lines_that_hang_below_it_and_ends_at_the_next() -> None:
    page = Page()
    for text, left in (
        ("• one person decides what", 70.0),
        ("is said", 80.0),
        ("• another writes", 70.0),
        ("1. first", 70.0),
        ("2. second", 70.0),
    ):
        page.add(text, left=left)
    page.lines = [replace(line, indent=10.0) if line.left == 70 else line for line in page.lines]
    assert grouped(page) == ["• one person decides what is said", "• another writes", "1. first", "2. second"]


def test_a_year_at_the_start_of_a_line_is_no_item() -> None:
    page = (
        Page()
        .add("The exercise took place on two days in the early autumn of the year and")
        .add("12. Nobody counted the others, who were many and came late to it again.")
    )
    assert len(grouped(page)) == 1


def test_a_sentence_goes_on_from_column_to_column() -> None:
    page = Page().add("The sentence that began at the foot of").at(60).add("one column ends in the next one.", left=320)
    assert grouped(page) == ["The sentence that began at the foot of one column ends in the next one."]
    other = Page().add("This sentence ends at the foot of one.").at(60).add("Another begins in the next one.", left=320)
    assert len(grouped(other)) == 2


def test_a_bold_beginning_does_not_tear_a_paragraph() -> None:
    page = (
        Page()
        .add("Know the type of flood that may come to your area and", bold=True)
        .add("consider what it would mean for you and others.")
    )
    assert len(grouped(page)) == 1


@pytest.mark.parametrize("text", ["so.", "so!", "so?”", "so:", "so.)", "so.12"])
def test_sentences_end(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["so", "so,", "so-", "so 12", "(so)"])
def test_sentences_go_on(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize("text", ["• a", "– a", "1. a", "(2) a", "b) a", "iv. a", "o a"])
def test_items_are_seen(text: str) -> None:
    assert is_item(text)


@pytest.mark.parametrize("text", ["Sirens", "1 Warning", "2019 was", "a city", "-5 degrees", "1.2 Sirens"])
def test_other_text_is_no_item(text: str) -> None:
    assert not is_item(text)


@pytest.mark.parametrize(
    "text",
    [
        "Recommendation 4",
        "Recommendation 4.",
        "REKOMMENDATION 12: Öva",
        "Rekommendation 2 Kommunen bör",
        "Recommendation 3.1 – Test",
    ],
)
def test_recommendations_are_seen(text: str) -> None:
    assert RECOMMENDATION.match(text)


@pytest.mark.parametrize(
    "text", ["Recommendation 4 was carried out", "Recommendations", "The recommendation 4.", "rekommendation 4 genomfördes"]
)
def test_talk_of_a_recommendation_is_none(text: str) -> None:
    assert not RECOMMENDATION.match(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Table 3: Sirens", True),
        ("Figur 2. Zoner", True),
        ("Table 3 Sirens", True),
        ("Table 3 shows that", False),
        ("Figure it out", False),
    ],
)
def test_captions_are_told_from_sentences(text: str, is_one: bool) -> None:
    assert bool(CAPTION.match(text)) == is_one


# Kinds and levels


def test_a_heading_has_the_level_of_the_outline_whatever_its_type() -> None:
    outline = (OutlineItem(level=1, title="1  Warning", page=1), OutlineItem(level=3, title="Sirens", page=1))
    page = Page().add("1 Warning").add(LONG, gap=14).add("sirens", gap=14).add(LONG, gap=14)
    assert [(level, text) for kind, level, text in blocks(page, outline=outline) if kind == "heading"] == [
        (1, "1 Warning"),
        (3, "sirens"),
    ]


def test_an_outline_entry_elsewhere_makes_no_heading() -> None:
    page = Page().add("Sirens").add(LONG, gap=14)
    assert all(kind != "heading" for kind, _, _ in blocks(page, outline=(OutlineItem(level=1, title="Sirens", page=9),)))


def test_headings_without_a_number_rank_by_their_type() -> None:
    pages = [
        Page(i)
        .add("Chapter", size=18)
        .add(LONG, gap=14)
        .add("Section", size=14, gap=14)
        .add(LONG, gap=14)
        .add("Part", bold=True, gap=14)
        .add(LONG, gap=14)
        for i in range(3)
    ]
    assert {(level, text) for kind, level, text in blocks(*pages) if kind == "heading"} == {
        (1, "Chapter"),
        (2, "Section"),
        (3, "Part"),
    }


def test_the_title_page_does_not_push_the_chapters_down() -> None:
    cover = Page(0).add("A report on many things", size=30).add("Some city", size=22, gap=30)
    pages = [Page(i).add("Chapter", size=16).add(LONG, gap=14).add(LONG) for i in range(1, 4)]
    assert {(level, text) for kind, level, text in blocks(cover, *pages) if text == "Chapter"} == {(1, "Chapter")}


@pytest.mark.parametrize("text", ["A large sentence that ends.", "72%", "19 500", LONG * 4])
def test_large_type_alone_makes_no_heading(text: str) -> None:
    page = Page().add(text, size=16).add(LONG, gap=14).add(LONG).add(LONG).add(LONG * 5)
    assert blocks(page)[0][0] != "heading"


def test_footnotes_stand_before_a_paragraph_that_runs_on_and_after_all_else() -> None:
    running = [Page(0).add(LONG).at(700).add("1 See the annex.", size=8), Page(1).add("goes on overleaf.")]
    assert [text for _, _, text in blocks(*running)] == ["1 See the annex.", f"{LONG} goes on overleaf."]
    ended = [Page(0).add("It ends here.").at(700).add("1 See the annex.", size=8), Page(1).add("Next.").add(LONG, gap=14)]
    assert [kind for kind, _, _ in blocks(*ended)] == ["paragraph", "note", "paragraph", "paragraph"]


def test_a_page_of_contents_without_leaders_is_known_by_its_heading() -> None:
    page = Page().add("Innehåll", size=16)
    for text in ("Förord iii", "1 Varning 5", "2 Skydd 12"):
        page.add(text, gap=8)
    assert [kind for kind, _, _ in blocks(page)] == ["heading", "contents", "contents", "contents"]
    assert [kind for kind, _, _ in blocks(Page().add("Results", size=16).add("Sirens tested 12", gap=8))] == [
        "heading",
        "paragraph",
    ]


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=40), st.sampled_from([8.0, 10.0, 16.0]), st.floats(0, 40), st.booleans()),
        max_size=25,
    )
)
def test_no_text_is_lost_whatever_the_layout(made: list[tuple[str, float, float, bool]]) -> None:
    page = Page()
    for text, size, gap, bold in made:
        page.add(text, size=size, gap=gap, bold=bold)
    page.lines = [line for line in page.lines if line.text]

    def letters(texts: list[str]) -> str:
        return "".join(
            sorted("".join(texts).replace("-", "").replace("‐", "").replace("‑", "").replace(" ", "").replace("\n", ""))
        )

    assert letters([text for _, _, text in blocks(page)]) == letters([line.text for line in page.lines])


# Headers, footers, page numbers


def document(count: int, *, header: str = "", number: str = "{}", body: int = 4) -> list[list[Line]]:
    pages = []
    for i in range(count):
        page = Page(i)
        if header:
            page.at(30).add(header.format(i + 1), size=8)
        page.at(100)
        for j in range(body):
            page.add(f"Body {'ABCDEFGHIJ'[i]} {'ABCDEFGHIJ'[j]}: {LONG}")
        if number:
            page.at(760).add(number.format(i + 5), size=8)
        pages.append(page.lines)
    return pages


def dropped(pages: list[list[Line]]) -> list[str]:
    found = furniture.find(pages, [HEIGHT] * len(pages))
    return [line.text for lines in pages for line in lines if line.start in found.lines]


def test_what_repeats_at_the_edge_is_dropped_but_not_its_only_mention() -> None:
    assert dropped(document(4, header="Annual report 2020", number="")) == ["Annual report 2020"] * 3
    pages = document(4, header="Annual report 2020", number="")
    pages[0] += Page(0).at(300).add("The Annual Report 2020 of the network", size=20).lines
    assert dropped(pages) == ["Annual report 2020"] * 4


@pytest.mark.parametrize("number", ["{}", "Page {} of 20", "– {} –", "{} (20)", "Sida {} av 20", "{} | Annual report"])
def test_page_numbers_are_found_however_they_are_dressed(number: str) -> None:
    found = furniture.find(document(4, number=number), [HEIGHT] * 4)
    assert found.labels == {0: "5", 1: "6", 2: "7", 3: "8"}


def test_numbers_that_do_not_count_are_text() -> None:
    pages = document(4, number="")
    for i, value in enumerate((17, 4, 230, 9)):
        pages[i] += Page(i).at(760).add(str(value), size=8).lines
    found = furniture.find(pages, [HEIGHT] * 4)
    assert (found.lines, found.labels) == (frozenset(), {})


def test_a_page_without_its_number_is_counted_between_its_neighbours() -> None:
    pages = document(5)
    pages[2] = pages[2][:-1]
    assert furniture.find(pages, [HEIGHT] * 5).labels[2] == "7"


def test_body_text_that_repeats_close_to_other_text_stays() -> None:
    pages = [Page(i).at(60).add("City Sirens Tested").add(f"Row {'ABCD'[i]} one").add(LONG).lines for i in range(4)]
    assert dropped(pages) == []


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_only_rising_numbers_give_labels(values: list[int]) -> None:
    lines = [Page(i).at(760).add(str(value)).lines[0] for i, value in enumerate(values)]
    found = labels.count(lines, 3)
    for page, label in found.labels.items():
        assert page < len(values) and label
    steps = [value - i for i, value in enumerate(values)]
    if max(steps.count(step) for step in steps) >= 3:
        assert found.labels


# What a document says of itself


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Protecting Crowded Places", "Protecting Crowded Places"),
        ("Microsoft Word - Protecting Crowded Places", "Protecting Crowded Places"),
        ("Microsoft Word - report.docx", "Largest"),
        ("Untitled-1", "Largest"),
        ("Document1", "Largest"),
        ("C:\\temp\\report", "Largest"),
        ("ctpn-report-2020", "Largest"),
        ("12345", "Largest"),
        ("", "Largest"),
    ],
)
def test_titles_are_taken_only_where_they_are_titles(stated: str, title: str) -> None:
    assert title_of(stated, [(20.0, "Largest"), (12.0, "Smaller")], "ctpn-report-2020") == title


def test_a_title_over_two_lines_is_whole_and_contents_is_none() -> None:
    assert (
        title_of("", [(30.0, "Contents"), (20.0, "Warning"), (20.0, "the Public"), (12.0, "2021")], "x") == "Warning the Public"
    )
    assert title_of("", [], "warning_the-public") == "warning the public"


@pytest.mark.parametrize(
    ("stated", "code"), [("sv-SE", "sv"), ("EN", "en"), ("en_GB", "en"), ("eng", ""), ("", ""), ("x-klingon", "")]
)
def test_languages_are_iso_639_1(stated: str, code: str) -> None:
    assert language_of(stated) == code
