"""What is being served: one generation as of one commit. Lexical, vector and access data always belong to the same commit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from index import contents, editions, floor, postings, vectors
from index.access import EVERY_GROUP, UNMARKED, Boundary, Handling, Principal, folded, level_of
from index.editions import Editions
from index.errors import SnapshotError
from index.floor import Floor
from index.lexicon import Pair
from index.models import ModelInfo, parse_info
from index.postings import PassageWords
from index.settings import models_folder
from index.store import Connection, Row
from index.vectors import Bitmap, Ids, VectorIndex
from index.vocabulary import Vocabulary
from index.words import Flags, Scope, WordIndex

Where = Mapping[str, Sequence[str]]  # field -> accepted values; several values of a field are alternatives

FIELDS = ("city", "theme", "kind", "language", "handling", "year", "organisation", "title", "document", "editions")
ALL = "all"  # of "editions": older ones and copies too


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKey:
    """What filters need to know of a document, folded for comparison."""

    document_id: int
    level: int
    groups: frozenset[str]  # whose it is, as they are compared; of none: everybody's
    values: Mapping[str, frozenset[str]]
    unreadable: int

    def matches(self, where: Where) -> bool:
        """Whether the document has, for every field asked for, one of the values asked for."""
        return all(self._has(name, wanted) for name, wanted in where.items() if wanted)

    def _has(self, name: str, wanted: Sequence[str]) -> bool:
        have = self.values.get(name, frozenset())
        if name == "year":
            return any(low <= year <= high for low, high in map(year_range, wanted) for year in have)
        return any(value.casefold().strip() in have for value in wanted)


def year_range(text: str) -> tuple[str, str]:
    """`2019`, `2019..2021`, `2019..` or `..2021` as the first and last year, both included."""
    low, dots, high = text.strip().replace("–", "..").partition("..")
    return (low.strip() or "0000", high.strip() or "9999") if dots else (low.strip(), low.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The passages one question may meet: those of documents its asker may see, and that its filters leave."""

    passages: Bitmap
    near: Bitmap | None  # the same, for the vectors: None where none of them is left out
    documents: frozenset[int]
    searchable: int  # of these documents, how many have passages
    count: int
    everything: bool  # no passage of this generation is left out
    scope: Scope  # the same, for the words
    vocabulary: Vocabulary  # the words that occur in them
    older: int = 0  # documents that are not among them, because another of them is their newer edition, or a copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A generation as of `seq`.

    Of its passages: `ids` (sorted), `owners` (the document of each), `stored` (the row of its vectors in the store), `foreign`
    (whether the model does not know its language).
    """

    generation: int
    model_id: int
    model: ModelInfo
    folder: Path
    seq: int
    snapshot: vectors.Snapshot | None
    index: VectorIndex
    words: WordIndex
    ids: Ids
    owners: Ids
    stored: Ids
    foreign: Flags
    delta_ids: Ids
    delta: vectors.Vectors
    documents: Mapping[int, DocumentKey]
    floor: Floor
    glossary: tuple[Pair, ...]
    editions: Editions = editions.NONE
    floors: Mapping[int, Floor] = field(default_factory=dict)  # of those who see a part of the library: by clearance
    groups: frozenset[str] = frozenset()  # that own any document
    unmarked: Handling = UNMARKED  # the level of documents without a mark
    withheld: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)  # kept by `index.speakers`
    _allowed: dict[object, Allowed] = field(default_factory=dict, repr=False)

    def owners_of(self, ids: Ids) -> list[int]:
        """The document of each passage."""
        owners: list[int] = self.owners[np.searchsorted(self.ids, ids)].tolist()
        return owners

    def vectors_of(self, ids: Ids) -> Ids:
        """The row of each passage's vectors in the store; passages of the same text share it."""
        rows: Ids = self.stored[np.searchsorted(self.ids, ids)]
        return rows

    def foreign_of(self, ids: Ids) -> Flags:
        """Whether the model does not know the language of these passages."""
        flags: Flags = self.foreign[np.searchsorted(self.ids, ids)]
        return flags

    def shows(self, document_id: int, principal: Principal) -> bool:
        """Whether a document exists for `principal`: to be opened and cited, also where a newer edition answers."""
        key = self.documents.get(document_id)
        return key is not None and principal.may_see(key.level, key.groups)

    def visible(self, principal: Principal) -> list[int]:
        """The documents that exist for `principal`, in order of their ids."""
        return [key.document_id for key in self.documents.values() if principal.may_see(key.level, key.groups)]

    def floor_for(self, principal: Principal) -> Floor:
        """What a question is held against to be answered: measured on nothing that this person may not see."""
        return self.floor if principal.sees_all else self.floors.get(int(principal.clearance), floor.PACKAGED)

    def boundary(self, principal: Principal) -> Boundary:
        """What of this person's boundary counts here: groups that own nothing in this library decide nothing."""
        level, groups = principal.boundary
        return level, groups if EVERY_GROUP in groups else groups & self.groups

    def allowed(self, principal: Principal, where: Where) -> Allowed:
        """What `principal` may find under these filters. Decided before anything is ranked."""
        key = (self.boundary(principal), tuple(sorted((name, tuple(values)) for name, values in where.items())))
        found = self._allowed.get(key)
        if found is None:
            if len(self._allowed) > 64:
                self._allowed.clear()
            found = self._allowed[key] = self._decide(principal, where)
        return found

    def _decide(self, principal: Principal, where: Where) -> Allowed:
        visible = (self.documents[one] for one in self.visible(principal))
        documents = frozenset(key.document_id for key in visible if key.matches(where))
        every = any(value.casefold().strip() == ALL for value in where.get("editions", ()))
        # Among what the filters leave: where only the older edition is asked for, it answers.
        older = frozenset() if every else frozenset(self.editions.instead(documents))
        documents -= older
        mask = np.isin(self.owners, np.fromiter(documents, np.int64, len(documents)))
        return self._allow(documents, mask, len(older))

    def narrowed(self, allowed: Allowed, kept: Ids) -> Allowed:
        """What is left of `allowed` when only the passages in `kept` count."""
        mask = vectors.holds(allowed.passages, self.ids) & np.isin(self.ids, kept)
        return self._allow(allowed.documents, mask, allowed.older)

    def _allow(self, documents: frozenset[int], mask: Flags, older: int) -> Allowed:
        largest = int(self.ids[-1]) if len(self.ids) else 0
        scope = self.words.scope(self.ids[mask], bool(mask.all()) and self.words.passages == len(self.ids))
        flags = vectors.bitmap(self.ids[mask], largest)
        return Allowed(
            passages=flags,
            near=None if self.index.is_within(flags) else flags,
            documents=documents,
            searchable=len(np.unique(self.owners[mask])),
            count=int(mask.sum()),
            everything=bool(mask.all()),
            scope=scope,
            vocabulary=Vocabulary(self.words, scope),
            older=older,
        )


