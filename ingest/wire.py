"""A document as bytes, for the way from the child that read a file: JSON, never pickle, and checked when it arrives.

The child may have read a hostile file. What it sends is believed only as far as types and invariants hold.
"""

import base64
import binascii
import dataclasses
import json
import math
import zlib
from typing import Any

from ingest.document import LARGEST_PAGE, Block, BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import ReadError

_VERSION = 1
_LONGEST_VALUE = 10_000  # characters of a metadata value or note
_MOST_VALUES = 1_000
_BOX_BYTES = 8  # unpacked, a character
# Stored with every document: letters must keep their meaning.
_CODES = {
    BlockKind.HEADING: "h",
    BlockKind.PARAGRAPH: "p",
    BlockKind.LIST_ITEM: "l",
    BlockKind.TABLE_ROW: "t",
    BlockKind.CAPTION: "c",
    BlockKind.RECOMMENDATION: "r",
    BlockKind.NOTE: "n",
    BlockKind.CONTENTS: "i",
}
_KINDS = {code: kind for kind, code in _CODES.items()}


Json = Any  # anything that JSON can hold, until it has been checked


class _Bad(ValueError):
    """What does not hold."""


def dump(document: Document) -> bytes:
    """Encode a document. ReadError where its text is no Unicode (lone surrogates)."""
    value = {
        "version": _VERSION,
        "text": document.text,
        "format": document.format.value,
        "record": document.record,
        "notes": document.notes,
        "metadata": {name: _shortened(value) for name, value in dataclasses.asdict(document.metadata).items()},
        "pages": [_page_out(page) for page in document.pages],
        "blocks": _blocks_out(document.blocks),
    }
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except ValueError as error:
        raise ReadError(f"the document cannot be passed on: {error}") from error


