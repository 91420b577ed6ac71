"""Runs of a user's own questions, as they are looked at over time: types only."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A question that is in two runs, with its rank in each."""

    question: str
    before: int | None
    now: int | None

    @property
    def kind(self) -> str:
        """One of gained, lost, better, worse and same."""
        if self.before == self.now:
            return "same"
        if self.before is None or self.now is None:
            return "gained" if self.before is None else "lost"
        return "better" if self.now < self.before else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A question whose answer was not found."""

    question: str
    document_rank: int | None  # where its document was found all the same, 1-based
    note: str  # which expected documents the library does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run came to. `figures`: shares from 0 to 1, and counts, by the names that `index.own_questions` gives them."""

    created: str  # ISO 8601, UTC
    mode: str  # index.result.Mode value
    model: str
    generation: int
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """A file of questions with its runs, oldest first, what the last gained and lost, and what it did not find."""

    name: str  # by which it is told from others: the path of the file, as text that can be shown
    path: Path  # of the file, which may be gone
    runs: tuple[Measured, ...]
    changes: tuple[Change, ...] = ()  # since the run before; questions with the same rank are left out
    new: tuple[str, ...] = ()  # questions that were not in the run before
    gone: tuple[str, ...] = ()  # questions of the run before that are not asked any more
    missed: tuple[Miss, ...] = ()
