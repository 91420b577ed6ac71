"""Cleaning: what a reader sees on the page is what the text says, and every character knows where it came from."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import CELL, LINE_HYPHEN, Clean, chain, fold, join, words

ODD = "ﬁﬄﬆ\u00ad\u200b\ufeff\x02\x1f\x00\u00a0\u2009\t\r\n¨´ˇ\u0301\u0308\u1100\u1161\u0958åÅé\uf0b7\ue000\U0001f600\ufffd-–"
raw_lines = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=40)


def line(text: str) -> Clean:
    return fold(text)


def joined(*lines: str, known: tuple[str, ...] = ()) -> str:
    return join([fold(text) for text in lines], words(known)).text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("eﬀective oﬃce, ﬁnal ﬂow", "effective office, final flow"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("\u212bre", "Åre"),
        ("ber\u00a0\u2009edskap\tnu", "ber edskap nu"),
        ("kris\u00adberedskap", "krisberedskap"),
        ("  vä\u200bg\ufeff  ", "väg"),
        ("\uf0b7 punkt", "• punkt"),
        ("\ue123x", "x"),
        (f"Stad{CELL}År", "Stad  År"),
        (f"a {CELL} b", "a  b"),
        (f"samver{LINE_HYPHEN}", "samver-"),
        ("f¨orsvar", "försvar"),
        ("", ""),
        (" \u200b", ""),
    ],
)
def test_a_line_reads_as_it_looks(raw: str, clean: str) -> None:
    assert fold(raw).text == clean


def test_an_accent_joins_the_letter_it_stands_over_before_or_after() -> None:
    before = fold("a¨nd", [(0, 5), (0.5, 4.5), (5, 10), (10, 15)])
    assert (before.text, before.spans.tolist()) == ("änd", [[0, 2], [2, 3], [3, 4]])
    after = fold("´e", [(0.5, 4), (0, 5)])
    assert (after.text, after.spans.tolist()) == ("é", [[0, 2]])
    with_gap = fold("ˇ s", [(1, 4), (5, 5), (0, 5)])
    assert (with_gap.text, with_gap.spans.tolist()) == ("š", [[0, 3]])


def test_an_accent_that_stands_alone_stays() -> None:
    assert fold("a ¨ b", [(0, 5), (5, 6), (10, 14), (14, 15), (20, 25)]).text == "a ¨ b"
    assert fold("`quoted´").text == "`quoted´"


def test_both_letters_of_a_ligature_come_from_the_same_glyph() -> None:
    assert fold("aﬁn").spans.tolist() == [[0, 1], [1, 2], [1, 2], [2, 3]]


@given(raw_lines)
def test_the_map_is_monotone_and_every_visible_character_has_its_source(raw: str) -> None:
    clean = fold(raw)
    starts, ends = clean.spans[:, 0], clean.spans[:, 1]
    assert len(clean.text) == len(clean.spans)
    assert (np.diff(starts) >= 0).all() and (np.diff(ends) >= 0).all()
    assert (starts >= 0).all() and (ends <= len(raw)).all()
    for char, start, end in zip(clean.text, starts.tolist(), ends.tolist(), strict=True):
        assert start <= end  # a space may be the file's own, or put in by cleaning
        assert char == " " or (not char.isspace() and start < end)


@given(raw_lines)
def test_clean_text_is_composed_and_cleaning_it_again_changes_nothing(raw: str) -> None:
    text = fold(raw).text
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert fold(text.replace("  ", CELL)).text == text


@given(raw_lines)
def test_nothing_visible_is_lost(raw: str) -> None:
    def letters(text: str) -> str:
        spelled = unicodedata.normalize("NFKD", text)
        return "".join(char for char in spelled if unicodedata.category(char)[0] in "LN")

    assert letters(fold(raw).text) == letters(raw)


@given(st.lists(raw_lines, max_size=6))
def test_joined_lines_keep_every_character_and_its_source(raws: list[str]) -> None:
    cleans, at = [], 0
    for raw in raws:
        cleans.append(fold(raw).moved(at))
        at += len(raw)
    whole = join(cleans, {})
    assert len(whole.text) == len(whole.spans)
    assert (np.diff(whole.spans[:, 0]) >= 0).all()
    assert "\n" not in whole.text
    sources = {(char, *span) for clean in cleans for char, span in zip(clean.text, clean.spans.tolist(), strict=True)}
    for char, span in zip(whole.text, whole.spans.tolist(), strict=True):
        assert (char, *span) in sources or (char == " " and span[0] == span[1])
    missing = sum(len(clean.text.replace(" ", "")) for clean in cleans) - len(whole.text.replace(" ", ""))
    assert 0 <= missing <= max(0, len(raws) - 1)  # a hyphen a seam at most


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("The city", "answers."), "The city answers."),
        (("collabo-", "ration"), "collaboration"),
        (("krisbered-", "skapsplan"), "krisberedskapsplan"),
        (("kris-", "och katastrofberedskap"), "kris- och katastrofberedskap"),
        (("short-", "and long-term"), "short- and long-term"),
        (("COVID-", "19"), "COVID-19"),
        (("EU-", "kommissionen"), "EU-kommissionen"),
        (("Anglo-", "Saxon"), "Anglo-Saxon"),
        (("a 10-", "year plan"), "a 10-year plan"),
        (("state-of-the-", "art"), "state-of-the-art"),
        (("self-", "evident"), "self-evident"),
        (("an evidence-", "based rule"), "an evidence-based rule"),
        (("the U.S.-", "born"), "the U.S.-born"),
        (("they came –", "and went"), "they came – and went"),
        (("see https://example.org/", "reports/2020"), "see https://example.org/reports/2020"),
        (("beredskaps\u00ad", "plan"), "beredskapsplan"),
        (("", "alone", ""), "alone"),
        ((), ""),
    ],
)
def test_words_divided_at_a_line_end_are_made_whole(lines: tuple[str, ...], text: str) -> None:
    assert joined(*lines) == text


def test_the_document_itself_decides_whether_a_hyphen_stays() -> None:
    assert joined("co-", "operate", known=("they co-operate",)) == "co-operate"
    assert joined("co-", "operate", known=("they cooperate",)) == "cooperate"
    assert joined("FEVER-", "OUS", known=("on FEVEROUS",)) == "FEVEROUS"
    assert joined("non-", "attribution", known=("nonattribution rule",)) == "nonattribution"


def test_halves_at_a_line_end_are_no_evidence() -> None:
    assert words(["a co-", "operate"]) == {"a": 1, "operate": 1}
    assert words(["Table-top exercises, Table-Top"]) == {"table-top": 2, "exercises": 1}


def test_texts_are_chained_with_their_separator() -> None:
    whole = chain([fold("ab"), fold("c").moved(2)], "  ")
    assert whole.text == "ab  c"
    assert whole.spans.tolist() == [[0, 1], [1, 2], [2, 2], [2, 2], [2, 3]]
    assert chain([], "x").text == ""
