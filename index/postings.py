"""The words of passages as arrays: which passages hold a stem, and how often. One immutable part of the word index.

A part is derived from the store and can be made again. Passages are counted by their place in `ids`; the entries of stem `t`
are `entries[starts[t]:starts[t + 1]]`, in order of passage.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from index import lexical
from index.errors import SnapshotError
from index.files import write_aside

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint8]
Scalar = TypeVar("Scalar", bound=np.generic)

VERSION = 1  # of what is stored: stems and layout. A file of another version is not read, but made again
_MOST = 255  # occurrences that are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageWords:
    """What a passage is found by. `context` stands above it (title, headings, city), `page` tells pages apart."""

    passage_id: int
    page: tuple[int, int]  # document id, 1-based physical page
    language: str
    text: str
    context: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Postings:
    """A part of the word index.

    `ids` `(n,)` passage ids, sorted; `pages` `(n,)` place of the page a passage begins on; `lengths` `(n,)` words of it;
    `swedish` `(n,)` whether it is in Swedish; `starts` `(t + 1,)`; `entries` `(e,)` places of passages; `counts` and `above`
    `(e,)` occurrences in the text and in what stands above it; `vocabulary` the stems, sorted, as UTF-8 joined by newlines.
    """

    ids: Ints
    pages: Places
    lengths: npt.NDArray[np.float32]
    swedish: npt.NDArray[np.bool_]
    starts: Ints
    entries: Places
    counts: Counts
    above: Counts
    vocabulary: npt.NDArray[np.uint8]

    @cached_property
    def terms(self) -> dict[str, int]:
        """The number of each stem."""
        if len(self.starts) < 2:
            return {}
        text = self.vocabulary.tobytes().decode("utf-8", "surrogatepass")
        return {term: number for number, term in enumerate(text.split("\n"))}

    @cached_property
    def swedish_text(self) -> str:
        """The stems that occur in Swedish passages in one string, each between newlines, for a look-up of parts of words."""
        ends = np.concatenate([[0], np.cumsum(self.swedish[self.entries], dtype=np.int32)])[self.starts]
        held = (ends[1:] > ends[:-1]).tolist()
        return "\n".join(["", *(term for term, swedish in zip(self.terms, held, strict=True) if swedish), ""])

    @cached_property
    def page_count(self) -> int:
        """How many pages its passages begin on."""
        return int(self.pages.max()) + 1 if len(self.pages) else 0

    def entries_of(self, term: str) -> tuple[Places, Counts, Counts]:
        """The passages that hold a stem, with the occurrences in their text and above it."""
        span = self._span(term)
        return self.entries[span], self.counts[span], self.above[span]

    def places_of(self, term: str) -> Places:
        """The passages that hold a stem."""
        return self.entries[self._span(term)]

    def _span(self, term: str) -> slice:
        number = self.terms.get(term)
        return slice(0) if number is None else slice(self.starts[number], self.starts[number + 1])


def counted(text: str, language: str) -> dict[str, int]:
    """How often each stem of a text is kept: none more often than a part can hold."""
    return {stem: min(count, _MOST) for stem, count in Counter(lexical.stems(text, language)).items()}


def texts_of(part: Postings) -> Iterator[tuple[int, dict[str, int]]]:
    """The passages of a part, in order, each with the stems of its text (without what stands above it) and their counts."""
    numbers = np.repeat(np.arange(len(part.starts) - 1), np.diff(part.starts))
    order = np.argsort(part.entries, kind="stable")
    order = order[part.counts[order] > 0]
    ends = np.searchsorted(part.entries[order], np.arange(len(part.ids) + 1))
    stems = list(part.terms)
    for place, passage_id in enumerate(part.ids.tolist()):
        own = order[ends[place] : ends[place + 1]]
        yield passage_id, {stems[at]: count for at, count in zip(numbers[own].tolist(), part.counts[own].tolist(), strict=True)}


def build(passages: Iterable[PassageWords]) -> Postings:
    """The words of passages, which come in the order of their ids."""
    numbers: dict[str, int] = {}
    pages: dict[tuple[int, int], int] = {}
    ids, page_of, lengths, swedish = [], [], [], []
    terms: list[int] = []
    places: list[int] = []
    counts: list[int] = []
    above: list[int] = []
    for place, passage in enumerate(passages):
        body = Counter(lexical.stems(passage.text, passage.language))
        context = Counter(set(lexical.stems(passage.context, passage.language)))
        ids.append(passage.passage_id)
        page_of.append(pages.setdefault(passage.page, len(pages)))
        lengths.append(body.total() + context.total())
        swedish.append(passage.language == "sv")
        for term in body | context:
            terms.append(numbers.setdefault(term, len(numbers)))
            places.append(place)
            counts.append(min(body[term], _MOST))
            above.append(min(context[term], _MOST))
    vocabulary = sorted(numbers)
    rank = np.empty(len(numbers), np.int64)
    rank[[numbers[term] for term in vocabulary]] = np.arange(len(numbers))
    ranked = rank[np.array(terms, np.int64)] if terms else np.zeros(0, np.int64)
    order = np.argsort(ranked, kind="stable")
    return Postings(
        ids=np.array(ids, np.int64),
        pages=np.array(page_of, np.int32),
        lengths=np.array(lengths, np.float32),
        swedish=np.array(swedish, np.bool_),
        starts=np.searchsorted(ranked[order], np.arange(len(numbers) + 1)).astype(np.int64),
        entries=np.array(places, np.int32)[order],
        counts=np.array(counts, np.uint8)[order],
        above=np.array(above, np.uint8)[order],
        vocabulary=np.frombuffer("\n".join(vocabulary).encode("utf-8", "surrogatepass"), np.uint8),
    )


def joined(parts: Sequence[Postings], kept: Ints) -> Postings:
    """One part of several, with only the passages in `kept` (sorted ids)."""
    vocabulary = sorted(set().union(*(part.terms for part in parts)))
    numbers = {term: number for number, term in enumerate(vocabulary)}
    moved = [np.searchsorted(kept, part.ids) for part in parts]
    alive = [np.isin(part.ids, kept) for part in parts]
    terms: list[Ints] = []
    entries: list[Places] = []
    counts: list[Counts] = []
    above: list[Counts] = []
    for part, new, live in zip(parts, moved, alive, strict=True):
        number = np.fromiter((numbers[term] for term in part.terms), np.int64, len(part.terms))
        keep = live[part.entries]
        terms.append(np.repeat(number, np.diff(part.starts))[keep])
        entries.append(new[part.entries][keep].astype(np.int32))
        counts.append(part.counts[keep])
        above.append(part.above[keep])
    all_terms, places = np.concatenate(terms), np.concatenate(entries)
    order = np.lexsort((places, all_terms))
    used, ranked = np.unique(all_terms[order], return_inverse=True)
    here = [new[live] for new, live in zip(moved, alive, strict=True)]
    lengths = _placed([part.lengths[live] for part, live in zip(parts, alive, strict=True)], here, len(kept))
    swedish = _placed([part.swedish[live] for part, live in zip(parts, alive, strict=True)], here, len(kept))
    shift = np.cumsum([0, *(part.page_count for part in parts)])
    pages = _placed([part.pages[live] + offset for part, live, offset in zip(parts, alive, shift, strict=False)], here, len(kept))
    return Postings(
        ids=kept,
        pages=np.unique(pages, return_inverse=True)[1].astype(np.int32),
        lengths=lengths,
        swedish=swedish,
        starts=np.searchsorted(ranked, np.arange(len(used) + 1)).astype(np.int64),
        entries=places[order],
        counts=np.concatenate(counts)[order],
        above=np.concatenate(above)[order],
        vocabulary=np.frombuffer("\n".join(vocabulary[at] for at in used).encode("utf-8", "surrogatepass"), np.uint8),
    )


def _placed(values: Sequence[npt.NDArray[Scalar]], places: Sequence[Ints], size: int) -> npt.NDArray[Scalar]:
    out: npt.NDArray[Scalar] = np.zeros(size, values[0].dtype)
    for value, place in zip(values, places, strict=True):
        out[place] = value
    return out


def write(path: Path, part: Postings) -> str:
    """Write a part to `path`; return the file's SHA-256."""
    arrays = {field.name: getattr(part, field.name) for field in fields(part)}

    def save(aside: Path) -> None:
        with aside.open("wb") as file:
            np.savez(file, version=np.array(VERSION), **arrays)

    return write_aside(path, save)


