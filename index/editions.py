"""Which document answers in the place of which: the newer edition, or one of several copies.

Decided for each asker among the documents that they may see, so that a hidden edition changes nothing for them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.access import UNMARKED, Boundary, Handling, Principal, folded, level_of, local_owner
from index.result import Edition, Kin
from index.store import Connection

_MOST_SEEN = 64  # boundaries for which it is remembered what answers in the place of what
_SAME = 0.9  # share from which two texts without an order are copies; below it each may say what the other does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a document that has others like it."""

    document_id: int
    level: int
    groups: frozenset[str]
    title: str
    date: str
    edition: str
    supersedes: str
    is_pdf: bool
    names: frozenset[str]  # of its files, with and without their ending, in small letters

    @property
    def number(self) -> int:
        """The number in its edition, 0 where there is none."""
        found = re.search(r"[0-9]{1,9}", self.edition)
        return int(found[0]) if found else 0

    @property
    def rank(self) -> tuple[str, int, bool, int]:
        """The greatest answers, where nothing else decides: the latest, then a PDF, then what was added first."""
        return self.date, self.number, self.is_pdf, -self.document_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Editions:
    """The documents with others like them. `shares`: by pairs in both orders; `said`: (newer, older), as the catalogue has it."""

    known: Mapping[int, Known]
    shares: Mapping[int, Mapping[int, float]]
    said: frozenset[tuple[int, int]] = frozenset()
    _seen: dict[Boundary, dict[int, tuple[int, Kin]]] = field(default_factory=dict, repr=False)

    def kin(self, one: int, other: int) -> Kin:
        """What `other` is to `one`, two documents that are like each other."""
        if ((other, one) in self.said) != ((one, other) in self.said):
            return Kin.NEWER if (other, one) in self.said else Kin.OLDER
        mine, theirs = self.known[one], self.known[other]
        if mine.number and theirs.number and mine.number != theirs.number:
            return Kin.NEWER if theirs.number > mine.number else Kin.OLDER
        exact = min(len(mine.date), len(theirs.date))  # "2020" and "2020-06" have no order
        if mine.date[:exact] != theirs.date[:exact]:
            return Kin.NEWER if theirs.date > mine.date else Kin.OLDER
        return Kin.COPY if self.shares[one].get(other, 0.0) >= _SAME else Kin.UNDATED

    def instead(self, among: Iterable[int]) -> dict[int, tuple[int, Kin]]:
        """Of these documents, those that another of them answers for: it, and whether it is newer or a copy.

        What answers is never itself answered for, so of all that are like each other one at least is left.
        """
        here = {one for one in among if one in self.known}
        first = {one: best for one in here if (best := self._next(one, here)) is not None}
        self._without_circles(first)
        found: dict[int, tuple[int, Kin]] = {}
        for one in first:
            last, kin = one, Kin.COPY
            while last in first:
                kin = Kin.NEWER if self.kin(last, first[last]) is Kin.NEWER else kin
                last = first[last]
            found[one] = last, kin
        return found

    def _next(self, one: int, here: set[int]) -> int | None:
        """The best of those that answer for a document."""
        mine = self.known[one]
        found = []
        for other in self.shares[one].keys() & here:
            kin, theirs = self.kin(one, other), self.known[other]
            before = (theirs.is_pdf, -other) > (mine.is_pdf, -one)
            if kin is Kin.NEWER or (kin is Kin.COPY and before):
                found.append(theirs)
        return max(found, key=lambda known: known.rank).document_id if found else None

    def _without_circles(self, first: dict[int, int]) -> None:
        """Where catalogue, editions and dates contradict each other all would be answered for: the best of them answers."""
        for start in sorted(first):
            path: dict[int, None] = {}
            at = start
            while at in first and at not in path:
                path[at] = None
                at = first[at]
            if at in first:
                steps = list(path)
                circle = steps[steps.index(at) :]
                del first[max(circle, key=lambda one: self.known[one].rank)]

    def seen_by(self, principal: Principal) -> dict[int, tuple[int, Kin]]:
        """`instead`, among all documents that a person may see."""
        found = self._seen.get(principal.boundary)
        if found is None:
            if len(self._seen) > _MOST_SEEN:
                self._seen.clear()
            found = self._seen[principal.boundary] = self.instead(self._visible(principal))
        return found

    def _visible(self, principal: Principal) -> list[int]:
        return [one for one, known in self.known.items() if principal.may_see(known.level, known.groups)]

    def superseding(self, document_id: int, principal: Principal) -> Edition | None:
        """What answers in the place of a document for this person."""
        found = self.seen_by(principal).get(document_id)
        return self._told(*found) if found else None

    def others(self, document_id: int, principal: Principal) -> tuple[Edition, ...]:
        """The documents in whose place this one answers for this person, the newest first; then those that nothing orders."""
        if document_id not in self.known:
            return ()
        seen = self.seen_by(principal)
        behind = [(one, kin) for one, (last, kin) in seen.items() if last == document_id]
        behind.sort(key=lambda pair: self.known[pair[0]].rank, reverse=True)
        told = [self._told(one, Kin.OLDER if kin is Kin.NEWER else kin) for one, kin in behind]
        near = sorted(self.shares[document_id].keys() & set(self._visible(principal)) - {one for one, _ in behind})
        loose = [other for other in near if self.kin(document_id, other) is Kin.UNDATED]
        return (*told, *(self._told(other, Kin.UNDATED) for other in loose))

    def _told(self, document_id: int, kin: Kin) -> Edition:
        known = self.known[document_id]
        return Edition(document_id=document_id, title=known.title, date=known.date, edition=known.edition, kin=kin)


