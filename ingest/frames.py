"""What the parent and a reading process say to each other: frames of a small JSON header and bytes, over two pipes.

A frame is `magic, header length, payload length` (big-endian), then the header as ASCII JSON, then the payload. ASCII
JSON carries any path: a byte that is no UTF-8 is a lone surrogate in a Python string, which JSON escapes like the rest.
Neither side unpickles anything: the reading process is not trusted.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping

Header = dict[str, object]

_PREFIX = struct.Struct(">4sIQ")
_MAGIC = b"KLF1"
_HEADER_LIMIT = 1 << 20
_ITEM = struct.Struct(">cI")


class BadFrame(Exception):
    """What came over the pipe is not a frame."""


class FrameTooLarge(Exception):
    """A frame announces more bytes than the receiver takes."""


def opening(header: Mapping[str, object], payload_size: int) -> bytes:
    """Make the first bytes of a frame: all but its payload."""
    text = json.dumps(header).encode("ascii")
    return _PREFIX.pack(_MAGIC, len(text), payload_size) + text


def receive(read: Callable[[int], bytes], limit: int) -> tuple[Header, bytes]:
    """Take one frame. `read(n)` returns exactly n bytes, or raises; a payload may have up to `limit` bytes.

    Raises `BadFrame` for anything that is not a frame, and `FrameTooLarge`, in which case the payload stays unread.
    """
    magic, header_size, payload_size = _PREFIX.unpack(read(_PREFIX.size))
    if magic != _MAGIC or header_size > _HEADER_LIMIT:
        raise BadFrame("this is not the start of a frame")
    if payload_size > limit:
        raise FrameTooLarge(payload_size)
    try:
        header = json.loads(read(header_size).decode("ascii"))
    except (ValueError, RecursionError) as exc:
        raise BadFrame("the header is not JSON") from exc
    if not isinstance(header, dict):
        raise BadFrame("the header is not a JSON object")
    return header, read(payload_size)


def pack_item(kind: bytes, data: bytes) -> bytes:
    """Make one of several things in a payload; `kind` is a single byte."""
    return _ITEM.pack(kind, len(data)) + data


def unpack_items(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Take apart what `pack_item` made: `(kind, data)` in order. Raises `BadFrame` where a length does not fit."""
    at = 0
    while at < len(payload):
        start = at + _ITEM.size
        if start > len(payload):
            raise BadFrame("an item is cut off")
        kind, size = _ITEM.unpack_from(payload, at)
        at = start + size
        if at > len(payload):
            raise BadFrame("an item is cut off")
        yield kind, payload[start:at]