def read(path: Path, sha256: str) -> Postings:
    """The part in a file, checked against its hash. Raises SnapshotError where it is damaged, or of another version."""
    try:
        data = path.read_bytes()  # once: what is checked is what is loaded
    except OSError as exc:
        raise SnapshotError(f"The word file {path} is missing, or damaged: {exc.strerror or exc}.") from exc
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SnapshotError(f"The word file {path} is missing, or damaged: it is not what was written.")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            if int(held["version"]) == VERSION:
                return _sound(Postings(**{field.name: held[field.name] for field in fields(Postings)}))
    except Exception as error:  # what is no such file makes NumPy 2.4 raise nearly anything (numpy/lib/_npyio_impl.py)
        raise SnapshotError(f"The word file {path} is of another kind: it cannot be read.") from error
    raise SnapshotError(f"The word file {path} was made by another version of Källa.")


_KINDS = {
    "ids": np.int64, "pages": np.int32, "lengths": np.float32, "swedish": np.bool_, "starts": np.int64, "entries": np.int32,
    "counts": np.uint8, "above": np.uint8, "vocabulary": np.uint8,
}  # fmt: skip


def _sound(part: Postings) -> Postings:
    """The part, where its arrays fit together. Raises ValueError, or what NumPy raises."""
    if any(getattr(part, name).dtype != kind or getattr(part, name).ndim != 1 for name, kind in _KINDS.items()):
        raise ValueError("arrays of another kind")
    passages, entries, terms = len(part.ids), len(part.entries), len(part.starts) - 1
    fits = (
        len(part.pages) == len(part.lengths) == len(part.swedish) == passages
        and len(part.counts) == len(part.above) == entries
        and (np.diff(part.ids) > 0).all()
        and part.starts[0] == 0 and part.starts[-1] == entries and (np.diff(part.starts) >= 0).all()
        and (not entries or (part.entries.min() >= 0 and part.entries.max() < passages))
        and (not passages or (part.pages.min() >= 0 and part.pages.max() < passages))
        and len(part.terms) == terms
    )  # fmt: skip
    if not fits:
        raise ValueError("arrays that do not fit together")
    return part
