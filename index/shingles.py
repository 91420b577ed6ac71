"""Shingles: every five words of a text that follow each other, as numbers; what near-identical texts share. Pure."""

import re
import zlib

import numpy as np
import numpy.typing as npt

Shingles = npt.NDArray[np.uint64]

WIDTH = 5  # words of a shingle
SKETCH = 64  # of its shingles that stand for a document
_WORD = re.compile(r"\w+")
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def shingles(text: str) -> Shingles:
    """The distinct shingles of a text, in order of size; none where it has fewer words than one.

    Case, punctuation and spacing do not count, so that the same text in another format gives the same.
    """
    words = _WORD.findall(text.casefold())
    if len(words) < WIDTH:
        return np.zeros(0, np.uint64)
    numbers = {word: zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in set(words)}
    each = np.array([numbers[word] for word in words], np.uint64)
    count = len(words) - WIDTH + 1
    joined = np.zeros(count, np.uint64)
    for place in range(WIDTH):
        joined = _mixed(joined * _STEP + each[place : place + count])
    found: Shingles = np.unique(joined)
    return found


def _mixed(values: Shingles) -> Shingles:
    """SplitMix64's last steps (Steele et al. 2014): which numbers are the smallest says nothing of the words."""
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))


def sketch(found: Shingles) -> list[int]:
    """The smallest of them (bottom-k, Broder 1997), as SQLite's signed numbers.

    Of two texts that share a part of their shingles, the sketches share about that part.
    """
    smallest: list[int] = found[:SKETCH].view(np.int64).tolist()
    return smallest


def likeness(one: Shingles, other: Shingles) -> float:
    """What two texts share of the larger of them: 1 for the same words in the same order, 0 for nothing in common."""
    larger = max(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / larger if larger else 0.0
