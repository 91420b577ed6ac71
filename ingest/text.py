"""Reads plain text: its encoding, its paragraphs, its lists, and the headings that can be told with care."""

import re
from dataclasses import replace
from pathlib import Path

from ingest import fields
from ingest.builder import Builder
from ingest.document import BlockKind, Document, Format, Metadata
from ingest.errors import ReadError
from ingest.marking import marking, stricter

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ITEM = re.compile(r"\s*(?:(?P<bullet>[-*+•‣◦▪●–—·])\s+|(?P<number>(?:\d{1,3}|[a-zA-Z])[.)])\s+)(?=\S)")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,}|\*{3,})\s*")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?P<dot>\.?)\s+(?P<title>[^\W\d_].*)")
_LEADERS = re.compile(r".*\S\s*(?:\.\s?){4,}\s*(?:\d+|[ivxlc]+)\s*")
_KEY = re.compile(r"\s*(?P<key>[^\W\d_][\w -]{0,30}?)\s*:\s+(?P<value>\S.*)")
_ENDS = re.compile(r".*[.!?:;,…][\"'”’»)\]]*")
_LONGEST_HEADING = 80
_NARROWEST_WRAP = 40  # columns: shorter lines were not wrapped by a program
_WIDEST_WRAP = 160  # columns: longer lines are whole paragraphs, and every line break is meant


def decode(data: bytes, fallback: str = "cp1252") -> str:
    """Return the text of `data`: by its byte order mark, else as UTF-16 or UTF-8 where it is, else as `fallback`."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if wide := _wide(data[:2000]):
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(fallback, errors="replace")


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte of western text is then zero."""
    half = len(sample) // 2
    if half >= 4 and sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if half >= 4 and sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return ""


def load(path: Path) -> str:
    """Return the text of a file. ReadError where it is empty, cannot be opened or is not text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"the file cannot be opened: {error.strerror or error}") from error
    if not data.strip():
        raise ReadError("the file is empty")
    text = decode(data)
    if len(_BINARY.findall(text)) > len(text) // 1000:
        raise ReadError("this is not a text file: it holds binary data")
    return text


def read(path: Path) -> Document:
    """Read a text file. Form feeds are page breaks. ReadError where there is no text."""
    builder = Builder(Format.TEXT)
    text = load(path)
    for number, page in enumerate(text.rstrip("\f\r\n ").split("\f")):
        if number:
            builder.page_break()
        add_plain(builder, page)
    if not builder.has_text:
        raise ReadError("there is no text in the file")
    return builder.document(_metadata(builder, text))


def _metadata(builder: Builder, text: str) -> Metadata:
    """Return what the opening lines say of the document: `Theme: …`, `Datum: …`; the text keeps them."""
    opening = builder.opening()
    lines = text.lstrip().splitlines()[:30]
    said = {match["key"]: match["value"] for line in lines if (match := _KEY.fullmatch(line))}
    known = fields.metadata_from(said)
    first = opening[0]
    title = known.title or (first if len(first) <= 120 and not _ENDS.fullmatch(first) else builder.first_heading)
    return replace(known, title=title, handling=stricter(known.handling, marking([*opening, *builder.closing()])))


def add_plain(builder: Builder, text: str, *, short_headings: bool = False) -> None:
    """Add plain text to the current page: blank lines part paragraphs; lines are joined where they were only wrapped.

    With `short_headings`, a short line without a full stop before a longer line that has one is taken as a heading.
    """
    lines = text.expandtabs().splitlines()
    width = _wrap_width(lines)
    units: list[tuple[str, BlockKind, int]] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            units += _units(paragraph, width)
            paragraph = []
    for index, (unit, kind, level) in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        if kind is BlockKind.PARAGRAPH:
            kind, level = _heading(unit, following, first=index == 0, short=short_headings) or (kind, level)
        builder.block(unit, kind, level)


def _wrap_width(lines: list[str]) -> int:
    """Return the column at which the text was wrapped: the longest of its ordinary lines."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    return max(lengths[min(len(lengths) - 1, len(lengths) * 98 // 100)], _NARROWEST_WRAP) if lengths else 0


