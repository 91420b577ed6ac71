"""Keeping uploaded files in the corpus folder, under a safe name, without ever writing over another file.

A folder that is dropped in stays a folder: two files of one name do not meet, and the `catalogue.csv` in it goes on describing
its own files. Each part of the path is made safe by itself, and none can lead out of the corpus.
"""

import filecmp
import os
import re
import shutil
import stat
import tempfile
import time
import unicodedata
from contextlib import suppress
from pathlib import Path

MOST_FOLDERS = 10  # that a dropped file may lie in, one within the other; deeper ones are left out
DESCRIBING = ("catalogue.csv", "glossary.csv")  # read for what they say of the documents
MARKING = DESCRIBING[0]  # says who may see them
LONGEST_NAME = 180  # bytes in UTF-8; file systems allow 255, and a number may have to be added
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # devices on Windows


class NameRefused(Exception):
    """The file cannot be kept under this name. `hidden` says whether that is because it begins with a full stop."""

    def __init__(self, name: str, *, hidden: bool) -> None:
        super().__init__(f"the name {name!r} cannot be used")
        self.hidden = hidden


class LeadsElsewhere(Exception):
    """A folder of the corpus that the file would go into is a link that leads out of it."""


class Describes(Exception):
    """Another file that describes the documents has this name, and is not written over."""


def safe_name(name: str) -> str:
    """Make a file name safe: its last part only, no control or direction characters, at most `LONGEST_NAME` bytes.

    Raises NameRefused for hidden names and where nothing usable is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Category C holds control, format (also the bidirectional overrides), surrogate, private and unassigned characters.
    spaced = (" " if char.isspace() else char for char in last)
    visible = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    clean = " ".join(_FORBIDDEN.sub("-", visible).split())
    if clean.startswith("."):
        raise NameRefused(name, hidden=True)
    clean = clean.rstrip(" .").lstrip("-~ ")
    if not clean:
        raise NameRefused(name, hidden=False)
    if clean.startswith("."):
        raise NameRefused(name, hidden=True)
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    stem, extension = os.path.splitext(clean)
    if len(extension.encode()) > 20:
        stem, extension = clean, ""
    room = LONGEST_NAME - len(extension.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + extension


def safe_path(name: str) -> tuple[str, ...]:
    """Make the path of a dropped file safe, part by part: folders, then the file's name. Raises NameRefused."""
    *folders, last = [part for part in name.split("/") if part.strip()] or [""]
    return *(safe_name(folder) for folder in folders[:MOST_FOLDERS]), safe_name(last)


def keep_below(source: Path, name: str, corpus: Path) -> tuple[Path, bool]:
    """Keep a file in its folders below `corpus`, as `keep` does. Raises NameRefused, LeadsElsewhere, Describes and OSError."""
    *folders, last = safe_path(name)
    folder = corpus.joinpath(*folders)
    if not folder.resolve().is_relative_to(corpus.resolve()):
        raise LeadsElsewhere
    if last.casefold() in DESCRIBING:
        there = folder / last
        if there.exists() and not (there.is_file() and filecmp.cmp(source, there, shallow=False)):
            raise Describes  # as "catalogue (2).csv" it would describe nothing
    return keep(source, last, folder)


def keep(source: Path, name: str, folder: Path) -> tuple[Path, bool]:
    """Copy `source` into `folder` under a safe form of `name`: where it lies, and whether the same was there already.

    A different file of that name stays as it is; the new one becomes "name (2).pdf". Raises NameRefused and OSError.
    """
    wanted = safe_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".incoming-", delete=False) as aside:
        part = Path(aside.name)
        try:
            with source.open("rb") as file:
                shutil.copyfileobj(file, aside, 1 << 20)
            aside.flush()
            os.fsync(aside.fileno())
            part.chmod(readable_as(folder))
            return _place(part, wanted, folder)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()


def readable_as(folder: Path) -> int:
    """The rights of a file that comes into a folder: who may read the folder may read it, and nobody can run it."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o644


def tidy(folder: Path, seconds: float = 86400.0) -> None:
    """Remove what was left behind by uploads that never came to an end: files older than `seconds`, and empty folders."""
    oldest = time.time() - seconds
    for entry in sorted(folder.rglob("*"), key=lambda entry: -len(entry.parts)):
        with suppress(OSError):
            if entry.lstat().st_mtime < oldest:
                entry.rmdir() if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _place(part: Path, wanted: str, folder: Path) -> tuple[Path, bool]:
    stem, extension = os.path.splitext(wanted)
    number = 1
    while True:
        target = folder / (wanted if number == 1 else f"{stem} ({number}){extension}")
        try:
            os.link(part, target)  # unlike rename, never replaces what is there
            return target, False
        except FileExistsError:
            if target.is_file() and not target.is_symlink() and filecmp.cmp(part, target, shallow=False):
                return target, True
        number += 1
