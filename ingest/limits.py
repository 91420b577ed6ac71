"""What one file may cost, and how a reading process is held to it.

Files come from anywhere, and the libraries that take them apart are large. A reader therefore runs in a process of its
own that may read files and compute, and nothing else: not write, not reach a network, not start a program. The one
program it may start, text recognition, inherits the limits.
"""

import ctypes
import math
import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

GIB = 1 << 30
MIB = 1 << 20

_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_CLONE_NEWNET = 0x40000000

_DENIED = frozenset(
    """socket.__new__ socket.connect socket.bind socket.sendto socket.getaddrinfo socket.gethostbyname
    subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn pty.spawn os.kill os.killpg
    os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod os.chown os.utime os.setxattr
    """.split()
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What reading one file, one batch of records, or drawing one page may take."""

    seconds: float = 120.0  # by the clock on the wall
    memory_bytes: int = 2 * GIB  # address space of the whole reading process
    output_bytes: int = 256 * MIB  # of the document as it is handed over
    page_seconds: float = 90.0  # of recognising the text of one page: a dense one takes 3 s of a free processor
    document_seconds: float = 7200.0  # of recognising all of a document: `seconds` then holds from page to page

    def __post_init__(self) -> None:
        """Refuse limits under which nothing could be read."""
        if min(self.seconds, self.memory_bytes, self.output_bytes, self.page_seconds, self.document_seconds) <= 0:
            raise ValueError(f"limits must be above zero: {self}")


def size_text(size: int) -> str:
    """Write a number of bytes for people: `2 GiB`, `256 MiB`."""
    return f"{size / GIB:g} GiB" if size >= GIB else f"{size / MIB:.3g} MiB"


def confine(memory_bytes: int, program: str = "") -> None:
    """Give up, for the rest of this process, what a reader has no use for. There is no way back.

    `program`: the absolute path of the only program that it may start, "" for none.
    The limits of the kernel hold for native code too; the hook on Python's own audit events gives a clear error where
    Python code tries. Cutting off the network needs rights that some systems do not give: there, only the hook is left.
    """
    _set_limit(resource.RLIMIT_AS, memory_bytes)
    _set_limit(resource.RLIMIT_NOFILE, 128)
    _set_limit(resource.RLIMIT_FSIZE, 0)
    _set_limit(resource.RLIMIT_CORE, 0)
    _leave_network()
    sys.addaudithook(partial(_guard, program))


def allow_processor_time(seconds: float) -> None:
    """Allow the next task its processor time: a second net, for when the parent cannot stop a reader in time."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + 2 * seconds + 10)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _set_limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS but refuses to set it
        resource.setrlimit(which, (value, value))


def _leave_network() -> None:
    """Move into a network namespace without any interface.

    Whoever may not do that alone takes a user namespace along; not so root, who would no longer read the files of others.
    """
    if not sys.platform.startswith("linux"):
        return
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(_CLONE_NEWNET) != 0 and os.geteuid() != 0:
        unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _guard(program: str, event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and program and arguments[0] == program:
        return
    if event in _DENIED:
        raise PermissionError(f"a reader may not do this: {event}")
    if event == "open" and len(arguments) == 3:
        path, _, flags = arguments
        named = not isinstance(path, int)  # a number is a pipe or file that is open already
        if named and isinstance(flags, int) and flags & _WRITING and path not in (os.devnull, os.devnull.encode()):
            raise PermissionError("a reader may not write files")
