"""The data folder is its owner's alone: 0700, and 0600 for what lies in it. Checked whenever a program starts."""

import os
import stat
from pathlib import Path

from index.errors import StoreError


def keep_private(data: Path) -> None:
    """Take from others every right to the data folder and its files. Raises StoreError where that cannot be done."""
    if not data.is_dir():
        return
    for path in (data, *(entry for entry in data.iterdir() if not entry.is_symlink())):
        wanted = 0o700 if path.is_dir() else 0o600
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & wanted)
        except FileNotFoundError:
            continue  # a file of SQLite's that has just done its duty
        except OSError as exc:
            raise StoreError(
                f"Others can read {path}, and their rights cannot be taken away ({exc.strerror})."
                f" It belongs to user {_owner(path)}: start Källa as that user, or run: chmod go= '{path}'"
            ) from exc


def _owner(path: Path) -> str:
    try:
        return str(os.stat(path).st_uid)
    except OSError:
        return "unknown"
