"""Writes what an editor knows of a file into the catalogue that describes it. Nobody's edit is lost to another's."""

import fcntl
import os
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest import catalogue
from ingest.catalogue import Catalogue
from ingest.catalogues import Catalogues
from ingest.document import Metadata
from ingest.errors import CatalogueError
from ingest.fields import FIELDS, LISTS, read_field

LONGEST = 2000  # characters of a value; Python's csv reads no cell above 131,072, and one such cell would shut the catalogue
# A spreadsheet runs a cell that begins so as a formula. It may part cells at ";" or "," where the catalogue does not.
_FORMULA = re.compile(r"(?:^|[;,])[=+\-@＝＋－＠]")
# What turns the text around it, and half of a pair of code units: neither belongs in a name, and UTF-8 takes no half.
_UNWANTED = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LOCK = threading.Lock()


def describe(path: Path, changes: Mapping[str, str]) -> None:
    """Write fields of a file into the nearest catalogue above it, or into a new one beside it. Other fields stay.

    `changes`: field -> value as a spreadsheet would hold it (several values with ";"), "" takes the value out of the catalogue.
    Raises ValueError, whose text is for the user, where a value cannot be understood or the catalogue not be written. What is
    wrong with a value is on a line of its own that begins with the name of its field: `date: “soon” is not a date; …`.
    """
    known = _understood(changes)
    if not known:
        return
    path = path.absolute()
    try:
        with _alone(path) as (found, relative, folder):
            row = found.row_for(relative) or Metadata()
            catalogue.write(folder / catalogue.NAME, {relative: replace(row, **known)})
    except CatalogueError as exc:
        raise ValueError(str(exc)) from exc
    except OSError as exc:
        raise ValueError(f"the catalogue cannot be written: {exc.strerror or exc}") from exc


def _understood(changes: Mapping[str, str]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    faults: list[str] = []
    for field, value in changes.items():
        try:
            known[field] = _read(field, value)
        except ValueError as exc:
            faults.append(f"{field}: {exc}")
    if faults:
        raise ValueError("\n".join(faults))
    return known


def _read(field: str, value: str) -> str | tuple[str, ...]:
    if field not in FIELDS:
        raise ValueError("there is no such field")
    visible = _UNWANTED.sub("", unicodedata.normalize("NFC", value))
    plain = "".join(char if unicodedata.category(char) != "Cc" else " " for char in visible)
    if len(plain) > LONGEST:
        raise ValueError(f"this is too long: at most {LONGEST} characters")
    read = read_field(field, plain)
    if _FORMULA.search("; ".join(read) if field in LISTS else str(read)):
        raise ValueError("a spreadsheet would take it for a formula: it may not begin with =, +, - or @")
    return read


@contextmanager
def _alone(path: Path) -> Iterator[tuple[Catalogue, str, Path]]:
    """Hold the catalogue of a file: it, the file's path in it, and its folder. Others on this machine wait meanwhile."""
    with _LOCK:
        while True:
            folder = _nearest(path)[2]
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                with suppress(OSError):  # some network file systems lock nothing that is open for reading only
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                nearest = _nearest(path)  # as it is now that nobody else changes it
                if nearest[2] == folder:
                    yield nearest
                    return
            finally:
                os.close(descriptor)


def _nearest(path: Path) -> tuple[Catalogue, str, Path]:
    found = Catalogues().find(path)
    if found is None:
        return catalogue.EMPTY, path.name, path.parent
    return found[0], found[1], path.parents[len(Path(found[1]).parts) - 1]
