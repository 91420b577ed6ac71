"""Reads Markdown (CommonMark with tables), its front matter, and the HTML inside it."""

import re
from dataclasses import replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest import fields, html, text
from ingest.builder import Builder
from ingest.document import BlockKind, Document, Format, Metadata
from ingest.errors import ReadError
from ingest.marking import marking, stricter

_FENCE = re.compile(r"(?:---|\+\+\+)[ \t]*\n(?P<body>.*?)\n(?:---|\.\.\.|\+\+\+)[ \t]*(?:\n|$)", re.S)
_PAIR = re.compile(r"(?P<key>[^\W\d_][\w .-]*?)[ \t]*[:=](?:[ \t]+(?P<value>.*))?")
_NOTE = re.compile(r"\[\^[^\]\s]+\]:\s+")
_NOTE_MARK = re.compile(r"\[\^[^\]\s]+\](?!\()")
_DEEPEST = 100  # markdown-it-py 4.3 passes over what is nested deeper, and says nothing; its own limit is 20
_QUOTES = "\"'"


def read(path: Path) -> Document:
    """Read a Markdown file. ReadError where there is no text in it."""
    source = text.load(path).replace("\r\n", "\n").replace("\r", "\n")
    said, body = front_matter(source)
    builder = Builder(Format.MARKDOWN)
    _Writer(builder).write(body)
    metadata = fields.metadata_from(said)
    if not builder.has_text:
        raise ReadError("there is no text in the file")
    return builder.document(_completed(metadata, builder))


def _completed(metadata: Metadata, builder: Builder) -> Metadata:
    return replace(
        metadata,
        title=metadata.title or builder.first_heading,
        handling=stricter(metadata.handling, marking([*builder.opening(), *builder.closing()])),
    )


def front_matter(source: str) -> tuple[dict[str, str | list[str]], str]:
    """Return the `key: value` lines between `---` lines at the head of a text, and the rest of the text.

    Lists are `[a, b]`, or `- a` on lines of their own. Where the lines are no such pairs, they are text.
    """
    source = source.lstrip("\ufeff")
    match = _FENCE.match(source)
    if match is None:
        return {}, source
    said: dict[str, str | list[str]] = {}
    key = ""
    for line in match["body"].splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if key and (item := re.fullmatch(r"\s*-\s+(.*)", line)):
            earlier = said[key]
            said[key] = [*(earlier if isinstance(earlier, list) else []), _unquoted(item[1])]
        elif line[0].isspace():
            continue  # what is nested deeper is none of our fields
        elif pair := _PAIR.fullmatch(line.rstrip()):
            key = pair["key"]
            said[key] = _value(pair["value"] or "")
        else:
            return {}, source
    return said, source[match.end() :]


def _value(value: str) -> str | list[str]:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        parts = re.findall(r"""\s*("[^"]*"|'[^']*'|[^,]+)\s*(?:,|$)""", value[1:-1])
        return [part for part in map(_unquoted, parts) if part]
    return _unquoted(value)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        return value[1:-1]
    return re.sub(r"\s+#\s.*$", "", value)


class _Writer:
    """Turns the tokens of markdown-it into blocks."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._items: list[str] = []  # the numbers of the open list items, "" once written and for bullets
        self._heading = 0
        self._cells: list[str] | None = None

    def write(self, source: str) -> None:
        """Add the blocks of a Markdown text, without front matter."""
        for token in _parsed(source):
            self._token(token)

    def _token(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "list_item_open":
                self._items.append(f"{token.info}{token.markup} " if token.info else "")
            case "list_item_close":
                self._items.pop()
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._builder.row(self._cells or [])
                self._cells = None
            case "inline":
                self._inline(token)
            case "fence" | "code_block" | "html_block":
                self._verbatim(token)

    def _inline(self, token: Token) -> None:
        words = _words(token.children or [])
        if self._cells is not None:
            self._cells.append(words)
        elif self._heading:
            self._builder.block(words, BlockKind.HEADING, self._heading)
        elif self._items:
            number, self._items[-1] = self._items[-1], ""
            self._builder.block(number + words, BlockKind.LIST_ITEM, len(self._items))
        elif _NOTE.match(token.content):
            self._builder.block(words.removeprefix(":"), BlockKind.NOTE)
        else:
            self._builder.block(words)

    def _verbatim(self, token: Token) -> None:
        if token.type == "html_block":
            for block in html.blocks_of(token.content):
                self._builder.block(*block)
            return
        for part in re.split(r"\n[ \t]*\n", token.content):
            self._builder.block(part)


def _parsed(source: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    try:
        tokens = parser.parse(source)
    except RecursionError as error:
        raise ReadError("lists and quotations are nested too deeply to be read") from error
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise ReadError(f"lists and quotations are nested more than {_DEEPEST} deep")
    return tokens


def _words(children: list[Token]) -> str:
    """Return the words of inline tokens without their markup; links keep their text, images have none."""
    parts: list[str] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "text":
            parts.append(_NOTE_MARK.sub("", child.content))
        elif child.type == "code_inline":
            parts.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            parts.append(" ")
    return "".join(parts)
