"""The file of passwords that encrypted PDFs are opened with. They go to the reading process by its pipe, and nowhere else."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import PasswordFileError
from ingest.paths import display, is_below

VARIABLE = "KALLA_PASSWORDS"
WANTED = "needs a password"  # in the reason of a file that no password opens
_MOST_BYTES = 8192  # that all of them fit into one task, and can be tried within its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """A file of passwords, one a line in UTF-8; blank lines do not count. It is read whenever it is asked for its words."""

    path: Path | None = None  # None: there are none

    def words(self) -> tuple[str, ...]:
        """The passwords as they stand in the file now; none where it can no longer be read."""
        try:
            return _words(self.path) if self.path else ()
        except PasswordFileError:
            return ()

    def changed_ns(self) -> int:
        """When the file was last changed, moved or given other rights, in nanoseconds since 1970; 0 where it is not there."""
        try:
            status = os.stat(self.path) if self.path else None
        except OSError:
            return 0
        return max(status.st_mtime_ns, status.st_ctime_ns) if status else 0


NO_PASSWORDS = Passwords()


def passwords(named: str | None = None, roots: Sequence[Path] = ()) -> Passwords:
    """The file of passwords as named, else as `KALLA_PASSWORDS` names it, else none.

    Raises `PasswordFileError` where it cannot be read, others may read it too, or it stands in one of the folders that are
    read, whose files become searchable.
    """
    name = named or os.environ.get(VARIABLE)
    if not name:
        return NO_PASSWORDS
    path = Path(name).expanduser().absolute()
    _words(path)
    real = os.path.realpath(path)
    if any(is_below(real, os.path.realpath(root)) for root in roots):
        raise PasswordFileError(f"The password file {display(path)} is among the files that are read. Move it to another folder.")
    return Passwords(path=path)


def _words(path: Path) -> tuple[str, ...]:
    shown = display(path)
    try:
        # O_NONBLOCK: opening a pipe must not wait for a writer.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise PasswordFileError(f"The password file {shown} is no file.")
            if stat.S_IMODE(status.st_mode) & 0o077:
                raise PasswordFileError(f"The password file {shown} is open to others on this machine. Run: chmod 600 {shown}")
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as exc:
        raise PasswordFileError(f"There is no password file {shown}. Name another with --passwords or {VARIABLE}.") from exc
    except OSError as exc:
        raise PasswordFileError(f"The password file {shown} cannot be read: {exc.strerror}.") from exc
    if len(data) > _MOST_BYTES:
        raise PasswordFileError(f"The password file {shown} is larger than {_MOST_BYTES} bytes. Leave out what is not needed.")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        # Without its cause, which holds the bytes of the file.
        raise PasswordFileError(f"The password file {shown} is not UTF-8. Save it as UTF-8, one password a line.") from None
    return tuple(dict.fromkeys(line for line in lines if line.strip()))
