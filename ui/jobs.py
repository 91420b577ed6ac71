"""Reading and rebuilding as child processes of the house's own commands: the server itself never writes the index."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui import logs

Event = Mapping[str, Any]
_END_SECONDS = 5.0
_REMEMBERED = 20  # readings that can be looked at again
_COUNTED = ("added", "changed", "unchanged", "removed", "failed", "partial", "documents", "passages", "problems")
_TAIL = 4000  # bytes of stderr that are kept for the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a reading was asked to read, which its process does not say."""

    who: str = ""
    files: tuple[str, ...] = ()  # below the corpus folder; none where the whole folder is read
    refused: tuple[tuple[str, str], ...] = ()  # name of a file that was not taken, and why
    total: int = 0
    estimated: bool = False  # whether the total is an estimate


class Job:
    """One child process that prints JSON lines. It goes on when the browser that started it goes away."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        turn: AbstractContextManager[object] | None = None,
        about: str = "",
        kind: str = "",
    ) -> None:
        """`turn`: a lock to hold while the process runs, for work that is done one after the other; `about`: what it works on.

        `kind`: "ingest", "rebuild", "verify" or "eval".
        """
        self.about = about
        self.kind = kind
        self.order = Order()
        self.waiting = turn is not None
        self.code: int | None = None
        self.reason = ""
        self._command = list(command)
        self._environment = dict(environment)
        self._turn = turn
        self.started = time.time()
        self.ended = 0.0
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = self._told = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the process has ended and everything it said has been read."""
        return self.code is not None

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before it was done."""
        return self._stopped

    @property
    def events(self) -> list[Event]:
        """Everything it has said so far, each with the moment at which it was `heard` (seconds since 1970)."""
        with self._changed:
            return list(self._events)

    def follow(self, pause: float = 0.2) -> Iterator[list[Event]]:
        """Give all that was said so far, at once and then whenever there is more, and a last time when it has ended.

        Between two there is at least `pause` seconds, so that a fast child does not flood the page.
        """
        seen = -1
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.done or len(self._events) != seen, timeout=1.0)  # noqa: B023
                done, events = self.done, list(self._events)
            if done or len(events) != seen:
                seen = len(events)
                yield events
            if done:
                return
            time.sleep(pause)

    def stop(self) -> None:
        """End the process and its children, gently first."""
        self._stopped = True
        self.tell()
        process = self._process
        if process is not None and process.poll() is None:
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._thread.join(_END_SECONDS)

    def tell(self) -> None:
        """Tell the process to end at its next commit, and wait for nothing."""
        self._stopped = True
        process = self._process
        if process is not None and process.poll() is None and not self._told:
            self._told = True
            _signal(process, signal.SIGTERM)

    def kill(self) -> None:
        """End the process and its children at once. What it has reported is stored; what it was at is not."""
        self._stopped = True
        process = self._process
        if process is not None and process.poll() is None:
            _signal(process, signal.SIGKILL)

    def _run(self) -> None:
        code, reason = -1, ""
        try:
            with ExitStack() as stack:
                if self._turn is not None:
                    stack.enter_context(self._turn)
                if not self._stopped:
                    self.waiting = False
                    code, reason = self._read(stack.enter_context(tempfile.TemporaryFile()))
        except OSError as exc:
            reason = str(exc)
        with self._changed:
            self.waiting = False
            self.code, self.reason, self.ended = code, reason, time.time()
            self._changed.notify_all()
        counts: dict[str, Any] = {**self.counts()}
        seconds = round(self.ended - self.started, 1)
        logs.event("job", kind=self.kind, code=code, stopped=self._stopped, seconds=seconds, **counts)

    def counts(self) -> dict[str, int]:
        """What its summary counts, so far as it has said one."""
        summaries: list[dict[str, Any]] = [event["summary"] for event in self.events if isinstance(event.get("summary"), dict)]
        said = summaries[-1] if summaries else {}
        return {name: said[name] for name in _COUNTED if isinstance(said.get(name), int)}

    def _read(self, errors: Any) -> tuple[int, str]:  # noqa: ANN401 - the file type of tempfile has no public name
        """Read the process to its end: exit code and the last line it wrote to stderr."""
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=self._environment,
            start_new_session=True,  # a group of its own: it is ended with all its children, and by us only
        )
        self._process = process
        if self._stopped:
            self.tell()
        assert process.stdout is not None  # noqa: S101 - for the type checker
        with process.stdout:
            for line in process.stdout:
                self._heard(line)
        code = process.wait()
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - _TAIL))
        return code, _last_line(errors.read())

    def _heard(self, line: bytes) -> None:
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                with self._changed:
                    self._events.append({**event, "heard": time.time()})
                    self._changed.notify_all()


class Jobs:
    """What the page has set going: readings one after the other; one rebuild, one check and one measuring at a time."""

    def __init__(self, data: Path, program: Sequence[str] = (sys.executable,)) -> None:
        """`program` starts Python; tests put another in its place."""
        self._data = data
        self._program = tuple(program)
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._refusing = False
        self._running: list[Job] = []
        self._readings: dict[int, Job] = {}  # by number, the latest last
        self._latest: dict[str, Job] = {}  # the last rebuild, check and measuring

    def ingest(self, paths: Sequence[Path], order: Order = Order(), *, keep_gone: bool = False) -> Job:
        """Bring the library into step with files or folders; waits for its turn. `keep_gone`: what is gone stays for now."""
        job = self._start("ingest", ["--keep-gone"] if keep_gone else [], [str(path) for path in paths], self._turn)
        job.order = order
        with self._lock:
            number = max(self._readings, default=0) + 1
            self._readings[number] = job
            while len(self._readings) > _REMEMBERED:
                del self._readings[min(self._readings)]
        return job

    def number_of(self, job: Job) -> int:
        """The number by which a reading is found again; 0 where it is no longer remembered."""
        return next((number for number, one in list(self._readings.items()) if one is job), 0)

    def reading(self, number: int = 0) -> Job | None:
        """A reading by its number; the latest where none is given."""
        readings = dict(self._readings)
        return readings.get(number or max(readings, default=0))

    def rebuild(self, model: str = "") -> Job:
        """Rebuild the index, with another model where one is named, or join the rebuild that is under way."""
        return self._one("rebuild", ["rebuild"], ["--model", model] if model else [], about=model)

    def verify(self) -> Job:
        """Check all that is stored, or join the check that is under way."""
        return self._one("verify", ["verify"], [])

    def measure(self, questions: Path) -> Job:
        """Ask a file of questions of the library, or join what is being asked."""
        return self._one("eval", ["eval"], [], [str(questions)], about=questions.name)

    def latest(self, kind: str) -> Job | None:
        """The last "rebuild", "verify" or "eval" of this server, ended or not."""
        return self._latest.get(kind)

    def rebuilding(self) -> Job | None:
        """Give the rebuild that is under way, if there is one."""
        job = self._latest.get("rebuild")
        return job if job is not None and not job.done else None

    def refuse(self) -> None:
        """Begin nothing any more, and tell what runs to end at its next commit."""
        self._refusing = True
        for job in list(self._running):
            job.tell()

    def stop(self) -> None:
        """End everything that still runs, and wait for it."""
        self.refuse()
        for job in list(self._running):
            if not job.done:
                job.stop()

    def kill(self) -> None:
        """End everything at once."""
        self._refusing = True
        for job in list(self._running):
            job.kill()

    def running(self) -> dict[str, int]:
        """How many jobs of each kind run or wait for their turn."""
        return dict(Counter(job.kind for job in list(self._running) if not job.done))

    def _one(self, kind: str, verb: list[str], options: list[str], rest: Sequence[str] = (), about: str = "") -> Job:
        with self._lock:
            job = self._latest.get(kind)
            if job is None or job.done:
                job = self._latest[kind] = self._start("index", [*verb, *options], list(rest), None, about)
            return job

    def _start(
        self, module: str, verb: list[str], rest: list[str], turn: AbstractContextManager[object] | None, about: str = ""
    ) -> Job:
        # "--" before the paths: a file name that begins with a dash is no option.
        options = ["--json", "--data", str(self._data)]
        command = [*self._program, "-m", module, *verb, *options, *(["--", *rest] if rest else [])]
        job = Job(command, _environment(), turn, about, module if module == "ingest" else verb[0])
        if self._refusing:
            job.stop()
        self._running = [one for one in self._running if not one.done] + [job]
        return job


def _environment() -> dict[str, str]:
    """Copy the environment, with the house on the module path wherever it was started from.

    KALLA_WRITTEN_DOWN: who had it done is in the audit trail already (index/operator.py).
    """
    house = str(Path(__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (house, known)))
    return os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "KALLA_WRITTEN_DOWN": "yes"}


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:500] if lines else ""
