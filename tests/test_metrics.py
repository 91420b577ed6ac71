"""Measures of retrieval, against values worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.metrics import auroc, mean, ndcg, recall, reciprocal_rank

LOG3 = math.log2(3)


@pytest.mark.parametrize(
    ("ranked", "grades", "depth", "expected"),
    [
        (["a", "b"], {"a": 1}, 10, 1.0),
        (["b", "a"], {"a": 1}, 10, 1 / LOG3),
        (["b", "c", "a"], {"a": 1}, 10, 0.5),
        (["b", "c", "a"], {"a": 1}, 2, 0.0),
        (["b", "a"], {"a": 2, "b": 1}, 10, (1 + 2 / LOG3) / (2 + 1 / LOG3)),
        (["a", "x", "b"], {"a": 1, "b": 1}, 10, 1.5 / (1 + 1 / LOG3)),
        (["a"], {"a": 1, "b": 1, "c": 1}, 1, 1.0),  # the ideal is cut at the same depth
        (["a", "b"], {"a": 0, "b": 1}, 10, 1 / LOG3),
        ([], {"a": 1}, 10, 0.0),
        (["a"], {}, 10, 0.0),
        (["a"], {"a": 0}, 10, 0.0),
    ],
)
def test_ndcg(ranked: list[str], grades: dict[str, int], depth: int, expected: float) -> None:
    assert ndcg(ranked, grades, depth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranked", "relevant", "depth", "expected"),
    [
        (["a", "b"], {"a"}, 10, 1.0),
        (["x", "y", "a", "b"], {"a", "b"}, 10, 1 / 3),
        (["x", "a"], {"a"}, 1, 0.0),
        ([], {"a"}, 10, 0.0),
    ],
)
def test_reciprocal_rank(ranked: list[str], relevant: set[str], depth: int, expected: float) -> None:
    assert reciprocal_rank(ranked, relevant, depth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranked", "relevant", "depth", "expected"),
    [
        (["a", "x", "b"], {"a", "b", "c"}, 10, 2 / 3),
        (["a", "x", "b"], {"a", "b"}, 2, 0.5),
        (["x"], {"a"}, 10, 0.0),
        (["a"], set(), 10, 0.0),
    ],
)
def test_recall(ranked: list[str], relevant: set[str], depth: int, expected: float) -> None:
    assert recall(ranked, relevant, depth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ([2, 3], [1], 1.0),
        ([1], [2, 3], 0.0),
        ([1, 3], [2], 0.5),
        ([1], [1], 0.5),
        ([0.9, 0.4, 0.4], [0.4, 0.1], 5 / 6),
        ([], [1], 0.5),
        ([1], [], 0.5),
    ],
)
def test_auroc(positive: list[float], negative: list[float], expected: float) -> None:
    assert auroc(positive, negative) == pytest.approx(expected)


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)),
    st.integers(1, 9),
)
def test_all_of_them_lie_between_nothing_and_one(ranked: list[str], grades: dict[str, int], depth: int) -> None:
    relevant = {name for name, grade in grades.items() if grade > 0}
    for value in (ndcg(ranked, grades, depth), reciprocal_rank(ranked, relevant, depth), recall(ranked, relevant, depth)):
        assert 0 <= value <= 1 + 1e-12
    best = sorted(grades, key=lambda name: -grades[name])
    assert ndcg(best, grades, depth) == pytest.approx(1.0 if relevant else 0.0)


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) == 0.0 and mean([1, 2, 6]) == 3.0
