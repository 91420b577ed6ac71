"""The Follow room at work: standing questions, and what came for each since it was last looked at. No HTML."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from index.access import Principal
from index.deskitems import Followed
from index.result import DocumentInfo, Hit
from ui import question
from ui.house import House
from ui.ports import Library
from ui.question import Question

TOP = 20  # passages that are new for a question, at most
PER_DOCUMENT = 4  # of these, from one document
_FAINT = 0.4  # of the confidence of the whole library's answer: below it, what is new hardly speaks of the question
_JUDGED = 3  # passages that the confidence of an answer is judged by
_NEARLY = 0.6  # of the score of the best new passage, from which one that the answer does not quote counts as well
_MOST_HELD = 1000  # answers that are remembered

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A standing question, and the passages that answer it from documents that came since it was last looked at."""

    followed: Followed
    asked: Question
    hits: tuple[Hit, ...] = ()
    infos: tuple[DocumentInfo, ...] = ()  # the documents of these passages

    @property
    def documents(self) -> int:
        """How many documents they are from."""
        return len({hit.document_id for hit in self.hits})


# -- following


def normal(address: str) -> Question:
    """Read the question of an address: its query part, or the whole of it.

    It is put to the whole library, even where it was asked of one document: a document never changes, so nothing would come.
    """
    query = address.partition("?")[2] if "?" in address else address
    asked = question.read(query)
    return replace(asked, scope=replace(asked.scope, document=0))


def newest(documents: Sequence[DocumentInfo]) -> int:
    """Give the highest number of a document: later ones get higher ones."""
    return max((info.document_id for info in documents), default=0)


def follow(house: House, principal: Principal, asked: Question, seen: int | None = None) -> int:
    """Follow a question from now on, or from after the document `seen`. Gives its id. Raises LibraryError."""
    last = newest(house.library.documents(principal))
    address = question.write(asked)
    house.desk.follow(principal, address, last if seen is None else min(seen, last))
    return next((one.followed_id for one in house.desk.followed(principal) if one.address == address), 0)


def seen(house: House, principal: Principal, ids: Sequence[int], upto: int) -> int:
    """Remember that what is new has been looked at, up to the document `upto` (0: all there is). How many were told of."""
    last = newest(house.library.documents(principal))
    told = min(upto or last, last)
    return sum(house.desk.looked_at(principal, one, told) for one in ids)


# -- what is new


def news(house: House, principal: Principal) -> tuple[News, ...]:
    """All standing questions of a person, with what is new for each. Waits for the model where there is anything to ask."""
    followed = house.desk.followed(principal)
    documents = house.library.documents(principal) if followed else []
    last = newest(documents)
    state = house.library.status(principal).generation if any(one.seen_document < last for one in followed) else 0
    return tuple(_news(house.library, principal, one, documents, state) for one in followed)


def waiting(house: House, principal: Principal) -> int:
    """Count what is new for a person; 0 while the model is still loading. Raises LibraryError."""
    if not house.desk.followed(principal) or not house.library.ready():
        return 0
    return sum(len(one.hits) for one in news(house, principal))


def _news(library: Library, principal: Principal, followed: Followed, documents: Sequence[DocumentInfo], generation: int) -> News:
    asked = normal(followed.address)
    fresh = tuple(info for info in documents if info.document_id > followed.seen_document)
    if not fresh or not asked.text:
        return News(followed=followed, asked=asked)
    # What is remembered holds for as long as these documents are what they are: as searched, described and marked.
    key = (principal.name, principal.boundary, followed.address, generation, fresh)
    held = _HELD.setdefault(library, _Held())
    hits = held.get(key)
    if hits is None:
        hits = _search(library, principal, asked, fresh, documents)
        held.put(key, hits)
    found = {hit.document_id for hit in hits}
    return News(followed=followed, asked=asked, hits=hits, infos=tuple(one for one in fresh if one.document_id in found))


def _search(
    library: Library,
    principal: Principal,
    asked: Question,
    fresh: Sequence[DocumentInfo],
    documents: Sequence[DocumentInfo],
) -> tuple[Hit, ...]:
    """Ask the new documents alone, so that nothing new is hidden behind what was there before.

    They have to answer by themselves, and not much less surely than the library as a whole does.
    """
    where = asked.filters.where(sorted({info.date[:4] for info in documents if info.date}))
    where |= {"editions": ["all"]} if asked.scope.older else {}
    translate = asked.scope.translate
    ids = {info.document_id for info in fresh}
    own = {**where, "document": [str(number) for number in sorted(ids)]}
    result = library.search(asked.text, principal=principal, top=TOP, where=own, translate=translate, per_document=PER_DOCUMENT)
    if not result.quotes:
        return ()
    whole = library.search(asked.text, principal=principal, top=_JUDGED, where=where, translate=translate)
    if result.confidence < _FAINT * whole.confidence:
        return ()
    cited = {number for quote in result.quotes for number in quote.citations}
    hits = [hit for hit in result.hits if hit.document_id in ids]  # a filter in the question itself may have widened it
    best = max((hit.score for hit in hits), default=0.0)
    return tuple(hit for hit in hits if hit.rank in cited or (hit.marks and hit.score >= _NEARLY * best))


class _Held:
    """Answers that are remembered, so that the count in every header costs nothing; the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[_Key, tuple[Hit, ...]] = OrderedDict()

    def get(self, key: _Key) -> tuple[Hit, ...] | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: _Key, hits: tuple[Hit, ...]) -> None:
        with self._lock:
            self._answers[key] = hits
            while len(self._answers) > _MOST_HELD:
                self._answers.popitem(last=False)


_HELD: "WeakKeyDictionary[Library, _Held]" = WeakKeyDictionary()
