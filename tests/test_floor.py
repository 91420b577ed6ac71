"""The floor: how sure a library has to be before it answers, worked out by hand."""

import json
import math
from collections import Counter
from dataclasses import asdict, astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import floor
from index.floor import PACKAGED, Evidence, Floor, far_questions, measured, parse
from ingest.language import detect_query

# Of the far questions: the nearest passage has a cosine of 0.2 ± 0.1 and holds 0.3 ± 0.2 of what is asked.
HAND = Floor(cosine=0.2, cosine_spread=0.1, coverage=0.3, coverage_spread=0.2, both=2.0, words=1.0)


def evidence(cosine: float, coverage: float) -> Evidence:
    return Evidence(cosine=cosine, coverage=coverage)


# -- how sure


@pytest.mark.parametrize(
    ("cosine", "coverage", "sure"),
    [
        (0.2, 0.3, 0.0),  # as a far question on average
        (0.5, 0.5, 1.0),  # 3 and 1 spreads above: 2 on average, where the floor lies
        (0.4, 0.9, 1.25),  # 2 and 3 spreads
        (0.1, 0.1, -0.5),
        (math.nan, 0.5, 1.0),  # the words alone: 1 spread above, where their floor lies
        (math.nan, 0.7, 2.0),
    ],
)
def test_one_passage_by_hand(cosine: float, coverage: float, sure: float) -> None:
    assert HAND.confidence([evidence(cosine, coverage)]) == pytest.approx(sure)


def test_the_best_passage_counts_as_much_as_all_of_them_on_average() -> None:
    best = [evidence(0.4, 0.9), evidence(0.2, 0.3), evidence(math.nan, 0.5)]  # 1.25, 0 and 1
    assert HAND.confidence(best) == pytest.approx((1.25 + 2.25 / 3) / 2)
    assert HAND.confidence(best[::-1]) == HAND.confidence(best)


def test_without_passages_nothing_is_sure() -> None:
    assert HAND.confidence([]) == 0.0


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=3), st.floats(0, 1), st.floats(0, 1))
def test_nearer_and_fuller_is_never_less_sure(given_: list[tuple[float, float]], near: float, held: float) -> None:
    before = HAND.confidence([evidence(*one) for one in given_])
    (cosine, coverage), *others = given_
    raised = [evidence(cosine + near, coverage + held), *(evidence(*one) for one in others)]
    assert HAND.confidence(raised) >= before - 1e-9


# -- measuring


def test_a_floor_by_hand() -> None:
    """Twenty-one far questions of which the words hold 0, 0.01 … 0.2, and the cosines of every second one 0.1 or 0.3."""
    far = [[evidence(0.1 if at % 2 else 0.3, at / 100)] for at in range(21)]
    found = measured(far)
    # Coverage: mean 0.1, variance (2/21)(1 + 4 + … + 100)/10000. Cosine: 11 times 0.3 and 10 times 0.1.
    spread = math.sqrt(2 * 385 / 21) / 100
    cosine = (11 * 0.3 + 10 * 0.1) / 21
    cosine_spread = math.sqrt((11 * (0.3 - cosine) ** 2 + 10 * (0.1 - cosine) ** 2) / 21)
    assert (found.coverage, found.coverage_spread) == pytest.approx((0.1, spread), abs=5e-5)
    assert (found.cosine, found.cosine_spread) == pytest.approx((cosine, cosine_spread), abs=5e-5)
    # 0.96 of the way through 21 values is at the place 19.2.
    assert found.words == pytest.approx((0.192 - 0.1) / spread, abs=5e-5)
    said = sorted(((at / 100 - 0.1) / spread + ((0.1 if at % 2 else 0.3) - cosine) / cosine_spread) / 2 for at in range(21))
    assert found.both == pytest.approx(said[19] + 0.2 * (said[20] - said[19]), abs=5e-5)


