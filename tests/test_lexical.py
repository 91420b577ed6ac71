"""Words: what is stored and searched, and that nothing a user types is syntax."""

import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from index import concepts, lexical
from index.irregular import BASE_OF
from index.lexical import STOPWORDS, both_stems, folded, replaced, spellings, stem, stems, words, written
from index.library import Library
from index.postings import PassageWords, build
from index.result import Mode
from index.vocabulary import Vocabulary
from index.words import Concept, WordIndex
from tests.fakes import OWNER, Shelf

SYNTAX = [
    "co-operate", "what's \"new", "AND", "OR NOT", "C++", "NEAR(", "NEAR(siren police, 3)", "*", "^siren", "siren*", "body:siren",
    "{context body}: siren", "-siren", "siren AND", '"', '""', "'", "''''", "(", ")", "((", "siren) OR (police", "\x00", "siren\x00police",
    "🚨", "👩‍🚒 leads", "\ud800", "siren \udcff", "\ufeff", "\u202e", "%", "_", "__", "a_b", ";", "--", "'; DROP TABLE documents; --", "+", "a + b",
    "ﬁre", "e\u0301", "İstanbul", "ß", "ΑΒΓ", "警告", "تحذير", "१२", "²", "½", "ⅷ", "𝒞𝒶𝓁𝓂", "\u0345", "\U0001e900", "\U000323af", "", " ", "\n\t",
    "city:", "city:\ud800", '"\ud800"', '-"', "year:2019..", '"exact phrase" -without city:London', "co‐op co‑op", "FY2017", "a1b2c3", "\u01f0\u0345",
]  # fmt: skip
anything = st.one_of(st.text(st.characters(), max_size=60), st.sampled_from(SYNTAX))


# -- words


def test_words_are_lower_case_and_composed() -> None:
    assert words("The SIRENS, sounded: 112 times!") == ["the", "sirens", "sounded", "112", "times"]
    assert words("Ön ÖN o\u0308n") == ["ön", "ön", "ön"]
    assert words("snake_case C++ (e-mail)") == ["snake", "case", "c", "e", "mail"]
    assert words("") == words("?!… \ud800 _") == []


def test_a_letter_whose_lower_case_is_two_is_one_letter() -> None:
    assert words("İstanbul İZMİR") == ["istanbul", "izmir"]
    assert written("İstanbul") == ["İstanbul"]
    assert replaced("İstanbul polis", {"istanbul": "Ankara"}) == "Ankara polis"


@settings(max_examples=200, deadline=None)
@given(anything)
@example("ΑΣ'Β")
def test_words_are_told_once_in_every_form(text: str) -> None:
    found = words(text)
    assert len(written(text)) == len(found)
    assert [spelling[0] for spelling in spellings(text)] == found
    assert words(" ".join(found)) == found
    assert [word.lower() for word in found] == found


@settings(max_examples=150, deadline=None)
@given(anything, st.sampled_from(["siren", "a", "1"]))
def test_only_the_words_named_are_replaced(text: str, other: str) -> None:
    assume("Σ" not in text)  # at the end of a word its lower case is another
    assert replaced(text, {}) == unicodedata.normalize("NFC", text)
    instead = {word: other for word in words(text)[:1]}
    assert words(replaced(text, instead)) == [instead.get(word, word) for word in words(text)]


def test_replacing_leaves_what_stands_between_as_it_is() -> None:
    assert replaced('How do "polcie" warn? (Polcie!)', {"polcie": "police"}) == 'How do "police" warn? (Police!)'


# -- spellings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("co-operate", [["co"], ["operate", "cooperate"]]),
        ("Co\u2010operate co\u2011operate", [["co"], ["operate", "cooperate"]] * 2),
        ("state-of-the-art", [["state"], ["of"], ["the"], ["art", "stateoftheart"]]),
        ("- siren -police- a--b", [["siren"], ["police"], ["a"], ["b"]]),
        ("FY2017", [["fy2017", "fy", "2017"]]),
        ("H1N1", [["h1n1"]]),
        ("covid-19", [["covid"], ["19", "covid19"]]),
        ("2020-talets", [["2020"], ["talets", "2020talets"]]),
        ("112", [["112"]]),
        ("", []),
    ],
)
def test_a_word_is_also_the_other_ways_it_is_written(text: str, found: list[list[str]]) -> None:
    assert spellings(text) == found


# -- stems


def test_a_stem_is_by_language() -> None:
    assert stems("sirens sounded", "en") == ["siren", "sound"]
    assert stems("övningarna kommunerna", "sv") == ["övning", "kommun"]
    assert stems("sirens", "") == stems("sirens", "en") == stems("sirens", "ga")
    assert both_stems("övningar") == (stem("övningar", "en"), "övning")
    assert both_stems("112") == ("112",)


def test_irregular_english_forms_have_the_stem_of_their_base_form() -> None:
    assert stem("went", "en") == stem("going", "en") == "go"
    assert stem("crises", "en") == stem("crisis", "en") and stem("men", "en") == "man"
    assert stem("men", "sv") == "men"
    for form, base in BASE_OF.items():
        assert words(form) == [form] and words(base) == [base] and form != base
        assert base not in BASE_OF, base
        assert stem(form, "en") == stem(base, "en")


def test_what_is_stored_of_a_text_is_all_its_spellings() -> None:
    assert stems("Co-operation in FY2017", "en") == ["co", "oper", "cooper", "in", "fy2017", "fy", "2017"]


