"""One run: the library is brought into step with the folders. Reading, embedding and writing go on at the same time.

Readers work ahead in threads (each with a child process); texts are embedded in one thread; this one writes. An outcome is
yielded only after the commit that makes it true, so a run that is cut off has lost nothing that it reported.
"""

import heapq
import itertools
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ingest import absence, scan
from ingest.absence import Gone
from ingest.change import FileOutcome, FileStamp, Later, Outcome, Prepared, Step
from ingest.document import Document, Format, Metadata, Passage
from ingest.formats import SUFFIXES
from ingest.moves import Ledger
from ingest.ocr import NO_OCR, TRIED, Ocr
from ingest.passwords import NO_PASSWORDS, WANTED, Passwords
from ingest.paths import display, is_below, key_of, path_of
from ingest.reading import Reader, stamp_of
from ingest.scan import Found, Plan

_BATCH = 256  # passages embedded and committed at once, about
_PATIENCE = 0.25  # seconds to wait for more before a smaller batch is embedded
_SLOW = 10.0  # seconds of a failure after which a file is tried again only when it changes
_AHEAD = 16  # steps read ahead of the writer: what bounds memory

Vectors = Mapping[bytes, Any]  # text hash -> vector


class Target(Protocol):
    """The library that is written, from one thread. Each method that changes something is one commit."""

    def known(self) -> list[tuple[FileStamp, FileOutcome]]:
        """How each file was when it was read, and what became of it."""

    def missing(self, prepared: Sequence[Prepared]) -> dict[bytes, Passage]:
        """The texts that have no vector yet, by hash."""

    def embed(self, missing: Mapping[bytes, Passage]) -> Vectors:
        """Their vectors. Called from a thread of its own."""

    def store(self, steps: Sequence[Step], vectors: Vectors) -> list[FileOutcome]:
        """Documents and the outcomes of their files."""

    def share(self, stamp: FileStamp, outcome: FileOutcome, other: str) -> FileOutcome:
        """A file holds the same documents as the file `other`."""

    def reread(self, path: str) -> Document | None:
        """The stored document of a file, None where it holds none, or records. Called from the reading threads."""

    def holders(self, key: str) -> Sequence[str]:
        """The files that the document of this content key came in. Called from the reading threads."""

    def fail(self, stamp: FileStamp, outcome: FileOutcome) -> FileOutcome:
        """A file could not be read; what it held goes."""

    def touch(self, stamps: Sequence[FileStamp]) -> None:
        """Same content, new stamps."""

    def remove(self, paths: Sequence[str]) -> None:
        """Files that are gone."""


