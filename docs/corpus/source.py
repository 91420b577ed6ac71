"""Read the source of a sample document: a small Markdown with a front matter, into frozen dataclasses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LAYOUTS = ("report", "two-column", "spread", "brief")
REQUIRED = ("title", "layout", "organisation", "city", "date", "language", "handling", "disclaimer")

_HEADING = re.compile(r"^(#{1,2})\s+(.+?)\s*(\{-\})?\s*$")
_CAPTION = re.compile(r"^(?:Table|Tabell):\s*(.+)$")
_ITEM = re.compile(r"^(-|\d+\.)\s+(.*)$")
_ADVICE = re.compile(r"^\*\*(?:Recommendation|Rekommendation)\s+\d+\.\*\*")
_NOTE = re.compile(r"^\[\^([^\]]+)\]:\s*(.*)$")
_MARK = re.compile(r"\[\^([^\]]+)\]")


class SourceError(ValueError):
    """The source of a document cannot be read; the message names the file and the fault."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The front matter of a document."""

    title: str
    subtitle: str
    layout: str
    header: str
    organisation: str
    city: str
    date: str
    language: str
    handling: str
    disclaimer: str
    theme: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter (level 1) or a section (level 2); `number` is empty for an unnumbered one."""

    level: int
    text: str
    number: str

    @property
    def label(self) -> str:
        """Return the heading as printed: number and text."""
        return f"{self.number}  {self.text}" if self.number else self.text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A numbered recommendation."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with bullets or with numbers."""

    ordered: bool
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption and its rows, of which the first is the head."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A case study, printed in a box."""

    paragraphs: tuple[str, ...]


Block = Heading | Paragraph | Advice | Items | Grid | Case


@dataclass(frozen=True, slots=True)
class Document:
    """A whole sample document; `[^n]` in its text points at `notes[n - 1]`."""

    name: str
    meta: Meta
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]


def _meta(name: str, lines: list[str]) -> Meta:
    values: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon:
            values[key.strip().lower()] = value.strip().strip('"')
    missing = [key for key in REQUIRED if not values.get(key)]
    if missing:
        raise SourceError(f"{name}: the front matter lacks {', '.join(missing)}")
    if values["layout"] not in LAYOUTS:
        raise SourceError(f"{name}: no layout {values['layout']!r}; one of {', '.join(LAYOUTS)}")
    subtitle = values.get("subtitle", "")
    return Meta(
        title=values["title"],
        subtitle=subtitle,
        layout=values["layout"],
        header=values.get("header") or values["title"],
        organisation=values["organisation"],
        city=values["city"],
        date=values["date"],
        language=values["language"],
        handling=values["handling"],
        disclaimer=values["disclaimer"],
        theme=values.get("theme") or subtitle,
    )


def _split(name: str, text: str) -> tuple[list[str], list[str]]:
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        raise SourceError(f"{name}: no front matter")
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            return lines[1:number], lines[number + 1 :]
    raise SourceError(f"{name}: the front matter is not closed")


def _groups(lines: list[str]) -> list[list[str]]:
    """Gather the lines that stand together: parted at blank lines, at headings and where a list begins."""
    groups: list[list[str]] = [[]]
    for raw in lines:
        line = raw.rstrip()
        group = groups[-1]
        starts_list = bool(_ITEM.match(line)) and bool(group) and not _ITEM.match(group[0])
        if not line or line.startswith("#") or starts_list or _NOTE.match(line):
            groups.append([line] if line else [])
            if line.startswith("#"):
                groups.append([])
        else:
            group.append(line)
    return [group for group in groups if group]


def _items(group: list[str]) -> Items:
    items: list[str] = []
    ordered = False
    for line in group:
        match = _ITEM.match(line)
        if match:
            ordered = match.group(1) != "-"
            items.append(match.group(2).strip())
        else:
            items[-1] += " " + line.strip()
    return Items(ordered, tuple(items))