def test_stems_are_the_same_in_every_thread() -> None:
    texts = [
        f"{word}{ending}" for word in ("siren", "övning", "warn", "kommun") for ending in ("", "s", "ing", "arna", "ed")
    ] * 20
    lexical.stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: (stems(text, "en"), stems(text, "sv")), texts))
    assert found == [(stems(text, "en"), stems(text, "sv")) for text in texts]


def test_what_is_typed_without_accents() -> None:
    assert folded("räddningstjänst") == "raddningstjanst" and folded("övå") == "ova" and folded("siren") == "siren"


def test_stopwords_are_words() -> None:
    assert all(words(word) == [word] for word in STOPWORDS)
    assert {"the", "what", "vad", "är", "och"} <= STOPWORDS
    assert STOPWORDS.isdisjoint({"police", "siren", "polis", "varning", "crisis", "kris", "ar"})


# -- every text is found by its own words


@settings(max_examples=250, deadline=None)
@given(anything, st.sampled_from(["en", "sv", "de", ""]), st.sampled_from(["en", "sv", "fi"]))
def test_every_text_is_found_by_its_own_words(text: str, stored: str, asked: str) -> None:
    other = PassageWords(passage_id=1, page=(1, 1), language="en", text="The siren sounds.", context="")
    index = WordIndex([build([other, PassageWords(passage_id=9, page=(9, 1), language=stored, text=text, context="")])])
    scope = index.scope(np.array([1, 9], np.int64), True)
    found = concepts.ask(text, asked, Vocabulary(index, scope), None)
    assert bool(found.concepts) == bool(words(text))
    for concept in found.concepts:
        assert index.score([concept], scope).of(np.array([9]))[0] > 0
    for word in words(text):
        own = Concept(stems=tuple((one, 1.0) for one in both_stems(word)))
        assert index.score([own], scope).of(np.array([9]))[0] > 0


# -- what is typed into a real library


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        shelf = Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch)
        shelf.put("en.md", "# Warning\n\nThe sirens sounded in the cities. Co-operation with what's new was agreed.\n")
        shelf.put("sv.md", "# Varning\n\nÖvningarna hölls på ön under våren. Krisberedskapen prövades av kommunerna.\n")
        shelf.put("marks.md", "# Marks\n\nPrograms in C++ and a list of 112 numbers were kept by the fire service in FY2017.\n")
        assert shelf.ingest().code == 0
        yield shelf


@pytest.fixture(scope="module")
def library(shelf: Shelf) -> Iterator[Library]:
    library = shelf.library()
    yield library
    library.close()


def found(library: Library, typed: str, *, translate: bool = False) -> list[str]:
    hits = library.search(typed, principal=OWNER, mode=Mode.LEXICAL, translate=translate).hits
    return [Path(hit.path).name for hit in hits]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("typed", SYNTAX)
def test_what_is_typed_never_raises(library: Library, typed: str, mode: Mode) -> None:
    result = library.search(typed, principal=OWNER, mode=mode)
    assert result.question == typed
    assert result.searched.documents <= 3


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(), max_size=300), st.sampled_from(list(Mode)))
def test_any_text_may_be_asked(library: Library, typed: str, mode: Mode) -> None:
    assert library.search(typed, principal=OWNER, mode=mode).question == typed


@pytest.mark.parametrize(
    "typed", ["siren " * 1700, "a" * 10_000, '"' * 10_000, " ".join(f"word{n}" for n in range(1500)), "å" * 10_000, "-a " * 4000]
)
def test_ten_thousand_characters_are_searched_as_far_as_is_said(library: Library, typed: str) -> None:
    result = library.search(typed, principal=OWNER)
    assert any("2000" in note for note in result.notes)
    assert result.question == typed


def test_words_of_the_question_are_found_whatever_stands_between_them(library: Library) -> None:
    for typed in ("co-operation", "Co—operation!", "(co operation)", "CO_OPERATION", "cooperation", "coöperation co-operation"):
        assert found(library, typed)[0] == "en.md"
    assert found(library, "c++ PROGRAM")[0] == "marks.md"
    for typed in ("112", "FY2017", "fy", "2017", "fy 2017"):
        assert found(library, typed) == ["marks.md"]


def test_english_and_swedish_stems_meet_their_forms(library: Library) -> None:
    for typed in ("siren", "sirens", "sounding", "city"):
        assert found(library, typed) == ["en.md"]
    for typed in ("övning", "övningar", "kommun", "kommunernas", "krisberedskap"):
        assert found(library, typed) == ["sv.md"]


def test_letters_with_rings_and_dots_may_be_typed_without(library: Library) -> None:
    for typed in ("ön", "o\u0308n", "ovning", "ovningarna", "varen", "provades"):
        assert found(library, typed) == ["sv.md"]


def test_the_other_language_is_found_where_it_is_asked_for(library: Library) -> None:
    assert found(library, "municipality") == []
    assert found(library, "municipality", translate=True) == ["sv.md"]


def test_stopwords_count_only_where_nothing_else_is_asked(library: Library) -> None:
    assert found(library, "what is the siren of the") == ["en.md"]
    assert set(found(library, "in the")) == {"en.md", "marks.md"}
    assert found(library, "") == found(library, "?!…") == []


def test_the_store_is_as_it_was(shelf: Shelf) -> None:
    assert shelf.sql("SELECT count(*) FROM documents") == [(3,)]
