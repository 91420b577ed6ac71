"""Words: what is stored and searched, and that nothing a user types is syntax."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import schema
from index.lexical import match_expression, query_terms, stemmed, words
from index.result import Mode
from tests.fakes import Shelf

SYNTAX = [
    "co-operate", "what's \"new", "AND", "OR NOT", "C++", "NEAR(", "NEAR(siren police, 3)", "*", "^siren", "siren*", "body:siren",
    "{context body}: siren", "-siren", "siren AND", '"', '""', "'", "''''", "(", ")", "((", "siren) OR (police", "\x00", "siren\x00police",
    "🚨", "👩‍🚒 leads", "\ud800", "siren \udcff", "\ufeff", "\u202e", "%", "_", "__", "a_b", ";", "--", "'; DROP TABLE documents; --", "+", "a + b",
    "ﬁre", "e\u0301", "İstanbul", "ß", "ΑΒΓ", "警告", "تحذير", "१२", "²", "½", "ⅷ", "𝒞𝒶𝓁𝓂", "\u0345", "\U0001e900", "\U000323af", "", " ", "\n\t",
]  # fmt: skip


@pytest.fixture(scope="module")
def words_table() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    for statement in schema.create_lexical(1):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO lexical_1 (rowid, context, body) VALUES (?, '', ?)",
        [(1, stemmed("The siren sounds.", "en")), (2, stemmed("Förvarning ges på ön.", "sv"))],
    )
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        shelf.put("en.md", "# Warning\n\nThe sirens sounded in the cities. Co-operation with what's new was agreed.\n")
        shelf.put("sv.md", "# Varning\n\nÖvningarna hölls på ön under våren. Krisberedskapen prövades av kommunerna.\n")
        shelf.put("marks.md", "# Marks\n\nPrograms in C++ and a list of 112 numbers were kept by the fire service.\n")
        assert shelf.ingest().code == 0
        yield shelf


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_an_error_of_syntax(words_table: sqlite3.Connection, text: str) -> None:
    terms = query_terms(text)
    if terms:
        words_table.execute("SELECT rowid FROM lexical_1 WHERE lexical_1 MATCH ?", (match_expression(terms),)).fetchall()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_every_text_is_found_by_its_own_words(words_table: sqlite3.Connection, text: str) -> None:
    terms = query_terms(text)
    if not terms:
        return
    words_table.execute("SAVEPOINT one")
    try:
        words_table.execute("INSERT INTO lexical_1 (rowid, context, body) VALUES (9, '', ?)", (stemmed(text, "en"),))
        for term in terms:
            rows = words_table.execute(
                "SELECT rowid FROM lexical_1 WHERE lexical_1 MATCH ?", (match_expression([term]),)
            ).fetchall()
            assert (9,) in rows
    finally:
        words_table.execute("ROLLBACK TO one")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("typed", SYNTAX)
def test_what_is_typed_never_raises(shelf: Shelf, typed: str, mode: Mode) -> None:
    result = shelf.search(typed, mode=mode)
    assert result.question == typed
    assert result.searched.documents == 3


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=300), st.sampled_from(list(Mode)))
def test_any_text_may_be_asked(shelf: Shelf, typed: str, mode: Mode) -> None:
    shelf.search(typed, mode=mode)


@pytest.mark.parametrize(
    "typed", ["siren " * 1700, "a" * 10_000, '"' * 10_000, " ".join(f"word{n}" for n in range(1500)), "å" * 10_000]
)
def test_ten_thousand_characters_are_searched_as_far_as_is_said(shelf: Shelf, typed: str) -> None:
    result = shelf.search(typed)
    assert any("2000" in note for note in result.notes)
    assert result.question == typed


def test_words_of_the_question_are_found_whatever_stands_between_them(shelf: Shelf) -> None:
    for typed in ("co-operation", "Co—operation!", "(co operation)", "CO_OPERATION"):
        assert shelf.found(typed, mode=Mode.LEXICAL)[0] == "en.md"
    assert shelf.found("c++ PROGRAM", mode=Mode.LEXICAL)[0] == "marks.md"
    assert shelf.found("112", mode=Mode.LEXICAL) == ["marks.md"]


def test_english_and_swedish_stems_meet_their_forms(shelf: Shelf) -> None:
    for typed in ("siren", "sirens", "sounding", "city"):
        assert shelf.found(typed, mode=Mode.LEXICAL) == ["en.md"]
    for typed in ("övning", "övningar", "kommun", "kommunernas", "krisberedskap"):
        assert shelf.found(typed, mode=Mode.LEXICAL) == ["sv.md"]


def test_a_stem_is_by_language() -> None:
    assert stemmed("sirens sounded", "en") == "siren sound"
    assert stemmed("övningarna kommunerna", "sv") == "övning kommun"
    assert stemmed("sirens", "") == stemmed("sirens", "en") == stemmed("sirens", "ga")


def test_letters_with_rings_and_dots_are_letters_of_their_own(shelf: Shelf) -> None:
    assert words("Ön ÖN o\u0308n") == ["ön", "ön", "ön"]
    assert shelf.found("ön", mode=Mode.LEXICAL) == ["sv.md"]
    assert shelf.found("on", mode=Mode.LEXICAL) == []
    assert shelf.found("ovning", mode=Mode.LEXICAL) == [] == shelf.found("varen", mode=Mode.LEXICAL)


def test_stopwords_count_only_where_nothing_else_is_asked() -> None:
    assert query_terms("what is the siren") == query_terms("siren")
    assert query_terms("vad är en övning") == query_terms("övning")
    assert query_terms("to be or not to be") != []
    assert query_terms("") == query_terms("?!…") == []


def test_a_word_that_is_asked_twice_counts_once() -> None:
    assert query_terms("siren Siren SIRENS") == query_terms("siren")


def test_the_store_is_as_it_was(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.sql("SELECT count(*) FROM documents") == [(3,)]
