"""Fusion of the two halves: what the vectors find and what the words find. Pure; higher is better everywhere.

Scores are scaled over the candidates of one question (min-max, after Fox and Shaw's CombSUM, 1994) and added with weights
that say how far each half can be trusted for this question.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each half counts; they add up to 1."""

    dense: float
    lexical: float


BOTH_KNOWN = Weights(dense=0.5, lexical=0.5)
UNKNOWN_LANGUAGE = Weights(dense=0.08, lexical=0.92)  # the model does not know the question's language: its ranks mean little


def weights_for(model_knows_language: bool) -> Weights:
    """What the halves are worth for a question in a language that the model knows, or does not know."""
    return BOTH_KNOWN if model_knows_language else UNKNOWN_LANGUAGE


def fuse(dense: Floats, lexical: Floats, weights: Weights) -> Floats:
    """One score a candidate from its `(n,)` cosine and its `(n,)` word score (0 where it has none of the words)."""
    return weights.dense * scaled(dense) + weights.lexical * scaled(lexical, floor=0.0)


def scaled(scores: Floats, floor: float | None = None) -> Floats:
    """Scores from 0 (the lowest, or `floor`) to 1 (the highest). All zero where there is nothing to tell apart."""
    if not len(scores):
        return scores
    low = float(np.min(scores)) if floor is None else floor
    span = float(np.max(scores)) - low
    return (scores - low) / span if span > 1e-9 else np.zeros_like(scores)
