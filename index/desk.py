"""The desk: what people keep for themselves. Passages, standing questions, questions without an answer, files taken out."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index import store
from index.access import Principal, level_of
from index.deskitems import Excerpt, Followed, Kept, Removed, Unanswered
from index.store import Row

MOST_UNANSWERED = 500  # that are remembered; the oldest go first
_LISTS = ("city", "section", "groups", "speakers")


class Desk:
    """Each call is one transaction on `desk.sqlite`, so it may be used from several threads and processes. Raises StoreError.

    What is above somebody's clearance stays in their collection, but does not exist for them.
    """

    def __init__(self, data: Path) -> None:
        self._data = data

    # -- the collection

    def keep(self, principal: Principal, excerpts: Sequence[Excerpt], question: str) -> int:
        """Put excerpts at the end of the collection; how many were not there already."""
        with store.desk(self._data) as connection:
            row = connection.execute("SELECT max(place) AS last FROM kept WHERE owner = ?", (principal.name,)).fetchone()
            place, added = int(row["last"] or 0), 0
            for excerpt in excerpts:
                place += 1
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO kept (owner, place, level, sha256, start, \"end\", passage, question, note, kept)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
                    (
                        principal.name, place, int(level_of(excerpt.handling)), excerpt.sha256, excerpt.start, excerpt.end,
                        json.dumps(asdict(excerpt), ensure_ascii=False), question, store.now(),
                    ),
                )  # fmt: skip
                added += cursor.rowcount
        return added

    def kept(self, principal: Principal) -> list[Kept]:
        """The collection, in its order."""
        with store.desk(self._data) as connection:
            rows = connection.execute("SELECT * FROM kept WHERE owner = ? ORDER BY place, id", (principal.name,)).fetchall()
        found = [(row["level"], _kept(row)) for row in rows]
        return [kept for level, kept in found if principal.may_see(level, kept.excerpt.groups)]

    def annotate(self, principal: Principal, kept_id: int, note: str) -> bool:
        """Write the note of a kept passage; False where there is no such passage."""
        with store.desk(self._data) as connection:
            changed = connection.execute(
                "UPDATE kept SET note = ? WHERE id = ? AND owner = ? AND level <= ?",
                (note, kept_id, principal.name, int(principal.clearance)),
            )
        return changed.rowcount == 1

    def arrange(self, principal: Principal, order: Sequence[int]) -> None:
        """Put the collection in this order of ids; those that are not named follow, as they stood."""
        with store.desk(self._data) as connection:
            rows = connection.execute("SELECT id FROM kept WHERE owner = ? ORDER BY place, id", (principal.name,)).fetchall()
            there = [int(row["id"]) for row in rows]
            named = [one for one in dict.fromkeys(order) if one in there]
            arranged = named + [one for one in there if one not in named]
            connection.executemany("UPDATE kept SET place = ? WHERE id = ?", [(n, one) for n, one in enumerate(arranged, 1)])

    def let_go(self, principal: Principal, kept_id: int) -> bool:
        """Take a passage out of the collection; False where there is no such passage."""
        with store.desk(self._data) as connection:
            gone = connection.execute(
                "DELETE FROM kept WHERE id = ? AND owner = ? AND level <= ?",
                (kept_id, principal.name, int(principal.clearance)),
            )
        return gone.rowcount == 1

    # -- standing questions

    def follow(self, principal: Principal, address: str, newest: int) -> None:
        """Follow the question of an address. `newest`: the highest document id there is, so that all later ones are new."""
        with store.desk(self._data) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO followed (owner, address, created, seen_document, seen) VALUES (?, ?, ?, ?, ?)",
                (principal.name, address, store.now(), newest, store.now()),
            )

    def followed(self, principal: Principal) -> list[Followed]:
        """The standing questions, the latest first."""
        with store.desk(self._data) as connection:
            rows = connection.execute("SELECT * FROM followed WHERE owner = ? ORDER BY id DESC", (principal.name,)).fetchall()
        names = ("address", "created", "seen_document", "seen")
        return [Followed(followed_id=row["id"], **{name: row[name] for name in names}) for row in rows]

    def looked_at(self, principal: Principal, followed_id: int, newest: int) -> bool:
        """Remember that somebody has seen what is new, up to this document; False where there is no such question."""
        with store.desk(self._data) as connection:
            changed = connection.execute(
                "UPDATE followed SET seen_document = max(seen_document, ?), seen = ? WHERE id = ? AND owner = ?",
                (newest, store.now(), followed_id, principal.name),
            )
        return changed.rowcount == 1

    def unfollow(self, principal: Principal, followed_id: int) -> bool:
        """Let a standing question go; False where there is no such question."""
        with store.desk(self._data) as connection:
            gone = connection.execute("DELETE FROM followed WHERE id = ? AND owner = ?", (followed_id, principal.name))
        return gone.rowcount == 1

    # -- questions without an answer

    def note_unanswered(self, principal: Principal, question: str) -> None:
        """Remember a question that nothing answered."""
        with store.desk(self._data) as connection:
            connection.execute(
                "INSERT INTO unanswered VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET times = times + 1, last = excluded.last",
                (principal.name, question, store.now()),
            )
            connection.execute(
                "DELETE FROM unanswered WHERE owner = ?1 AND question NOT IN"
                " (SELECT question FROM unanswered WHERE owner = ?1 ORDER BY last DESC, question LIMIT ?2)",
                (principal.name, MOST_UNANSWERED),
            )

    def unanswered(self, principal: Principal) -> list[Unanswered]:
        """The questions that this person's searches left without an answer, the latest first."""
        with store.desk(self._data) as connection:
            rows = connection.execute(
                "SELECT * FROM unanswered WHERE owner = ? ORDER BY last DESC, question", (principal.name,)
            ).fetchall()
        return [Unanswered(question=row["question"], times=row["times"], last=row["last"]) for row in rows]

    def forget_unanswered(self, principal: Principal) -> None:
        """Forget them all."""
        with store.desk(self._data) as connection:
            connection.execute("DELETE FROM unanswered WHERE owner = ?", (principal.name,))

    # -- files taken out

    def take_out(self, path: str, aside: str, title: str, handling: str, groups: Sequence[str] = ()) -> None:
        """Remember a file that was laid aside."""
        with store.desk(self._data) as connection:
            connection.execute(
                "INSERT INTO removed (path, aside, title, level, removed, groups) VALUES (?, ?, ?, ?, ?, ?)",
                (path, aside, title, int(level_of(handling)), store.now(), json.dumps(groups, ensure_ascii=False)),
            )

    def removed(self, principal: Principal) -> list[Removed]:
        """The files that can be brought back, the latest first."""
        with store.desk(self._data) as connection:
            rows = connection.execute("SELECT * FROM removed ORDER BY id DESC").fetchall()
        found = [(row, tuple(json.loads(row["groups"]))) for row in rows]
        return [
            Removed(
                removed_id=row["id"], path=row["path"], aside=row["aside"], title=row["title"], removed=row["removed"],
                groups=groups,
            )
            for row, groups in found
            if principal.may_see(row["level"], groups)
        ]  # fmt: skip

    def brought_back(self, removed_id: int) -> None:
        """Forget a file that is in its place again, or gone for good."""
        with store.desk(self._data) as connection:
            connection.execute("DELETE FROM removed WHERE id = ?", (removed_id,))


def _kept(row: Row) -> Kept:
    held: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in json.loads(row["passage"]).items()}
    return Kept(
        kept_id=row["id"], excerpt=Excerpt(**held), question=row["question"], note=row["note"], kept=row["kept"],
    )  # fmt: skip