def _shortened(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """A value of the metadata as far as `load` takes it: a heading without an end, taken for the title, costs no document."""
    if isinstance(value, str):
        return value[:_LONGEST_VALUE]
    return tuple(one[:_LONGEST_VALUE] for one in value[:_MOST_VALUES])


def load(data: bytes) -> Document:
    """Decode what `dump` gave. ReadError where it is anything else, or an invariant does not hold."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
        return _document(value)
    except (ValueError, RecursionError, OverflowError) as error:
        raise ReadError(f"what the reader sent is not a document: {error}") from error


def _no_constant(name: str) -> float:
    raise _Bad(f"{name} is no number")


def _page_out(page: Page) -> list[str | int | float | None]:
    boxes = base64.b64encode(page.boxes).decode("ascii")
    return [page.number, page.label, page.start, page.end, page.width, page.height, page.source.value, boxes, page.confidence]


def _blocks_out(blocks: tuple[Block, ...]) -> list[int | str]:
    flat: list[int | str] = []
    position = 0
    for block in blocks:
        flat += [block.start - position, block.end - block.start, _CODES[block.kind], block.level]
        position = block.end
    return flat


def _blocks_in(value: Json) -> tuple[Block, ...]:
    flat = _list(value, "blocks")
    if len(flat) % 4:
        raise _Bad("blocks are not complete")
    blocks: list[Block] = []
    position = 0
    for gap, length, code, level in zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True):
        start = position + _count(gap, "block")
        position = start + _count(length, "block")
        if not isinstance(code, str) or code not in _KINDS:
            raise _Bad("a block has an unknown kind")
        blocks.append(Block(start=start, end=position, kind=_KINDS[code], level=_count(level, "level")))
    return tuple(blocks)


def _document(value: Json) -> Document:
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        raise _Bad("its version is unknown")
    text = _string(value.get("text"), "text", limit=None)
    document = Document(
        text=text,
        pages=tuple(_page(entry, len(text)) for entry in _list(value.get("pages"), "pages")),
        blocks=_blocks_in(value.get("blocks")),
        format=Format(_string(value.get("format"), "format")),
        metadata=_metadata(value.get("metadata")),
        record=_string(value.get("record"), "record"),
        notes=_strings(value.get("notes"), "notes"),
    )
    _check_pages(document)
    _check_blocks(document)
    return document


def _page(value: Json, length: int) -> Page:
    entry = _list(value, "page")
    if len(entry) != 9:
        raise _Bad("a page is not complete")
    number, label, start, end, width, height, source, boxes, confidence = entry
    start, end = _count(start, "page"), _count(end, "page")
    if not start <= end <= length:
        raise _Bad(f"page {number} lies outside the text")
    return Page(
        number=_count(number, "page number"),
        label=_string(label, "page label"),
        start=start,
        end=end,
        width=_size(width),
        height=_size(height),
        source=TextSource(_string(source, "page source")),
        boxes=_boxes(boxes, end - start),
        confidence=_share(confidence),
    )


def _boxes(value: Json, characters: int) -> bytes:
    """Packed boxes, once they have been seen to unpack to as many as there are characters, and to no more."""
    try:
        packed = base64.b64decode(_string(value, "boxes", limit=None), validate=True)
        if not packed:
            return packed
        inflate = zlib.decompressobj()
        unpacked = inflate.decompress(packed, _BOX_BYTES * characters + 1)
        if len(unpacked) != _BOX_BYTES * characters or not inflate.eof or inflate.unused_data:
            raise _Bad("the boxes of a page do not match its text")
    except (binascii.Error, zlib.error) as error:
        raise _Bad("the boxes of a page are damaged") from error
    return packed


def _metadata(value: Json) -> Metadata:
    names = {field.name: field for field in dataclasses.fields(Metadata)}
    if not isinstance(value, dict) or set(value) != set(names):
        raise _Bad("its metadata is not complete")
    known: dict[str, Any] = {
        name: _strings(value[name], name) if field.default == () else _string(value[name], name) for name, field in names.items()
    }
    return Metadata(**known)


def _check_pages(document: Document) -> None:
    position = number = 0
    for page in document.pages:
        if page.number <= number:
            raise _Bad("its pages are not in order")
        if page.start != position:
            raise _Bad("its pages do not tile the text")
        if page.source in (TextSource.NONE, TextSource.BLANK) and document.text[page.start : page.end].strip():
            raise _Bad(f"page {page.number} has text and says that it has none")
        if page.source is TextSource.OCR and page.confidence is None:
            raise _Bad(f"page {page.number} was read by OCR and says nothing of its confidence")
        number, position = page.number, page.end
    if not document.pages or position != len(document.text):
        raise _Bad("its pages do not cover the text")


def _check_blocks(document: Document) -> None:
    text, position = document.text, 0
    for block in document.blocks:
        if block.start >= block.end or block.end > len(text):
            raise _Bad("a block is empty or lies outside the text")
        if text[block.start].isspace() or text[block.end - 1].isspace():
            raise _Bad("a block begins or ends with white space")
        if block.start > position and not text[position : block.start].isspace():
            raise _Bad("text lies outside the blocks")
        if (block.level > 0) != (block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM)):
            raise _Bad("a block has a level that its kind does not have")
        position = block.end
    if text[position:].strip():
        raise _Bad("text lies outside the blocks")


def _list(value: Json, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Bad(f"{name}: not a list")
    return value


def _string(value: Json, name: str, limit: int | None = _LONGEST_VALUE) -> str:
    if not isinstance(value, str) or (limit is not None and len(value) > limit):
        raise _Bad(f"{name}: not a string of that length")
    value.encode("utf-8")  # raises on lone surrogates, which no store takes
    return value


def _strings(value: Json, name: str) -> tuple[str, ...]:
    values = _list(value, name)
    if len(values) > _MOST_VALUES:
        raise _Bad(f"{name}: too many values")
    return tuple(_string(entry, name) for entry in values)


def _count(value: Json, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 40:
        raise _Bad(f"{name}: not a count")
    return value


def _share(value: Json) -> float | None:
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1):
        raise _Bad("the confidence of a page is no share")
    return None if value is None else float(value)


def _size(value: Json) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _Bad("a page has no size")
    if not 0 <= value < LARGEST_PAGE:
        raise _Bad("a page has no size that a page can have")
    return float(value)