class Run:
    """One run over `roots`. Iterate over `outcomes()`; `total` is known from then on."""

    def __init__(
        self,
        target: Target,
        roots: Sequence[Path],
        jobs: int,
        ocr: Ocr = NO_OCR,
        passwords: Passwords = NO_PASSWORDS,
        gone: Gone = Gone.USUAL,
    ) -> None:
        """`jobs` files are read at the same time. With `ocr`, files are read again that have pages it was not tried on.

        Where the file of `passwords` has changed, those are tried again that none of them opened. `gone` says what becomes of
        files that are not there any more.
        """
        self.target = target
        self._jobs = jobs
        known = target.known()
        self._known = {stamp.path: (stamp, outcome) for stamp, outcome in known}
        self._moved_away: set[str] = set()
        self._copies: list[Step] = []
        changed = passwords.changed_ns()
        self._again = {
            stamp.path
            for stamp, outcome in known
            if _is_tried_again(outcome, ocr) or (WANTED in outcome.reason and stamp.read_ns < changed)
        }
        stamps = [replace(stamp, size=-1) if stamp.path in self._again else stamp for stamp, _ in known]
        self.plan: Plan = scan.compare(scan.walk(roots, _roots_of(self._known, roots)), stamps, roots)
        self.absence = absence.decide(self.plan.gone, roots, gone)
        self.ledger = Ledger([stamp for stamp, _ in known], self.plan.gone, self.plan.check)
        self.total = len(self.plan.same) + len(self.plan.check) + len(self.plan.problems)
        self.total += len(self.absence.stay)

    def outcomes(self, reader: Reader) -> Iterator[FileOutcome]:
        """Do it. Each file's outcome, once it is true."""
        described = [stamp for stamp in self.plan.same if stamp.catalogue == reader.digest(path_of(stamp.path))]
        for stamp in described:
            yield _again(self._known[stamp.path][1])
        for problem in self.plan.problems:
            yield self._problem(problem, reader.row(problem.path))
        kept = {stamp.path for stamp in described}
        changed = [stamp for stamp in self.plan.same if stamp.path not in kept]
        yield from self._read([*(self._redescribe(reader, stamp) for stamp in changed), *self._files(reader)])
        yield from self._share(reader)
        yield from self._leave()

    # -- reading ahead

    def _files(self, reader: Reader) -> list[Callable[[], Iterator[Step]]]:
        def steps(found: Found) -> Callable[[], Iterator[Step]]:
            known = self._known.get(key_of(found.path))
            again = key_of(found.path) in self._again
            failed = again and known is not None and known[1].outcome is Outcome.FAILED
            return lambda: reader.steps(found, known[0] if known else None, again=again, failed_before=failed)

        return [steps(found) for found in self.plan.check]

    def _redescribe(self, reader: Reader, stamp: FileStamp) -> Callable[[], Iterator[Step]]:
        """The file is the same, but its row in the catalogue is not: the stored document is described and cut anew."""
        path = path_of(stamp.path)
        fresh = replace(stamp, catalogue=reader.digest(path))

        def steps() -> Iterator[Step]:
            document = self.target.reread(stamp.path)
            if document is None:  # a bulk file describes its own records; a failed one has nothing to describe
                yield Step(path=stamp.path, stamp=fresh, touched=True)
            else:
                yield reader.redescribed(document, fresh, path)

        return steps

    def _read(self, tasks: Sequence[Callable[[], Iterator[Step]]]) -> Iterator[FileOutcome]:
        """Run the tasks in threads and store what they yield, in batches."""
        if not tasks:
            return
        steps: queue.Queue[Step | BaseException | None] = queue.Queue(_AHEAD)
        stop = threading.Event()
        waiting = _Waiting(tasks)

        def work() -> None:
            try:
                while not stop.is_set() and (task := waiting.next()) is not None:
                    for step in task():
                        if step.later is not None:
                            waiting.put_off(step.later)
                        elif not _offer(steps, step, stop):
                            return
            except BaseException as exc:
                _offer(steps, exc, stop)
            finally:
                _offer(steps, None, stop)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(self._jobs, len(tasks)))]
        for thread in threads:
            thread.start()
        try:
            yield from self._write(steps, len(threads))
        finally:
            stop.set()

    # -- embedding and writing

    def _write(self, steps: "queue.Queue[Step | BaseException | None]", readers: int) -> Iterator[FileOutcome]:
        held: list[Step] = []
        touched: list[Step] = []
        running: tuple[list[Step], Future[Vectors]] | None = None
        with ThreadPoolExecutor(1) as executor:
            while readers or held or running:
                idle = running is None or running[1].done()
                step = _take(steps, _PATIENCE if readers and not (idle and held) else 0) if readers else None
                if isinstance(step, BaseException):
                    raise step
                if step is _FINISHED:
                    readers -= 1
                elif isinstance(step, Step):
                    (touched if step.touched else self._copies if step.existing else held).append(step)
                full = sum(len(item.passages) for one in held for item in one.prepared) >= _BATCH
                if full or step is None or not readers:
                    if running is not None and (full or running[1].done() or not readers):
                        yield from self._store(*running)
                        running = None
                    if held and running is None:
                        running, held = self._embed(executor, held), []
        yield from self._touch(touched)

    def _embed(self, executor: ThreadPoolExecutor, steps: list[Step]) -> tuple[list[Step], "Future[Vectors]"]:
        missing = self.target.missing([item for step in steps for item in step.prepared])
        return steps, executor.submit(self.target.embed, missing)

    def _store(self, steps: Sequence[Step], vectors: "Future[Vectors]") -> Iterator[FileOutcome]:
        yield from self.target.store(steps, vectors.result())

    def _touch(self, steps: Sequence[Step]) -> Iterator[FileOutcome]:
        if steps:
            self.target.touch([step.stamp for step in steps if step.stamp])
        for step in steps:
            yield _again(self._known[step.path][1])

    def _share(self, reader: Reader) -> Iterator[FileOutcome]:
        """Files with the bytes of another: done when the other is surely stored."""
        after = {stamp.path: outcome for stamp, outcome in self.target.known()} if self._copies else {}
        gone = {stamp.path for stamp in self.plan.gone}
        for step in self._copies:
            other = after.get(step.existing)
            if step.stamp is None or other is None:
                continue
            if other.outcome is Outcome.FAILED:
                fresh = _kept_from(replace(other, path=step.path, document=None, seconds=0.0), reader.row(path_of(step.path)))
                yield self.target.fail(step.stamp, fresh)
                continue
            moved = step.existing in gone
            if moved:
                self._moved_away.add(step.existing)
            shown = display(path_of(step.existing))
            note = f"moved from {shown}" if moved else f"the same bytes as {shown}: one document with both paths"
            partial = other.outcome is Outcome.PARTIAL
            outcome = replace(
                other,
                path=step.path,
                outcome=Outcome.PARTIAL if partial else Outcome.ADDED,
                reason=f"{note}; {other.reason}" if partial else note,
                seconds=0.0,
            )
            done = self._copy(reader, step, step.stamp, outcome)
            yield replace(done, outcome=Outcome.UNCHANGED) if moved else done

    def _copy(self, reader: Reader, step: Step, stamp: FileStamp, outcome: FileOutcome) -> FileOutcome:
        """Link a file to what another holds. Where the catalogue has a row for it, that is described anew."""
        document = self.target.reread(step.existing) if stamp.catalogue else None
        if document is None:
            return self.target.share(stamp, outcome, step.existing)
        fresh = reader.redescribed(document, stamp, path_of(step.path))
        if fresh.outcome is not None:
            fresh = replace(fresh, outcome=replace(outcome, passages=fresh.outcome.passages))
        return self.target.store([fresh], self.target.embed(self.target.missing(fresh.prepared)))[0]

    def _problem(self, problem: scan.Problem, row: Metadata | None) -> FileOutcome:
        outcome = _kept_from(FileOutcome(path=key_of(problem.path), outcome=Outcome.FAILED, reason=problem.reason), row)
        if problem.path.is_dir():
            return outcome  # not a file: there is nothing to remember
        found = Found(path=problem.path, size=0, mtime_ns=0, ctime_ns=0, inode=0)
        return self.target.fail(stamp_of(found, "", ""), outcome)

    def _leave(self) -> Iterator[FileOutcome]:
        """Files that are gone leave last, so that what was moved is never absent in between."""
        stay = {stamp.path for stamp in self.absence.stay} - self._moved_away
        paths = [stamp.path for stamp in self.plan.gone if stamp.path not in stay]
        if paths:
            self.target.remove(paths)
        for path in paths:
            if path not in self._moved_away:
                yield FileOutcome(path=path, outcome=Outcome.REMOVED, document=self._known[path][1].document)
        for path in sorted(stay):
            before = _again(self._known[path][1])
            yield before if before.outcome is Outcome.FAILED else replace(before, reason=self.absence.reason)


