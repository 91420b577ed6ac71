"""Fusion of what the meaning and what the words of a passage say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import KNOWN, UNKNOWN, Weights, fuse, of_best

scores = st.lists(st.floats(-1, 1, allow_nan=False, width=32), min_size=1, max_size=30)
HALVES = Weights(dense=0.5, lexical=0.5)


def none(count: int) -> np.ndarray:
    return np.zeros(count, np.bool_)


@given(scores)
def test_scores_are_a_share_of_the_best_in_the_same_order(values: list[float]) -> None:
    given_scores = np.array(values, np.float64)
    found = of_best(given_scores)
    assert ((found >= 0) & (found <= 1)).all()
    assert (found[given_scores <= 0] == 0).all()
    assert found.max() == (1.0 if max(values) > 0 else 0.0)
    assert (np.diff(found[np.argsort(given_scores, kind="stable")]) >= 0).all()


def test_what_is_below_nothing_is_nothing() -> None:
    assert of_best(np.array([0.5, 0.25, -0.5])).tolist() == [1.0, 0.5, 0.0]
    assert of_best(np.array([3.0, 3.0])).tolist() == [1.0, 1.0]
    assert of_best(np.array([0.0, -2.0])).tolist() == [0.0, 0.0]
    assert of_best(np.zeros(0)).tolist() == []


def test_by_hand() -> None:
    cosines, words = np.array([0.8, 0.4, -0.1]), np.array([0.0, 2.0, 4.0])
    np.testing.assert_allclose(fuse(cosines, words, HALVES, none(3)), [0.5, 0.5, 0.5])
    np.testing.assert_allclose(fuse(cosines, words, Weights(dense=0.25, lexical=0.75), none(3)), [0.25, 0.5, 0.75])


def test_words_stand_in_for_the_meaning_of_a_passage_in_another_language() -> None:
    cosines, words = np.array([0.8, 0.9, 0.4]), np.array([1.0, 2.0, 4.0])
    found = fuse(cosines, words, HALVES, np.array([False, True, False]))
    # The foreign passage's cosine is nobody's best: the first has all of the meaning, the third half of it.
    np.testing.assert_allclose(found, [0.5 + 0.5 * 0.25, 0.5, 0.25 + 0.5])
    np.testing.assert_allclose(fuse(cosines, words, HALVES, ~none(3)), [0.25, 0.5, 1.0])


def test_a_passage_with_none_of_the_words_has_its_meaning_alone() -> None:
    found = fuse(np.array([0.5, 0.5]), np.array([0.0, 2.0]), KNOWN, none(2))
    assert found.tolist() == pytest.approx([KNOWN.dense, 1.0])
    assert fuse(np.array([0.5]), np.array([0.0]), KNOWN, ~none(1)).tolist() == [0.0]


def test_nothing_is_fused_of_nothing() -> None:
    assert fuse(np.zeros(0), np.zeros(0), KNOWN, none(0)).tolist() == []
    assert fuse(np.zeros(2), np.zeros(2), KNOWN, none(2)).tolist() == [0.0, 0.0]


@given(scores, st.data())
def test_better_in_both_is_better(values: list[float], data: st.DataObject) -> None:
    said = data.draw(st.lists(st.floats(0, 20, width=32), min_size=len(values), max_size=len(values)))
    foreign = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    cosines, words = np.array([*values, max(*values, 0.0) + 0.1]), np.array([*said, max(said) + 0.1])
    for weights in (KNOWN, UNKNOWN):
        for other in (False, True):
            found = fuse(cosines, words, weights, np.array([*foreign, other]))
            assert found.argmax() == len(values)
            assert ((found >= 0) & (found <= 1 + 1e-9)).all()
            assert found[-1] == pytest.approx(1.0)


@given(scores, st.floats(0.1, 50))
def test_only_what_a_score_is_beside_the_best_counts(values: list[float], factor: float) -> None:
    cosines, words = np.array(values), np.abs(np.array(values))[::-1]
    plain = fuse(cosines, words, KNOWN, none(len(values)))
    np.testing.assert_allclose(fuse(cosines, words * factor, KNOWN, none(len(values))), plain, rtol=1e-6, atol=1e-9)


def test_the_vectors_count_for_little_in_a_language_the_model_does_not_know() -> None:
    assert UNKNOWN.dense < KNOWN.dense
    for weights in (KNOWN, UNKNOWN):
        assert weights.dense + weights.lexical == pytest.approx(1)
        assert weights.dense > 0 and weights.lexical > 0
