"""What changed between two editions: sentences of the one held against those of the other, in the order of the text."""

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from index.result import Change, Said
from index.serving import Serving
from index.store import Connection
from ingest.document import BlockKind

_CHANGED = 0.5  # of their words that two sentences share, from which one is the other changed
_HELD = 900  # pairs of sentences of one gap that are held against each other; beyond, it was written anew
_LONGEST = 1500  # characters of what was added or removed that are shown as one
_WORD = re.compile(r"\w+")
_EDGE = re.compile(r"^\W+|\W+$")

Step = tuple[int | None, int | None]  # places in the old and the new: both, or one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """A document as its sentences and headings, in order. `keys` are the same where two of them say the same."""

    text: str
    spans: tuple[tuple[int, int], ...]
    pages: tuple[tuple[int, int, str], ...]  # where each starts, its number, its label

    @property
    def keys(self) -> list[str]:
        """Case, spacing, and punctuation at the ends do not count: another format writes them otherwise."""
        return [_EDGE.sub("", " ".join(self.text[start:end].split()).casefold()) for start, end in self.spans]

    def said(self, first: int, last: int) -> Said:
        """The words from one sentence to another, both included."""
        start, end = self.spans[first][0], self.spans[last][1]
        _, number, label = self.pages[self.page(first)]
        return Said(text=self.text[start:end], start=start, end=end, page=number, page_label=label)

    def page(self, place: int) -> int:
        """The place in `pages` of the one that a sentence begins on."""
        return max(0, bisect_right(self.pages, self.spans[place][0], key=lambda page: page[0]) - 1)


def read(connection: Connection, now: Serving, document_id: int) -> Sentences:
    """The sentences of a document as its passages have them, and its headings. The caller has looked whether it may be seen."""
    row = connection.execute("SELECT text, blocks FROM texts WHERE document_id = ?", (document_id,)).fetchone()
    held = connection.execute(
        "SELECT start, sentences FROM passages WHERE generation_id = ? AND document_id = ? ORDER BY ordinal",
        (now.generation, document_id),
    )
    spans = sorted((row["start"] + start, row["start"] + end) for row in held for start, end in json.loads(row["sentences"]))
    starts = [start for start, _ in spans]
    for start, end, kind, _ in json.loads(row["blocks"]):
        at = bisect_left(starts, end)  # what begins before the heading ends may hold it: a short note is one passage
        if kind == BlockKind.HEADING and (at == 0 or spans[at - 1][1] <= start):
            starts.insert(at, start)
            spans.insert(at, (start, end))
    pages = connection.execute("SELECT start, number, label FROM pages WHERE document_id = ? ORDER BY number", (document_id,))
    return Sentences(text=row["text"], spans=tuple(spans), pages=tuple((p["start"], p["number"], p["label"]) for p in pages))


def compare(old: Sentences, new: Sentences) -> tuple[list[Change], int]:
    """All changes in the order of the text, and how many sentences stand in both. No words are marked yet."""
    before, after = old.keys, new.keys
    same = matching(before, after)
    steps: list[Step] = []
    for (i, j), (to_i, to_j) in pairwise([(-1, -1), *same, (len(before), len(after))]):
        steps += _gap(range(i + 1, to_i), range(j + 1, to_j), before, after)
        steps.append((-1, -1))  # what stands in both parts what is added before it from what is added after
    return list(_told(steps, old, new)), len(same)