def _grid(name: str, group: list[str]) -> Grid:
    caption = _CAPTION.match(group[0])
    if caption is None:
        raise SourceError(f"{name}: a table without a caption line: {group[0]}")
    rows = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in group[1:]]
    kept = tuple(row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row))
    if not kept or any(len(row) != len(kept[0]) for row in kept):
        raise SourceError(f"{name}: table {caption.group(1)!r} has rows of different lengths")
    return Grid(caption.group(1), kept)


def _case(group: list[str]) -> Case:
    text = "\n".join(line.lstrip(">").strip() for line in group)
    return Case(tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()))


def _body_block(name: str, group: list[str]) -> Block:
    first = group[0]
    if _ITEM.match(first):
        return _items(group)
    if _CAPTION.match(first) or first.startswith("|"):
        return _grid(name, group)
    if first.startswith(">"):
        return _case(group)
    text = " ".join(line.strip() for line in group)
    return Advice(text) if _ADVICE.match(text) else Paragraph(text)


def _captioned(groups: list[list[str]]) -> list[list[str]]:
    """Join a caption to the table that follows it after a blank line."""
    joined: list[list[str]] = []
    for group in groups:
        alone = bool(joined) and len(joined[-1]) == 1 and bool(_CAPTION.match(joined[-1][0]))
        if alone and group[0].startswith("|"):
            joined[-1].extend(group)
        else:
            joined.append(group)
    return joined


def parse(name: str, text: str) -> Document:
    """Return the document in `text`; its chapters and sections numbered, its notes in order of mention."""
    head, body = _split(name, text)
    blocks: list[Block] = []
    notes: dict[str, str] = {}
    chapter = section = 0
    numbered = True
    for group in _captioned(_groups(body)):
        note = _NOTE.match(group[0])
        heading = _HEADING.match(group[0])
        if note:
            notes[note.group(1)] = " ".join([note.group(2), *(line.strip() for line in group[1:])])
        elif heading is None:
            blocks.append(_body_block(name, group))
        else:
            level = len(heading.group(1))
            if level == 1:
                numbered = heading.group(3) is None
                chapter, section = chapter + numbered, 0
                number = str(chapter) if numbered else ""
            else:
                own = numbered and heading.group(3) is None
                section += own
                number = f"{chapter}.{section}" if own else ""
            blocks.append(Heading(level, heading.group(2), number))
    marks = list(dict.fromkeys(mark for block in blocks for mark in _MARK.findall(_text_of(block))))
    if set(marks) != set(notes):
        raise SourceError(f"{name}: footnotes without text or mention: {sorted(set(marks) ^ set(notes))}")
    order = {mark: str(number) for number, mark in enumerate(marks, start=1)}
    return Document(
        name,
        _meta(name, head),
        tuple(_renumber(block, order) for block in blocks),
        tuple(notes[mark] for mark in marks),
    )


def _text_of(block: Block) -> str:
    match block:
        case Items(items=items):
            return "\n".join(items)
        case Grid(rows=rows):
            return "\n".join(cell for row in rows for cell in row)
        case Case(paragraphs=paragraphs):
            return "\n".join(paragraphs)
        case _:
            return block.text


def _renumber(block: Block, order: dict[str, str]) -> Block:
    def fix(text: str) -> str:
        return _MARK.sub(lambda mark: f"[^{order[mark.group(1)]}]", text)

    match block:
        case Paragraph(text=text):
            return Paragraph(fix(text))
        case Advice(text=text):
            return Advice(fix(text))
        case Items(ordered=ordered, items=items):
            return Items(ordered, tuple(fix(item) for item in items))
        case Grid(caption=caption, rows=rows):
            return Grid(caption, tuple(tuple(fix(cell) for cell in row) for row in rows))
        case Case(paragraphs=paragraphs):
            return Case(tuple(fix(paragraph) for paragraph in paragraphs))
        case _:
            return block


def load(path: Path) -> Document:
    """Return the document in the file at `path`, named after it."""
    return parse(path.stem, path.read_text(encoding="utf-8"))
