"""Takes files out of a form while it arrives, straight to disk: nothing is ever held whole in memory."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_BYTES = 500 * 1000 * 1000  # of one file, and of one form
MOST_FILES = 2000  # of one form
_AROUND = 64 * 1024  # bytes that a form may hold beside the file in it
_MOST_HEADER = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that has arrived: where it lies, and what it was called, with the folders it was in."""

    path: Path
    name: str


class TooMuch(Exception):
    """More was sent than is taken in."""


class NoForm(Exception):
    """What was sent is not a form with files."""


def announced(headers: Mapping[str, str]) -> int:
    """The bytes that a request says it will send; 0 where it does not say."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def check(headers: Mapping[str, str], most: int = MOST_BYTES) -> None:
    """Refuse before anything is read. Raises TooMuch."""
    if announced(headers) > most + _AROUND:
        raise TooMuch


async def receive(
    headers: Mapping[str, str], stream: AsyncIterator[bytes], folder: Path, most: int = MOST_BYTES
) -> list[Received]:
    """Write the files of a form into `folder`, numbered. Raises TooMuch, NoForm, and OSError where the disk is full."""
    check(headers, most)
    kind, options = parse_options_header(headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise NoForm
    form = _Form(folder)
    read = 0
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in stream:
            read += len(chunk)
            if read > most + _AROUND:
                raise TooMuch
            await run_in_threadpool(parser.write, chunk)
        await run_in_threadpool(parser.finalize)
    except (FormParserError, KeyError) as exc:
        raise NoForm from exc
    finally:
        form.close()
    if not form.whole:
        raise NoForm
    return form.files


class _Form:
    """What is known of the form so far. Parts that are no files are passed over."""

    def __init__(self, folder: Path) -> None:
        self.files: list[Received] = []
        self.whole = False
        self._folder = folder
        self._name, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._file: IO[bytes] | None = None

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header(self._name, data[start:end]),
            "on_header_value": lambda data, start, end: self._header(self._value, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self.close,
            "on_end": self._end,
        }

    def close(self) -> None:
        """Close the file that is being written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._disposition = b""

    def _header(self, into: bytearray, piece: bytes) -> None:
        into += piece
        if len(into) > _MOST_HEADER:
            raise FormParserError("a header is too long")

    def _header_end(self) -> None:
        if bytes(self._name).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        # Browsers write the quotation mark in a name as %22 (HTML standard, multipart/form-data).
        name = options.get(b"filename", b"").decode("utf-8", "replace").replace("%22", '"')
        if not name:  # a field that is no file, or a file field in which none was chosen
            return
        if len(self.files) >= MOST_FILES:
            raise FormParserError("too many files")
        path = self._folder / str(len(self.files))
        self._file = path.open("wb")
        self.files.append(Received(path=path, name=name))

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])

    def _end(self) -> None:
        self.whole = True