def test_of_several_passages_the_best_makes_the_mean_and_all_make_the_floor() -> None:
    far = [[evidence(math.nan, at / 100), evidence(math.nan, 0.0)] for at in range(21)]
    found = measured(far)
    spread = math.sqrt(2 * 385 / 21) / 100
    assert (found.coverage, found.coverage_spread) == pytest.approx((0.1, spread), abs=5e-5)
    # Half the best, and half the mean of it and a passage with nothing: three quarters of the one, a quarter of the other.
    assert found.words == pytest.approx((0.75 * 0.192 - 0.1) / spread, abs=5e-5)


@given(st.lists(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=3), min_size=25, max_size=60))
def test_nearly_all_far_questions_lie_below_the_floor_that_they_made(far: list[list[tuple[float, float]]]) -> None:
    questions = [[evidence(*one) for one in best] for best in far]
    found = measured(questions)
    above = sum(found.confidence(best) > 1.001 for best in questions)  # a floor is stored with four decimals
    assert above <= math.ceil(0.04 * len(questions))


def test_where_all_are_alike_the_spread_is_not_nothing() -> None:
    found = measured([[evidence(0.2, 0.3)]] * 30)
    assert (found.cosine_spread, found.coverage_spread) == (0.01, 0.01)
    assert (found.both, found.words) == (0.05, 0.05)
    assert found.confidence([evidence(0.2, 0.3)]) < 1


def test_too_few_questions_say_nothing() -> None:
    far = [[evidence(0.1, at / 100)] for at in range(20)]
    assert measured([]) == measured(far[:19]) == PACKAGED != measured(far)


def test_where_the_meaning_of_too_few_is_known_the_packaged_one_stands_in() -> None:
    far = [[evidence(0.1 if at < 19 else math.nan, at / 100)] for at in range(40)]
    found = measured(far)
    assert (found.cosine, found.cosine_spread) == (PACKAGED.cosine, PACKAGED.cosine_spread)
    assert found.coverage == pytest.approx(0.195)


def test_where_no_meaning_is_known_the_floor_is_that_of_the_words() -> None:
    found = measured([[evidence(math.nan, at / 100)] for at in range(40)])
    assert found.both == found.words > 0


def test_questions_that_found_nothing_count_as_holding_nothing() -> None:
    found = measured([*([evidence(0.1, 0.4)] for _ in range(20)), *([] for _ in range(20))])
    assert (found.coverage, found.coverage_spread) == (0.2, 0.2)


# -- keeping


def test_a_floor_is_read_back_as_it_was_stored() -> None:
    kept = floor.stored(HAND, {1: PACKAGED})
    assert parse(kept) == HAND and floor.parse_levels(kept) == {1: PACKAGED}
    alone = json.dumps(asdict(HAND))  # as the version before stored it
    assert parse(alone) == HAND and floor.parse_levels(alone) == floor.parse_levels("") == {}


def test_where_none_was_measured_it_is_the_packaged_models() -> None:
    assert parse("") is PACKAGED
    assert all(value > 0 for value in astuple(PACKAGED))


# -- the far questions


def test_there_are_a_hundred_far_questions_fifty_a_language_and_none_twice() -> None:
    questions = far_questions()
    assert Counter(language for _, language in questions) == {"en": 50, "sv": 50}
    assert len({" ".join(text.casefold().split()).rstrip("?") for text, _ in questions}) == 100
    assert all(len(text.split()) >= 3 for text, _ in questions)


def test_far_questions_are_in_the_language_that_they_are_said_to_be() -> None:
    assert [text for text, language in far_questions() if detect_query(text) != language] == []


def test_the_file_of_far_questions_has_nothing_else() -> None:
    from importlib import resources

    lines = resources.files("index").joinpath("far_questions.csv").read_text("utf-8").splitlines()
    assert len(lines) == 101 and lines[0] == "question,language"
    assert len(floor.far_questions()) == 100
