"""Reads a table as a spreadsheet saves it: its encoding, its delimiter and the columns that its headings name."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import IngestError
from ingest.text import decode

_DELIMITERS = (";", "\t", ",")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table as it stands in its file."""

    head: tuple[str, ...]  # row 1; () where the file is empty
    columns: Mapping[str, int]  # the reader's names, where a heading means one, to their columns
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # with the number a spreadsheet shows
    delimiter: str
    encoding: str
    newline: str
    preamble: str  # the line "sep=;" that Excel takes as an instruction

    def heading(self, name: str) -> str:
        """Return the heading of a column as the file spells it."""
        return self.head[self.columns[name]].strip()


def read(path: Path, *, called: str, meaning: Callable[[str], str], fault: type[IngestError]) -> Sheet:
    """Read a table. `meaning` gives the reader's name for a heading, "" where it has none.

    Raises `fault`, in words for users and naming the row, where the file cannot be opened, is no text or no table, or two
    headings mean the same; `called` is what the message calls it: "catalogue".
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise fault(f"the {called} cannot be opened: {error.strerror or error}") from error
    text = decode(data)
    if "\0" in text:
        raise fault(f"the {called} is not a text file: save the sheet as CSV")
    preamble, body = "", text
    if text[:4].lower() == "sep=":
        preamble, _, body = text.partition("\n")
        preamble += "\n"
    delimiter = _delimiter(body, meaning)
    lines = _parsed(body, delimiter, fault)
    head = lines[0] if lines else ()
    return Sheet(
        head=head,
        columns=_columns(head, meaning, fault),
        rows=tuple(enumerate(lines[1:], start=2)),
        delimiter=delimiter,
        encoding=_encoding(data),
        newline="\r\n" if "\r\n" in text else "\n",
        preamble=preamble,
    )


def cell(cells: Sequence[str], column: int) -> str:
    """Return a cell of a row, "" where the row ends before it."""
    return cells[column] if column < len(cells) else ""


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(body: str, meaning: Callable[[str], str]) -> str:
    """Return the delimiter under which the first row names most of the columns that have a meaning."""
    first = next(iter(body.splitlines()), "")
    return max(_DELIMITERS, key=lambda delimiter: sum(bool(meaning(name)) for name in _split(first, delimiter)))


def _split(line: str, delimiter: str) -> list[str]:
    return [name.strip().strip('"') for name in line.split(delimiter)]


def _parsed(body: str, delimiter: str, fault: type[IngestError]) -> list[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[str, ...]] = []
    try:
        for line in reader:
            lines.append(tuple(line))
    except csv.Error as error:
        raise fault(f"row {len(lines) + 1}: the quotes or cells cannot be told apart ({error})") from error
    while lines and not any(text.strip() for text in lines[-1]):
        lines.pop()
    return lines


def _columns(head: Sequence[str], meaning: Callable[[str], str], fault: type[IngestError]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, heading in enumerate(head):
        name = meaning(heading)
        if name in columns:
            raise fault(f"row 1: the columns “{head[columns[name]].strip()}” and “{heading.strip()}” mean the same")
        if name:
            columns[name] = index
    return columns