class _Waiting:
    """The tasks of a run, for threads to take: files in their order, then what was put off, the shortest first."""

    def __init__(self, tasks: Sequence[Callable[[], Iterator[Step]]]) -> None:
        self._tasks = iter(tasks)
        self._later: list[tuple[int, int, Callable[[], Iterator[Step]]]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def next(self) -> Callable[[], Iterator[Step]] | None:
        """Take a task; None where none is left."""
        with self._lock:
            task = next(self._tasks, None)
            return heapq.heappop(self._later)[2] if task is None and self._later else task

    def put_off(self, later: Later) -> None:
        """Have something done when all files have been opened."""
        with self._lock:
            heapq.heappush(self._later, (later.pages, next(self._numbers), later.steps))


_FINISHED: Any = object()


def _kept_from(outcome: FileOutcome, row: Metadata | None) -> FileOutcome:
    """The outcome of a file without a document, with what the catalogue says of who may know of it."""
    return replace(outcome, handling=row.handling if row else "", groups=row.groups if row else ())


def _take(steps: "queue.Queue[Any]", seconds: float) -> Any:  # noqa: ANN401 - a step, an error, _FINISHED, or None where nothing came
    try:
        step = steps.get(timeout=seconds) if seconds else steps.get_nowait()
    except queue.Empty:
        return None
    return _FINISHED if step is None else step


def _offer(steps: "queue.Queue[Any]", step: Any, stop: threading.Event) -> bool:  # noqa: ANN401
    """Hand over a step, waiting for room; False where the run was stopped meanwhile."""
    while not stop.is_set():
        try:
            steps.put(step, timeout=0.2)
            return True
        except queue.Full:
            continue
    return False


def _is_tried_again(outcome: FileOutcome, ocr: Ocr) -> bool:
    """What could not be read may be readable now (rights, OCR, a newer Källa); but what took long to fail waits for a change."""
    if TRIED in outcome.reason:
        return False
    if ocr and outcome.pages_without_text and SUFFIXES.get(path_of(outcome.path).suffix.lower()) is Format.PDF:
        return True
    return outcome.outcome is Outcome.FAILED and outcome.seconds < _SLOW


def _roots_of(known: Iterable[str], roots: Sequence[Path]) -> set[str]:
    """The roots below which files are known, so that one may be gone."""
    keys = {key_of(root) for root in roots}
    return {key for key in keys if any(is_below(path, key) for path in known)}


def _again(before: FileOutcome) -> FileOutcome:
    """The outcome of a file that is as it was: unchanged, or still failed."""
    if before.outcome is Outcome.FAILED:
        return replace(before, seconds=0.0)
    return replace(before, outcome=Outcome.UNCHANGED, seconds=0.0)
