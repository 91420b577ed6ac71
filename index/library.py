"""The library as its readers see it: questions, documents, pages and state. Never writes. Safe to use from several threads."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index import answering, asking, changes, likeness, listing, outline, retrieval, serving, store
from index.access import Principal, local_owner
from index.embed import Encoder, OnnxEncoder
from index.errors import ModelError
from index.floor import PACKAGED, Evidence, Floor
from index.lexicon import with_glossary
from index.query import Query, parse
from index.result import (
    Changes,
    DocumentInfo,
    FileInfo,
    Hit,
    Mode,
    Moment,
    OutlineItem,
    PageView,
    Result,
    Searched,
    Status,
)
from index.serving import Allowed, Serving, Where
from index.settings import unmarked
from index.store import Connection
from ingest.paths import path_of

MOST_HITS = 1000
LONGEST_QUESTION = 2000  # characters; what is typed beyond is left out, and said


class Library:
    """An open library. It follows what others write: new documents and new generations are seen at the next question."""

    def __init__(
        self, data: Path, language_of: Callable[[str], str], open_encoder: Callable[[Path], Encoder] = OnnxEncoder
    ) -> None:
        """`language_of` tells the language of a question. Nothing is read until it is needed; the folder may be absent."""
        self.data = data
        self._language_of = language_of
        self._open_encoder = open_encoder
        self._lock = threading.Lock()
        self._encoder_lock = threading.Lock()
        self._idle: list[Connection] = []
        self._stamp: tuple[int, int] | None = None  # of the store that the connections are to
        self._serving: Serving | None = None
        self._encoders: dict[str, Encoder] = {}

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    # -- questions

    def search(
        self,
        question: str,
        *,
        principal: Principal,
        top: int = 10,
        where: Where | None = None,
        mode: Mode = Mode.HYBRID,
        translate: bool = True,
        per_document: int = 0,
    ) -> Result:
        """Answer a question with passages that `principal` may see. Raises StoreError, never for what was typed.

        What is typed may hold filters, exact phrases and excluded words (`index.query`). `translate` False leaves the other
        language out; `per_document` lists at most so many passages of a document (0: any number). Where the model cannot be
        used, `Mode.HYBRID` searches the words alone and says so, and `Mode.DENSE` raises ModelError.
        """
        began = time.perf_counter()
        text = " ".join(question.replace("\x00", " ").split())
        notes: tuple[str, ...] = ()
        if len(text) > LONGEST_QUESTION:
            text = text[:LONGEST_QUESTION]
            notes = (f"The question is very long: its first {LONGEST_QUESTION} characters were searched.",)
        typed = parse(text)
        with self._view() as (connection, now):
            if connection is None or now is None:
                return _nothing(question, began, ("The library is empty: nothing has been ingested yet.", *notes))
            allowed = now.allowed(principal, asking.filters(typed, where or {}))
            allowed = asking.narrowed(connection, now, allowed, typed)
            top = max(1, min(top, MOST_HITS))
            depth = max(retrieval.DEPTH, 4 * top)
            try:
                asked = self._asked(now, allowed, typed, mode, translate, depth)
            except ModelError as exc:  # the words are still there to be searched
                if mode is not Mode.HYBRID:
                    raise
                mode, notes = Mode.LEXICAL, (*notes, f"{exc} Until then, only words are searched.")
                asked = self._asked(now, allowed, typed, mode, translate, depth)
            understood, moment = time.perf_counter() - began, _moment(now)
            result = answering.answer(
                connection, now, allowed, asked, mode=mode, top=top, floor=now.floor_for(principal), per_document=per_document,
            )  # fmt: skip
            result = replace(result, hits=_marked(result.hits, now, principal))
            instead = asking.corrected(connection, now, allowed, typed, text)
        seconds = time.perf_counter() - began
        return replace(
            result, question=question, instead=instead, notes=notes, seconds=seconds, understood=understood, moment=moment
        )

    def rank(self, question: str, *, principal: Principal, mode: Mode = Mode.HYBRID, depth: int = 400) -> list[tuple[int, float]]:
        """Document ids by their best passage, best first: the ranking alone, for measuring."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return []
            allowed = now.allowed(principal, {})
            asked = self._asked(now, allowed, parse(question), mode, True, depth)
            ranked = retrieval.retrieve(connection, now, allowed, asked.wanted, mode, depth)
            owners, scores = now.owners_of(ranked.ids), ranked.scores.tolist()
        best = dict(zip(reversed(owners), reversed(scores), strict=True))
        return [(owner, best[owner]) for owner in dict.fromkeys(owners)]

    def evidence(self, question: str, *, principal: Principal) -> list[Evidence]:
        """What speaks for the best passages of a question: what the floor is measured by."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return []
            allowed = now.allowed(principal, {})
            asked = self._asked(now, allowed, parse(question), Mode.HYBRID, True, retrieval.DEPTH)
            return answering.evidence(connection, now, allowed, asked)

    def floor(self) -> Floor:
        """What a question is held against to be answered: the packaged model's where nothing is served."""
        with self._view() as (_, now):
            return now.floor if now is not None else PACKAGED

    def similar(self, passage_id: int, *, principal: Principal, top: int = 10) -> tuple[Hit, ...]:
        """The passages of other documents most like a passage, best first; none where it does not exist for `principal`."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return ()
            return _marked(likeness.passages(connection, now, principal, passage_id, top), now, principal)

    def similar_documents(self, document_id: int, *, principal: Principal, top: int = 10) -> list[tuple[DocumentInfo, float]]:
        """The documents most like one, with how much (higher is more), best first."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return []
            near = likeness.documents(connection, now, principal, document_id, top)
            infos = [(listing.document(connection, now, other, principal), score) for other, score in near]
            return [(info, score) for info, score in infos if info is not None]

    def neighbours(self, passage_id: int, *, principal: Principal, around: int = 1) -> tuple[Hit, ...]:
        """A passage with the `around` passages before and after it in its document, in order."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return ()
            return _marked(likeness.neighbours(connection, now, principal, passage_id, around), now, principal)

    def _asked(self, now: Serving, allowed: Allowed, typed: Query, mode: Mode, translate: bool, depth: int) -> asking.Asked:
        encoder = None if mode is Mode.LEXICAL or not typed.text else self.encoder(now)
        lexicon = with_glossary(now.glossary) if translate else None
        means = asking.Means(encoder=encoder, lexicon=lexicon, depth=depth)
        return asking.ask(now, allowed, typed, self._language_of(typed.text), means)

    def records(self) -> dict[int, str]:
        """The record id of each document that came in a bulk file."""
        with self._view() as (connection, _):
            return listing.records(connection) if connection else {}

    def moment(self) -> Moment | None:
        """What is served now; None where nothing is."""
        with self._view() as (_, now):
            return _moment(now) if now is not None else None

    def ready(self) -> bool:
        """Whether a question would be answered without waiting for the model."""
        with self._view() as (_, now):
            return now is None or now.folder.name in self._encoders

    def warm(self) -> None:
        """Load the model and the vectors."""
        with self._view() as (_, now):
            if now is not None:
                self.encoder(now)
                with_glossary(now.glossary)

    def encoder(self, now: Serving) -> Encoder:
        """The model of what is served; loaded once. Raises ModelError where it is not the one the vectors are of."""
        name = now.folder.name
        found = self._encoders.get(name)
        if found is None:
            with self._encoder_lock:
                found = self._encoders.get(name)
                if found is None:
                    found = self._open_encoder(now.folder)
                    self._encoders = {name: found}  # the model before is let go when its last question is answered
        if found.info.fingerprint != now.model.fingerprint:
            raise ModelError(
                f"The model in {now.folder} ({found.info.fingerprint[:12]}) is not the one that this library was embedded with"
                f" ({now.model.name}, {now.model.fingerprint[:12]}). Run `python -m index rebuild`."
            )
        return found

    # -- documents and pages

    def documents(self, principal: Principal) -> list[DocumentInfo]:
        """The documents that `principal` may see, by title."""
        with self._view() as (connection, now):
            return listing.documents(connection, now, principal) if connection and now else []

    def document(self, document_id: int, principal: Principal) -> DocumentInfo | None:
        """One document; None where it does not exist for this person."""
        with self._view() as (connection, now):
            return listing.document(connection, now, document_id, principal) if connection and now else None

    def page(self, document_id: int, number: int, principal: Principal) -> PageView | None:
        """A page with its text and boxes; None where it does not exist for this person."""
        with self._view() as (connection, now):
            return listing.page(connection, now, document_id, number, principal) if connection and now else None

    def outline(self, document_id: int, principal: Principal) -> tuple[OutlineItem, ...]:
        """The headings and recommendations of a document, in order; none where it does not exist for this person."""
        with self._view() as (connection, now):
            return outline.outline(connection, now, document_id, principal) if connection and now else ()

    def passages(self, document_id: int, *, principal: Principal) -> tuple[Hit, ...]:
        """All passages of a document, in order; none where it does not exist for this person."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return ()
            return _marked(outline.passages(connection, now, principal, document_id), now, principal)

    def changes(self, old: int, new: int, principal: Principal, *, first: int = 0, most: int = 100) -> Changes | None:
        """What changed from one document to another; None where one of them does not exist for `principal`.

        `most` changes from the `first` on (0-based); the last ones where there are no more.
        """
        with self._view() as (connection, now):
            if connection is None or now is None:
                return None
            one, other = (listing.document(connection, now, number, principal) for number in (old, new))
            if one is None or other is None:
                return None
            found, same = changes.compare(*(changes.read(connection, now, number) for number in (old, new)))
        first = max(0, min(first, (len(found) - 1) // most * most))
        shown = tuple(changes.marked(change) for change in found[first : first + most])
        return Changes(old=one, new=other, changes=shown, first=first, total=len(found), same=same)

    def source(self, document_id: int, principal: Principal) -> Path | None:
        """The original file; None where it is gone, has changed since it was read, or is not this person's to see."""
        info = self.document(document_id, principal)
        for path in map(path_of, info.paths if info else ()):
            try:
                with path.open("rb") as file:
                    if info and hashlib.file_digest(file, "sha256").hexdigest() == info.sha256:
                        return path
            except OSError:
                continue
        return None

    def files(self, principal: Principal) -> list[FileInfo]:
        """The last outcome of each file; those of documents that `principal` may not see are left out."""
        with self._view() as (connection, now):
            return listing.files(connection, now, principal) if connection and now else []

    def facets(self, principal: Principal) -> dict[str, list[str]]:
        """The values that can be filtered by, of what `principal` may see."""
        return listing.facets(self.documents(principal))

    def status(self, principal: Principal | None = None) -> Status:
        """What is served and what it holds of what `principal` may see; of all, for whoever runs the server (None)."""
        with self._view() as (connection, now):
            return listing.status(connection, now, self.data, principal or local_owner())

    # -- the view of one moment

    @contextmanager
    def _view(self) -> Iterator[tuple[Connection | None, Serving | None]]:
        """A connection inside one read transaction, and what is served as of it."""
        if not store.exists(self.data):
            yield None, None
            return
        with self._borrowed() as connection, store.reading(connection):
            yield connection, self._current(connection)

    def _current(self, connection: Connection) -> Serving | None:
        held, level = self._serving, unmarked(self.data)
        if held is not None and (held.seq, held.unmarked) == (serving.current_seq(connection), level):
            return held
        with self._lock:
            fresh = serving.load(connection, self.data, self._serving, level)
            if fresh is not None and (self._serving is None or fresh.seq >= self._serving.seq):
                self._serving = fresh
            return fresh

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        with self._lock:
            self._follow_restore()
            stamp = self._stamp
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = store.open_reader(self.data)
        try:
            with store.explained(self.data), store.understood(self.data):
                yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if stamp == self._stamp:
                self._idle.append(connection)
                return
        connection.close()

    def _follow_restore(self) -> None:
        """Let go of a store that another has taken the place of: a library restored from a backup."""
        stamp = store.stamp(self.data)
        if stamp == self._stamp:
            return
        for connection in self._idle:
            connection.close()
        self._idle, self._serving, self._stamp = [], None, stamp


def _marked(hits: tuple[Hit, ...], now: Serving, principal: Principal) -> tuple[Hit, ...]:
    """Hits with what answers in the place of their documents, as this person may know."""
    seen = now.editions.superseding
    return tuple(replace(hit, superseded_by=seen(hit.document_id, principal)) for hit in hits)


def _moment(now: Serving) -> Moment:
    return Moment(generation=now.generation, seq=now.seq)


def _nothing(question: str, began: float, notes: tuple[str, ...]) -> Result:
    return Result(
        question=question, language="", quotes=(), hits=(), seconds=time.perf_counter() - began, notes=notes,
        searched=Searched(documents=0, passages=0, unreadable_pages=0, unreadable_documents=0),
    )  # fmt: skip
