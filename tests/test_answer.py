"""Choosing the sentences of an answer. Which they are is measured elsewhere; here is what always holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import answer
from index.answer import MOST_QUOTES, Sentence, choose, coverage, idf, is_complete


def sentence(text: str, hit: int = 0, start: int = 0, score: float = 1.0) -> Sentence:
    return Sentence(hit=hit, start=start, end=start + len(text), text=text, language="en", passage_score=score)


@pytest.mark.parametrize(
    "text",
    [
        "The siren sounds in four minutes.",
        "“Nobody leaves the hall,” he said.",
        "14 cities took part in the exercise.",
        "Who decides to empty the venue?",
        "Åskådarna lämnar platsen först.",
        "The plan was tested.[12]",
        "- Name one owner for each queue.",
        "The plan was tested twice.12",
    ],
)
def test_whole_sentences_may_be_quoted(text: str) -> None:
    assert is_complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "Page 4.",
        "and then went home again.",
        "The siren sounds in four",
        "12 | 34 | 56 | 78.",
        "Annex B",
        "",
        "...",
        "2.4 3.5 4.6 5.7 6.8.",
        "A steward has these duties:",
    ],
)
def test_pieces_and_debris_are_not(text: str) -> None:
    assert not is_complete(text)


def test_coverage_by_hand() -> None:
    terms = [("siren", "sir"), ("polic",), ("minut",)]
    assert coverage(terms, [1.0, 2.0, 1.0], frozenset({"sir", "minut", "x"})) == pytest.approx(0.5)
    assert coverage(terms, [1.0, 2.0, 1.0], frozenset({"siren", "sir", "polic", "minut"})) == 1.0
    assert coverage(terms, [1.0, 2.0, 1.0], frozenset()) == 0.0 == coverage([], [], frozenset({"x"}))
    assert coverage(terms, [0.0, 0.0, 0.0], frozenset({"siren"})) == 0.0


def test_rare_words_weigh_more_and_none_less_than_nothing() -> None:
    weights = [idf(frequency, 100) for frequency in range(101)]
    assert weights == sorted(weights, reverse=True) and weights[-1] > 0
    assert idf(1, 1) > 0 and idf(0, 0) > 0
    assert idf(10, 100) == pytest.approx(np.log(1 + 90.5 / 10.5))


def test_sentences_that_say_the_same_are_one_quote_with_all_their_places() -> None:
    same = "The siren sounds in four minutes."
    chosen = choose(
        [sentence(same, 0), sentence("Buses leave at noon from here.", 1), sentence(same, 2)], [0.9, 0.1, 0.8], [1, 0, 1], 0.5
    )
    assert [one.sentence.text for one in chosen] == [same]
    assert [twin.hit for twin in chosen[0].same] == [2]


def test_the_best_sentence_comes_first() -> None:
    texts = ["Alpha stands at the gate.", "Bravo waits in the hall.", "Charlie drives the red bus."]
    chosen = choose([sentence(text, hit) for hit, text in enumerate(texts)], [0.5, 0.9, 0.7], [0.5, 0.9, 0.7], 0.5)
    assert chosen[0].sentence.text == texts[1]


def test_without_trust_in_the_vectors_only_the_words_count() -> None:
    texts = ["Alpha stands at the gate.", "Bravo waits in the hall."]
    chosen = choose([sentence(text, hit) for hit, text in enumerate(texts)], [1.0, 0.0], [0.0, 1.0], 0.0)
    assert [one.sentence.text for one in chosen] == [texts[1]]


_sentences = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.sampled_from("siren police gate bus hall noon".split()), min_size=1, max_size=6).map(" ".join),
              st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1)),
    max_size=30,
)  # fmt: skip


@given(_sentences, st.floats(0, 1))
def test_whatever_is_chosen_was_given_and_is_little(given_: list[tuple[int, str, float, float, float]], meaning: float) -> None:
    sentences = [sentence(text, hit, 40 * place, score) for place, (hit, text, _, _, score) in enumerate(given_)]
    chosen = choose(sentences, [one[2] for one in given_], [one[3] for one in given_], meaning)
    assert len(chosen) <= MOST_QUOTES
    said = [one for choice in chosen for one in (choice.sentence, *choice.same)]
    assert len(said) == len({id(one) for one in said}) and all(any(one is other for other in sentences) for one in said)
    assert bool(chosen) <= bool(sentences)


def test_nothing_to_choose_from() -> None:
    assert choose([], [], [], 0.5) == []
    assert answer.cosines(np.ones(3, np.float32), np.zeros((0, 3), np.float32)) == []
