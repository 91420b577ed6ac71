"""Files that were taken out of the library in the page lie aside, and can be brought back, until the next rebuild."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from index import store
from index.errors import StoreError

FOLDER = "removed"  # in the data folder: one folder a removal, "20261122T140200Z-1", and what is to be known of it beside it
_NAME = re.compile(r"(\d{8}T\d{6}Z)-\d+(?:\.json)?")


def purge(data: Path, before: str) -> int:
    """Delete what was laid aside before a moment (ISO 8601, UTC), for good; how many files that were.

    What was laid aside since then stays: it was no part of what a rebuild that began then has looked at. Files go first, so
    that no file is left that the desk does not know of. Raises StoreError where one cannot be deleted.
    """
    folder = data / FOLDER
    if not folder.is_dir() and not (data / store.DESK_FILE).is_file():
        return 0
    with store.desk(data) as connection:
        rows = connection.execute("SELECT id, aside, removed FROM removed").fetchall()
        old = [row["id"] for row in rows if row["removed"] < before]
        kept = {Path(row["aside"]).parent.name for row in rows if row["removed"] >= before}
        try:
            _delete(folder, kept, re.sub(r"[-:]|\.\d+", "", before)[:15])
        except OSError as exc:
            raise StoreError(f"What was laid aside in {folder} cannot be deleted: {exc.strerror}. Delete it by hand.") from exc
        connection.executemany("DELETE FROM removed WHERE id = ?", [(one,) for one in old])
    with suppress(OSError):
        folder.rmdir()  # when it is empty
    return len(old)


def _delete(folder: Path, kept: set[str], moment: str) -> None:
    """Delete the removals that are not kept. One that the desk does not know goes when it is older than the moment."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = _NAME.fullmatch(entry.name)
        if match is None or entry.name.removesuffix(".json") in kept or match[1][:15] >= moment:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
