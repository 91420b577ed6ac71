"""Reads and writes `catalogue.csv`: what editors know of the files of a folder, as a spreadsheet saves it."""

import csv
import hashlib
import io
import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ingest import sheet
from ingest.document import Metadata, told
from ingest.errors import CatalogueError
from ingest.fields import FIELDS, field_named, read_field
from ingest.sheet import Sheet, cell

NAME = "catalogue.csv"
_NEW = Sheet(
    head=("file", *FIELDS),
    columns={name: index for index, name in enumerate(("file", *FIELDS))},
    rows=(),
    delimiter=";",
    encoding="utf-8-sig",
    newline="\r\n",
    preamble="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The rows of a catalogue by file: paths relative to its folder, with "/" and in Unicode NFC."""

    rows: Mapping[str, Metadata]

    @property
    def files(self) -> tuple[str, ...]:
        """The files it names, in its order, as `row_for` takes them."""
        return tuple(self.rows)

    def row_for(self, relative: str) -> Metadata | None:
        """Return what is written about a file, None where it has no row; names in NFC and NFD are the same."""
        return self.rows.get(_normal(relative))

    def digest_for(self, relative: str) -> str:
        """Return the SHA-256 of what is written about a file, "" where it has no row: it changes when a value does."""
        row = self.row_for(relative)
        return "" if row is None else hashlib.sha256(json.dumps(told(row), sort_keys=True).encode()).hexdigest()


EMPTY = Catalogue(rows={})


def merge(catalogue: Metadata | None, own: Metadata) -> Metadata:
    """Lay the catalogue over what a document says of itself: its values go first, empty ones leave the document's."""
    if catalogue is None:
        return own
    known = {field.name: getattr(catalogue, field.name) for field in fields(Metadata)}
    return replace(own, **{name: value for name, value in known.items() if value})


def load(path: Path) -> Catalogue:
    """Read a catalogue. CatalogueError names the row (the headings are row 1) and the column."""
    table = _read(path)
    rows: dict[str, Metadata] = {}
    for number, cells in table.rows:
        name = _normal(cell(cells, table.columns["file"]))
        if not name:
            if any(text.strip() for text in cells):
                raise CatalogueError(f"row {number}: the column “{table.heading('file')}” is empty")
            continue
        if name in rows:
            raise CatalogueError(f"row {number}: the file “{name}” has a row already")
        rows[name] = _metadata(table, number, cells)
    return Catalogue(rows=rows)


def write(path: Path, rows: Mapping[str, Metadata]) -> None:
    """Write what is known of files into a catalogue, by relative path. Other rows and unknown columns stay.

    Order, delimiter, encoding and the spelling of unchanged cells are kept; columns and rows that are missing are
    added. A new catalogue is UTF-8 with a byte order mark and ";", which spreadsheets here open as a table. The file is
    written aside and renamed. CatalogueError where the present catalogue cannot be read.
    """
    table = _read(path) if path.exists() else _NEW
    head, columns = list(table.head), dict(table.columns)
    wanted = {_normal(name): metadata for name, metadata in rows.items()}
    for field in FIELDS:
        if field not in columns and any(getattr(metadata, field) for metadata in wanted.values()):
            columns[field] = len(head)
            head.append(field)
    lines = [list(cells) for _, cells in table.rows]
    by_name = {_normal(cell(cells, columns["file"])): cells for cells in lines}
    for name, metadata in wanted.items():
        cells = by_name.get(name)
        if cells is None:
            cells = []
            lines.append(cells)
            _put(cells, columns["file"], name)
        for field, column in columns.items():
            if field != "file" and _understood(field, cell(cells, column)) != getattr(metadata, field):
                _put(cells, column, _written(getattr(metadata, field)))
    _replace(path, table, [head, *lines])


def _read(path: Path) -> Sheet:
    found = sheet.read(path, called="catalogue", meaning=field_named, fault=CatalogueError)
    if not found.head and not found.rows:
        raise CatalogueError("the catalogue is empty: its first row names the columns, file among them")
    if "file" not in found.columns:
        raise CatalogueError("row 1: no column is named file (or fil), so no row can be given to a file")
    return found


def _metadata(table: Sheet, number: int, cells: Sequence[str]) -> Metadata:
    known: dict[str, Any] = {}
    for field, column in table.columns.items():
        if field != "file":
            try:
                known[field] = read_field(field, unicodedata.normalize("NFC", cell(cells, column)))
            except ValueError as error:
                raise CatalogueError(f"row {number}, column “{table.heading(field)}”: {error}") from error
    return Metadata(**known)


def _understood(field: str, cell: str) -> str | tuple[str, ...]:
    try:
        return read_field(field, unicodedata.normalize("NFC", cell))
    except ValueError:
        return cell


def _written(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _normal(relative: str) -> str:
    """Return a relative path as the catalogue keeps it: NFC, "/" between folders, no "./" before it."""
    name = unicodedata.normalize("NFC", relative).strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name.lstrip("/")


def _put(cells: list[str], column: int, value: str) -> None:
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


def _replace(path: Path, table: Sheet, lines: Sequence[Sequence[str]]) -> None:
    out = io.StringIO(newline="")
    out.write(table.preamble)
    csv.writer(out, delimiter=table.delimiter, lineterminator=table.newline).writerows(lines)
    try:
        data = out.getvalue().encode(table.encoding)
    except UnicodeEncodeError:
        data = out.getvalue().encode("utf-8-sig")  # a letter that the old encoding does not have
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    for left in path.parent.glob(f".{path.name}.*.new"):
        left.unlink(missing_ok=True)  # of an edit that was cut off: the editor holds the catalogue alone (ingest.editing)
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise CatalogueError(f"the catalogue cannot be written: {error.strerror or error}") from error
