"""Where sentences begin and end, in English and Swedish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


_pieces = st.sampled_from(
    ["The siren sounds", ". ", "! ", "? ", "… ", ".\n", "\n\n", " \n \n", "e.g. ", "t.ex. ", "bl.a. ", "No. 4", "5.2", "J. Smith", "”", "“", ")", "(",
     "[12]", " 12", "…", "...", "?!", "Å", "ö", " ", "\t", "\xa0", "a", "A", "1. ", "https://a.example/b.c", "\u2028", "«", "»"]
)  # fmt: skip
texts = st.lists(_pieces | st.text(max_size=8), max_size=30).map("".join)


@given(texts)
def test_every_character_that_is_no_space_belongs_to_exactly_one_sentence(text: str) -> None:
    spans = sentences(text)
    end = 0
    for start, stop in spans:
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


@given(texts, st.integers(0, 40), st.integers(0, 40))
def test_a_part_of_a_text_is_split_within_its_bounds(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    spans = sentences(text, start, end)
    assert all(start <= first < last <= end for first, last in spans)
    assert "".join(text[first:last] for first, last in spans).split() == "".join(text[start:end].split()).split() or (
        "".join("".join(text[first:last].split()) for first, last in spans) == "".join(text[start:end].split())
    )


@given(texts)
def test_no_sentence_goes_over_a_blank_line(text: str) -> None:
    assert all("\n\n" not in text[start:end] for start, end in sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("He said “stop.” She went on.", ["He said “stop.”", "She went on."]),
        ("It is closed (see map). The bridge opens.", ["It is closed (see map).", "The bridge opens."]),
        ("As shown.[12] The next step follows.", ["As shown.[12]", "The next step follows."]),
        ("First line\n\nSecond part. Third", ["First line", "Second part.", "Third"]),
        ("No stop at the end", ["No stop at the end"]),
        ("The rate is 4.5 per cent. It fell.", ["The rate is 4.5 per cent.", "It fell."]),
        ("See https://example.org/a.b.c for more. Then ask.", ["See https://example.org/a.b.c for more.", "Then ask."]),
        ("1. Name one owner. 2. Test it.", ["1. Name one owner.", "2. Test it."]),
        ("Why?! Because.", ["Why?!", "Because."]),
        ("The gate closes at 10 p.m. on weekdays. Then it rests.", ["The gate closes at 10 p.m. on weekdays.", "Then it rests."]),
        ("The gate closes at 10 p.m. Then it rests.", ["The gate closes at 10 p.m.", "Then it rests."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_ends_of_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The duty officer, e.g. the chief, decides at once.",
        "Venues, i.e. Arenas and halls, are searched.",
        "Mr. Smith and Dr. Jones met Prof. Lind at St. Mary's.",
        "See Fig. 4 and paras. 5 to 7 of the plan.",
        "Police vs. Fire was the theme of approx. 40 talks.",
        "The stewards, gates, etc. are counted twice.",
        "J. Smith of the U.S. delegation spoke first.",
        "In No. 4 of the series, see pp. 12 and 13.",
    ],
)
def test_english_abbreviations_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Kommunen ska t.ex. Öva varje år och bl.a. Pröva planen.",
        "Beslutet togs p.g.a. Hotbilden, dvs. Läget i staden.",
        "Den f.d. Chefen och s.k. Frivilliga deltog fr.o.m. Mars.",
        "Mötet börjar kl. 14 i sal nr. 3 enligt bil. A.",
        "Polis, räddningstjänst m.fl. deltog i övningen.",
        "Stängsel, skyltar osv. sattes upp på platsen.",
        "Det gäller resp. Kommun enl. Planen.",
    ],
)
def test_swedish_abbreviations_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Polis, räddningstjänst m.m. Övningen avslutades sent.", 2),
        ("Gates, stewards, etc. The exercise ended late.", 2),
        ("Övningen är slut. Åskådarna gick hem. Ängen var tom. Öppet igen.", 4),
        ("Han ringde 112. Larmet gick. 40 personer kom.", 3),
        ("The year was 2019. Twelve cities met.", 2),
        ("The answer was no. The next question was asked.", 2),
        ("Det var en ny typ av art. Den försvann.", 2),
    ],
)
def test_sentences_that_do_end(text: str, count: int) -> None:
    assert len(split(text)) == count


def test_a_long_run_of_stops_ends_one_sentence_or_none() -> None:
    run = "." * 300_000  # each tried for itself, this takes more than an hour
    assert sentences(f"Contents {run}a. The next") == [(0, len(run) + 11), (len(run) + 12, len(run) + 20)]
    assert sentences(f"Wait{run} The next") == [(0, len(run) + 4), (len(run) + 5, len(run) + 13)]
