"""Which files there are, and which of them may have changed since they were read (how, tells `ingest.moves`).

A file whose size, times and inode are as they were when it was read is taken as unchanged and is not opened, unless the
stamp was so young then that a later write could have left the same one. Every other file is hashed to decide.
"""

import hashlib
import os
import stat
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.change import FileStamp
from ingest.errors import IngestError, NoSuchPath
from ingest.paths import display, is_below, key_of

_NOT_DOCUMENTS = frozenset({"catalogue.csv", "glossary.csv", "thumbs.db", "desktop.ini"})
_UNFINISHED = (".tmp", ".part", ".crdownload")
CHANGING = "the file changed while it was being read; run again when it is complete"
_COARSE_NS = 2_000_000_000  # FAT keeps two seconds, many file servers one
_FINE_NS = 50_000_000  # a kernel's clock tick, generously


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file, as the walk saw it. The path is absolute, and not resolved through links."""

    path: Path
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that cannot be read, or is not to be: it is reported, and what was known below it stays."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run has to do. Every file found and every file known below the roots is in exactly one of these."""

    same: tuple[FileStamp, ...]  # unchanged by its stamp: not opened
    check: tuple[Found, ...]  # has to be hashed to decide; known files first, as new ones may turn out to be their copies
    gone: tuple[FileStamp, ...]  # known, but no longer there
    unseen: tuple[FileStamp, ...]  # known, but hidden by a problem: it may or may not be there, and stays
    problems: tuple[Problem, ...]


def walk(roots: Sequence[Path], known: Container[str] = ()) -> Iterator[Found | Problem]:
    """Find the files named and those below the folders named, sorted by name within each folder; each file once.

    Left out: hidden names (unless named as a root), lock files of office programs, unfinished downloads, and the files
    that describe the library. Links to files are followed within their root, links to folders never. Nothing is opened.
    Raises `NoSuchPath` at once if a root does not exist, unless its key is `known`: then nothing is found there.
    """
    paths = [os.path.abspath(root) for root in roots]
    for path in paths:
        if not os.path.lexists(path) and key_of(path) not in known:
            raise NoSuchPath(f"{display(path)}: there is no such file or folder here")
    return _walk_all(paths)


def compare(found: Iterable[Found | Problem], known: Iterable[FileStamp], roots: Sequence[Path]) -> Plan:
    """Hold what the walk found against what is known. Pure; `known` outside the roots is left out of account."""
    files: dict[str, Found] = {}
    problems: list[Problem] = []
    for item in found:
        if isinstance(item, Found):
            files[key_of(item.path)] = item
        else:
            problems.append(item)
    root_keys = [key_of(root) for root in roots]
    problem_keys = [key_of(problem.path) for problem in problems]
    same: list[FileStamp] = []
    check: list[Found] = []
    gone: list[FileStamp] = []
    unseen: list[FileStamp] = []
    for stamp in known:
        if stamp.path in files:
            item = files.pop(stamp.path)
            if is_same(item, stamp):
                same.append(stamp)
            else:
                check.append(item)
        elif any(is_below(stamp.path, root) for root in root_keys):
            hidden = any(is_below(stamp.path, problem) for problem in problem_keys)
            (unseen if hidden else gone).append(stamp)
    return Plan(
        same=tuple(same),
        check=(*check, *files.values()),
        gone=tuple(gone),
        unseen=tuple(unseen),
        problems=tuple(problems),
    )


def is_same(found: Found, stamp: FileStamp) -> bool:
    """Whether a file is as it was when it was read, so that it need not be opened."""
    now = (found.size, found.mtime_ns, found.ctime_ns, found.inode)
    return now == (stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode) and not _is_racy(stamp)


def _is_racy(stamp: FileStamp) -> bool:
    """Whether the file was so young when it was read that a write after the reading could have left the same stamp."""
    window = _FINE_NS if stamp.mtime_ns % 1_000_000_000 else _COARSE_NS
    return max(stamp.mtime_ns, stamp.ctime_ns) >= stamp.read_ns - window


def sha256_of(path: Path) -> str:
    """Hash the bytes of a file. Raises `IngestError` where it cannot be read, or is written to at the same time."""
    try:
        # O_NONBLOCK: should a pipe have taken the file's place since the walk, opening it must not wait for a writer.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise IngestError("this is no longer a file")
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = os.fstat(file.fileno())
        current = os.stat(path)
    except OSError as exc:
        raise IngestError(f"the file cannot be read ({exc.strerror})") from exc
    if not _state(before) == _state(after) == _state(current):
        raise IngestError(CHANGING)
    return digest


def hold_still(found: Found) -> None:
    """Make sure, after a file was hashed and read, that it is what the walk saw. Raises `IngestError` if it is not."""
    try:
        current = os.stat(found.path)
    except OSError as exc:
        raise IngestError(CHANGING) from exc
    if _found(str(found.path), current) != found:
        raise IngestError(CHANGING)


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _found(path: str, status: os.stat_result) -> Found:
    return Found(
        path=Path(path),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


def _walk_all(roots: list[str]) -> Iterator[Found | Problem]:
    several = len(roots) > 1  # they may overlap
    seen: set[str] = set()
    for root in roots:
        for item in _walk_folder(root) if os.path.isdir(root) else _named_file(root):
            if several:
                path = str(item.path)
                if path in seen:
                    continue
                seen.add(path)
            yield item


def _named_file(path: str) -> Iterator[Found | Problem]:
    if os.path.lexists(path) and not _is_left_out(os.path.basename(path).lstrip(".")):
        yield from _file(path, os.path.dirname(path))


def _walk_folder(root: str) -> Iterator[Found | Problem]:
    """Go down without recursion: folders may be nested deeper than Python's stack."""
    listing, problem = _entries(root)
    waiting = [iter(listing)]
    if problem:
        yield problem
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif _is_left_out(entry.name):
            continue
        elif _is_folder(entry):
            listing, problem = _entries(entry.path)
            waiting.append(iter(listing))
            if problem:
                yield problem
        else:
            yield from _file(entry.path, root)


def _entries(folder: str) -> tuple[list["os.DirEntry[str]"], Problem | None]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name), None
    except OSError as exc:
        return [], Problem(path=Path(folder), reason=f"this folder cannot be read ({exc.strerror})")


def _is_left_out(name: str) -> bool:
    lower = name.lower()
    return name.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _NOT_DOCUMENTS


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # `_file` will meet the same error, and report it


def _file(path: str, root: str) -> Iterator[Found | Problem]:
    """Yield what stands at a path, unless it has vanished during the walk or is a link to a folder within the root."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if not is_below(os.path.realpath(path), os.path.realpath(root)):
                yield Problem(path=Path(path), reason="a link that leaves the folder; put the file itself here")
                return
            status = os.stat(path)
    except FileNotFoundError:
        if os.path.lexists(path):
            yield Problem(path=Path(path), reason="a link to something that is not there")
    except OSError as exc:
        yield Problem(path=Path(path), reason=f"it cannot be read ({exc.strerror})")
    else:
        if stat.S_ISREG(status.st_mode):
            yield _found(path, status)
        elif not stat.S_ISDIR(status.st_mode):
            yield Problem(path=Path(path), reason="not a file but a pipe, socket or device: it is not opened")
