"""What the library's own words say of a word: its compounds, its parts, its accents and what is spelt like it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.postings import PassageWords, build
from index.vocabulary import Vocabulary, most_like
from index.words import WordIndex

LIBRARY = """
Kommunens krisberedskapsplan reviderades under våren.
God beredskap kräver övning, och en kris kräver snabba beslut.
Planen övades av räddningstjänsten och polisen.
Krisledningsnämnden sammanträdde. Ledningen saknade en nämnd.
Varje beredskapsmyndighet är en myndighet med särskilt ansvar.
En evakueringsplats pekas ut av kommunen. En trygg plats för evakuering ska övas.
Varningssystemet ljöd. Systemet sänder en varning per ar.
Räddning och tjänst är två ord. Övningserfarenheterna är en erfarenhet.
""".strip().splitlines()


def sv(passage_id: int, text: str) -> PassageWords:
    return PassageWords(passage_id=passage_id, page=(passage_id, 1), language="sv", text=text, context="")


def en(passage_id: int, text: str) -> PassageWords:
    return replace(sv(passage_id, text), language="en")


def vocabulary(passages: Sequence[PassageWords], hidden: Sequence[PassageWords] = (), parts: int = 1) -> Vocabulary:
    """The words of `passages`, in an index of so many parts that holds `hidden` as well."""
    every = sorted([*passages, *hidden], key=lambda one: one.passage_id)
    index = WordIndex([build(every[number::parts]) for number in range(parts)])
    ids = np.array(sorted(one.passage_id for one in passages), np.int64)
    return Vocabulary(index, index.scope(ids, not hidden))


@pytest.fixture(scope="module")
def swedish() -> Vocabulary:
    return vocabulary([sv(at, text) for at, text in enumerate(LIBRARY, 1)])


# -- compounds


@pytest.mark.parametrize("word", ["beredskap", "beredskapen", "beredskapens"])
def test_a_word_finds_the_compounds_that_hold_it(swedish: Vocabulary, word: str) -> None:
    found = swedish.compounds_with(word)
    assert found == ("beredskapsmynd", "krisberedskapsplan")


def test_a_compound_finds_the_words_that_it_is_made_of(swedish: Vocabulary) -> None:
    assert swedish.parts_of("krisberedskapsplan") == ("kris", "beredskap", "plan")
    assert swedish.parts_of("krisövningarna") == ("kris", "övning")
    assert swedish.parts_of("räddningsledning") == ("räddning", "ledning")
    assert swedish.parts_of("krisokänd") == ()
    assert swedish.parts_of("planövning") == ("plan", "övning")


def test_a_last_part_counts_in_the_form_that_is_stored(swedish: Vocabulary) -> None:
    # A stem cannot be stemmed again: evakueringsplats is stored as evakueringsplat, and of that the stem would be evakueringspl.
    assert swedish.compounds_with("evakuering") == ("evakueringsplat",)
    assert swedish.compounds_with("erfarenheten") == swedish.compounds_with("erfarenheter") == ("övningserfaren",)
    assert "övningserfaren" in swedish.compounds_with("övningarna")
    assert lexical.stem("krisledningsnämnden", "sv") in swedish.compounds_with("ledning")
    assert lexical.stem("varningssystemet", "sv") in swedish.compounds_with("systemen")


def test_a_word_is_in_no_compound_of_what_is_no_word(swedish: Vocabulary) -> None:
    assert swedish.compounds_with("redskap") == ()  # beredskap is not be + redskap: the library has no be
    assert swedish.compounds_with("plats") == ()  # shorter than what is looked for inside words
    assert swedish.compounds_with("kris") == ()
    assert swedish.compounds_with("12345") == ()
    assert swedish.compounds_with("") == ()
    assert swedish.compounds_with("krisberedskapsplan") == ()


def test_only_swedish_passages_have_compounds() -> None:
    texts = ["krisberedskapsplan", "kris beredskap plan"]
    assert vocabulary([sv(1, texts[0]), sv(2, texts[1])]).compounds_with("beredskap") == ("krisberedskapsplan",)
    assert vocabulary([en(1, texts[0]), sv(2, texts[1])]).compounds_with("beredskap") == ()
    assert vocabulary([sv(1, texts[0]), en(2, texts[1])]).compounds_with("beredskap") == ()


def test_a_compound_of_several_parts_of_the_index_is_told_once() -> None:
    passages = [sv(at, "krisberedskapsplan kris beredskap plan") for at in range(1, 7)]
    assert vocabulary(passages, parts=3).compounds_with("beredskap") == ("krisberedskapsplan",)
    found = vocabulary([sv(1, "krisberedskap"), sv(2, "kris"), sv(3, "beredskap")], parts=3)
    assert found.compounds_with("beredskap") == ("krisberedskap",)  # what each part knows is put together
    assert found.parts_of("krisberedskap") == ("kris", "beredskap")


def test_no_more_compounds_are_told_than_are_searched() -> None:
    many = " ".join(f"varning{letter}{other}plan {letter}{other}plan" for letter in "bcdfghjklm" for other in "aeiouyåäö")
    found = vocabulary([sv(1, f"varning {many}")]).compounds_with("varning")
    assert len(found) == len(set(found)) == 60


# -- accents


def test_a_word_typed_without_accents_is_forgiven(swedish: Vocabulary) -> None:
    assert "räddningstjänst" in swedish.unaccented("raddningstjanst")
    assert swedish.unaccented("raddningstjansten") == swedish.unaccented("raddningstjanst")
    assert swedish.unaccented("ovning") == ("övning",)
    assert swedish.unaccented("ovningarna") == ("övning",)
    assert swedish.unaccented("polis") == swedish.unaccented("siren") == swedish.unaccented("") == ()


def test_both_spellings_are_words_where_both_occur(swedish: Vocabulary) -> None:
    assert swedish.occurs("ar") and swedish.occurs("är")
    assert not swedish.occurs("övnin") and not swedish.occurs("")
    assert swedish.any_occurs(["siren", "är"]) and not swedish.any_occurs(["siren", "larm"]) and not swedish.any_occurs([])


def test_all_that_is_typed_alike_is_told() -> None:
    assert set(vocabulary([sv(1, "får får"), sv(2, "fär fasan")]).unaccented("far")) == {"får", "fär"}


# -- likeness


def test_a_misspelt_word_is_like_the_one_that_was_meant(swedish: Vocabulary) -> None:
    assert swedish.alike("polsi") == swedish.alike("polsien") == (("polis", pytest.approx(0.8)),)
    assert swedish.alike("evakuerign")[0] == ("evakuering", pytest.approx(0.9))
    assert swedish.alike("evakuring")[0] == ("evakuering", pytest.approx(0.9))
    assert swedish.alike("krisberedskasplan")[0][0] == "krisberedskapsplan"


def test_likeness_is_the_share_of_letters_that_are_in_their_place() -> None:
    known = vocabulary([en(1, "abcdefghik abcdefghji abcdefghxx abcdefgxxx abcdefg zbcdefghij")])
    # One letter is another; two have changed places; two are others; three are; three are missing; the first is another.
    assert known.alike("abcdefghij") == tuple((stem, pytest.approx(share)) for stem, share in
                                              [("abcdefghik", 0.9), ("abcdefghji", 0.9), ("abcdefghxx", 0.8)])  # fmt: skip
    assert vocabulary([en(1, "siren")]).alike("sirem") == (("siren", pytest.approx(0.8)),)
    assert vocabulary([en(1, "sirn")]).alike("siem") == ()


def test_the_three_most_alike_are_told_the_best_first() -> None:
    known = vocabulary([en(1, "abcdefghikl abcdefghijx abcdefghixx abcdefgxijk abcdefghij")])
    found = known.alike("abcdefghijk")
    assert len(found) == 3
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)
    assert "abcdefghixx" not in dict(found)


@pytest.mark.parametrize("word", ["", "ar", "kri", "2019", "12345", "qqqqqqqq", "x" * 2000])
def test_short_words_numbers_and_strange_words_are_like_nothing(swedish: Vocabulary, word: str) -> None:
    assert swedish.alike(word) == ()


def test_likeness_begins_with_the_same_letter() -> None:
    assert vocabulary([en(1, "siren")]).alike("ziren") == ()


def test_of_several_words_the_one_spelt_most_like_it_is_chosen() -> None:
    assert most_like("polcie", ["policeman", "police", "policing"]) == "police"
    assert most_like("abcd", ["abce", "abcf"]) == "abce"


# -- nothing that is hidden shows


WORDS = (
    "kris beredskap plan övning krisplan beredskapsplan krisberedskapsplan krisövning beredskapsövning beredskaps räddningstjänst "
    "raddningstjanst räddning tjänst beredskpa beredskab räddningstjänts övningsplan planövning"
).split()
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
ASKED = [*WORDS, "beredskapp", "beredska", "raddningstjans", "kirsplan", "overvaka", "krisberedskapsovning", "ovning"]


def told(known: Vocabulary) -> list[object]:
    return [
        [
            known.compounds_with(word), known.parts_of(word), sorted(set(known.unaccented(word))), known.alike(word),
            known.occurs(word),
        ]
        for word in ASKED
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.booleans())
def test_what_is_told_is_the_same_whatever_is_hidden(seen: list[str], hidden: list[str], other: list[str], mixed: bool) -> None:
    allowed = [sv(2 * at, text) if at % 2 or not mixed else en(2 * at, text) for at, text in enumerate(seen, 1)]
    alone = told(vocabulary(allowed))
    for beside in (hidden, other):
        assert told(vocabulary(allowed, [sv(2 * at + 1, text) for at, text in enumerate(beside)])) == alone


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.integers(1, 3))
def test_nothing_is_told_that_the_asker_would_not_find(seen: list[str], hidden: list[str], parts: int) -> None:
    known = vocabulary(
        [sv(2 * at, text) for at, text in enumerate(seen, 1)], [sv(2 * at + 1, text) for at, text in enumerate(hidden)], parts
    )
    visible = {stem for text in seen for stem in lexical.stems(text, "sv")}
    for word in ASKED:
        alike = [stem for stem, _ in known.alike(word)]
        assert {*known.compounds_with(word), *known.parts_of(word), *known.unaccented(word), *alike} <= visible
        assert known.occurs(word) == (word in visible)


def test_hidden_words_do_not_push_others_out() -> None:
    seen = [sv(1, "varning varningsplan plan"), en(2, "abcdefghixx")]
    many = " ".join(f"abcdefghi{letter}k abcdefg{letter}ijk" for letter in "abcdefghjlmnopqr")
    more = " ".join(f"varning{letter}plan {letter}plan" for letter in "abcdefghijklmnopqr")
    known = vocabulary(seen, [sv(at, f"{many} {more} abcdefghijk") for at in range(3, 9)])
    assert [stem for stem, _ in known.alike("abcdefghijk")] == ["abcdefghixx"]
    assert known.compounds_with("varning") == ("varningsplan",)
