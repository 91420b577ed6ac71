"""The library as its readers see it: questions, documents, pages and state. Never writes. Safe to use from several threads."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index import answering, listing, serving, store
from index.access import Principal
from index.embed import Encoder, OnnxEncoder
from index.errors import ModelError
from index.result import DocumentInfo, FileInfo, Mode, PageView, Result, Searched, Status
from index.serving import Serving, Where
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
    ) -> Result:
        """Answer a question with passages that `principal` may see. Raises StoreError or ModelError; never for what was typed."""
        began = time.perf_counter()
        asked = " ".join(question.replace("\x00", " ").split())
        notes: tuple[str, ...] = ()
        if len(asked) > LONGEST_QUESTION:
            asked = asked[:LONGEST_QUESTION]
            notes = (f"The question is very long: its first {LONGEST_QUESTION} characters were searched.",)
        with self._view() as (connection, now):
            if connection is None or now is None:
                return _nothing(question, began, ("The library is empty: nothing has been ingested yet.", *notes))
            allowed = now.allowed(principal, dict(where or {}))
            encoder = None if mode is Mode.LEXICAL or not asked else self.encoder(now)
            put = answering.ask(connection, now, encoder, asked, self._language_of(asked))
            result = answering.answer(connection, now, allowed, encoder, put, mode=mode, top=max(1, min(top, MOST_HITS)))
        return answering.finish(result, question, notes, time.perf_counter() - began)

    def rank(self, question: str, *, principal: Principal, mode: Mode = Mode.HYBRID, depth: int = 400) -> list[tuple[int, float]]:
        """Document ids by their best passage, best first: the ranking alone, for measuring."""
        with self._view() as (connection, now):
            if connection is None or now is None:
                return []
            allowed = now.allowed(principal, {})
            encoder = None if mode is Mode.LEXICAL else self.encoder(now)
            put = answering.ask(connection, now, encoder, question, self._language_of(question))
            owner = dict(zip(now.ids.tolist(), now.owners.tolist(), strict=True))
            best: dict[int, float] = {}
            for candidate in answering.rank(connection, now, allowed, put, mode, depth):
                best.setdefault(owner[candidate.passage_id], candidate.score)
        return list(best.items())

    def records(self) -> dict[int, str]:
        """The record id of each document that came in a bulk file."""
        with self._view() as (connection, _):
            return listing.records(connection) if connection else {}

    def ready(self) -> bool:
        """Whether a question would be answered without waiting for the model."""
        with self._view() as (_, now):
            return now is None or now.folder.name in self._encoders

    def warm(self) -> None:
        """Load the model and the vectors."""
        with self._view() as (_, now):
            if now is not None:
                self.encoder(now)

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
                f"The model in {now.folder} is not the one this library was embedded with. Run `python -m index rebuild`."
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

    def status(self) -> Status:
        """What is served and what it holds."""
        with self._view() as (connection, now):
            return listing.status(connection, now, self.data)

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
        held = self._serving
        if held is not None and held.seq == serving.current_seq(connection):
            return held
        with self._lock:
            fresh = serving.load(connection, self.data, self._serving)
            if fresh is not None and (self._serving is None or fresh.seq >= self._serving.seq):
                self._serving = fresh
            return fresh

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = store.open_reader(self.data)
        try:
            with store.explained(self.data):
                yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)


def _nothing(question: str, began: float, notes: tuple[str, ...]) -> Result:
    return Result(
        question=question, language="", quotes=(), hits=(), seconds=time.perf_counter() - began, notes=notes,
        searched=Searched(documents=0, passages=0, unreadable_pages=0, unreadable_documents=0),
    )  # fmt: skip