def load(connection: Connection, data: Path, before: Serving | None, unmarked: Handling = UNMARKED) -> Serving | None:
    """What is served as of the transaction that `connection` is in; parts of `before` that still hold are reused.

    `unmarked`: the level of documents without a mark. Levels are worked out here, so that another one counts at once.

    None where nothing is served yet. Where the vector file is missing or damaged, the vectors are taken from the store.
    """
    seq = current_seq(connection)
    row = connection.execute(
        "SELECT g.id, g.model_id, m.folder, m.info FROM generations g JOIN models m ON m.id = g.model_id WHERE state = 'serving'"
    ).fetchone()
    if row is None:
        return None
    snapshot = read_snapshot(connection, row["id"])
    if before is None or before.generation != row["id"] or before.snapshot != snapshot:
        return _advance(connection, _blank(row, data, snapshot), seq, unmarked)
    if before.seq > seq:  # another thread has seen a later commit than this transaction
        return _advance(connection, _emptied(before), seq, unmarked)
    return before if (before.seq, before.unmarked) == (seq, unmarked) else _advance(connection, before, seq, unmarked)


def current_seq(connection: Connection) -> int:
    """The number of the last commit that changed what can be found."""
    return int(connection.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])


def read_snapshot(connection: Connection, generation: int) -> vectors.Snapshot | None:
    """The vector file of a generation, None before the first."""
    row = connection.execute(
        "SELECT seq, file, sha256, vectors, words, words_sha256 FROM snapshots WHERE generation_id = ?", (generation,)
    ).fetchone()
    return vectors.Snapshot(**dict(row)) if row else None


