"""Reads bulk files: one document a line, `{"_id", "title", "text", "metadata": {…}}`, the layout of a BEIR corpus."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from ingest import fields
from ingest.builder import Builder, clean
from ingest.document import Document, Format, Metadata
from ingest.errors import ReadError
from ingest.text import add_plain

LONGEST_LINE = 64 << 20  # bytes
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class RecordError:
    """A line that gave no document, and why. `line` is 1-based."""

    line: int
    reason: str


class _BadRecord(ValueError):
    """What is wrong with a line, in words for the user."""


def read(path: Path) -> Iterator[Document | RecordError]:
    """Read a bulk file line by line: a document, or the reason why there is none, for every line that is not empty.

    ReadError where the file itself cannot be read.
    """
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    _skip_rest(file, line)
                    yield RecordError(number, f"the line is longer than {LONGEST_LINE >> 20} MB")
                    continue
                line = line.removeprefix(_BOM) if number == 1 else line
                if not line.strip():
                    continue
                try:
                    yield _document(line, seen)
                except _BadRecord as error:
                    yield RecordError(number, str(error))
    except OSError as error:
        raise ReadError(f"the file cannot be read: {error.strerror or error}") from error


def _skip_rest(file: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_LINE)


def _document(line: bytes, seen: set[str]) -> Document:
    record = _parsed(line)
    key = _key(record)
    if key in seen:
        raise _BadRecord(f"the _id “{key[:80]}” was used on an earlier line")
    title, text = _string(record, "title"), _string(record, "text")
    metadata = _metadata(record)
    builder = Builder(Format.RECORD)
    # "\r\n" is how such files part paragraphs; a plain "\n" may be a line that was only wrapped.
    add_plain(builder, text.replace("\r\n", "\n\n"), short_headings=True)
    if not builder.has_text:
        builder.block(title)
    if not builder.has_text:
        raise _BadRecord("both title and text are empty")
    seen.add(key)
    return builder.document(_titled(metadata, title, builder), record=key)


def _titled(metadata: Metadata, title: str, builder: Builder) -> Metadata:
    return replace(metadata, title=clean(title) or metadata.title or builder.first_heading)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _BadRecord("the line is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _BadRecord(f"the line is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise _BadRecord("the line is not a JSON object")
    return record


def _key(record: dict[str, Any]) -> str:
    key = record.get("_id")
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or not clean(key):
        raise _BadRecord("_id is missing" if key in (None, "") else "_id is not a string")
    return clean(key)


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _BadRecord(f"{name} is not a string")
    return value


def _metadata(record: dict[str, Any]) -> Metadata:
    """Return the fields of `metadata`; other keys, and values that are neither string nor list, are ignored."""
    said = record.get("metadata")
    if said is None:
        return Metadata()
    if not isinstance(said, dict):
        raise _BadRecord("metadata is not an object")
    values: dict[str, str | list[str]] = {}
    for name, value in said.items():
        if isinstance(value, str):
            values[name] = clean(value)
        elif isinstance(value, int):
            values[name] = str(value)
        elif isinstance(value, list):
            values[name] = [clean(part) for part in value if isinstance(part, str)]
    return fields.metadata_from(values)
