"""From a question to concepts, in both languages: what stands for each word, and the question in the other language."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.concepts import Asked, ask, typed
from index.lexicon import Lexicon, Pair, with_glossary
from index.postings import PassageWords, build
from index.vocabulary import Vocabulary
from index.words import Concept, WordIndex

ENGLISH = [
    "The sirens sounded and the police warned the public.",
    "Co-operation with the fire service was agreed.",
    "An emergency plan.",
]
SWEDISH = [
    "Krisberedskapsplanen övades av räddningstjänsten under våren.",
    "Kris, beredskap, plan och varning är ord. Räddning och tjänst likaså. En gata mäts i ar.",
]  # fmt: skip


def vocabulary(english: list[str], swedish: list[str]) -> Vocabulary:
    written = [(text, "en") for text in english] + [(text, "sv") for text in swedish]
    index = WordIndex(
        [
            build(
                PassageWords(passage_id=at, page=(at, 1), language=language, text=text, context="")
                for at, (text, language) in enumerate(written, 1)
            )
        ]
    )
    return Vocabulary(index, index.scope(np.arange(1, len(written) + 1), True))


def pair(swedish: str, english: str) -> Pair:
    return tuple(swedish.split(";")), tuple(english.split(";"))


@pytest.fixture(scope="module")
def library() -> Vocabulary:
    return vocabulary(ENGLISH, SWEDISH)


@pytest.fixture(scope="module")
def few() -> Lexicon:
    """A lexicon whose weights are easy to see."""
    return Lexicon(
        [
            pair("polis", "police;police officer"), pair("varning", "warning;alert"), pair("tidig varning", "early warning"),
            pair("kris", "crisis"), pair("beredskap", "preparedness"), pair("plan", "plan"), pair("siren", "siren"),
            pair("gå", "go;walk"), pair("brand", "fire"), pair("som", "which;that"), pair("hur", "how"), pair("stad", "city"),
        ],
        {"gick": ("gå",)},
    )  # fmt: skip


def stems(asked: Asked) -> list[dict[str, float]]:
    """What each concept is found by, in the language of the question and the other."""
    return [dict(concept.stems) | dict(concept.translated) for concept in asked.concepts]


# -- what was typed


def test_each_telling_word_is_a_concept(library: Vocabulary) -> None:
    asked = ask("How did the police sound the sirens?", "en", library, None)
    assert (
        asked.concepts
        == asked.typed
        == tuple(Concept(stems=tuple((stem, 1.0) for stem in found)) for found in [("polic",), ("sound",), ("siren", "sir")])
    )
    assert asked.added == () and asked.gloss == ""


def test_a_word_that_is_asked_twice_counts_once(library: Vocabulary) -> None:
    once = ask("siren police", "en", library, None)
    assert ask("Siren! Police, siren; SIREN", "en", library, None) == once
    assert len(once.concepts) == 2


@pytest.mark.parametrize(("question", "language"), [("to be or not to be", "en"), ("vad är det?", "sv"), ("Hur?", "sv")])
def test_stopwords_count_where_nothing_else_is_asked(library: Vocabulary, question: str, language: str) -> None:
    asked = ask(question, language, library, None)
    assert len(asked.concepts) == len(set(lexical.words(question)))
    assert asked.concepts == asked.typed
    assert stems(ask(f"{question} siren", language, library, None)) == [{"siren": 1.0, "sir": 1.0}]


@pytest.mark.parametrize("question", ["", " ", "?!…", "\n\t", "---", "🚨", "_"])
def test_nothing_is_asked_with_nothing(library: Vocabulary, question: str, few: Lexicon) -> None:
    for language in ("en", "sv", "de", ""):
        for lexicon in (few, None):
            assert ask(question, language, library, lexicon) == Asked(concepts=(), typed=(), added=(), gloss="")


def test_words_with_hyphens_are_searched_as_one_and_in_parts(library: Vocabulary) -> None:
    asked = ask("co-operation FY2017", "en", library, None)
    found = [set(one) for one in stems(asked)]
    assert {"co"} in found and {"oper", "operation"} in found and {"cooper", "cooperation"} in found
    assert {"fy2017"} in found and {"fy"} in found and {"2017"} in found


# -- what the library makes of it


def test_a_word_is_its_compounds_too(library: Vocabulary) -> None:
    assert dict(typed("beredskap", library)) == {"beredskap": 1.0, "krisberedskapsplan": 0.6}


def test_a_compound_that_the_library_has_not_is_its_parts(library: Vocabulary) -> None:
    found = dict(typed("varningsplan", library))
    assert found == {"varningsplan": 1.0, "varning": 0.5, "plan": 0.5}
    assert dict(typed("krisberedskapsplan", library)) == {"krisberedskapsplan": 1.0}


def test_accents_are_forgiven_where_the_word_as_typed_is_not_there(library: Vocabulary) -> None:
    found = dict(typed("raddningstjanst", library))
    assert found["räddningstjänst"] == 1.0
    assert "är" not in dict(typed("ar", library)) and "ar" not in dict(typed("är", library))
    assert dict(typed("ar", vocabulary([], ["Det är så."])))["är"] == 1.0


def test_a_misspelt_word_counts_less_and_only_where_nothing_else_is_found(library: Vocabulary) -> None:
    assert typed("sounb", library, alike=False) == (("sounb", 1.0),)
    assert dict(typed("sounb", library)) == {"sounb": 1.0, "sound": 0.56}
    assert dict(typed("sound", library)) == {"sound": 1.0}
    assert dict(typed("qwxzqwxz", library)) == {"qwxzqwxz": 1.0}


# -- the other language


def test_a_swedish_question_is_asked_in_english_too(library: Vocabulary, few: Lexicon) -> None:
    asked = ask("Hur gick polisens varningar?", "sv", library, few)
    gick, polis, varning = asked.concepts
    assert dict(gick.translated) == {"go": 1.0, "walk": 0.6} and dict(gick.stems)["gick"] == 1.0
    assert dict(polis.translated) == {"polic": 1.0, "offic": 0.3} and "polis" in dict(polis.stems)
    assert "polic" not in dict(polis.stems)  # it is spelt like polis, but what it means counts for more
    assert dict(varning.translated) == {"warn": 1.0, "alert": 0.6}
    assert [concept.to_swedish for concept in asked.concepts] == [False] * 3
    assert [concept.weight for concept in asked.concepts] == [1.0] * 3
    assert asked.added == ("go", "walk", "police", "police officer", "warning", "alert")
    assert asked.gloss == "how go police warning"
    assert asked.typed == ask("Hur gick polisens varningar?", "sv", library, None).typed


def test_an_english_question_is_asked_in_swedish_too(library: Vocabulary, few: Lexicon) -> None:
    asked = ask("Which early warnings went to the police?", "en", library, few)
    assert [set(dict(concept.translated)) for concept in asked.concepts] == [{"tid", "varning"}, set(), {"gå"}, {"polis"}]
    assert all(concept.to_swedish for concept in asked.concepts if concept.translated)
    assert dict(asked.concepts[0].translated) == {"tid": 0.5, "varning": 0.5}  # the words of a term share its weight
    assert asked.added == ("tidig varning", "gå", "polis")
    assert asked.gloss == "som tidig varning gå to the polis"


def test_names_and_unknown_words_stay_in_the_gloss_as_they_were_typed(library: Vocabulary, few: Lexicon) -> None:
    assert ask("Vad gör polisen i Malmö-området, Åsa?", "sv", library, few).gloss == "Vad gör police i Malmö området Åsa"
    assert ask("İstanbul polis İzmir", "sv", library, few).gloss == "İstanbul police İzmir"
    assert ask("qwxz Åsa", "sv", library, few).gloss == ""


def test_a_compound_is_asked_by_its_parts(library: Vocabulary, few: Lexicon) -> None:
    asked = ask("krisplan", "sv", library, few)
    first, second = asked.concepts
    assert dict(first.translated) == {"crisi": 1.0} and dict(second.translated) == {"plan": 1.0}
    assert dict(first.stems)["krisplan"] == dict(second.stems)["krisplan"] == 1.0  # the word itself is an alternative of each
    assert first.weight == second.weight == 0.7
    assert asked.gloss == "crisis plan" and asked.added == ("crisis", "plan")


def test_a_word_that_both_languages_write_alike_counts_once(library: Vocabulary, few: Lexicon) -> None:
    (found,) = ask("siren", "sv", library, few).concepts
    assert dict(found.stems)["siren"] == 1.0
    assert "siren" not in dict(found.translated)


def test_equivalents_of_stopwords_are_not_searched(library: Vocabulary, few: Lexicon) -> None:
    asked = ask("hur som polisen", "sv", library, few)
    assert len(asked.concepts) == 1 and asked.added == ("police", "police officer")
    assert asked.gloss == "how which police"
    assert all(concept.stems or concept.translated for concept in ask("brandsom", "sv", library, few).concepts)


def test_a_swedish_word_is_those_of_its_root_and_sense_too(library: Vocabulary) -> None:
    lexicon = Lexicon([pair("varna", "warn"), pair("varning", "warning")])
    (own,) = (concept for concept in ask("Hur varnas man?", "sv", library, lexicon).concepts if dict(concept.stems))
    assert dict(own.stems)[lexical.stem("varning", "sv")] == 0.8 and dict(own.stems)[lexical.stem("varnas", "sv")] == 1.0
    assert lexical.stem("varning", "sv") not in dict(ask("Hur varnas man?", "sv", library, None).concepts[0].stems)


def test_a_switched_off_translation_adds_nothing(library: Vocabulary, few: Lexicon) -> None:
    for lexicon, language in ((None, "sv"), (None, "en"), (few, "de"), (few, "")):
        asked = ask("polisens varning", language, library, lexicon)
        assert asked.added == () and asked.gloss == ""
        assert all(concept.translated == () for concept in asked.concepts)
        assert asked.concepts == asked.typed
        assert len(asked.concepts) == 2


def test_the_packaged_lexicon_behind_a_glossary_asks_in_the_words_of_the_field(library: Vocabulary) -> None:
    lexicon = with_glossary((pair("samlad lägesbild", "common operational picture"), pair("polis", "constabulary")))
    asked = ask("Hur får polisen samlade lägesbilder?", "sv", library, lexicon)
    assert "common operational picture" in asked.added and "constabulary" in asked.added
    assert asked.gloss.startswith("how get constabulary common operational picture")
    assert {"common", "oper", "pictur"} <= {stem for concept in asked.concepts for stem, _ in concept.translated}


# -- whatever is asked

asked_words = st.lists(
    st.one_of(
        st.sampled_from(
            "polis police varning early warning krisplan raddningstjanst brandsom gick och the co-operate FY2017 är".split()
        ),
        st.text(max_size=6),
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(asked_words, st.sampled_from(["sv", "en", "de"]), st.booleans())
def test_whatever_is_asked_keeps_to_the_terms_of_the_index(
    library: Vocabulary, few: Lexicon, question: str, language: str, translate: bool
) -> None:
    asked = ask(question, language, library, few if translate else None)
    for concept in (*asked.concepts, *asked.typed):
        held = [*concept.stems, *concept.translated]
        assert held and all(stem and 0 < weight <= 1.0 for stem, weight in held)
        assert len({stem for stem, _ in held}) == len(held)
    assert len(set(asked.concepts)) == len(asked.concepts)
    said = set(lexical.words(question))
    searched = {stem for concept in asked.concepts for stem, _ in (*concept.stems, *concept.translated)}
    telling = said - lexical.STOPWORDS or said
    assert all(stem in searched for word in telling for stem in lexical.both_stems(word))
    assert searched >= {stem for concept in asked.typed for stem, _ in concept.stems}
    assert bool(asked.added) <= translate
    assert asked.typed == ask(question, language, library, None).typed
