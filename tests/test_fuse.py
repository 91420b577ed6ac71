"""Fusion of what the vectors and what the words find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import BOTH_KNOWN, UNKNOWN_LANGUAGE, Weights, fuse, scaled, weights_for

scores = st.lists(st.floats(-1, 1, allow_nan=False, width=32), min_size=1, max_size=30)


@given(scores)
def test_scaled_scores_run_from_zero_to_one_in_the_same_order(values: list[float]) -> None:
    found = scaled(np.array(values, np.float64))
    assert ((found >= 0) & (found <= 1)).all()
    if max(values) - min(values) > 1e-6:
        assert found.max() == 1.0 and found.min() == 0.0
        assert (np.diff(found[np.argsort(values, kind="stable")]) >= 0).all()


def test_where_all_are_alike_none_is_better() -> None:
    assert scaled(np.array([0.4, 0.4])).tolist() == [0.0, 0.0]
    assert scaled(np.zeros(0)).tolist() == []
    assert scaled(np.array([3.0, 3.0]), floor=0.0).tolist() == [1.0, 1.0]


def test_by_hand() -> None:
    dense = np.array([0.9, 0.5, 0.1])
    lexical = np.array([0.0, 4.0, 8.0])
    found = fuse(dense, lexical, Weights(dense=0.5, lexical=0.5))
    np.testing.assert_allclose(found, [0.5, 0.5, 0.5])
    found = fuse(dense, lexical, Weights(dense=0.25, lexical=0.75))
    np.testing.assert_allclose(found, [0.25, 0.5, 0.75])


def test_a_candidate_without_any_of_the_words_gets_nothing_for_them() -> None:
    found = fuse(np.array([0.5, 0.5]), np.array([0.0, 2.0]), BOTH_KNOWN)
    assert found[0] == 0.0 and found[1] == pytest.approx(BOTH_KNOWN.lexical)


@given(scores, st.data())
def test_better_in_both_is_better(values: list[float], data: st.DataObject) -> None:
    words = data.draw(st.lists(st.floats(0, 20, width=32), min_size=len(values), max_size=len(values)))
    dense, lexical = np.array([*values, max(values) + 0.1]), np.array([*words, max(words) + 0.1])
    for weights in (BOTH_KNOWN, UNKNOWN_LANGUAGE):
        found = fuse(dense, lexical, weights)
        assert found.argmax() == len(values)
        assert ((found >= 0) & (found <= 1 + 1e-9)).all()


def test_the_vectors_count_for_little_in_a_language_the_model_does_not_know() -> None:
    assert weights_for(True) == BOTH_KNOWN and weights_for(False) == UNKNOWN_LANGUAGE
    assert UNKNOWN_LANGUAGE.dense < BOTH_KNOWN.dense
    for weights in (BOTH_KNOWN, UNKNOWN_LANGUAGE):
        assert weights.dense + weights.lexical == pytest.approx(1)
