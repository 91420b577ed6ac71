"""Page images: drawn once in a child process, kept on disk by the hash of the source's content, within a bound."""

import os
import re
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from ui.ports import Render

WIDTHS = (700, 1000, 1400, 2000, 2800)
MOST_BYTES = 512 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


def width_for(wanted: int) -> int:
    """Choose the width that is drawn: the next of a few, so that the cache holds few sizes of a page."""
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])


class PageImages:
    """The cache. Safe to use from several threads and processes: a file appears whole or not at all."""

    def __init__(self, folder: Path, render: Render, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._render = render
        self._most = most_bytes
        self._lock = threading.Lock()
        self._held: int | None = None  # bytes in the folder; None until it was counted

    def cached(self, sha256: str, page: int, width: int) -> bytes | None:
        """Give the image if it was drawn before."""
        file = self._file(sha256, page, width)
        if file is None:
            return None
        try:
            image = file.read_bytes()
            os.utime(file)  # what is looked at stays longest
        except OSError:
            return None
        return image

    def draw(self, source: Path, sha256: str, page: int, width: int) -> bytes:
        """Draw the image and keep it. Raises what the renderer raises; a full disk only means that nothing is kept."""
        image = self._render(source, page, width)
        file = self._file(sha256, page, width)
        if file is not None:
            with suppress(OSError):
                self._keep(file, image)
        return image

    def _file(self, sha256: str, page: int, width: int) -> Path | None:
        if not _SHA256.fullmatch(sha256):
            return None
        return self._folder / sha256[:2] / f"{sha256}-{page}-{width}.png"

    def _keep(self, file: Path, image: bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=file.parent, prefix=".aside-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(image)
            os.replace(aside, file)
        except OSError:
            with suppress(OSError):
                os.unlink(aside)
            raise
        with self._lock:
            self._held = self._count() if self._held is None else self._held + len(image)
            if self._held > self._most:
                self._prune()

    def _count(self) -> int:
        return sum(entry.stat().st_size for entry in self._folder.glob("*/*"))

    def _prune(self) -> None:
        """Let go of the images that were looked at longest ago, until a fifth of the room is free."""
        stats = sorted(((entry.stat(), entry) for entry in self._folder.glob("*/*")), key=lambda item: item[0].st_mtime)
        held = sum(stat.st_size for stat, _ in stats)
        for stat, entry in stats:
            if held <= self._most * 4 // 5:
                break
            with suppress(OSError):
                entry.unlink()
                held -= stat.st_size
        self._held = held
