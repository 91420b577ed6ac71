"""Fusion: one score from what the meaning and the words of a passage say. Pure; higher is better everywhere.

Each half is measured against the best passage for this question, and added (CombSUM, Fox and Shaw 1994, with scores divided
by their maximum). The halves count by what they can know: a passage in a language that the model does not know is judged by
its words alone, and a question in such a language by the meaning of its translation.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each half counts; they add up to 1."""

    dense: float
    lexical: float


KNOWN = Weights(dense=0.43, lexical=0.57)  # measured: docs/retrieval.md
UNKNOWN = Weights(dense=0.08, lexical=0.92)  # neither question nor translation is in a language of the model


def fuse(cosines: Floats, words: Floats, weights: Weights, foreign: Flags) -> Floats:
    """One score a candidate, 0 to 1, from its `(n,)` cosine and its `(n,)` word score.

    `foreign` marks the passages whose language the model does not know: their words stand in for their meaning, and their
    cosine may be NaN.
    """
    near = of_best(np.where(foreign, 0.0, cosines))
    said = of_best(words)
    return np.where(foreign, said, weights.dense * near + weights.lexical * said)


def of_best(scores: Floats) -> Floats:
    """Scores as a share of the highest; what is below zero counts as zero."""
    best = float(np.max(scores, initial=0.0))
    return np.maximum(scores, 0.0) / best if best > 0 else np.zeros_like(scores)
