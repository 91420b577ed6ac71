"""Builds a document from its blocks, so that text, pages and blocks agree by construction.

Readers hand over raw strings in reading order; cleaning happens here, once, before any offset exists. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.document import Block, BlockKind, Document, Format, Metadata, Page, TextSource

# What a reader of the page does not see: control, zero-width, bidirectional, tag and private-use characters, soft
# hyphens, object replacement characters, lone surrogates. White space stays, for `str.split` to collapse.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\ue000-\uf8ff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
# "Recommendation 4. …", "Rekommendation 2.1: …", "RECOMMENDATION 4", "Recommendation 4 Cities should …", but not
# "Recommendation 4 was carried out", which speaks about one.
_RECOMMENDATION = re.compile(
    r"(?i:recommendation|rekommendation)\s+(?:no\.?\s+|nr\.?\s+)?[0-9]+(?:\.[0-9]+)*[a-z]?"
    r"(?:\s*[.:)\u2010-\u2015-]\s*|\s+(?=[^\W\d_a-zåäö])|$)"
)
_LONGEST_RECOMMENDATION_HEADING = 12  # words: a heading that says more than this is the recommendation itself


def clean(text: str) -> str:
    """Return one line of readable text: NFC, ligatures spelt out, invisible characters gone, white space one space."""
    text = _INVISIBLE.sub("", text).translate(_LIGATURES)
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_recommendation(text: str) -> bool:
    """Whether a cleaned block opens as a numbered recommendation, in English or Swedish."""
    return _RECOMMENDATION.match(text) is not None


def join_cells(cells: Iterable[str]) -> str:
    """Return the cells of a table row in order, joined by " | ". Empty cells at either end are left out."""
    texts = [clean(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    while texts and not texts[0]:
        texts.pop(0)
    return clean(" | ".join(texts))


@dataclass(frozen=True, slots=True)
class _Piece:
    page: int  # 0-based
    text: str
    kind: BlockKind
    level: int


class Builder:
    """Collects the blocks of one document. It starts on page 1; `page_break` begins the next page."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._pieces: list[_Piece] = []
        self._unreadable: list[bool] = [False]  # one a page
        self._recommendation_follows = False

    def block(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        """Add one block of raw text to the current page; nothing happens where no text is left after cleaning."""
        text = clean(text)
        if not text:
            return
        kind = self._kind(text, kind)
        if kind is BlockKind.HEADING:
            level = min(max(level, 1), 9)
        else:
            level = max(level, 1) if kind is BlockKind.LIST_ITEM else 0
        self._pieces.append(_Piece(len(self._unreadable) - 1, text, kind, level))

    def row(self, cells: Iterable[str]) -> None:
        """Add a table row: its cells in order, as `join_cells` does."""
        self.block(join_cells(cells), BlockKind.TABLE_ROW)

    def page_break(self) -> None:
        """Begin the next page."""
        self._unreadable.append(False)

    def unreadable(self) -> None:
        """Say that the current page holds something that gives no text, such as a picture."""
        self._unreadable[-1] = True

    @property
    def first_heading(self) -> str:
        """The text of the first heading, "" where there is none."""
        return next((piece.text for piece in self._pieces if piece.kind is BlockKind.HEADING), "")

    @property
    def has_text(self) -> bool:
        """Whether any block was added."""
        return bool(self._pieces)

    @property
    def has_unreadable(self) -> bool:
        """Whether a page without text holds something else."""
        return any(page.source is TextSource.NONE for page in self.document(Metadata()).pages)

    def opening(self, blocks: int = 12) -> tuple[str, ...]:
        """Return the texts of the first blocks, where a document says what it is."""
        return tuple(piece.text for piece in self._pieces[:blocks])

    def closing(self, blocks: int = 2) -> tuple[str, ...]:
        """Return the texts of the last blocks, where a mark is often repeated."""
        return tuple(piece.text for piece in self._pieces[-blocks:])

    def document(self, metadata: Metadata, *, record: str = "", notes: tuple[str, ...] = ()) -> Document:
        """Return the document so far. The separator after the last block of a page belongs to that page."""
        parts: list[str] = []
        blocks: list[Block] = []
        starts = [0] * len(self._unreadable)
        length = page = 0
        previous: _Piece | None = None
        for piece in self._pieces:
            if previous is not None:
                separator = "\n" if _same_run(previous, piece) else "\n\n"
                parts.append(separator)
                length += len(separator)
            while page < piece.page:
                page += 1
                starts[page] = length
            parts.append(piece.text)
            blocks.append(Block(start=length, end=length + len(piece.text), kind=piece.kind, level=piece.level))
            length += len(piece.text)
            previous = piece
        starts[page + 1 :] = [length] * (len(starts) - page - 1)
        return Document(
            text="".join(parts),
            pages=self._tiles(starts, length),
            blocks=tuple(blocks),
            format=self._format,
            metadata=metadata,
            record=record,
            notes=notes,
        )

    def _tiles(self, starts: list[int], length: int) -> tuple[Page, ...]:
        written = {piece.page for piece in self._pieces}
        ends = [*starts[1:], length]
        return tuple(
            Page(number=index + 1, label="", start=start, end=end, source=self._source(index, written))
            for index, (start, end) in enumerate(zip(starts, ends, strict=True))
        )

    def _source(self, page: int, written: set[int]) -> TextSource:
        if page in written:
            return TextSource.LAYER
        return TextSource.NONE if self._unreadable[page] else TextSource.BLANK

    def _kind(self, text: str, kind: BlockKind) -> BlockKind:
        """Return the kind of a block, once recommendations are told from paragraphs and from their own headings."""
        follows, self._recommendation_follows = self._recommendation_follows, False
        match = _RECOMMENDATION.match(text)
        if kind is BlockKind.HEADING:
            if match and len(text.split()) > _LONGEST_RECOMMENDATION_HEADING:
                return BlockKind.RECOMMENDATION
            self._recommendation_follows = match is not None
        elif kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and (match or follows):
            # A paragraph of its own that is only the number is the heading of what follows.
            self._recommendation_follows = match is not None and match.end() == len(text)
            return BlockKind.RECOMMENDATION
        return kind


def _same_run(previous: _Piece, piece: _Piece) -> bool:
    return (
        piece.page == previous.page and piece.kind is previous.kind and piece.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
    )
