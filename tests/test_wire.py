"""A document survives the way from the reading process, and nothing but a document arrives."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import boxes, wire
from ingest.builder import Builder
from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, TextSource
from ingest.errors import ReadError

_line = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_metadata = st.builds(
    Metadata,
    title=_line,
    city=st.lists(_line, max_size=3).map(tuple),
    theme=st.lists(_line, max_size=3).map(tuple),
    date=st.sampled_from(["", "2020", "2020-06-15"]),
    handling=_line,
)
_blocks = st.lists(st.tuples(st.integers(0, 3), _line, st.sampled_from(BlockKind), st.integers(0, 4)), max_size=12)


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    builder = Builder(draw(st.sampled_from(Format)))
    for breaks, text, kind, level in draw(_blocks):
        for _ in range(breaks):
            builder.page_break()
        builder.block(text, kind, level)
    document = builder.document(draw(_metadata), record=draw(_line), notes=tuple(draw(st.lists(_line, max_size=2))))
    pages = tuple(_with_boxes(page) if draw(st.booleans()) else page for page in document.pages)
    return replace(document, pages=pages)


def _with_boxes(page: Page) -> Page:
    count = page.end - page.start
    grid = np.arange(count * 4, dtype=np.uint16).reshape(count, 4) * np.uint16(7)
    return replace(page, boxes=boxes.encode(grid), label="xiv", width=595.28, height=842.0)


@given(_documents())
def test_a_document_comes_back_as_it_was(document: Document) -> None:
    assert wire.load(wire.dump(document)) == document


def _document() -> Document:
    builder = Builder(Format.PDF)
    builder.block("Samverkan", BlockKind.HEADING, 1)
    builder.block("Six cities took part.")
    builder.page_break()
    builder.block("Rotterdam led.")
    document = builder.document(Metadata(title="Samverkan", city=("Rotterdam",)))
    return replace(document, pages=tuple(map(_with_boxes, document.pages)))


def _changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(wire.dump(_document())), **changes}).encode()


def _page(index: int, value: object, page: int = 0) -> bytes:
    pages = json.loads(wire.dump(_document()))["pages"]
    pages[page][index] = value
    return _changed(pages=pages)


def test_the_untouched_document_is_loaded() -> None:
    assert wire.load(_changed()) == _document()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04K\x01.",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        _changed(version=2),
        _changed(text=7),
        _changed(text="shorter"),
        _changed(text="\ud800"),
        _changed(format="exe"),
        _changed(record=None),
        _changed(notes="text"),
        _changed(notes=["n"] * 5000),
        _changed(notes=["n" * 50_000]),
        _changed(metadata={}),
        _changed(metadata=None),
        _changed(pages=[]),
        _changed(pages={}),
        _changed(pages=[[]]),
        _changed(blocks=[]),
        _changed(blocks=[0, 9, "h"]),
        _changed(blocks=[0, 9, "z", 0]),
        _changed(blocks=[0, 9, ["h"], 0]),
        _changed(blocks=[0, 0, "p", 0]),
        _changed(blocks=[-1, 9, "p", 0]),
        _changed(blocks=[0, 48, "p", 1]),
        _changed(blocks=[0, 1e9, "p", 0]),
        _changed(blocks=[0, True, "p", 0]),
        _page(0, 0),
        _page(0, 2),
        _page(0, "1"),
        _page(1, None),
        _page(2, 1),
        _page(3, 10_000),
        _page(3, 5),
        _page(4, -1),
        _page(4, "wide"),
        _page(4, True),
        _page(6, "magic"),
        _page(6, "none"),
        _page(7, "!"),
        _page(7, "AAAA"),
        _page(7, json.loads(wire.dump(_document()))["pages"][1][7]),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="not a document"):
        wire.load(data)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_size_that_is_no_number_is_refused(number: str) -> None:
    data = wire.dump(_document()).replace(b"595.28", number.encode(), 1)
    with pytest.raises(ReadError):
        wire.load(data)


def test_metadata_of_other_types_is_refused() -> None:
    known = json.loads(wire.dump(_document()))["metadata"]
    for changes in ({"title": 1}, {"city": "Rotterdam"}, {"city": [1]}, {"extra": ""}, {"date": None}):
        with pytest.raises(ReadError):
            wire.load(_changed(metadata={**known, **changes}))


def test_boxes_that_unpack_to_gigabytes_are_refused_at_once() -> None:
    import base64
    import zlib

    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    with pytest.raises(ReadError, match="boxes"):
        wire.load(_page(7, base64.b64encode(bomb).decode()))


@settings(max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_damaged_bytes_never_crash(noise: bytes, place: int) -> None:
    data = wire.dump(_document())
    place %= len(data)
    try:
        wire.load(data[:place] + noise + data[place + len(noise) :])
    except ReadError:
        pass


def test_a_text_that_is_no_unicode_cannot_be_sent() -> None:
    document = Document(
        text="\ud800",
        pages=(Page(number=1, label="", start=0, end=1, source=TextSource.LAYER),),
        blocks=(Block(start=0, end=1, kind=BlockKind.PARAGRAPH),),
        format=Format.TEXT,
        metadata=Metadata(),
    )
    with pytest.raises(ReadError):
        wire.dump(document)


def test_metadata_without_an_end_is_shortened_and_costs_no_document() -> None:
    given = Metadata(title="x" * 20_000, city=("y" * 20_000,) * 2000)
    text = "The siren sounds."
    document = Document(
        text=text, pages=(Page(number=1, label="", start=0, end=len(text)),), format=Format.MARKDOWN, metadata=given,
        blocks=(Block(start=0, end=len(text), kind=BlockKind.PARAGRAPH),),
    )  # fmt: skip
    read = wire.load(wire.dump(document))
    assert (read.text, len(read.metadata.title), len(read.metadata.city), len(read.metadata.city[0])) == (
        text,
        10_000,
        1000,
        10_000,
    )
