"""The reading process: takes tasks from its parent, one at a time, and answers each. Started by `ingest.pool` only.

It is `python -m ingest.child LIFELINE SECONDS MEMORY OUTPUT`: the file descriptor of the pipe by which it dies with its
parent, and the limits it works under. Tasks come on standard input, answers go to standard output: see `ingest.frames`.
"""

import fcntl
import os
import select
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import errors, formats, frames, tesseract
from ingest.document import Document, Format
from ingest.errors import IngestError, LimitExceeded, ReadError
from ingest.limits import allow_processor_time, confine, size_text

if TYPE_CHECKING:
    from ingest.records import RecordError

OUT_OF_MEMORY = 77  # exit status by which the parent knows
_BATCH_ITEMS = 256
_BATCH_BYTES = 4 << 20
_NICER = 5  # than the parent: embedding what has been read goes first
_MESSAGE_LENGTH = 500


class _ParentGone(Exception):
    """The other end of the pipe is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """Both pipes to the parent, on descriptors of their own: what a library prints goes elsewhere."""

    source: int
    sink: int
    output_bytes: int

    def receive(self) -> frames.Header:
        return frames.receive(self._read, 0)[0]

    def answer(self, header: frames.Header, payload: bytes = b"") -> None:
        if len(payload) > self.output_bytes:
            raise LimitExceeded(f"reading gave more than {size_text(self.output_bytes)}")
        for part in (frames.opening(header, len(payload)), payload):
            view = memoryview(part)
            while view:
                view = view[os.write(self.sink, view) :]

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = os.read(self.source, size - len(data))
            if not more:
                raise _ParentGone
            data += more
        return data


def main(arguments: Sequence[str], readers: formats.Readers = formats) -> int:
    """Serve until the parent closes the pipe. Returns the exit status."""
    if len(arguments) != 4:
        raise SystemExit("This program is started by Källa itself. To read files, run: python -m ingest PATH")
    lifeline, seconds, memory_bytes, output_bytes = int(arguments[0]), float(arguments[1]), *map(int, arguments[2:])
    _die_with_parent(lifeline)
    channel = _take_standard_streams(output_bytes)
    os.nice(_NICER)
    confine(memory_bytes, tesseract.program())
    try:
        channel.answer({"ready": True})
        while True:
            _serve(channel.receive(), channel, seconds, readers)
    except (_ParentGone, BrokenPipeError):
        return 0


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel end this process when the parent's end of the lifeline closes, whatever it is doing just then.

    End of input would be noticed only between tasks. PR_SET_PDEATHSIG would fire too early: it follows the thread that
    started the process, not its program, and threads of a server come and go.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)  # SIGIO, which ends it
    if select.select([lifeline], [], [], 0)[0]:
        raise SystemExit(0)


def _take_standard_streams(output_bytes: int) -> _Channel:
    channel = _Channel(source=os.dup(0), sink=os.dup(1), output_bytes=output_bytes)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return channel


def _serve(task: frames.Header, channel: _Channel, seconds: float, readers: formats.Readers) -> None:
    """Answer one task: with its result, or with the name and message of the error it ended in."""
    allow_processor_time(seconds)
    try:
        _perform(task, channel, seconds, readers)
    except (_ParentGone, BrokenPipeError):
        raise
    except Exception as error:
        if _ran_out_of_memory(error):
            os._exit(OUT_OF_MEMORY)  # at once: to say more would take memory
        known = error if isinstance(error, IngestError) else _explain(error)
        channel.answer({"error": _public_name(known), "message": str(known)[:_MESSAGE_LENGTH]})


def _perform(task: frames.Header, channel: _Channel, seconds: float, readers: formats.Readers) -> None:
    path, passwords = Path(str(task.get("path", ""))), _passwords(task)
    _check_file(path)
    match task["task"]:
        case "read":
            from ingest import wire

            channel.answer({"ok": True}, wire.dump(readers.reader_for(Format(str(task["format"])), passwords)(path)))
        case "recognise":
            from ingest import wire

            languages, allowed = str(task["languages"]), (float(str(task["page_seconds"])), float(str(task["document_seconds"])))
            recogniser = readers.recogniser()(languages, *allowed, lambda: _working(channel, seconds), passwords)
            channel.answer({"ok": True}, wire.dump(recogniser(path)))
        case "records":
            for batch, more in _batches(readers.record_reader()(path)):
                channel.answer({"ok": True, "more": more}, batch)
                if more:
                    channel.receive()
                    allow_processor_time(seconds)
        case "render":
            page, width = int(str(task["page"])), int(str(task["width"]))
            channel.answer({"ok": True}, readers.page_renderer(passwords)(path, page, width))
        case other:
            raise ValueError(f"no such task: {other}")


def _check_file(path: Path) -> None:
    """Raise `ReadError` where a pipe or device has taken a file's place since it was found: a pipe would be waited for."""
    with suppress(FileNotFoundError):  # the reader will say so
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ReadError("this is no longer a file")


def _passwords(task: frames.Header) -> list[str]:
    given = task.get("passwords")
    return [str(one) for one in given] if isinstance(given, list) else []


def _working(channel: _Channel, seconds: float) -> None:
    """Say that a long task goes on, so that its time begins anew."""
    channel.answer({"working": True})
    allow_processor_time(seconds)


def _batches(records: "Iterator[Document | RecordError]") -> Iterator[tuple[bytes, bool]]:
    """Pack records into payloads, each with whether more follow. What was read before an error still goes out."""
    packed: list[bytes] = []
    size = 0
    while True:
        try:
            item = _pack(next(records))
        except StopIteration:
            yield b"".join(packed), False
            return
        except Exception:
            if packed:
                yield b"".join(packed), True
            raise
        if packed and (len(packed) == _BATCH_ITEMS or size + len(item) > _BATCH_BYTES):
            yield b"".join(packed), True
            packed, size = [], 0
        packed.append(item)
        size += len(item)


def _pack(item: "Document | RecordError") -> bytes:
    if isinstance(item, Document):
        from ingest import wire

        return frames.pack_item(b"D", wire.dump(item))
    return frames.pack_item(b"E", dumps([item.line, item.reason]).encode("ascii"))


def _ran_out_of_memory(error: BaseException) -> bool:
    """Whether memory is at the root of it, also where a library wrapped the error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _explain(error: Exception) -> IngestError:
    """Word the reason to show for what a reader did not foresee."""
    if isinstance(error, RecursionError):
        return ReadError("its content is nested too deeply to be read")
    if isinstance(error, OSError) and error.strerror:
        return ReadError(f"the file cannot be read ({error.strerror})")
    said = " ".join(str(error).split())
    if isinstance(error, ImportError):
        return IngestError(f"a library that reading needs cannot be loaded ({said})")  # no fault of the file
    return ReadError(f"the reader failed on this file ({type(error).__name__}{': ' + said if said else ''})")


def _public_name(error: IngestError) -> str:
    """Name the nearest class that the parent knows too."""
    names = (kind.__name__ for kind in type(error).__mro__ if getattr(errors, kind.__name__, None) is kind)
    return next(names, ReadError.__name__)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