def _units(lines: list[str], width: int) -> list[tuple[str, BlockKind, int]]:
    """Return the blocks of lines that stand together: underlined headings, list items, paragraphs with lines joined."""
    units: list[tuple[str, BlockKind, int]] = []
    pending: list[str] = []
    kind, level = BlockKind.PARAGRAPH, 0

    def flush() -> None:
        if pending:
            units.append((" ".join(pending), kind, level))
            pending.clear()

    indents: list[int] = []
    previous = ""
    for line in lines:
        if _UNDERLINE.fullmatch(line):
            if len(pending) == 1 and kind is BlockKind.PARAGRAPH and _underlines(line, pending[0]):
                units.append((pending.pop(), BlockKind.HEADING, 1 if "=" in line else 2))
            flush()
            continue
        item = _ITEM.match(line)
        if item and (item["bullet"] or not pending or kind is BlockKind.LIST_ITEM or _ENDS.fullmatch(previous)):
            flush()
            indent = len(line) - len(line.lstrip())
            indents = [*(column for column in indents if column < indent), indent]
            kind, level = BlockKind.LIST_ITEM, len(indents)
            line = line[item.end() :] if item["bullet"] else line
        elif pending and _broken(previous, line, width):
            flush()
            kind, level = BlockKind.PARAGRAPH, 0
        elif not pending:
            kind, level = BlockKind.PARAGRAPH, 0
        pending.append(line.strip())
        previous = line.rstrip()
    flush()
    if len(units) == 1 and units[0][1] is BlockKind.LIST_ITEM and _NUMBERED.fullmatch(units[0][0]):
        units[0] = (units[0][0], BlockKind.PARAGRAPH, 0)  # a lone numbered line: a heading, or else an item
    return units


def _underlines(line: str, title: str) -> bool:
    return len(title) <= _LONGEST_HEADING and len(line.strip()) >= min(len(title) // 2, 20)


def _broken(previous: str, line: str, width: int) -> bool:
    """Whether a line break was meant: the next word would have fitted, and a new sentence, name or key begins there."""
    if width > _WIDEST_WRAP:
        return True
    word = line.split(maxsplit=1)[0]
    if len(previous) + 1 + len(word) > 0.9 * width:
        return False
    begins = word[0].isupper() or not word[0].isalnum() or word[0].isdigit()
    return begins and (bool(_ENDS.fullmatch(previous)) or len(previous) < 0.7 * width or bool(_KEY.match(line)))


def _heading(
    unit: str, following: tuple[str, BlockKind, int] | None, *, first: bool, short: bool
) -> tuple[BlockKind, int] | None:
    """Return the kind and level of a line that is more than a paragraph; None for a plain paragraph."""
    if _LEADERS.fullmatch(unit) and len(unit) < 200:
        return BlockKind.CONTENTS, 0
    numbered = _NUMBERED.fullmatch(unit)
    titled = len(unit) <= _LONGEST_HEADING and not _ENDS.fullmatch(unit) and following is not None
    if numbered:
        level = numbered["number"].count(".") + 1
        capital = numbered["title"][0].isupper()
        if titled and capital and (numbered["dot"] or level > 1) and not _sibling(following, level):
            return BlockKind.HEADING, level
        return (BlockKind.LIST_ITEM, 1) if numbered["dot"] and level == 1 else None
    if not titled:
        return None
    if unit.isupper() and sum(map(str.isalpha, unit)) >= 4:
        return BlockKind.HEADING, 1
    if short and following is not None and _short_heading(unit, following[0]):
        return BlockKind.HEADING, 1 if first else 2
    return None


def _sibling(following: tuple[str, BlockKind, int] | None, level: int) -> bool:
    """Whether the next line is numbered at the same depth: then both are items of a list, not headings."""
    match = _NUMBERED.fullmatch(following[0]) if following else None
    return match is not None and match["number"].count(".") + 1 == level


def _short_heading(unit: str, following: str) -> bool:
    return len(unit.split()) <= 12 and (unit[0].isupper() or unit[0].isdigit()) and following[:1].isupper()
