"""The Collected room at work: passages are kept, held against their sources as these are now, put in order, let go. No HTML."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from weakref import WeakKeyDictionary

from index.access import EVERY_GROUP, Handling, Principal, level_of, strictest
from index.deskitems import Excerpt, Kept
from index.result import DocumentInfo
from ui import citation, scope
from ui.ports import Desk, Library

MOST_AT_ONCE = 50  # passages that are kept by one request
LONGEST_NOTE = 10_000  # characters
_MOST_REMEMBERED = 20  # removals of one person that can be undone
_MOST_PERSONS = 500


class State(StrEnum):
    """What became of the document that a passage was kept from."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A kept passage as it may be used now: with the stricter of its two marks, and under the rule of attribution in force.

    `kept.excerpt.document_id` is the document as the library has it now.
    """

    kept: Kept
    state: State

    @property
    def excerpt(self) -> Excerpt:
        """The passage."""
        return self.kept.excerpt


# -- keeping


def keep(library: Library, desk: Desk, principal: Principal, passages: str, question: str) -> int:
    """Keep passages, by their numbers with commas between; how many were not there already. Raises LibraryError.

    What does not exist for this person is passed over.
    """
    numbers = [number for part in passages.split(",")[: 4 * MOST_AT_ONCE] if (number := scope.id_of(part.strip()))]
    excerpts = []
    for number in list(dict.fromkeys(numbers))[:MOST_AT_ONCE]:
        near = library.neighbours(number, principal=principal, around=0)
        for hit in (one for one in near if one.passage_id == number):
            excerpts.append(citation.excerpt(hit, library.document(hit.document_id, principal)))
    return desk.keep(principal, excerpts, question) if excerpts else 0


# -- what there is


def collection(library: Library, desk: Desk, principal: Principal) -> tuple[Item, ...]:
    """The collection in its order, as this person may see it now. Raises LibraryError."""
    kept = desk.kept(principal)
    if not kept:
        return ()
    # The marks of all sources have to be known, to leave out what has been marked above this person's clearance since.
    sources = _Sources(library.documents(replace(principal, clearance=Handling.RED, groups=(EVERY_GROUP,))))
    items = (_item(one, sources) for one in kept)
    return tuple(item for item in items if principal.may_see(level_of(item.excerpt.handling), item.excerpt.groups))


class _Sources:
    """The documents that there are, to be found as a kept passage names them."""

    def __init__(self, documents: Sequence[DocumentInfo]) -> None:
        self._by_id = {info.document_id: info for info in documents}
        self._by_content: dict[str, list[DocumentInfo]] = {}
        for info in documents:
            self._by_content.setdefault(info.sha256, []).append(info)
        self._by_path = {path: info for info in documents for path in info.paths}

    def find(self, excerpt: Excerpt) -> tuple[DocumentInfo | None, State]:
        """The document of an excerpt; or what the same file holds now, which is another by its content."""
        info = self._by_id.get(excerpt.document_id)
        if info is not None:
            return info, State.SAME if info.sha256 == excerpt.sha256 else State.CHANGED
        for info in self._by_content.get(excerpt.sha256, ()):  # read again under another number
            if info.title == excerpt.title or len(self._by_content[excerpt.sha256]) == 1:
                return info, State.SAME
        info = self._by_path.get(excerpt.path)
        return info, State.CHANGED if info else State.GONE


def _item(kept: Kept, sources: _Sources) -> Item:
    info, state = sources.find(kept.excerpt)
    if info is None:
        return Item(kept=kept, state=state)
    excerpt = replace(
        kept.excerpt,
        document_id=info.document_id,
        handling=strictest((kept.excerpt.handling, info.handling)),
        groups=info.groups,
        speakers=tuple(dict.fromkeys((*kept.excerpt.speakers, *info.withheld))),
        attributable=kept.excerpt.attributable and info.attributable,
    )
    return Item(kept=replace(kept, excerpt=excerpt), state=state)


# -- order


def move(desk: Desk, principal: Principal, items: Sequence[Item], kept_id: int, to: str) -> int:
    """Move a passage: "up", "down", or to a place (1 is the first). Gives its place now; 0 where there is no such passage."""
    order = [item.kept.kept_id for item in items]
    if kept_id not in order:
        return 0
    was = order.index(kept_id) + 1
    place = {"up": was - 1, "down": was + 1}.get(to, scope.id_of(to) or was)
    place = max(1, min(place, len(order)))
    if place != was:
        order.insert(place - 1, order.pop(was - 1))
        desk.arrange(principal, order)
    return place


# -- letting go, and back


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    number: int
    kept: Kept
    order: tuple[int, ...]  # the ids of the collection, with its own among them


class _Bin:
    """What people removed a moment ago, until the program ends: the last few of each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._gone: dict[str, list[_Gone]] = {}

    def put(self, name: str, kept: Kept, order: Iterable[int]) -> int:
        with self._lock:
            self._last += 1
            held = self._gone.pop(name, [])
            self._gone[name] = [*held, _Gone(number=self._last, kept=kept, order=tuple(order))][-_MOST_REMEMBERED:]
            while len(self._gone) > _MOST_PERSONS:
                del self._gone[next(iter(self._gone))]
            return self._last

    def find(self, name: str, number: int) -> _Gone | None:
        with self._lock:
            return next((one for one in self._gone.get(name, ()) if one.number == number), None)

    def drop(self, name: str, number: int) -> None:
        with self._lock:
            self._gone[name] = [one for one in self._gone.get(name, ()) if one.number != number]


_BINS: "WeakKeyDictionary[Desk, _Bin]" = WeakKeyDictionary()


def let_go(desk: Desk, principal: Principal, kept_id: int) -> int:
    """Take a passage out of the collection. Gives the number it can be brought back by; 0 where there is no such passage."""
    kept = desk.kept(principal)
    one = next((one for one in kept if one.kept_id == kept_id), None)
    if one is None or not desk.let_go(principal, kept_id):
        return 0
    return _BINS.setdefault(desk, _Bin()).put(principal.name, one, (other.kept_id for other in kept))


def can_come_back(desk: Desk, principal: Principal, number: int) -> bool:
    """Whether what was removed under this number can be brought back."""
    return _BINS.setdefault(desk, _Bin()).find(principal.name, number) is not None


def bring_back(desk: Desk, principal: Principal, number: int) -> int:
    """Bring back what was removed, in its place and with its note. Gives its id; 0 where it is not remembered."""
    held = _BINS.setdefault(desk, _Bin())
    gone = held.find(principal.name, number)
    if gone is None:
        return 0
    excerpt = gone.kept.excerpt
    desk.keep(principal, [excerpt], gone.kept.question)
    place = (excerpt.sha256, excerpt.start, excerpt.end)
    found = (one for one in desk.kept(principal) if (one.excerpt.sha256, one.excerpt.start, one.excerpt.end) == place)
    back = next(found, None)
    held.drop(principal.name, number)
    if back is None:  # above what this person may see by now
        return 0
    if gone.kept.note and not back.note:
        desk.annotate(principal, back.kept_id, gone.kept.note)
    there = {one.kept_id for one in desk.kept(principal)}
    order = [back.kept_id if one == gone.kept.kept_id else one for one in gone.order]
    desk.arrange(principal, [one for one in order if one in there])
    return back.kept_id