NONE = Editions(known={}, shares={})


def load(connection: Connection, unmarked: Handling = UNMARKED) -> Editions:
    """What the store knows of editions, as of the transaction that `connection` is in."""
    shares: dict[int, dict[int, float]] = {}
    for row in connection.execute("SELECT * FROM alike"):
        shares.setdefault(row["document_id"], {})[row["other_id"]] = row["share"]
        shares.setdefault(row["other_id"], {})[row["document_id"]] = row["share"]
    naming = connection.execute("SELECT id FROM documents WHERE supersedes != '' AND format != 'record'").fetchall()
    if not shares and not naming:
        return NONE
    everything = {known.document_id: known for known in _known(connection, unmarked)}
    said = _said([everything[row["id"]] for row in naming], everything, shares)
    for newer, older in said:
        shares.setdefault(newer, {}).setdefault(older, 0.0)
        shares.setdefault(older, {}).setdefault(newer, 0.0)
    return Editions(known={one: everything[one] for one in shares}, shares=shares, said=said)


def told(connection: Connection, document_id: int) -> str:
    """Say what a document is to others like it, "" where there are none.

    Only those are named that everybody may see who may see the document.
    """
    row = connection.execute("SELECT handling, groups, supersedes FROM documents WHERE id = ?", (document_id,)).fetchone()
    query = "SELECT 1 FROM alike WHERE ? IN (document_id, other_id)"
    if not row["supersedes"] and connection.execute(query, (document_id,)).fetchone() is None:
        return ""
    level, groups = level_of(row["handling"]), folded(json.loads(row["groups"]))
    now = load(connection)
    # Whoever is in one of its groups may read this, and need not be in another.
    known = {
        one: it for one, it in now.known.items() if it.level <= level and (not it.groups or (groups and groups <= it.groups))
    }
    now = replace(now, known=known, _seen={})
    first = now.superseding(document_id, local_owner())
    near = [first] if first else now.others(document_id, local_owner())
    return _sentence(near[0], is_newer=first is None) if near else ""


def _sentence(other: Edition, *, is_newer: bool) -> str:
    known = other.date or other.edition
    name = f"{other.title} ({known})" if known else other.title
    if other.kin is Kin.COPY:
        return f"the same text as {name} in another file"
    if other.kin is Kin.UNDATED:
        return f"another edition of {name}, and nothing says which is the newer: give both a date in the catalogue"
    return f"a newer edition of {name}" if is_newer else f"an older edition of {name}"


def _known(connection: Connection, unmarked: Handling) -> Iterable[Known]:
    names: dict[int, set[str]] = {}
    for row in connection.execute("SELECT f.document_id, f.path FROM file_documents f"):
        path = Path(row["path"])
        names.setdefault(row["document_id"], set()).update((path.name.casefold(), path.stem.casefold()))
    for row in connection.execute(
        "SELECT id, handling, groups, title, date, edition, supersedes, format FROM documents WHERE format != 'record'"
    ):
        yield Known(
            document_id=row["id"], level=level_of(row["handling"], unmarked), groups=folded(json.loads(row["groups"])),
            title=row["title"], date=row["date"], edition=row["edition"],
            supersedes=row["supersedes"], is_pdf=row["format"] == "pdf", names=frozenset(names.get(row["id"], ())),
        )  # fmt: skip


def _said(
    naming: Iterable[Known], everything: Mapping[int, Known], shares: Mapping[int, Mapping[int, float]]
) -> frozenset[tuple[int, int]]:
    """The pairs (newer, older) that the catalogue names: by the file of the older, its title, or its edition.

    Its own title, or an edition alone ("1"), names many: it counts for near-identical text, an edition also for the same title.
    A document that is known to be later is not meant. Each pair is decided from its two alone, so nothing hidden matters.
    """
    called: dict[str, list[Known]] = {}
    for known in everything.values():
        for name in {known.title.casefold(), known.edition.casefold(), *known.names} - {""}:
            called.setdefault(name, []).append(known)
    return frozenset(
        (newer.document_id, older.document_id)
        for newer in naming
        for older in called.get(newer.supersedes.casefold().strip(), ())
        if older is not newer and _means(newer, older, older.document_id in shares.get(newer.document_id, {}))
    )


def _means(newer: Known, older: Known, alike: bool) -> bool:
    wanted, title = newer.supersedes.casefold().strip(), older.title.casefold()
    same_title = title == newer.title.casefold()
    named = wanted in older.names or (wanted == title and (alike or not same_title))
    exact = min(len(newer.date), len(older.date))
    by_edition = wanted == older.edition.casefold() and (alike or same_title)
    return (named or by_edition) and older.date[:exact] <= newer.date[:exact]