def vector_folder(data: Path) -> Path:
    """Where vector files are kept."""
    return data / "vectors"


def _blank(row: Mapping[str, object], data: Path, snapshot: vectors.Snapshot | None) -> Serving:
    model = parse_info(str(row["info"]))
    index, words = VectorIndex(None, "", model.dimension), WordIndex(())
    if snapshot is not None:
        with suppress(SnapshotError):  # `verify` names it, and the next ingest writes it anew
            index = VectorIndex(vector_folder(data) / snapshot.file, snapshot.sha256, model.dimension)
        with suppress(SnapshotError):
            words = WordIndex((postings.read(vector_folder(data) / snapshot.words, snapshot.words_sha256),))
    nothing = np.zeros(0, np.int64)
    return Serving(
        generation=int(str(row["id"])), model_id=int(str(row["model_id"])), model=model,
        folder=models_folder(data) / str(row["folder"]), seq=-1, snapshot=snapshot, index=index, words=words,
        ids=nothing, owners=nothing, stored=nothing, foreign=np.zeros(0, np.bool_),
        delta_ids=nothing, delta=np.zeros((0, model.dimension), np.float32), documents={}, floor=floor.PACKAGED, glossary=(),
    )  # fmt: skip


def _emptied(serving: Serving) -> Serving:
    """The same snapshot, with nothing known of what came after it."""
    nothing = np.zeros(0, np.int64)
    return replace(
        serving, seq=-1, words=serving.words.without_delta(), ids=nothing, owners=nothing,
        stored=nothing, foreign=serving.foreign[:0], delta_ids=nothing, delta=serving.delta[:0], documents={}, _allowed={},
    )  # fmt: skip


def _advance(connection: Connection, before: Serving, seq: int, unmarked: Handling) -> Serving:
    """Bring `before` to `seq`: passages that came, passages that went, and what is known of the documents."""
    came = connection.execute(
        "SELECT id, document_id, vector_id, language FROM passages WHERE generation_id = ? AND seq > ? ORDER BY id",
        (before.generation, before.seq),
    ).fetchall()
    gone = connection.execute(
        "SELECT passage_id FROM tombstones WHERE generation_id = ? AND seq > ?", (before.generation, before.seq)
    ).fetchall()
    ids = _append(before.ids, [row["id"] for row in came])
    owners = _append(before.owners, [row["document_id"] for row in came])
    stored = _append(before.stored, [row["vector_id"] for row in came])
    foreign = np.concatenate([before.foreign, np.array([not before.model.knows(row["language"]) for row in came], np.bool_)])
    in_file = before.snapshot.seq if before.snapshot is not None and before.index.has_snapshot else -1
    since = max(before.seq, in_file)
    new = connection.execute(
        "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector_id"
        " WHERE p.generation_id = ? AND p.seq > ? ORDER BY p.id",
        (before.generation, since),
    ).fetchall()
    delta_ids = np.concatenate([before.delta_ids, np.array([row["id"] for row in new], np.int64)])
    delta = np.concatenate([before.delta, vectors.unpack((row["vector"] for row in new), before.model.dimension)])
    if gone:
        away = np.array([row["passage_id"] for row in gone], np.int64)
        keep = ~np.isin(ids, away)
        ids, owners, stored, foreign = ids[keep], owners[keep], stored[keep], foreign[keep]
        keep = ~np.isin(delta_ids, away)
        delta_ids, delta = delta_ids[keep], delta[keep]
    index = before.index.with_delta(delta_ids, delta) if len(new) or gone else before.index
    in_words = before.snapshot.seq if before.snapshot is not None and before.words.has_snapshot else -1
    fresh = postings.build(passage_words(connection, before.generation, max(before.seq, in_words)))
    words = before.words.with_more(fresh, ids) if len(fresh.ids) or gone else before.words
    documents = _documents(connection, unmarked)
    kept = connection.execute("SELECT floor FROM models WHERE id = ?", (before.model_id,)).fetchone()["floor"]
    return replace(
        before, seq=seq, ids=ids, owners=owners, stored=stored, foreign=foreign, delta_ids=delta_ids, delta=delta, index=index,
        words=words, documents=documents, groups=frozenset(group for key in documents.values() for group in key.groups),
        editions=editions.load(connection, unmarked), unmarked=unmarked, floor=floor.parse(kept), floors=floor.parse_levels(kept),
        glossary=tuple(pair for pairs in contents.read_glossaries(connection).values() for pair in pairs), withheld={},
        _allowed={},
    )  # fmt: skip


