"""The floor: how sure it has to be that the library answers, measured for a model rather than guessed. Pure.

Two things are known of the best passages: how near their meaning is to the question, and how much of what was asked their words
hold. Questions that no library of this kind answers (`far_questions.csv`) have both of them too; how high, depends on the model.
So each is measured in the spread of those questions above their mean, and the floor lies above nearly all of them.
"""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources

_REFUSED = 0.96  # of the far questions that are to lie below the floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a passage: the cosine of its meaning (NaN where it cannot be compared) and the share of words (0 to 1)."""

    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The far questions' mean and spread of both, and what lies above them: with both known, and with words alone."""

    cosine: float
    cosine_spread: float
    coverage: float
    coverage_spread: float
    both: float
    words: float

    def confidence(self, evidence: Sequence[Evidence]) -> float:
        """How sure it is that these passages answer; at 1 they do. The best counts as much as all of them on average."""
        sure = [self._sure(one) for one in evidence]
        return (max(sure) + sum(sure) / len(sure)) / 2 if sure else 0.0

    def _sure(self, one: Evidence) -> float:
        said = (one.coverage - self.coverage) / self.coverage_spread
        if math.isnan(one.cosine):
            return _scaled(said, self.words)
        return _scaled((said + (one.cosine - self.cosine) / self.cosine_spread) / 2, self.both)


# Measured with the packaged model on the sample library: `python -m index calibrate`, docs/quality.md.
PACKAGED = Floor(cosine=0.1669, cosine_spread=0.0666, coverage=0.2047, coverage_spread=0.0843, both=0.8488, words=1.036)


_LEVELS = "levels"


def stored(whole: Floor, levels: Mapping[int, Floor]) -> str:
    """For storing with a model: the floor of the whole library, and of what each clearance sees without being in any group."""
    return json.dumps(asdict(whole) | {_LEVELS: {str(level): asdict(found) for level, found in sorted(levels.items())}})


def parse(text: str) -> Floor:
    """A floor that was stored; the packaged model's where none was measured."""
    known = json.loads(text) if text else {}
    known.pop(_LEVELS, None)
    return Floor(**known) if known else PACKAGED


def parse_levels(text: str) -> dict[int, Floor]:
    """The floors of the clearances, as far as they were measured."""
    levels = json.loads(text).get(_LEVELS, {}) if text else {}
    return {int(level): Floor(**found) for level, found in levels.items()}


def measured(far: Sequence[Sequence[Evidence]]) -> Floor:
    """The floor above the best passages of far questions, one sequence a question; the packaged one where there are too few."""
    covered = [max((one.coverage for one in best), default=0.0) for best in far]
    near = [max((one.cosine for one in best if not math.isnan(one.cosine)), default=math.nan) for best in far]
    near = [cosine for cosine in near if not math.isnan(cosine)]
    if len(covered) < 20:
        return PACKAGED
    coverage, coverage_spread = _mean_and_spread(covered)
    cosine, cosine_spread = _mean_and_spread(near) if len(near) >= 20 else (PACKAGED.cosine, PACKAGED.cosine_spread)
    bare = Floor(
        cosine=cosine, cosine_spread=cosine_spread, coverage=coverage, coverage_spread=coverage_spread, both=0.0, words=0.0
    )
    both = [_raw(bare, best) for best in far if any(not math.isnan(one.cosine) for one in best)]
    words = [_raw(bare, [Evidence(cosine=math.nan, coverage=one.coverage) for one in best]) for best in far]
    return Floor(
        cosine=round(cosine, 4), cosine_spread=round(cosine_spread, 4), coverage=round(coverage, 4),
        coverage_spread=round(coverage_spread, 4), both=round(_quantile(both or words, _REFUSED), 4),
        words=round(_quantile(words, _REFUSED), 4),
    )  # fmt: skip


def far_questions() -> list[tuple[str, str]]:
    """Everyday questions that no library of this kind answers, with their language."""
    text = resources.files("index").joinpath("far_questions.csv").read_text("utf-8")
    return [(row["question"], row["language"]) for row in csv.DictReader(text.splitlines())]


def _raw(bare: Floor, best: Sequence[Evidence]) -> float:
    """What `confidence` compares with the floor: spreads above the mean."""
    return bare.confidence(best)


def _scaled(spreads: float, floor: float) -> float:
    """Spreads above the mean of far questions, so that the floor is 1 and the mean is 0. Without a floor, as they are."""
    return spreads / floor if floor > 0 else spreads


def _mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, max(0.01, math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)))


def _quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` lie below, by linear interpolation; at least 0.05."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return max(0.05, ordered[low] + (at - low) * (ordered[high] - ordered[low]))
