"""The parent's side of one reading process: starting it, asking it, and what its end means."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest import errors, frames
from ingest.child import OUT_OF_MEMORY
from ingest.errors import IngestError, LimitExceeded, ReadError
from ingest.limits import Limits, size_text
from ingest.paths import display

_START_SECONDS = 30.0
_END_SECONDS = 1.0  # a crashed process closes its pipes a moment before its status can be had
_REAP_SECONDS = 5.0
_READ_SIZE = 1 << 20
_MESSAGE_LENGTH = 1000
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")


class ReaderProcess:
    """One reading process, and the pipes to it."""

    def __init__(self, command: Sequence[str], limits: Limits, closed: threading.Event) -> None:
        self.tasks = 0
        self.busy = True  # in the middle of a task, or unfit for another
        self._limits = limits
        self._closed = closed
        self._using = threading.RLock()  # the pipes
        self._ending = threading.Lock()  # the process
        lifeline, self._lifeline = os.pipe()
        try:
            sizes = (limits.seconds, limits.memory_bytes, limits.output_bytes)
            self._process = subprocess.Popen(
                [*command, str(lifeline), *map(str, sizes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                pass_fds=[lifeline],
                env=_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is the parent's to handle
            )
        except OSError as exc:
            os.close(self._lifeline)
            raise IngestError(f"the reading process could not be started ({exc.strerror})") from exc
        finally:
            os.close(lifeline)
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101 - for the type checker
        self._sink, self._source = self._process.stdin, self._process.stdout

    def await_ready(self) -> None:
        """Wait until it takes tasks. Raises `IngestError`: that it does not start is no fault of the file."""
        try:
            self._exchange(None, _START_SECONDS)
        except IngestError as exc:
            raise IngestError(f"the reading process did not start: {exc}") from exc
        self.busy = False

    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def ask(self, task: frames.Header, *, keeps_busy: bool = False, patience: float = 0.0) -> tuple[frames.Header, bytes]:
        """Put a task and wait for its answer. `keeps_busy`: the task goes on after this answer.

        `patience`: the seconds that it may take in all if it says within each time limit that it is still working.
        Raises the error that it answered with, or that its silence or end means; then it is of no further use.
        """
        self.busy = True
        self.tasks += 1
        ends = time.monotonic() + patience
        header, payload = self._exchange(task, self._limits.seconds)
        while header.get("working") is True and time.monotonic() < ends:
            header, payload = self._exchange(None, self._limits.seconds)
        if header.get("working") is True:
            raise LimitExceeded(f"reading took longer than {patience:g} s and was stopped")
        if "error" in header:
            self.busy = False
            raise _error(header)
        self.busy = keeps_busy
        return header, payload

    @contextmanager
    def distrusted(self) -> Iterator[None]:
        """Whatever goes wrong with what the process answered is its own fault: a `ReadError`, and the end of it."""
        try:
            yield
        except IngestError:
            self.busy = True
            raise
        except Exception as exc:
            self.busy = True
            raise ReadError("the reader answered with something that could not be understood") from exc

    def stop(self) -> None:
        """Kill it, with all it may have started. Any thread may do this at any time."""
        with self._ending:
            if self._process.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it, wait for its end, and close its pipes. Twice does no harm."""
        self.stop()
        with self._using:
            self._reap()
            self._sink.close()
            self._source.close()
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1

    def _reap(self) -> int | None:
        """Return the exit status; None where even SIGKILL has to wait, as on a file server that does not answer."""
        with self._ending, suppress(subprocess.TimeoutExpired):
            return self._process.wait(_REAP_SECONDS)
        return None

    def _exchange(self, task: frames.Header | None, seconds: float) -> tuple[frames.Header, bytes]:
        with self._using:
            if self._sink.closed:
                raise RuntimeError("the reader pool is closed")
            try:
                if task is not None:
                    self._sink.write(frames.opening(task, 0))  # never waits: small, and the pipe is empty
                deadline = time.monotonic() + seconds
                return frames.receive(lambda size: self._read(size, deadline), self._limits.output_bytes)
            except (EOFError, BrokenPipeError) as exc:
                raise self._cause_of_end() from exc
            except TimeoutError as exc:
                raise LimitExceeded(f"reading took longer than {seconds:g} s and was stopped") from exc
            except frames.FrameTooLarge as exc:
                raise LimitExceeded(f"reading gave more than {size_text(self._limits.output_bytes)}") from exc
            except frames.BadFrame as exc:
                raise ReadError("the reader answered with something that could not be understood") from exc

    def _read(self, size: int, deadline: float) -> bytes:
        """Exactly `size` bytes. Raises `TimeoutError`, or `EOFError` where the process closes the pipe before."""
        poll = select.poll()
        poll.register(self._source, select.POLLIN)
        data = bytearray()
        while len(data) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            more = os.read(self._source.fileno(), min(size - len(data), _READ_SIZE))
            if not more:
                raise EOFError
            data += more
        return bytes(data)

    def _cause_of_end(self) -> Exception:
        """Tell what the end of the process in the middle of a task means for the one who waits."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self.stop()
        status = self._reap()
        if self._closed.is_set():
            return RuntimeError("the reader pool is closed")
        if status == OUT_OF_MEMORY:
            return LimitExceeded(f"reading needed more than {size_text(self._limits.memory_bytes)} of memory")
        if status == -signal.SIGKILL:
            return LimitExceeded("the system stopped the reader, most likely because the machine ran short of memory")
        if status == -signal.SIGXCPU:
            return LimitExceeded(f"reading took longer than {self._limits.seconds:g} s and was stopped")
        if status is not None and status < 0:
            return ReadError(f"the reader crashed on this file (signal {-status})")
        return ReadError(f"the reader stopped before it was done (exit status {status})")


def _error(header: frames.Header) -> IngestError:
    """Make the error that a process reports; only classes of `ingest.errors` are made from what it says."""
    kind = getattr(errors, str(header["error"]), None)
    message = plain(str(header.get("message", "")))
    return kind(message) if isinstance(kind, type) and issubclass(kind, IngestError) else ReadError(message)


def plain(text: str) -> str:
    """Make what a process says fit to be shown: one line, not too long, nothing that a terminal would act upon."""
    return display(" ".join(text[:_MESSAGE_LENGTH].split()))


def _environment() -> dict[str, str]:
    """Give a process what it needs of the parent's environment: nothing secret, and one thread for native libraries."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    here = str(Path(__file__).resolve().parent.parent)
    others = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(entry)]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**kept, **threads, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join([here, *others])}