def passage_words(connection: Connection, generation: int, since: int) -> Iterator[PassageWords]:
    """The words of the passages that came after the commit `since`, in the order of their ids.

    What is known of a document stands above each of its passages: its cities and organisation, and the name of its file.
    """
    about: dict[int, str] = {}
    for row in connection.execute(
        "SELECT p.id, p.document_id, p.page, p.language, p.text, p.context, d.city, d.organisation, d.attribution, d.format,"
        " (SELECT min(path) FROM file_documents f WHERE f.document_id = d.id) AS path FROM passages p"
        " JOIN documents d ON d.id = p.document_id WHERE p.generation_id = ? AND p.seq > ? ORDER BY p.id",
        (generation, since),
    ):
        if row["document_id"] not in about:
            about = {row["document_id"]: _about(row)}
        yield PassageWords(
            passage_id=row["id"], page=(row["document_id"], row["page"]), language=row["language"], text=row["text"],
            context=f"{row['context']} {about[row['document_id']]}",
        )  # fmt: skip


def _about(row: Row) -> str:
    name = Path(row["path"] or "").stem.replace("_", " ") if row["format"] != "record" else ""
    # Who spoke at a meeting without attribution is not to be found out by searching for them.
    organisation = row["organisation"] if row["attribution"] != "no" else ""
    return " ".join([*json.loads(row["city"]), organisation, name])


def _append(numbers: Ids, more: Sequence[int]) -> Ids:
    return np.concatenate([numbers, np.array(more, np.int64)])


def _documents(connection: Connection, unmarked: Handling) -> dict[int, DocumentKey]:
    keys: dict[int, DocumentKey] = {}
    for row in connection.execute(
        "SELECT id, groups, title, kind, city, organisation, theme, date, language, handling, attribution, unreadable"
        " FROM documents ORDER BY id"
    ):
        level = level_of(row["handling"], unmarked)
        values = {
            "city": json.loads(row["city"]),
            "theme": json.loads(row["theme"]),
            "kind": [row["kind"]],
            "language": [row["language"]],
            "handling": [row["handling"] or level.mark],
            "organisation": [row["organisation"] if row["attribution"] != "no" else ""],
            "title": [row["title"]],
            "year": [row["date"][:4]],
            "document": [str(row["id"])],
            "editions": [ALL],
        }
        keys[row["id"]] = DocumentKey(
            document_id=row["id"],
            level=level,
            groups=folded(json.loads(row["groups"])),
            values={name: frozenset(str(value).casefold() for value in held if value) for name, held in values.items()},
            unreadable=len(json.loads(row["unreadable"])),
        )
    return keys
