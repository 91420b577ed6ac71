"""Reading in child processes that are held to limits: one bad file costs its own child, and nothing else.

    with ReaderPool(4) as pool:
        document = pool.read(path, format_of(path))

Callers run tasks from as many threads as they like; `size` tasks go on at a time, each in a long-lived child.
"""

import os
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json import loads
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest import frames
from ingest.document import Document, Format
from ingest.limits import Limits
from ingest.process import ReaderProcess, plain

if TYPE_CHECKING:
    from ingest.records import RecordError

_TASKS_PER_CHILD = 200  # then it is replaced, so that what a library leaks stays bounded
_MODULE = (sys.executable, "-P", "-B", "-m", "ingest.child")
_PNG = b"\x89PNG\r\n\x1a\n"


class ReaderPool:
    """Up to `size` reading processes, started when they are first needed.

    Methods may be called from any thread. They raise `RuntimeError` after `close`, and where `close` cuts a task short.
    """

    def __init__(
        self,
        size: int,
        *,
        limits: Limits | None = None,
        tasks_per_child: int = _TASKS_PER_CHILD,
        command: Sequence[str] = _MODULE,
    ) -> None:
        """`command` starts a reading process; it gets the arguments that `ingest.child` describes."""
        if size < 1 or tasks_per_child < 1:
            raise ValueError("a pool has at least one process, and a process at least one task")
        self._limits = limits or Limits()
        self._tasks_per_child = tasks_per_child
        self._command = tuple(command)
        self._slots = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[ReaderProcess] = []
        self._children: set[ReaderProcess] = set()
        self._closed = threading.Event()
        self._finalizer = weakref.finalize(self, _close_all, self._closed, self._children, self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every child at once, also in the middle of a task. Closing twice does no harm."""
        self._finalizer()

    def read(self, path: Path, format: Format, passwords: Sequence[str] = ()) -> Document:
        """Read one file; `passwords` are tried where it is an encrypted PDF.

        Raises what the reader raised, `ReadError` where it crashed, or `LimitExceeded`.
        """
        with self._child() as child:
            _, payload = child.ask(_task("read", path, passwords) | {"format": format.value})
            with child.distrusted():
                return _load(payload)

    def recognise(self, path: Path, languages: str, passwords: Sequence[str] = ()) -> Document:
        """Read a PDF with text recognition on its scanned pages, in these languages (`swe+eng`). Raises as `read` does."""
        limits = self._limits
        task = _task("recognise", path, passwords) | {"languages": languages}
        task |= {"page_seconds": min(limits.page_seconds, 0.75 * limits.seconds), "document_seconds": limits.document_seconds}
        with self._child() as child:
            _, payload = child.ask(task, patience=limits.document_seconds + limits.seconds)
            with child.distrusted():
                return _load(payload)

    def read_records(self, path: Path) -> "Iterator[list[Document | RecordError]]":
        """Read a bulk file in batches. The next is read when it is asked for; each has the full time limit.

        A process is held until the iterator is exhausted or closed. Raises as `read` does; earlier batches still hold.
        """
        with self._child() as child:
            header, payload = child.ask(_task("records", path), keeps_busy=True)
            while True:
                child.busy = more = header.get("more") is True
                with child.distrusted():
                    batch = _load_batch(payload)
                if batch:
                    yield batch
                if not more:
                    return
                header, payload = child.ask({"task": "next"}, keeps_busy=True)

    def render(self, path: Path, page: int, width: int, passwords: Sequence[str] = ()) -> bytes:
        """Draw a page (1-based) of a PDF, `width` pixels wide, as PNG. Raises as `read` does."""
        task = _task("render", path, passwords) | {"page": page, "width": width}
        with self._child() as child:
            _, image = child.ask(task)
            with child.distrusted():
                if not image.startswith(_PNG):
                    raise ValueError("not a PNG")
            return image

    @contextmanager
    def _child(self) -> Iterator[ReaderProcess]:
        """Lend a child to one task. Afterwards it serves the next, unless it is worn out or in the middle of things."""
        with self._slots:
            child = self._take()
            try:
                yield child
            finally:
                self._give_back(child)

    def _take(self) -> ReaderProcess:
        with self._lock:
            if self._closed.is_set():
                raise RuntimeError("the reader pool is closed")
            child = self._idle.pop() if self._idle else None
        if child is not None and child.alive():
            return child
        if child is not None:
            self._drop(child)
        child = ReaderProcess(self._command, self._limits, self._closed)
        try:
            with self._lock:
                self._children.add(child)
                if self._closed.is_set():
                    raise RuntimeError("the reader pool is closed")
            child.await_ready()
        except BaseException:
            self._drop(child)
            raise
        return child

    def _give_back(self, child: ReaderProcess) -> None:
        with self._lock:
            keep = not (child.busy or self._closed.is_set()) and child.tasks < self._tasks_per_child
            if keep:
                self._idle.append(child)
        if not keep:
            self._drop(child)

    def _drop(self, child: ReaderProcess) -> None:
        child.close()
        with self._lock:
            self._children.discard(child)


def _close_all(closed: threading.Event, children: set[ReaderProcess], lock: threading.Lock) -> None:
    """Close a pool without holding on to it, so that a forgotten one can be collected."""
    closed.set()
    with lock:
        doomed = list(children)
        children.clear()
    for child in doomed:
        child.stop()
    for child in doomed:
        child.close()


def _task(name: str, path: Path, passwords: Sequence[str] = ()) -> frames.Header:
    """A task as it goes over the pipe, which is the only way that a password takes."""
    return {"task": name, "path": _portable(path)} | ({"passwords": list(passwords)} if passwords else {})


def _portable(path: Path) -> str:
    """Write the absolute path so that the child, which always runs in UTF-8 mode, opens the same bytes."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "surrogateescape")


def _load(payload: bytes) -> Document:
    from ingest import wire

    return wire.load(payload)


def _load_batch(payload: bytes) -> "list[Document | RecordError]":
    return [_load(data) if kind == b"D" else _load_error(data) for kind, data in frames.unpack_items(payload)]


def _load_error(data: bytes) -> "RecordError":
    from ingest.records import RecordError

    line, reason = loads(data)
    return RecordError(line=int(line), reason=plain(str(reason)))
