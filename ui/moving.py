"""Moving a file so that it is never lost, and never written over another: at every moment it is whole in one place at least."""

import errno
import filecmp
import os
import shutil
import tempfile
from pathlib import Path


def move(source: Path, target: Path) -> None:
    """Move a file to a free place, across file systems too. Raises FileExistsError where the place is taken, and OSError."""
    try:
        os.link(source, target, follow_symlinks=False)  # unlike a rename it never replaces what is there
    except FileExistsError:
        raise
    except OSError:  # another file system, or one that has no hard links
        _copy(source, target)
    sync(target.parent)
    try:
        source.unlink()
    except OSError:
        if os.path.lexists(source):
            target.unlink()  # it stays where it was
        raise
    sync(source.parent)


def bring(file: Path, target: Path) -> None:
    """Put a file that was made beside its place into it. Raises FileExistsError where the place is taken, and OSError."""
    try:
        os.link(file, target)
    except FileExistsError:
        raise
    except OSError:
        target.open("xb").close()  # takes the place, or says that it is taken
        os.replace(file, target)
    file.unlink(missing_ok=True)
    sync(target.parent)


def incoming(source: Path, folder: Path) -> Path:
    """Copy a file into a folder under a hidden name, whole and on disk; the caller moves it on. Raises OSError."""
    before = os.stat(source)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".incoming-", delete=False) as copy:
        path = Path(copy.name)
        try:
            with source.open("rb") as file:
                shutil.copyfileobj(file, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
            after = os.stat(source)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise OSError(errno.EBUSY, "the file was written to at the same time", str(source))
            shutil.copystat(source, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


def same(one: Path, other: Path) -> bool:
    """Whether two places hold the same bytes."""
    try:
        return os.path.samefile(one, other) or filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def sync(folder: Path) -> None:
    """Have a folder's names on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: Path, target: Path) -> None:
    copy = incoming(source, target.parent)
    try:
        bring(copy, target)
    finally:
        copy.unlink(missing_ok=True)
