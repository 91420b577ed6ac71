"""Measures of retrieval. Pure; definitions as in trec_eval."""

import math
from collections.abc import Collection, Mapping, Sequence


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain at `depth` (Järvelin and Kekäläinen 2002, linear gain): 0 to 1."""
    gained = sum(grades.get(name, 0) / math.log2(place + 2) for place, name in enumerate(ranked[:depth]))
    ideal = sum(
        grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:depth]) if grade > 0
    )
    return gained / ideal if ideal else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """One over the place of the first relevant one within `depth`, 0 where there is none."""
    return next((1 / (place + 1) for place, name in enumerate(ranked[:depth]) if name in relevant), 0.0)


def recall(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """The share of the relevant that is within `depth`."""
    return len(set(ranked[:depth]) & set(relevant)) / len(relevant) if relevant else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative (ties count half); 0.5 where either is empty."""
    if not positive or not negative:
        return 0.5
    wins = sum((one > other) + 0.5 * (one == other) for one in positive for other in negative)
    return wins / (len(positive) * len(negative))


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0