def matching(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The places that are the same in both, rising: what stands once in each (patience diff), and equal neighbours of that.

    It takes n log n steps, whatever the texts: what was moved is removed at one place and added at the other.
    """
    once = [
        {key: place for place, key in enumerate(keys) if count[key] == 1} for keys in (before, after) if (count := Counter(keys))
    ]
    anchors = [(i, once[1][key]) for key, i in once[0].items() if key in once[1]] if len(once) == 2 else []
    found: list[tuple[int, int]] = []
    for (i, j), (to_i, to_j) in pairwise([(-1, -1), *_rising(anchors), (len(before), len(after))]):
        if i >= 0:
            found.append((i, j))
        while i + 1 < to_i and j + 1 < to_j and before[i + 1] == after[j + 1]:
            i, j = i + 1, j + 1
            found.append((i, j))
        back: list[tuple[int, int]] = []
        while to_i - 1 > i and to_j - 1 > j and before[to_i - 1] == after[to_j - 1]:
            to_i, to_j = to_i - 1, to_j - 1
            back.append((to_i, to_j))
        found += reversed(back)
    return found


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs, in order of the first, whose second rises too."""
    ends: list[int] = []  # the least second that a run of each length ends with
    at: list[int] = []  # the pair that it ends with
    before: list[int] = []
    for place, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        ends[length : length + 1] = [second]
        at[length : length + 1] = [place]
        before.append(at[length - 1] if length else -1)
    run: list[tuple[int, int]] = []
    place = at[-1] if at else -1
    while place >= 0:
        run.append(pairs[place])
        place = before[place]
    return run[::-1]


def _gap(gone: range, come: range, before: Sequence[str], after: Sequence[str]) -> list[Step]:
    """What became of the sentences between two that stand in both: changed ones in pairs, in order, so that most is shared."""
    if not gone or not come or len(gone) * len(come) > _HELD:
        return [*((i, None) for i in gone), *((None, j) for j in come)]
    olds, news = ([frozenset(_WORD.findall(keys[at])) for at in places] for keys, places in ((before, gone), (after, come)))
    best = [[0.0] * (len(come) + 1) for _ in range(len(gone) + 1)]  # the most that can be shared from here on
    alike = [[_alike(one, other) for other in news] for one in olds]
    for i in range(len(gone) - 1, -1, -1):
        for j in range(len(come) - 1, -1, -1):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _CHANGED else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    steps: list[Step] = []
    i = j = 0
    while i < len(gone) and j < len(come):
        if alike[i][j] >= _CHANGED and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            steps.append((gone[i], come[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            steps.append((gone[i], None))
            i += 1
        else:
            steps.append((None, come[j]))
            j += 1
    return [*steps, *((at, None) for at in gone[i:]), *((None, at) for at in come[j:])]


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's share of their distinct words."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def _told(steps: Sequence[Step], old: Sentences, new: Sentences) -> Iterator[Change]:
    """Steps as changes: what was added, or removed, in one piece on one page is told as one."""
    at = 0
    while at < len(steps):
        i, j = steps[at]
        last = at
        if (i is None) != (j is None):
            side, place = (new, 1) if i is None else (old, 0)
            while last + 1 < len(steps) and _goes_on(side, place, steps, at, last + 1):
                last += 1
            run = side.said(_place(steps[at][place]), _place(steps[last][place]))
            yield Change(old=run if place == 0 else None, new=run if place == 1 else None)
        elif i is not None and j is not None and i >= 0:
            yield Change(old=old.said(i, i), new=new.said(j, j))
        at = last + 1


def _goes_on(side: Sentences, place: int, steps: Sequence[Step], first: int, here: int) -> bool:
    """Whether a step goes on with what the one before it added or removed."""
    if steps[here][1 - place] is not None or steps[here][place] is None:
        return False
    one, other = _place(steps[first][place]), _place(steps[here][place])
    long = side.spans[other][1] - side.spans[one][0] > _LONGEST
    return other == _place(steps[here - 1][place]) + 1 and not long and side.page(one) == side.page(other)


def _place(at: int | None) -> int:
    if at is None:
        raise AssertionError("a step has a place on the side that it is read from")
    return at


def marked(change: Change) -> Change:
    """A sentence that was changed, with the words marked that the other has not."""
    if change.old is None or change.new is None:
        return change
    words = [[(m.start(), m.end()) for m in re.finditer(r"\w+|[^\w\s]", said.text)] for said in (change.old, change.new)]
    olds, news = (
        [said.text[start:end] for start, end in spans] for said, spans in zip((change.old, change.new), words, strict=True)
    )
    out: list[tuple[int, int]] = []
    into: list[tuple[int, int]] = []
    for kind, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if kind != "equal":
            out += [(words[0][a][0], words[0][b - 1][1])] if b > a else []
            into += [(words[1][c][0], words[1][d - 1][1])] if d > c else []
    return Change(old=replace(change.old, marks=tuple(out)), new=replace(change.new, marks=tuple(into)))
